// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

/// Derive's ConvertDecimals in our own transcription, from a description of its arithmetic: the original is not on
/// npm, its source was not consulted, and no results of it were recorded.
contract DeriveConvertDecimalsPeer {
    function convert(uint256 amount, uint8 fromDecimals, uint8 toDecimals) public pure returns (uint256) {
        return
            fromDecimals > toDecimals
                ? amount / 10 ** uint256(fromDecimals - toDecimals)
                : amount * 10 ** uint256(toDecimals - fromDecimals);
    }

    function to18Decimals(uint256 amount, uint8 decimals) public pure returns (uint256) {
        return convert(amount, decimals, 18);
    }

    function from18Decimals(uint256 amount, uint8 decimals) external pure returns (uint256) {
        return convert(amount, 18, decimals);
    }

    function to18DecimalsRoundUp(uint256 amount, uint8 decimals) external pure returns (uint256 scaled) {
        scaled = to18Decimals(amount, decimals);
        if (decimals > 18 && amount % 10 ** uint256(decimals - 18) > 0) scaled += 1;
    }
}
