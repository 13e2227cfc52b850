"""Memory and data that know for each word which steps it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Nodes: TypeAlias = tuple[int, ...]
"""Steps that gave a value, by their index; below 0 for an origin: see :class:`Origin`."""

LIMIT = 1 << 24
"""Bytes of memory that no call's gas reaches."""


class Origin(NamedTuple):
    """Where a word comes from that no step computed."""

    kind: str
    """``calldata``, ``storage`` or ``code``."""
    place: tuple[int, ...]
    """The offset of calldata or code, or the account and the slot."""


class OutOfGas(Exception):
    """Memory was to grow beyond what any gas pays for."""


class Memory:
    """A frame's memory: its bytes, and by address what was written there as one."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._words: dict[int, tuple[int, int, Nodes, int]] = {}
        """Of a write: its number, its length, what it wrote, and the step that did."""
        self._mixed: set[int] = set()
        """Words, by address / 32, of which parts were written."""
        self._writes = 0

    def grow(self, start: int, length: int) -> None:
        """Let memory reach to an address, as any access does."""
        end = start + length
        if length and end > len(self.data):
            if end > LIMIT:
                raise OutOfGas
            self.data.extend(bytes(-(-end // 32) * 32 - len(self.data)))

    def read(self, start: int, length: int) -> bytes:
        """Bytes; memory grows by being read."""
        self.grow(start, length)
        return bytes(self.data[start : start + length])

    def write(self, start: int, word: int, nodes: Nodes, step: int = -1) -> None:
        """Write a word."""
        self.grow(start, 32)
        self.data[start : start + 32] = word.to_bytes(32, "big")
        self._note(start, 32, nodes, step)

    def writer(self, start: int) -> int:
        """The step that wrote the word at an address as one; -1 if there was none."""
        found = self._words.get(start)
        return found[3] if found is not None and found[1] == 32 else -1

    def copy(self, start: int, data: bytes, nodes_at: Callable[[int], Nodes]) -> None:
        """Write bytes, of which `nodes_at` says for each offset where the word there comes from."""
        length = len(data)
        if not length:
            return
        self.grow(start, length)
        known = [nodes_at(offset) for offset in range(0, length, 32)]
        self.data[start : start + length] = data
        for number, nodes in enumerate(known):
            self._note(start + 32 * number, min(32, length - 32 * number), nodes)

    def nodes(self, start: int) -> Nodes:
        """What the word at an address comes from; nothing where none was written."""
        if not {start >> 5, (start + 31) >> 5} & self._mixed:
            found = self._words.get(start)
            if found is not None:
                return found[2]
            if start % 32 == 0:
                return ()
        return self._parts(start)

    def _note(self, start: int, length: int, nodes: Nodes, step: int = -1) -> None:
        self._writes += 1
        self._words[start] = self._writes, length, nodes, step
        if start % 32 or length != 32:
            self._mixed.update((start >> 5, (start + length - 1) >> 5))

    def _parts(self, start: int) -> Nodes:
        """Put a word together from writes that overlap it, the latest first."""
        writes = []
        for address in range(max(0, start - 31), start + 32):
            found = self._words.get(address)
            if found is not None and address + found[1] > start:
                writes.append((found[0], address, found[1], found[2]))
        nodes: list[int] = []
        lacking = (1 << 32) - 1
        for _, address, length, written in sorted(writes, reverse=True):
            low = max(address, start) - start
            high = min(address + length, start + 32) - start
            covered = (1 << high) - (1 << low)
            if lacking & covered:
                nodes += written
                lacking &= ~covered
            if not lacking:
                break
        return tuple(dict.fromkeys(nodes))


class Data:
    """Bytes that a call was given or gave back, and where their words come from."""

    def __init__(self, data: bytes, nodes_at: Callable[[int], Nodes]) -> None:
        self.data = data
        self._nodes_at = nodes_at

    def nodes_at(self, offset: int) -> Nodes:
        """Where the word at an offset comes from; beyond the end there are zeros, which come from nowhere."""
        return self._nodes_at(offset) if offset < len(self.data) else ()

    @classmethod
    def of(cls, memory: Memory, start: int, length: int) -> Data:
        """What lies in memory, which nothing changes while this is in use."""
        return cls(memory.read(start, length), lambda offset: memory.nodes(start + offset))

    def word(self, offset: int) -> int:
        """The word at an offset, zeros beyond the end."""
        return int.from_bytes(self.data[offset : offset + 32].ljust(32, b"\0"), "big")

    def padded(self, offset: int, length: int) -> bytes:
        """Bytes from an offset, zeros beyond the end."""
        return self.data[offset : offset + length].ljust(length, b"\0")


NOTHING = Data(b"", lambda _: ())
