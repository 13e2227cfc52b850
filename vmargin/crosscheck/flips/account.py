"""Where an account's verdict changes: with a price, and with time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple, TypeVar

from vmargin.chain.later import LaterView
from vmargin.chain.view import BlockView
from vmargin.crosscheck.flips.partition import Interval, Partition
from vmargin.crosscheck.flips.sampling import sampled
from vmargin.errors import UsageError
from vmargin.protocols.base import Protocol, State
from vmargin.protocols.verdict import Verdict

S = TypeVar("S", bound=State)

TIME = "time"
MOST = 5_000
"""Intervals that are judged before what is farthest away is left undecided."""
SAMPLES = 256
READS = 64


class Change(NamedTuple):
    """Where a verdict becomes another one, seen from the present value."""

    last: int
    """The last value before it."""
    first: int
    """The first one after it: its neighbour, or beyond what was not decided."""
    before: Interval
    after: Interval


@dataclass(frozen=True)
class Flips:
    """The intervals of a price, or of time, in which an account's verdict is one and the same."""

    SCHEMA: ClassVar[str] = "vmargin/flips/1"

    protocol: str
    account: str
    name: str
    """The price's, or ``time``."""
    what: str
    """What moves; everything else is held."""
    decimals: int
    now: int
    verdict: Verdict
    low: int
    high: int
    intervals: tuple[Interval, ...]
    """Ascending and without gaps."""
    proven: bool
    """Whether each integer of each decided interval is known to have its verdict, or samples only."""

    @property
    def here(self) -> Interval:
        """The interval of the present value, or the one nearest to it."""
        return next((i for i in self.intervals if self.now <= i.high), self.intervals[-1])

    @property
    def above(self) -> tuple[Interval, ...]:
        """Those above it, the nearest first."""
        return tuple(i for i in self.intervals if i.low > self.here.high)

    @property
    def below(self) -> tuple[Interval, ...]:
        """Those below it, the nearest first."""
        return tuple(i for i in reversed(self.intervals) if i.high < self.here.low)

    @property
    def undecided(self) -> int:
        """How many integers have no verdict."""
        return sum(i.high - i.low + 1 for i in self.intervals if i.verdict is None)

    def changes(self, side: int) -> list[Change]:
        """Where the verdict changes above (1) or below (-1), the nearest first."""
        found = [i for i in (self.here, *(self.above if side > 0 else self.below)) if i.verdict is not None]
        return [
            Change(a.high, b.low, a, b) if side > 0 else Change(a.low, b.high, a, b)
            for a, b in pairwise(found)
        ]

    def as_json(self) -> dict[str, Any]:
        """All of it in JSON's types, integers as decimal strings."""
        return {
            "schema": self.SCHEMA,
            "protocol": self.protocol,
            "account": self.account,
            "of": self.name,
            "what": self.what,
            "decimals": self.decimals,
            "now": str(self.now),
            **self.verdict.as_json(),
            "from": str(self.low),
            "to": str(self.high),
            "proven": self.proven,
            "undecided": str(self.undecided),
            "here": _as_json(self.here),
            "below": [_as_json(interval) for interval in self.below],
            "above": [_as_json(interval) for interval in self.above],
        }

    def lines(self) -> Iterator[str]:
        """For a person, the nearest first on each side."""
        yield f"account {self.account}, {self.name}: {self.what}"
        yield f"  {'now':<6} {self._text(self.now)}  {self.verdict}"
        yield f"  {'here':<6} {self._text(self.here.low)} to {self._text(self.here.high)}"
        for side, intervals in (("below", self.below), ("above", self.above)):
            for interval in intervals:
                near, far = interval.low, interval.high
                if side == "below":
                    near, far = far, near
                yield f"  {side:<6} {self._text(near)} to {self._text(far)}  {_shown(interval)}"
                if interval.change is not None:
                    yield f"  {'':<6} {self._text(interval.change)} and the next one differ"
        each = "second" if self.name == TIME else "integer"
        if not self.proven:
            yield "  sampled, not proven: between samples of one verdict there may be others of another"
        elif self.undecided:
            yield f"  proven for each {each} but the {self.undecided} that are not decided"
        else:
            yield f"  proven for each {each} of the range"

    def _text(self, value: int) -> str:
        if self.name == TIME:
            return f"{value} ({datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC)"
        whole, part = divmod(value, 10**self.decimals)
        return f"{whole:,}.{part:0{self.decimals}d}" if self.decimals else f"{whole:,}"


