"""Roads and sizes follow what was measured; here the measurements are given."""

from __future__ import annotations

from random import Random

import pytest

from vmargin.chain.multicall.pace import AGED, AGGREGATE, CHEAP, GROWTH, TRIAL, UNKNOWN, Kind, Pace, Road

TOKEN: Kind = ("0x" + "11" * 20, b"\1\2\3\4")
VAULT: Kind = ("0x" + "22" * 20, b"\1\2\3\4")
MANY = 100 * TRIAL


def learnt(**seconds: float) -> Pace:
    """A pace that has measured one call by each road."""
    pace = Pace()
    for road, each in seconds.items():
        pace.took(Road[road.upper()], [TOKEN] * 10, 10 * each)
    return pace


def test_what_is_not_known_goes_together() -> None:
    pace = Pace()
    assert pace.choose(TOKEN, MANY) == (Road.TOGETHER, MANY)
    assert pace.seconds(TOKEN, Road.TOGETHER) == UNKNOWN
    assert pace.share(TOKEN) == 1 / AGGREGATE


def test_cheap_calls_are_never_tried_alone() -> None:
    assert learnt(together=0.9 * CHEAP).choose(TOKEN, MANY) == (Road.TOGETHER, MANY)


def test_costly_calls_are_tried_alone_where_it_pays() -> None:
    pace = learnt(together=2 * CHEAP)
    assert pace.choose(TOKEN, MANY) == (Road.ALONE, TRIAL)
    assert pace.choose(TOKEN, 2 * TRIAL) == (Road.TOGETHER, 2 * TRIAL)
    assert pace.choose(VAULT, MANY) == (Road.TOGETHER, MANY), "another contract"


@pytest.mark.parametrize(("alone", "faster"), [(1.9 * CHEAP, Road.ALONE), (2.1 * CHEAP, Road.TOGETHER)])
def test_the_faster_road_is_taken(alone: float, faster: Road) -> None:
    pace = learnt(together=2 * CHEAP, alone=alone)
    assert pace.choose(TOKEN, MANY) == (faster, MANY)


@pytest.mark.parametrize("faster", Road)
def test_the_slower_road_is_tried_now_and_then(faster: Road) -> None:
    (slower,) = set(Road) - {faster}
    pace = learnt(**{slower.name: 4 * CHEAP, faster.name: 2 * CHEAP})
    for _ in range(AGED - 1):
        assert pace.choose(TOKEN, MANY) == (faster, MANY)
        pace.took(faster, [TOKEN] * 100, 200 * CHEAP)
    assert pace.choose(TOKEN, MANY) == (slower, TRIAL)
    assert pace.choose(TOKEN, TRIAL) == (faster, TRIAL), "too few for a trial"
    pace.took(slower, [TOKEN] * TRIAL, 1.5 * CHEAP * TRIAL)
    assert pace.choose(TOKEN, MANY) == (slower, MANY), "which is the faster now"


def test_a_disturbance_counts_for_less_than_what_is_possible() -> None:
    pace = learnt(together=2 * CHEAP)
    pace.took(Road.TOGETHER, [TOKEN] * 100, 100 * 6 * CHEAP)
    assert pace.seconds(TOKEN, Road.TOGETHER) == pytest.approx(3 * CHEAP)
    pace.took(Road.TOGETHER, [TOKEN] * 100, 100 * CHEAP)
    assert pace.seconds(TOKEN, Road.TOGETHER) == pytest.approx(CHEAP)


def test_a_slower_node_is_noticed() -> None:
    pace = learnt(together=2 * CHEAP, alone=4 * CHEAP)
    for _ in range(AGED - 1):
        pace.took(Road.TOGETHER, [TOKEN] * 100, 100 * 8 * CHEAP)
    assert pace.choose(TOKEN, MANY) == (Road.ALONE, MANY)


def test_the_way_to_the_node_is_no_work() -> None:
    pace = Pace()
    for seconds in (0.2, 0.1, 0.3):
        pace.answered(seconds)
    for seconds in (0.1, 0.12):
        pace.took(Road.TOGETHER, [TOKEN] * 2, seconds)
        assert pace.seconds(TOKEN, Road.TOGETHER) == UNKNOWN, "two calls say nothing"
    pace.took(Road.TOGETHER, [TOKEN] * 100, 0.15)
    assert pace.seconds(TOKEN, Road.TOGETHER) == pytest.approx(0.0005)
    pace.took(Road.TOGETHER, [TOKEN] * 100, 0.19)
    assert pace.seconds(TOKEN, Road.TOGETHER) == pytest.approx(0.0005), "that may have been the way"
    pace.took(Road.TOGETHER, [TOKEN] * 100, 0.25)
    assert pace.seconds(TOKEN, Road.TOGETHER) == pytest.approx(0.00075)
    pace.took(Road.TOGETHER, [TOKEN] * 100, 0.05)
    assert pace.seconds(TOKEN, Road.TOGETHER) == pytest.approx(0.00075 / 4), "less than nothing is little"


def test_time_is_told_apart_in_mixed_requests() -> None:
    random, pace = Random(1), Pace()
    for _ in range(60):
        cheap, costly = random.randrange(1, 500), random.randrange(1, 50)
        pace.took(Road.TOGETHER, [TOKEN] * cheap + [VAULT] * costly, 1e-5 * cheap + 1e-3 * costly)
    assert pace.seconds(TOKEN, Road.TOGETHER) < 1e-4
    assert 3e-4 < pace.seconds(VAULT, Road.TOGETHER) < 3e-3


def test_aggregates_shrink_until_they_fit_and_grow_slowly() -> None:
    pace = Pace()
    pace.starved([TOKEN] * 100)
    assert pace.share(TOKEN) == 1 / 50
    pace.starved([TOKEN] * 200)
    assert pace.share(TOKEN) == 1 / 50, "that was known"
    pace.fitted([TOKEN] * 20)
    assert pace.share(TOKEN) == 1 / 50, "that says nothing of 51"
    pace.fitted([TOKEN] * 50)
    assert pace.share(TOKEN) == 1 / (50 * GROWTH)
    for _ in range(1000):
        pace.fitted([TOKEN] * AGGREGATE)
    assert pace.share(TOKEN) == 1 / AGGREGATE


def test_a_call_that_fills_an_aggregate_goes_alone() -> None:
    pace = Pace()
    pace.starved([TOKEN, VAULT])
    assert pace.choose(TOKEN, 5) == pace.choose(VAULT, 5) == (Road.TOGETHER, 5), "it may be the other's fault"
    pace.starved([TOKEN])
    assert pace.choose(TOKEN, 5) == (Road.ALONE, 5)
    assert pace.choose(VAULT, 5) == (Road.TOGETHER, 5)


def test_memory_is_bounded() -> None:
    pace = Pace()
    for number in range(Pace.REMEMBERED + 5):
        pace.starved([(f"0x{number:040x}", b"")])
    assert pace.choose((f"0x{4:040x}", b""), 1)[0] is Road.TOGETHER, "forgotten"
    assert pace.choose((f"0x{5:040x}", b""), 1)[0] is Road.ALONE
