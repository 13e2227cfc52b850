"""Calls run on proven state: whatever one touches is proven first, and nothing else is ever read."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from vmargin.chain.errors import Unprovable
from vmargin.chain.evm import specification
from vmargin.chain.evm.environment import check_funds, intrinsic_gas
from vmargin.chain.evm.revm import Revm
from vmargin.chain.evm.state import Loaded, NotLoaded, ProvenSource, Touch, Watched
from vmargin.chain.questions import RawCall, RawOutcome

ROUNDS = 1000
"""How often a call may need more of the state, each time depending on what it read before."""
_AT_ONCE = 500
"""Calls whose needs are proven together."""
_REMEMBERED = 10_000


class Executor:
    """Runs calls on one proven block.  Threads may share it."""

    def __init__(self, source: ProvenSource) -> None:
        self._loaded = Loaded(source)
        self._revm = Revm(self._loaded)
        self._fork = source.fork
        self._coinbase = "0x" + source.header.coinbase.hex()
        self._touched: dict[RawCall, frozenset[Touch]] = {}
        """What a call touched, so that it is given at once the next time."""
        self._common: dict[tuple[str, bytes], frozenset[Touch]] = {}
        """What the calls of one function have all touched."""

    def run(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        """Run calls, each on the state after the block; one that is not run here gives the reason as a value.

        Raises
        ------
        ChainError
            If what one of them touches cannot be proven.
        UsageError
            If no node would run one of them: its gas or its sender's balance is too small.
        """
        return [
            outcome
            for start in range(0, len(calls), _AT_ONCE)
            for outcome in self._together(calls[start : start + _AT_ONCE])
        ]

    def _together(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        """Run calls side by side, so that what they need next is proven in one go."""
        outcomes: dict[int, RawOutcome] = {}
        waiting = {number: self._steps(call) for number, call in enumerate(calls)}
        while waiting:
            needed: set[Touch] = set()
            for number, steps in list(waiting.items()):
                try:
                    needed |= next(steps)
                except StopIteration as end:
                    outcomes[number] = end.value
                    del waiting[number]
                except Unprovable as reason:
                    outcomes[number] = reason
                    del waiting[number]
            if needed:
                self._loaded.load(needed)
        return [outcomes[number] for number in range(len(calls))]

    def _steps(self, call: RawCall) -> Generator[set[Touch], None, RawOutcome]:
        """Run a call, yielding what has to be proven before it can go on."""
        intrinsic_gas(self._fork, call)
        always = frozenset({Touch(call.to), Touch(call.sender), Touch(self._coinbase)})
        given = always | self._touched.get(call, self._common.get(_function(call), frozenset()))
        seen: set[Touch] = set()
        for _ in range(ROUNDS):
            lacking = {touch for touch in given if self._loaded.lacks(touch)}
            if lacking:
                yield lacking
            check_funds(self._loaded, call)
            outcome = self._revm.run(call, given, self._fork)
            if outcome is None:
                seen = self._revm.scout(call, given)
                if not seen <= given:
                    given |= seen
                    continue
                watched = Watched(self._loaded)
                try:
                    outcome = specification.run(watched, call)
                except NotLoaded as missing:
                    given |= watched.touched | {missing.touch}
                    continue
                seen = watched.touched
            if call not in self._touched:
                self._remember(call, given | seen, always | seen if seen else given)
            return outcome
        raise Unprovable(f"the call of {call.to} needs more of the state {ROUNDS} times, one after the other")

    def _remember(self, call: RawCall, given: frozenset[Touch], seen: frozenset[Touch]) -> None:
        if len(self._touched) >= _REMEMBERED:
            self._touched.clear()
        self._touched[call] = given
        self._common[_function(call)] = seen & self._common.get(_function(call), seen)


def _function(call: RawCall) -> tuple[str, bytes]:
    return call.to, call.data[:4]
