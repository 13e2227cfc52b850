// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {
    AlreadySettled,
    NoRoundBefore,
    NotExpired,
    RoundBeforeExpiry,
    RoundIncomplete,
    RoundNotFirst
} from "./HouseErrors.sol";
import {Rounds} from "./Rounds.sol";
import {SpotFeeds} from "./SpotFeeds.sol";

/// Prices at which dates were settled: the first round of the underlying's feed at or after the date. Anyone names the
/// round; that the one before it was earlier than the date proves that it is the first. Recorded once and for all.
abstract contract Settlements is SpotFeeds {
    mapping(uint256 underlying => mapping(uint256 expiry => uint256 price)) private settlements;

    event Settled(uint256 indexed underlying, uint256 indexed expiry, uint256 price, uint256 roundId);

    /// The round and the one before it must be of one phase, so the first round of a phase settles nothing. Where a
    /// feed changed its aggregator around the date, a round of the former or of the latter may do.
    function settle(uint256 underlying, uint256 expiry, uint80 roundId) external returns (uint256 price) {
        SpotFeed memory feed = _spotFeed(underlying);
        if (expiry == 0 || expiry > block.timestamp) revert NotExpired(underlying, expiry, block.timestamp);
        price = settlementOf(underlying, expiry);
        if (price != 0) revert AlreadySettled(underlying, expiry, price);

        (, int256 answer,, uint256 updatedAt,) = feed.aggregator.getRoundData(roundId);
        price = Rounds.priceOf(underlying, feed.decimals, roundId, answer, updatedAt, block.timestamp);
        if (updatedAt < expiry) revert RoundBeforeExpiry(roundId, updatedAt, expiry);

        if (uint64(roundId) <= 1) revert NoRoundBefore(roundId);
        (,,, uint256 previousUpdatedAt,) = feed.aggregator.getRoundData(roundId - 1);
        if (previousUpdatedAt == 0) revert RoundIncomplete(underlying, roundId - 1);
        if (previousUpdatedAt >= expiry) revert RoundNotFirst(roundId, previousUpdatedAt, expiry);

        settlements[underlying][expiry] = price;
        emit Settled(underlying, expiry, price, roundId);
    }

    /// 0 until the date is settled.
    function settlementOf(uint256 underlying, uint256 expiry) public view override returns (uint256 price) {
        return settlements[underlying][expiry];
    }
}
