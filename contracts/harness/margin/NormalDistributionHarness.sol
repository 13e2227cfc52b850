// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {NormalDistribution} from "../../src/margin/NormalDistribution.sol";

contract NormalDistributionHarness {
    function millsRatio(uint256 z) external pure returns (uint256) {
        return NormalDistribution.millsRatio(z);
    }

    function bell(uint256 z) external pure returns (uint256) {
        return NormalDistribution.bell(z);
    }

    function pdf(int256 x) external pure returns (uint256) {
        return NormalDistribution.pdf(x);
    }

    function cdf(int256 x) external pure returns (uint256) {
        return NormalDistribution.cdf(x);
    }
}
