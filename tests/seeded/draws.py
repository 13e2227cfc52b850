"""What functions of arrays and structs are given: small books, and what only fits together.

A draw takes a `random.Random` and asks it for little: what is found is made smaller by other answers.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.margin.draws import FACTOR, NOW, PRICE, SIZE, WAD, instrument
from tests.margin.portfolios import SETTINGS, Setting, draw_matrix
from vmargin.margin import dials
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, PUT, SPOT
from vmargin.margin.margin_view import plain
from vmargin.margin.types import Cover, Position, Quote, Shock, Terms, UnderlyingQuote

Case = tuple[Any, ...]
Draw = Callable[[Random], Case]
DRAWS: dict[str, Draw] = {}

DAY = 86_400
UNDERLYINGS = (1, 2, 3)
INSTRUMENTS = sorted(
    instrument(underlying, kind, *rest)
    for underlying in UNDERLYINGS
    for kind, *rest in (
        (SPOT,),
        (PERP,),
        (INVERSE,),
        (FUTURE, NOW + DAY),
        (CALL, NOW, 100 * WAD),
        (CALL, NOW + 30 * DAY, 100 * WAD),
        (PUT, NOW + 30 * DAY, 90 * WAD),
    )
)
RULES = [setting for setting in SETTINGS if setting[0] == dials.FULL]
USUAL = {
    "schema": dials.SCHEMA, "tailNumerator": 1, "tailDenominator": 1, "initialBps": 12_000,
    "maintenanceBps": 10_000, "maxPositions": 64, "termFloor": DAY,
}  # fmt: skip


def draw(function: Draw) -> Draw:
    DRAWS[function.__name__] = lambda random: plain(function(random))
    return function


def amount(random: Random, most: int) -> int:
    """Dust, an amount as people have it, any or the most."""
    scale = random.randrange(5)
    if scale == 4:
        return most
    return random.randint(1, most) if scale == 3 else random.randint(1, 1_000) * (1, WAD, WAD // 100)[scale]


def signed(random: Random, most: int) -> int:
    return random.choice((1, -1)) * amount(random, most)


def instruments(random: Random, most: int) -> list[int]:
    return sorted(random.sample(INSTRUMENTS, random.randint(0, most)))


def terms(setting: Setting, **chosen: int) -> Terms:
    repricing, grouping, aggregate, combine = setting
    fields: dict[str, Any] = dict.fromkeys(Terms._fields, 0) | USUAL | chosen
    return Terms(
        **{
            **fields,
            "repricing": repricing,
            "grouping": grouping,
            "aggregate": aggregate,
            "combine": combine,
        }
    )


def tail_of(random: Random, aggregate: int, scenarios: int) -> dict[str, int]:
    """A part of the scenarios, or which of their losses counts."""
    if aggregate == dials.VAR:
        return {"tailNumerator": random.randint(1, scenarios)}
    denominator = random.choice((1, 2, scenarios, random.randint(1, FACTOR)))
    return {
        "tailNumerator": random.choice((1, denominator, random.randint(1, denominator))),
        "tailDenominator": denominator,
    }


def matrix(random: Random, setting: Setting, count: int) -> tuple[int, tuple[int, ...]]:
    """For as many groups as there can be: positions, or covers."""
    size = max(count, len(UNDERLYINGS)) if setting[3] == dials.QUAD else 0
    return size, draw_matrix(random, size)


def _rule(random: Random, setting: Setting) -> Case:
    held, scenarios = instruments(random, 4), random.randint(1, 3)
    positions = [Position(i, signed(random, 2**96)) for i in held]
    prices = (len(held) + 1) * (scenarios + 1)
    size, correlations = matrix(random, setting, len(held))
    tail = tail_of(random, setting[2], scenarios)
    policy = (
        terms(setting, matrixSize=size, creditBps=random.choice((0, 5_000, 10_000)), **tail),
        tuple(Cover(u, 0, 0, 0, 0, 0) for u in UNDERLYINGS),
        (),
        [random.choice((10_000, random.randint(0, FACTOR))) for _ in range(scenarios)],
        correlations,
    )
    most = 2**80 if setting[3] == dials.QUAD else PRICE
    grid = [amount(random, most) for _ in range(prices)]
    return positions, grid, [random.randint(0, len(held)) for _ in held], policy, ()


@draw
def rule(random: Random) -> Case:
    """Positions on a grid that is given, under any rule."""
    return _rule(random, random.choice(RULES))


@draw
def account(random: Random) -> Case:
    """The same where all is one group: its underlyings are netted."""
    return _rule(random, random.choice([s for s in RULES if s[1] == dials.ACCOUNT]))


@draw
def tail(random: Random) -> Case:
    """Losses, ties among them, of which a part is the tail."""
    aggregate = random.choice((dials.WORST, dials.SHORTFALL, dials.VAR))
    losses = _losses(random, random.choice((1, 2, 3, 32, random.randint(1, 8))))
    chosen = terms((0, 0, aggregate, 0), **tail_of(random, aggregate, len(losses)))
    return losses, chosen, (), random.randint(0, 2)


@draw
def witness(random: Random) -> Case:
    """More scenarios than are sorted: the caller names the tail, and may be wrong."""
    losses = _losses(random, random.randint(33, 36))
    count = random.randint(1, 4)
    named = sorted(range(len(losses)), key=lambda s: (-losses[s], s))[:count]
    if random.randrange(4):
        at = random.randrange(count)
        named[at] = random.choice((named[at - 1], named[at] + 1, random.randrange(len(losses))))
    return losses, terms((0, 0, dials.VAR, 0), tailNumerator=count), named, 0


def _losses(random: Random, scenarios: int) -> list[int]:
    width = random.choice((2, 50, 10**18, 2**164))
    return [random.randint(-width, width) for _ in range(scenarios)]


@draw
def root(random: Random) -> Case:
    """Losses at places in a matrix, which need not be those of a factor."""
    size, width = random.randint(1, 5), random.choice((3, 10**18, 2**112 - 1, 2**112))
    places = random.sample(range(size), random.randint(0, size))
    losses = [random.choice((-width, width, random.randint(-width, width))) for _ in places]
    return losses, places, draw_matrix(random, size, free=random.randrange(3) == 0), size


def _market(random: Random, held: list[int]) -> Case:
    """Prices near each other: no underlying is worth more than 10^21 of its unit."""
    names = sorted({i >> 224 for i in held})
    return (
        NOW,
        random.choice((WAD, WAD * 97 // 100)),
        [
            UnderlyingQuote(
                name, amount(random, 10**21), random.choice((10_000, 9_000)), random.choice((10_000, 13_370))
            )
            for name in names
        ],
        [_quote(random) for _ in held],
    )


def _quote(random: Random) -> Quote:
    return Quote(
        amount(random, 10**21),
        random.choice((WAD // 2, 0, random.randint(0, 2 * WAD))),
        random.choice((0, WAD // 20, -WAD // 50)),
        random.choice((0, 110 * WAD)),
        random.choice((10_000, 9_900)),
    )


def _covers(random: Random) -> list[Cover]:
    """Of two tables of shocks; the other numbers are shares of 10^4, and amounts."""
    return [
        Cover(
            name,
            random.randrange(2),
            random.choice((0, 1_000, 10_000)),
            amount(random, 2**100),
            amount(random, 2**100),
            random.choice((500, 0, random.randint(0, FACTOR))),
        )
        for name in UNDERLYINGS
    ]


def _account(random: Random) -> tuple[Case, Case, Case]:
    setting = random.choice(SETTINGS)
    held, scenarios = instruments(random, 3), random.randint(1, 2)
    size, correlations = matrix(random, setting, len(held))
    chosen = terms(
        setting,
        matrixSize=size,
        creditBps=random.choice((0, 5_000, 10_000)),
        termPowerBps=random.choice((0, 3_000)),
        shortOptionBps=random.choice((0, 1_000)),
        confidenceBps=random.choice((0, 2_000)),
        depegBps=random.choice((0, 10_000)),
        pegThreshold=WAD * 98 // 100,
        **tail_of(random, setting[2], scenarios),
    )
    moves = [random.randint(-5_000, 5_000) for _ in range(4 * scenarios)]
    shocks = list(map(Shock, moves[::2], moves[1::2]))
    portfolio = (signed(random, 10**26), [Position(i, signed(random, 10**24)) for i in held])
    policy = (chosen, _covers(random), shocks, [10_000] * scenarios, correlations)
    return portfolio, _market(random, held), policy


@draw
def grid(random: Random) -> Case:
    """A few positions in a market, under any rule."""
    (_, positions), market, policy = _account(random)
    return positions, market, policy


@draw
def evaluate(random: Random) -> Case:
    """An account in a market, under any rule."""
    return *_account(random), ()


@draw
def option(random: Random) -> Case:
    """An option's identifier, the time, the forward and what is quoted: usual ones, and as widths allow."""
    if random.randrange(3):
        forward, strike = random.randint(1, 200 * WAD), random.randint(1, 200 * WAD)
        term = random.choice((1, random.randint(1, 3600), random.randint(1, 10**8)))
        volatility, rate = random.randint(0, 3 * WAD), random.randint(-WAD // 10, WAD // 4)
    else:
        forward, strike = random.randint(1, PRICE), random.randint(1, PRICE)
        term = random.choice((-NOW, -5, 0, 2**40 - 1 - NOW, random.randint(1, 10**11)))
        volatility, rate = random.randint(0, 2**88), random.randint(-(2**64), 2**64)
    held = instrument(1, random.choice((CALL, PUT)), NOW + term, strike)
    chosen = terms((0, 0, 0, 0), termPowerBps=random.choice((0, 3_000, 10_000)))
    return held, NOW, forward, (forward, volatility, rate, 0, 10_000), chosen


@draw
def discount(random: Random) -> Case:
    """A rate that may be too large, and a term of 40 bits: beyond, the contract does not look."""
    rate = random.choice((random.randint(-WAD, WAD), random.randint(-(2**64), 2**64), 16 * WAD, -(2**255)))
    return rate, random.choice((0, 1, random.randint(0, 10**8), random.randint(0, 2**40 - 1)))


class Book:
    """What add-ons and value are computed from: positions, and a grid of more rows than these."""

    def __init__(self, random: Random) -> None:
        known = instruments(random, 4)
        self.rows = [row for row in range(len(known)) if random.randrange(4)]
        self.positions = [Position(known[row], signed(random, SIZE - 1)) for row in self.rows]
        self.scenarios = random.randint(1, 2)
        self.grid = [signed(random, PRICE - 1) for _ in range(len(known) * (self.scenarios + 1))]
        _, _, self.underlyings, self.quotes = _market(random, known)
        self.covers = _covers(random)


@draw
def concentration(random: Random) -> Case:
    book = Book(random)
    shared = (book.positions, book.rows, NOW, book.underlyings, book.quotes)
    return *shared, book.covers, book.grid, book.scenarios


@draw
def confidence(random: Random) -> Case:
    book = Book(random)
    shared = (book.positions, book.rows, NOW, book.underlyings, book.quotes)
    return *shared, random.choice((0, 2_000, 10_000)), book.grid, book.scenarios


@draw
def value(random: Random) -> Case:
    book = Book(random)
    return signed(random, 10**26), book.positions, book.grid, book.rows, book.scenarios


@draw
def haircut(random: Random) -> Case:
    book = Book(random)
    return book.positions, book.underlyings, book.covers


@draw
def surface(random: Random) -> Case:
    """Nodes in order, and a strike that is near them."""
    strikes = sorted({random.randint(1, 2**96 - 1) for _ in range(random.randint(0, 5))})
    nodes = [(strike, random.randint(1, 10**9)) for strike in strikes]
    near = [strike + step for strike in strikes for step in (-1, 0, 1)]
    strike = random.choice([*near, 1, random.randint(0, 2**96)])
    return packed(nodes), len(nodes), strike
