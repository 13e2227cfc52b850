"""Mirrors in plain ints of functions whose bytecode the tests run, right ones and wrong ones."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.solidity.reverts import CustomError, Empty, Error

BUILD = Path(__file__).parents[3] / "contracts" / "build"
WAD = 10**18
WORD = 1 << 256
TooMany = CustomError("TooMany(uint256)")


def subject(mirror: Any, harness: str, function: str) -> Subject:
    """A mirror beside a function of a harness."""
    return Subject(mirror, LocalTarget(BUILD / f"{harness}.json", function))


def target(artifact: Any, function: str, errors: Any) -> LocalTarget:
    """A function of compiled code."""
    return LocalTarget(artifact, function, errors=errors)


def solmate(mirror: Any, function: str = "mulDivDown") -> Subject:
    """A mirror beside one of Solmate."""
    return subject(mirror, "SolmateFixedPointMathLibHarness", function)


def mulDivDown(x: int, y: int, d: int) -> int:
    """As it is."""
    if d == 0 or x * y >= WORD:
        raise Empty
    return x * y // d


def rounds_half_up(x: int, y: int, d: int) -> int:
    if d == 0 or x * y >= WORD:
        raise Empty
    return (x * y + d // 2) // d


def never_overflows(x: int, y: int, d: int) -> int:
    z = x * y
    if d == 0 or (x != 0 and z // x != y):
        raise Empty
    return z // d


def another_revert(x: int, y: int, d: int) -> int:
    if d == 0:
        raise Error("division by zero")
    return mulDivDown(x, y, d)


def floats(x: int, y: int, d: int) -> float:
    return x * y / (d or 1)


def divides_by_zero(x: int, y: int, d: int) -> int:
    return x * y // d


def recurses(x: int, y: int, d: int) -> int:
    return recurses(x, y, d) if d == 0 else mulDivDown(x, y, d)


def takes_two(x: int, y: int) -> int:
    return x * y


def interrupted_after(calls: int) -> Callable[[int, int, int], int]:
    """Wrong for ones; and after so many calls a person has had enough of it."""
    left = calls

    def mirror(x: int, y: int, d: int) -> int:
        nonlocal left
        left -= 1
        if left == -1:
            raise KeyboardInterrupt
        return mulDivDown(x, y, d) + (x == y == 1)

    return mirror


def value(legs: tuple[tuple[int, int, bool], ...]) -> int:
    """Of InputShapes."""
    if len(legs) > 3:
        raise TooMany(len(legs))
    return sum(-size * price if short else size * price for size, price, short in legs)


def value_of_two(legs: tuple[tuple[int, int, bool], ...]) -> int:
    """Forgets what is beyond the second leg."""
    value(legs)
    return value(legs[:2])


def ends(values: tuple[int, ...], shifts: tuple[int, int]) -> tuple[int, int]:
    if len(values) < 2:
        raise Error("short")
    return values[0] // 2 + values[-1] // 2, sum(shifts)


def echo(data: bytes, text: str, who: str, tag: bytes) -> tuple[bytes, str, int, bytes]:
    return data, text, int(who, 16) & 255, tag


def echo_cut(data: bytes, text: str, who: str, tag: bytes) -> tuple[bytes, str, int, bytes]:
    """Forgets what is beyond a word."""
    return data[:32], text, int(who, 16) & 255, tag


def small_amounts(source: random.Random) -> tuple[int, int, int]:
    """A user's own inputs: none of them above 1,000."""
    return source.randint(5, 1000), source.randrange(7, 1000), source.choice([3, 10, 50])


def small_amounts_yielded(source: random.Random) -> Iterator[list[int]]:
    yield list(small_amounts(source))


def strategy() -> st.SearchStrategy[tuple[int, int, int]]:
    return st.tuples(st.integers(5, 1000), st.integers(7, 1000), st.sampled_from([3, 10, 50]))


def no_strategy() -> int:
    return sys.maxsize


def nothing(source: random.Random) -> tuple[int, int, int]:
    raise LookupError(source)


def of_wrong_types(source: random.Random) -> tuple[int, int, int]:
    return -1, source.getrandbits(8), 1
