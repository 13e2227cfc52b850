// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

/// Derive's DecimalMath in our own transcription, from a description of its arithmetic: the original is not on npm,
/// and its source was not consulted. Recorded results of the original are what ties this to it.
library DeriveDecimalMath {
    uint256 internal constant UNIT = 1e18;
    uint256 internal constant PRECISE_UNIT = 1e27;

    function multiplyDecimal(uint256 x, uint256 y) internal pure returns (uint256) {
        return (x * y) / UNIT;
    }

    function divideDecimal(uint256 x, uint256 y) internal pure returns (uint256) {
        return (x * UNIT) / y;
    }

    function multiplyDecimalRound(uint256 x, uint256 y) internal pure returns (uint256) {
        return dropDigitRounded((x * y) / (UNIT / 10));
    }

    function multiplyDecimalRoundPrecise(uint256 x, uint256 y) internal pure returns (uint256) {
        return dropDigitRounded((x * y) / (PRECISE_UNIT / 10));
    }

    function divideDecimalRound(uint256 x, uint256 y) internal pure returns (uint256) {
        return dropDigitRounded((x * (UNIT * 10)) / y);
    }

    function divideDecimalRoundPrecise(uint256 x, uint256 y) internal pure returns (uint256) {
        return dropDigitRounded((x * (PRECISE_UNIT * 10)) / y);
    }

    function decimalToPreciseDecimal(uint256 i) internal pure returns (uint256) {
        return i * 1e9;
    }

    function preciseDecimalToDecimal(uint256 i) internal pure returns (uint256) {
        return dropDigitRounded(i / 1e8);
    }

    /// `x / 10`, rounded half up.
    function dropDigitRounded(uint256 x) internal pure returns (uint256) {
        if (x % 10 >= 5) x += 10;
        return x / 10;
    }
}

/// Exposes our transcription of Derive's DecimalMath, function by function.
contract DeriveDecimalMathPeer {
    function multiplyDecimal(uint256 x, uint256 y) external pure returns (uint256) {
        return DeriveDecimalMath.multiplyDecimal(x, y);
    }

    function divideDecimal(uint256 x, uint256 y) external pure returns (uint256) {
        return DeriveDecimalMath.divideDecimal(x, y);
    }

    function multiplyDecimalRound(uint256 x, uint256 y) external pure returns (uint256) {
        return DeriveDecimalMath.multiplyDecimalRound(x, y);
    }

    function multiplyDecimalRoundPrecise(uint256 x, uint256 y) external pure returns (uint256) {
        return DeriveDecimalMath.multiplyDecimalRoundPrecise(x, y);
    }

    function divideDecimalRound(uint256 x, uint256 y) external pure returns (uint256) {
        return DeriveDecimalMath.divideDecimalRound(x, y);
    }

    function divideDecimalRoundPrecise(uint256 x, uint256 y) external pure returns (uint256) {
        return DeriveDecimalMath.divideDecimalRoundPrecise(x, y);
    }

    function decimalToPreciseDecimal(uint256 i) external pure returns (uint256) {
        return DeriveDecimalMath.decimalToPreciseDecimal(i);
    }

    function preciseDecimalToDecimal(uint256 i) external pure returns (uint256) {
        return DeriveDecimalMath.preciseDecimalToDecimal(i);
    }

    function dropDigitRounded(uint256 x) external pure returns (uint256) {
        return DeriveDecimalMath.dropDigitRounded(x);
    }
}
