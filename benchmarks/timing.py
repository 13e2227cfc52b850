"""Times peers side by side: all of them in every round, so that whatever disturbs the machine hits all.

Time is that of the thread, which a busy neighbour does not lengthen by waiting, or the clock's where it is
others that one waits for.  A ratio is the median of the rounds' ratios; a time per evaluation is that of the
best round.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Results = list[Any]


class Peer(NamedTuple):
    """One way to compute the results.

    `run` is what is timed, over the first `size` of the inputs; `decode` makes plain integers of what
    it returns, to be compared with the other peers'.  A fast peer takes several `passes` in a round, so
    that its turn is long enough for the caches to be its own again.
    """

    name: str
    size: int
    run: Callable[[], Any]
    decode: Callable[[Any], Results] = list
    passes: int = 1


class Disagreement(AssertionError):
    """Peers that give different results are no peers: nothing is measured."""


class Times:
    """Nanoseconds per evaluation, by peer and round."""

    def __init__(self, rounds: dict[str, list[float]]) -> None:
        self.rounds = rounds

    def best(self, peer: str) -> float:
        """The least time of a peer."""
        return min(self.rounds[peer])

    def median(self, peer: str) -> float:
        """The usual time of a peer."""
        return statistics.median(self.rounds[peer])

    def ratio(self, slower: str, faster: str) -> float:
        """How many times longer the first takes."""
        pairs = zip(self.rounds[slower], self.rounds[faster], strict=True)
        return statistics.median(s / f for s, f in pairs)


def require_agreement(peers: Sequence[Peer]) -> None:
    """Run all peers once, which also warms them up, and compare what they give."""
    first, *others = [(peer, peer.decode(peer.run())) for peer in peers]
    for peer, results in others:
        common = min(peer.size, first[0].size)
        if results[:common] != first[1][:common] or len(results) != peer.size:
            raise Disagreement(f"{peer.name} and {first[0].name} give different results")


def measure(peers: Sequence[Peer], rounds: int, clock: Callable[[], int] = time.thread_time_ns) -> Times:
    """Time the peers, which must agree, in turns, by a clock of nanoseconds."""
    require_agreement(peers)
    times: dict[str, list[float]] = {peer.name: [] for peer in peers}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for peer in peers:
                start = clock()
                for _ in range(peer.passes):
                    peer.run()
                spent = clock() - start
                times[peer.name].append(spent / (peer.size * peer.passes))
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return Times(times)
