"""Values of the ABI's types as people write them: text to value, value to text and to JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from vmargin.chain import wire
from vmargin.errors import UsageError
from vmargin.solidity.reverts import argument_types

_DECIMAL = re.compile(r"(-?)(\d+(?:_\d+)*)(?:\.(\d+(?:_\d+)*))?(?:[eE]\+?(\d{1,3}))?\Z", re.ASCII)
_HEXADECIMAL = re.compile(r"(-?)0[xX]([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)\Z")
_BYTES = re.compile(r"0x((?:[0-9a-fA-F]{2})*)\Z")
_BRACKETS = {"[": "]", "(": ")"}


def parse(kind: str, text: str, *, nested: bool = False) -> Any:
    """Read a value of a type.

    Parameters
    ----------
    kind
        A type in the ABI's own spelling, such as ``uint256`` or ``(address,int8[2])[]``.
    text
        Integers as in ``1_000``, ``0xff``, ``-1.5e18``; ``true`` and ``false``; bytes and addresses in
        hexadecimal; arrays as in ``[1, 2]`` and tuples as in ``(1, 0xab)``.
    nested
        Whether a string may stand in quotation marks, as within an array; elsewhere it is taken as it is.
    """
    if kind == "string":
        return _string(text.strip()) if nested else text
    text = text.strip()
    if kind.endswith("]"):
        inner, _, length = kind[:-1].rpartition("[")
        items = _items(text, "[", kind)
        if length and len(items) != int(length):
            raise UsageError(f"{shown(text)} is no {kind}: it has {len(items)} elements")
        return [parse(inner, item, nested=True) for item in items]
    if kind.startswith("("):
        kinds, items = argument_types("f" + kind), _items(text, "(", kind)
        if len(items) != len(kinds):
            raise UsageError(f"{shown(text)} is no {kind}: it has {len(items)} members")
        return tuple(parse(inner, item, nested=True) for inner, item in zip(kinds, items, strict=True))
    if kind == "bool":
        if text not in ("true", "false"):
            raise UsageError(f"{shown(text)} is no bool: write true or false")
        return text == "true"
    if kind == "address":
        return wire.given_address(text)
    if kind.startswith("bytes"):
        return _bytes(kind, text)
    return _integer(kind, text)


def write(kind: str, value: Any) -> str:
    """Write a value of a type for people; what is written can be parsed as part of an array."""
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return f"[{', '.join(write(inner, item) for item in value)}]"
    if kind.startswith("("):
        kinds = argument_types("f" + kind)
        return f"({', '.join(write(inner, item) for inner, item in zip(kinds, value, strict=True))})"
    plain = as_json(kind, value)
    if kind == "string":
        return json.dumps(value, ensure_ascii=not value.isprintable())
    return json.dumps(plain) if isinstance(plain, bool) else str(plain)


def as_json(kind: str, value: Any) -> Any:
    """Write a value of a type as JSON: integers as decimal strings, since many readers round numbers."""
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return [as_json(inner, item) for item in value]
    if kind.startswith("("):
        kinds = argument_types("f" + kind)
        return [as_json(inner, item) for inner, item in zip(kinds, value, strict=True)]
    if kind == "address":
        return wire.checksummed(value)
    if kind.startswith("bytes"):
        return wire.to_data(value)
    return value if kind in ("bool", "string") else str(int(value))


def from_json(kind: str, given: Any) -> Any:
    """Read what :func:`as_json` writes; arrays become tuples."""
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return tuple(from_json(inner, item) for item in given)
    if kind.startswith("("):
        kinds = argument_types("f" + kind)
        return tuple(from_json(inner, item) for inner, item in zip(kinds, given, strict=True))
    if kind in ("bool", "string"):
        if not isinstance(given, bool if kind == "bool" else str):
            raise UsageError(f"{given!r} is no {kind}")
        return given
    if not isinstance(given, str):
        raise UsageError(f"{given!r} is no {kind}: write it as a string")
    return parse(kind, given)


def shown(text: str) -> str:
    """Text for a message, cut short where it is long."""
    return repr(text) if len(text) <= 80 else f"{text[:60]!r}… ({len(text)} characters)"


def _integer(kind: str, text: str) -> int:
    bits = int(kind.lstrip("uint"))
    low, high = (0, (1 << bits) - 1) if kind[0] == "u" else (-1 << (bits - 1), (1 << (bits - 1)) - 1)
    number = _number(text) if len(text) <= 1000 else None
    if number is None:
        raise UsageError(f"{shown(text)} is no {kind}: write an integer, as in 1000, 1_000, 0x3e8 or 1e3")
    if not low <= number <= high:
        raise UsageError(f"{shown(text)} is out of the range of {kind}, which is {low} to {high}")
    return number


def _number(text: str) -> int | None:
    """Read an integer; None where the text is none, or is a fraction."""
    if found := _HEXADECIMAL.match(text):
        number = int(found.group(2), 16)
    elif found := _DECIMAL.match(text):
        _, whole, fraction, exponent = found.groups(default="")
        fraction = fraction.replace("_", "").rstrip("0")
        shift = int(exponent or 0) - len(fraction)
        if shift < 0:
            return None
        number = int(whole.replace("_", "") + fraction) * 10**shift
    else:
        return None
    return -number if found.group(1) else number


def _bytes(kind: str, text: str) -> bytes:
    found = _BYTES.match(text)
    if found is None:
        raise UsageError(f"{shown(text)} is no {kind}: write 0x and two hexadecimal digits for each byte")
    raw = bytes.fromhex(found.group(1))
    if kind != "bytes" and len(raw) != int(kind[5:]):
        raise UsageError(f"{shown(text)} is no {kind}: it has {len(raw)} bytes")
    return raw


def _string(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        raise UsageError(
            f"{shown(text)} is no string: a quotation mark within it takes a backslash"
        ) from None
    return str(value)


def _items(text: str, opening: str, kind: str) -> list[str]:
    """``"[1, (2, 3)]"`` to ``["1", "(2, 3)"]``."""
    closing = _BRACKETS[opening]
    if not (text.startswith(opening) and text.endswith(closing)):
        example = "[1, 2]" if opening == "[" else "(1, 2)"
        raise UsageError(f"{shown(text)} is no {kind}: write it in brackets, as in {example}")
    inner = text[1:-1]
    if not inner.strip():
        return []
    items, start, expected, quoted, escaped = [], 0, "", False, False
    for at, char in enumerate(inner):
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in _BRACKETS:
            expected += _BRACKETS[char]
        elif char in _BRACKETS.values():
            if not expected.endswith(char):
                raise UsageError(f"{shown(text)} is no {kind}: a {char} there closes nothing")
            expected = expected[:-1]
        elif char == "," and not expected:
            items.append(inner[start:at].strip())
            start = at + 1
    if expected or quoted:
        raise UsageError(
            f"{shown(text)} is no {kind}: it lacks a closing {expected[-1:] or 'quotation mark'}"
        )
    items.append(inner[start:].strip())
    if "" in items:
        raise UsageError(f"{shown(text)} is no {kind}: there is nothing before or after one of its commas")
    return items
