"""The exact functions that Solady's branch-free tricks stand for, over fractions and balls alike."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from vmargin.solidity import exact

WAD = 10**18
UINT256_MAX = 2**256 - 1


def distance(x: Any, y: Any) -> Any:
    """`|x - y|`."""
    return abs(x - y)


def clamped(x: Any, low: Any, high: Any) -> Any:
    """`x` raised to `low` first and lowered to `high` then, as Solady's `clamp` orders it."""
    return exact.minimum(exact.maximum(x, low), high)


def quotient(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where `y` is 0, as the opcodes have it."""
    return x / y if y != 0 else Fraction(0)


def compounded(x: Any, y: Any, base: Any) -> Any:
    """`(x / base)^y * base`; 0 where `base` is 0."""
    return exact.power(x / base, y) * base if base != 0 else Fraction(0)


def logarithm(x: Any, base: int) -> Any:
    """The logarithm in base 10 or a power of two, rational where it is whole; 0 for 0, as Solady has it."""
    if x == 0:
        return Fraction(0)
    return exact.log10(x) if base == 10 else exact.log2(x) / (base.bit_length() - 1)


def interpolated(a: Any, b: Any, t: Any, begin: Any, end: Any) -> Any:
    """The line through `(begin, a)` and `(end, b)` at `t`, level outside; a step where they coincide."""
    if begin > end:
        t, begin, end = -t, -begin, -end
    if t <= begin:
        return a
    if t >= end:
        return b
    return a + (b - a) * (t - begin) / (end - begin)
