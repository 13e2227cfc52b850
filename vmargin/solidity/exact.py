"""Exact values beside Solidity's integers: fractions, and balls from the first transcendental on.

A ball is an interval that is certain to hold the true value, computed at the precision in force
(`precision`).  What a ball cannot decide raises :class:`Undecided` and is never guessed.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from vmargin.errors import MissingExtra, VmarginError

DEFAULT_BITS = 384
FRACTION_BITS = 1 << 13
"""A fraction whose terms grow beyond this goes on as a ball."""
_EXPONENT_LIMIT = 1 << 16

_bits = ContextVar("_bits", default=DEFAULT_BITS)


class Undecided(VmarginError):
    """A ball straddles the point on which a decision hangs: more precision is needed."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute balls with this many bits inside the block."""
    token = _bits.set(bits)
    try:
        yield
    finally:
        _bits.reset(token)


@cache
def _flint() -> Any:
    try:
        import flint
    except ImportError:
        raise MissingExtra("python-flint", "exact", "an exact value beyond the rationals") from None
    return flint


class Ball:
    """A real number known to lie in an interval; mixes with ints and fractions, not with floats."""

    __slots__ = ("arb",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, arb: Any) -> None:
        self.arb = arb

    def __add__(self, other: Any) -> Any:
        return _apply(operator.add, self, other)

    def __sub__(self, other: Any) -> Any:
        return _apply(operator.sub, self, other)

    def __mul__(self, other: Any) -> Any:
        return _apply(operator.mul, self, other)

    def __truediv__(self, other: Any) -> Any:
        return _apply(_quotient, self, other)

    def __radd__(self, other: Any) -> Any:
        return _apply(operator.add, other, self)

    def __rsub__(self, other: Any) -> Any:
        return _apply(operator.sub, other, self)

    def __rmul__(self, other: Any) -> Any:
        return _apply(operator.mul, other, self)

    def __rtruediv__(self, other: Any) -> Any:
        return _apply(_quotient, other, self)

    def __pow__(self, exponent: Any) -> Any:
        return power(self, exponent) if isinstance(exponent, (int, Fraction, Ball)) else NotImplemented

    def __rpow__(self, base: Any) -> Any:
        # A Fraction would arrive here as a float, its digits lost: `power(x, y)` takes it whole.
        return power(base, self) if isinstance(base, int) else NotImplemented

    def __neg__(self) -> Any:
        return _apply(operator.neg, self)

    def __abs__(self) -> Any:
        return _apply(operator.abs, self)

    def __lt__(self, other: Any) -> bool:
        return _decided(self, other) < 0

    def __le__(self, other: Any) -> bool:
        return _decided(self, other) <= 0

    def __gt__(self, other: Any) -> bool:
        return _decided(self, other) > 0

    def __ge__(self, other: Any) -> bool:
        return _decided(self, other) >= 0

    def __eq__(self, other: object) -> bool:
        return _decided(self, other) == 0

    def __bool__(self) -> bool:
        return _decided(self, 0) != 0

    def __float__(self) -> float:
        return float(self.arb)

    def __repr__(self) -> str:
        return f"Ball({self.arb.str(20)})"


Exact: TypeAlias = "Fraction | Ball"
"""What an exact value may be."""
Real: TypeAlias = "int | Fraction | Ball"


def _arb(x: Any) -> Any:
    if isinstance(x, Ball):
        return x.arb
    arb = _flint().arb
    return arb(x.numerator) / x.denominator if isinstance(x, Fraction) else arb(int(x))


def _apply(function: Callable[..., Any], *operands: Any) -> Any:
    """Apply a function of arbs at the precision in force, leaving python-flint's own untouched."""
    if not all(isinstance(x, (Ball, int, Fraction)) for x in operands):
        return NotImplemented
    context = _flint().ctx
    before = context.prec
    context.prec = _bits.get()
    try:
        return Ball(function(*map(_arb, operands)))
    finally:
        context.prec = before


def _quotient(a: Any, b: Any) -> Any:
    if b.is_zero():
        raise ZeroDivisionError("division of a ball by 0")
    if b.contains(0):
        raise Undecided(f"whether the divisor {b} is 0")
    return a / b


def _ball(function: Callable[..., Any], *operands: Real) -> Ball:
    made = _apply(function, *operands)
    if not isinstance(made, Ball):
        raise TypeError(f"{operands!r} are not all exact: give ints, fractions or balls")
    return made


