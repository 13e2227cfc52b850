"""Portfolios, markets and policies of the four-dial rule, valid and drawn: ordinary, dust, giant and zero.

What is drawn is asked of a *chooser*, as in :mod:`vmargin.crosscheck.bias`: a seeded generator or Hypothesis.
The first of any choices is the simplest, so that what Hypothesis shrinks becomes simpler.  Structs hold
plain integers here; :mod:`vmargin.testing.strategies` gives them their words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from vmargin.crosscheck.bias import Chooser
from vmargin.margin import dials
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, PUT, SPOT
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

T = TypeVar("T")

WAD = 10**18
DAY = 86_400
NOW = 1_800_000_000
"""The time of a market, unless it is said."""
SIZE = 2**112 - 1
PRICE = 2**96 - 1
CASH = 2**126 - 1
FACTOR = 2**15
"""The most that there can be of each; see :mod:`vmargin.margin.limits`."""

KINDS = (PERP, SPOT, FUTURE, CALL, PUT, INVERSE)

_NAMES = (1, 2, 3, 77, 2**32 - 1)
_SPOTS = (100 * WAD, WAD, 60_000 * WAD, WAD // 1000)


class Setting(NamedTuple):
    """One setting of the four dials."""

    repricing: int = dials.FULL
    grouping: int = dials.ACCOUNT
    aggregate: int = dials.WORST
    combine: int = dials.SUM


SETTINGS = tuple(
    Setting(repricing, grouping, aggregate, combine)
    for repricing in (dials.FULL, dials.TAYLOR)
    for grouping in (dials.POSITION, dials.EXPIRY, dials.UNDERLYING, dials.ACCOUNT)
    for aggregate in (dials.WORST, dials.SHORTFALL, dials.VAR)
    for combine in (dials.SUM, dials.QUAD)
    if (grouping, combine) != (dials.ACCOUNT, dials.QUAD)
)
"""All that a policy may have."""


def made(kind: Callable[..., T], *values: Any) -> T:
    """A struct of plain integers."""
    return kind(*values)


def of(chooser: Chooser, choices: Sequence[T]) -> T:
    """One of these."""
    return choices[chooser.below(len(choices))]


def one_in(chooser: Chooser, number: int) -> bool:
    """Whether what happens once in so many times happens."""
    return chooser.below(number) == number - 1


def amount(chooser: Chooser, most: int, usual: int) -> int:
    """Mostly of a usual size; else dust, nothing, or up to the most there can be."""
    mode = chooser.below(12)
    if mode == 11:
        return 0
    if mode == 10:
        return chooser.between(1, 1000)
    if mode == 9:
        return of(chooser, (most, most - 1, most // 2))
    if mode == 8:
        return chooser.between(1, most)
    return chooser.between(1, min(usual, most))


def factor(chooser: Chooser, most: int = FACTOR) -> int:
    """Basis points up to a most."""
    kind = chooser.below(6)
    if kind < 4:
        return (0, 10_000, 1, most)[kind]
    return chooser.between(1, 10_000 if kind == 4 else most)


def signed(chooser: Chooser, magnitude: int) -> int:
    """The magnitude, of either sign."""
    return -magnitude if chooser.below(2) else magnitude


def instrument(underlying: int, kind: int, expiry: int = 0, strike: int = 0) -> int:
    """The identifier of an instrument, which is not checked here."""
    return underlying << 224 | expiry << 184 | kind << 176 | strike


def instruments(chooser: Chooser, count: int, kinds: Sequence[int] = KINDS, now: int = NOW) -> list[int]:
    """Distinct, in order; of a few underlyings, dated ones before, at and after `now`."""
    found: set[int] = set()
    names = list(_NAMES)
    for _ in range(len(names) - 1 - chooser.below(4)):
        names.pop(chooser.below(len(names)))
    while len(found) < count:
        kind = of(chooser, kinds)
        expiry = of(chooser, (now + 30 * DAY, now + DAY, now + 1, now, now - DAY))
        strike = max(1, amount(chooser, PRICE, 200 * WAD))
        name = of(chooser, names)
        found.add(instrument(name, kind, expiry if kind >= FUTURE else 0, strike if kind >= CALL else 0))
        if len(found) < count and one_in(chooser, 3):
            names.append(1000 + len(found))
    return sorted(found)


def portfolio(chooser: Chooser, held: Sequence[int], *, extreme: bool = False) -> Portfolio:
    """Cash and a position in each instrument."""

    def size() -> int:
        return signed(chooser, max(1, amount(chooser, SIZE if extreme else 10**23, 1000 * WAD)))

    cash = signed(chooser, amount(chooser, CASH if extreme else 10**26, 10_000 * WAD))
    return made(Portfolio, cash, tuple(made(Position, i, size()) for i in held))


def price(chooser: Chooser, near: int, *, extreme: bool = False) -> int:
    """Within a tenth of another; now and then, of the extreme, any that there can be."""
    if extreme and one_in(chooser, 3):
        return max(1, amount(chooser, PRICE, 10**30))
    return near * chooser.between(9_000, 11_000) // 10_000


def market(chooser: Chooser, held: Sequence[int], *, now: int = NOW, extreme: bool = False) -> Market:
    """A market in these instruments: prices, volatilities, rates, confidences, settlements."""
    spots = {name: of(chooser, _SPOTS) for name in sorted({i >> 224 for i in held})}

    def confidence() -> int:
        return of(chooser, (10_000, 10_000, 10_000, 9_900, 0))

    def volatility() -> int:
        kind = chooser.below(5)
        return (WAD // 2, WAD, 0)[kind] if kind < 3 else chooser.between(0, 20 if kind == 4 else 3 * WAD)

    def rate() -> int:
        kind = chooser.below(4)
        return (0, WAD // 20, -WAD // 50)[kind] if kind < 3 else chooser.between(-WAD // 2, WAD // 2)

    def quote(name: int) -> Quote:
        forward = price(chooser, spots[name], extreme=extreme)
        settlement = price(chooser, spots[name], extreme=extreme) if chooser.below(2) else 0
        return made(Quote, forward, volatility(), rate(), settlement, confidence())

    return made(
        Market,
        now,
        of(chooser, (WAD, WAD, 97 * WAD // 100, 2 * WAD, 0)),
        tuple(
            made(
                UnderlyingQuote,
                name,
                price(chooser, spot, extreme=extreme),
                confidence(),
                of(chooser, (10_000, 0, 13_370)),
            )
            for name, spot in spots.items()
        ),
        tuple(quote(i >> 224) for i in held),
    )


def terms(chooser: Chooser, scenarios: int, **chosen: int) -> Terms:
    """Valid ones, of one group, the worst outcome and a plain sum unless chosen otherwise."""
    maintenance = chooser.between(1, FACTOR)
    fields: dict[str, int] = {
        "schema": dials.SCHEMA,
        "repricing": dials.FULL,
        "grouping": dials.ACCOUNT,
        "aggregate": dials.WORST,
        "combine": dials.SUM,
        "tailNumerator": chooser.between(1, scenarios),
        "tailDenominator": chooser.between(scenarios, FACTOR),
        "creditBps": factor(chooser, 10_000),
        "initialBps": chooser.between(maintenance, FACTOR),
        "maintenanceBps": maintenance,
        "maxPositions": 64,
        "termPowerBps": of(chooser, (0, 3_000)),
        "termFloor": DAY,
        "shortOptionBps": factor(chooser),
        "confidenceBps": factor(chooser, 10_000),
        "depegBps": factor(chooser),
        "pegThreshold": of(chooser, (WAD, 98 * WAD // 100, 2**64 - 1)),
        "matrixSize": 0,
    }
    return made(Terms, *({**fields, **chosen}[name] for name in Terms._fields))


def policy(chooser: Chooser, setting: Setting, held: Sequence[int], scenarios: int) -> Policy:
    """A rule that covers what is held, and now and then underlyings that are not."""
    names = {i >> 224 for i in held}
    names |= {chooser.between(1, 89) for _ in range(chooser.below(3))}
    tables = 1 + chooser.below(3)
    groups = {
        dials.POSITION: len(held),
        dials.EXPIRY: len({i >> 184 for i in held}),
        dials.UNDERLYING: len(names),
        dials.ACCOUNT: 1,
    }[setting.grouping]
    quad = setting.combine == dials.QUAD
    size = min(64, max(1, groups + of(chooser, (0, 0, 0, 1, 2)))) if quad else 0
    return made(
        Policy,
        terms(chooser, scenarios, matrixSize=size, **setting._asdict()),
        tuple(_cover(chooser, name, tables) for name in sorted(names)),
        tuple(
            made(Shock, chooser.between(-5_000, 5_000) * chooser.below(2), chooser.between(-6_000, 10_000))
            for _ in range(tables * scenarios)
        ),
        tuple(factor(chooser) if chooser.below(2) else 10_000 for _ in range(scenarios)),
        matrix(chooser, size, free=one_in(chooser, 10)),
    )


def book(chooser: Chooser) -> tuple[Portfolio, Market, Policy]:
    """One to three positions, their market and a policy of few scenarios, of any setting."""
    setting = of(chooser, SETTINGS)
    held = instruments(chooser, 1 + chooser.below(3))
    quotes = market(chooser, held)
    return portfolio(chooser, held), quotes, policy(chooser, setting, held, 1 + chooser.below(3))


def matrix(chooser: Chooser, size: int, *, free: bool = False) -> tuple[int, ...]:
    """Correlations: of one factor, by which no variance is negative; or, if they are free, any."""
    beta = [chooser.between(-100, 100) for _ in range(size)]
    rows = [[10_000] * size for _ in range(size)]
    for i in range(size):
        for j in range(i):
            rows[i][j] = rows[j][i] = chooser.between(-10_000, 10_000) if free else beta[i] * beta[j]
    return tuple(c for row in rows for c in row)


def _cover(chooser: Chooser, name: int, tables: int) -> Cover:
    return made(
        Cover,
        name,
        chooser.below(tables),
        factor(chooser, 10_000),
        amount(chooser, SIZE - 1, 10**24),
        amount(chooser, SIZE - 1, 10**21),
        factor(chooser, 10_000),
    )
