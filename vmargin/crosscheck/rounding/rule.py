"""The four-dial rule as something to search: portfolios and their neighbours, who gains, and its bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from vmargin.crosscheck.bias import Argument, Chooser, Seeded, argument
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.kernel_inputs import changed
from vmargin.crosscheck.portfolios import book
from vmargin.crosscheck.rounding.errors import Allowed
from vmargin.margin import dials, instruments, repricing
from vmargin.margin.bounds import roundings
from vmargin.margin.bounds.definition import Inputs, correlations
from vmargin.margin.margin_view import flat
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
from vmargin.solidity.exact import bounds
from vmargin.solidity.integers import int256, uint256

FAVOURS = {
    "value": "account",
    "haircut": "protocol",
    "initialRequirement": "protocol",
    "maintenanceRequirement": "protocol",
}
"""Who gains where a field of a margin is larger."""

_FACTOR = 2**15
_BPS = 10_000
_SIZE = 2**112 - 1
_PRICE = 2**96 - 1
_SLACK = Fraction(1, 10**20)
"""Of a wei: balls of another precision have other ends."""
_UNITS = (_BPS, 10**8, 10**18, 10**22)


class RuleCases:
    """Cases of `margin_view.evaluate_flat`: a portfolio, a market and a policy.

    Parameters
    ----------
    draw
        Gives one, from a chooser; what the rule refuses counts as reverted. At most 32 scenarios: beyond that
        a caller must name the tail.
    """

    def __init__(self, draw: Callable[[Chooser], tuple[Portfolio, Market, Policy]] = book) -> None:
        self._draw = draw

    def size(self) -> int | None:
        """Nobody has counted them."""
        return None

    def seeded(self, number: int, seed: str) -> Iterator[Case]:
        """That many cases."""
        chooser = Seeded(seed)
        for _ in range(number):
            yield self._draw(chooser)

    def neighbour(self, case: Case, other: Case, chooser: Chooser) -> Case:
        """One in which an amount or two are others; of the other case nothing is taken."""
        lists = _lists(case)
        places = list(_places(lists))
        for _ in range(1 + chooser.below(2)):
            at = chooser.below(len(places))
            values = [holder[key] for holder, key, _ in places]
            holder, key, end = places[at]
            holder[key] = end.clamp(changed([e for _, _, e in places], values, at, chooser, _UNITS))
        return _structs(lists)

    def arguments(self, case: Case) -> list[Any]:
        """The arguments of `evaluate_flat`, with room to write."""
        portfolio, market, policy = case
        held, scenarios = len(portfolio[1]), len(policy[3])
        return [
            *flat(Portfolio(*portfolio), Market(*market), Policy(*policy)),
            Scratch(int256, held * scenarios),
            Scratch(int256, held * (scenarios + 1)),
            Scratch(uint256, held),
            *(Scratch(int256, scenarios) for _ in range(3)),
            Scratch(int256, held),
            Scratch(uint256, held),
        ]


def bound(case: Case) -> Mapping[str, Allowed]:
    """How far each field may be from exact: by what the rule rounds, and by what its prices miss.

    Both are statements of `vmargin.margin.bounds.roundings`. How far prices miss is read from them: less than
    a wei where only a shock rounds, else from an exact value beside each. Where the matrix of correlations is
    not positive semidefinite nothing is stated of requirements.
    """
    portfolio, market, policy = Portfolio(*case[0]), Market(*case[1]), Policy(*case[2])
    prices, misses = _prices(portfolio, market, policy)
    inputs = Inputs(
        portfolio.positions, range(len(portfolio.positions)), int(market.time), int(market.stablePrice),
        market.underlyings, market.quotes, policy.terms, policy.covers, list(map(int, policy.weightsBps)),
        list(map(int, policy.correlationsBps)), prices,
    )  # fmt: skip
    worth = roundings.value_gap(inputs, misses)
    stated: dict[str, Allowed] = {"value": (worth + 1, worth), "haircut": (0, 1)}
    if policy.terms.combine == dials.QUAD and not roundings.is_semidefinite(correlations(inputs)):
        return stated
    for name, level in (
        ("initialRequirement", policy.terms.initialBps),
        ("maintenanceRequirement", policy.terms.maintenanceBps),
    ):
        below, above = roundings.bound(inputs, int(level))
        missed = roundings.price_gap(inputs, misses, int(level))
        stated[name] = (below + missed, above + missed)
    return stated


def _prices(portfolio: Portfolio, market: Market, policy: Policy) -> tuple[list[int], list[Fraction]]:
    """The grid of prices, and how far each position's miss at most."""
    scenarios = len(policy.weightsBps)
    prices = Scratch(int256, len(portfolio.positions) * (scenarios + 1))
    inputs = flat(portfolio, market, policy)
    _, positions, time, _, underlyings, quotes, terms, covers, shocks, *_ = inputs
    repricing.grid(positions, time, underlyings, quotes, terms, covers, shocks, uint256(scenarios), prices)
    named = {int(u.underlying): u for u in underlyings}
    tables = {int(c.underlying): int(c.table) for c in covers}
    misses = []
    for position, quote in zip(positions, quotes, strict=True):
        kind = int(instruments.kindOf(position.instrument))
        if kind not in (instruments.CALL, instruments.PUT, instruments.INVERSE):
            misses.append(Fraction(1))  # by a shock
            continue
        name = int(instruments.underlyingOf(position.instrument))
        first = tables[name] * scenarios
        moves = [Shock(int256(0), int256(0)), *(shocks[first + s] for s in range(scenarios))]
        miss = max(_miss(position.instrument, time, named[name], quote, terms, m) for m in moves)
        misses.append(miss + _SLACK)
    return list(map(int, prices)), misses


