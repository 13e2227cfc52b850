// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {Limits} from "../margin/Limits.sol";
import {VolatilityTermsInvalid, VolatilityTimesInvalid} from "./HouseErrors.sol";

/// How an underlying's volatility is estimated. One word, from the lowest bits: the Bps 16 each, decay 32, interval 24,
/// limit 24.
struct VolatilityTerms {
    /// At which shocks are as the policy has them; annualised.
    uint16 referenceBps;
    /// Least and greatest scale of shocks.
    uint16 floorBps;
    uint16 ceilingBps;
    /// By which one sample moves the volatility at most, up or down.
    uint16 stepBps;
    /// Seconds after which a sample weighs 1/e of what it did.
    uint32 decay;
    /// Least seconds between samples.
    uint24 interval;
    /// Seconds after which the last sample says nothing any more.
    uint24 limit;
}

/// A volatility of spot by exponentially weighted squared moves, in which time counts and the number of samples does
/// not. All roundings are up, but that of the upper bound of a step and those of the weight. Volatilities have 18
/// decimals and are annualised, variances are their squares, with 36.
library Volatility {
    uint256 internal constant YEAR = 365 days;
    /// Of a relative move with 18 decimals; inclusive. It is beyond every ceiling, and its square times YEAR fits a
    /// word.
    uint256 internal constant MOVE = 1 << 80;
    /// From referenceBps * scaleBps to 18 decimals, exactly.
    uint256 internal constant UNIT = 1e10;

    function requireValid(VolatilityTerms memory terms) internal pure {
        if (
            terms.referenceBps == 0 || terms.floorBps == 0 || terms.ceilingBps < terms.floorBps
                || terms.ceilingBps > Limits.FACTOR_BPS
        ) revert VolatilityTermsInvalid(terms.referenceBps, terms.floorBps, terms.ceilingBps);
        if (terms.stepBps == 0 || terms.decay == 0 || terms.interval == 0 || terms.limit < terms.interval) {
            revert VolatilityTimesInvalid(terms.stepBps, terms.decay, terms.interval, terms.limit);
        }
    }

    /// The volatility whose scale is the floor.
    function lowest(VolatilityTerms memory terms) internal pure returns (uint256) {
        return uint256(terms.referenceBps) * terms.floorBps * UNIT;
    }

    /// The volatility whose scale is the ceiling; below 2^65.
    function highest(VolatilityTerms memory terms) internal pure returns (uint256) {
        return uint256(terms.referenceBps) * terms.ceilingBps * UNIT;
    }

    /// The relative move from one price to another, against the lesser of them: the same up as down, and never less
    /// than the logarithm. Prices in (0, 2^96).
    function moveOf(uint256 earlier, uint256 later) internal pure returns (uint256) {
        uint256 lesser = earlier < later ? earlier : later;
        uint256 apart = earlier < later ? later - earlier : earlier - later;
        uint256 move = (apart * Limits.WAD + lesser - 1) / lesser;
        return move < MOVE ? move : MOVE;
    }

    /// The annualised variance that a move in so many seconds shows; at most 2^185. `elapsed` is not 0.
    function varianceOf(uint256 move, uint256 elapsed) internal pure returns (uint256) {
        return (move * move * YEAR + elapsed - 1) / elapsed;
    }

    /// What is left of the weight of the past after so many seconds, below 2^64: exp(-elapsed / decay) as Solady has
    /// it, to within 10^-18, which for any decay of 32 bits is 1 for no time other than 0.
    function weightOf(uint256 elapsed, uint256 decay) internal pure returns (uint256) {
        return uint256(FixedPointMathLib.expWad(-int256(elapsed * Limits.WAD / decay)));
    }

    /// The least number whose square is no less.
    function rootUp(uint256 variance) internal pure returns (uint256) {
        uint256 root = FixedPointMathLib.sqrt(variance);
        return root * root < variance ? root + 1 : root;
    }

    /// The volatility after a sample, which may move it by stepBps at most and never out of the range that the terms
    /// set.
    function sampled(uint256 volatility, uint256 earlier, uint256 later, uint256 elapsed, VolatilityTerms memory terms)
        internal
        pure
        returns (uint256)
    {
        uint256 weight = weightOf(elapsed, terms.decay);
        uint256 sample = varianceOf(moveOf(earlier, later), elapsed);
        // volatility is below 2^72, so no sum is above 2^246
        uint256 variance =
            (volatility * volatility * weight + sample * (Limits.WAD - weight) + Limits.WAD - 1) / Limits.WAD;
        return bounded(rootUp(variance), volatility, terms);
    }

    /// A volatility brought to within a step of the last one, and then into the range of the terms.
    function bounded(uint256 wanted, uint256 volatility, VolatilityTerms memory terms) internal pure returns (uint256) {
        uint256 step = Limits.BPS + terms.stepBps;
        uint256 least = (volatility * Limits.BPS + step - 1) / step;
        uint256 most = volatility * step / Limits.BPS;
        uint256 within = FixedPointMathLib.clamp(wanted, least, most);
        return FixedPointMathLib.clamp(within, lowest(terms), highest(terms));
    }

    /// By what the spot shocks of a policy are multiplied, rounded up.
    function scaleOf(uint256 volatility, VolatilityTerms memory terms) internal pure returns (uint256) {
        uint256 unit = uint256(terms.referenceBps) * UNIT;
        uint256 scale = (volatility + unit - 1) / unit;
        return FixedPointMathLib.clamp(scale, terms.floorBps, terms.ceilingBps);
    }
}
