// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

import {NotListed, UnderlyingOutOfRange} from "./HouseErrors.sol";
import {Rounds} from "./Rounds.sol";
import {IAggregator} from "./interfaces/IAggregator.sol";
import {IFeeds} from "./interfaces/IFeeds.sol";

/// Spot prices of what the house lists, and of its cash asset. The owner lists; listing anew replaces.
abstract contract SpotFeeds is IFeeds, Ownable2Step {
    /// Where the cash asset's own feed is listed; no underlying has this number.
    uint256 public constant STABLE = 0;

    /// One word, from the lowest bits: aggregator 160, decimals 8, heartbeat 24, fresh 24, confidenceBps 16, floorBps
    /// 16.
    struct SpotFeed {
        IAggregator aggregator;
        uint8 decimals;
        /// Age in seconds from which on a price is refused.
        uint24 heartbeat;
        /// Age up to which the confidence is whole.
        uint24 fresh;
        uint16 confidenceBps;
        /// Confidence at the heartbeat.
        uint16 floorBps;
    }

    mapping(uint256 underlying => SpotFeed) internal spotFeeds;

    event Listed(
        uint256 indexed underlying,
        address aggregator,
        uint256 decimals,
        uint256 heartbeat,
        uint256 fresh,
        uint256 confidenceBps,
        uint256 floorBps
    );

    constructor(address owner_) Ownable(owner_) {}

    function list(
        uint256 underlying,
        IAggregator aggregator,
        uint24 heartbeat,
        uint24 fresh,
        uint16 confidenceBps,
        uint16 floorBps
    ) external onlyOwner {
        if (underlying >> 32 != 0) revert UnderlyingOutOfRange(underlying);
        Rounds.requireFreshness(heartbeat, fresh, confidenceBps, floorBps);
        uint8 decimals = aggregator.decimals();
        Rounds.requireDecimals(decimals);
        spotFeeds[underlying] = SpotFeed(aggregator, decimals, heartbeat, fresh, confidenceBps, floorBps);
        emit Listed(underlying, address(aggregator), decimals, heartbeat, fresh, confidenceBps, floorBps);
    }

    function spotOf(uint256 underlying) public view override returns (uint256 price) {
        (price,) = _spot(underlying);
    }

    function spotFeedOf(uint256 underlying) external view returns (SpotFeed memory) {
        return _spotFeed(underlying);
    }

    /// The price now with 18 decimals, and its confidence at its age.
    function _spot(uint256 underlying) internal view returns (uint256 price, uint256 confidenceBps) {
        SpotFeed memory feed = _spotFeed(underlying);
        (uint80 roundId, int256 answer,, uint256 updatedAt,) = feed.aggregator.latestRoundData();
        price = Rounds.priceOf(underlying, feed.decimals, roundId, answer, updatedAt, block.timestamp);
        Rounds.requireFresh(underlying, updatedAt, block.timestamp, feed.heartbeat);
        confidenceBps = Rounds.confidenceAt(
            block.timestamp - updatedAt, feed.heartbeat, feed.fresh, feed.confidenceBps, feed.floorBps
        );
    }

    function _spotFeed(uint256 underlying) internal view returns (SpotFeed memory feed) {
        feed = spotFeeds[underlying];
        if (address(feed.aggregator) == address(0)) revert NotListed(underlying);
    }
}
