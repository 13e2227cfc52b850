"""Reads values out of storage: each says which words it needs next, so that many are read in one go."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeAlias

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.errors import BadReturn
from vmargin.chain.layout.types import Array, Map, Struct, Text, Types, Value
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

MOST_WORDS = 1 << 16
"""What is read for one path, 2 MiB: a length that is no length would ask for all of storage."""

Slot: TypeAlias = tuple[str, int]
"""Of a contract."""
Reading: TypeAlias = Generator[Sequence[Slot], Mapping[Slot, int], Any]
"""Gives the slots that it needs, is sent their words, and returns a value in the end."""


def run(view: BlockView, reading: Reading, most: int) -> Any:
    """Answer a reading from a view, each slot once and no more than `most` of them."""
    words: dict[Slot, int] = {}
    try:
        wanted = next(reading)
        while True:
            missing = sorted(set(wanted) - words.keys())
            if len(words) + len(missing) > most:
                raise UsageError(f"there are more than {most} words of storage to read: read parts of it")
            words.update(zip(missing, view.storages(missing), strict=True))
            wanted = reading.send(words)
    except StopIteration as done:
        return done.value


def together(readings: Sequence[Reading]) -> Reading:
    """Advance readings side by side; what goes wrong in an earlier one is told first."""
    results: list[Any] = [None] * len(readings)
    wanted: dict[int, Sequence[Slot]] = {}
    words: Mapping[Slot, int] | None = None
    pending = list(range(len(readings)))
    while pending:
        for at in pending:
            try:
                wanted[at] = next(readings[at]) if words is None else readings[at].send(words)
            except StopIteration as done:
                results[at] = done.value
                wanted.pop(at, None)
        pending = list(wanted)
        if pending:
            words = yield [slot for slots in wanted.values() for slot in slots]
    return results


def constant(value: Any) -> Reading:
    """Read nothing."""
    yield ()
    return value


class Reader:
    """Reads the values of one contract; `where` is the path, for messages."""

    def __init__(self, types: Types, address: str, where: str) -> None:
        self._types = types
        self._address = address
        self._where = where

    def whole(self, kind: str, slot: int, offset: int = 0) -> Reading:
        """Read all that is at this place: a struct as a dict, less its mappings, and an array as a list."""
        match self._types[kind]:
            case Value() as value:
                word = yield from self._word(slot)
                low = 32 - offset - value.size
                return value.decode(word.to_bytes(32, "big")[low : low + value.size])
            case Text() as text:
                return (yield from self._text(text, slot))
            case Array() as array:
                return (yield from self._array(array, slot))
            case Struct() as struct:
                named = {
                    name: self.whole(member.type, place(slot, member.slot), member.offset)
                    for name, member in struct.members.items()
                    if not isinstance(self._types[member.type], Map)
                }
                values = yield from together(list(named.values()))
                return dict(zip(named, values, strict=True))
            case Map() as mapping:
                raise UsageError(f"{self._where} is a {mapping.label}: it has no list of its keys, name one")

    def length(self, kind: Array | Text, slot: int) -> Reading:
        """Read the number of elements or bytes."""
        if isinstance(kind, Array) and kind.length is not None:
            return (yield from constant(kind.length))
        word = yield from self._word(slot)
        if isinstance(kind, Array):
            return word
        length = word >> 1 if word & 1 else (word & 0xFF) >> 1
        if (length < 32) == bool(word & 1):
            raise BadReturn(
                f"{self._where} of {self._contract} is no {kind.label}: it begins {wire.word(word)}"
            )
        return length

    def within(self, array: Array, slot: int, at: int, what: str) -> Reading:
        """Refuse an index beyond the end of an array, which is called `what`."""
        length = yield from self.length(array, slot)
        if at >= length:
            raise UsageError(
                f"{self._where}: index {at} is out of range: {what} of {self._contract} holds {length}"
            )

    def _array(self, array: Array, slot: int) -> Reading:
        length = yield from self.length(array, slot)
        size = self._types[array.base].size
        if length * size > 32 * MOST_WORDS:
            raise UsageError(
                f"{self._where}: an array of {length} elements is too long to be read whole: read parts of it"
            )
        start = slot if array.length is not None else hashed(slot)
        places = (element(size, start, index) for index in range(length))
        return (yield from together([self.whole(array.base, *at) for at in places]))

    def _text(self, text: Text, slot: int) -> Reading:
        length = yield from self.length(text, slot)
        if length > 32 * MOST_WORDS:
            raise UsageError(f"{self._where}: {length} bytes are too many to be read")
        if length < 32:
            word = yield from self._word(slot)
            raw = word.to_bytes(32, "big")[:length]
        else:
            start = hashed(slot)
            slots = [(self._address, place(start, at)) for at in range((length + 31) // 32)]
            words = yield slots
            raw = b"".join(words[at].to_bytes(32, "big") for at in slots)[:length]
        if text.label == "bytes":
            return raw
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise BadReturn(f"{self._where} of {self._contract} is no UTF-8: 0x{raw[:256].hex()}") from None

    def _word(self, slot: int) -> Generator[Sequence[Slot], Mapping[Slot, int], int]:
        words = yield ((self._address, slot),)
        return words[self._address, slot]

    @property
    def _contract(self) -> str:
        return wire.checksummed(self._address)


def element(size: int, start: int, index: int) -> tuple[int, int]:
    """Slot and offset of an element: small ones share words, none lies across two."""
    if size > 16:
        return place(start, index * ((size + 31) // 32)), 0
    each = 32 // size
    return place(start, index // each), index % each * size


def place(slot: int, further: int) -> int:
    """Slots are counted modulo 2**256."""
    return (slot + further) % (1 << 256)


def hashed(slot: int, key: bytes = b"") -> int:
    """Where the elements of a dynamic array begin, or the value of a mapping's key."""
    return int.from_bytes(keccak(key + slot.to_bytes(32, "big")), "big")
