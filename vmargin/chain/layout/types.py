"""The types of a compiler's ``storageLayout``: what each occupies, and what it is to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from vmargin.errors import UsageError
from vmargin.solidity.abi import Coder, Parameter

_ELEMENTARY = re.compile(r"(u?int|bytes)\d+\Z|bool\Z|address\Z")
_FIXED = re.compile(r"\[(\d+)\]\Z")


@dataclass(frozen=True)
class Value:
    """A number, an address, a flag, an enum or bytes of fixed length: within one word."""

    label: str
    size: int
    """In bytes."""
    abi: str
    """The type that stands for it in calldata."""

    def decode(self, raw: bytes) -> int | bool | str | bytes:
        """Read the bytes that it occupies."""
        if self.abi == "bool":
            return any(raw)  # as Solidity does, should there be more than one bit
        if self.abi == "address":
            return "0x" + raw.hex()
        if self.abi.startswith("bytes"):
            return raw
        return int.from_bytes(raw, "big", signed=self.abi.startswith("int"))

    def key(self, value: Any) -> bytes:
        """Encode it as the key of a mapping."""
        return Coder((Parameter("", self.abi, self.abi),)).encode([value])


@dataclass(frozen=True)
class Text:
    """Bytes or a string, of any length."""

    label: str
    size = 32

    @property
    def abi(self) -> str:
        """The type that stands for it in calldata."""
        return self.label

    def key(self, value: Any) -> bytes:
        """Encode it as the key of a mapping."""
        return value.encode() if isinstance(value, str) else bytes(value)


@dataclass(frozen=True)
class Array:
    """Elements side by side; as many of them in a word as there is room for."""

    label: str
    size: int
    base: str
    length: int | None
    """None for a dynamic array, whose length is in storage."""


@dataclass(frozen=True)
class Map:
    """A mapping: where its values lie follows from their keys, and nobody keeps a list of these."""

    label: str
    key: str
    value: str
    size = 32


class Member(NamedTuple):
    """A variable of a contract, or a member of a struct, relative to where that begins."""

    slot: int
    offset: int
    """In bytes, from the low end of the word."""
    type: str


@dataclass(frozen=True)
class Struct:
    """Members by their names, in order."""

    label: str
    size: int
    members: Mapping[str, Member]


Type: TypeAlias = Value | Text | Array | Map | Struct


class Types:
    """The types of a layout by their ids, read as they are needed: a struct may hold an array of itself."""

    def __init__(self, entries: Mapping[str, Any], value_types: Mapping[str, str]) -> None:
        self._entries = entries
        self._value_types = value_types
        self._read: dict[str, Type] = {}

    def __getitem__(self, name: str) -> Type:
        if name not in self._read:
            try:
                self._read[name] = self._type(self._entries[name])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UsageError(f"the layout's type {name} is malformed: {error!r}") from None
        return self._read[name]

    def key(self, mapping: Map) -> Value | Text:
        """Look up the type of a mapping's keys."""
        key = self[mapping.key]
        if not isinstance(key, Value | Text):
            raise UsageError(f"the layout is malformed: a {key.label} cannot be a key of {mapping.label}")
        return key

    def _type(self, entry: Mapping[str, Any]) -> Type:
        label, encoding, size = str(entry["label"]), entry["encoding"], int(entry["numberOfBytes"])
        if encoding == "bytes":
            return Text(label)
        if encoding == "mapping":
            return Map(label, entry["key"], entry["value"])
        if encoding == "dynamic_array":
            return Array(label, 32, entry["base"], None)
        if encoding != "inplace":
            raise ValueError(encoding)
        if "members" in entry:
            return Struct(label, size, dict(members(entry["members"])))
        if "base" in entry:
            length = _FIXED.search(label)
            if length is None:
                raise ValueError(label)
            return Array(label, size, entry["base"], int(length.group(1)))
        return Value(label, size, self._abi(label, size))

    def _abi(self, label: str, size: int) -> str:
        if label == "address payable" or label.startswith("contract "):
            return "address"
        if label.startswith("enum "):
            return f"uint{8 * size}"
        if label.startswith("function "):
            return f"bytes{size}"
        abi = label if _ELEMENTARY.match(label) else self._value_types.get(label, "")
        if not abi:
            raise UsageError(
                f"neither layout nor ABI say what {label}, a type of {size} bytes, stands for: "
                f"pass it, as in  StorageLayout(…, value_types={{{label!r}: 'uint{8 * size}'}})"
            )
        if _size(abi) != size:
            raise UsageError(f"{label} cannot be {abi}: it has {size} bytes")
        return abi


def members(entries: Any) -> Iterator[tuple[str, Member]]:
    """Variables or members as a layout lists them."""
    for entry in entries:
        yield str(entry["label"]), Member(int(entry["slot"]), int(entry["offset"]), str(entry["type"]))


def underlying_types(abi: Any) -> dict[str, str]:
    """What each of Solidity's types in an ABI stands for in calldata, less those that it has twice."""
    found: dict[str, set[str]] = {}

    def visit(parameter: Mapping[str, Any]) -> None:
        internal = str(parameter.get("internalType", "")).partition("[")[0]
        plain = str(parameter["type"]).partition("[")[0]
        if _ELEMENTARY.match(plain):
            found.setdefault(internal, set()).add(plain)
        for component in parameter.get("components", ()):
            visit(component)

    for entry in abi:
        for parameter in (*entry.get("inputs", ()), *entry.get("outputs", ())):
            visit(parameter)
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}


def _size(abi: str) -> int:
    """Bytes that a type of one word occupies in storage."""
    if abi in ("bool", "address"):
        return 1 if abi == "bool" else 20
    digits = int(abi.lstrip("uintbyes"))
    return digits if abi.startswith("bytes") else digits // 8
