"""A case as integers within bounds, from which others like it are made: what shrinking works on."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

from vmargin.crosscheck.inputs import Case
from vmargin.solidity.abi import Function, Parameter
from vmargin.solidity.reverts import argument_types

Bounds = tuple[int, int]
_ARRAY = re.compile(r"(.*)\[(\d*)\]\Z", re.DOTALL)
_PRINTABLE = (32, 126)


class Form(Protocol):
    """A case, and the integers that it was made of."""

    @property
    def case(self) -> Case:
        """The arguments."""

    @property
    def values(self) -> tuple[int, ...]:
        """What it is made of."""

    @property
    def bounds(self) -> tuple[Bounds, ...]:
        """Of each value, the least and the greatest."""

    def remade(self, values: Sequence[int]) -> Self | None:
        """Make one of other values, as many and within the bounds; None if that is none."""

    def shorter(self) -> Iterator[Self]:
        """Give those with fewer values, the shortest first."""


class Arguments(NamedTuple):
    """Arguments by their ABI types: an integer for each word, byte and character."""

    kinds: tuple[_Kind, ...]
    case: Case
    values: tuple[int, ...]
    bounds: tuple[Bounds, ...]

    @classmethod
    def of(cls, function: Function, case: Case, enums: Mapping[str, int] | None = None) -> Arguments:
        """Take a case of a function apart."""
        kinds = tuple(_Kind.of(parameter, enums or {}) for parameter in function.inputs)
        return cls._made(kinds, case)

    @classmethod
    def _made(cls, kinds: tuple[_Kind, ...], case: Case) -> Arguments:
        found = [leaf for kind, value in zip(kinds, case, strict=True) for leaf in kind.leaves(value)]
        return cls(kinds, case, tuple(v for v, _ in found), tuple(b for _, b in found))

    def remade(self, values: Sequence[int]) -> Arguments:
        supply = iter(values)
        case = tuple(k.filled(old, supply) for k, old in zip(self.kinds, self.case, strict=True))
        return self._replace(case=case, values=tuple(values))

    def shorter(self) -> Iterator[Arguments]:
        for at, (kind, value) in enumerate(zip(self.kinds, self.case, strict=True)):
            for less in kind.shorter(value):
                yield self._made(self.kinds, (*self.case[:at], less, *self.case[at + 1 :]))


class Choices(NamedTuple):
    """What a user's function draws: the bits that it asks a random generator for, one number for each."""

    drawn: Callable[[random.Random], Any]
    case: Case
    values: tuple[int, ...]
    bounds: tuple[Bounds, ...]

    @classmethod
    def of(cls, drawn: Callable[[random.Random], Any], source: random.Random) -> Choices:
        """Let the function draw a case, and write down what it asked for."""
        log = _Logged(lambda size, _: source.getrandbits(size))
        return cls(drawn, as_case(drawn(log)), *log.log())

    def remade(self, values: Sequence[int]) -> Choices | None:
        log = _Logged(lambda size, at: values[at] & ((1 << size) - 1) if at < len(values) else 0)
        try:
            case = as_case(self.drawn(log))
        except Exception:  # noqa: BLE001  it need not be able to draw from every sequence of bits
            return None
        return Choices(self.drawn, case, *log.log())

    def shorter(self) -> Iterator[Choices]:
        for values in _fewer(self.values):
            form = self.remade(values)
            if form is not None:
                yield form


def as_case(drawn: Any) -> Case:
    """What a strategy gave, as tuples all through."""
    case = _tuples(drawn)
    return case if isinstance(case, tuple) else (case,)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


class _Logged(random.Random):
    """A random generator that takes its bits from elsewhere and writes them down."""

    def __init__(self, supply: Callable[[int, int], int]) -> None:
        self._supply = supply
        self._log: list[tuple[int, int]] = []
        super().__init__(0)

    def getrandbits(self, k: int) -> int:
        value = self._supply(k, len(self._log))
        self._log.append((value, k))
        return value

    def random(self) -> float:
        return float(self.getrandbits(53)) * 2.0**-53

    def log(self) -> tuple[tuple[int, ...], tuple[Bounds, ...]]:
        return tuple(v for v, _ in self._log), tuple((0, (1 << size) - 1) for _, size in self._log)


