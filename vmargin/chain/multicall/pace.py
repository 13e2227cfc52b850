"""How many calls go into one request, and by which road: learnt from how long earlier ones took.

The clock chooses roads and sizes and nothing else: no value depends on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

Kind: TypeAlias = tuple[str, bytes]
"""Calls that cost a node about the same: those of one function of one contract."""

REQUEST = 0.5
"""Seconds that a request should take: far from a time limit, and long beside the way to the node and back."""
UNKNOWN = 1e-3
"""Seconds for a call while nothing is known: a first request must not time out."""
CHEAP = 100e-6
"""Seconds below which no call is worth a request of its own."""
FEW = 32
"""Calls that a request of them says little about, if it was not for long."""
TRIAL = 128
"""Calls that are sent by the other road now and then, to see which is the faster."""
AGED = 8
"""Requests by one road after which the other is tried again."""
GROWTH = 1.02
"""Of an aggregate after one that had gas enough: the next to have too little costs more than it brings."""
CALLS = 8192
"""In one request, at most."""
AGGREGATE = 1024
"""Calls in one aggregate, at most."""


class Road(Enum):
    """How a call gets to the node."""

    TOGETHER = "with others, through Multicall3"
    ALONE = "as a request of its own, many of which may make a batch"


@dataclass(slots=True)
class _Learnt:
    seconds: dict[Road, float] = field(default_factory=dict)
    """For one call."""
    age: dict[Road, int] = field(default_factory=lambda: dict.fromkeys(Road, AGED))
    """Requests since the road was taken."""
    fitting: float = AGGREGATE
    """Calls that one aggregate seems to have the gas for."""


class Pace:
    """What is known of one node's speed."""

    REMEMBERED = 10_000
    """Kinds of calls; the ones that were learnt first are forgotten first."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, _Learnt] = {}
        self._usual = dict.fromkeys(Road, UNKNOWN)
        self._way = 0.0

    def choose(self, kind: Kind, waiting: int) -> tuple[Road, int]:
        """Choose the road for calls of which so many are waiting, and how many of them may take it now."""
        learnt = self._kinds.get(kind)
        if learnt is None:
            return Road.TOGETHER, waiting
        if learnt.fitting < 2:
            return Road.ALONE, waiting
        together = learnt.seconds.get(Road.TOGETHER)
        if together is None or together < CHEAP:
            return Road.TOGETHER, waiting
        alone = learnt.seconds.get(Road.ALONE)
        faster, other = Road.TOGETHER, Road.ALONE
        if alone is not None and alone < together:
            faster, other = other, faster
        if learnt.age[other] >= AGED and waiting >= 4 * TRIAL:
            return other, TRIAL
        return faster, waiting

    def seconds(self, kind: Kind, road: Road) -> float:
        """Expect a call to take so long."""
        learnt = self._kinds.get(kind)
        found = learnt.seconds.get(road) if learnt else None
        return self._usual[road] if found is None else found

    def share(self, kind: Kind) -> float:
        """Expect a call to take this part of an aggregate's gas."""
        learnt = self._kinds.get(kind)
        return 1 / (learnt.fitting if learnt else AGGREGATE)

    def answered(self, seconds: float) -> None:
        """Learn how long a request takes that is none to speak of: the way to the node and back."""
        self._way = min(self._way or seconds, seconds)

    def took(self, road: Road, kinds: Iterable[Kind], seconds: float) -> None:
        """Learn how long these calls took in one request."""
        counts = Counter(kinds)
        calls = counts.total()
        seconds = max(0.0, seconds - self._way)
        surprise = seconds - sum(self.seconds(kind, road) * count for kind, count in counts.items())
        if seconds < self._way and (calls < FEW or surprise > 0):
            return  # that may have been the way
        average = seconds / calls
        surprise /= sum(count * count for count in counts.values())
        if surprise > 0:
            surprise /= 4  # whatever else goes on at the node makes it slower, and nothing makes it faster
        for kind, count in counts.items():
            learnt = self._of(kind)
            known = learnt.seconds.get(road)
            learnt.seconds[road] = average if known is None else max(known / 4, known + surprise * count)
            for one in Road:
                learnt.age[one] = 0 if one is road else learnt.age[one] + 1
        self._usual[road] = (self._usual[road] + average) / 2

    def fitted(self, kinds: Iterable[Kind]) -> None:
        """Learn that an aggregate of these calls had gas enough: another may hold a few more."""
        counts = Counter(kinds)
        if 2 * sum(self.share(kind) * count for kind, count in counts.items()) >= 1:
            for kind in counts:
                learnt = self._of(kind)
                learnt.fitting = min(AGGREGATE, learnt.fitting * GROWTH)

    def starved(self, kinds: Iterable[Kind]) -> None:
        """Learn that an aggregate of these calls had too little gas; among mixed ones none is to blame."""
        counts = Counter(kinds)
        if len(counts) == 1:
            for kind, count in counts.items():
                learnt = self._of(kind)
                learnt.fitting = max(1.0, min(learnt.fitting, count / 2))

    def _of(self, kind: Kind) -> _Learnt:
        if kind not in self._kinds:
            if len(self._kinds) >= self.REMEMBERED:
                del self._kinds[next(iter(self._kinds))]
            self._kinds[kind] = _Learnt()
        return self._kinds[kind]
