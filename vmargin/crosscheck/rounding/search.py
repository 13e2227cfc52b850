"""A search for the largest errors: cases are kept for what they are best at, and changed a little."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.kernel_inputs import Source

KEPT = 4
"""Cases for each aim."""


class _Kept(NamedTuple):
    score: Fraction
    serial: int
    case: Case


class Elite:
    """The best cases for each aim, and where a search goes on from."""

    def __init__(self) -> None:
        self.kept: dict[Hashable, list[_Kept]] = {}
        self._aims: list[list[Hashable]] = [[], []]
        self._serial = 0

    def offer(self, case: Case, aims: Iterable[tuple[tuple[Hashable, ...], Fraction]]) -> None:
        """Keep a case for each aim that it is among the best at."""
        self._serial += 1
        best: dict[tuple[Hashable, ...], Fraction] = {}
        for aim, score in aims:
            best[aim] = max(score, best.get(aim, score))
        for aim, score in best.items():
            if aim not in self.kept:
                self.kept[aim] = []
                # what moves a whole output is tried as often as all that moves a site
                self._aims[isinstance(aim[0], str)].append(aim)
            found = self.kept[aim]
            if len(found) == KEPT and score <= found[-1].score:
                continue
            found.append(_Kept(score, self._serial, case))
            found.sort(key=lambda k: (-k.score, k.serial))
            del found[KEPT:]

    def pick(self, chooser: Seeded) -> Case:
        """One of those kept, the best of an aim half of the time."""
        aims = self._aims[chooser.below(2)] or self._aims[0] or self._aims[1]
        found = self.kept[aims[chooser.below(len(aims))]]
        return found[0 if chooser.below(2) else chooser.below(len(found))].case

    def __bool__(self) -> bool:
        return bool(self.kept)


def climbing(source: Source, elite: Elite, number: int, seed: str) -> Iterator[Case]:
    """That many cases near to the best so far; the caller offers each before it asks for the next."""
    chooser = Seeded(f"{seed} climbing")
    for _ in range(number):
        if elite:
            yield source.neighbour(elite.pick(chooser), elite.pick(chooser), chooser)