class _Kind(NamedTuple):
    """A type of the ABI."""

    type: str
    bounds: Bounds | None
    """Of a word."""
    parts: tuple[_Kind, ...] = ()
    """A struct's members, or the one element type of an array."""
    array: bool = False
    free: bool = False
    """Whether its length may vary."""

    @classmethod
    def of(cls, parameter: Parameter, enums: Mapping[str, int]) -> _Kind:
        kind = parameter.type
        if array := _ARRAY.match(kind):
            inner, length = array.groups()
            element = parameter._replace(type=inner, internal=parameter.internal.rpartition("[")[0])
            return cls(kind, None, (cls.of(element, enums),), array=True, free=not length)
        if kind.startswith("("):
            members = parameter.components or tuple(Parameter("", t, t) for t in argument_types("f" + kind))
            return cls(kind, None, tuple(cls.of(member, enums) for member in members))
        if kind in ("bytes", "string"):
            return cls(kind, None, free=True)
        members_of_enum = enums.get(parameter.internal.removeprefix("enum "))
        return cls(kind, _bounds(kind) if members_of_enum is None else (0, members_of_enum - 1))

    def leaves(self, value: Any) -> Iterator[tuple[int, Bounds]]:
        """The numbers of a value, with their bounds."""
        if self.bounds is not None:
            yield _number(value), self.bounds
        elif self.type == "bytes":
            yield from ((byte, (0, 255)) for byte in value)
        elif self.type == "string":
            yield from ((ord(c), _PRINTABLE if " " <= c <= "~" else (ord(c), ord(c))) for c in value)
        else:
            for kind, part in self._parts(value):
                yield from kind.leaves(part)

    def filled(self, old: Any, supply: Iterator[int]) -> Any:
        """A value of the same lengths, of other numbers."""
        if self.bounds is not None:
            return _value(self.type, next(supply))
        if self.type == "bytes":
            return bytes(next(supply) for _ in old)
        if self.type == "string":
            return "".join(chr(next(supply)) for _ in old)
        return tuple(kind.filled(part, supply) for kind, part in self._parts(old))

    def shorter(self, value: Any) -> Iterator[Any]:
        """Values with fewer elements, here or within."""
        if self.free:
            yield from _fewer(value)
        if self.bounds is None and self.type not in ("bytes", "string"):
            for at, (kind, part) in enumerate(self._parts(value)):
                for less in kind.shorter(part):
                    yield (*value[:at], less, *value[at + 1 :])

    def _parts(self, value: Any) -> Iterator[tuple[_Kind, Any]]:
        return zip(self.parts * len(value) if self.array else self.parts, value, strict=True)


def _fewer(sequence: Any) -> Iterator[Any]:
    """The sequence without a stretch of it, the longest stretches first."""
    size = len(sequence)
    while size:
        for start in range(0, len(sequence) - size + 1, max(1, size // 2)):
            yield sequence[:start] + sequence[start + size :]
        size //= 2


def _bounds(kind: str) -> Bounds:
    if kind == "bool":
        return 0, 1
    if kind == "address":
        return 0, (1 << 160) - 1
    if kind.startswith("bytes"):
        return 0, (1 << 8 * int(kind.removeprefix("bytes"))) - 1
    if kind.startswith("uint"):
        return 0, (1 << int(kind.removeprefix("uint"))) - 1
    half = 1 << (int(kind.removeprefix("int")) - 1)
    return -half, half - 1


def _number(value: Any) -> int:
    if isinstance(value, bytes):
        return int.from_bytes(value, "big")
    return int(value, 16) if isinstance(value, str) else int(value)


def _value(kind: str, number: int) -> Any:
    if kind == "bool":
        return bool(number)
    if kind == "address":
        return f"0x{number:040x}"
    return number.to_bytes(int(kind.removeprefix("bytes")), "big") if kind.startswith("bytes") else number
