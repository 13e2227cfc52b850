"""The rule on a grid that is given: contract, mirror and definition agree, and roundings are as stated."""

from __future__ import annotations

from fractions import Fraction
from math import floor, isqrt
from random import Random
from typing import Any

import pytest

from tests.margin.draws import PRICE, SIZE, WAD, Book, book, drawn_terms
from tests.margin.portfolios import SETTINGS, Setting, draw_matrix, name_of
from vmargin.margin import dials, errors, quadrature, rounding, rules
from vmargin.margin.margin_view import plain
from vmargin.margin.types import Cover, Position
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

RULES = [setting for setting in SETTINGS if setting[0] == dials.FULL]
"""A grid that is given has no repricing."""


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/RulesHarness.json")


def mirrored(drawn: Book, tail: list[int]) -> Any:
    """Total, worst scenario and outcomes, or the revert."""
    positions, weights = Words(Position, drawn.positions), Words(uint256, drawn.weightsBps)
    held, scenarios = len(positions), len(weights)
    outcomes = Scratch(int256, held * scenarios)
    try:
        groups = rules.outcomesOf(
            positions,
            Words(int256, drawn.grid),
            Words(uint256, drawn.rows),
            drawn.terms,
            scenarios,
            outcomes,
        )
        total, worst = rules.combined(
            outcomes.snapshot(),
            groups,
            positions,
            drawn.terms,
            Words(Cover, drawn.covers),
            weights,
            Words(int256, drawn.correlationsBps),
            Words(uint256, tail),
            Scratch(int256, scenarios),
            Scratch(int256, scenarios),
            Scratch(int256, scenarios),
            Scratch(int256, held),
            Scratch(uint256, held),
        )
    except Revert as revert:
        return revert
    return int(total), int(worst), tuple(map(int, outcomes))[: int(groups) * scenarios]


def original(contract: Contract, drawn: Book, tail: list[int]) -> Any:
    return contract.outcome("rule", plain((drawn.positions, drawn.grid, drawn.rows, drawn.policy, tail)))


def grouped(drawn: Book) -> list[list[Fraction]]:
    """The exact PnL of each group in each scenario; of ACCOUNT of each underlying."""
    shift = {dials.POSITION: 0, dials.EXPIRY: 184}.get(int(drawn.terms.grouping), 224)
    groups: dict[int, list[Fraction]] = {}
    for position, row in zip(drawn.positions, drawn.rows, strict=True):
        current, *prices = drawn.grid[row * (drawn.scenarios + 1) : (row + 1) * (drawn.scenarios + 1)]
        sums = groups.setdefault(int(position.instrument) >> shift, [Fraction(0)] * drawn.scenarios)
        for s, price in enumerate(prices):
            sums[s] += Fraction(int(position.size) * (price - current), WAD)
    return [sums for _, sums in sorted(groups.items())]


