// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Quotients of signed numbers by a positive one, rounded to a named side. Solidity's own `/` truncates toward zero.
library Rounding {
    /// Rounded down; the divisor must not be zero.
    function floorDiv(int256 x, uint256 divisor) internal pure returns (int256 quotient) {
        assembly ("memory-safe") {
            quotient := sub(sdiv(x, divisor), slt(smod(x, divisor), 0))
        }
    }

    /// Rounded up; the divisor must not be zero.
    function ceilDiv(int256 x, uint256 divisor) internal pure returns (int256 quotient) {
        assembly ("memory-safe") {
            quotient := add(sdiv(x, divisor), sgt(smod(x, divisor), 0))
        }
    }

    /// Rounded up; the divisor must not be zero.
    function ceilDiv(uint256 x, uint256 divisor) internal pure returns (uint256 quotient) {
        assembly ("memory-safe") {
            quotient := add(div(x, divisor), iszero(iszero(mod(x, divisor))))
        }
    }
}
