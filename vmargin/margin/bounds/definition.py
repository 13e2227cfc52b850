"""The rule in fractions, from its definition alone: what a contract's integers are the rounding of.

Nothing here is shared with the kernels but the types of their arguments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, SupportsInt

from vmargin.margin.dials import ACCOUNT, EXPIRY, POSITION, QUAD, UNDERLYING, VAR, WORST
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PUT, SPOT
from vmargin.margin.types import Cover, Position, Quote, Terms, UnderlyingQuote

_WAD = 10**18
_BPS = 10_000
_ROOT_DIGITS = 10**40


class Inputs(NamedTuple):
    """What a requirement is computed from, in integers; row `rows[i]` of the grid is position `i`'s."""

    positions: Sequence[Position]
    rows: Sequence[int]
    time: int
    stablePrice: int
    underlyings: Sequence[UnderlyingQuote]
    quotes: Sequence[Quote]
    terms: Terms
    covers: Sequence[Cover]
    weightsBps: Sequence[int]
    correlationsBps: Sequence[int]
    grid: Sequence[int | Fraction]

    @property
    def scenarios(self) -> int:
        """Prices of a row, but for the current one."""
        return len(self.weightsBps)

    def price(self, i: int, scenario: int = 0) -> Fraction:
        """Price of position `i`: the current one, or in a scenario, from 1 on."""
        price = self.grid[self.rows[i] * (self.scenarios + 1) + scenario]
        return price if isinstance(price, Fraction) else Fraction(int(price))


class Span(NamedTuple):
    """Between what two numbers an exact one lies: the same twice, but for roots."""

    low: Fraction
    high: Fraction


class Exact(NamedTuple):
    """A rule's results without any rounding, in wei."""

    outcomes: list[list[Fraction]]
    combined: Span
    initial: Span
    maintenance: Span


def wad(number: SupportsInt | Fraction) -> Fraction:
    """Of an integer with 18 decimals."""
    return (number if isinstance(number, Fraction) else Fraction(int(number))) / _WAD


def share(bps: SupportsInt) -> Fraction:
    """Of basis points."""
    return Fraction(int(bps), _BPS)


def kind_of(instrument: SupportsInt) -> int:
    """Of an instrument."""
    return int(instrument) >> 176 & 0xFF


def underlying_of(instrument: SupportsInt) -> int:
    """Of an instrument."""
    return int(instrument) >> 224


def _group(instrument: SupportsInt, grouping: int) -> int:
    """What positions of one group share; within ACCOUNT, those of one underlying are netted first."""
    return int(instrument) >> {POSITION: 0, EXPIRY: 184, UNDERLYING: 224, ACCOUNT: 224}[grouping]


def groups_of(inputs: Inputs, grouping: int) -> list[list[int]]:
    """The positions of each group, in order."""
    found: dict[int, list[int]] = {}
    for i, position in enumerate(inputs.positions):
        found.setdefault(_group(position.instrument, grouping), []).append(i)
    return list(found.values())


def outcomes(inputs: Inputs) -> list[list[Fraction]]:
    """What each group gains in each scenario."""

    def pnl(members: list[int], s: int) -> Fraction:
        return sum(
            (wad(inputs.positions[i].size) * (inputs.price(i, s) - inputs.price(i)) for i in members),
            Fraction(0),
        )

    found = [
        [pnl(members, s + 1) for s in range(inputs.scenarios)]
        for members in groups_of(inputs, int(inputs.terms.grouping))
    ]
    if inputs.terms.grouping != ACCOUNT or not found:
        return found
    credit = share(inputs.terms.creditBps)
    return [
        [
            sum((p * credit if p > 0 else p for p in column), Fraction(0))
            for column in zip(*found, strict=True)
        ]
    ]


def aggregate(terms: Terms, losses: Sequence[Fraction]) -> Fraction:
    """What a group's losses come to."""
    descending = sorted(losses, reverse=True)
    if terms.aggregate == WORST:
        return descending[0]
    if terms.aggregate == VAR:
        return descending[int(terms.tailNumerator) - 1]
    tail = Fraction(len(losses) * int(terms.tailNumerator), int(terms.tailDenominator))
    whole = math.floor(tail)
    part = (tail - whole) * descending[whole] if tail > whole else Fraction(0)
    return (sum(descending[:whole], Fraction(0)) + part) / tail


def is_signed(inputs: Inputs) -> bool:
    """Whether a group's gain counts as a negative loss: what QUAD squares is then a sensitivity."""
    return inputs.terms.combine == QUAD and inputs.scenarios == 1


def group_losses(inputs: Inputs, found: list[list[Fraction]]) -> list[Fraction]:
    """What each group comes to."""
    losses = []
    for group in found:
        loss = aggregate(inputs.terms, [-p * share(w) for p, w in zip(group, inputs.weightsBps, strict=True)])
        losses.append(loss if is_signed(inputs) else max(loss, Fraction(0)))
    return losses


def correlations(inputs: Inputs) -> list[list[Fraction]]:
    """The groups' own matrix, out of the policy's."""
    size = int(inputs.terms.matrixSize)
    places = list(range(size))
    if inputs.terms.grouping == UNDERLYING:
        held = [members[0] for members in groups_of(inputs, UNDERLYING)]
        covers = [int(cover.underlying) for cover in inputs.covers]
        places = [covers.index(underlying_of(inputs.positions[i].instrument)) for i in held]
    else:
        places = places[: len(groups_of(inputs, int(inputs.terms.grouping)))]
    return [[share(inputs.correlationsBps[a * size + b]) for b in places] for a in places]