def fraction(x: Real) -> Exact:
    """Make ints (and words) fractions; leave the rest."""
    return Fraction(int(x)) if isinstance(x, int) else x


def ball(x: Real) -> Ball:
    """The number as a ball at the precision in force."""
    return _ball(operator.pos, x)


def bounded(x: Exact) -> Exact:
    """Turn a fraction with very long terms into a ball, so that long chains stay affordable."""
    if isinstance(x, Fraction) and x.denominator.bit_length() + x.numerator.bit_length() > FRACTION_BITS:
        return ball(x)
    return x


def sign(x: Real) -> int | None:
    """-1, 0 or 1, or None where the ball does not say."""
    if not isinstance(x, Ball):
        return (x > 0) - (x < 0)
    if x.arb > 0:
        return 1
    if x.arb < 0:
        return -1
    return 0 if x.arb.is_zero() else None


def compare(x: Real, y: Real) -> int | None:
    """The sign of x - y, or None where the balls do not say."""
    return 0 if x is y else sign(fraction(x) - fraction(y))


def _decided(x: Any, y: Any) -> int:
    found = compare(x, y)
    if found is None:
        raise Undecided(f"the order of {x!r} and {y!r}")
    return found


def is_finite(x: Exact) -> bool:
    """Whether the value is a number within 2^65536: a ball may have none or be unbounded."""
    if not isinstance(x, Ball):
        return True
    return bool(x.arb.is_finite()) and int(x.arb.abs_upper().man_exp()[1]) < _EXPONENT_LIMIT


def bounds(x: Exact) -> tuple[Fraction, Fraction]:
    """Two fractions between which the value lies; equal ones where it is known exactly."""
    if isinstance(x, Fraction):
        return x, x
    with precision(max(_bits.get(), x.arb.bits()) + 64):
        low, high = (_apply(end, x).arb for end in (lambda a: a.lower(), lambda a: a.upper()))
    return _dyadic(low, math.floor), _dyadic(high, math.ceil)


def _dyadic(end: Any, outward: Callable[[Fraction], int]) -> Fraction:
    """The end of a ball; one too close to 0 to be written out is moved outward."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    if exponent >= -2 * _EXPONENT_LIMIT:
        return mantissa * Fraction(2) ** exponent
    return outward(Fraction(mantissa, 1 << (mantissa.bit_length() + 1))) * Fraction(1, 1 << _EXPONENT_LIMIT)


def truncated(x: Exact) -> int | None:
    """The integer part, toward zero, or None where the ball does not say."""
    low, high = (math.trunc(end) for end in bounds(x))
    return low if low == high else None


def approximate(x: Exact, digits: int = 6) -> str:
    """A decimal number with a few significant digits, for people to read."""
    if isinstance(x, Ball):
        return str(x.arb.str(digits, radius=sign(x) is None))
    if x.denominator == 1 and abs(x) < 10**digits:
        return str(x.numerator)
    return str(Context(prec=digits).divide(Decimal(x.numerator), Decimal(x.denominator)))


def minimum(x: Real, y: Real) -> Exact:
    """The smaller one; a ball holds it even where it does not say which."""
    if isinstance(x, Ball) or isinstance(y, Ball):
        return _ball(lambda a, b: a.min(b), x, y)
    return min(fraction(x), fraction(y))


def maximum(x: Real, y: Real) -> Exact:
    """The larger one; a ball holds it even where it does not say which."""
    if isinstance(x, Ball) or isinstance(y, Ball):
        return _ball(lambda a, b: a.max(b), x, y)
    return max(fraction(x), fraction(y))


def exp(x: Real) -> Exact:
    """Euler's number to the x."""
    x = fraction(x)
    if isinstance(x, Fraction) and x == 0:
        return Fraction(1)
    return _ball(lambda a: a.exp(), x)


def exp2(x: Real) -> Exact:
    """2 to the x."""
    return power(2, x)


def ln(x: Real) -> Exact:
    """The natural logarithm."""
    x = fraction(x)
    _require(x, 1, "a logarithm")
    if isinstance(x, Fraction) and x == 1:
        return Fraction(0)
    return _ball(lambda a: a.log(), x)


def log2(x: Real) -> Exact:
    """The binary logarithm."""
    x = fraction(x)
    _require(x, 1, "a logarithm")
    if isinstance(x, Fraction):
        up, down = x.numerator.bit_length() - 1, x.denominator.bit_length() - 1
        if x == Fraction(2) ** (up - down):
            return Fraction(up - down)
    return _ball(lambda a: a.log() / _flint().arb(2).log(), x)


