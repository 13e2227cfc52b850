// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {PercentageMath} from "@aave-dao/aave-v3-origin/src/contracts/protocol/libraries/math/PercentageMath.sol";

/// Exposes Aave v3's PercentageMath in the generation with floors and ceilings, function by function.
contract AaveV3FloorCeilPercentageMathHarness {
    function percentMul(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentMul(value, percentage);
    }

    function percentDiv(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentDiv(value, percentage);
    }

    function percentMulCeil(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentMulCeil(value, percentage);
    }

    function percentMulFloor(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentMulFloor(value, percentage);
    }

    function percentDivCeil(uint256 value, uint256 percentage) external pure returns (uint256) {
        return PercentageMath.percentDivCeil(value, percentage);
    }
}
