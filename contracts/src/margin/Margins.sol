// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {AddOns} from "./AddOns.sol";
import {Collateral} from "./Collateral.sol";
import {
    CashOutOfRange,
    ConfidenceOutOfRange,
    PositionsOutOfOrder,
    QuotesMismatch,
    SizeOutOfRange,
    SurplusQuotes,
    TooManyPositions,
    UnderlyingNotQuoted
} from "./Errors.sol";
import {Instruments} from "./Instruments.sol";
import {Limits} from "./Limits.sol";
import {Repricing} from "./Repricing.sol";
import {Rounding} from "./Rounding.sol";
import {Rules} from "./Rules.sol";
import {Margin, Market, Policy, Portfolio, Position, UnderlyingQuote} from "./Types.sol";

/// A portfolio's margin under a policy, which has been checked, at a market.
library Margins {
    /// The margin, and the outcome of each group in each scenario before weights. `tail` is as Tails wants it.
    function evaluate(Portfolio memory portfolio, Market memory market, Policy memory policy, uint256[] memory tail)
        internal
        pure
        returns (Margin memory margin, int256[] memory outcomes)
    {
        requirePortfolio(portfolio, policy.terms.maxPositions);
        requireMarket(portfolio.positions, market);
        int256[] memory grid = Repricing.grid(portfolio.positions, market, policy);
        uint256[] memory rows = new uint256[](portfolio.positions.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            rows[i] = i;
        }
        return onGrid(portfolio, market, policy, grid, rows, tail);
    }

    /// The same on a grid of prices that may have more rows: position i is priced by row `rows[i]` and quoted by
    /// `market.quotes[rows[i]]`. The portfolio and the market have been checked.
    function onGrid(
        Portfolio memory portfolio,
        Market memory market,
        Policy memory policy,
        int256[] memory grid,
        uint256[] memory rows,
        uint256[] memory tail
    ) internal pure returns (Margin memory margin, int256[] memory outcomes) {
        Position[] memory positions = portfolio.positions;
        uint256 scenarios = policy.weightsBps.length;
        outcomes = Rules.outcomesOf(positions, grid, rows, policy);
        margin.groups = outcomes.length / scenarios;
        uint256 combined;
        (combined, margin.worstScenario) = Rules.combined(outcomes, positions, policy, tail);
        uint256 base = AddOns.base(combined, positions, market, policy, grid, rows);
        margin.value = Collateral.value(portfolio.cash, positions, grid, rows, scenarios);
        margin.haircut = Collateral.haircut(positions, market, policy);
        margin.initialRequirement = Rounding.ceilDiv(base * policy.terms.initialBps, Limits.BPS);
        margin.maintenanceRequirement = Rounding.ceilDiv(base * policy.terms.maintenanceBps, Limits.BPS);
    }

    /// Reverts unless the portfolio is one: valid instruments in strictly ascending order, and amounts in range.
    function requirePortfolio(Portfolio memory portfolio, uint256 maxPositions) internal pure {
        int256 cash = portfolio.cash;
        if (cash >= int256(Limits.CASH) || cash <= -int256(Limits.CASH)) revert CashOutOfRange(cash);
        uint256 most = maxPositions < Limits.POSITIONS ? maxPositions : Limits.POSITIONS;
        uint256 count = portfolio.positions.length;
        if (count > most) revert TooManyPositions(count, most);
        uint256 previous = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 instrument = portfolio.positions[i].instrument;
            int256 size = portfolio.positions[i].size;
            Instruments.requireValid(instrument);
            if (instrument <= previous) revert PositionsOutOfOrder(previous, instrument);
            if (size == 0 || size >= int256(Limits.SIZE) || size <= -int256(Limits.SIZE)) {
                revert SizeOutOfRange(instrument, size);
            }
            previous = instrument;
        }
    }

    /// Reverts unless the market is that of the positions: a quote for each, and their underlyings' and no others.
    function requireMarket(Position[] memory positions, Market memory market) internal pure {
        if (market.quotes.length != positions.length) revert QuotesMismatch(market.quotes.length, positions.length);
        UnderlyingQuote[] memory underlyings = market.underlyings;
        uint256 previous = 0;
        uint256 held = 0;
        for (uint256 i = 0; i < positions.length; ++i) {
            uint256 underlying = Instruments.underlyingOf(positions[i].instrument);
            if (underlying != previous) {
                if (held == underlyings.length || underlyings[held].underlying != underlying) {
                    revert UnderlyingNotQuoted(underlying);
                }
                requireConfidence(underlyings[held].confidenceBps);
                previous = underlying;
                ++held;
            }
            requireConfidence(market.quotes[i].confidenceBps);
        }
        if (underlyings.length != held) revert SurplusQuotes(underlyings.length, held);
    }

    function requireConfidence(uint256 confidenceBps) internal pure {
        if (confidenceBps > Limits.BPS) revert ConfidenceOutOfRange(confidenceBps);
    }
}
