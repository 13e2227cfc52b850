"""Allocation: contract and mirror agree; the parts are the exact shares, rounded, and sum to the whole."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tests.house.sharing import MAX, both, cases, original
from vmargin.margin.house.losses import proRata
from vmargin.solidity.reverts import Custom, Panic

SEATS = 300


def test_contract_and_mirror_agree(long):
    reverted = 0
    for total, weights in cases("allocation", 30_000 if long else 700):
        mirrored, outcome = both("proRata", total, weights)
        assert mirrored == outcome, (total, weights)
        reverted += not isinstance(outcome, tuple)
    assert reverted > 10, "both ways to revert ought to be among the cases"


@pytest.mark.parametrize(
    ("total", "weights", "revert"),
    [
        (1, [], Custom("SharersOutOfRange(uint256,uint256)", (0, 1))),
        (5, [1] * 65, Custom("SharersOutOfRange(uint256,uint256)", (65, 5))),
        (5, [MAX, 1], Panic(0x11)),
    ],
)
def test_what_cannot_be_shared_is_refused(total, weights, revert):
    assert both("proRata", total, weights) == (revert, revert)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (0, [], ()),
        (10, [0, 0, 0], (4, 3, 3)),
        (2, [1, 1, 1], (1, 1, 0)),
        (11, [1, 2, 3, 4], (1, 2, 3, 5)),
        (100, [0, 7, 0], (0, 100, 0)),
        (MAX, [MAX - 1, 1], (MAX - 1, 1)),
        (MAX, [1] * 2, (MAX // 2 + 1, MAX // 2)),
        # seats of a parliament: the same rule, worked by hand
        (SEATS, [5_000, 3_000, 1_500, 490, 10], (150, 90, 45, 15, 0)),
        (10, [150, 390, 460], (1, 4, 5)),
    ],
)
def test_worked_examples(total, weights, parts):
    assert both("proRata", total, weights) == ((parts,), (parts,))


def test_parts_are_the_exact_shares_rounded_and_sum_to_the_total(long):
    """By the definition in fractions, which shares no step with the rule's own arithmetic."""
    for total, weights in cases("shares", 20_000 if long else 1_200):
        if not 0 < len(weights) <= 64 or sum(weights) > MAX:
            continue
        parts = proRata(total, weights)
        effective = weights if any(weights) else [1] * len(weights)
        shares = [Fraction(total * w, sum(effective)) for w in effective]
        assert sum(parts) == total
        floors = [int(s) for s in shares]
        order = sorted(range(len(parts)), key=lambda i: (floors[i] - shares[i], i))
        up = set(order[: total - sum(floors)])
        assert parts == tuple(f + (i in up) for i, f in enumerate(floors))


def test_a_larger_weight_never_has_a_smaller_part_and_none_has_none():
    for total, weights in cases("monotone", 400):
        if not any(weights) or len(weights) > 64 or sum(weights) > MAX:
            continue
        parts = proRata(total, weights)
        ranked = sorted(zip(weights, parts, strict=True))
        assert [part for _, part in ranked] == sorted(parts)
        assert all(part == 0 for weight, part in ranked if weight == 0)


def test_order_matters_to_equal_remainders_only():
    draw = random.Random("permutation")
    for total, weights in cases("permutation", 300):
        if not any(weights) or len(weights) > 64 or sum(weights) > MAX:
            continue
        remainders = [total * w % sum(weights) for w in weights]
        places = list(range(len(weights)))
        draw.shuffle(places)
        parts = proRata(total, weights)
        shuffled = proRata(total, [weights[i] for i in places])
        for position, i in enumerate(places):
            tied = remainders.count(remainders[i]) > 1
            assert abs(shuffled[position] - parts[i]) <= tied


def test_gas_of_a_full_allocation_is_bounded():
    """Remainders that make the search longest: all but one of 64 parts are rounded up."""
    weights = [2**100 - 1] * 63 + [2**106 - 63 * (2**100 - 1)]
    assert original().call("gasOfProRata", (2**100 + 63, weights))[0] < 1_000_000
    assert original().call("gasOfProRata", (2**30 + 15, [2**100] * 16))[0] < 100_000