def combine(inputs: Inputs, losses: Sequence[Fraction]) -> Span:
    """What all groups come to."""
    if inputs.terms.combine != QUAD:
        return Span(sum(losses, Fraction(0)), sum(losses, Fraction(0)))
    matrix = correlations(inputs)
    variance = sum(
        (x * y * c for x, row in zip(losses, matrix, strict=True) for y, c in zip(losses, row, strict=True)),
        Fraction(0),
    )
    return Span(*root(variance))


def root(square: Fraction) -> tuple[Fraction, Fraction]:
    """Around the root, within 10^-40."""
    low = math.isqrt(math.floor(square * _ROOT_DIGITS**2))
    exact = Fraction(low, _ROOT_DIGITS) ** 2 == square
    return Fraction(low, _ROOT_DIGITS), Fraction(low if exact else low + 1, _ROOT_DIGITS)


def _exposures(inputs: Inputs) -> Iterator[tuple[int, UnderlyingQuote, Fraction, Fraction, Fraction]]:
    """Of each position: its index, its underlying, |size|, and for one unit of it cash and units."""
    quoted = {int(u.underlying): u for u in inputs.underlyings}
    for i, (instrument, size) in enumerate(inputs.positions):
        quote, kind = inputs.quotes[inputs.rows[i]], kind_of(instrument)
        underlying = quoted[underlying_of(instrument)]
        expired = kind >= FUTURE and inputs.time >= int(instrument) >> 184 & 0xFF_FFFFFFFF
        price, units = Fraction(int(quote.forward)), Fraction(1)
        if kind == INVERSE:
            price = abs(inputs.price(i))
            units = wad(price)
        elif expired and quote.settlement != 0:
            price, units = Fraction(0), Fraction(0)
        elif expired or kind == SPOT:
            price = Fraction(int(underlying.spot))
        yield i, underlying, abs(wad(size)), price, units


def short_option_minimum(inputs: Inputs) -> Fraction:
    """For options sold."""
    sold = (
        size * price
        for i, _, size, price, _ in _exposures(inputs)
        if inputs.positions[i].size < 0 and kind_of(inputs.positions[i].instrument) in (CALL, PUT)
    )
    return sum(sold, Fraction(0)) * share(inputs.terms.shortOptionBps)


def concentration(inputs: Inputs) -> Fraction:
    """For what is held beyond the depth."""
    covers = {int(cover.underlying): cover for cover in inputs.covers}
    held: dict[int, Fraction] = {}
    spots = {int(u.underlying): int(u.spot) for u in inputs.underlyings}
    for _, underlying, size, _, units in _exposures(inputs):
        held[int(underlying.underlying)] = held.get(int(underlying.underlying), Fraction(0)) + size * units
    return sum(
        (
            max(Fraction(0), units - wad(covers[name].depth))
            * spots[name]
            * share(covers[name].concentrationBps)
            for name, units in held.items()
        ),
        Fraction(0),
    )


def confidence(inputs: Inputs) -> Fraction:
    """For sources that are less than certain."""
    doubted = Fraction(0)
    for i, underlying, size, price, _ in _exposures(inputs):
        certain = min(int(inputs.quotes[inputs.rows[i]].confidenceBps), int(underlying.confidenceBps))
        doubted += size * price * (1 - share(certain))
    return doubted * share(inputs.terms.confidenceBps)


def depeg_share(inputs: Inputs) -> Fraction:
    """Of the base, for what the cash asset lacks."""
    gap = max(0, int(inputs.terms.pegThreshold) - inputs.stablePrice)
    return wad(gap) * share(inputs.terms.depegBps)


def exact(inputs: Inputs) -> Exact:
    """All that a rule returns of requirements, without rounding."""
    found = outcomes(inputs)
    total = combine(inputs, group_losses(inputs, found))
    least, added = short_option_minimum(inputs), concentration(inputs) + confidence(inputs)
    rise = 1 + depeg_share(inputs)
    base = Span(*((max(x, least) + added) * rise for x in total))
    initial, maintenance = (
        Span(*(x * share(bps) for x in base))
        for bps in (inputs.terms.initialBps, inputs.terms.maintenanceBps)
    )
    return Exact(found, total, initial, maintenance)


def value(cash: int, inputs: Inputs) -> Fraction:
    """Cash and positions at current prices: a rule's is this rounded down, so less by less than a wei."""
    worth = (wad(p.size) * inputs.price(i) for i, p in enumerate(inputs.positions))
    return cash + sum(worth, Fraction(0))


def haircut(inputs: Inputs) -> Fraction:
    """What is taken off spot that is held: a rule's is this rounded up, so more by less than a wei."""
    covers = {int(cover.underlying): cover for cover in inputs.covers}
    total = Fraction(0)
    for i, underlying, size, price, _ in _exposures(inputs):
        if inputs.positions[i].size > 0 and kind_of(inputs.positions[i].instrument) == SPOT:
            cover = covers[int(underlying.underlying)]
            within = min(size * price, Fraction(int(cover.collateralCap)))
            total += within * share(cover.haircutBps) + size * price - within
    return total
