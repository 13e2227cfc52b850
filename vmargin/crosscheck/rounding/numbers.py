"""Errors as numbers: exact fractions where they are exact, else the end of the ball that is certain."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from typing import Any

from vmargin.crosscheck.inputs import Case
from vmargin.solidity.exact import Exact, bounds

DIGITS = 12
LONGEST_BITS = 1024
MILLION = 10**6


def least(x: Exact) -> Fraction:
    """What the number is at least in magnitude, with its sign; 0 where the sign is open."""
    if isinstance(x, Fraction):
        return x
    low, high = bounds(x)
    return low if low > 0 else high if high < 0 else Fraction(0)


def relative(error: Exact, exact: Exact) -> Fraction | None:
    """The error in parts per million of the exact value, or None where that is 0 or may be."""
    divisor = least(exact)
    return None if divisor == 0 else least(error) * MILLION / abs(divisor)


def decade(x: Exact) -> int | None:
    """The power of ten at or below the magnitude of a number of at least 1, else None."""
    whole = int(abs(least(x)))
    if not whole:
        return None
    power = (whole.bit_length() - 1) * 30_102 // 100_000  # log10(2), cut
    while 10 ** (power + 1) <= whole:
        power += 1
    return power


def decimal(x: Fraction) -> str:
    """A number to twelve significant digits, cut: what is less than 1 is not shown as 1."""
    return _cut(x, DIGITS)


def short(x: Fraction) -> str:
    """A number to four significant digits, cut, for a table."""
    return _cut(x, 4).replace("E+", "e").replace("E", "e")


def _cut(x: Fraction, digits: int) -> str:
    if x.denominator == 1 and abs(x) < 10**DIGITS:
        return str(x.numerator)
    cut = Context(prec=digits, rounding=ROUND_DOWN).divide(Decimal(x.numerator), Decimal(x.denominator))
    return str(cut)


def number_json(x: Fraction) -> dict[str, str]:
    """A number both ways; ends of balls have no short fraction, and are given by their digits alone."""
    if x.numerator.bit_length() + x.denominator.bit_length() > LONGEST_BITS:
        return {"decimal": decimal(x)}
    return {"decimal": decimal(x), "fraction": str(x)}


def case_json(case: Case) -> Any:
    """A case in JSON's types, integers as decimal strings."""
    if isinstance(case, tuple | list):
        return [case_json(part) for part in case]
    if isinstance(case, bool) or case is None:
        return case
    return f"0x{case.hex()}" if isinstance(case, bytes) else str(case)


def case_text(case: Case) -> str:
    """A case as Python writes it, to be pasted into a call."""
    if isinstance(case, tuple | list):
        inner = ", ".join(map(case_text, case))
        return f"({inner},)" if len(case) == 1 else f"({inner})"
    return str(int(case)) if isinstance(case, int) and not isinstance(case, bool) else repr(case)
