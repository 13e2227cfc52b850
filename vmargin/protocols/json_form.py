"""Structs of raw integers in JSON: objects by field, integers as decimal strings, one form for each value."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from vmargin.errors import UsageError
from vmargin.solidity.integers import Word
from vmargin.solidity.signatures import fields, is_struct

T = TypeVar("T")

_DECIMAL = re.compile(r"(?:0|-?[1-9][0-9]*)\Z")


def as_json(value: Any) -> Any:
    """Write a word, a NamedTuple, or a tuple of such."""
    if isinstance(value, Word):
        return str(int(value))
    if is_struct(type(value)):
        return {name: as_json(part) for name, part in zip(value._fields, value, strict=True)}
    if isinstance(value, tuple):
        return [as_json(part) for part in value]
    raise UsageError(f"{value!r} has no form in JSON: it is no word, struct or tuple of them")


def from_json(kind: type[T], given: Any, where: str) -> T:
    """Read a value of an annotated type, or say what is wrong and where.

    Parameters
    ----------
    kind
        A word type, a NamedTuple of such kinds, or ``tuple[kind, ...]``.
    given
        What a JSON parser gave.
    where
        What to call it in a message.
    """
    return typing.cast(T, _read(kind, given, where))


def _read(kind: Any, given: Any, where: str) -> Any:
    if is_struct(kind):
        return _struct(kind, given, where)
    if typing.get_origin(kind) is tuple:
        if not isinstance(given, list):
            raise UsageError(f"{where} is {_shown(given)}: it takes a list")
        element = typing.get_args(kind)[0]
        return tuple(_read(element, part, f"{where}[{index}]") for index, part in enumerate(given))
    return _word(kind, given, where)


def _struct(kind: Any, given: Any, where: str) -> Any:
    wanted = fields(kind)
    if not isinstance(given, Mapping):
        raise UsageError(f"{where} is {_shown(given)}: it takes an object with {', '.join(wanted)}")
    for problem, names in (("lacks", wanted.keys() - given.keys()), ("has", given.keys() - wanted.keys())):
        if names:
            cure = "" if problem == "lacks" else f", which is no part of it: it takes {', '.join(wanted)}"
            raise UsageError(f"{where} {problem} {', '.join(sorted(names))}{cure}")
    return kind(*(_read(part, given[name], f"{where}.{name}") for name, part in wanted.items()))


def _word(kind: type[Word], given: Any, where: str) -> Word:
    """A decimal string; a JSON number too, as far as it is an integer that every parser keeps."""
    if type(given) is int and abs(given) < 2**53:
        given = str(given)
    if not isinstance(given, str) or len(given) > 80 or not _DECIMAL.match(given):
        raise UsageError(f"{where} is {_shown(given)}: it takes an integer as a decimal string")
    value = int(given)
    if not int(kind.min) <= value <= int(kind.max):
        raise UsageError(f"{where} is {given}, which is no {kind.__name__}")
    return kind(value)


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
