// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {InvalidInstrument} from "./Errors.sol";

/// An instrument's identifier: what it is, packed so that sorting by it groups by underlying, then by date.
///
///   bits 224 to 255  underlying, not 0
///   bits 184 to 223  expiry in Unix seconds; 0 for what has none
///   bits 176 to 183  kind
///   bits  96 to 175  zero
///   bits   0 to  95  strike with 18 decimals; options only
library Instruments {
    uint256 internal constant SPOT = 0;
    /// Worth its mark.
    uint256 internal constant PERP = 1;
    /// Worth minus the reciprocal of its mark, in units of the cash asset: a long gains as the underlying rises.
    uint256 internal constant INVERSE = 2;
    uint256 internal constant FUTURE = 3;
    uint256 internal constant CALL = 4;
    uint256 internal constant PUT = 5;

    /// The identifier of an instrument with these parts, or a revert.
    function pack(uint256 underlying, uint256 expiry, uint256 kind, uint256 strike)
        internal
        pure
        returns (uint256 instrument)
    {
        instrument = underlying << 224 | expiry << 184 | kind << 176 | strike;
        bool whole = underlying < 1 << 32 && expiry < 1 << 40 && kind < 1 << 8 && strike < 1 << 96;
        if (!whole) revert InvalidInstrument(instrument);
        requireValid(instrument);
    }

    function underlyingOf(uint256 instrument) internal pure returns (uint256) {
        return instrument >> 224;
    }

    function expiryOf(uint256 instrument) internal pure returns (uint256) {
        return (instrument >> 184) & 0xffffffffff;
    }

    function kindOf(uint256 instrument) internal pure returns (uint256) {
        return (instrument >> 176) & 0xff;
    }

    function strikeOf(uint256 instrument) internal pure returns (uint256) {
        return instrument & 0xffffffffffffffffffffffff;
    }

    function isOption(uint256 kind) internal pure returns (bool) {
        return kind == CALL || kind == PUT;
    }

    function isPerpetual(uint256 kind) internal pure returns (bool) {
        return kind == PERP || kind == INVERSE;
    }

    /// Reverts unless the identifier is one: each field only where its kind has it.
    function requireValid(uint256 instrument) internal pure {
        uint256 kind = kindOf(instrument);
        bool dated = kind >= FUTURE;
        if (
            underlyingOf(instrument) == 0 || kind > PUT || ((instrument >> 96) & 0xffffffffffffffffffff) != 0
                || (expiryOf(instrument) != 0) != dated || (strikeOf(instrument) != 0) != isOption(kind)
        ) revert InvalidInstrument(instrument);
    }
}
