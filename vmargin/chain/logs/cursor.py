"""Following the logs of a chain: none skipped, none doubled, those of replaced blocks taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import TYPE_CHECKING, Self

from vmargin.chain import wire
from vmargin.chain.errors import AllNodesFailed, ChainError, Inconsistent, Reorged, Unavailable, Unreachable
from vmargin.chain.live.log_reading import read_range
from vmargin.chain.logs.ranges import Stride, too_much
from vmargin.chain.logs.store import Checkpoint, LogStore, Step
from vmargin.chain.proofs.ancestry import Ancestry
from vmargin.chain.questions import Log, log_query
from vmargin.chain.receipts import check_complete
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection
    from vmargin.chain.header import Header

_TRIES = 3
"""A chain that is reorganised while it is read is read again, this often."""


class LogCursor:
    """A place in the logs of one chain that one filter lets through, kept in a file.

    Parameters
    ----------
    connection
        To the chain.
    path
        Of the file.  It is bound to the chain, the filter and the first block, and to one process at a time.
    addresses, topics
        The filter, as in :meth:`~vmargin.chain.view.BlockView.logs`.
    start
        The first block, say that of the contract's deployment.
    depth
        How many blocks a reorganisation may replace.
    trust_node
        Take the node's word that it has sent all the logs of a range.  Otherwise every block is checked by
        its header's bloom filter and, where that allows a match, by its receipts: certainty costs a header
        for each block, and on a busy chain, whose filters are nearly full, the receipts of most blocks.  A
        file may be filled with trust and gone on with without.
    keep_all
        Keep the logs in the file, for :meth:`kept`; otherwise only those that may yet be taken back.
    most_blocks
        The longest range to ask for.

    Notes
    -----
    With a step at hand (:meth:`step`), a caller that stores what it makes of it *together with the step's
    number* handles each exactly once: a step whose number it has seen was handed out before a crash.
    """

    def __init__(
        self,
        connection: Connection,
        path: str | PathLike[str],
        *,
        addresses: Iterable[str] = (),
        topics: Iterable[bytes | Iterable[bytes] | None] = (),
        start: int,
        depth: int = 128,
        trust_node: bool = False,
        keep_all: bool = False,
        most_blocks: int = 10_000,
    ) -> None:
        if depth < 1 or most_blocks < 1:
            raise UsageError(f"depth={depth}, most_blocks={most_blocks}: it takes 1 block or more")
        self._filter = log_query(addresses, topics, start, start)
        self._connection = connection
        self._depth = depth
        self._trust_node = trust_node
        self._keep_all = keep_all
        self._stride = Stride(min(1_000, most_blocks), most_blocks)
        self._handing_out = False
        bound = {
            "addresses": list(self._filter.addresses),
            "topics": [[wire.to_data(topic) for topic in position] for position in self._filter.topics],
        }
        self._store = LogStore(path, connection.chain_id, bound, start)

    @property
    def number(self) -> int:
        """The last block that has been dealt with; the one before the first, to begin with."""
        return self._store.position.number

    @property
    def hash(self) -> bytes | None:
        """Of that block; None to begin with."""
        return self._store.position.hash

    def kept(self, first: int = 0, last: int | None = None) -> Iterator[Log]:
        """Logs in the file, those of a step under way among them, in the order of the chain."""
        return self._store.logs(first, (1 << 63) - 1 if last is None else last)

    @contextmanager
    def step(self, to: int | str = "latest") -> Iterator[Step]:
        """Hand out the next step towards a block, which is done with when the ``with`` block has ended well.

        If that ends with an exception, or the process with it, the same step is handed out again next time,
        whatever `to` then is.  A step covers one range of blocks: there may be more behind it, until one
        comes that is false, because it covers none.

        Parameters
        ----------
        to
            ``"latest"``, ``"safe"``, ``"finalized"`` or a block's number.

        Raises
        ------
        Reorged
            If more blocks were replaced than the cursor remembers, or again and again while they were read.
        ChainError
            If the chain could not be read; the cursor is where it was.
        """
        if self._handing_out:
            raise UsageError("this cursor's last step is still in hand: end its `with` block first")
        step = self._store.under_way() or self._next(to)
        self._handing_out = True
        try:
            yield step
        finally:
            self._handing_out = False
        if step:
            self._store.finish(self._depth, self._keep_all)

    def follow(
        self,
        to: int | str = "latest",
        *,
        poll: float | None = None,
        tell: Callable[[int, int], object] | None = None,
    ) -> Iterator[Step]:
        """Hand out steps until the block is reached; each is done with when the next one is asked for.

        So a loop that is left by ``break`` gets its last step again.

        Parameters
        ----------
        to
            As for :meth:`step`.
        poll
            Go on for ever, and look again after so many seconds whenever there is nothing new.
        tell
            Called after each step with the number of blocks that are done, and of all on this way.
        """
        begin = self.number
        while True:
            with self.step(to) as step:
                if step:
                    yield step
            if step:
                if tell is not None:
                    tell(max(0, step.last - begin), max(step.target - begin, 0))
            elif poll is None:
                return
            else:
                time.sleep(poll)

    def close(self) -> None:
        """Let go of the file; the connection is the caller's."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self, to: int | str) -> Step:
        """Read the next step and write it down; one that is false if there is none."""
        for left in reversed(range(_TRIES)):
            target = self._connection.header(to)
            try:
                ancestor = self._ancestor(target)
                if ancestor is None:
                    break
                passed, logs = self._read(ancestor, target)
                return self._store.begin(ancestor, passed, logs, target.number)
            except (Reorged, Inconsistent, Unavailable):
                if not left:
                    raise
        number, hash = self._store.position
        return Step(0, (), (), number + 1, number, hash or b"", number)

    def _ancestor(self, target: Header) -> Checkpoint | None:
        """The last block that was passed and that the target builds on; None to stay where we are."""
        points = self._store.checkpoints()
        newest = points[0]
        if target.number > newest.number:
            following = newest.number + 1
            opening = target if target.number == following else self._connection.header(following)
            if newest.hash in (None, opening.parent_hash):
                return newest
        else:
            points = [point for point in points if point.number <= target.number]
            if not points or points[0].number < target.number or points[0].hash in (None, target.hash):
                return None  # the node lags, or the caller looks back: the cursor goes back for a reorg only
        known = [point for point in points if point.hash is not None]
        headers = self._connection.at(target.hash).ask_headers([point.number for point in known])
        for point, header in zip(known, headers, strict=True):
            if point.hash == header.hash:
                return point
        if len(known) < len(points):
            return points[-1]
        raise Reorged(
            f"the chain was reorganised below block {points[-1].number}, and {self._store.path} remembers no "
            f"more than that (depth={self._depth}): begin again with a new file, and with a greater depth if "
            "the chain does this"
        )

    def _read(self, ancestor: Checkpoint, target: Header) -> tuple[list[Checkpoint], list[Log]]:
        """As many blocks after the ancestor as can be read at once, and their logs."""
        first = ancestor.number + 1
        while True:
            last = min(target.number, ancestor.number + self._stride.size)
            try:
                found = self._range(ancestor, first, last, target)
            except ChainError as error:
                reason = too_much(error)
                if reason is not None or isinstance(error, Unreachable | AllNodesFailed):
                    # after a time-out, too: the next attempt shall be an easier one
                    self._stride.refused(first, last, reason or "")
                if reason is None or first == last:
                    raise
            else:
                self._stride.fitted(first, last)
                return found

    def _range(
        self, ancestor: Checkpoint, first: int, last: int, target: Header
    ) -> tuple[list[Checkpoint], list[Log]]:
        view = self._connection.at(target.hash if last == target.number else last)
        # every block that may yet be replaced is remembered, and of those that lie deeper the last one
        deepest = min(last, max(first, target.number - self._depth + 1))
        headers = [*Ancestry(view).descend(deepest, last)][::-1]
        if deepest == first and ancestor.hash not in (None, headers[0].parent_hash):
            raise Reorged(
                f"{headers[0]} does not follow block {ancestor.number}: the chain changed under the read"
            )
        query = self._filter._replace(first=first, last=last)
        logs = read_range(view, query)
        if self._trust_node:
            view.ensure_canonical()  # a range is asked for by numbers: they were of this chain, and still are
        else:
            check_complete(view, query, logs)
        hashes = {header.number: header.hash for header in headers}
        for log in logs:
            if hashes.get(log.block_number, log.block_hash) != log.block_hash:
                raise Reorged(
                    f"a log of block {log.block_number} is of a block that was replaced: read again"
                )
        return [Checkpoint(header.number, header.hash) for header in headers], logs
