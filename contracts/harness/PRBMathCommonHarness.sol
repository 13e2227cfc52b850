// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import "@prb/math/src/Common.sol" as Common;

/// Exposes PRBMath's Common.sol, function by function, under the names of its mirror's kernels.
contract PRBMathCommonHarness {
    function exp2(uint256 x) external pure returns (uint256) {
        return Common.exp2(x);
    }

    function msb(uint256 x) external pure returns (uint256) {
        return Common.msb(x);
    }

    function mulDiv(uint256 x, uint256 y, uint256 denominator) external pure returns (uint256) {
        return Common.mulDiv(x, y, denominator);
    }

    function mulDiv18(uint256 x, uint256 y) external pure returns (uint256) {
        return Common.mulDiv18(x, y);
    }

    function mulDivSigned(int256 x, int256 y, int256 denominator) external pure returns (int256) {
        return Common.mulDivSigned(x, y, denominator);
    }

    function sqrt(uint256 x) external pure returns (uint256) {
        return Common.sqrt(x);
    }
}
