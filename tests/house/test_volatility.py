"""The estimate of volatility: to the bit, within its bounds, and by elapsed time alone."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tests.house.feed_pair import BTC, DAY, ETH, NOW, OTHER, PHASE, WAD, Pair, listed, refused, topic
from vmargin.margin.house import volatility
from vmargin.margin.house.volatility import VolatilityTerms
from vmargin.solidity import exact
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

TOP = 2**96 - 1
YEAR = 365 * DAY
TERMS = (8_000, 5_000, 25_000, 2_000, 10 * DAY, 900, DAY)
"""Of 80 % a year, from half to two and a half times of it."""


@cache
def harness() -> Contract:
    return Contract.deploy("contracts/build/VolatilityHarness.json")


def terms_of(values: Any) -> VolatilityTerms:
    return VolatilityTerms(*map(uint256, values))


def both(name: str, *arguments: Any) -> Any:
    """The one outcome of mirror and contract."""
    typed = [terms_of(a) if isinstance(a, tuple) else uint256(a) for a in arguments]
    try:
        mine: Any = int(getattr(volatility, name)(*typed))
    except Revert as revert:
        mine = revert
    theirs = harness().outcome(name, arguments)
    theirs = int(theirs[0]) if isinstance(theirs, tuple) else theirs
    assert type(theirs) is type(mine) and theirs == mine, f"{name}{arguments}: {theirs!r}, not {mine!r}"
    return mine


def any_terms(random: Random) -> tuple[int, ...]:
    """Valid ones, the edges of their widths among them."""
    ceiling = random.choice((1, 2**15, random.randint(1, 2**15)))
    interval = random.choice((1, 900, random.randint(1, 2**24 - 1)))
    return (
        random.choice((1, 8_000, 2**16 - 1, random.randint(1, 2**16 - 1))),
        random.choice((1, ceiling, random.randint(1, ceiling))),
        ceiling,
        random.choice((1, 2_000, 2**16 - 1)),
        random.choice((1, DAY, 2**32 - 1, random.randint(1, 100 * DAY))),
        interval,
        random.choice((interval, 2**24 - 1)),
    )


def price(random: Random) -> int:
    return random.choice((1, TOP, 60_000 * WAD, random.randint(1, TOP), random.randint(1, 100_000) * WAD))


def near(random: Random, value: int) -> int:
    return min(max(value * random.randint(9_000, 11_000) // 10_000, 1), TOP)


def test_every_step_is_within_its_bounds(long: bool) -> None:
    random = Random("step")
    moved = 0
    for _ in range(50_000 if long else 3_000):
        terms = any_terms(random)
        assert both("requireValid", terms) == 1
        lowest, highest = both("lowest", terms), both("highest", terms)
        assert lowest * 10_000 == terms[0] * WAD * terms[1] // 10_000
        last = random.randint(lowest, highest)
        before = price(random)
        after = random.choice((before, price(random), near(random, before), near(random, before)))
        elapsed = random.choice((1, terms[5], terms[6], 2**40, 2**63))
        found = both("sampled", last, before, after, elapsed, terms)
        assert lowest <= found <= highest
        assert last * 10_000 <= found * (10_000 + terms[3]) and found * 10_000 <= last * (10_000 + terms[3])
        scale = both("scaleOf", found, terms)
        assert terms[1] <= scale <= terms[2]
        assert 0 <= scale - Fraction(found * 10_000, terms[0] * 10**14) < 1
        moved += found not in (last, lowest, highest)
    assert moved > 100


def test_it_is_the_weighted_mean_of_variances(long: bool) -> None:
    """Where no bound is hit: against exact arithmetic, each rounding being less than one unit up."""
    random = Random("mean")
    for _ in range(5_000 if long else 400):
        terms = (8_000, 1, 2**15, 2**16 - 1, random.randint(DAY, 30 * DAY), 1, 2**24 - 1)
        last = random.randint(WAD // 2, 2 * WAD)
        before = random.randint(1_000, 90_000) * WAD
        after = near(random, before)
        elapsed = random.randint(600, 3 * DAY)
        found = both("sampled", last, before, after, elapsed, terms)
        weight = exact.exp(Fraction(-elapsed, terms[4]))
        move = Fraction(abs(after - before), min(after, before))
        variance = weight * Fraction(last, WAD) ** 2 + (1 - weight) * (move**2 * Fraction(YEAR, elapsed))
        volatility_now = exact.sqrt(variance)
        assert abs(float(volatility_now * WAD) - found) <= 1 + found * 1e-12


def test_more_volatile_or_moving_more_is_never_less(long: bool) -> None:
    random = Random("monotone")
    for _ in range(20_000 if long else 1_500):
        terms = terms_of(any_terms(random))
        bounds = int(volatility.lowest(terms)), int(volatility.highest(terms))
        low, high = sorted(random.randint(*bounds) for _ in range(2))
        before, elapsed = uint256(random.randint(1, 10**30)), uint256(random.choice((1, 900, DAY, 2**30)))
        less, more = sorted(int(before) * random.randint(10_000, 20_000) // 10_000 for _ in range(2))

        def after(last: int, to: int) -> int:
            return int(volatility.sampled(uint256(last), before, uint256(to), elapsed, terms))  # noqa: B023

        assert after(low, less) <= after(high, less)
        assert after(low, less) <= after(low, more)
        # and a fall counts as the rise back
        assert volatility.moveOf(before, uint256(more)) == volatility.moveOf(uint256(more), before)


def test_each_quantity_alone(long: bool) -> None:
    random = Random("quantities")
    for _ in range(20_000 if long else 1_000):
        before, after = price(random), price(random)
        move = both("moveOf", before, after)
        relative = Fraction(abs(after - before) * WAD, min(before, after))
        assert (0 <= move - relative < 1) or (move == 2**80 < relative)
        elapsed = random.choice((1, 900, 2**40, 2**63, random.randint(1, 10**9)))
        variance = both("varianceOf", move, elapsed)
        assert 0 <= variance - Fraction(move**2 * YEAR, elapsed) < 1
        root = both("rootUp", variance)
        assert (root - 1) ** 2 < variance <= root**2 or root == variance == 0
        both("weightOf", elapsed, random.choice((1, DAY, 2**32 - 1)))
        both("bounded", random.getrandbits(90), random.getrandbits(70), any_terms(random))


def test_the_least_time_leaves_less_than_the_whole_weight() -> None:
    assert both("weightOf", 1, 2**32 - 1) < WAD
    assert both("weightOf", 0, 1) == WAD
    assert both("weightOf", 2**63, 1) == 0
    for elapsed, decay in ((DAY, DAY), (DAY, 7 * DAY), (30 * DAY, DAY)):
        truth = exact.exp(Fraction(-elapsed, decay)) * WAD
        assert abs(float(truth) - both("weightOf", elapsed, decay)) <= max(2, float(truth) * 1e-12)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({0: 0}, ("VolatilityTermsInvalid", 0, 5_000, 25_000)),
        ({1: 0}, ("VolatilityTermsInvalid", 8_000, 0, 25_000)),
        ({2: 4_999}, ("VolatilityTermsInvalid", 8_000, 5_000, 4_999)),
        ({2: 2**15 + 1}, ("VolatilityTermsInvalid", 8_000, 5_000, 2**15 + 1)),
        ({3: 0}, ("VolatilityTimesInvalid", 0, 10 * DAY, 900, DAY)),
        ({4: 0}, ("VolatilityTimesInvalid", 2_000, 0, 900, DAY)),
        ({5: 0}, ("VolatilityTimesInvalid", 2_000, 10 * DAY, 0, DAY)),
        ({6: 899}, ("VolatilityTimesInvalid", 2_000, 10 * DAY, 900, 899)),
    ],
)
def test_terms_that_are_none(change: dict[int, int], error: tuple[Any, ...]) -> None:
    terms = tuple(change.get(i, value) for i, value in enumerate(TERMS))
    assert refused(both("requireValid", terms), *error)
    pair = listed()
    assert refused(pair.do("setVolatilityTerms", BTC, terms), *error)


def quote(pair: Pair, dollars: int, at: int) -> None:
    """BTC at a price from a time on, and that time."""
    pair.at(at)
    pair.write(1, PHASE + at, dollars * 10**8, at)


def estimating() -> Pair:
    pair = listed()
    assert pair.do("setVolatilityTerms", BTC, TERMS) == ()
    assert pair.event() == topic(
        "VolatilityTermsSet(uint256,(uint16,uint16,uint16,uint16,uint32,uint24,uint24))"
    )
    return pair


def test_it_starts_at_the_ceiling_and_falls_by_bounded_steps() -> None:
    pair = estimating()
    assert pair.do("shockScaleBps", BTC) == 25_000
    assert pair.do("sampleOf", BTC) == (0, 0, 0)
    scales = []
    for i in range(20):
        quote(pair, 60_000, NOW + i * 900)
        assert pair.do("poke", BTC) == ()
        assert pair.event() == topic("Sampled(uint256,uint256,uint256)")
        scales.append(pair.do("shockScaleBps", BTC))
    assert scales[0] == 25_000
    assert all(later < earlier for earlier, later in pairwise(scales))
    # by time: 19 quiet quarters of an hour of ten days, and the root of that
    assert abs(scales[-1] - 25_000 * float(exact.exp(Fraction(-19 * 900, 2 * 10 * DAY)))) < 2


def test_one_sample_an_interval_however_often_it_is_poked() -> None:
    random = Random("pokes")
    for _ in range(5):
        rare, often = estimating(), estimating()
        time, dollars = NOW, 60_000
        for _ in range(15):
            time += random.randint(900, 5_000)
            dollars = dollars * random.randint(95, 105) // 100
            for pair in (rare, often):
                quote(pair, dollars, time)
                pair.do("poke", BTC)
            for later in sorted(random.sample(range(1, 900), 3)):
                quote(often, dollars * random.randint(50, 200) // 100, time + later)
                assert often.do("poke", BTC) == ()
                assert not often.evm.logs
            assert often.do("sampleOf", BTC) == rare.do("sampleOf", BTC)


def test_nobody_poking_means_the_ceiling() -> None:
    pair = estimating()
    for i in range(100):
        quote(pair, 60_000, NOW + i * 20_000)
        pair.do("poke", BTC)
    calm = pair.do("shockScaleBps", BTC)
    assert calm < 10_000
    pair.at(pair.now + DAY)
    assert pair.do("shockScaleBps", BTC) == calm
    quote(pair, 60_000, pair.now + 1)
    assert pair.do("shockScaleBps", BTC) == 25_000
    assert pair.do("poke", BTC) == ()
    assert pair.do("sampleOf", BTC) == (60_000 * WAD, pair.now, 8_000 * 25_000 * 10**10)
    assert pair.do("shockScaleBps", BTC) == 25_000


def test_no_path_of_prices_leaves_the_range(long: bool) -> None:
    random = Random("paths")
    for _ in range(100 if long else 10):
        pair = estimating()
        time, seen = NOW, set()
        wildest = random.choice((1, 3, 10**6))
        for _ in range(60):
            time += random.choice((1, 899, 900, 901, 3_000, 3_000, 50_000, DAY, DAY + 1))
            calm = random.randint(59_000, 61_000)
            quote(pair, random.choice((60_000, calm, random.randint(1, 60_000 * wildest))), time)
            assert pair.do("poke", BTC) == ()
            scale = pair.do("shockScaleBps", BTC)
            assert 5_000 <= scale <= 25_000
            seen.add(scale)
        assert len(seen) > 5


def test_new_terms_apply_from_the_next_sample_on() -> None:
    pair = estimating()
    quote(pair, 60_000, NOW)
    pair.do("poke", BTC)
    pair.do("setVolatilityTerms", BTC, (8_000, 5_000, 12_000, *TERMS[3:]))
    assert pair.do("shockScaleBps", BTC) == 12_000  # what is read is within the range at once
    quote(pair, 60_000, NOW + 900)
    pair.do("poke", BTC)
    assert pair.do("sampleOf", BTC)[2] == 8_000 * 12_000 * 10**10
    assert pair.do("volatilityTermsOf", BTC) == (8_000, 5_000, 12_000, *TERMS[3:])


def test_without_terms_shocks_are_as_the_policy_has_them() -> None:
    pair = estimating()
    assert pair.do("shockScaleBps", ETH) == 10_000
    assert refused(pair.do("poke", ETH), "VolatilityNotSet", ETH)
    assert refused(pair.do("setVolatilityTerms", 9, TERMS), "NotListed", 9)
    outcome = pair.do("setVolatilityTerms", BTC, TERMS, sender=OTHER)
    assert refused(outcome, "OwnableUnauthorizedAccount", OTHER)


def test_a_stale_price_is_no_sample() -> None:
    pair = estimating()
    pair.at(NOW + 4_000)
    assert refused(pair.do("poke", BTC), "SpotStale", BTC, NOW - 60, NOW + 4_000)
