// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {WadRayMath} from "@aave-dao/aave-v3-origin/src/contracts/protocol/libraries/math/WadRayMath.sol";

/// Exposes Aave v3's WadRayMath in the generation with floors and ceilings, function by function.
contract AaveV3FloorCeilWadRayMathHarness {
    function wadMul(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.wadMul(a, b);
    }

    function wadDiv(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.wadDiv(a, b);
    }

    function rayMul(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.rayMul(a, b);
    }

    function rayDiv(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.rayDiv(a, b);
    }

    function rayToWad(uint256 a) external pure returns (uint256) {
        return WadRayMath.rayToWad(a);
    }

    function wadToRay(uint256 a) external pure returns (uint256) {
        return WadRayMath.wadToRay(a);
    }

    function rayMulFloor(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.rayMulFloor(a, b);
    }

    function rayMulCeil(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.rayMulCeil(a, b);
    }

    function rayDivCeil(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.rayDivCeil(a, b);
    }

    function rayDivFloor(uint256 a, uint256 b) external pure returns (uint256) {
        return WadRayMath.rayDivFloor(a, b);
    }
}
