"""What rounding adds, in every setting: never less than the exact requirement, and no more than stated."""

from __future__ import annotations

import itertools
from fractions import Fraction
from random import Random

import pytest

from tests.margin import draws
from tests.margin.draws import WAD, Book
from vmargin.margin import dials, margins
from vmargin.margin.bounds import definition, roundings
from vmargin.margin.bounds.definition import Inputs
from vmargin.margin.types import Position, Quote, UnderlyingQuote
from vmargin.solidity.arrays import Scratch
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

SETTINGS = [
    setting
    for setting in itertools.product(range(2), range(4), range(3), range(2))
    if setting[1] != dials.ACCOUNT or setting[3] == dials.SUM
]
"""Of repricing, which the grid has behind it, grouping, aggregate and combine."""

CORRELATED = ("none negative", "any", "indefinite")


def test_there_are_42_settings() -> None:
    assert len(SETTINGS) == 42


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/OnGridHarness.json")


def matrix(random: Random, size: int, kind: str) -> list[int]:
    """Symmetric, ones on the diagonal; of factors that all rows share, unless it is to be indefinite."""
    shares = [random.randint(0 if kind == "none negative" else -95, 95) for _ in range(size)]
    entries = [10_000] * size**2
    for a, b in itertools.combinations(range(size), 2):
        entry = random.randint(-10_000, 10_000) if kind == "indefinite" else shares[a] * shares[b]
        entries[a * size + b] = entries[b * size + a] = entry
    return entries


def drawn(random: Random, setting: tuple[int, int, int, int]) -> Book:
    repricing, grouping, aggregate, combine = setting
    scenarios = random.choice((1, 2, 3, 5, 9))
    count = random.choice((0, 1, 2, 3, 5, 8, 12))
    terms = draws.drawn_terms(
        random, scenarios, repricing=repricing, grouping=grouping, aggregate=aggregate, combine=combine
    )
    book = draws.book(random, count, scenarios, extreme=False, terms=terms)
    if combine == dials.QUAD:
        size = len(book.covers) if grouping == dials.UNDERLYING else max(1, count)
        entries = matrix(random, size, random.choice(CORRELATED))
        book = book._replace(terms=terms._replace(matrixSize=size), correlationsBps=entries)
    return book


def inputs_of(book: Book) -> Inputs:
    return Inputs(book.positions, book.rows, *book.market, *book.policy[:2], *book.policy[3:], book.grid)


def of_contract(contract: Contract, book: Book):
    return contract.outcome(
        "onGrid", ((book.cash, book.positions), book.market, book.policy, book.grid, book.rows, [])
    )


def of_mirror(book: Book):
    held = max(1, len(book.rows))
    outcomes, *scratch = (
        Scratch(element, length)
        for element, length in (
            (int256, held * book.scenarios),
            (int256, book.scenarios),
            (int256, book.scenarios),
            (int256, book.scenarios),
            (int256, held),
            (uint256, held),
        )
    )
    flat = (
        book.cash,
        book.positions,
        *book.market,
        *book.policy[:2],
        *book.policy[3:],
        book.grid,
        book.rows,
        [],
    )
    try:
        margin = margins.onGrid(*draws.typed(margins.onGrid, (*flat, outcomes, *scratch)))
    except Revert as revert:
        return revert
    return tuple(map(int, margin)), tuple(int(o) for o in outcomes)[: int(margin.groups) * book.scenarios]


def gaps(book: Book, margin, outcomes) -> list[Fraction]:
    """Assert what is stated; how much of each requirement's bound was used."""
    inputs = inputs_of(book)
    exact = definition.exact(inputs)
    used = []
    for requirement, span, level in (
        (margin[2], exact.initial, book.terms.initialBps),
        (margin[3], exact.maintenance, book.terms.maintenanceBps),
    ):
        gap = roundings.bound(inputs, level)
        assert span.low - gap.below <= requirement <= span.high + gap.above, book
        used.append((requirement - span.low) / gap.above)
    assert 0 <= definition.value(book.cash, inputs) - margin[0] < 1, book
    assert 0 <= margin[1] - definition.haircut(inputs) < 1, book
    flat = [p for group in exact.outcomes for p in group]
    assert len(outcomes) == len(flat)
    most = 1 + len(book.rows) if book.terms.grouping == dials.ACCOUNT else 1
    assert all(0 <= p - outcome < most for p, outcome in zip(flat, outcomes, strict=True)), book
    return used


