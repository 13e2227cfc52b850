"""The algebra of the shadow reading: an integer, its exact value, and the shares of their difference.

A share is what one rounding site contributed to ``value - exact``.  Each rule below splits the
difference of its result by an identity, not by a linearisation, so that shares always sum to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from vmargin.solidity.exact import Exact, bounded, sign
from vmargin.solidity.sites import Site


class Place(NamedTuple):
    """An operation on a line: where a rounding happens."""

    site: Site
    operation: str


class Quantity(NamedTuple):
    """What the shadow knows of a word that is not simply its own exact value.

    `value` is the integer that the word stands for.  It differs from the word while a wrap-around
    is open: `wrapped` then says where it happened.  Sums and products go on with it, as they agree
    modulo 2^N; anything else must first see the wrap closed, value and word being equal again.
    """

    value: Any
    exact: Exact
    shares: dict[Place, Exact]
    wrapped: Place | None = None

    @property
    def is_clean(self) -> bool:
        """Whether no rounding is in it."""
        return not self.shares


class NoExactValue(Exception):
    """The exact computation has no result where the integer one has."""


def clean(value: int) -> Quantity:
    """An integer that is exact."""
    return Quantity(value, Fraction(value), {})


def scaled(shares: dict[Place, Exact], factor: Any) -> dict[Place, Exact]:
    """Every share times a factor."""
    if isinstance(factor, (int, Fraction)) and factor == 0:
        return {}
    return {place: bounded(share * factor) for place, share in shares.items()}


def merged(a: dict[Place, Exact], b: dict[Place, Exact]) -> dict[Place, Exact]:
    """Shares added place by place."""
    total = dict(a)
    for place, share in b.items():
        total[place] = bounded(total[place] + share) if place in total else share
        if isinstance(total[place], Fraction) and not total[place]:
            del total[place]
    return total


def add(a: Quantity, b: Quantity) -> Quantity:
    """`a + b`."""
    shares = merged(a.shares, b.shares)
    return Quantity(a.value + b.value, bounded(a.exact + b.exact), shares, a.wrapped or b.wrapped)


def negate(a: Quantity) -> Quantity:
    """`-a`."""
    return Quantity(-a.value, -a.exact, scaled(a.shares, -1), a.wrapped)


def subtract(a: Quantity, b: Quantity) -> Quantity:
    """`a - b`."""
    return add(a, negate(b))


def multiply(a: Quantity, b: Quantity) -> Quantity:
    """`a * b`: ab - AB = (a - A)(b + B)/2 + (b - B)(a + A)/2."""
    shares = merged(scaled(a.shares, _middle(b)), scaled(b.shares, _middle(a)))
    return Quantity(a.value * b.value, bounded(a.exact * b.exact), shares, a.wrapped or b.wrapped)


def divide(a: Quantity, b: Quantity) -> Quantity:
    """`a / b`, not rounded: a product with 1/b, where 1/b - 1/B = -(b - B)/(bB)."""
    if b.is_clean:
        inverse = Quantity(Fraction(1, b.value), Fraction(1, b.value), {})
    else:
        if sign(b.exact) == 0:
            raise NoExactValue("the exact divisor is 0")
        inverse = Quantity(Fraction(1, b.value), 1 / b.exact, scaled(b.shares, -1 / (b.value * b.exact)))
    return multiply(a, inverse)


def power(a: Quantity, n: int) -> Quantity:
    """`a ** n`: a^n - A^n = (a - A)(a^(n-1) + a^(n-2) A + ... + A^(n-1))."""
    if a.is_clean:
        return clean(a.value**n)
    factor: Exact = Fraction(0)
    value = 1
    exact: Exact = Fraction(1)
    for _ in range(n):
        factor = bounded(factor * a.exact + value)
        value, exact = value * a.value, bounded(exact * a.exact)
    return Quantity(value, exact, scaled(a.shares, factor))


def remainder(a: Quantity, b: Quantity, quotient: int) -> Quantity:
    """`a - quotient * b`, for the quotient that the integers took."""
    return subtract(a, multiply(clean(quotient), b))


def rounded(q: Quantity, integer: int, place: Place) -> tuple[Quantity, Exact]:
    """The quantity with `integer` for its value, the step charged to `place`; and the step."""
    step = integer - q.value
    return Quantity(integer, q.exact, merged(q.shares, {place: step} if _matters(step) else {})), step


def through(
    function: Callable[[Sequence[Exact]], Sequence[Exact]], args: Sequence[Quantity], place: Place
) -> list[Quantity]:
    """Apply an exact function of several arguments and results.

    The change from f(exact) to f(integers) is taken one argument at a time, in both orders, and each
    part is split in proportion to that argument's shares.  A part whose argument is right in
    sum, its roundings cancelling, is charged to `place`.
    """
    integers = [Fraction(q.value) for q in args]
    values = function(integers)
    stained = [i for i, q in enumerate(args) if not q.is_clean]
    if not stained:
        return [Quantity(v, v, {}) for v in values]
    exacts = function([q.exact for q in args])
    shares: list[dict[Place, Exact]] = [{} for _ in values]
    orders = [stained] if len(stained) == 1 else [stained, stained[::-1]]
    for order in orders:
        point = [q.exact for q in args]
        before = exacts
        for i in order:
            point[i] = integers[i]
            after = values if i == order[-1] else function(point)
            for n, (new, old) in enumerate(zip(after, before, strict=True)):
                part = _in_proportion(args[i], (new - old) / len(orders), place)
                shares[n] = merged(shares[n], part)
            before = after
    return [Quantity(v, e, s) for v, e, s in zip(values, exacts, shares, strict=True)]


def _in_proportion(q: Quantity, change: Exact, place: Place) -> dict[Place, Exact]:
    error = q.value - q.exact
    if sign(error) in (0, None):
        return {place: change} if _matters(change) else {}
    return scaled(q.shares, change / error)


def _middle(q: Quantity) -> Exact:
    """Halfway between the value and the exact one."""
    middle: Exact = q.exact if q.is_clean else (q.value + q.exact) / 2
    return middle


def _matters(share: Exact) -> bool:
    return not (isinstance(share, Fraction) and share == 0)
