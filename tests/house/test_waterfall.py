"""The waterfall's rules: contract and mirror agree, parts sum to the loss, nobody bears more than it has."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tests.house.sharing import MAX, bearers, both, cases, lossOf, magnitude, signed
from vmargin.margin.house.losses import deleverage, haircut, layers, share
from vmargin.solidity.reverts import Panic, Revert

WAD = 10**18


@pytest.mark.parametrize("rule", ["layers", "share"])
def test_contract_and_mirror_agree(rule, long):
    for loss, capacities in cases(rule, 20_000 if long else 500):
        mirrored, outcome = both(rule, loss, capacities)
        assert mirrored == outcome, (loss, capacities)


@pytest.mark.parametrize("rule", ["haircut", "deleverage"])
def test_contract_and_mirror_agree_on_signed_sizes(rule, long):
    draw = random.Random(rule)
    reverts = 0
    for _ in range(20_000 if long else 500):
        sizes = signed(draw, bearers(draw))
        loss = lossOf(draw, [abs(s) for s in sizes])
        if rule == "deleverage":
            loss = draw.choice((-1, 1)) * min(loss, 2**255 - 1)
        if draw.random() < 0.05:
            sizes[: len(sizes) and 1] = [-(2**255)]
            loss = draw.choice((loss, -(2**255))) if rule == "deleverage" else loss
        mirrored, outcome = both(rule, loss, sizes)
        assert mirrored == outcome, (loss, sizes)
        reverts += isinstance(outcome, Revert)
    assert reverts > 5


def test_layers_are_used_in_order_and_sum_to_the_loss():
    for loss, capacities in cases("order", 1_000):
        used, left = layers(loss, capacities)
        assert sum(used) + left == loss
        assert all(0 <= u <= c for u, c in zip(used, capacities, strict=True))
        for i in range(len(used)):
            assert used[i] == capacities[i] or not any(used[i + 1 :]), "a later layer before an earlier one"
        assert left == max(0, loss - sum(capacities))


def test_a_larger_loss_uses_no_layer_less():
    for loss, capacities in cases("larger", 300):
        used, left = layers(loss, capacities)
        more, more_left = layers(min(2 * loss + 1, MAX), capacities)
        assert all(a <= b for a, b in zip(used, more, strict=True))
        assert left <= more_left


def test_bearers_of_one_layer_never_bear_more_than_they_have():
    for loss, capacities in cases("capacity", 1_200):
        if len(capacities) > 64 or sum(capacities) > MAX or (not capacities and loss):
            continue
        used, left = share(loss, capacities)
        whole = sum(capacities)
        assert sum(used) + left == loss
        assert left == max(0, loss - whole)
        assert all(u <= c for u, c in zip(used, capacities, strict=True))
        if whole:
            shares = [Fraction(min(loss, whole) * c, whole) for c in capacities]
            assert all(abs(u - s) < 1 for u, s in zip(used, shares, strict=True))


def test_only_gains_are_cut_and_no_deeper_than_to_zero():
    draw = random.Random("gains")
    for _ in range(400):
        gains = signed(draw, [v >> 8 for v in bearers(draw, 64)])
        loss = lossOf(draw, [max(g, 0) for g in gains])
        used, left = haircut(loss, gains)
        assert sum(used) + left == loss
        assert all(0 <= u <= max(g, 0) for u, g in zip(used, gains, strict=True))
        assert left == max(0, loss - sum(g for g in gains if g > 0))


def test_closing_turns_nobody_over():
    draw = random.Random("close")
    for _ in range(400):
        sizes = signed(draw, [v >> 148 for v in bearers(draw, 64)])
        size = draw.choice((-1, 1)) * (magnitude(draw) >> 146)
        closed, left = deleverage(size, sizes)
        assert sum(closed) + left == size
        assert left * size >= 0
        for taken, held in zip(closed, sizes, strict=True):
            assert taken * size >= 0
            assert taken == 0 or (held * (held + taken) >= 0 and held * size < 0)
        opposite = sum(abs(s) for s in sizes if s * size < 0)
        assert abs(left) == max(0, abs(size) - opposite)


def test_the_least_integer_has_no_opposite():
    assert both("deleverage", 1, [-(2**255)]) == (Panic(0x11), Panic(0x11))
    assert both("deleverage", -(2**255), [1]) == (Panic(0x11), Panic(0x11))


def test_published_cases():
    # Nasdaq Clearing, September 2018, EUR m: junior capital, then the mutualised fund
    used = ((7, 107), 0)
    assert both("layers", 114, [7, 166]) == (used, used)
    assert Fraction(107, 166) == Fraction(used[0][1], 166)
    # a textbook's four layers
    used = ((2100, 380, 190, 1130), 0)
    assert both("layers", 3800, [2100, 380, 190, 1450]) == (used, used)
    # a tenth of every gain
    gains = [50, 100, 150, -300]
    used = ((5, 10, 15, 0), 0)
    assert both("haircut", 30, gains) == (used, used)
    assert [g - u for g, u in zip(gains, used[0], strict=True)] == [45, 90, 135, -300]


def test_the_queue_of_other_venues():
    cents = WAD // 100
    accounts = [(100, 80, 10, 5), (100, 80, 40, 5), (70, 80, 2, 5)]
    scores = []
    for entry, price, ratio, maintenance in accounts:
        mirrored, outcome = both("score", False, entry * WAD, price * WAD, ratio * cents, maintenance * cents)
        assert mirrored == outcome
        scores.append(outcome[0])
    assert scores == [2 * WAD, WAD // 2, 0]
    assert both("order", scores) == (((0, 1),), ((0, 1),))


def test_queue_contract_and_mirror_agree(long):
    draw = random.Random("queue")
    for _ in range(10_000 if long else 300):
        case = (draw.random() < 0.5, *(magnitude(draw) for _ in range(4)))
        mirrored, outcome = both("score", *case)
        assert mirrored == outcome, case
        scores = [draw.choice((0, draw.getrandbits(3), magnitude(draw))) for _ in range(draw.randrange(20))]
        mirrored, outcome = both("order", scores)
        assert mirrored == outcome, scores
        ranked = sorted((i for i, s in enumerate(scores) if s), key=lambda i: (-scores[i], i))
        assert list(outcome[0]) == ranked
