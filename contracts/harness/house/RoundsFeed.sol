// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {IAggregator} from "../../src/house/interfaces/IAggregator.sol";

/// A feed in the form of Chainlink's proxies, whose rounds are what it was told. It refuses a round that it does not
/// have, as they do.
contract RoundsFeed is IAggregator {
    struct Round {
        int256 answer;
        uint256 updatedAt;
    }

    uint8 public override decimals;
    uint80 public latest;
    mapping(uint80 round => Round) private rounds;
    mapping(uint80 round => bool) private known;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    /// `updatedAt` 0 is a round that was begun and has no answer yet.
    function write(uint80 round, int256 answer, uint256 updatedAt) external {
        rounds[round] = Round(answer, updatedAt);
        known[round] = true;
        latest = round;
    }

    function getRoundData(uint80 round) public view override returns (uint80, int256, uint256, uint256, uint80) {
        require(known[round], "No data present");
        Round memory found = rounds[round];
        return (round, found.answer, found.updatedAt, found.updatedAt, round);
    }

    function latestRoundData() external view override returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(latest);
    }
}