def _as_json(interval: Interval) -> dict[str, Any]:
    verdict = {"standing": "undecided"} if interval.verdict is None else interval.verdict.as_json()
    change = {} if interval.change is None else {"change": str(interval.change)}
    return {"from": str(interval.low), "to": str(interval.high), **verdict, **change}


def _shown(interval: Interval) -> str:
    if interval.verdict is None:
        return f"not decided ({interval.high - interval.low + 1} integers)"
    return str(interval.verdict)


def price_flips(
    protocol: type[Protocol[S]],
    state: S,
    name: str,
    low: int,
    high: int,
    *,
    most: int = MOST,
    samples: int = SAMPLES,
    tell: Callable[[str], None] = lambda _: None,
) -> Flips:
    """All intervals of a price in which an account's verdict is one and the same.

    Parameters
    ----------
    protocol, state
        The account.
    name
        One of the protocol's :meth:`~vmargin.protocols.base.Protocol.prices`.
    low, high
        The range, ends included.
    most
        How many intervals are judged at most.
    samples
        How many prices are tried where the protocol is certain of nothing.
    tell
        Takes progress.
    """
    prices = protocol.prices(state)
    if name not in prices:
        raise UsageError(
            f"account {state.account} depends on no price {name!r}: there are {', '.join(prices) or 'none'}"
        )
    price = prices[name]
    intervals, proven = _intervals(
        lambda value: protocol.margin(protocol.at_price(state, name, value)).verdict,
        protocol.within(state, name),
        (low, min(max(low, price.now), high), high),
        most,
        samples,
        lambda said: tell(f"account {state.account}, {name}: {said}"),
    )
    return Flips(
        protocol.name, state.account, name, price.what, price.decimals, price.now,
        protocol.margin(state).verdict, low, high, intervals, proven,
    )  # fmt: skip


def time_flips(
    protocol: type[Protocol[S]],
    state: S,
    until: int,
    *,
    most: int = MOST,
    samples: int = SAMPLES,
    tell: Callable[[str], None] = lambda _: None,
) -> Flips:
    """All intervals of the block's time, from the state's own on, in which its verdict is one and the same.

    Parameters
    ----------
    protocol, state
        The account.
    until
        The last second of the range.
    most, samples, tell
        As for :func:`price_flips`.
    """
    now = protocol.time(state)
    intervals, proven = _intervals(
        lambda value: protocol.margin(protocol.at_time(state, value)).verdict,
        protocol.within(state, None),
        (now, now, until),
        most,
        samples,
        lambda said: tell(f"account {state.account}, {TIME}: {said}"),
    )
    return Flips(
        protocol.name, state.account, TIME, "the block's time, all else that was read as it is", 0, now,
        protocol.margin(state).verdict, now, until, intervals, proven,
    )  # fmt: skip


def reread_flips(
    protocol: Protocol[S],
    view: BlockView,
    account: str,
    until: int,
    *,
    samples: int = READS,
    tell: Callable[[str], None] = lambda _: None,
) -> Flips:
    """The same, on what the contracts say at later times: ages of prices, funding and interest count.

    Sampled, for nothing is certain of what a contract says in between.

    Parameters
    ----------
    protocol, view, account
        The account, on a live or a proven view.
    until
        The last second of the range.
    samples, tell
        As for :func:`price_flips`.
    """

    def judge(time: int) -> Verdict:
        (state,) = protocol.read(later.at(time), [account])
        tell(f"account {account}, {TIME}: {time - now} s ahead")
        return protocol.margin(state).verdict

    now, later = view.timestamp, LaterView(view, view.timestamp)
    intervals, proven = _intervals(judge, None, (now, now, until), 0, samples, tell)
    what = "the block's time as the contracts see it, if nobody posts, trades, pokes or settles anything"
    return Flips(
        protocol.name, account, TIME, what, 0, now, judge(now), now, until, intervals, proven
    )  # fmt: skip


def _intervals(
    judge: Callable[[int], Verdict],
    within: Callable[[int, int], Verdict | None] | None,
    places: tuple[int, int, int],
    most: int,
    samples: int,
    tell: Callable[[str], None],
) -> tuple[tuple[Interval, ...], bool]:
    low, start, high = places
    if not 0 <= low <= high:
        raise UsageError(f"a range from {low} to {high}: it begins at 0 or above and ends no earlier")
    if within is None:
        return tuple(sampled(judge, low, start, high, samples)), False
    return tuple(Partition(judge, within, most, tell).intervals(low, start, high)), True
