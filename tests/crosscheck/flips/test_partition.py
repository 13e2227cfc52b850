"""Partitions: each integer has the verdict that it is said to have, and what is left open is said to be."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmargin.crosscheck.flips.partition import FEW, WHOLE, Contradiction, Interval, Partition
from vmargin.crosscheck.flips.sampling import sampled
from vmargin.protocols.verdict import HEALTHY, LIQUIDATABLE, Verdict

UNKNOWN = Verdict.unknown("it reverts")
VERDICTS = (HEALTHY, LIQUIDATABLE, UNKNOWN)
HIGH = 3_000


@st.composite
def steps(draw: st.DrawFn) -> list[Verdict]:
    """A verdict for each integer, constant in steps of any length."""
    ends = sorted(draw(st.sets(st.integers(1, HIGH), max_size=6)))
    chosen = [draw(st.sampled_from(VERDICTS)) for _ in (*ends, HIGH)]
    starts = [0, *ends]
    return [chosen[max(n for n, start in enumerate(starts) if start <= x)] for x in range(HIGH + 1)]


def whole(intervals: list[Interval], low: int, high: int) -> None:
    assert intervals[0].low == low
    assert intervals[-1].high == high
    assert all(a.high + 1 == b.low for a, b in pairwise(intervals))
    assert all(a.standing is not b.standing for a, b in pairwise(intervals))


@given(steps(), st.integers(0, HIGH), st.integers(1, 5))
def test_of_a_judge_that_is_right_each_integer_is_decided(
    verdicts: list[Verdict], start: int, shyness: int
) -> None:
    """However shy it is of wide intervals."""

    def within(low: int, high: int) -> Verdict | None:
        if high - low > HIGH // shyness**3:
            return None
        found = {verdict.standing for verdict in verdicts[low : high + 1]}
        return verdicts[low] if len(found) == 1 else None

    found = Partition(verdicts.__getitem__, within, 10**6).intervals(0, start, HIGH)
    whole(found, 0, HIGH)
    for interval in found:
        assert {verdicts[x].standing for x in range(interval.low, interval.high + 1)} == {interval.standing}


@given(st.integers(0, HIGH), st.integers(0, HIGH), st.integers(0, HIGH), st.integers(0, 99))
def test_where_a_judge_is_blind_a_few_are_judged_and_many_left_open(
    start: int, one: int, other: int, seed: int
) -> None:
    dark, light = sorted((one, other))
    noise = Random(seed).choices(VERDICTS[:2], k=light - dark)
    verdicts = [HEALTHY] * dark + noise + [LIQUIDATABLE] * (HIGH + 1 - light)

    def within(low: int, high: int) -> Verdict | None:
        if high < dark:
            return HEALTHY
        return LIQUIDATABLE if low >= light else None

    found = Partition(verdicts.__getitem__, within, 10**6).intervals(0, start, HIGH)
    whole(found, 0, HIGH)
    for interval in found:
        if interval.standing is not None:
            standings = {verdicts[x].standing for x in range(interval.low, interval.high + 1)}
            assert standings == {interval.standing}
        else:
            assert dark <= interval.low
            assert interval.high < light
            if interval.change is not None:
                assert verdicts[interval.change] != verdicts[interval.change + 1]
            elif interval.low > 0 and interval.high < HIGH:
                assert verdicts[interval.low - 1] is verdicts[interval.high + 1]
    if light - dark <= WHOLE:
        assert all(interval.verdict is not None for interval in found)
    if light - dark > 4 * WHOLE:
        assert any(interval.verdict is None for interval in found)


def test_what_is_nearest_is_decided_first_when_the_budget_ends() -> None:
    asked = []

    def within(low: int, high: int) -> Verdict | None:
        asked.append((low, high))
        return HEALTHY if high - low <= 100 else None

    found = Partition(lambda x: HEALTHY, within, 40).intervals(0, 1_500, HIGH)
    assert len(asked) == 40
    whole(found, 0, HIGH)
    (here,) = (interval for interval in found if interval.low <= 1_500 <= interval.high)
    assert here.verdict is HEALTHY
    assert {interval.verdict for interval in found if interval is not here} <= {None}


def test_a_judge_that_contradicts_the_rule_is_an_error_and_no_answer() -> None:
    with pytest.raises(Contradiction, match="1000: certain to be HEALTHY, and it is LIQUIDATABLE"):
        Partition(lambda x: VERDICTS[x // 1_000], lambda low, high: HEALTHY, 100).intervals(0, 5, 1_000)

    def wavers(low: int, high: int) -> Verdict | None:
        if high - low > 500:
            return None
        return HEALTHY if low < 500 else LIQUIDATABLE

    with pytest.raises(Contradiction, match="500: certain to be"):
        Partition(lambda x: HEALTHY if x <= 500 else LIQUIDATABLE, wavers, 100).intervals(0, 0, 1_000)


@given(steps(), st.integers(0, HIGH))
def test_samples_are_what_they_are_and_changes_between_neighbours(
    verdicts: list[Verdict], start: int
) -> None:
    found = sampled(verdicts.__getitem__, 0, start, HIGH, 64)
    whole(found, 0, HIGH)
    for a, b in pairwise(found):
        assert verdicts[a.high].standing is a.standing
        assert verdicts[b.low].standing is b.standing


def test_a_few_is_less_than_what_is_judged_whole() -> None:
    assert 1 < FEW < WHOLE