@pytest.mark.parametrize("setting", SETTINGS)
def test_rule_is_exact_but_for_what_its_roundings_add(
    contract: Contract, setting: tuple[int, int, int, int], long: bool
) -> None:
    random = Random(f"roundings{setting}")
    used: list[Fraction] = []
    reverts = 0
    for number in range(400 if long else 40):
        book = drawn(random, setting)
        result = of_contract(contract, book)
        if number % 4 == 0 or isinstance(result, Revert):
            assert of_mirror(book) == result, book
        if isinstance(result, Revert):
            reverts += 1
            continue
        used += gaps(book, *result)
    assert reverts <= 12 * (10 if long else 1), "only an indefinite matrix may make a rule revert here"
    assert max(used) > Fraction(1, 4), "the bound would hold with much less"


def test_one_wei_less_would_break_the_bound() -> None:
    """The smallest position there is: every rounding adds all but nothing of a wei."""
    book = drawn(Random(1), (0, dials.POSITION, dials.WORST, dials.SUM))
    perpetual = draws.instrument(7, 1)
    terms = book.terms._replace(
        initialBps=10_000, maintenanceBps=10_000, shortOptionBps=0, confidenceBps=0, depegBps=0
    )
    book = book._replace(
        positions=[Position(perpetual + (n << 224), 1) for n in range(12)],
        rows=list(range(12)),
        underlyings=[UnderlyingQuote(7 + n, WAD, 10_000, 10_000) for n in range(12)],
        quotes=[Quote(WAD, 0, 0, 0, 10_000)] * 12,
        terms=terms,
        covers=[draws.Cover(7 + n, 0, 0, 0, 2**111, 0) for n in range(12)],
        shocks=[draws.Shock(0, 0)],
        weightsBps=[10_000],
        grid=[2, 1] * 12,
    )
    inputs = inputs_of(book)
    margin, _ = of_mirror(book)
    assert margin[2] == 12
    assert definition.exact(inputs).initial.high < Fraction(1, 10**16)
    assert roundings.combined_gap(inputs) == (0, 24)


def test_prices_that_miss_move_the_requirement_by_no_more_than_stated(long: bool) -> None:
    random = Random("prices")
    used: list[Fraction] = []
    for setting in SETTINGS[: len(SETTINGS) // 2]:
        for _ in range(60 if long else 6):
            book = drawn(random, setting)
            inputs = inputs_of(book)
            if setting[3] == dials.QUAD and not roundings.is_semidefinite(definition.correlations(inputs)):
                continue
            width = book.scenarios + 1
            miss = [Fraction(random.randint(0, 10**6), random.randint(1, 10**6)) for _ in book.quotes]
            sign = [Fraction(random.choice((-1, 0, 1))) for _ in book.grid]
            real = [
                g + s * miss[place // width] for place, (g, s) in enumerate(zip(book.grid, sign, strict=True))
            ]
            held = [miss[row] for row in book.rows]
            true = definition.exact(inputs._replace(grid=real))
            ours = definition.exact(inputs)
            stated = roundings.price_gap(inputs, held, book.terms.initialBps)
            slack = Fraction(1, 10**20)
            assert abs(true.initial.low - ours.initial.low) <= stated + slack, book
            assert abs(
                definition.value(0, inputs._replace(grid=real)) - definition.value(0, inputs)
            ) <= roundings.value_gap(inputs, held)
            if stated:
                used.append(abs(true.initial.low - ours.initial.low) / stated)
    assert max(used) > Fraction(1, 5)


def uniform(c: Fraction) -> list[list[Fraction]]:
    one = Fraction(1)
    return [[one, c, c], [c, one, c], [c, c, one]]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([[1]], True),
        ([[1, 1], [1, 1]], True),
        ([[1, -1], [-1, 1]], True),
        ([[0, 1], [1, 1]], False),
        ([[1, 2], [2, 1]], False),
        (uniform(Fraction(-6, 10)), False),
        (uniform(Fraction(-1, 2)), True),
    ],
)
def test_semidefinite_matrices_are_told_from_others(entries, expected: bool) -> None:
    assert roundings.is_semidefinite([[Fraction(c) for c in row] for row in entries]) is expected
