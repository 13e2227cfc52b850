"""What a struct is: a NamedTuple of words, bools and structs; and what becomes its value unasked."""

from __future__ import annotations

import functools
import typing
from typing import Any

from vmargin.errors import DoesNotCompile
from vmargin.solidity.integers import Word


def is_struct(annotation: Any) -> bool:
    """Whether the annotation is a NamedTuple."""
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")


@functools.cache
def fields(struct: Any) -> dict[str, Any]:
    """The fields of a NamedTuple and their types."""
    return typing.get_type_hints(struct)


def is_flat(struct: Any) -> bool:
    """Whether the annotation is a NamedTuple of words only, which an array can hold."""
    return is_struct(struct) and all(
        isinstance(kind, type) and issubclass(kind, Word) for kind in fields(struct).values()
    )


def converted(value: Any, wanted: Any) -> Any:
    """Convert a value to a word, a bool, a plain int or a struct as Solidity would unasked, or refuse."""
    if wanted is bool or wanted is int:
        if type(value) is wanted:
            return value
    elif isinstance(wanted, type) and issubclass(wanted, Word):
        if type(value) is int:
            return wanted(value)
        if isinstance(value, Word) and (value.signed, value.wrapping) == (wanted.signed, wanted.wrapping):
            if value.bits <= wanted.bits:
                return wanted(value)
    elif is_struct(wanted):
        kinds = fields(wanted).values()
        if isinstance(value, tuple) and len(value) == len(kinds):
            pairs = zip(value, kinds, strict=True)
            return wanted(*(v if type(v) is kind else converted(v, kind) for v, kind in pairs))
    raise DoesNotCompile(f"{value!r} is no {getattr(wanted, '__name__', wanted)}: convert it explicitly")
