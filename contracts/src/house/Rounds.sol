// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "../margin/Limits.sol";
import {
    DecimalsOutOfRange,
    FreshnessInvalid,
    RoundFromTheFuture,
    RoundIncomplete,
    SpotOutOfRange,
    SpotStale
} from "./HouseErrors.sol";

/// What a round of a feed says, and how far it is to be trusted.
library Rounds {
    uint256 internal constant DECIMALS = 18;

    /// The price of a round with 18 decimals, exactly. Its `answeredInRound` is not asked: feeds no longer maintain it,
    /// and an answer that was carried over shows in its time.
    function priceOf(
        uint256 underlying,
        uint256 decimals,
        uint256 roundId,
        int256 answer,
        uint256 updatedAt,
        uint256 time
    ) internal pure returns (uint256 price) {
        if (updatedAt == 0) revert RoundIncomplete(underlying, roundId);
        if (updatedAt > time) revert RoundFromTheFuture(underlying, updatedAt, time);
        if (answer <= 0 || answer >= int256(Limits.PRICE)) revert SpotOutOfRange(underlying, answer);
        // below 2^96 * 10^18
        price = uint256(answer) * 10 ** (DECIMALS - decimals);
        if (price >= Limits.PRICE) revert SpotOutOfRange(underlying, answer);
    }

    function requireFresh(uint256 underlying, uint256 updatedAt, uint256 time, uint256 heartbeat) internal pure {
        if (time - updatedAt > heartbeat) revert SpotStale(underlying, updatedAt, time);
    }

    /// Whole while the age is at most `fresh`, from there falling in a straight line to the floor at the heartbeat.
    /// Rounded down.
    function confidenceAt(uint256 age, uint256 heartbeat, uint256 fresh, uint256 confidenceBps, uint256 floorBps)
        internal
        pure
        returns (uint256)
    {
        if (age <= fresh || confidenceBps <= floorBps) return confidenceBps;
        if (age >= heartbeat) return floorBps;
        return floorBps + (confidenceBps - floorBps) * (heartbeat - age) / (heartbeat - fresh);
    }

    function requireDecimals(uint256 decimals) internal pure {
        if (decimals > DECIMALS) revert DecimalsOutOfRange(decimals);
    }

    function requireFreshness(uint256 heartbeat, uint256 fresh, uint256 confidenceBps, uint256 floorBps) internal pure {
        if (heartbeat == 0 || fresh > heartbeat || floorBps > confidenceBps || confidenceBps > Limits.BPS) {
            revert FreshnessInvalid(heartbeat, fresh, confidenceBps, floorBps);
        }
    }
}
