"""Tails: contract, mirror and definition agree, sorted and by witness; a wrong witness is refused."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from random import Random

import pytest

from tests.margin.draws import FACTOR, drawn_terms
from vmargin.margin import dials
from vmargin.margin import tails as mirror
from vmargin.margin.types import Terms
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/RulesHarness.json")


def mirrored(losses: list[int], terms: Terms, tail: list[int], group: int = 0) -> tuple[int] | Revert:
    top = Scratch(int256, len(losses))
    try:
        return (int(mirror.aggregate(Words(int256, losses), terms, Words(uint256, tail), group, top)),)
    except Revert as revert:
        return revert


def defined(losses: list[int], terms: Terms) -> int:
    """The definition, on fractions."""
    ordered = sorted(losses, reverse=True)
    if terms.aggregate == dials.WORST:
        return ordered[0]
    if terms.aggregate == dials.VAR:
        return ordered[int(terms.tailNumerator) - 1]
    left = mass = Fraction(len(losses) * int(terms.tailNumerator), int(terms.tailDenominator))
    total = Fraction(0)
    for loss in ordered:
        total += min(left, 1) * loss
        left -= min(left, 1)
    return ceil(total / mass)


def witness(losses: list[int], count: int) -> list[int]:
    return sorted(range(len(losses)), key=lambda s: (-losses[s], s))[:count]


def drawn(random: Random, aggregate: int, least: int, most: int) -> tuple[list[int], Terms, int]:
    """Losses, with ties, the terms, and how many of the losses these read."""
    scenarios = random.choice((least, most, random.randint(least, most)))
    width = random.choice((2, 50, 10**18, 2**164))
    losses = [random.randint(-width, width) for _ in range(scenarios)]
    terms = drawn_terms(random, scenarios, aggregate=aggregate)
    if aggregate == dials.SHORTFALL:
        denominator = random.choice((1, 2, 40, scenarios, random.randint(1, FACTOR)))
        terms = terms._replace(
            tailNumerator=random.choice((1, denominator, random.randint(1, denominator))),
            tailDenominator=denominator,
        )
    return losses, terms, int(mirror.depth(terms, scenarios))


@pytest.mark.parametrize("aggregate", [dials.WORST, dials.SHORTFALL, dials.VAR])
def test_sorted(contract: Contract, aggregate: int, long: bool) -> None:
    random = Random(f"sorted {aggregate}")
    for _ in range(1000 if long else 100):
        losses, terms, _ = drawn(random, aggregate, 1, 32)
        expected = (defined(losses, terms),)
        assert mirrored(losses, terms, []) == expected
        assert contract.outcome("aggregate", (losses, terms, [], 0)) == expected


@pytest.mark.parametrize("aggregate", [dials.SHORTFALL, dials.VAR])
def test_by_witness(contract: Contract, aggregate: int, long: bool) -> None:
    random = Random(f"witness {aggregate}")
    for _ in range(300 if long else 30):
        losses, terms, count = drawn(random, aggregate, 33, 256)
        group = random.randrange(3)
        tail = [2**255] * (group * count) + witness(losses, count)
        expected = (defined(losses, terms),)
        assert mirrored(losses, terms, tail, group) == expected
        assert contract.outcome("aggregate", (losses, terms, tail, group)) == expected


@pytest.mark.parametrize("aggregate", [dials.SHORTFALL, dials.VAR])
def test_no_other_witness_passes(contract: Contract, aggregate: int, long: bool) -> None:
    """Each index of a witness replaced by another, and any two exchanged: all are refused, alike."""
    random = Random(f"wrong witness {aggregate}")
    refused = set()
    for _ in range(100 if long else 15):
        losses, terms, count = drawn(random, aggregate, 33, 256)
        right = witness(losses, count)
        for _ in range(10):
            tail = list(right)
            if random.random() < 0.3 and count > 1:
                i, j = random.sample(range(count), 2)
                tail[i], tail[j] = tail[j], tail[i]
            else:
                at = random.choice((0, count - 1, random.randrange(count)))
                tail[at] = random.choice((tail[at] + 1, random.randrange(len(losses)), 256, 2**256 - 1))
            outcome = mirrored(losses, terms, tail)
            assert contract.outcome("aggregate", (losses, terms, tail, 0)) == outcome
            assert isinstance(outcome, Revert) == (tail != right), (losses, terms, tail)
            if isinstance(outcome, Revert):
                refused.add(repr(outcome).partition("(")[2].partition("(")[0])
    assert len(refused) == 3, refused


LOSSES = [5, 9, 9, 0, *[1] * 29]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ([1, 2, 0], (5,)),
        ([2, 1, 0], mirror.TailNotDescending(1)),
        ([1, 1, 0], mirror.TailNotDescending(1)),
        ([1, 0, 2], mirror.TailNotDescending(2)),
        ([1, 2, 4], mirror.TailNotLargest(0, 5, 1)),
        ([2, 0, 4], mirror.TailNotLargest(0 + 1, 9, 1)),
        ([1, 2, 33], mirror.TailScenarioUnknown(33, 33)),
    ],
)
def test_a_witness_by_hand(contract: Contract, tail: list[int], expected: object) -> None:
    terms = drawn_terms(Random(0), 33, aggregate=dials.VAR)._replace(tailNumerator=uint256(3))
    assert mirrored(LOSSES, terms, tail) == expected
    assert contract.outcome("aggregate", (LOSSES, terms, tail, 0)) == expected


def test_of_equal_losses_the_first_scenarios_are_the_tail(contract: Contract) -> None:
    """So that there is one witness: a later one of equals is refused, though the numbers are the same."""
    terms = drawn_terms(Random(0), 33, aggregate=dials.VAR)._replace(tailNumerator=uint256(4))
    assert mirrored(LOSSES, terms, [1, 2, 0, 4]) == (1,)
    expected = mirror.TailNotLargest(4, 1, 1)
    assert mirrored(LOSSES, terms, [1, 2, 0, 5]) == expected
    assert contract.outcome("aggregate", (LOSSES, terms, [1, 2, 0, 5], 0)) == expected


def test_published_shortfall() -> None:
    """A quarter of ten: two and a half of 10, 9, 8 (Acerbi and Tasche)."""
    terms = drawn_terms(Random(0), 10, aggregate=dials.SHORTFALL)
    terms = terms._replace(tailNumerator=uint256(1), tailDenominator=uint256(4))
    assert mirrored([3, 10, 1, 8, 2, 9, 4, 5, 6, 7], terms, []) == (10,)  # 23 / 2.5 = 9.2
    assert mirrored([30, 100, 10, 80, 20, 90, 40, 50, 60, 70], terms, []) == (92,)
