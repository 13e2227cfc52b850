"""Many blocks, each through a view of its own: in parallel, in order, and none twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from vmargin.chain import wire
from vmargin.chain.view import BlockView
from vmargin.crosscheck.compare.account import printable
from vmargin.crosscheck.compare.block import Comparison, compare, counted, table
from vmargin.crosscheck.compare.journal import Journal
from vmargin.errors import VmarginError
from vmargin.protocols.base import Protocol

Opened: TypeAlias = tuple[Protocol[Any], BlockView]
"""What was deployed, as it is at a block, and the view of that block."""

AHEAD = 4
"""Blocks, for each thread, that may be done before one that is still waited for."""


@dataclass(frozen=True)
class Unread:
    """A block that could not be compared."""

    number: int
    error: str

    def as_json(self) -> dict[str, Any]:
        """Which block, and why not."""
        return {"block": self.number, "error": self.error}


@dataclass(frozen=True)
class Comparisons:
    """What came of many blocks."""

    SCHEMA: ClassVar[str] = "vmargin/crosscheck/blocks/1"

    protocol: str
    blocks: tuple[Comparison | Unread, ...]
    """In the order of the blocks."""

    @property
    def read(self) -> tuple[Comparison, ...]:
        """Those that were compared."""
        return tuple(block for block in self.blocks if isinstance(block, Comparison))

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Those that could not be."""
        return tuple(block for block in self.blocks if isinstance(block, Unread))

    @property
    def equal(self) -> int:
        """Accounts that are equal, each counted at each block."""
        return sum(block.equal for block in self.read)

    @property
    def differs(self) -> int:
        """Accounts that differ, each counted at each block."""
        return sum(block.differs for block in self.read)

    @property
    def unknown(self) -> int:
        """Accounts of which it is not known, each counted at each block."""
        return sum(block.unknown for block in self.read)

    @property
    def compared(self) -> int:
        """Accounts that were asked for, each counted at each block."""
        return self.equal + self.differs + self.unknown

    @property
    def agrees(self) -> bool:
        """Whether all blocks were read, and all accounts are equal."""
        return not self.unread and self.equal == self.compared > 0

    def as_json(self) -> dict[str, Any]:
        """The comparisons in JSON's types, integers as decimal strings."""
        return {
            "schema": self.SCHEMA,
            "protocol": self.protocol,
            "compared": self.compared,
            "equal": self.equal,
            "differs": self.differs,
            "unknown": self.unknown,
            "unread": len(self.unread),
            "blocks": [block.as_json() for block in self.blocks],
        }

    def lines(self) -> Iterator[str]:
        """A line for each block, what is not equal below it, and the totals."""
        for block in self.blocks:
            if isinstance(block, Unread):
                yield f"block {block.number}: not read: {printable(block.error)}"
            else:
                yield f"block {block.provenance.number}: {counted(block)}"
                yield from table(block.accounts, where="  ")
        unread = f"; {len(self.unread)} not read" if self.unread else ""
        yield f"{len(self.blocks)} blocks{unread}; {counted(self)}"


def compare_blocks(
    numbers: Iterable[int],
    open_block: Callable[[int], AbstractContextManager[Opened]],
    accounts: Sequence[str] | None = None,
    *,
    jobs: int = 4,
    journal: Journal | None = None,
    hash_of: Callable[[int], bytes] | None = None,
) -> Generator[Comparison | Unread, None, None]:
    """Hold a protocol's mirror against the contract's own answers at many blocks.

    Parameters
    ----------
    numbers
        Of the blocks, in the order in which the results come.
    open_block
        Gives, in a ``with`` block, protocol and view of a block; called from several threads.
    accounts
        By default all that there are at each block.  Those that are equal are counted, not listed.
    jobs
        Blocks that are worked on at a time.
    journal
        Where to keep what is done, and to find what need not be done again.
    hash_of
        Tells which block the chain has at a number now: what the journal says of another one is done again.
    """

    def one(number: int) -> Comparison | Unread:
        try:
            kept = None if journal is None else journal.done.get(number)
            if kept is not None:
                if hash_of is None or wire.to_data(hash_of(number)) == kept.provenance.hash:
                    return kept
            with open_block(number) as (protocol, view):
                comparison = compare(protocol, view, accounts, list_equal=False)
        except VmarginError as error:
            return Unread(number, str(error))
        if journal is not None:
            journal.add(comparison)
        return comparison

    pool = ThreadPoolExecutor(jobs)
    try:
        pending: deque[Future[Comparison | Unread]] = deque()
        for number in numbers:
            pending.append(pool.submit(one, number))
            if len(pending) >= AHEAD * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