def _miss(*arguments: Any) -> Fraction:
    shadow = repricing.priceOf.shadow(*arguments)
    return Fraction(0) if shadow.revert else max(map(abs, bounds(shadow.error)))


def _places(case: list[Any]) -> Iterator[tuple[list[Any], int, Argument]]:
    """The amounts of a case: where each is, and its ends."""
    (_, positions), market, (terms, covers, shocks, weights, _) = case
    yield case[0], 0, argument("cash", -(2**126) + 1, 2**126 - 1)
    for position in positions:
        yield position, 1, argument("size", -_SIZE, _SIZE)
    yield market, Market._fields.index("stablePrice"), argument("stablePrice", 0, 2**64 - 1)
    for holders, kind, names in (
        (market[2], UnderlyingQuote, {"spot": (1, _PRICE), "confidenceBps": (0, _BPS)}),
        (market[3], Quote, {"forward": (1, _PRICE), "volatility": (0, 2**64), "confidenceBps": (0, _BPS)}),
        (covers, Cover, {"haircutBps": (0, _BPS), "collateralCap": (0, _SIZE), "depth": (0, _SIZE),
                         "concentrationBps": (0, _FACTOR)}),
        (shocks, Shock, {"spotBps": (-9_000, 9_000), "volatilityBps": (-9_000, 20_000)}),
        ([terms], Terms, dict.fromkeys(("creditBps", "confidenceBps"), (0, _BPS)) | dict.fromkeys(
            ("initialBps", "maintenanceBps", "shortOptionBps", "depegBps"), (0, _FACTOR))),
    ):  # fmt: skip
        for holder in holders:
            for name, (low, high) in names.items():
                yield holder, kind._fields.index(name), argument(name, low, high)
    for s in range(len(weights)):
        yield weights, s, argument("weightBps", 0, _FACTOR)


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, tuple | list | Words) else int(value)


def _structs(lists: list[Any]) -> Case:
    (cash, positions), (time, stable, underlyings, quotes), (terms, covers, shocks, weights, matrix) = lists

    def each(kind: Callable[..., Any], values: list[Any]) -> tuple[Any, ...]:
        return tuple(kind(*value) for value in values)

    policy: Callable[..., Any] = Policy
    market: Callable[..., Any] = Market
    return (
        Portfolio(cash, each(Position, positions)),
        market(time, stable, each(UnderlyingQuote, underlyings), each(Quote, quotes)),
        policy(Terms(*terms), each(Cover, covers), each(Shock, shocks), tuple(weights), tuple(matrix)),
    )
