// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Rounds} from "../../src/house/Rounds.sol";
import {SurfaceNodes} from "../../src/house/SurfaceNodes.sol";

/// Makes the functions of Rounds and of SurfaceNodes callable.
contract FeedRulesHarness {
    function priceOf(
        uint256 underlying,
        uint256 decimals,
        uint256 round,
        int256 answer,
        uint256 updatedAt,
        uint256 time
    ) external pure returns (uint256) {
        return Rounds.priceOf(underlying, decimals, round, answer, updatedAt, time);
    }

    function requireFresh(uint256 underlying, uint256 updatedAt, uint256 time, uint256 heartbeat)
        external
        pure
        returns (bool)
    {
        Rounds.requireFresh(underlying, updatedAt, time, heartbeat);
        return true;
    }

    function confidenceAt(uint256 age, uint256 heartbeat, uint256 fresh, uint256 confidenceBps, uint256 floorBps)
        external
        pure
        returns (uint256)
    {
        return Rounds.confidenceAt(age, heartbeat, fresh, confidenceBps, floorBps);
    }

    function requireFreshness(uint256 heartbeat, uint256 fresh, uint256 confidenceBps, uint256 floorBps)
        external
        pure
        returns (bool)
    {
        Rounds.requireFreshness(heartbeat, fresh, confidenceBps, floorBps);
        return true;
    }

    function nodeAt(uint256[] memory words, uint256 index) external pure returns (uint256) {
        return SurfaceNodes.nodeAt(words, index);
    }

    function count(uint256[] memory words) external pure returns (uint256) {
        return SurfaceNodes.count(words);
    }

    function volatilityAt(uint256[] memory words, uint256 nodes, uint256 strike) external pure returns (uint256) {
        return SurfaceNodes.volatilityAt(words, nodes, strike);
    }

    function between(uint256 low, uint256 high, uint256 strike) external pure returns (uint256) {
        return SurfaceNodes.between(low, high, strike);
    }
}
