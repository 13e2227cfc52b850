"""Numbers as a file of cases writes them, exactly: decimals, rationals and JSON numbers by their text."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_RATIONAL = re.compile(r"-?[0-9]+/[0-9]*[1-9][0-9]*")
_LONGEST = 1000


def json_number(text: str) -> Decimal:
    """A JSON number with a point or an exponent, by its text; ValueError where it is beyond reason."""
    if len(text) > _LONGEST or not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text[:40]} is a number out of range")
    return Decimal(text)


def number(value: Any) -> Fraction | None:
    """The number that a JSON value is, or None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal | Fraction):
        return Fraction(value)
    if isinstance(value, str) and len(value) <= _LONGEST:
        if _DECIMAL.fullmatch(value) or _RATIONAL.fullmatch(value):
            return Fraction(value)
    return None


def places(value: Any) -> int:
    """How many decimals a number is written with."""
    text = str(value)
    if "/" in text:
        return 0
    exponent = Decimal(text).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def rounded(x: Fraction, decimals: int) -> Fraction:
    """To the nearest, halves away from zero."""
    scaled = abs(x) * 10**decimals
    nearest = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**decimals)
    return -nearest if x < 0 else nearest


def unit(*numbers: Fraction) -> int:
    """The least number that makes all of them whole."""
    return lcm(*(x.denominator for x in numbers))


def written(value: Any) -> Any:
    """A result in the words of a file: decimals where they end, else a rational."""
    if isinstance(value, dict):
        return {key: written(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [written(v) for v in value]
    if isinstance(value, bool) or value is None:
        return value
    if not isinstance(value, int | Fraction | Decimal):
        return str(value)
    x = Fraction(value)
    for decimals in range(40):
        if 10**decimals % x.denominator == 0:
            digits = str(abs(x.numerator) * (10**decimals // x.denominator)).rjust(decimals + 1, "0")
            sign = "-" if x < 0 else ""
            return f"{sign}{digits[: len(digits) - decimals]}" + (
                f".{digits[-decimals:]}" if decimals else ""
            )
    return f"{x.numerator}/{x.denominator}"
