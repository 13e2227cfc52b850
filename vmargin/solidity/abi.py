"""Values to calldata and back, strictly: what is decoded must encode to the same bytes again."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vmargin.errors import UsageError
from vmargin.solidity.integers import Word
from vmargin.solidity.reverts import argument_types, selector

_MASK = (1 << 256) - 1
_INTEGER = re.compile(r"(u?)int(\d+)\Z")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_SIGNATURE = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*\(")


class Undecodable(UsageError):
    """Data that are not the one encoding of values of the types that were named."""


class Parameter(NamedTuple):
    """An input or an output of a function, as the ABI names it."""

    name: str
    type: str
    internal: str
    """Solidity's own name of the type, which tells an enum from a number."""
    components: tuple[Parameter, ...] = ()

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Parameter:
        """Read an entry of an ABI; a struct's type is written out, as signatures have it."""
        components = tuple(map(cls.read, entry.get("components", ())))
        kind = str(entry["type"])
        if kind.startswith("tuple"):
            kind = f"({','.join(c.type for c in components)}){kind.removeprefix('tuple')}"
        return cls(str(entry.get("name", "")), kind, str(entry.get("internalType", kind)), components)


class _Leaf(NamedTuple):
    """A type that is one word on the wire and an int, a bool or an address's text in Python."""

    low: int
    high: int
    flag: bool = False
    address: bool = False


class Coder:
    """Values to calldata and back.

    Words and structs of words, which is nearly everything here, are coded by hand: eth-abi takes
    28 microseconds where the call itself takes 6.
    """

    def __init__(self, parameters: tuple[Parameter, ...]) -> None:
        self.types = [p.type for p in parameters]
        self.nested = any(p.components for p in parameters)
        self.parameters = parameters
        leaves = list(_leaves(parameters))
        self.leaves = None if None in leaves else [leaf for leaf in leaves if leaf is not None]

    def encode(self, values: Sequence[Any]) -> bytes:
        """Encode values, which must be in the range of their types."""
        if len(values) != len(self.types):
            raise UsageError(f"{len(values)} values for ({', '.join(self.types)}): pass {len(self.types)}")
        if self.leaves is None:
            return self._encode_any(values)
        words = []
        try:
            flat = list(_flatten(self.parameters, values)) if self.nested else values
            for value, (low, high, _, address) in zip(flat, self.leaves, strict=True):
                number = _address(value) if address else operator.index(value)
                if not low <= number <= high:
                    raise ValueError(f"{number} is not in {low} to {high}")
                words.append((number & _MASK).to_bytes(32, "big"))
        except (TypeError, ValueError) as error:
            raise self._unfit(values, error) from None
        return b"".join(words)

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """Decode what is encoded as Solidity does it, and refuse everything else."""
        if self.leaves is None:
            return self._decode_any(data)
        if len(data) != 32 * len(self.leaves):
            raise self._misfit(data)
        values: list[int | bool | str] = []
        for position, (low, high, flag, address) in enumerate(self.leaves):
            number = int.from_bytes(data[32 * position : 32 * position + 32], "big", signed=low < 0)
            if not low <= number <= high:
                raise self._misfit(data)
            values.append(f"0x{number:040x}" if address else number == 1 if flag else number)
        return _nest(self.parameters, iter(values)) if self.nested else tuple(values)

    def _encode_any(self, values: Sequence[Any]) -> bytes:
        from eth_abi.abi import encode
        from eth_abi.exceptions import EncodingError

        try:
            return encode(self.types, _plain(values))
        except (EncodingError, TypeError) as error:
            raise self._unfit(values, error) from None

    def _decode_any(self, data: bytes) -> tuple[Any, ...]:
        from eth_abi.abi import decode as decode_abi
        from eth_abi.abi import encode
        from eth_abi.exceptions import DecodingError, EncodingError

        try:
            values = tuple(decode_abi(self.types, data))
            same = encode(self.types, values) == data
        except (DecodingError, EncodingError, UnicodeError, OverflowError):
            raise self._misfit(data) from None
        if not same:
            raise self._misfit(data)
        return values

    def _unfit(self, values: Sequence[Any], error: Exception) -> UsageError:
        return UsageError(f"{tuple(values)!r} is no ({', '.join(self.types)}): {error}")

    def _misfit(self, data: bytes) -> Undecodable:
        types = ", ".join(self.types)
        return Undecodable(f"0x{data.hex()} is no ({types}): check that ABI and bytecode are of one contract")


_WIDTHS = "|".join(str(bits) for bits in range(8, 257, 8))
_ELEMENTARY = re.compile(rf"(u?int({_WIDTHS})|bytes([1-9]|[12]\d|3[0-2])?|address|bool|string)\Z")


