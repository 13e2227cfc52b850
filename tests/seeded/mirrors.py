"""Mirrors of harness functions that allocate arrays: with the harness' own parameters, on tuples of ints."""

from __future__ import annotations

from typing import Any

from vmargin.margin import margin_view, quadrature, repricing, rules, tails
from vmargin.margin.types import (
    Cover,
    Market,
    Policy,
    Portfolio,
    Position,
    Quote,
    Shock,
    Terms,
    UnderlyingQuote,
)
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

Row = tuple[int, ...]


def rule(positions: Any, grid: Row, rows: Row, policy: Any, tail: Row) -> tuple[int, int, Row]:
    """Total, worst scenario and outcomes of `RulesHarness.rule`."""
    terms, covers, _, weights, correlations = policy
    held, weightsBps = Words(Position, positions), Words(uint256, weights)
    count, scenarios = len(held), len(weightsBps)
    outcomes = Scratch(int256, count * scenarios)
    groups = rules.outcomesOf(held, Words(int256, grid), Words(uint256, rows), terms, scenarios, outcomes)
    total, worst = rules.combined(
        outcomes.snapshot(), groups, held, terms, Words(Cover, covers), weightsBps,
        Words(int256, correlations), Words(uint256, tail),
        Scratch(int256, scenarios), Scratch(int256, scenarios), Scratch(int256, scenarios),
        Scratch(int256, count), Scratch(uint256, count),
    )  # fmt: skip
    return int(total), int(worst), tuple(map(int, outcomes))[: int(groups) * scenarios]


def aggregate(losses: Row, terms: Row, tail: Row, group: int) -> int:
    """`RulesHarness.aggregate`."""
    top = Scratch(int256, len(losses))
    return int(tails.aggregate(Words(int256, losses), terms, Words(uint256, tail), group, top))


def root(losses: Row, places: Row, correlationsBps: Row, size: int) -> int:
    """`RulesHarness.root`."""
    matrix = Words(int256, correlationsBps)
    return int(quadrature.root(Words(int256, losses), len(losses), Words(uint256, places), matrix, size))


def grid(positions: Any, market: Any, policy: Any) -> Row:
    """`RepricingHarness.grid`."""
    time, _, underlyings, quotes = market
    terms, covers, shocks, weights, _ = policy
    prices = Scratch(int256, len(positions) * (len(weights) + 1))
    repricing.grid(
        Words(Position, positions), time, Words(UnderlyingQuote, underlyings), Words(Quote, quotes), terms,
        Words(Cover, covers), Words(Shock, shocks), len(weights), prices,
    )  # fmt: skip
    return tuple(map(int, prices))


def evaluate(portfolio: Any, market: Any, policy: Any, tail: Row) -> tuple[Row, Row]:
    """`MarginView.evaluate`."""
    cash, positions = portfolio
    terms, *rest = policy
    margin, outcomes = margin_view.evaluate(
        Portfolio(cash, positions), Market(*market), Policy(Terms(*terms), *rest), tail
    )
    return tuple(map(int, margin)), tuple(map(int, outcomes))
