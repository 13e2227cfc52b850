"""Options of which a few numbers are known between bounds: their prices, and what their derivatives foretell.

Two things are taken from the contracts' own pages, where tests hold them: how far a price may be from Black's
formula (Options.sol, Black76.sol), and N(d1) and the density from theirs (Greeks.sol). Of the formula it is
used that a price rises with the volatility, a chance with d1, and that a density does so up to 0.
"""

from __future__ import annotations

from typing import NamedTuple, SupportsInt

from vmargin.margin.black76 import price as black
from vmargin.margin.bounds.lines import Open
from vmargin.margin.limits import WAD as _WAD
from vmargin.margin.normal_distribution import BELL_TOP, cdf, pdf
from vmargin.margin.options import Option
from vmargin.solidity.integers import int256, uint256

WAD = int(_WAD)
UNSHOCKED = 10**22
FIRST_ORDER, SECOND_ORDER = 10**26, 2 * 10**16
LOGARITHM = 2
"""By how many units of 18 decimals the difference of two logarithms may be off."""
CHANCE = 8
"""By how many a chance or a density may be off, on both sides together, for a given d1."""
TOP = int(BELL_TOP) * WAD >> 96


class Bounds(NamedTuple):
    """Two numbers between which another lies."""

    low: int
    high: int


class Box(NamedTuple):
    """An option, and between what its numbers lie."""

    call: bool
    strike: int
    forward: Bounds
    moneyness: Bounds
    discount: Bounds
    volatility: int
    root: Bounds
    deviation: Bounds
    scale: Bounds

    @classmethod
    def of(cls, one: Option, other: Option, forward: int, forward_other: int) -> Box:
        """All between two options that differ in their forwards, or in the time to expiry."""

        def spread(a: SupportsInt, b: SupportsInt) -> Bounds:
            return Bounds(min(int(a), int(b)), max(int(a), int(b)))

        discounts = spread(one.discount, other.discount)
        if discounts.low != discounts.high:
            # an exponential within a unit, in proportion where it is above one
            discounts = Bounds(discounts.low - _unit(discounts.low), discounts.high + _unit(discounts.high))
        return cls(
            bool(one.call),
            int(one.strike),
            spread(forward, forward_other),
            spread(one.moneyness, other.moneyness),
            discounts,
            int(one.volatility),
            spread(one.rootYears, other.rootYears),
            spread(one.deviation, other.deviation),
            spread(one.termScale, other.termScale),
        )


def _unit(x: int) -> int:
    return 2 * (1 + x // WAD)


def miss_of(forward: int, strike: int, discount: int) -> int:
    """How far a price may be from Black's, at a forward that is rounded down from the one that is meant."""
    above_one = max(WAD, discount)
    return 5 * above_one * max(forward, strike) // (WAD * WAD) + above_one // WAD + 4


def factors(box: Box, volatilityBps: int) -> Bounds:
    """What a shock multiplies volatilities by, with 22 decimals."""
    ends = [max(0, UNSHOCKED + volatilityBps * scale) for scale in box.scale]
    return Bounds(min(ends), max(ends))


def price(box: Box, forward: int, ln_move: int, volatilityBps: int) -> Bounds:
    """The discounted price at a forward after a move; the box has one forward and one moneyness."""
    ends = []
    for deviation, factor in zip(box.deviation, factors(box, volatilityBps), strict=True):
        total = deviation * factor // UNSHOCKED >> 50
        moneyness = int256(box.moneyness.low + ln_move)
        ends.append(int(black(box.call, uint256(forward), uint256(box.strike), moneyness, uint256(total))))
    off = 2 * miss_of(forward, box.strike, WAD)
    low, high = max(0, ends[0] - off), ends[1] + off
    return Bounds(low * box.discount.low // WAD, -(-high * box.discount.high // WAD))


class Movement:
    """What the derivatives of an option foretell of its price in a scenario.

    Raises
    ------
    Open
        If nothing can be said, since the volatility may be none.
    """

    def __init__(self, box: Box) -> None:
        self.box = box
        total = Bounds(*(deviation >> 50 for deviation in box.deviation))
        if total.low == 0 and total.high != 0:
            raise Open
        chance, density = _chance_and_density(box, total)
        low, high = box.discount
        if box.call:
            delta = Bounds(low * chance.low // WAD, high * chance.high // WAD)
        else:
            delta = Bounds(-(high * (WAD - chance.low) // WAD), -(low * (WAD - chance.high) // WAD))
        cash = [d * f for d in delta for f in box.forward]
        self.first = Bounds(min(cash), max(cash))
        self.gamma = self.vega = Bounds(0, 0)
        if total.low:
            weighed = [d * f * n for d, f, n in zip(box.discount, box.forward, density, strict=True)]
            self.gamma = Bounds(weighed[0] // (WAD * total.high), weighed[1] // (WAD * total.low))
            self.vega = Bounds(
                *((w // WAD * root >> 100) // WAD for w, root in zip(weighed, box.root, strict=True))
            )

    def over(self, move: int, volatilityBps: int) -> Bounds:
        """By how much the price moves with a move, of 8 decimals, and a shock of the volatility."""
        own = self.box.volatility
        gained = [own * factor // UNSHOCKED - own for factor in factors(self.box, volatilityBps)]
        first = [cash * move // FIRST_ORDER for cash in self.first]
        third = [vega * gain // WAD for vega in self.vega for gain in gained]
        second = [gamma * move * move // SECOND_ORDER for gamma in self.gamma]
        return Bounds(min(first) + second[0] + min(third), max(first) + second[1] + max(third))


def _chance_and_density(box: Box, total: Bounds) -> tuple[Bounds, Bounds]:
    """N(d1) and the density there."""
    if total.high == 0:
        called = [WAD if forward > box.strike else 0 for forward in box.forward]
        return Bounds(*called), Bounds(0, 0)
    low = min((box.moneyness.low - LOGARITHM) * WAD // s for s in total) + total.low // 2 - 1
    high = max(-(-(box.moneyness.high + LOGARITHM) * WAD // s) for s in total) + total.high // 2 + 1
    chance = Bounds(max(0, int(cdf(int256(low))) - CHANCE), min(WAD, int(cdf(int256(high))) + CHANCE))
    densities = [int(pdf(int256(low))), int(pdf(int256(high)))]
    highest = TOP if low <= 0 <= high else max(densities)
    return chance, Bounds(max(0, min(densities) - CHANCE), highest + CHANCE)
