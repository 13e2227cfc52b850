"""The checked types beside plain Python ints: what a rule costs that is called once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.mul_div import ORDINARY, rows
from benchmarks.results import Comparison, Target
from benchmarks.timing import Peer, Results, measure
from vmargin.solidity.integers import uint256

LIMIT = 5.0
"""How many times longer than plain ints the checked types may take."""

Loop = Callable[[Any], list[Any]]


def _product(triples: Any) -> list[Any]:
    return [x * y for x, y, d in triples]


def _quotient(triples: Any) -> list[Any]:
    return [x / d for x, y, d in triples]


def _plain_quotient(triples: Any) -> list[Any]:
    return [x // d for x, y, d in triples]


def _both(triples: Any) -> list[Any]:
    return [x * y / d for x, y, d in triples]


def _plain_both(triples: Any) -> list[Any]:
    return [x * y // d for x, y, d in triples]


SUBJECTS: dict[str, tuple[Loop, Loop]] = {
    "uint256: x * y": (_product, _product),
    "uint256: x / d": (_quotient, _plain_quotient),
    "uint256: x * y / d": (_both, _plain_both),
}


def peers(title: str, size: int) -> list[Peer]:
    """The same loop over words and over ints."""
    checked, plain = SUBJECTS[title]
    ints = rows(ORDINARY, size)
    words = [tuple(map(uint256, row)) for row in ints]
    return [
        Peer("checked types", size, lambda: checked(words), _plain),
        Peer("plain ints", size, lambda: plain(ints)),
    ]


def compare(rounds: int) -> Iterator[Comparison]:
    """Measure the operations that margin rules consist of."""
    for title in SUBJECTS:
        times = measure(peers(title, 512), rounds)
        measured = times.ratio("checked types", "plain ints")
        targets = [Target("checked types / plain ints", "at most", LIMIT, measured)]
        yield Comparison.of(title, ORDINARY, times, targets)


def _plain(found: Results) -> Results:
    return [int(value) for value in found]
