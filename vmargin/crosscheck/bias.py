"""Integers biased to where fixed-point code breaks: edges of types and scales, remainders, ties, overflows.

One description of the bias serves the fast seeded generator and Hypothesis: it asks a *chooser* for
numbers, which is :class:`Seeded` in the one and :class:`~vmargin.crosscheck.drawn.Drawn` in the other.
"""

from __future__ import annotations

import functools
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel

SCALES = (10**4, 10**6, 10**8, 10**18, 10**27)
"""One, in the units in use: basis points, stablecoins, oracle prices, wads and rays."""

_WORD = 1 << 256


class Hint(NamedTuple):
    """What is known of one argument.

    `edges` are where the behaviour changes; each is tried, with its neighbours, before cases are drawn.
    `within` is the part of the type in which the function does something: half of the draws
    fall into it.
    """

    edges: tuple[int, ...] = ()
    within: tuple[int, int] | None = None


class Argument(NamedTuple):
    """The values that an argument may take, and those worth a try."""

    name: str
    low: int
    high: int
    edges: tuple[int, ...] = ()
    within: tuple[int, int] | None = None
    hinted: tuple[int, ...] = ()
    """Those of the edges that a hint names."""

    def clamp(self, value: int) -> int:
        """Bring a value into range, by wrapping, as an overflow would."""
        if self.low <= value <= self.high:
            return value
        return (value - self.low) % (self.high - self.low + 1) + self.low


class Chooser(Protocol):
    """A source of choices."""

    def below(self, bound: int) -> int:
        """Give a number from 0 on that is less than the bound."""

    def between(self, low: int, high: int) -> int:
        """Give a number of a range, ends included."""


class Seeded:
    """Choices by a pseudo-random generator: about a microsecond each."""

    def __init__(self, seed: str) -> None:
        generator = random.Random(seed)
        self._random = generator.random
        self.between = generator.randint

    def below(self, bound: int) -> int:
        """Give a number from 0 on that is less than the bound."""
        return int(self._random() * bound)


def argument(name: str, low: int, high: int, hint: Hint | None = None, mined: Sequence[int] = ()) -> Argument:
    """Describe an argument.

    `mined` are constants found in the code; only those in the range matter.
    """
    hint = hint or Hint()

    def near(values: Sequence[int]) -> set[int]:
        return {value + step for value in values for step in (-1, 0, 1) if low <= value + step <= high}

    hinted = near(hint.edges)
    found = hinted | near(mined)
    return Argument(name, low, high, tuple(sorted(found)), hint.within, tuple(sorted(hinted)))


def constants(kernel: Kernel[..., Any]) -> list[int]:
    """The numbers that a kernel and its callees name: thresholds and ends of domains and types are there."""
    found: set[int] = set()
    for function in kernel.reachable():
        code = function.body.__code__
        named = [function.body.__globals__.get(name) for name in code.co_names]
        for value in (*code.co_consts, *named):
            if isinstance(value, type) and issubclass(value, Word):
                found.update((int(value.min), int(value.max)))
            elif isinstance(value, int) and not isinstance(value, bool):
                found.update((int(value), -int(value)))
    return sorted(found)


