// SPDX-License-Identifier: MIT
pragma solidity =0.7.6;

import {FullMath} from "@uniswap/v3-core/contracts/libraries/FullMath.sol";

/// Exposes Uniswap v3's FullMath, function by function.
contract UniswapV3FullMathHarness {
    function mulDiv(uint256 a, uint256 b, uint256 denominator) external pure returns (uint256) {
        return FullMath.mulDiv(a, b, denominator);
    }

    function mulDivRoundingUp(uint256 a, uint256 b, uint256 denominator) external pure returns (uint256) {
        return FullMath.mulDivRoundingUp(a, b, denominator);
    }
}
