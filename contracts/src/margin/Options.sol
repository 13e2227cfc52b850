// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Black76} from "./Black76.sol";
import {GridPriceOutOfRange, RateOutOfRange, TotalVolatilityOutOfRange} from "./Errors.sol";
import {Instruments} from "./Instruments.sol";
import {Limits} from "./Limits.sol";
import {Quote, Terms} from "./Types.sol";

/// What of an option is the same in every scenario.
struct Option {
    uint256 instrument;
    bool call;
    uint256 strike;
    /// ln(F / K) now, with 18 decimals.
    int256 moneyness;
    /// What one unit paid at expiry is worth, with 18 decimals.
    uint256 discount;
    /// Annualised, as quoted.
    uint256 volatility;
    /// The square root of the years to expiry, in 2^-100ths; 0 from expiry on.
    uint256 rootYears;
    /// The product of both, with 18 decimals and 50 bits.
    uint256 deviation;
    /// What volatility shocks are multiplied by, with 18 decimals.
    int256 termScale;
}

/// Options in scenarios: term, discount and total volatility around Black's formula.
library Options {
    uint256 internal constant YEAR = 365 days;
    /// Of a volatility factor: basis points times a term scale.
    int256 internal constant VOLATILITY_ONE = 1e22;
    /// Exclusive bound of a volatility.
    uint256 internal constant VOLATILITY = 1 << 88;
    /// At which a term scale ends.
    int256 internal constant TERM_SCALE = 1 << 80;
    /// Bound of a rate's magnitude, and of the exponent of a discount that is above one.
    int256 internal constant RATE = 16e18;
    int256 internal constant GROWTH = 8e18;

    /// An option on its way to expiry, or at its end, where the price is the payoff and nothing else is read.
    function optionOf(uint256 instrument, uint256 time, uint256 price, Quote memory quote, Terms memory terms)
        internal
        pure
        returns (Option memory option)
    {
        option.instrument = instrument;
        option.call = Instruments.kindOf(instrument) == Instruments.CALL;
        option.strike = Instruments.strikeOf(instrument);
        uint256 expiry = Instruments.expiryOf(instrument);
        if (time >= expiry) {
            option.discount = Limits.WAD;
            return option;
        }
        uint256 term = expiry - time;
        if (quote.volatility >= VOLATILITY) revert TotalVolatilityOutOfRange(quote.volatility);
        option.moneyness = FixedPointMathLib.lnWad(int256(price)) - FixedPointMathLib.lnWad(int256(option.strike));
        option.discount = discountOf(quote.rate, term);
        option.volatility = quote.volatility;
        unchecked {
            // 40 bits and 200; then 88 and 108
            option.rootYears = FixedPointMathLib.sqrt((term << 200) / YEAR);
            option.deviation = (option.volatility * option.rootYears) >> 50;
        }
        option.termScale = termScaleOf(term, terms);
    }

    /// What a unit paid after a term is worth; within a unit of the last decimal, in proportion where it is above one.
    function discountOf(int256 rate, uint256 term) internal pure returns (uint256) {
        if (rate <= -RATE || rate >= RATE) revert RateOutOfRange(rate);
        unchecked {
            int256 exponent = -rate * int256(term) / int256(YEAR);
            if (exponent > GROWTH) revert RateOutOfRange(rate);
            return uint256(FixedPointMathLib.expWad(exponent));
        }
    }

    /// (30 days / max(term, floor)) ^ power, an approximation; exactly one where the power is 0.
    function termScaleOf(uint256 term, Terms memory terms) internal pure returns (int256 scale) {
        if (terms.termPowerBps == 0) return int256(Limits.WAD);
        int256 least = int256(term < terms.termFloor ? terms.termFloor : term);
        int256 ln = FixedPointMathLib.lnWad(int256(30 days)) - FixedPointMathLib.lnWad(least);
        scale = FixedPointMathLib.expWad(int256(terms.termPowerBps) * ln / int256(Limits.BPS));
        if (scale > TERM_SCALE) scale = TERM_SCALE;
    }

    /// What a shock multiplies volatilities by, with 22 decimals: exact, and not below 0.
    function volatilityFactor(Option memory option, int256 volatilityBps) internal pure returns (uint256) {
        unchecked {
            // 2^15 * 2^80
            int256 factor = VOLATILITY_ONE + volatilityBps * option.termScale;
            return factor < 0 ? 0 : uint256(factor);
        }
    }

    /// Volatility after the shock over the whole term, rounded down.
    function totalVolatility(Option memory option, uint256 factor) internal pure returns (uint256) {
        unchecked {
            // 2^146 * 2^96, and 2^119 at the end
            return (option.deviation * factor / uint256(VOLATILITY_ONE)) >> 50;
        }
    }

    /// The discounted price at a forward after a move, of which `lnMove` is the logarithm; rounded down. That the
    /// forward is rounded and the logarithm is not makes one unit of the price at most. All in all it is, where the
    /// discount is at most one, within 5e-18 of the greater of forward and strike, and two units, of the truth.
    function priceOf(Option memory option, uint256 forward, int256 lnMove, int256 volatilityBps)
        internal
        pure
        returns (int256 value)
    {
        uint256 total = totalVolatility(option, volatilityFactor(option, volatilityBps));
        unchecked {
            uint256 undiscounted =
                Black76.price(option.call, forward, option.strike, option.moneyness + lnMove, total);
            // 2^96 * 2^72
            value = int256(undiscounted * option.discount / Limits.WAD);
        }
        if (value >= int256(Limits.PRICE)) revert GridPriceOutOfRange(option.instrument, value);
    }
}
