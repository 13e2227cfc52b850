// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

/// Exposes OpenZeppelin's SignedMath, function by function.
contract OpenZeppelinSignedMathHarness {
    function ternary(bool condition, int256 a, int256 b) external pure returns (int256) {
        return SignedMath.ternary(condition, a, b);
    }

    function max(int256 a, int256 b) external pure returns (int256) {
        return SignedMath.max(a, b);
    }

    function min(int256 a, int256 b) external pure returns (int256) {
        return SignedMath.min(a, b);
    }

    function average(int256 a, int256 b) external pure returns (int256) {
        return SignedMath.average(a, b);
    }

    function abs(int256 n) external pure returns (uint256) {
        return SignedMath.abs(n);
    }
}
