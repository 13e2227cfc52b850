// SPDX-License-Identifier: MIT
pragma solidity =0.7.6;

import {FixedPoint} from "@balancer-labs/v2-solidity-utils/contracts/math/FixedPoint.sol";
import {LogExpMath} from "@balancer-labs/v2-solidity-utils/contracts/math/LogExpMath.sol";

/// Exposes Balancer v2's LogExpMath, and FixedPoint's products and quotients, function by function.
contract BalancerLogExpMathHarness {
    function pow(uint256 x, uint256 y) external pure returns (uint256) {
        return LogExpMath.pow(x, y);
    }

    function exp(int256 x) external pure returns (int256) {
        return LogExpMath.exp(x);
    }

    function log(int256 arg, int256 base) external pure returns (int256) {
        return LogExpMath.log(arg, base);
    }

    function ln(int256 a) external pure returns (int256) {
        return LogExpMath.ln(a);
    }

    function mulDown(uint256 a, uint256 b) external pure returns (uint256) {
        return FixedPoint.mulDown(a, b);
    }

    function divUp(uint256 a, uint256 b) external pure returns (uint256) {
        return FixedPoint.divUp(a, b);
    }
}