@functools.cache
def edges(low: int, high: int) -> tuple[int, ...]:
    """The ends of a range, and powers of two and ten with their neighbours, of both signs."""
    powers = [2**k for k in range(257)] + [10**k for k in range(78)]
    near = {p + step for p in (*powers, low, high, low // 2, high // 2) for step in (-1, 0, 1)}
    return tuple(
        sorted((v for v in near | {-v for v in near} if low <= v <= high), key=lambda v: (abs(v), v))
    )


@functools.cache
def extremes(low: int, high: int) -> tuple[int, ...]:
    """The few edges at which most mistakes are."""
    found = {0, 1, 2, 2**128 - 1, 2**128, low, low + 1, high - 1, high, *SCALES}
    found |= {-v for v in found}
    return tuple(sorted((v for v in found if low <= v <= high), key=lambda v: (abs(v), v)))


def case(arguments: Sequence[Argument], chooser: Chooser) -> tuple[int, ...]:
    """One set of arguments: each drawn by itself, or made from those that are there already."""
    values: list[int] = [0] * len(arguments)
    known: list[int] = []
    first = chooser.below(len(arguments)) if arguments else 0
    for step in range(len(arguments)):
        position = (first + step) % len(arguments)
        target = arguments[position]
        if known and chooser.below(5) < 2:
            values[position] = target.clamp(_related(target, known, chooser))
        else:
            values[position] = _alone(target, chooser)
        known.append(values[position])
    return tuple(values)


def _alone(target: Argument, chooser: Chooser) -> int:
    if target.within is not None and chooser.below(2) == 0:
        return _within(target, *target.within, chooser)
    kind = chooser.below(8)
    if kind <= 1:
        pool = (extremes, edges)[kind](target.low, target.high)
        return pool[chooser.below(len(pool))]
    if kind == 2 and target.edges:
        return target.edges[chooser.below(len(target.edges))]
    if kind == 3:
        return chooser.between(target.low, target.high)
    if kind == 4:
        return target.clamp(_sign(target, chooser) * chooser.below(300))
    if kind == 5:
        # a number of few digits at some scale, or half a unit off it: ties are here
        scale = SCALES[chooser.below(len(SCALES))]
        value = chooser.below(10_000) * scale // (1, 10, 100, 2)[chooser.below(4)]
        return target.clamp(_sign(target, chooser) * (value + chooser.below(3) - 1))
    if kind == 6 and target.high.bit_length() > 128:
        middle = (1 << 128) if chooser.below(2) else (1 << 127)
        return target.clamp(_sign(target, chooser) * (middle + chooser.between(-(1 << 64), 1 << 64)))
    bits = chooser.below(target.high.bit_length() + 1)
    return target.clamp(_sign(target, chooser) * chooser.between((1 << bits) >> 1, (1 << bits) - 1))


def _within(target: Argument, low: int, high: int, chooser: Chooser) -> int:
    """A value of a domain: anywhere in it, close to its ends, or of a size that may be small."""
    kind = chooser.below(4)
    if kind == 0:
        return min(low + chooser.below(1_000), target.high)
    if kind == 1:
        return max(high - chooser.below(1_000), target.low)
    if kind == 2:
        span = high - low
        bits = chooser.below(span.bit_length() + 1)
        return low + min(chooser.between((1 << bits) >> 1, (1 << bits) - 1), span)
    return chooser.between(low, high)


def _sign(target: Argument, chooser: Chooser) -> int:
    return -1 if target.low < 0 and chooser.below(2) else 1


def _related(target: Argument, known: Sequence[int], chooser: Chooser) -> int:
    """A value that meets the known ones at an edge: a remainder of d - 1, a product that just overflows."""
    chosen = chooser.below(len(known))
    x, other = known[chosen], known[chosen - 1]
    product = math.prod(known[-2:])
    step = chooser.below(3) - 1
    scale = SCALES[chooser.below(len(SCALES))]
    kind = chooser.below(17)
    if kind == 0:
        return x + step
    if kind == 1:
        return -x + step
    if kind == 2:
        return target.high - x + step
    if kind == 3 and x:
        return target.high // x + step  # x * result is at the end of the type
    if kind == 4 and x:
        return target.high // x * scale + step
    if kind == 5 and x:
        return target.high * scale // x + step
    if kind == 6:
        return x * chooser.below(1_000) + step  # of remainder 0, 1 or -1
    if kind == 7 and x:
        return x // (chooser.below(1_000) + 1) + step
    if kind == 8:
        return (2 * chooser.below(1_000) + 1) * x // 2 + step  # a tie
    if kind == 9:
        return (abs(product) // _WORD) + step  # the divisor at which a 512-bit quotient just fits
    if kind == 10 and product:
        return abs(product) // (chooser.below(1_000) + 1) + step
    if kind == 11 and x:
        return scale * scale // x + step
    modulus = abs(other) if kind <= 14 and len(known) > 1 else scale
    wanted = modulus // 2 * chooser.below(2) + step
    return _congruent(x, modulus or scale, wanted, chooser)


def _congruent(x: int, modulus: int, remainder: int, chooser: Chooser) -> int:
    """Find y such that x * y leaves the remainder, or one next to it: the last unit decides the rounding."""
    divisor = math.gcd(x, modulus)
    rest = modulus // divisor
    solution = remainder // divisor * pow(x // divisor, -1, rest) % rest
    return solution + rest * chooser.below(1_000)


def count(arguments: Sequence[Argument]) -> int:
    """How many different cases there are."""
    return math.prod(a.high - a.low + 1 for a in arguments)


def cases(arguments: Sequence[Argument], number: int, seed: str) -> Iterator[tuple[int, ...]]:
    """Draw cases by the fast generator; all that there are, once, where that is not more."""
    if count(arguments) <= number:
        yield from itertools.product(*(range(a.low, a.high + 1) for a in arguments))
        return
    chooser = Seeded(seed)
    for _ in range(number):
        yield case(arguments, chooser)


def seeded(
    arguments: Sequence[Argument], number: int, seed: str, given: Sequence[tuple[int, ...]] = ()
) -> Iterator[tuple[int, ...]]:
    """As `cases`, but the first are no matter of luck: `given` ones, the edges, the corners."""
    if count(arguments) <= number:
        yield from cases(arguments, number, seed)
        return
    chooser = Seeded(seed)
    most = number // 4
    first = [*given, *_edges(arguments, most, chooser), *corners(arguments, most, chooser)]
    yield from first
    yield from (case(arguments, chooser) for _ in range(number - len(first)))


def _edges(arguments: Sequence[Argument], most: int, chooser: Chooser) -> Iterator[tuple[int, ...]]:
    """Each edge beside drawn values of the other arguments: the hinted, and if not too many those mined."""
    many = sum(len(a.edges) for a in arguments) > most
    for position, target in enumerate(arguments):
        for edge in target.hinted if many else target.edges:
            drawn = case(arguments, chooser)
            yield (*drawn[:position], edge, *drawn[position + 1 :])


def corners(arguments: Sequence[Argument], most: int, chooser: Chooser) -> Iterator[tuple[int, ...]]:
    """The ends of the types, 0 and ±1 in all combinations, or as many of these as are wanted."""
    ends = [sorted(v for v in {a.low, -1, 0, 1, a.high} if a.low <= v <= a.high) for a in arguments]
    if math.prod(map(len, ends)) <= most:
        yield from itertools.product(*ends)
    else:
        yield from (tuple(values[chooser.below(len(values))] for values in ends) for _ in range(most))
