"""How small a case is: what shrinking makes less, and what one of two cases a person would rather read."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from vmargin.crosscheck.inputs import Case

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")


class Weight(NamedTuple):
    """Compared field by field."""

    values: int
    """Numbers, flags and bytes: shorter arrays and texts are lighter."""
    bits: int
    """Of all numbers together, a sign counting one."""
    figures: int
    """Digits that are not trailing zeros: 10**18 is rounder than 999,999,999,999,999,999."""
    order: tuple[int, ...]
    """Between cases of equal bits and figures, the lesser magnitudes."""


def weight(case: Case) -> Weight:
    """Weigh a case."""
    numbers = list(leaves(case))
    return Weight(
        len(numbers),
        sum(map(bits, numbers)),
        sum(map(figures, numbers)),
        tuple(2 * abs(number) + (number < 0) for number in numbers),
    )


def is_lighter(case: Case, than: Weight) -> bool:
    """Whether a case weighs less; most are told by their bits."""
    numbers = list(leaves(case))
    if len(numbers) != than.values:
        return len(numbers) < than.values
    total = sum(map(bits, numbers))
    return total < than.bits if total != than.bits else weight(case) < than


def leaves(value: Any) -> Iterator[int]:
    """The numbers that a value consists of."""
    if isinstance(value, int):
        yield int(value)
    elif isinstance(value, str) and _ADDRESS.match(value):
        yield int(value, 16)
    elif isinstance(value, str):
        yield from map(ord, value)
    else:
        assert isinstance(value, Iterable)
        for part in value:
            yield from leaves(part)


def bits(number: int) -> int:
    """What a number counts: a power of two no more than what is just below it, and 0 nothing."""
    return ((abs(number) - 1).bit_length() + 1 + (number < 0)) if number else 0


@functools.lru_cache(maxsize=4096)
def figures(number: int) -> int:
    """How much there is to read of a number: a digit or two of round ones and their neighbours."""
    magnitude = abs(number)
    return min(
        digits + (near != magnitude)
        for near in (magnitude, magnitude + 1, abs(magnitude - 1))
        for digits in (len(str(near).rstrip("0")), len(f"{near:x}".rstrip("0")) + 2)
    )
