"""Flat arrays of words, the one container a kernel may read, and scratch ones that it may write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from vmargin.errors import DoesNotCompile, UsageError
from vmargin.solidity.integers import Word
from vmargin.solidity.reverts import INDEX_OUT_OF_BOUNDS, Panic

W = TypeVar("W", bound=Word)


class Words(Generic[W]):
    """A read-only array of one word type, indexed as Solidity indexes: out of bounds is Panic 0x32.

    Nested data are flattened: one array for the elements and one for the offsets at which each
    group starts (compressed rows).
    """

    __slots__ = ("_values", "element")

    def __init__(self, element: type[W], values: Iterable[W | int]) -> None:
        self.element = element
        self._values = [v if type(v) is element else element(v) for v in values]

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[W]:
        return iter(self._values)

    def __getitem__(self, index: int | Word) -> W:
        return self._values[self._position(index)]

    def _position(self, index: int | Word) -> int:
        position = int(index)
        if not 0 <= position < len(self._values):
            raise Panic(INDEX_OUT_OF_BOUNDS)
        return position

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.element.__name__}, {[int(v) for v in self._values]})"


class Scratch(Words[W]):
    """An array that the caller allocates and a kernel writes; it is all zeros when a kernel is called."""

    __slots__ = ()

    def __init__(self, element: type[W], length: int) -> None:
        if length < 0:
            raise UsageError(f"a scratch array of length {length}: pass a length of 0 or more")
        super().__init__(element, [0] * length)

    def clear(self) -> None:
        """Set every element to zero."""
        self._values = [self.element(0)] * len(self._values)

    def __setitem__(self, index: int | Word, value: W) -> None:
        if type(value) is not self.element:
            raise DoesNotCompile(f"{value!r} stored in an array of {self.element.__name__}: convert it first")
        self._values[self._position(index)] = value
