"""What the parts of a margin rule are asked, drawn as :mod:`vmargin.crosscheck.portfolios` draws."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from vmargin.crosscheck import portfolios as drawing
from vmargin.crosscheck.portfolios import FACTOR, NOW, PRICE, SIZE, WAD, instrument
from vmargin.margin.instruments import INVERSE
from vmargin.margin.types import Cover, Position, Quote, Shock, Terms, UnderlyingQuote
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert
from vmargin.solidity.signatures import array_element

__all__ = ["FACTOR", "NOW", "PRICE", "SIZE", "WAD", "instrument"]


def typed(kernel: Kernel[..., Any], arguments: Any) -> list[Any]:
    """The arguments with each list as the array that the kernel reads."""
    wanted = kernel.signature.types
    return [
        t(array_element(t), a) if isinstance(a, list) else a for a, t in zip(arguments, wanted, strict=True)
    ]


def mirrored(kernel: Kernel[..., Any], *arguments: Any) -> tuple[int] | Revert:
    """What a contract's `outcome` is held against."""
    try:
        return (int(kernel(*typed(kernel, arguments))),)
    except Revert as revert:
        return revert


class Book(NamedTuple):
    """All that the add-ons and the value of one account are computed from, in plain integers."""

    cash: int
    positions: list[Position]
    rows: list[int]
    stablePrice: int
    underlyings: list[UnderlyingQuote]
    quotes: list[Quote]
    terms: Terms
    covers: list[Cover]
    shocks: list[Shock]
    weightsBps: list[int]
    correlationsBps: list[int]
    grid: list[int]

    @property
    def scenarios(self) -> int:
        return len(self.weightsBps)

    @property
    def market(self) -> tuple[Any, ...]:
        return (NOW, self.stablePrice, self.underlyings, self.quotes)

    @property
    def policy(self) -> tuple[Any, ...]:
        return (self.terms, self.covers, self.shocks, self.weightsBps, self.correlationsBps)


class Choices:
    """A generator, as what is drawn asks it."""

    def __init__(self, random: Random) -> None:
        self._random = random.random
        self.between = random.randint

    def below(self, bound: int) -> int:
        return int(self._random() * bound)


def amount(random: Random, most: int, usual: int) -> int:
    return drawing.amount(Choices(random), most, usual)


def factor(random: Random, most: int = FACTOR) -> int:
    return drawing.factor(Choices(random), most)


def instruments(random: Random, count: int) -> list[int]:
    return drawing.instruments(Choices(random), count)


def price(random: Random, extreme: bool) -> int:
    return max(1, amount(random, PRICE if extreme else 10**24, 200 * WAD))


def book(random: Random, count: int, scenarios: int, *, extreme: bool = True, terms: Any = None) -> Book:
    """Of `count` instruments, of which an account holds some; the grid is drawn too, and moves freely."""
    held = instruments(random, count)
    underlyings = sorted({i >> 224 for i in held})
    most = SIZE if extreme else 10**24

    def size() -> int:
        return random.choice((-1, 1)) * max(1, amount(random, most, 1000 * WAD))

    rows = [row for row in range(count) if random.random() < 0.85]
    grid: list[int] = []
    for i in held:
        sign = -1 if (i >> 176) & 0xFF == INVERSE else 1
        current = price(random, extreme)
        moved = [
            min(PRICE, max(1, current * random.randint(5_000, 20_000) // 10_000))
            if random.random() < 0.8
            else price(random, extreme)
            for _ in range(scenarios)
        ]
        grid += [sign * p for p in (current, *moved)]
    return Book(
        cash=random.choice((-1, 1)) * amount(random, 2**126 - 1, 10_000 * WAD),
        positions=[Position(held[row], size()) for row in rows],  # type: ignore[arg-type]
        rows=rows,
        stablePrice=random.choice((WAD, WAD - 1, 97 * WAD // 100, 0, 2 * WAD)),
        underlyings=[
            UnderlyingQuote(u, price(random, extreme), random.choice((0, 9_000, 10_000)), 10_000)  # type: ignore[arg-type]
            for u in underlyings
        ],
        quotes=[
            Quote(  # type: ignore[call-arg]
                forward=price(random, extreme),  # type: ignore[arg-type]
                volatility=WAD // 2,  # type: ignore[arg-type]
                rate=0,  # type: ignore[arg-type]
                settlement=random.choice((0, price(random, extreme))),  # type: ignore[arg-type]
                confidenceBps=random.choice((0, 1, 9_999, 10_000, 10_000)),  # type: ignore[arg-type]
            )
            for _ in held
        ],
        terms=terms or drawn_terms(random, scenarios),
        covers=[
            Cover(
                u,
                0,
                factor(random, 10_000),
                amount(random, SIZE, 10**24),
                amount(random, SIZE, 10**21),
                factor(random),
            )  # type: ignore[arg-type]
            for u in sorted({*underlyings, *random.sample(range(1, 100), 3)})
        ],
        shocks=[
            Shock(random.randint(-5_000, 5_000), random.randint(-5_000, 5_000)) for _ in range(scenarios)
        ],  # type: ignore[arg-type]
        weightsBps=[factor(random) for _ in range(scenarios)],
        correlationsBps=[],
        grid=grid,
    )


def drawn_terms(random: Random, scenarios: int, **chosen: int) -> Terms:
    """Valid ones, WORST and SUM unless chosen otherwise."""
    return drawing.terms(Choices(random), scenarios, **chosen)