class Function:
    """A function of a contract, with its selector and its coders made once."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.inputs = tuple(map(Parameter.read, entry["inputs"]))
        self.outputs = tuple(map(Parameter.read, entry["outputs"]))
        self.signature = f"{self.name}({','.join(p.type for p in self.inputs)})"
        self.reads = entry["stateMutability"] in ("pure", "view")
        """Whether a call leaves the state as it was."""
        self.selector = selector(self.signature)
        self._arguments = Coder(self.inputs)
        self._results = Coder(self.outputs)

    @classmethod
    @functools.lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Function:
        """Read a signature with what it returns: ``balanceOf(address)(uint256)``."""
        found = _SIGNATURE.match(text)
        parts = _groups(text[found.end() - 1 :]) if found else []
        if found is None or not 1 <= len(parts) <= 2:
            raise UsageError(f"{text!r} is no signature: write it as in  balanceOf(address)(uint256)")
        inputs, outputs = (_entries(part, text) for part in (*parts, "()")[:2])
        return cls({"name": found.group(1), "inputs": inputs, "outputs": outputs, "stateMutability": "view"})

    def calldata(self, arguments: Sequence[Any]) -> bytes:
        """Encode a call with its arguments, which must be in the range of their types."""
        return self.selector + self._arguments.encode(arguments)

    def results(self, data: bytes) -> tuple[Any, ...]:
        """What the call returned, one value per output."""
        return self._results.decode(data)

    @property
    def shape(self) -> str:
        """The types that it takes and returns."""
        return f"({', '.join(self._arguments.types)}) -> ({', '.join(self._results.types)})"

    def __repr__(self) -> str:
        return f"<function {self.signature}>"


@functools.cache
def _leaf(kind: str) -> _Leaf | None:
    if kind == "bool":
        return _Leaf(0, 1, flag=True)
    if kind == "address":
        return _Leaf(0, (1 << 160) - 1, address=True)
    match = _INTEGER.match(kind)
    if match is None:
        return None
    bits = int(match.group(2))
    return _Leaf(0, (1 << bits) - 1) if match.group(1) else _Leaf(-1 << (bits - 1), (1 << (bits - 1)) - 1)


def _plain(value: Any) -> Any:
    """Give words as the ints that they are: eth-abi takes a modulus of what it encodes."""
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, Word) else value


def _address(value: Any) -> int:
    """Read an address from its text or its bytes."""
    if isinstance(value, str) and _ADDRESS.match(value):
        return int(value, 16)
    if isinstance(value, bytes) and len(value) == 20:
        return int.from_bytes(value, "big")
    raise TypeError("an address takes 0x and 40 hexadecimal digits, or 20 bytes")


def _leaves(parameters: tuple[Parameter, ...]) -> Iterator[_Leaf | None]:
    """The words that the parameters consist of; None for what is not of words alone."""
    for parameter in parameters:
        if parameter.components and parameter.type.endswith(")"):
            yield from _leaves(parameter.components)
        else:
            yield _leaf(parameter.type)


def _flatten(parameters: tuple[Parameter, ...], values: Sequence[Any]) -> Iterator[Any]:
    for parameter, value in zip(parameters, values, strict=True):
        if parameter.components:
            yield from _flatten(parameter.components, value)
        else:
            yield value


def _nest(parameters: tuple[Parameter, ...], flat: Iterator[Any]) -> tuple[Any, ...]:
    return tuple(_nest(p.components, flat) if p.components else next(flat) for p in parameters)


def _groups(text: str) -> list[str]:
    """``"(a,(b))(c)"`` to its outermost brackets; nothing where there is more than that."""
    groups, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            if char == ")":
                groups.append(text[start : at + 1])
                start = at + 1
            elif char.strip():
                return []
            else:
                start = at + 1
    return [] if depth else groups


def _entries(group: str, text: str) -> list[dict[str, Any]]:
    """``"(uint256,(int8,bool)[])"`` to entries as an ABI has them."""
    entries = []
    for kind in argument_types("f" + group.replace(" ", "")):
        if kind.startswith("("):
            inner, _, suffix = kind.rpartition(")")
            entries.append({"type": "tuple" + suffix, "components": _entries(inner + ")", text)})
        else:
            entries.append({"type": _elementary(kind, text)})
    return entries


def _elementary(kind: str, text: str) -> str:
    """Give the type's canonical name, or refuse it: a misspelt type would have another selector."""
    base, bracket, arrays = kind.partition("[")
    base = {"uint": "uint256", "int": "int256", "byte": "bytes1"}.get(base, base)
    if not _ELEMENTARY.match(base) or not re.fullmatch(r"(\[\d*\])*", bracket + arrays):
        raise UsageError(f"{kind!r} in {text!r} is no type of the ABI")
    return base + bracket + arrays
