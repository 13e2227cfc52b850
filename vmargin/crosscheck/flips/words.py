"""The words of a case by name, and the case with one of them changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.kernel_inputs import Range
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.signatures import array_element, fields, is_struct


class Place(NamedTuple):
    """One word of a case."""

    name: str
    """As one would write it: ``price``, ``positions[0].size``."""
    path: tuple[int, ...]
    low: int
    high: int

    def value(self, case: Case) -> int:
        """What the case has there."""
        part: Any = case
        for index in self.path:
            part = part[index]
        return int(part)

    def put(self, case: Case, value: int) -> Case:
        """The case with another number there."""
        return tuple(_put(case, self.path, value))


def places(kernel: Kernel[..., Any], case: Case, ranges: Mapping[str, Range]) -> list[Place]:
    """Every word of a case that is a number, within its type or the range that is given for it."""
    found: list[Place] = []
    for at, (name, kind) in enumerate(zip(*kernel.signature[:2], strict=True)):
        for text, leaf, path, least, most in _leaves(name, name, kind, case[at], (at,)):
            low, high = ranges.get(leaf, (least, most))
            found.append(Place(text, path, low, high))
    return found


def _leaves(
    text: str, name: str, kind: Any, value: Any, path: tuple[int, ...]
) -> Iterator[tuple[str, str, tuple[int, ...], int, int]]:
    element = array_element(kind)
    if element is not None:
        for n, part in enumerate(value):
            yield from _leaves(f"{text}[{n}]", name, element, part, (*path, n))
    elif is_struct(kind):
        for n, (inner, inner_kind) in enumerate(fields(kind).items()):
            yield from _leaves(f"{text}.{inner}", inner, inner_kind, value[n], (*path, n))
    elif isinstance(kind, type) and issubclass(kind, Word):
        yield text, name, path, int(kind.min), int(kind.max)


def _put(part: Sequence[Any], path: tuple[int, ...], value: int) -> Iterator[Any]:
    at, *rest = path
    for n, inner in enumerate(part):
        if n != at:
            yield inner
        elif not rest:
            yield value
        elif isinstance(inner, Words):
            yield Words(inner.element, [*_put(tuple(inner), tuple(rest), value)])
        else:
            yield _like(inner, tuple(_put(inner, tuple(rest), value)))


def _like(inner: Any, parts: tuple[Any, ...]) -> Any:
    return type(inner)(*parts) if is_struct(type(inner)) else parts
