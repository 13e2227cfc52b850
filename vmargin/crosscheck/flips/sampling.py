"""Intervals of one verdict as samples show them, where nothing is certain of what lies between."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from vmargin.crosscheck.flips.partition import Interval
from vmargin.protocols.verdict import Verdict


def sampled(judge: Callable[[int], Verdict], low: int, start: int, high: int, samples: int) -> list[Interval]:
    """Judge so many integers of a range, half on each side, and bisect between two of different verdicts."""
    steps = max(2, samples // 2)
    places = {end + (start - end) * n // steps for end in (low, high) for n in range(steps + 1)}
    known = {value: judge(value) for value in sorted(places)}
    waiting = list(pairwise(known))
    while waiting:
        a, b = waiting.pop()
        if b - a > 1 and known[a].standing is not known[b].standing:
            middle = (a + b) // 2
            known[middle] = judge(middle)
            waiting += [(a, middle), (middle, b)]
    found: list[Interval] = []
    for value, verdict in sorted(known.items(), key=lambda item: item[0]):
        if found and found[-1].standing is verdict.standing:
            found[-1] = found[-1]._replace(high=value)
        else:
            found.append(Interval(value, value, verdict))
    return found
