"""How the arguments and results of a batch lie in memory: one column per leaf of the annotated types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vmargin.errors import DoesNotCompile, UsageError
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import Word
from vmargin.solidity.limbs import pack, pack_ints, require_limbs, unpack
from vmargin.solidity.signatures import array_element, fields, implicit, is_scratch, is_struct, type_name

Column = NDArray[Any]


class Leaf(NamedTuple):
    """A word, a bool or a plain int; or a whole array, which all elements of a batch share.

    Of an array `kind` is the type of the elements: a word, or a NamedTuple of words.
    """

    name: str
    kind: type
    array: bool = False
    writable: bool = False


def leaves(annotation: Any, name: str = "") -> list[Leaf]:
    """The columns of an annotated type, in order of the fields, each with its path for messages."""
    if annotation in (bool, int) or (isinstance(annotation, type) and issubclass(annotation, Word)):
        return [Leaf(name, annotation)]
    element = array_element(annotation)
    if element is not None:
        return [Leaf(name, element, array=True, writable=is_scratch(annotation))]
    if is_struct(annotation):
        return [
            leaf for field, kind in fields(annotation).items() for leaf in leaves(kind, f"{name}.{field}")
        ]
    raise DoesNotCompile(f"{type_name(annotation)} is no type of a kernel: see docs/kernels.md")


def columns_of(annotation: Any, given: Any, name: str) -> list[Any]:
    """The columns of one argument of a batch, from what a caller gives for it."""
    if is_struct(annotation):
        kinds = fields(annotation)
        parts = given if isinstance(given, annotation) else _transposed(given, len(kinds), name)
        pairs = zip(kinds.items(), parts, strict=True)
        return [
            column for (field, kind), part in pairs for column in columns_of(kind, part, f"{name}.{field}")
        ]
    if array_element(annotation) is not None:
        array = implicit(given, annotation)
        # What a batch only reads must not change before its reverts are asked for.
        return [array.snapshot() if isinstance(array, Scratch) and not is_scratch(annotation) else array]
    if isinstance(given, np.ndarray):
        return [_checked(given, annotation, name)]
    try:
        if annotation in (bool, int):
            return [np.array([implicit(v, annotation) for v in given], dtype=_element(annotation))]
        return [pack(given, annotation)]
    except DoesNotCompile as error:
        raise UsageError(f"column {name}: {error}") from None


def _checked(column: Column, kind: type, name: str) -> Column:
    if not issubclass(kind, Word):
        wanted = np.bool_ if kind is bool else np.int64
        if column.dtype != wanted or column.ndim != 1:
            raise UsageError(
                f"column {name}: an array of {column.dtype} and shape {column.shape}: "
                f"pass {wanted.__name__} of shape (n,), or a list"
            )
        return np.ascontiguousarray(column).astype(_element(kind), copy=False)
    return require_limbs(column, name)


def _transposed(rows: Sequence[Any], width: int, name: str) -> list[tuple[Any, ...]]:
    for index, row in enumerate(rows):
        if not isinstance(row, tuple) or len(row) != width:
            raise UsageError(f"column {name}: element {index} is {row!r}, no tuple of {width} fields")
    return list(zip(*rows, strict=True)) if len(rows) else [()] * width


def pack_array(array: Words[Any]) -> Column:
    """The limbs of a whole array; a struct is the limbs of its fields, one after another."""
    if is_struct(array.element):
        return pack_ints(int(field) for element in array for field in element)
    return pack_ints(map(int, array))


def empty(size: int, leaf: Leaf) -> Column:
    """A column of results to be filled."""
    return np.zeros(size if not issubclass(leaf.kind, Word) else (size, 4), dtype=_element(leaf.kind))


def _element(kind: type) -> type[np.generic]:
    return np.uint8 if kind is bool else np.int64 if kind is int else np.uint64


def decode(column: Column, leaf: Leaf) -> list[Any]:
    """A column's elements as a kernel knows them."""
    if issubclass(leaf.kind, Word):
        return unpack(column, leaf.kind)
    return [bool(v) if leaf.kind is bool else int(v) for v in column]


def assemble(annotation: Any, parts: Iterator[Any]) -> Any:
    """A value of the annotated type from its leaves."""
    if is_struct(annotation):
        return annotation(*(assemble(kind, parts) for kind in fields(annotation).values()))
    return next(parts)


def flatten(value: Any) -> list[Any]:
    """The leaves of a value."""
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in flatten(part)]
    return [value]
