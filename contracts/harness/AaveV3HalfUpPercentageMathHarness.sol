// SPDX-License-Identifier: MIT
pragma solidity =0.8.10;

import {PercentageMath} from "@aave/core-v3/contracts/protocol/libraries/math/PercentageMath.sol";

/// Exposes Aave v3's PercentageMath in the half-up generation, function by function.
contract AaveV3HalfUpPercentageMathHarness {
    function percentMul(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentMul(value, percentage);
    }

    function percentDiv(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentDiv(value, percentage);
    }
}
