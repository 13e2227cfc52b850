// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "../margin/Limits.sol";
import {VolatilityNotSet} from "./HouseErrors.sol";
import {SpotFeeds} from "./SpotFeeds.sol";
import {Volatility, VolatilityTerms} from "./Volatility.sol";

/// The volatility of each underlying, from samples of its spot price that anyone has taken. It starts at the ceiling,
/// and returns to it when nobody takes samples. Whoever pokes chooses the moment, between the interval and the limit;
/// who fears a moment that another may choose pokes first.
abstract contract VolatilityFeeds is SpotFeeds {
    /// One word, from the lowest bits: price 96, time 40, volatility 72.
    struct Sample {
        uint96 price;
        uint40 time;
        uint72 volatility;
    }

    mapping(uint256 underlying => VolatilityTerms) internal volatilityTerms;
    mapping(uint256 underlying => Sample) public sampleOf;

    event VolatilityTermsSet(uint256 indexed underlying, VolatilityTerms terms);
    event Sampled(uint256 indexed underlying, uint256 price, uint256 volatility);

    /// The estimate goes on from where it is: the next sample brings it into the new range.
    function setVolatilityTerms(uint256 underlying, VolatilityTerms calldata terms) external onlyOwner {
        _spotFeed(underlying);
        Volatility.requireValid(terms);
        volatilityTerms[underlying] = terms;
        emit VolatilityTermsSet(underlying, terms);
    }

    function volatilityTermsOf(uint256 underlying) external view returns (VolatilityTerms memory) {
        return volatilityTerms[underlying];
    }

    /// Takes a sample. Without effect before the interval has passed since the last one.
    function poke(uint256 underlying) external {
        VolatilityTerms memory terms = volatilityTerms[underlying];
        if (terms.referenceBps == 0) revert VolatilityNotSet(underlying);
        Sample memory last = sampleOf[underlying];
        uint256 elapsed = block.timestamp - last.time;
        if (elapsed < terms.interval) return;

        uint256 price = spotOf(underlying);
        uint256 volatility = last.time == 0 || elapsed > terms.limit
            ? Volatility.highest(terms)
            : Volatility.sampled(last.volatility, last.price, price, elapsed, terms);
        // a price is below 2^96 and a volatility below 2^65
        sampleOf[underlying] = Sample(uint96(price), uint40(block.timestamp), uint72(volatility));
        emit Sampled(underlying, price, volatility);
    }

    /// By what spot shocks are multiplied: 1 where no terms are set, the ceiling where the last sample is too old.
    function shockScaleBps(uint256 underlying) public view returns (uint256) {
        VolatilityTerms memory terms = volatilityTerms[underlying];
        if (terms.referenceBps == 0) return Limits.BPS;
        Sample memory last = sampleOf[underlying];
        if (last.time == 0 || block.timestamp - last.time > terms.limit) return terms.ceilingBps;
        return Volatility.scaleOf(last.volatility, terms);
    }
}
