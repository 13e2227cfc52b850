// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

/// Derive's SignedDecimalMath in our own transcription, from a description of its arithmetic: the original is not on
/// npm, and its source was not consulted. Recorded results of the original are what ties this to it.
library DeriveSignedDecimalMath {
    int256 internal constant UNIT = 1e18;
    int256 internal constant PRECISE_UNIT = 1e27;

    function multiplyDecimal(int256 x, int256 y) internal pure returns (int256) {
        return (x * y) / UNIT;
    }

    function divideDecimal(int256 x, int256 y) internal pure returns (int256) {
        return (x * UNIT) / y;
    }

    function multiplyDecimalRound(int256 x, int256 y) internal pure returns (int256) {
        return dropDigitRounded((x * y) / (UNIT / 10));
    }

    function multiplyDecimalRoundPrecise(int256 x, int256 y) internal pure returns (int256) {
        return dropDigitRounded((x * y) / (PRECISE_UNIT / 10));
    }

    function divideDecimalRound(int256 x, int256 y) internal pure returns (int256) {
        return dropDigitRounded((x * (UNIT * 10)) / y);
    }

    function divideDecimalRoundPrecise(int256 x, int256 y) internal pure returns (int256) {
        return dropDigitRounded((x * (PRECISE_UNIT * 10)) / y);
    }

    function decimalToPreciseDecimal(int256 i) internal pure returns (int256) {
        return i * 1e9;
    }

    function preciseDecimalToDecimal(int256 i) internal pure returns (int256) {
        return dropDigitRounded(i / 1e8);
    }

    /// `x / 10`, rounded half away from zero.
    function dropDigitRounded(int256 x) internal pure returns (int256) {
        if (x % 10 >= 5) x += 10;
        else if (x % 10 <= -5) x -= 10;
        return x / 10;
    }
}

/// Exposes our transcription of Derive's SignedDecimalMath, function by function.
contract DeriveSignedDecimalMathPeer {
    function multiplyDecimal(int256 x, int256 y) external pure returns (int256) {
        return DeriveSignedDecimalMath.multiplyDecimal(x, y);
    }

    function divideDecimal(int256 x, int256 y) external pure returns (int256) {
        return DeriveSignedDecimalMath.divideDecimal(x, y);
    }

    function multiplyDecimalRound(int256 x, int256 y) external pure returns (int256) {
        return DeriveSignedDecimalMath.multiplyDecimalRound(x, y);
    }

    function multiplyDecimalRoundPrecise(int256 x, int256 y) external pure returns (int256) {
        return DeriveSignedDecimalMath.multiplyDecimalRoundPrecise(x, y);
    }

    function divideDecimalRound(int256 x, int256 y) external pure returns (int256) {
        return DeriveSignedDecimalMath.divideDecimalRound(x, y);
    }

    function divideDecimalRoundPrecise(int256 x, int256 y) external pure returns (int256) {
        return DeriveSignedDecimalMath.divideDecimalRoundPrecise(x, y);
    }

    function decimalToPreciseDecimal(int256 i) external pure returns (int256) {
        return DeriveSignedDecimalMath.decimalToPreciseDecimal(i);
    }

    function preciseDecimalToDecimal(int256 i) external pure returns (int256) {
        return DeriveSignedDecimalMath.preciseDecimalToDecimal(i);
    }

    function dropDigitRounded(int256 x) external pure returns (int256) {
        return DeriveSignedDecimalMath.dropDigitRounded(x);
    }
}
