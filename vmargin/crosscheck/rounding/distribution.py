"""How the signed error is spread over a sample: fixed buckets, quantiles, and the share that is exact."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from vmargin.crosscheck.rounding.numbers import decimal, number_json

UNIT_EDGES = (
    *(Fraction(n, 10) for n in range(11)),
    *(Fraction(m * 10**k) for k in range(2) for m in (2, 5, 10)),
    *(Fraction(10**k) for k in range(3, 79)),
)
"""Ends of buckets by magnitude, in units of the result's last digit: tenths of one, then wider ones."""

PPM_EDGES = (Fraction(0), *(Fraction(10) ** k for k in range(-18, 91)))
"""The same in parts per million of the exact value."""

QUANTILES = (0, 1, 5, 25, 50, 75, 95, 99, 100)
"""In percent."""


class Bucket(NamedTuple):
    """How many errors are above `low` in magnitude and at most `high`, of one sign; both 0 for no error."""

    low: Fraction
    high: Fraction
    cases: int


@dataclass(frozen=True)
class Distribution:
    """How one output's error is spread, negative buckets first.

    `units` are of the last digit of the result, wei where that is what it counts; `ppm` are parts per million
    of the exact value, without the cases in which that is 0.
    """

    cases: int
    exact: int
    units: tuple[Bucket, ...]
    ppm: tuple[Bucket, ...]
    quantiles: tuple[tuple[int, Fraction], ...]
    """Percent, and the error in units that so many of the cases do not exceed."""

    @classmethod
    def of(cls, errors: Sequence[Fraction], relatives: Sequence[Fraction]) -> Distribution:
        """Sort errors into buckets."""
        ordered = sorted(errors)
        ranks = [(p, max(0, -(-p * len(ordered) // 100) - 1)) for p in QUANTILES] if ordered else []
        return cls(
            cases=len(ordered),
            exact=sum(1 for e in ordered if e == 0),
            units=tuple(_buckets(ordered, UNIT_EDGES)),
            ppm=tuple(_buckets(sorted(relatives), PPM_EDGES)),
            quantiles=tuple((p, ordered[rank]) for p, rank in ranks),
        )

    def as_json(self) -> dict[str, Any]:
        """What a drawing needs; numbers as decimal strings."""
        return {
            "cases": self.cases,
            "exact": self.exact,
            "units": [_bucket_json(b) for b in self.units],
            "ppm": [_bucket_json(b) for b in self.ppm],
            "quantiles": [{"percent": p, **number_json(error)} for p, error in self.quantiles],
        }


def _buckets(ordered: Sequence[Fraction], edges: Sequence[Fraction]) -> Iterator[Bucket]:
    """From the first that holds something to the last; of none but 0, that one."""
    counts: dict[int, int] = {}
    for error in ordered:
        place = bisect.bisect_left(edges, abs(error))
        place = place if error > 0 else -place
        counts[place] = counts.get(place, 0) + 1
    if not counts:
        return
    for place in range(min(*counts, 0), max(*counts, 0) + 1):
        step = abs(place)
        if step == 0:
            yield Bucket(Fraction(0), Fraction(0), counts.get(0, 0))
            continue
        inner, outer = edges[step - 1], edges[min(step, len(edges) - 1)]
        count = counts.get(place, 0)
        yield Bucket(inner, outer, count) if place > 0 else Bucket(-outer, -inner, count)


def _bucket_json(bucket: Bucket) -> dict[str, Any]:
    return {"from": decimal(bucket.low), "to": decimal(bucket.high), "count": bucket.cases}
