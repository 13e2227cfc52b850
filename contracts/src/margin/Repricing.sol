// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Dials} from "./Dials.sol";
import {GridPriceOutOfRange, PriceOutOfRange, UnderlyingNotCovered} from "./Errors.sol";
import {Derivatives, Greeks} from "./Greeks.sol";
import {Instruments} from "./Instruments.sol";
import {Limits} from "./Limits.sol";
import {MemoryArrays} from "./MemoryArrays.sol";
import {Option, Options} from "./Options.sol";
import {Rounding} from "./Rounding.sol";
import {Shocks} from "./Shocks.sol";
import {Cover, Market, Policy, Position, Quote, Shock, Terms, UnderlyingQuote} from "./Types.sol";

/// What every position's instrument is worth now and in every scenario: signed, with 18 decimals.
library Repricing {
    using MemoryArrays for int256[];
    using Shocks for Shock[];

    /// Row i is that of position i, from `i * (scenarios + 1)` on, the current price first. Positions are in order of
    /// instrument, and `market.underlyings` are exactly theirs, in order.
    function grid(Position[] memory positions, Market memory market, Policy memory policy)
        internal
        pure
        returns (int256[] memory prices)
    {
        uint256 scenarios = policy.weightsBps.length;
        prices = new int256[](positions.length * (scenarios + 1));
        int256[] memory logs;
        uint256 at = 0;
        uint256 u = 0;
        uint256 c = 0;
        for (uint256 row = 0; row < positions.length; ++row) {
            uint256 instrument = positions[row].instrument;
            uint256 underlying = Instruments.underlyingOf(instrument);
            if (row == 0 || market.underlyings[u].underlying != underlying) logs = new int256[](scenarios);
            while (market.underlyings[u].underlying != underlying) ++u;
            while (c < policy.covers.length && policy.covers[c].underlying < underlying) ++c;
            if (c == policy.covers.length || policy.covers[c].underlying != underlying) {
                revert UnderlyingNotCovered(underlying);
            }
            at = fill(
                instrument,
                market.time,
                market.underlyings[u],
                market.quotes[row],
                policy.terms,
                policy.shocks,
                policy.covers[c].table * scenarios,
                scenarios,
                logs,
                prices,
                at
            );
        }
    }

    /// One row, from `at` on, and where the next begins. Its scenarios are the shocks from `first` on, and `logs`
    /// holds the logarithms of their moves, as far as they are known.
    function fill(
        uint256 instrument,
        uint256 time,
        UnderlyingQuote memory underlying,
        Quote memory quote,
        Terms memory terms,
        Shock[] memory shocks,
        uint256 first,
        uint256 scenarios,
        int256[] memory logs,
        int256[] memory prices,
        uint256 at
    ) internal pure returns (uint256 next) {
        next = at + scenarios + 1;
        assert(first + scenarios <= shocks.length && next <= prices.length);
        if (settled(instrument, time, quote)) {
            int256 paid = payoff(instrument, Shocks.requirePrice(instrument, quote.settlement));
            for (uint256 i = at; i < next; ++i) {
                prices.set(i, paid);
            }
            return next;
        }
        uint256 price = basis(instrument, time, underlying, quote);
        int256 scale = Shocks.scaleOf(underlying);
        bool taylor = terms.repricing == Dials.TAYLOR;
        bool isOption = Instruments.isOption(Instruments.kindOf(instrument));
        Option memory option;
        Greeks memory greeks;
        int256 current;
        if (isOption) {
            option = Options.optionOf(instrument, time, price, quote, terms);
            current = Options.priceOf(option, price, 0, 0);
            if (taylor) greeks = Derivatives.greeksOf(option, price, quote.rate);
        } else {
            current = linear(instrument, price);
        }
        prices.set(at, current);
        // no index wraps: all are below the length of an array
        unchecked {
            for (uint256 s = 0; s < scenarios; ++s) {
                (int256 spotBps, int256 volatilityBps) = shocks.get(first + s);
                int256 move = Shocks.moveOf(spotBps, scale);
                int256 value;
                if (taylor) {
                    value = isOption
                        ? byGreeks(option, greeks, price, current, move, volatilityBps)
                        : linearTaylor(instrument, price, current, move);
                } else {
                    uint256 forward = Shocks.shocked(instrument, price, move);
                    value = isOption
                        ? Options.priceOf(option, forward, logarithm(logs, s, move), volatilityBps)
                        : linear(instrument, forward);
                }
                prices.set(at + 1 + s, value);
            }
        }
    }

    /// ln(1 + move) of scenario s, which is the same for all positions of an underlying: each is computed once.
    function logarithm(int256[] memory logs, uint256 s, int256 move) internal pure returns (int256 ln) {
        ln = logs.get(s);
        if (ln == 0) {
            ln = Shocks.lnOf(move);
            logs.set(s, ln);
        }
    }

    /// An option in a scenario, by its derivatives.
    function byGreeks(
        Option memory option,
        Greeks memory greeks,
        uint256 price,
        int256 current,
        int256 move,
        int256 volatilityBps
    ) internal pure returns (int256 value) {
        uint256 factor = Options.volatilityFactor(option, volatilityBps);
        value = current + Derivatives.movement(option, greeks, price, move, factor);
        if (value <= -int256(Limits.PRICE) || value >= int256(Limits.PRICE)) {
            revert GridPriceOutOfRange(option.instrument, value);
        }
    }

    /// What has no strike, up to the square of a relative move: only an inverse perpetual is not exact.
    function linearTaylor(uint256 instrument, uint256 price, int256 current, int256 move)
        internal
        pure
        returns (int256)
    {
        if (Instruments.kindOf(instrument) == Instruments.INVERSE) return secondOrder(instrument, current, move);
        return linear(instrument, Shocks.shocked(instrument, price, move));
    }

    /// Whether it is dated, and its date's price is known: then no scenario moves it.
    function settled(uint256 instrument, uint256 time, Quote memory quote) internal pure returns (bool) {
        uint256 expiry = Instruments.expiryOf(instrument);
        return expiry != 0 && time >= expiry && quote.settlement != 0;
    }

    /// The price that shocks move: the spot for spot and for what has expired without a settlement, else the forward.
    function basis(uint256 instrument, uint256 time, UnderlyingQuote memory underlying, Quote memory quote)
        internal
        pure
        returns (uint256)
    {
        uint256 expiry = Instruments.expiryOf(instrument);
        bool spot = Instruments.kindOf(instrument) == Instruments.SPOT || (expiry != 0 && time >= expiry);
        return Shocks.requirePrice(instrument, spot ? underlying.spot : quote.forward);
    }

    /// What a dated instrument pays at the price; the price itself where there is no strike. Exact.
    function payoff(uint256 instrument, uint256 price) internal pure returns (int256) {
        uint256 kind = Instruments.kindOf(instrument);
        uint256 strike = Instruments.strikeOf(instrument);
        if (kind == Instruments.CALL) return price > strike ? int256(price - strike) : int256(0);
        if (kind == Instruments.PUT) return price < strike ? int256(strike - price) : int256(0);
        return int256(price);
    }

    /// What has no strike is worth its price, exactly; an inverse perpetual minus the reciprocal of it, rounded down.
    function linear(uint256 instrument, uint256 price) internal pure returns (int256 value) {
        if (Instruments.kindOf(instrument) != Instruments.INVERSE) return int256(price);
        if (price == 0) revert PriceOutOfRange(instrument, price);
        unchecked {
            value = -int256((Limits.WAD * Limits.WAD + price - 1) / price);
        }
        if (value <= -int256(Limits.PRICE)) revert GridPriceOutOfRange(instrument, value);
    }

    /// An inverse perpetual's value up to the square of a relative move m, current * (1 - m + m^2); rounded down.
    function secondOrder(uint256 instrument, int256 current, int256 move) internal pure returns (int256 value) {
        int256 one = int256(Limits.SHOCK_ONE);
        unchecked {
            // 2^96 * 2^79
            value = Rounding.floorDiv(current * (one * one - one * move + move * move), uint256(one * one));
        }
        if (value <= -int256(Limits.PRICE)) revert GridPriceOutOfRange(instrument, value);
    }
}
