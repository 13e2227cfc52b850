"""The heads of a chain as they come, each linked to the one before by its parent hash."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer, NodeError, Reorged, Stale, Unavailable, Unreachable
from vmargin.chain.header import Header
from vmargin.chain.rpc.subscription import Announcer
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection

_BATCH = 64
"""Headers that are fetched at once where many are missing."""


class Head(NamedTuple):
    """A new head: its parent is the head before it or, if that was replaced, the last one that was not."""

    header: Header
    rolled_back: tuple[Header, ...] = ()
    """Heads before it that it does not build on, the newest first."""


class Heads:
    """An iterator over the heads of a chain, without gaps, for as long as it is wanted.

    Every head is handed out once, those that nobody announced among them: what is missing is fetched.  A head
    that is older than the last one is no news, unless it is on another branch.  Closing it, from any thread,
    ends the iteration within a second, or as soon as a request that is under way has its answer.

    Parameters
    ----------
    connection
        To the chain: asked for heads, and for those that are missing.
    websocket
        URL of a node to be told by.  While it cannot be reached the connection is asked; attempts to come
        back to it begin after `poll` seconds and end up a minute apart.
    since
        The last header that is known; by default the first head is that of the first moment.
    poll
        Seconds between questions, where there is no socket.
    quiet
        Seconds without a head after which a socket has to prove that it has missed none.
    depth
        How many blocks a reorganisation may replace.
    stall
        Seconds without a new head after which :class:`Stale` is raised; the iteration can go on after that.
        By default none, since there are chains that have no block until somebody needs one.
    timeout
        Seconds in which the socket has to connect and to answer.

    Notes
    -----
    Errors of the connection are raised by the iteration, and nothing is lost: it can go on after them, too.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        websocket: str | None = None,
        since: Header | None = None,
        poll: float = 1.0,
        quiet: float = 15.0,
        depth: int = 128,
        stall: float | None = None,
        timeout: float = 10.0,
    ) -> None:
        if min(poll, quiet, depth, timeout, 1 if stall is None else stall) <= 0:
            raise UsageError(f"{poll=}, {quiet=}, {depth=}, {stall=}, {timeout=}: none may be 0 or less")
        self._connection = connection
        self._poll, self._quiet = (min(wait, stall or math.inf) for wait in (poll, quiet))
        self._depth = depth
        self._stall = stall
        self._chain = [] if since is None else [since]
        self._ready: deque[Head] = deque()
        self._goal: Header | None = None
        self._begun = False
        self._moved_at = time.monotonic()
        self._closed = threading.Event()
        self._announcer: Announcer | None = None
        if websocket is not None:
            self._announcer = Announcer(
                websocket, connection.chain_id, pause=poll, quiet=self._quiet, timeout=timeout
            )

    @property
    def subscribed(self) -> bool:
        """Whether a socket tells of heads, at the moment."""
        return self._announcer is not None and self._announcer.subscribed

    @property
    def trouble(self) -> NodeError | None:
        """Why the socket was last lost, until it has told of a head again."""
        return None if self._announcer is None else self._announcer.trouble

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Head:
        while not self._ready:
            if self._closed.is_set():
                raise StopIteration
            header = self._goal or self._news()
            if header is not None and self._advance(header):
                self._moved_at = time.monotonic()
            elif self._stall is not None and time.monotonic() - self._moved_at >= self._stall:
                self._moved_at = time.monotonic()
                last = f"the last one is {self._chain[-1]}" if self._chain else "there was none"
                raise Stale(f"no new head for {self._stall:g} s, {last}: are the nodes in sync?")
        return self._ready.popleft()

    def close(self) -> None:
        """End the iteration and close the socket; the connection is the caller's."""
        self._closed.set()
        if self._announcer is not None:
            self._announcer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _news(self) -> Header | None:
        """Wait for something that may be a new head; None if there is nothing yet, or the iteration ends."""
        announcer, subscribed, block = self._announcer, self.subscribed, None
        pause = 0.0 if not self._begun else self._quiet if subscribed else self._poll
        if announcer is not None:
            block = announcer.next(pause)
        else:
            self._closed.wait(pause)
        if self._closed.is_set():
            return None
        if announcer is not None and block:
            try:
                return self._announced(block)
            except Unavailable:
                return None
            except BadAnswer as error:
                announcer.renew(BadAnswer(str(error), node="websocket"))
        header = self._connection.header("latest")
        silent = subscribed and self._begun and block is None
        if announcer is not None and silent and not self._knows(header.hash):
            announcer.renew(Unreachable(f"{header} was not announced", node="websocket"))
        self._begun = True
        return header

    def _announced(self, block: dict[str, Any]) -> Header:
        try:
            return Header.from_rpc(block)
        except BadAnswer:  # there are nodes that announce part of a header only
            return self._connection.header(wire.data(block.get("hash"), 32))

    def _advance(self, header: Header) -> bool:
        """Make ready what leads up to a header, part of it if it is much; say whether there was anything."""
        self._goal = None
        if self._knows(header.hash):
            return False
        try:
            if self._chain and header.number - self._chain[-1].number > _BATCH:
                self._goal = header
                header = self._connection.header(self._chain[-1].number + _BATCH)
            branch = self._branch(header)
        except Unavailable:
            self._goal = None  # the node lags behind the announcement, or the block was replaced
            return False
        kept = next((at for at, known in enumerate(self._chain) if known.hash == branch[0].parent_hash), -1)
        replaced = tuple(reversed(self._chain[kept + 1 :]))
        self._chain = [*self._chain[: kept + 1], *branch][-self._depth - 1 :]
        self._ready.append(Head(branch[0], replaced))
        self._ready.extend(map(Head, branch[1:]))
        return True

    def _branch(self, header: Header) -> list[Header]:
        """The header and its ancestors, down to the first whose parent is known."""
        if not self._chain:
            return [header]
        lowest, newest = self._chain[0], self._chain[-1]
        fetched = {}
        if header.number > newest.number + 2:
            view = self._connection.at(header.hash)
            fetched = {one.hash: one for one in view.ask_headers(range(newest.number + 1, header.number))}
        branch = [header]
        while True:
            child = branch[-1]
            known = parent = next((one for one in self._chain if one.hash == child.parent_hash), None)
            if parent is None:
                if child.number <= lowest.number + 1:
                    raise Reorged(
                        f"{header} does not build on {lowest}, the oldest head that is remembered "
                        f"(depth={self._depth}): begin again, and with a greater depth if the chain does this"
                    )
                parent = fetched.get(child.parent_hash) or self._connection.header(child.parent_hash)
            if parent.number != child.number - 1:
                raise BadAnswer(f"{child} has the parent {parent}")
            if known is not None:
                return branch[::-1]
            branch.append(parent)

    def _knows(self, block: bytes) -> bool:
        return any(known.hash == block for known in reversed(self._chain))
