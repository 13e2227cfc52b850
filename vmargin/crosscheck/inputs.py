"""What a contract's function may be given: values of the ABI's types, biased to where code breaks."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Argument, Chooser, Hint, Seeded
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function, Parameter

Case: TypeAlias = tuple[Any, ...]
"""The arguments of one call, nested as the ABI nests them; arrays and structs are tuples."""

MOST = 4
"""Elements of an array whose length is free."""

_ARRAY = re.compile(r"(.*)\[(\d*)\]\Z", re.DOTALL)
_TEXT = 66
"""Bytes of a string, two words and a little."""


class _Word(NamedTuple):
    """A value that an integer stands for."""

    argument: Argument
    read: Callable[[int], Any] | None = None


class _Text(NamedTuple):
    """Bytes or a string of any length."""

    read: Callable[[bytes], Any]


class _Tuple(NamedTuple):
    parts: tuple[Any, ...]


class _Array(NamedTuple):
    element: Any
    length: int | None


class Inputs:
    """What a function may be given.

    Parameters
    ----------
    parameters
        The shapes of its arguments; :meth:`of` makes them.
    """

    def __init__(self, parameters: Sequence[Any]) -> None:
        self._shape = _Tuple(tuple(parameters))
        self._words = list(_fixed(self._shape))
        self.arguments: list[Argument] | None = None
        """Of each word, in order; None where lengths vary."""
        if None not in self._words:
            self.arguments = [word.argument for word in self._words if word is not None]
        self._plain = all(isinstance(p, _Word) and p.read is None for p in self._shape.parts)

    @classmethod
    def of(
        cls,
        function: Function,
        *,
        hints: Mapping[str, Hint] | None = None,
        enums: Mapping[str, int] | None = None,
        mined: Sequence[int] = (),
    ) -> Inputs:
        """Take the types from a function.

        Parameters
        ----------
        function
            Of the contract.
        hints
            By name of an argument, or of a struct's member, where the interesting inputs are.
        enums
            Members of each enum, by Solidity's name for it, as artifacts list them.
        mined
            Constants found in the code, each worth a try.
        """
        hints = hints or {}
        shape = functools.partial(_shape, hints=hints, enums=enums or {}, mined=mined)
        inputs = cls([shape(parameter) for parameter in function.inputs])
        known = {name for p in function.inputs for name in _names(p)}
        if unknown := hints.keys() - known:
            raise UsageError(
                f"hints for {', '.join(sorted(unknown))}: the arguments of {function.signature} are "
                f"{', '.join(sorted(known)) or 'none'}"
            )
        return inputs

    @property
    def size(self) -> int:
        """About how many words a case has."""
        return len(self._words) if self.arguments is not None else MOST * max(1, len(self._words))

    def draw(self, chooser: Chooser) -> Case:
        """One case."""
        if self.arguments is not None:
            return self.nested(bias.case(self.arguments, chooser))
        sized = _sized(self._shape, chooser)
        flat = iter(bias.case([word.argument for word in _words(sized)], chooser))
        return tuple(_filled(part, flat) for part in sized.parts)

    def seeded(self, number: int, seed: str, given: Sequence[Case] = ()) -> Iterator[Case]:
        """That many cases, the same for the same seed: those given, edges and corners first.

        All that there are, once, where that is not more.
        """
        yield from given
        if self.arguments is None:
            chooser = Seeded(seed)
            yield from (self.draw(chooser) for _ in range(number - len(given)))
        else:
            for flat in bias.seeded(self.arguments, number - len(given), seed):
                yield self.nested(flat)

    def nested(self, flat: Sequence[int]) -> Case:
        """Integers, one per word, as the arguments that they stand for."""
        if self._plain:
            return tuple(flat)
        supply = iter(flat)
        return tuple(_filled(part, supply) for part in self._shape.parts)


def _shape(
    parameter: Parameter,
    hints: Mapping[str, Hint],
    enums: Mapping[str, int],
    mined: Sequence[int],
) -> Any:
    """The shape of a parameter, from its type."""
    again = functools.partial(_shape, hints=hints, enums=enums, mined=mined)
    if array := _ARRAY.match(parameter.type):
        inner, length = array.groups()
        element = parameter._replace(type=inner, internal=parameter.internal.rpartition("[")[0])
        return _Array(again(element), int(length) if length else None)
    if parameter.components:
        return _Tuple(tuple(map(again, parameter.components)))
    low, high, read = _range(parameter, enums)
    if read is not None and low == high:
        return _Text(read)
    return _Word(bias.argument(parameter.name, low, high, hints.get(parameter.name), mined), read)


def _range(parameter: Parameter, enums: Mapping[str, int]) -> tuple[int, int, Callable[[Any], Any] | None]:
    """The integers that stand for a type's values, and what each stands for; none where it has no size."""
    kind = parameter.type
    members = enums.get(parameter.internal.removeprefix("enum "))
    if members is not None:
        return 0, members - 1, None
    if kind == "bool":
        return 0, 1, bool
    if kind == "address":
        return 0, (1 << 160) - 1, "0x{:040x}".format
    if kind == "bytes":
        return 0, 0, bytes
    if kind == "string":
        return 0, 0, lambda raw: bytes(32 + byte % 95 for byte in raw).decode()
    if kind.startswith("bytes"):
        size = int(kind.removeprefix("bytes"))
        return 0, (1 << 8 * size) - 1, lambda number: number.to_bytes(size, "big")
    if kind.startswith("uint"):
        return 0, (1 << int(kind.removeprefix("uint"))) - 1, None
    half = 1 << (int(kind.removeprefix("int")) - 1)
    return -half, half - 1, None


def _names(parameter: Parameter) -> Iterator[str]:
    yield parameter.name
    for component in parameter.components:
        yield from _names(component)


def _fixed(shape: Any) -> Iterator[_Word | None]:
    """The words of a shape; None for what has no fixed number of them."""
    match shape:
        case _Tuple(parts):
            for part in parts:
                yield from _fixed(part)
        case _Array(element, length) if length is not None:
            yield from list(_fixed(element)) * length
        case _Array(element, None):
            yield None
            yield from _fixed(element)
        case _Word():
            yield shape
        case _:
            yield None


def _sized(shape: Any, chooser: Chooser) -> Any:
    """The shape with every length and every text chosen."""
    match shape:
        case _Tuple(parts):
            return _Tuple(tuple(_sized(part, chooser) for part in parts))
        case _Array(element, length):
            count = chooser.below(MOST + 1) if length is None else length
            return _Tuple(tuple(_sized(element, chooser) for _ in range(count)))
        case _Text(read):
            count = (0, 1, 31, 32, 33, chooser.below(_TEXT))[chooser.below(6)]
            return read(bytes(chooser.below(256) for _ in range(count)))
    return shape


def _words(sized: Any) -> Iterator[_Word]:
    if isinstance(sized, _Tuple):
        for part in sized.parts:
            yield from _words(part)
    elif isinstance(sized, _Word):
        yield sized


def _filled(shape: Any, supply: Iterator[int]) -> Any:
    """The value that a shape, its lengths known, has for integers."""
    match shape:
        case _Word(_, read):
            number = next(supply)
            return number if read is None else read(number)
        case _Tuple(parts):
            return tuple(_filled(part, supply) for part in parts)
        case _Array(element, length):
            return tuple(_filled(element, supply) for _ in range(length or 0))
    return shape
