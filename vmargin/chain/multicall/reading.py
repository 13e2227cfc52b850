"""Many calls in few requests: together through Multicall3 where a chain has it, else in batches.

Calls that go together are made by Multicall3, one after the other, in one transaction.  Such an aggregate is
also asked for the chain's id, the block's number and its parent's hash, and at its end, whether much gas is
left; one that answers otherwise is not used.  Two things may still differ from the same call alone: the
callee's caller is Multicall3, and it sees what calls before it wrote.  A view that does not ask who is asking
cannot tell.  Calls that name their sender, value or gas go alone, and so does, again, every call that failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from vmargin.chain import wire
from vmargin.chain.errors import (
    AllNodesFailed,
    BadAnswer,
    ChainError,
    Inconsistent,
    Refused,
    Unavailable,
    Unreachable,
    Unsupported,
)
from vmargin.chain.multicall import aggregate3
from vmargin.chain.multicall.aggregate3 import Aggregated, Astray
from vmargin.chain.multicall.pace import AGGREGATE, CALLS, REQUEST, Kind, Pace, Road
from vmargin.chain.questions import NOBODY, RawCall, RawOutcome
from vmargin.chain.quirks import quirks_of
from vmargin.chain.rpc.exchange import Question
from vmargin.errors import VmarginError
from vmargin.solidity.reverts import Halt, Revert

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection
    from vmargin.chain.live import LiveView
    from vmargin.chain.rpc.node import Node

_WINDOW = 1 << 16
"""Calls that are sorted and asked before the next are looked at."""
_CALLDATA = 400_000
"""Bytes of calls in one request, about; twice as many as text.  Nodes take one to five million."""
_OVERHEAD = 192
"""Bytes that a call takes besides its own data, about."""
_AGGREGATES = 8
"""In one request: a node that takes a batch apart makes them in parallel."""
_FEW = 16
"""Calls that are not worth being spread over several aggregates."""

_PACES: WeakKeyDictionary[Node, Pace] = WeakKeyDictionary()
_SEEN: WeakKeyDictionary[Connection, int] = WeakKeyDictionary()
"""The first block at which Multicall3 was found: its code stays what it is."""


def aggregate(view: LiveView, calls: Sequence[RawCall]) -> list[RawOutcome]:
    """Make many calls: for each what it gave, in the order of the calls.

    Raises
    ------
    Reorged
        If the block is no longer part of the chain.
    Inconsistent
        If Multicall3 says that it is at another block, or on another chain.
    ChainError
        If a call cannot be made even alone; the message names it.
    """
    outcomes: list[RawOutcome] = []
    for start in range(0, len(calls), _WINDOW):
        outcomes += _Reading(view, calls[start : start + _WINDOW]).run()
    return outcomes


_Choice: TypeAlias = Callable[[Kind, int], tuple[Road, int]]


class _Reading:
    """Calls under way."""

    def __init__(self, view: LiveView, calls: Sequence[RawCall]) -> None:
        self._view = view
        self._calls = calls
        self._kinds = [(call.to, call.data[:4]) for call in calls]
        self._outcomes: dict[int, RawOutcome] = {}
        self._pace = _PACES.setdefault(view.nodes[0], Pace())
        self._multicall3 = quirks_of(view.chain_id).multicall3
        self._sentinels = aggregate3.sentinels(view)

    def run(self) -> list[RawOutcome]:
        """Make them all."""
        shared = [at for at, call in enumerate(self._calls) if _may_share(call)]
        if len(shared) > 1 and self._has_multicall3():
            with suppress(_Gone):
                self._drain(shared, self._pace.choose)
        alone = [at for at in range(len(self._calls)) if at not in self._outcomes]
        self._drain(alone, lambda _, waiting: (Road.ALONE, waiting))
        return [self._outcomes[at] for at in range(len(self._calls))]

    def _has_multicall3(self) -> bool:
        """Whether the chain has Multicall3 at the block, and the node the gas for it."""
        view = self._view
        if view.number >= _SEEN.get(view.connection, view.number + 1):
            return True
        begin = time.monotonic()
        code, empty = view.ask([self._code(), self._question([])._replace(read=self._if_any)])
        self._pace.answered(time.monotonic() - begin)
        if isinstance(code, VmarginError):
            raise code
        if not aggregate3.is_multicall3(code):
            return False
        if _is_about(empty, Astray):
            raise self._failure(empty)
        usable = isinstance(empty, Aggregated) and empty.enough
        if usable:
            _SEEN[view.connection] = view.number
        return usable

    def _drain(self, positions: Sequence[int], choose: _Choice) -> None:
        """Make the calls at these positions, each by the road that is chosen for its kind."""
        waiting: dict[Kind, list[int]] = {}
        for at in reversed(positions):
            waiting.setdefault(self._kinds[at], []).append(at)
        smaller: list[list[int]] = []
        while waiting or smaller:
            begin = time.monotonic()
            if smaller:
                road, aggregates = Road.TOGETHER, smaller[:_AGGREGATES]
                del smaller[:_AGGREGATES]
            else:
                kind, alike = next(iter(waiting.items()))
                road, _ = choose(kind, len(alike))
                part = self._take(waiting, road, choose)
                aggregates = self._spread(part) if road is Road.TOGETHER else []
            made = self._together(aggregates, smaller) if aggregates else self._alone(part)
            if made:
                self._pace.took(road, [self._kinds[at] for at in made], time.monotonic() - begin)

    def _take(self, waiting: dict[Kind, list[int]], road: Road, choose: _Choice) -> list[int]:
        """Take as many calls as one request should hold."""
        part: list[int] = []
        seconds, size, taken = 0.0, 0, []
        for kind, positions in waiting.items():
            chosen, allowed = choose(kind, len(positions))
            if chosen is not road:
                continue
            each = self._pace.seconds(kind, road)
            while positions and allowed and len(part) < CALLS and size < _CALLDATA and seconds < REQUEST:
                at = positions.pop()
                part.append(at)
                allowed -= 1
                seconds += each
                size += _OVERHEAD + len(self._calls[at].data)
            if positions:
                break
            taken.append(kind)
        for kind in taken:
            del waiting[kind]
        return part

    def _spread(self, part: Sequence[int]) -> list[list[int]]:
        """Spread calls over aggregates that have the gas for them."""
        most = min(AGGREGATE, max(_FEW, -(-len(part) // _AGGREGATES)))
        aggregates: list[list[int]] = []
        left = 0.0
        for at in part:
            left -= self._pace.share(self._kinds[at])
            if left < 0 or len(aggregates[-1]) == most:
                aggregates.append([])
                left = 1 - self._pace.share(self._kinds[at])
            aggregates[-1].append(at)
        return aggregates

    def _together(self, aggregates: Sequence[list[int]], smaller: list[list[int]]) -> list[int]:
        """Make aggregates; what was too large is put among the smaller ones.  Returns what went well."""
        made: list[int] = []
        failed: list[int] = []
        answers = self._view.ask([self._question(one) for one in aggregates])
        for one, answer in zip(aggregates, answers, strict=True):
            kinds = [self._kinds[at] for at in one]
            if isinstance(answer, Aggregated) and answer.enough:
                self._pace.fitted(kinds)
                made += one
                for at, (done, given) in zip(one, answer.results, strict=True):
                    if done:
                        self._outcomes[at] = given
                    else:
                        failed.append(at)
                continue
            if not isinstance(answer, Aggregated) and not _may_be_too_much(answer):
                raise self._failure(answer)
            self._pace.starved(kinds)
            if len(one) == 1 or _is_about(answer, Unreachable):
                failed += one
            else:
                smaller += [one[: len(one) // 2], one[len(one) // 2 :]]
        self._alone(failed)
        return made

    def _alone(self, positions: list[int]) -> list[int]:
        """Make each call in a request of its own."""
        calls = [self._calls[at] for at in positions]
        for at, call, outcome in zip(positions, calls, self._view.eth_calls(calls), strict=True):
            if isinstance(outcome, ChainError):
                raise _named(outcome, call, self._view)
            self._outcomes[at] = outcome
        return positions

    def _question(self, one: Sequence[int]) -> Question:
        """Ask for an aggregate, its calls between the sentinels and the gauge."""
        calls = [(aggregate3.raw_address(self._calls[at].to), self._calls[at].data) for at in one]
        data = aggregate3.calldata(calls, self._sentinels)
        transaction = {"to": self._multicall3, "data": wire.to_data(data)}
        read = partial(aggregate3.read, watch=self._sentinels, count=len(one))
        return Question("eth_call", [transaction, self._view.block_parameter], read)

    def _if_any(self, answer: Any) -> Aggregated | None:
        """Read an aggregate of no calls, which gives something else where there is no Multicall3."""
        try:
            return aggregate3.read(answer, self._sentinels, 0)
        except Astray:
            raise
        except BadAnswer:
            return None

    def _code(self) -> Question:
        return Question("eth_getCode", [self._multicall3, self._view.block_parameter], wire.data)

    def _failure(self, answer: VmarginError) -> Exception:
        """Say why an aggregate has no answer, although a smaller one would not have either."""
        if _SEEN.pop(self._view.connection, None) is not None:
            (code,) = self._view.ask([self._code()])
            if isinstance(code, bytes) and not aggregate3.is_multicall3(code):
                return _Gone()
        if _is_about(answer, Astray):
            cure = (
                "ask another node, or where contracts see other blocks than the chain's own, call them singly"
            )
            return Inconsistent(f"{answer}; {cure}")
        return answer


class _Gone(Exception):
    """Multicall3 was taken to be there, and is not: a devnet may have been set back."""


def _may_share(call: RawCall) -> bool:
    """Whether it is all the same to a call who makes it, with how much gas."""
    return call.sender == NOBODY and not call.value and call.gas is None and not call.alone


def _may_be_too_much(answer: VmarginError) -> bool:
    """Whether an aggregate may have failed for its size: what a node says of it has many forms."""
    other = _is_about(answer, (Unavailable, Unsupported))
    return _is_about(answer, (Revert, Halt, Refused, Unreachable)) and not other


def _is_about(answer: object, kinds: type[VmarginError] | tuple[type[VmarginError], ...]) -> bool:
    causes = answer.causes if isinstance(answer, AllNodesFailed) else (answer,)
    return any(isinstance(cause, kinds) for cause in causes)


def _named(error: ChainError, call: RawCall, view: LiveView) -> ChainError:
    """Say in an error which call it is about."""
    calldata = call.data[:36].hex() + ("…" if len(call.data) > 36 else "")
    error.args = (f"call of {wire.checksummed(call.to)} with 0x{calldata} at block {view.number}: {error}",)
    return error
