"""What there is to see at each place of a kernel: the names of the points, and which of them cannot be."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.solidity.integers import Word

FUNCTION, REVERT = "function", "revert"
BRANCH, CONDITION, LOOP = "branch", "condition", "loop"
COMPARISON, REMAINDER, OVERFLOW, CARRY = "comparison", "remainder", "overflow", "carry"

KINDS = {
    FUNCTION: "functions",
    BRANCH: "branches",
    CONDITION: "conditions",
    LOOP: "loops",
    REVERT: "reverts",
    COMPARISON: "boundaries",
    REMAINDER: "remainders",
    OVERFLOW: "overflows",
    CARRY: "carries",
}
"""What sites of each kind are called together."""

POINTS = {
    FUNCTION: ("called",),
    REVERT: ("reached",),
    BRANCH: ("taken", "not taken"),
    CONDITION: ("true", "false"),
    LOOP: ("no pass", "a pass", "ran out", "left early"),
    COMPARISON: ("equal", "one below", "one above"),
    REMAINDER: ("none", "some", "one less than the divisor", "divisor 0"),
    OVERFLOW: ("last that fits", "overflow"),
    CARRY: ("none", "some"),
}
"""By kind, what may be seen; a number stands for its place here."""

MEANING = {
    COMPARISON: "the left side equal to the right, one below it, one above it",
    OVERFLOW: "the last result that fits, with one more in an operand too large; and one that does not fit",
    CARRY: "a result that wraps around, and one that does not",
}


class CodeSite(NamedTuple):
    """A place in a kernel's source, and which points are possible there."""

    kind: str
    file: str
    line: int
    column: int
    function: str
    text: str
    possible: tuple[int, ...]


def all_of(kind: str) -> tuple[int, ...]:
    """Every point of a kind."""
    return tuple(range(len(POINTS[kind])))


def of_comparison(word: type[Word], left: int | None, right: int | None) -> tuple[int, ...]:
    """Points of a comparison, of which a side may be known: the other side must be of the type."""
    low, high = int(word.min), int(word.max)

    def within(value: int | None) -> bool:
        return value is None or low <= value <= high

    if left is not None and right is not None:
        return ()
    known = right if left is None else left
    below, above = (-1, 1) if left is None else (1, -1)
    steps = (0, below, above)
    return tuple(p for p, step in enumerate(steps) if known is None or within(known + step))


def of_remainder(divisor: int | None) -> tuple[int, ...]:
    """Points of a division, of which the divisor may be known."""
    if divisor is None:
        return all_of(REMAINDER)
    if divisor == 0:
        return (3,)
    return (0,) if abs(divisor) == 1 else (0, 1, 2)


def of_loop(least: int | None, leaves: bool) -> tuple[int, ...]:
    """Points of a loop, of which the number of passes may be known, and that may have a way out."""
    passes = (0, 1) if least is None else (1,) if least else (0,)
    return (*passes, 2, 3) if leaves and passes != (0,) else passes
