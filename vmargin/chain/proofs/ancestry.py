"""Blocks before a view's block, each known by the parent hash in the header after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from vmargin.chain import wire
from vmargin.chain.errors import Inconsistent
from vmargin.chain.header import Header

_AT_ONCE = 256
"""Headers in one question: what BLOCKHASH may ask for, too."""


class Source(Protocol):
    """What is asked of a view."""

    @property
    def header(self) -> Header: ...

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]: ...


class Ancestry:
    """The blocks before one, as far as anybody has asked for them.

    Only hashes are kept: a header is asked for again, and must have its hash.  Threads may share it: what is
    written is linked already, and two threads that link the same blocks write the same.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._top = source.header
        self._hashes = {self._top.number: self._top.hash, self._top.number - 1: self._top.parent_hash}
        self._lowest = self._top.number - 1

    def hash(self, number: int) -> bytes:
        """Hash of the block itself or of one before it.

        Raises
        ------
        Inconsistent
            If the headers up to it are not linked.
        """
        while self._lowest > number:
            for _ in self.descend(number + 1, self._lowest):
                pass
        return self._hashes[number]

    def descend(self, first: int, last: int) -> Iterator[Header]:
        """Headers of the blocks from the last down to the first, and nothing that is not linked to the block.

        Raises
        ------
        Inconsistent
            At the first that is not.
        """
        self.hash(last)
        if last == self._top.number >= first:
            yield self._top
            last -= 1
        while last >= first:
            start = max(first, last - _AT_ONCE + 1)
            headers = self._source.ask_headers(range(start, last + 1))
            for number, header in zip(range(last, start - 1, -1), reversed(headers), strict=True):
                expected = self._hashes[number]
                if header.hash != expected:
                    raise Inconsistent(
                        f"the node's {header} does not come before {self._top}, whose ancestor {number} is "
                        f"{wire.to_data(expected)}: the node follows another chain, or its chain was "
                        "reorganised meanwhile; read again, at a new block"
                    )
                self._hashes[number - 1] = header.parent_hash
                self._lowest = min(self._lowest, number - 1)
                yield header
            last = start - 1
