"""Numbers found in the code of both sides: thresholds, ends of domains and scales, each worth a try."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

from vmargin.crosscheck import bias
from vmargin.solidity.kernel import Kernel

_LEAST = 1 << 16
"""Below it are jump destinations, offsets and lengths; what is worth a try there is drawn anyway."""
_NOT = 0x19
_FUNCTIONS = 200
"""Of plain Python that are looked into."""
_NESTED = 64
"""Elements of a list or a tuple that are looked at."""


def mined(mirror: Callable[..., Any], code: bytes = b"") -> list[int]:
    """The numbers that a mirror names, and those that a contract's code pushes."""
    found = set(bias.constants(mirror)) if isinstance(mirror, Kernel) else set(_named(mirror))
    for word in pushed(code):
        signed = word - (1 << 256) if word >> 255 else word
        found.update(value for value in (word, signed) if abs(value) >= _LEAST)
    return sorted(found)


def pushed(code: bytes) -> Iterator[int]:
    """The words that bytecode puts on the stack, a small negative one by its complement and a NOT."""
    position = 0
    while position < len(code):
        size = code[position] - 0x5F
        position += 1
        if 1 <= size <= 32:
            word = int.from_bytes(code[position : position + size], "big")
            position += size
            yield (1 << 256) - 1 - word if code[position : position + 1] == bytes([_NOT]) else word


def _named(mirror: Callable[..., Any]) -> Iterator[int]:
    """The numbers of a plain function and of those that it names."""
    queue = [mirror]
    seen: set[types.CodeType] = set()
    for function in queue:  # which grows
        code = getattr(function, "__code__", None)
        if code is None or code in seen or len(seen) > _FUNCTIONS:
            continue
        seen.add(code)
        names = getattr(function, "__globals__", {})
        for value in _values(code):
            yield from _numbers(value)
        for name in code.co_names:
            value = names.get(name)
            if callable(value) and hasattr(value, "__code__"):
                queue.append(value)
            else:
                yield from _numbers(value)


def _values(code: types.CodeType) -> Iterator[Any]:
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield from _values(value)
        else:
            yield value


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        yield from (int(value), -int(value))
    elif isinstance(value, list | tuple | frozenset):
        for part in list(value)[:_NESTED]:
            yield from _numbers(part)