def log10(x: Real) -> Exact:
    """The decimal logarithm."""
    x = fraction(x)
    _require(x, 1, "a logarithm")
    if isinstance(x, Fraction):
        # log10(2) is about 0.30103
        near = (x.numerator.bit_length() - x.denominator.bit_length()) * 30103 // 100_000
        for whole in (near - 1, near, near + 1):
            if x == Fraction(10) ** whole:
                return Fraction(whole)
    return _ball(lambda a: a.log() / _flint().arb(10).log(), x)


def lambert_w(x: Real) -> Exact:
    """The principal branch of Lambert's W: the w, at least -1, of which w e^w is x."""
    x = fraction(x)
    if isinstance(x, Fraction) and x == 0:
        return Fraction(0)
    return _ball(lambda a: a.lambertw(), x)


def sqrt(x: Real) -> Exact:
    """The square root."""
    x = fraction(x)
    _require(x, 0, "a square root")
    rational = None if isinstance(x, Ball) else _rational_root(x, 2)
    return _ball(lambda a: a.sqrt(), x) if rational is None else rational


def cbrt(x: Real) -> Exact:
    """The cube root, odd as the function is."""
    x = fraction(x)
    side = sign(x)
    if side is None:
        raise Undecided(f"the sign of {x!r}, of which a cube root is taken")
    if side < 0:
        return -cbrt(-x)
    rational = None if isinstance(x, Ball) else _rational_root(x, 3)
    return _ball(lambda a: a.root(3), x) if rational is None else rational


def power(x: Real, y: Real) -> Exact:
    """X to the y: any x for a whole y, else a positive one."""
    x, y = fraction(x), fraction(y)
    if isinstance(y, Fraction):
        if isinstance(x, Fraction):
            rational = _rational_power(x, y)
            if rational is not None:
                return rational
        if y.denominator == 1:
            if y < 0:
                return 1 / power(x, -y)
            return _ball(lambda a: a ** int(y), x)
    if sign(x) == 0 and sign(y) == 1:
        return Fraction(0)
    _require(x, 1, "a power with a broken exponent")
    return _ball(operator.pow, x, y)


def normal_cdf(x: Real) -> Exact:
    """The chance that a standard normal variable is at most x."""
    x = fraction(x)
    if isinstance(x, Fraction) and x == 0:
        return Fraction(1, 2)
    return _ball(lambda a: (-a / _flint().arb(2).sqrt()).erfc() / 2, x)


def normal_pdf(x: Real) -> Ball:
    """The density of a standard normal variable at x."""
    return _ball(lambda a: (-a * a / 2).exp() / (2 * _flint().arb.pi()).sqrt(), x)


def _require(x: Real, least: int, what: str) -> None:
    """Raise unless the sign of x is certain to be at least 0 or 1."""
    side = sign(x)
    if side is None:
        raise Undecided(f"the sign of {x!r}, of which {what} is taken")
    if side < least:
        raise ValueError(f"{what} of {x!r} is no real number")


def _rational_root(x: Fraction, k: int) -> Fraction | None:
    """The k-th root of x >= 0 where it is rational."""
    top, bottom = _integer_root(x.numerator, k), _integer_root(x.denominator, k)
    return None if top is None or bottom is None else Fraction(top, bottom)


def _integer_root(n: int, k: int) -> int | None:
    """The k-th root of n >= 0 where it is whole."""
    if k == 2:
        root = math.isqrt(n)
    else:
        root, above = 0, 1 << (n.bit_length() // k + 1)
        while above - root > 1:
            middle = (root + above) // 2
            root, above = (middle, above) if middle**k <= n else (root, middle)
    return root if root**k == n else None


def _rational_power(x: Fraction, y: Fraction) -> Fraction | None:
    """`x ** y` where it is rational and of a sensible size."""
    if x == 1 or y == 0:
        return Fraction(1)
    if y.denominator > 64 or (x <= 0 and y.denominator != 1):
        return None
    size = max(x.numerator.bit_length(), x.denominator.bit_length())
    if size * abs(y.numerator) > FRACTION_BITS * y.denominator:
        return None
    root = x if y.denominator == 1 else _rational_root(x, y.denominator)
    return None if root is None else root**y.numerator
