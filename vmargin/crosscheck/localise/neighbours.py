"""Cases close to a case, and larger ones of its kind: large numbers that are equal are the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from vmargin.crosscheck.inputs import Case

_CHANGES: tuple[Callable[[int], int], ...] = (
    lambda n: n + 1,
    lambda n: n - 1,
    lambda n: 2 * n + 3,
    lambda n: n // 2,
    lambda n: n * 1_000_003 + 12_347,
)
_SCALES = (10**4 + 7, 10**6 + 3, 10**9 + 7, 10**12 + 39, 10**18 + 3)


def neighbours(case: Case, most: int) -> Iterator[Case]:
    """Up to so many cases in which one number is another; they need not be of the right types."""

    def all_of() -> Iterator[Case]:
        size = len(list(_numbers(case)))
        step = max(1, size * len(_CHANGES) // max(1, most))
        for at in range(0, size * len(_CHANGES), step):
            yield _with(case, {at // len(_CHANGES): _CHANGES[at % len(_CHANGES)]})

    return islice(all_of(), most)


def larger(case: Case, most: int) -> Iterator[Case]:
    """Up to so many cases in which some numbers, or all, are larger; they need not be of the right types."""
    size = len(list(_numbers(case)))
    random = Random(size)
    for number in range(most):
        share = 1.0 if number < len(_SCALES) else random.random()
        yield _with(
            case,
            {
                at: _scaled(_SCALES[number % len(_SCALES)], random.randrange(1000))
                for at in range(size)
                if random.random() <= share
            },
        )


def telling(case: Any) -> float:
    """How surely numbers can be told apart by what they are: their bits, on average."""
    bits = [min(abs(number).bit_length(), 96) for number in _numbers(case)]
    return sum(bits) / len(bits) if bits else 0.0


def _scaled(scale: int, more: int) -> Callable[[int], int]:
    return lambda n: n * scale + (more if n >= 0 else -more)


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, tuple | list):
        for part in value:
            yield from _numbers(part)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def _with(case: Sequence[Any], changes: dict[int, Callable[[int], int]]) -> Case:
    """A case with some of its numbers changed, by their place in one row."""
    seen = -1

    def walk(value: Any) -> Any:
        nonlocal seen
        if isinstance(value, tuple | list):
            return tuple(walk(part) for part in value)
        if isinstance(value, int) and not isinstance(value, bool):
            seen += 1
            return changes[seen](value) if seen in changes else value
        return value

    return tuple(walk(part) for part in case)
