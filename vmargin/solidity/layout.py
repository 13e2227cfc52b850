"""How a kernel's arguments and results lie in memory: one column per leaf of the annotated types."""

from __future__ import annotations

import typing
from typing import Any, NamedTuple

from vmargin.errors import DoesNotCompile
from vmargin.solidity.arrays import Scratch
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import array_element, is_struct, type_name


class Leaf(NamedTuple):
    """A word, a bool or a plain int; or a whole array, which all elements of a batch share."""

    kind: type
    array: bool = False
    writable: bool = False


def leaves(annotation: Any) -> list[Leaf]:
    """The columns of an annotated type, in order of the fields."""
    if annotation in (bool, int) or (isinstance(annotation, type) and issubclass(annotation, Word)):
        return [Leaf(annotation)]
    element = array_element(annotation)
    if element is not None:
        return [Leaf(element, array=True, writable=typing.get_origin(annotation) is Scratch)]
    if is_struct(annotation):
        return [leaf for field in typing.get_type_hints(annotation).values() for leaf in leaves(field)]
    raise DoesNotCompile(f"{type_name(annotation)} is no type of a kernel: see docs/kernels.md")
