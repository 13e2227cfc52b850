// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Volatility, VolatilityTerms} from "../../src/house/Volatility.sol";

/// Makes Volatility's functions callable.
contract VolatilityHarness {
    function requireValid(VolatilityTerms memory terms) external pure returns (bool) {
        Volatility.requireValid(terms);
        return true;
    }

    function lowest(VolatilityTerms memory terms) external pure returns (uint256) {
        return Volatility.lowest(terms);
    }

    function highest(VolatilityTerms memory terms) external pure returns (uint256) {
        return Volatility.highest(terms);
    }

    function moveOf(uint256 earlier, uint256 later) external pure returns (uint256) {
        return Volatility.moveOf(earlier, later);
    }

    function varianceOf(uint256 move, uint256 elapsed) external pure returns (uint256) {
        return Volatility.varianceOf(move, elapsed);
    }

    function weightOf(uint256 elapsed, uint256 decay) external pure returns (uint256) {
        return Volatility.weightOf(elapsed, decay);
    }

    function rootUp(uint256 variance) external pure returns (uint256) {
        return Volatility.rootUp(variance);
    }

    function sampled(uint256 volatility, uint256 earlier, uint256 later, uint256 elapsed, VolatilityTerms memory terms)
        external
        pure
        returns (uint256)
    {
        return Volatility.sampled(volatility, earlier, later, elapsed, terms);
    }

    function bounded(uint256 wanted, uint256 volatility, VolatilityTerms memory terms) external pure returns (uint256) {
        return Volatility.bounded(wanted, volatility, terms);
    }

    function scaleOf(uint256 volatility, VolatilityTerms memory terms) external pure returns (uint256) {
        return Volatility.scaleOf(volatility, terms);
    }
}
