"""Numbers that move with a price: over an interval of it each lies between two straight lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Open(Exception):
    """What is known of the numbers does not tell whether the rule reverts, or which way it decides."""


class Refused(Exception):
    """The rule reverts, whatever the number is within its interval."""


class Lines(NamedTuple):
    """A lower and an upper line, by their values at the first and at the last price of an interval."""

    low: int
    low_last: int
    high: int
    high_last: int

    @property
    def least(self) -> int:
        """Nothing is below it."""
        return min(self.low, self.low_last)

    @property
    def most(self) -> int:
        """Nothing is above it."""
        return max(self.high, self.high_last)

    @property
    def is_constant(self) -> bool:
        """Whether it is one number, which is known."""
        return self.low == self.low_last == self.high == self.high_last


def exactly(value: int) -> Lines:
    """A number that does not move."""
    return Lines(value, value, value, value)


def between(low: int, high: int) -> Lines:
    """A number of which no more is known than its bounds."""
    return Lines(low, low, high, high)


ZERO = exactly(0)


def scaled(x: Lines, factor: int) -> Lines:
    """`x` times a number that does not move."""
    if factor < 0:
        return Lines(x[2] * factor, x[3] * factor, x[0] * factor, x[1] * factor)
    return Lines(x[0] * factor, x[1] * factor, x[2] * factor, x[3] * factor)


def negative(x: Lines) -> Lines:
    """`-x`."""
    return Lines(-x[2], -x[3], -x[0], -x[1])


def plus(x: Lines, y: Lines) -> Lines:
    """`x + y`."""
    return Lines(x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3])


def minus(x: Lines, y: Lines) -> Lines:
    """`x - y`."""
    return Lines(x[0] - y[2], x[1] - y[3], x[2] - y[0], x[3] - y[1])


def total(terms: Iterable[Lines]) -> Lines:
    """The sum."""
    columns = list(zip(*terms, strict=True))
    return Lines(*map(sum, columns)) if columns else ZERO


def weighted(terms: Sequence[Lines], factors: Sequence[int]) -> Lines:
    """The sum of all, each times a number that does not move."""
    return total(scaled(x, factor) for x, factor in zip(terms, factors, strict=True))


def floored(x: Lines, divisor: int) -> Lines:
    """`x` over a positive number, rounded down."""
    if x.is_constant:
        return exactly(x[0] // divisor)
    less = 1 - divisor
    return Lines((x[0] + less) // divisor, (x[1] + less) // divisor, -(-x[2] // divisor), -(-x[3] // divisor))


def ceiled(x: Lines, divisor: int) -> Lines:
    """`x` over a positive number, rounded up."""
    return negative(floored(negative(x), divisor))


def largest(terms: Sequence[Lines]) -> Lines:
    """The largest of at least one: of affine numbers it is convex, so that a chord is above it."""
    return ranked(terms, 1)


def ranked(terms: Sequence[Lines], place: int) -> Lines:
    """The one at a place of the descending order, counted from 1.

    It is at most the largest of all but any ``place - 1``, and at least the smallest of any `place`.
    """
    by_low = sorted(terms, key=lambda x: x[0] + x[1], reverse=True)[:place]
    by_high = sorted(terms, key=lambda x: x[2] + x[3], reverse=True)[place - 1 :]
    return Lines(
        min(x[0] for x in by_low),
        min(x[1] for x in by_low),
        max(x[2] for x in by_high),
        max(x[3] for x in by_high),
    )


def topped(terms: Sequence[Lines], factors: Sequence[int]) -> Lines:
    """The largest times the first factor, the next times the second, and so on; factors do not rise.

    Of affine numbers this is convex, and it is at least what any other order of the terms gives.
    """

    def at(place: int) -> int:
        ordered = sorted((x[place] for x in terms), reverse=True)
        return sum(value * factor for value, factor in zip(ordered, factors, strict=False))

    by_low = sorted(terms, key=lambda x: x[0] + x[1], reverse=True)[: len(factors)]
    low = weighted(by_low, factors)
    return Lines(low[0], low[1], at(2), at(3))


def least_of_multiples(x: Lines, one: int, other: int) -> Lines:
    """The smaller one of two multiples of `x`, both of factors that are not negative."""
    smaller, larger = min(one, other), max(one, other)
    upper = scaled(x, smaller if x[2] + x[3] > 0 else larger)
    return Lines(min(x[0] * one, x[0] * other), min(x[1] * one, x[1] * other), upper[2], upper[3])


def product(x: Lines, y: Lines) -> Lines:
    """Of two numbers that are not negative."""
    if x.is_constant:
        return scaled(y, x[0])
    if y.is_constant:
        return scaled(x, y[0])
    return between(max(0, x.least) * max(0, y.least), x.most * y.most)


def require_between(x: Lines, low: int, high: int) -> Lines:
    """`x`, which the rule takes where it is above `low` and below `high`, and reverts else."""
    if low < x.least and x.most < high:
        return x
    raise Refused if x.most <= low or x.least >= high else Open


def chord(first: int, last: int, below: int, above: int) -> Lines:
    """An affine number of which the values at the ends, and everywhere, are known up to an error."""
    return Lines(first - below, last - below, first + above, last + above)
