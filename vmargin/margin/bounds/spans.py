"""Integers known to lie between two bounds, structs and arrays of them, and what operations make of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vmargin.errors import DoesNotCompile


class Span(NamedTuple):
    """All integers from `low` to `high`, of a word type, `bool` (0 and 1) or plain `int`."""

    low: int
    high: int
    kind: type

    def joined(self, other: Span) -> Span:
        """The least span that holds both."""
        return Span(min(self.low, other.low), max(self.high, other.high), self.kind)


class Struct(NamedTuple):
    """A NamedTuple of spans."""

    names: tuple[str, ...]
    values: tuple[Span, ...]


@dataclass(eq=False)
class Array:
    """What an array holds, place by place."""

    cells: list[Any]


Value = Span | Struct | Array
Env = dict[str, Value]


def join(a: Value, b: Value) -> Value:
    """What may be either."""
    if isinstance(a, Span) and isinstance(b, Span):
        return a.joined(b)
    if isinstance(a, Struct) and isinstance(b, Struct):
        pairs = zip(a.values, b.values, strict=True)
        return Struct(a.names, tuple(x.joined(y) for x, y in pairs))
    if a is b:
        return a
    raise DoesNotCompile("two arrays under one name")


def join_envs(envs: Sequence[Env]) -> Env | None:
    """What holds after any of several paths; names that not all assign are gone."""
    if not envs:
        return None
    first, *others = envs
    for other in others:
        first = {n: v if other[n] is v else join(v, other[n]) for n, v in first.items() if n in other}
    return first


def truth(low: bool, high: bool) -> Span:
    """A bool that is at least `low` and at most `high`."""
    return Span(int(low), int(high), bool)


def divided(rounded: Callable[[int, int], int]) -> Callable[..., Span]:
    """Of a division that is rounded so, by a positive number."""

    def divide(x: Span, divisor: Span) -> Span:
        ends = [rounded(a, b) for a in (x.low, x.high) for b in (max(1, divisor.low), divisor.high)]
        return Span(min(ends), max(ends), x.kind)

    return divide


def _corners(function: Callable[[int, int], int]) -> Callable[[Span, Span], tuple[int, int]]:
    def ends(a: Span, b: Span) -> tuple[int, int]:
        found = [function(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        return min(found), max(found)

    return ends


def _quotient(a: Span, b: Span) -> tuple[int, int]:
    """Truncated; a divisor of zero panics."""
    divisors = [y for y in (b.low, b.high) if y] + ([1] if b.low <= 0 < b.high else [])
    found = [abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1) for x in (a.low, a.high) for y in divisors]
    return min(found), max(found)


def _remainder(a: Span, b: Span) -> tuple[int, int]:
    if a.low == a.high and b.low == b.high and a.low >= 0:
        return a.low % b.low, a.low % b.low
    most = max(abs(b.low), abs(b.high)) - 1
    return (0 if a.low >= 0 else -most), most


def _bits(function: Callable[[int, int], int]) -> Callable[[Span, Span], tuple[int, int]]:
    """Of words without a sign: all bits that either may have, where they are not known."""

    def ends(a: Span, b: Span) -> tuple[int, int]:
        if a.low == a.high and b.low == b.high:
            return (function(a.low, b.low),) * 2
        return 0, (1 << max(a.high, b.high).bit_length()) - 1

    return ends


OPERATIONS: dict[type, tuple[str, Callable[[Span, Span], tuple[int, int]]]] = {
    ast.Add: ("+", _corners(lambda x, y: x + y)),
    ast.Sub: ("-", _corners(lambda x, y: x - y)),
    ast.Mult: ("*", _corners(lambda x, y: x * y)),
    ast.Div: ("/", _quotient),
    ast.Mod: ("%", _remainder),
    ast.LShift: ("<<", _corners(lambda x, y: x << y)),
    ast.RShift: (">>", _corners(lambda x, y: x >> y)),
    ast.BitAnd: ("&", _bits(lambda x, y: x & y)),
    ast.BitOr: ("|", _bits(lambda x, y: x | y)),
}
OPPOSITES: dict[type, type] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
MIRRORED: dict[type, type] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq,
}  # fmt: skip


def compared(op: type, a: Span, b: Span) -> Span:
    """What the comparison may come to."""
    if op in (ast.Gt, ast.GtE):
        op, a, b = MIRRORED[op], b, a
    if op is ast.Lt:
        return truth(a.high < b.low, a.low < b.high)
    if op is ast.LtE:
        return truth(a.high <= b.low, a.low <= b.high)
    equal = truth(a.low == a.high == b.low == b.high, a.low <= b.high and b.low <= a.high)
    return equal if op is ast.Eq else truth(not equal.high, not equal.low)


def limited(x: Span, op: type, other: Span) -> Span:
    """The part of `x` of which the comparison may hold."""
    low, high = x.low, x.high
    if op is ast.Lt:
        high = min(high, other.high - 1)
    elif op is ast.LtE:
        high = min(high, other.high)
    elif op is ast.Gt:
        low = max(low, other.low + 1)
    elif op is ast.GtE:
        low = max(low, other.low)
    elif op is ast.Eq:
        low, high = max(low, other.low), min(high, other.high)
    elif other.low == other.high:
        low += low == other.low
        high -= high == other.low
    return Span(low, high, x.kind)
