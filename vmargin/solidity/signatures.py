"""What a kernel's annotations say: words, structs, arrays, and how arguments become them."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from vmargin.errors import DoesNotCompile, UsageError
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.structs import converted, fields, is_struct

__all__ = [
    "Signature", "array_element", "fields", "implicit", "is_scratch", "is_struct", "require_apart",
    "type_name",
]  # fmt: skip


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
    """Convert an argument as Solidity would without being asked, or refuse.

    A `Scratch` array is cleared where a kernel wants to write it, and left as it is where one reads it.
    """
    element = array_element(wanted)
    if element is None:
        return converted(value, wanted)
    if isinstance(value, typing.get_origin(wanted)) and value.element is element:
        if is_scratch(wanted):
            value.clear()
        return value
    raise DoesNotCompile(f"{value!r} is no {type_name(wanted)}: convert it explicitly")


def require_apart(values: Iterable[Any], wanted: Iterable[Any]) -> None:
    """Refuse an array that a kernel is to write and is also given under another name."""
    arrays = [(id(v), t) for v, t in zip(values, wanted, strict=True) if isinstance(v, Scratch)]
    times = Counter(array for array, _ in arrays)
    if any(times[array] > 1 and is_scratch(t) for array, t in arrays):
        raise UsageError("a scratch array that is written is given twice: pass an array for each parameter")


def array_element(annotation: Any) -> type[Any] | None:
    """The element type of ``Words[T]`` or ``Scratch[T]``, a word or a struct, else None."""
    if typing.get_origin(annotation) in (Words, Scratch):
        return typing.get_args(annotation)[0]  # type: ignore[no-any-return]
    return None


def is_scratch(annotation: Any) -> bool:
    """Whether the annotation is a ``Scratch[T]``."""
    return typing.get_origin(annotation) is Scratch


def type_name(annotation: Any) -> str:
    """How messages call a type."""
    element = array_element(annotation)
    if element is not None:
        return f"{typing.get_origin(annotation).__name__}[{element.__name__}]"
    return getattr(annotation, "__name__", str(annotation))
