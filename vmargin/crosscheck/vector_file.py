"""Reads vector files strictly: whatever is malformed is named with its place, nothing is skipped."""

from __future__ import annotations

import gzip
import json
import lzma
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vmargin.errors import UsageError
from vmargin.solidity.integers import Word
from vmargin.solidity.signatures import fields, is_struct, type_name

_DECOMPRESSORS = {b"\xfd7zXZ\x00": lzma.decompress, b"\x1f\x8b": gzip.decompress}
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_LONGEST_INTEGER = len(str(-(1 << 255)))


def load(path: Path, broken: Callable[[str], Any] | None = None) -> dict[str, Any]:
    """Read a JSON object from a file, which may be compressed with xz or gzip.

    `broken` reads numbers with a point or an exponent, and raises ValueError where it cannot.
    """
    try:
        raw = path.read_bytes()
        for magic, decompress in _DECOMPRESSORS.items():
            if raw.startswith(magic):
                raw = decompress(raw)
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: the compressed data are damaged: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    try:
        document = json.loads(
            raw.decode(), object_pairs_hook=_distinct, parse_constant=_no_number, parse_float=broken
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"{path}: malformed JSON at {place}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: no UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise UsageError(f"{path}: nested too deeply") from None
    except ValueError as error:
        raise UsageError(f"{path}: malformed JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: the top level is {shown(document)}, expected an object")
    return document


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {shown(twice)} occurs twice in one object")
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def decode(annotation: Any, value: Any, where: str) -> Any:
    """Read an argument of the annotated type: words are decimal strings, structs are lists."""
    if annotation is bool:
        if not isinstance(value, bool):
            raise UsageError(f"{where}: {shown(value)} is no flag: expected true or false")
        return value
    if is_struct(annotation):
        return annotation(*decode_row(fields(annotation), value, where))
    if isinstance(annotation, type) and issubclass(annotation, Word):
        check_integer(value, where)
        if len(value) <= _LONGEST_INTEGER and int(annotation.min) <= int(value) <= int(annotation.max):
            return annotation(int(value))
        raise UsageError(f"{where}: {shown(value)} is out of the range of {annotation.__name__}")
    raise TypeError(f"vector files have no way to write a {type_name(annotation)}")


def decode_row(wanted: dict[str, Any], value: Any, where: str) -> list[Any]:
    """Read a list of values, one for each field."""
    if not isinstance(value, list) or len(value) != len(wanted):
        names = ", ".join(wanted)
        raise UsageError(f"{where}: {shown(value)} is no list of {len(wanted)} values: {names}")
    return [decode(kind, v, f"{where}.{name}") for (name, kind), v in zip(wanted.items(), value, strict=True)]


def check_result(value: Any, where: str) -> None:
    """Refuse a result that no function could have: it is an integer, a flag, or a list of these."""
    for leaf in value if isinstance(value, list) else [value]:
        if not isinstance(leaf, bool):
            check_integer(leaf, where)


def check_integer(value: Any, where: str) -> None:
    """Refuse what is no canonical decimal string."""
    if not isinstance(value, str):
        raise UsageError(f"{where}: {shown(value)} is no integer: expected a decimal string")
    if not _INTEGER.fullmatch(value):
        raise UsageError(f'{where}: {shown(value)} is no integer in canonical form, such as "-12"')


def shown(value: Any) -> str:
    """A value for a message: as JSON, cut short where it is long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 100 else f"{text[:97]}..."
