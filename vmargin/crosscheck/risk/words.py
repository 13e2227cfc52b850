"""Exact numbers as the words that kernels take, and their words as exact numbers."""

from __future__ import annotations

from fractions import Fraction

from vmargin.crosscheck.risk.given import InexpressibleError

WAD = 10**18
_LARGEST = 1 << 200


def word(x: Fraction, scale: int, what: str) -> int:
    """The number times a scale, if that is whole."""
    scaled = x * scale
    if scaled.denominator != 1:
        raise InexpressibleError(f"{what} {x} is finer than 1/{scale}")
    if abs(scaled) >= _LARGEST:
        raise InexpressibleError(f"{what} is too large for a word")
    return scaled.numerator


def wad(x: Fraction, what: str) -> int:
    """With 18 decimals, all that there are."""
    return word(x, WAD, what)


def nearest_wad(x: Fraction, what: str) -> int:
    """With 18 decimals, of what need not end: a root, an exponent."""
    return word(Fraction(round(x * WAD), WAD), WAD, what)


def bps(x: Fraction, what: str) -> int:
    """In basis points."""
    return word(x, 10_000, what)


def unrounded(exact: Fraction, floored: int) -> Fraction:
    """The exact number, where a kernel's word with 18 decimals is what is left of it by rounding down."""
    return exact if exact * WAD // 1 == floored else Fraction(floored, WAD)
