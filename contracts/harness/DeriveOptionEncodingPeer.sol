// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

/// Derive's OptionEncoding in our own transcription, from a description of its arithmetic: the original is not on npm,
/// and its source was not consulted. Recorded results of the original are what ties this to it.
contract DeriveOptionEncodingPeer {
    error OE_ExpiryTooLarge(uint256 expiry);
    error OE_ZeroExpiry();
    error OE_StrikeTooGranular(uint256 strike);
    error OE_StrikeTooLarge(uint256 strike);

    function toSubId(uint256 expiry, uint256 strike, bool isCall) external pure returns (uint96 subId) {
        if (expiry > type(uint32).max) revert OE_ExpiryTooLarge(expiry);
        if (expiry == 0) revert OE_ZeroExpiry();
        if (strike % 1e10 > 0) revert OE_StrikeTooGranular(strike);
        strike /= 1e10;
        if (strike > uint64(type(int64).max)) revert OE_StrikeTooLarge(strike);
        subId = uint96(expiry | (strike << 32));
        if (isCall) subId |= 1 << 95;
    }

    function fromSubId(uint96 subId) external pure returns (uint256 expiry, uint256 strike, bool isCall) {
        expiry = uint32(subId);
        strike = ((subId >> 32) & uint256(uint64(type(int64).max))) * 1e10;
        isCall = subId >> 95 == 1;
    }
}
