"""Flat arrays of words or structs, which a kernel may read, and scratch ones that it may write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from vmargin.errors import DoesNotCompile, UsageError
from vmargin.solidity.integers import Word
from vmargin.solidity.reverts import INDEX_OUT_OF_BOUNDS, Panic
from vmargin.solidity.structs import converted, is_flat, is_struct

E = TypeVar("E", bound=Word | tuple[Any, ...])
W = TypeVar("W", bound=Word)

_less = int.__lt__


class Words(Generic[E]):
    """A read-only array, indexed as Solidity indexes: out of bounds is Panic 0x32.

    Its elements are of one word type, or of one NamedTuple whose fields are words: ``quotes[i].spot``.
    Nested data are flattened: one array for the elements and one for the offsets at which each
    group starts (compressed rows).
    """

    __slots__ = ("_values", "element")

    def __init__(self, element: type[E], values: Iterable[E | int | tuple[Any, ...]]) -> None:
        self.element = element
        if not is_struct(element):
            kind: Any = element
            self._values: list[Any] = [v if type(v) is kind else kind(v) for v in values]
        elif is_flat(element):
            self._values = [converted(v, element) for v in values]
        else:
            raise DoesNotCompile(f"an array of {element.__name__}: its fields must be words, each of them")

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[E]:
        return iter(self._values)

    def __getitem__(self, index: int | Word) -> E:
        # Words compare by a method of their own, which is slow: `_less` is that of plain ints.
        if not _less(index, 0):  # type: ignore[arg-type]
            try:
                return self._values[index]  # type: ignore[no-any-return]
            except IndexError:
                pass
        raise Panic(INDEX_OUT_OF_BOUNDS)

    def snapshot(self) -> Words[E]:
        """A read-only array of what this one holds now."""
        copy: Words[E] = Words(self.element, ())
        copy._values = list(self._values)
        return copy

    def __repr__(self) -> str:
        shown = [tuple(map(int, v)) if isinstance(v, tuple) else int(v) for v in self._values]
        return f"{type(self).__name__}({self.element.__name__}, {shown})"


class Scratch(Words[W]):
    """An array of words that the caller allocates and a kernel writes; all zeros when a kernel is called."""

    __slots__ = ()

    def __init__(self, element: type[W], length: int) -> None:
        if is_struct(element):
            raise UsageError(f"a scratch array of {element.__name__}: make one array of words per field")
        if length < 0:
            raise UsageError(f"a scratch array of length {length}: pass a length of 0 or more")
        super().__init__(element, [0] * length)

    def clear(self) -> None:
        """Set every element to zero."""
        self._values = [self.element(0)] * len(self._values)

    def hold(self, values: list[W]) -> None:
        """Take the words that a kernel wrote in another reading."""
        self._values = values

    def __setitem__(self, index: int | Word, value: W) -> None:
        if type(value) is not self.element:
            raise DoesNotCompile(f"{value!r} stored in an array of {self.element.__name__}: convert it first")
        if not _less(index, 0):  # type: ignore[arg-type]
            try:
                self._values[index] = value
            except IndexError:
                pass
            else:
                return
        raise Panic(INDEX_OUT_OF_BOUNDS)