def defined(drawn: Book) -> tuple[int, int, tuple[int, ...]]:
    """The definition, step by step, without any of the code under test."""
    terms = drawn.terms
    pnls = [[floor(x) for x in group] for group in grouped(drawn)]
    if terms.grouping == dials.ACCOUNT and pnls:
        share = Fraction(int(terms.creditBps), 10_000)
        pnls = [[floor(sum(x * share if x > 0 else x for x in column)) for column in zip(*pnls, strict=True)]]
    weighted = [
        [floor(Fraction(x * w, 10_000)) for x, w in zip(group, drawn.weightsBps, strict=True)]
        for group in pnls
    ]
    totals = [sum(column) for column in zip(*weighted, strict=True)] or [0]
    signed = terms.combine == dials.QUAD and drawn.scenarios == 1
    losses = []
    for group in weighted:
        ordered = sorted((-w for w in group), reverse=True)
        p, q, n = int(terms.tailNumerator), int(terms.tailDenominator), drawn.scenarios
        if terms.aggregate == dials.WORST:
            losses.append(ordered[0])
        elif terms.aggregate == dials.VAR:
            losses.append(ordered[p - 1])
        else:
            k, r = divmod(n * p, q)
            losses.append(-(-(q * sum(ordered[:k]) + (r and r * ordered[k])) // (n * p)))
    if not signed:
        losses = [max(0, loss) for loss in losses]
    if terms.combine == dials.SUM:
        total = sum(losses)
    else:
        places = list(range(len(losses)))
        if terms.grouping == dials.UNDERLYING:
            covers = [int(c.underlying) for c in drawn.covers]
            places = [covers.index(u) for u in sorted({int(p.instrument) >> 224 for p in drawn.positions})]
        size = int(terms.matrixSize)
        v = sum(
            x * y * drawn.correlationsBps[size * i + j]
            for x, i in zip(losses, places, strict=True)
            for y, j in zip(losses, places, strict=True)
        )
        total = isqrt(v // 10_000)
        total += 10_000 * total * total < v
    return total, totals.index(min(totals)), tuple(x for group in pnls for x in group)


def draw(random: Random, setting: Setting, count: int, scenarios: int, **options: Any) -> Book:
    _, grouping, aggregate, combine = setting
    drawn = book(random, count, scenarios, **options)
    size = max(count, len(drawn.covers)) if combine == dials.QUAD else 0
    terms = drawn_terms(
        random, scenarios, grouping=grouping, aggregate=aggregate, combine=combine, matrixSize=size
    )
    return drawn._replace(terms=terms, correlationsBps=list(draw_matrix(random, size)))


@pytest.mark.parametrize("setting", RULES, ids=name_of)
def test_contract_mirror_and_definition_agree(contract: Contract, setting: Setting, long: bool) -> None:
    random = Random(f"rules {setting}")
    values = 0
    for _ in range(300 if long else 25):
        extreme = setting[3] == dials.SUM and random.random() < 0.5
        count, scenarios = random.choice((0, 1, 2, 5, 8, 20, 64)), random.choice((1, 2, 7, 32))
        drawn = draw(random, setting, count, scenarios, extreme=extreme)
        outcome = original(contract, drawn, [])
        assert mirrored(drawn, []) == outcome, drawn
        if isinstance(outcome, Revert):
            assert "NegativeVariance" in repr(outcome), outcome
        else:
            assert outcome == defined(drawn), drawn
            values += 1
    assert values >= 20


def one_loss(size: int, move: int, setting: Setting = RULES[0], **terms: int) -> Book:
    """One position, one scenario in full."""
    _, grouping, aggregate, combine = setting
    drawn = book(Random(1), 1, 1, extreme=False)
    instrument = 5 << 224 | 1 << 176
    return drawn._replace(
        positions=[Position(uint256(instrument), int256(size))],
        rows=[0],
        grid=[0, move],
        weightsBps=[10_000],
        covers=[Cover(*map(uint256, (5, 0, 0, 0, 0, 0)))],
        terms=drawn_terms(Random(1), 1, grouping=grouping, aggregate=aggregate, combine=combine, **terms),
        correlationsBps=[10_000] if combine == dials.QUAD else [],
    )


QUAD_RULE = (dials.FULL, dials.UNDERLYING, dials.WORST, dials.QUAD)


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (one_loss(-1, 1), (1, 0, (-1,))),  # a wei less than nothing is a wei
        (one_loss(1, 1), (0, 0, (0,))),
        (one_loss(-SIZE, 2 * PRICE), (-(-SIZE * 2 * PRICE // WAD), 0, (-SIZE * 2 * PRICE // WAD,))),
        (one_loss(WAD, 2**156 - 1), (0, 0, (2**156 - 1,))),
        (one_loss(WAD, 2**156), errors.PnlOutOfRange(2**156)),
        (one_loss(-WAD, 2**156 - 1), (2**156 - 1, 0, (1 - 2**156,))),
        (one_loss(-WAD, 2**156), errors.PnlOutOfRange(-(2**156))),
        (one_loss(-(2**62), 5**18 * 2**68, QUAD_RULE, matrixSize=1), errors.LossOutOfRange(2**112)),
        (one_loss(2**62, 5**18 * 2**68, QUAD_RULE, matrixSize=1), errors.LossOutOfRange(-(2**112))),
        (
            one_loss(-1, WAD * (2**112 - 1), QUAD_RULE, matrixSize=1),
            (2**112 - 1, 0, (1 - 2**112,)),
        ),
        (one_loss(1, WAD, QUAD_RULE, matrixSize=0), errors.GroupOutsideMatrix(0, 0)),
        (one_loss(1, WAD, QUAD_RULE, matrixSize=1)._replace(covers=[]), errors.UnderlyingNotCovered(5)),
    ],
)
def test_bounds(contract: Contract, drawn: Book, expected: Any) -> None:
    assert mirrored(drawn, []) == expected
    assert original(contract, drawn, []) == expected


@pytest.mark.parametrize("tail", [[], [0], [0, 0, 0]])
def test_a_tail_that_is_not_wanted_is_refused(contract: Contract, tail: list[int]) -> None:
    random = Random(5)
    for setting in RULES:
        drawn = draw(random, setting, 3, 4, extreme=False)._replace(correlationsBps=[0] * 4096)
        drawn = drawn._replace(terms=drawn.terms._replace(matrixSize=uint256(64)))
        outcome = mirrored(drawn, tail)
        assert outcome == original(contract, drawn, tail)
        assert (outcome == errors.TailLength(len(tail), 0)) == bool(tail)


def test_of_equal_scenarios_the_first_is_the_worst(contract: Contract) -> None:
    drawn = one_loss(1, -WAD)
    drawn = drawn._replace(grid=[0, -1, -WAD - 1, -2 * WAD, 0], weightsBps=[10_000] * 4)
    assert mirrored(drawn, [])[1] == original(contract, drawn, [])[1] == 1
    drawn = drawn._replace(weightsBps=[10_000, 9_999, 10_000, 10_000], grid=[0, 5, -(10**5), -(10**5), 0])
    assert mirrored(drawn, [])[1] == original(contract, drawn, [])[1] == 1  # both are -1 wei


@pytest.mark.parametrize("x", [0, 1, -1, WAD, -WAD, 1 - WAD, WAD - 1, 2**255 - 1, -(2**255)])
@pytest.mark.parametrize("divisor", [1, 7, 10_000, WAD])
def test_quotients(contract: Contract, x: int, divisor: int) -> None:
    down, up = (x // divisor,), (-(-x // divisor),)
    assert (int(rounding.floorDiv(x, divisor)),) == down == contract.outcome("floorDiv", (x, divisor))
    assert (int(rounding.ceilDiv(x, divisor)),) == up
    assert contract.outcome("ceilDiv(int256,uint256)", (x, divisor)) == up
    if x >= 0:
        assert (int(rounding.ceilDiv_unsigned(x, divisor)),) == up
        assert contract.outcome("ceilDiv(uint256,uint256)", (x, divisor)) == up


def test_roots_are_the_least(contract: Contract, long: bool) -> None:
    """The least whole numbers whose squares are no less than the variance."""
    random = Random("roots")
    refused = 0
    for _ in range(1000 if long else 100):
        size, width = random.randint(1, 9), random.choice((3, 10**18, 2**112 - 1))
        places = random.sample(range(size), random.randint(0, size))
        losses = [random.choice((-width, width, random.randint(-width, width))) for _ in places]
        matrix = draw_matrix(random, size, free=random.random() < 0.5)
        v = sum(
            x * y * matrix[size * i + j]
            for x, i in zip(losses, places, strict=True)
            for y, j in zip(losses, places, strict=True)
        )
        try:
            got: Any = int(
                quadrature.root(
                    Words(int256, losses), len(losses), Words(uint256, places), Words(int256, matrix), size
                )
            )
        except Revert as revert:
            got = revert
        expected = contract.outcome("root", (losses, places, matrix, size))
        assert (got if isinstance(got, Revert) else (got,)) == expected
        if v < 0:
            assert got == errors.NegativeVariance(v)
            refused += 1
        else:
            assert 10_000 * got**2 >= v
            assert got == 0 or 10_000 * (got - 1) ** 2 < v
    assert refused
