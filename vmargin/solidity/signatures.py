"""What a kernel's annotations say: words, structs, arrays, and how arguments become them."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any, NamedTuple

from vmargin.errors import DoesNotCompile
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import Word


class Signature(NamedTuple):
    """The annotated types of a kernel."""

    names: tuple[str, ...]
    types: tuple[Any, ...]
    returns: Any

    @classmethod
    def of(cls, body: Callable[..., Any]) -> Signature:
        """Read the annotations of a function."""
        hints = typing.get_type_hints(body)
        returns = hints.pop("return", None)
        return cls(tuple(hints), tuple(hints.values()), returns)


def implicit(value: Any, wanted: Any) -> Any:
    """Convert an argument as Solidity would without being asked, or refuse."""
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
            return wanted(*(implicit(v, t) for v, t in zip(value, kinds, strict=True)))
    elif array_element(wanted) is not None:
        if isinstance(value, typing.get_origin(wanted)) and value.element is array_element(wanted):
            if isinstance(value, Scratch):
                value.clear()
            return value
    raise DoesNotCompile(f"{value!r} is no {type_name(wanted)}: convert it explicitly")


def is_struct(annotation: Any) -> bool:
    """Whether the annotation is a NamedTuple."""
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")


@functools.cache
def fields(struct: Any) -> dict[str, Any]:
    """The fields of a NamedTuple and their types."""
    return typing.get_type_hints(struct)


def array_element(annotation: Any) -> type[Word] | None:
    """The element type of ``Words[T]`` or ``Scratch[T]``, else None."""
    if typing.get_origin(annotation) in (Words, Scratch):
        return typing.get_args(annotation)[0]  # type: ignore[no-any-return]
    return None


def type_name(annotation: Any) -> str:
    """How messages call a type."""
    element = array_element(annotation)
    if element is not None:
        return f"{typing.get_origin(annotation).__name__}[{element.__name__}]"
    return getattr(annotation, "__name__", str(annotation))
