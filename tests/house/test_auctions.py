"""The arithmetic of liquidation: contract and mirror agree, and no number worsens an account."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from tests.differential.library import Library
from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Hint
from vmargin.margin.house import auctions
from vmargin.solidity.reverts import Revert

WAD = 10**18
BPS = 10_000
MONEY = (0, 2**150)
SIGNED = (-(2**150), 2**150)
SHARE = (0, BPS)

LIBRARY = Library(
    "AuctionsHarness",
    "vmargin.margin.house.auctions",
    hints={
        "requireValid": {
            "startBps": Hint(edges=(5_000,), within=(0, 5_001)),
            "length": Hint(edges=(0, 2**64), within=(1, 10**6)),
            "insuranceBps": Hint(edges=(BPS,), within=(0, BPS + 1)),
            "backstopBps": Hint(edges=(5_000,), within=(0, 5_001)),
        },
        "discountAfter": {
            "elapsed": Hint(within=(0, 5_000)),
            "startBps": Hint(within=(0, 5_000)),
            "length": Hint(within=(1, 3_600)),
        },
        "discountOn": {
            "discountBps": Hint(within=SHARE),
            "backstopBps": Hint(within=SHARE),
            "value": Hint(within=SIGNED),
            "initialRequirement": Hint(within=MONEY),
            "maintenanceRequirement": Hint(within=MONEY),
        },
        "fractionLimit": {
            "value": Hint(within=SIGNED),
            "haircut": Hint(within=MONEY),
            "requirement": Hint(within=MONEY),
            "discountBps": Hint(within=(0, 5_000)),
        },
        "closedSize": {"size": Hint(within=(-(2**112), 2**112)), "fraction": Hint(within=(0, WAD))},
        "penaltyOn": {
            "discountBps": Hint(within=(0, 5_000)),
            "initialReleased": Hint(within=SIGNED),
            "maintenanceReleased": Hint(within=SIGNED),
        },
        "saleOf": {
            "discountBps": Hint(within=(0, 5_000)),
            "insuranceBps": Hint(within=SHARE),
            "value": Hint(within=SIGNED),
            "initialRequirement": Hint(within=MONEY),
            "maintenanceRequirement": Hint(within=MONEY),
        },
        "insuredPart": {"penalty": Hint(within=MONEY), "insuranceBps": Hint(within=SHARE)},
    },
)


@pytest.mark.parametrize("function", sorted(LIBRARY.kernels))
def test_contract_and_mirror_agree(function, long):
    pair = LIBRARY.pair(function)
    number = 50_000 if long else 600
    cases = list(itertools.islice(bias.seeded(pair.arguments, number, pair.seed, pair.given), number))
    differences, outcomes = pair.compare(cases)
    assert not differences, pair.describe(differences[0], len(differences), len(cases))
    assert sum(not isinstance(outcome, Revert) for outcome in outcomes) > number / 20


def test_every_function_has_its_kernel():
    assert not LIBRARY.unpaired()
    assert not LIBRARY.unknown_constants()


def test_the_discount_only_rises_from_its_start_to_one_half():
    for start, length in [(0, 1), (0, 3_600), (250, 977), (4_999, 7), (5_000, 60)]:
        path = [int(auctions.discountAfter(t, start, length)) for t in range(length + 10)]
        assert path[0] == start
        assert path == sorted(path)
        assert set(path[length:]) == {5_000}


def accounts(seed, number):
    """Values, haircuts and requirements of accounts without initial margin, from dust to fortunes."""
    draw = random.Random(seed)
    for _ in range(number):
        scale = 10 ** draw.randrange(1, 40)
        initial = draw.randrange(1, scale + 1)
        maintenance = initial * draw.choice((BPS, 8_000, 7_500, 5_000, 3_000)) // BPS
        haircut = draw.choice((0, draw.randrange(scale)))
        value = haircut + initial - draw.randrange(1, 3 * scale)
        yield draw, value, haircut, initial, maintenance


def after(value, haircut, initial, maintenance, fraction, discount):
    """The exact healths at both levels after a fraction, by a rule that is proportional to sizes."""
    kept = 1 - Fraction(fraction, WAD)
    penalty = min(Fraction(discount, BPS) * initial, maintenance) * (1 - kept)
    return tuple(value - penalty - kept * (haircut + level) for level in (initial, maintenance))


def test_the_limit_reaches_the_target_and_not_more_than_a_step_beyond():
    whole = part = 0
    for draw, value, haircut, initial, maintenance in accounts("limit", 3_000):
        discount = int(
            auctions.discountOn(draw.randrange(5_001), draw.choice((0, 500)), value, initial, maintenance)
        )
        limit = int(auctions.fractionLimit(value, haircut, initial, discount))
        healths = after(value, haircut, initial, maintenance, limit, discount)
        if limit == WAD:
            whole += 1
            # a little less would not have sufficed, but for a basis point
            less = after(value, haircut, initial, maintenance, WAD - 10**12 - 1, discount)
            assert less[0] <= Fraction(initial, BPS) + 2
        else:
            part += 1
            assert healths[0] > -1  # the penalty of all, rounded down
            step = Fraction(10**12 + 1, WAD) * (haircut + initial) + 1
            assert healths[0] <= step
            assert after(value, haircut, initial, maintenance, limit - 10**12 - 1, discount)[0] <= 1
    assert whole > 300
    assert part > 300


def test_a_penalty_never_lowers_health_at_either_level():
    for draw, value, _, initial, maintenance in accounts("penalty", 3_000):
        discount = int(auctions.discountOn(5_000, draw.choice((0, 5_000)), value, initial, maintenance))
        released = draw.randrange(initial + 1)
        lower = released * maintenance // initial + draw.choice((-1, 0, 1))
        penalty = int(auctions.penaltyOn(discount, released, lower))
        assert 0 <= penalty <= max(0, min(released // 2, lower))
        assert 0 <= int(auctions.insuredPart(penalty, 2_500)) <= penalty


def test_without_a_backstop_an_account_pays_no_more_than_it_is_worth():
    for _, value, _, initial, maintenance in accounts("backstop", 3_000):
        discount = int(auctions.discountOn(5_000, 0, value, initial, maintenance))
        assert int(auctions.penaltyOn(discount, initial, maintenance)) <= max(0, value)


def test_no_position_is_closed_whole_before_all_are_and_none_turns_over():
    draw = random.Random("sizes")
    for _ in range(2_000):
        size = draw.choice((-1, 1)) * draw.randrange(1, 2 ** draw.randrange(1, 113))
        fraction = draw.choice((1, WAD - 1, draw.randrange(1, WAD)))
        closed = int(auctions.closedSize(size, fraction))
        assert abs(closed) < abs(size)
        assert closed * size >= 0
        assert abs(closed) <= Fraction(abs(size) * fraction, WAD) < abs(closed) + 1
        assert auctions.closedSize(size, WAD) == size


def test_what_is_closed_is_paid_for_in_full():
    draw = random.Random("value")
    for _ in range(2_000):
        cash, total, closed = (draw.randrange(-(10**40), 10**40) for _ in range(3))
        paid = int(auctions.closedValue(cash + total // WAD, cash + (total - closed) // WAD))
        assert Fraction(closed, WAD) < paid <= Fraction(closed, WAD) + 2
