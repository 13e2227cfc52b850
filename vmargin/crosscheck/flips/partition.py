"""All intervals of an integer in which a verdict is one and the same, certain for each integer in them.

Branch and bound: what a judge of whole intervals leaves open is halved, nearest first, down to a few
integers, which are judged one by one.  Where the judge is not certain even of single integers, halving is of
no use: if they are too many to be judged one by one, they are reported as not decided, with one place among
them where the verdict changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from vmargin.errors import VmarginError
from vmargin.protocols.base import Within
from vmargin.protocols.verdict import Standing, Verdict

FEW = 8
"""So many neighbours are judged one by one rather than together."""
WHOLE = 256
"""And so many where the judge is of no use."""


class Contradiction(VmarginError):
    """A judge of intervals was certain of something else than what the rule says."""

    exit_code = 70


class Interval(NamedTuple):
    """Integers of one verdict, ends included; `verdict` is None where not each of them was decided."""

    low: int
    high: int
    verdict: Verdict | None
    change: int | None = None
    """Within what is not decided an integer whose verdict is not that of the next one."""

    @property
    def standing(self) -> Standing | None:
        """The verdict without its reason."""
        return None if self.verdict is None else self.verdict.standing


class _Piece(NamedTuple):
    low: int
    high: int
    standing: Standing | None


class Partition:
    """Judges a range.

    Parameters
    ----------
    judge
        What the rule says at one integer.
    within
        What is certain for whole intervals.
    most
        After how many judgements of intervals what is farthest away is left undecided.
    tell
        Takes progress.
    """

    def __init__(
        self,
        judge: Callable[[int], Verdict],
        within: Within,
        most: int,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._judge, self._within, self._tell = judge, within, tell
        self.most = most
        self.asked = 0
        self._verdicts: dict[int, Verdict] = {}

    def at(self, value: int) -> Verdict:
        """What the rule says."""
        if value not in self._verdicts:
            self._verdicts[value] = self._judge(value)
        return self._verdicts[value]

    def intervals(self, low: int, start: int, high: int) -> list[Interval]:
        """Every integer from `low` to `high` in ascending intervals, decided from `start` on."""
        pieces = [*self._pieces(start, high, rising=True), *self._pieces(low, start, rising=False)]
        found: list[_Piece] = []
        for piece in _joined(pieces):
            few = piece.standing is None and piece.high - piece.low < WHOLE
            found += self._each(piece.low, piece.high) if few else [piece]
        return [self._interval(piece, low, high) for piece in _settled(_joined(found), start)]

    def _pieces(self, low: int, high: int, *, rising: bool) -> Iterator[_Piece]:
        waiting = [(low, high)]
        while waiting:
            a, b = waiting.pop()
            if b - a < FEW:
                yield from self._each(a, b)
                continue
            verdict = self._certain(a, b)
            middle = math.isqrt(a * b) if b > 4 * a > 0 else (a + b) // 2
            if verdict is not None:
                yield _Piece(a, b, verdict.standing)
            elif self.asked >= self.most or all(self._certain(x, x) is None for x in (middle, a, b)):
                yield _Piece(a, b, None)
            else:
                halves = [(a, middle), (middle, b)]
                waiting += halves[::-1] if rising else halves

    def _each(self, low: int, high: int) -> Iterator[_Piece]:
        for value in range(low, high + 1):
            yield _Piece(value, value, self.at(value).standing)

    def _certain(self, low: int, high: int) -> Verdict | None:
        if self.asked >= self.most:
            return None
        self.asked += 1
        if self.asked % 50 == 0:
            self._tell(f"{self.asked} intervals judged")
        return self._within(low, high)

    def _interval(self, piece: _Piece, low: int, high: int) -> Interval:
        if piece.standing is not None:
            ends = [self.at(piece.low), self.at(piece.high)]
            for value, verdict in zip((piece.low, piece.high), ends, strict=True):
                if verdict.standing is not piece.standing:
                    raise Contradiction(
                        f"{value}: certain to be {piece.standing.name}, and it is {verdict}: please report it"
                    )
            return Interval(piece.low, piece.high, ends[0])
        a, b = max(low, piece.low - 1), min(high, piece.high + 1)
        return Interval(piece.low, piece.high, None, self._change(a, b))

    def _change(self, a: int, b: int) -> int | None:
        """Between two integers of different verdicts one whose verdict is not the next one's."""
        standing = self.at(a).standing
        if standing is self.at(b).standing:
            return None
        while b - a > 1:
            middle = (a + b) // 2
            if self.at(middle).standing is standing:
                a = middle
            else:
                b = middle
        return a


def _settled(pieces: list[_Piece], start: int) -> list[_Piece]:
    """Without islands: a few that are decided amid wider parts that are not stay undecided with them."""
    found: list[_Piece] = []
    for piece in pieces:
        found.append(piece)
        while len(found) > 2 and found[-1].standing is None and found[-3].standing is None:
            first, island, last = found[-3:]
            width = min(4 * WHOLE, max(first.high - first.low, last.high - last.low))
            if island.high - island.low > width or island.low <= start <= island.high:
                break
            found[-3:] = [_Piece(first.low, last.high, None)]
    return found


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    """In ascending order, each integer once, neighbours of one standing together.

    Neighbours may share an end, which belongs to the one that is decided.
    """
    found: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.low, p.high)):
        low, high, standing = piece
        if found and low <= found[-1].high:
            last = found[-1]
            if standing is None or standing is last.standing:
                low = last.high + 1
            elif last.standing is None:
                found[-1] = _Piece(last.low, low - 1, None)
            else:
                raise Contradiction(
                    f"{low}: certain to be {last.standing.name} and {standing.name}: please report it"
                )
            if found[-1].low > found[-1].high:
                found.pop()
        if low > high:
            continue
        if found and found[-1].standing is standing:
            low = found.pop().low
        found.append(_Piece(low, high, standing))
    return found
