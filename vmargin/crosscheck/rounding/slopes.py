"""Numbers known by their ends, and by the sign with which each rounding enters them.

The rules are those by which the shadow reading splits an error, taken over intervals: a sign that is stated
is that of every run in which the operands lie within their ends.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

End: TypeAlias = "int | Fraction | float"
"""A rational, or an infinity."""

Signs: TypeAlias = Mapping[Any, int | None]
"""1 where a larger rounded value never makes the number smaller, -1 never larger, None where unknown."""


@dataclass(frozen=True)
class Ends:
    """Between what a number lies, both included."""

    low: End
    high: End

    def __add__(self, other: Ends) -> Ends:
        return Ends(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Ends:
        return Ends(-self.high, -self.low)

    def __mul__(self, other: Ends) -> Ends:
        corners = [_product(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Ends(min(corners), max(corners))

    def inverse(self) -> Ends:
        """One divided by it, where it is not 0; anything, where it may be."""
        if self.low <= 0 <= self.high:
            return EVERYTHING
        return Ends(*(Fraction(0) if math.isinf(e) else 1 / Fraction(e) for e in (self.high, self.low)))

    def within(self, low: End, high: End) -> Ends:
        """What of it is within other ends, or these where that is nothing."""
        ends = Ends(max(self.low, low), min(self.high, high))
        return ends if ends.low <= ends.high else Ends(low, high)

    def joined(self, other: Ends) -> Ends:
        """The ends of both."""
        return Ends(min(self.low, other.low), max(self.high, other.high))

    @property
    def sign(self) -> int | None:
        """1 if it is never below 0, -1 if never above, 0 if it is 0, None if it may be either."""
        if self.low == self.high == 0:
            return 0
        return 1 if self.low >= 0 else -1 if self.high <= 0 else None

    def truncated(self) -> Ends:
        """Its integer part, toward 0."""
        return Ends(*(e if isinstance(e, float) else math.trunc(e) for e in (self.low, self.high)))


EVERYTHING = Ends(-math.inf, math.inf)


def _product(a: End, b: End) -> End:
    if a == 0 or b == 0:
        return 0
    if math.isinf(a) or math.isinf(b):
        return math.inf if (a > 0) == (b > 0) else -math.inf
    return Fraction(a) * Fraction(b)


@dataclass(frozen=True, eq=False)
class Sloped:
    """A number: its integer, the exact value beside it, and the signs of the roundings that are in it.

    It computes with its like and with ints and fractions, so that a truth may be asked for the signs of its
    arguments; anything else that is asked of it is an error.  `wraps` says that it may be beyond its word.
    """

    integer: Ends
    exact: Ends
    signs: Signs = field(default_factory=dict)
    wraps: bool = False

    def __eq__(self, other: object) -> bool:
        raise TypeError("of a number that is known by its ends only it is not known what it equals")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError("of a number that is known by its ends only it is not known whether it is 0")

    @classmethod
    def clean(cls, low: End, high: End) -> Sloped:
        """A number in which no rounding is."""
        return cls(Ends(low, high), Ends(low, high))

    @property
    def middle(self) -> Ends:
        """Halfway between the integer and the exact value."""
        half = Fraction(1, 2)
        return self.integer if not self.signs else (self.integer + self.exact) * Ends(half, half)

    def __add__(self, other: Any) -> Sloped:
        other = sloped(other)
        signs = _merged(self.signs, other.signs)
        wraps = self.wraps or other.wraps
        return Sloped(self.integer + other.integer, self.exact + other.exact, signs, wraps)

    def __neg__(self) -> Sloped:
        return Sloped(-self.integer, -self.exact, scaled(self.signs, -1), self.wraps)

    def __sub__(self, other: Any) -> Sloped:
        return self + -sloped(other)

    def __mul__(self, other: Any) -> Sloped:
        other = sloped(other)
        signs = _merged(scaled(self.signs, other.middle.sign), scaled(other.signs, self.middle.sign))
        wraps = self.wraps or other.wraps
        return Sloped(self.integer * other.integer, self.exact * other.exact, signs, wraps)

    def inverse(self) -> Sloped:
        """One divided by it; the integer is not 0, or the run would have ended."""
        integer = self.integer
        if integer.low == 0:
            integer = Ends(1, max(1, integer.high))
        if not self.signs:
            return Sloped(integer.inverse(), integer.inverse())
        alike = integer.low > 0 < self.exact.low or (integer.high < 0 and self.exact.high < 0)
        return Sloped(integer.inverse(), self.exact.inverse(), scaled(self.signs, -1 if alike else None))

    def __truediv__(self, other: Any) -> Sloped:
        return self * sloped(other).inverse()

    def __radd__(self, other: Any) -> Sloped:
        return sloped(other) + self

    def __rsub__(self, other: Any) -> Sloped:
        return sloped(other) - self

    def __rmul__(self, other: Any) -> Sloped:
        return sloped(other) * self

    def __rtruediv__(self, other: Any) -> Sloped:
        return sloped(other) / self

    def rounded(self, integer: Ends, site: Hashable) -> Sloped:
        """With an integer for its value, which a site is charged for."""
        return Sloped(integer, self.exact, _merged(self.signs, {site: 1}))

    def joined(self, other: Sloped) -> Sloped:
        """One or the other."""
        integer, exact = self.integer.joined(other.integer), self.exact.joined(other.exact)
        return Sloped(integer, exact, _merged(self.signs, other.signs), self.wraps or other.wraps)


def sloped(number: Any) -> Sloped:
    """A number as one of these, or a TypeError."""
    if isinstance(number, Sloped):
        return number
    if isinstance(number, int | Fraction):
        return Sloped.clean(Fraction(int(number)) if isinstance(number, int) else number, number)
    raise TypeError(f"{number!r} is no number of which the ends are known")


def scaled(signs: Signs, factor: int | None) -> Signs:
    """The signs of a product with a factor of which the sign is known, or not."""
    if factor == 0:
        return {}
    return {site: None if sign is None or factor is None else sign * factor for site, sign in signs.items()}


def _merged(a: Signs, b: Signs) -> Signs:
    """Of a sum, or of one or the other: where only one has a rounding, its sign is the sign."""
    return {**a, **{site: sign if a.get(site, sign) == sign else None for site, sign in b.items()}}
