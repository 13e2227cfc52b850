// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {NotionalOutOfRange, UnderlyingNotCovered, UnderlyingNotQuoted} from "./Errors.sol";
import {Instruments} from "./Instruments.sol";
import {Limits} from "./Limits.sol";
import {Rounding} from "./Rounding.sol";
import {Shocks} from "./Shocks.sol";
import {Cover, Market, Policy, Position, Quote, Terms, UnderlyingQuote} from "./Types.sol";

/// What a requirement has on top of losses in scenarios. Position `i` is quoted by `quotes[rows[i]]` and priced by
/// `grid[rows[i] * (scenarios + 1)]`. Each add-on is an exact sum, rounded up once; what else is rounded says so.
///
/// What is unchecked cannot wrap: `vmargin.margin.bounds.widths` derives that no sum reaches 2^246, as |size| is below
/// 2^112, a price that is read below 2^96, a factor at most 2^15 and an account holds 2^6 positions at most.
library AddOns {
    /// The base of a requirement: the combined loss, at least the short-option minimum, and all that is added.
    function base(
        uint256 combined,
        Position[] memory positions,
        Market memory market,
        Policy memory policy,
        int256[] memory grid,
        uint256[] memory rows
    ) internal pure returns (uint256) {
        Terms memory terms = policy.terms;
        uint256 scenarios = policy.weightsBps.length;
        uint256 least = shortOptionMinimum(
            positions, rows, market.time, market.underlyings, market.quotes, terms.shortOptionBps, grid, scenarios
        );
        uint256 amount = combined < least ? least : combined;
        uint256 concentrated = concentration(
            positions, rows, market.time, market.underlyings, market.quotes, policy.covers, grid, scenarios
        );
        uint256 uncertain = confidence(
            positions, rows, market.time, market.underlyings, market.quotes, terms.confidenceBps, grid, scenarios
        );
        amount = amount + concentrated + uncertain;
        return amount + depeg(amount, market.stablePrice, terms);
    }

    /// The least requirement for options sold, whatever the scenarios say: a share of what they are written on. Rounded
    /// up.
    function shortOptionMinimum(
        Position[] memory positions,
        uint256[] memory rows,
        uint256 time,
        UnderlyingQuote[] memory underlyings,
        Quote[] memory quotes,
        uint256 shortOptionBps,
        int256[] memory grid,
        uint256 scenarios
    ) internal pure returns (uint256) {
        if (shortOptionBps == 0) return 0;
        uint256 sum = 0;
        uint256 u = 0;
        unchecked {
            for (uint256 i = 0; i < positions.length; ++i) {
                Position memory position = positions[i];
                if (position.size < 0 && Instruments.isOption(Instruments.kindOf(position.instrument))) {
                    u = quoted(underlyings, u, Instruments.underlyingOf(position.instrument));
                    uint256 row = rows[i];
                    int256 current = grid[row * (scenarios + 1)];
                    uint256 price = notionalPrice(position.instrument, time, underlyings[u].spot, quotes[row], current);
                    sum += magnitude(position.size) * price;
                }
            }
            return Rounding.ceilDiv(sum * shortOptionBps, Limits.WAD * Limits.BPS);
        }
    }

    /// For what is held of an underlying beyond what the market absorbs, whatever its sign. The units of an underlying
    /// and the notional of their excess are rounded up each before the sum is.
    function concentration(
        Position[] memory positions,
        uint256[] memory rows,
        uint256 time,
        UnderlyingQuote[] memory underlyings,
        Quote[] memory quotes,
        Cover[] memory covers,
        int256[] memory grid,
        uint256 scenarios
    ) internal pure returns (uint256) {
        uint256 sum = 0;
        uint256 units = 0;
        uint256 u = 0;
        uint256 c = 0;
        unchecked {
            for (uint256 i = 0; i < positions.length; ++i) {
                Position memory position = positions[i];
                uint256 underlying = Instruments.underlyingOf(position.instrument);
                uint256 row = rows[i];
                int256 current = grid[row * (scenarios + 1)];
                units += magnitude(position.size) * unitsOf(position.instrument, time, quotes[row], current);
                if (i + 1 < positions.length && Instruments.underlyingOf(positions[i + 1].instrument) == underlying) {
                    continue;
                }

                u = quoted(underlyings, u, underlying);
                c = covered(covers, c, underlying);
                units = Rounding.ceilDiv(units, Limits.WAD);
                Cover memory cover = covers[c];
                if (units > cover.depth && cover.concentrationBps != 0) {
                    uint256 excess = units - cover.depth;
                    uint256 spot = Shocks.requirePrice(underlying << 224, underlyings[u].spot);
                    uint256 notional = Rounding.ceilDiv(excess * spot, Limits.WAD);
                    if (notional >= Limits.PNL) revert NotionalOutOfRange(underlying, notional);
                    sum += notional * cover.concentrationBps;
                }
                units = 0;
            }
            return Rounding.ceilDiv(sum, Limits.BPS);
        }
    }

    /// For sources that are less than certain: a share of each position's notional. Rounded up.
    function confidence(
        Position[] memory positions,
        uint256[] memory rows,
        uint256 time,
        UnderlyingQuote[] memory underlyings,
        Quote[] memory quotes,
        uint256 confidenceBps,
        int256[] memory grid,
        uint256 scenarios
    ) internal pure returns (uint256) {
        if (confidenceBps == 0) return 0;
        uint256 sum = 0;
        uint256 u = 0;
        unchecked {
            for (uint256 i = 0; i < positions.length; ++i) {
                Position memory position = positions[i];
                u = quoted(underlyings, u, Instruments.underlyingOf(position.instrument));
                uint256 row = rows[i];
                uint256 own = quotes[row].confidenceBps;
                uint256 certain = underlyings[u].confidenceBps < own ? underlyings[u].confidenceBps : own;
                if (certain < Limits.BPS) {
                    int256 current = grid[row * (scenarios + 1)];
                    uint256 price = notionalPrice(position.instrument, time, underlyings[u].spot, quotes[row], current);
                    sum += magnitude(position.size) * price * (Limits.BPS - certain);
                }
            }
            return Rounding.ceilDiv(sum * confidenceBps, Limits.WAD * Limits.BPS * Limits.BPS);
        }
    }

    /// For a cash asset that is worth less than it should be: a share of an amount. Rounded up.
    function depeg(uint256 amount, uint256 stablePrice, Terms memory terms) internal pure returns (uint256) {
        if (stablePrice >= terms.pegThreshold) return 0;
        uint256 gap = terms.pegThreshold - stablePrice;
        return Rounding.ceilDiv(amount * gap * terms.depegBps, Limits.WAD * Limits.BPS);
    }

    /// What one unit of an instrument is exposed to, in cash: nothing once it is settled, spot while it waits for that.
    function notionalPrice(uint256 instrument, uint256 time, uint256 spot, Quote memory quote, int256 current)
        internal
        pure
        returns (uint256)
    {
        uint256 kind = Instruments.kindOf(instrument);
        if (kind == Instruments.SPOT) return spot;
        if (kind == Instruments.INVERSE) return magnitude(current);
        if (Instruments.isPerpetual(kind) || time < Instruments.expiryOf(instrument)) return quote.forward;
        return quote.settlement == 0 ? spot : 0;
    }

    /// Units of the underlying in one unit of an instrument, with 18 decimals.
    function unitsOf(uint256 instrument, uint256 time, Quote memory quote, int256 current)
        internal
        pure
        returns (uint256)
    {
        uint256 kind = Instruments.kindOf(instrument);
        if (kind == Instruments.INVERSE) return magnitude(current);
        if (kind < Instruments.FUTURE || time < Instruments.expiryOf(instrument)) return Limits.WAD;
        return quote.settlement == 0 ? Limits.WAD : 0;
    }

    /// Where an underlying is quoted, from `start` on.
    function quoted(UnderlyingQuote[] memory underlyings, uint256 start, uint256 underlying)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            for (uint256 u = start; u < underlyings.length; ++u) {
                if (underlyings[u].underlying == underlying) return u;
            }
        }
        revert UnderlyingNotQuoted(underlying);
    }

    /// Where an underlying is covered, from `start` on.
    function covered(Cover[] memory covers, uint256 start, uint256 underlying) internal pure returns (uint256) {
        unchecked {
            for (uint256 c = start; c < covers.length; ++c) {
                if (covers[c].underlying == underlying) return c;
            }
        }
        revert UnderlyingNotCovered(underlying);
    }

    /// How far from zero, for what is not the least int256: no size and no price is.
    function magnitude(int256 x) internal pure returns (uint256) {
        unchecked {
            return x < 0 ? uint256(-x) : uint256(x);
        }
    }
}
