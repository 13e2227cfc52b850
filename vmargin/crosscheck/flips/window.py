"""How far a flip reaches along one argument: its ends between neighbours, and what is known in between."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

WHOLE = 256
"""Up to this many values each one is looked at."""


class Window(NamedTuple):
    """Values of one argument around a flip, the other arguments as they are.

    Each end flips; its outer neighbour does not, or is out of the argument's range, or reverts.
    """

    argument: str
    value: int
    low: int
    high: int
    looked: int
    """At so many values of it; all that were looked at between the ends flip."""
    proven: bool
    """Whether that was each of them."""

    @property
    def width(self) -> int:
        """How many values there are."""
        return self.high - self.low + 1

    @property
    def ppm(self) -> Fraction:
        """The width less one, in parts per million of the value; 0 where the value is 0."""
        return Fraction((self.high - self.low) * 10**6, abs(self.value)) if self.value else Fraction(0)

    def as_json(self) -> dict[str, Any]:
        """The window in JSON's types, integers as decimal strings."""
        return {
            "argument": self.argument,
            "value": str(self.value),
            "from": str(self.low),
            "to": str(self.high),
            "width": str(self.width),
            "looked": str(self.looked),
            "proven": self.proven,
        }


def window(argument: str, value: int, ends: tuple[int, int], flips: Callable[[int], bool]) -> Window:
    """Reach outward from a value that flips, by doubled steps, then halve between one that does and one that
    does not: plain bisection, which finds an end but not that there is no other beyond it.
    """  # noqa: D205
    known = {value: True}

    def looked(at: int) -> bool:
        if at not in known:
            known[at] = flips(at)
        return known[at]

    low, high = (_end(value, end, looked) for end in ends)
    if high - low < WHOLE:
        # where one in between does not flip, the window ends there
        gaps = [at for at in range(low, high + 1) if not looked(at)]
        low = max([low, *(at + 1 for at in gaps if at < value)])
        high = min([high, *(at - 1 for at in gaps if at > value)])
    looks = sum(low <= at <= high for at in known)
    return Window(argument, value, low, high, looks, looks == high - low + 1)


def _end(value: int, end: int, flips: Callable[[int], bool]) -> int:
    """The last that flips on the way to the end of a range, by what was looked at."""
    side = 1 if end >= value else -1
    inside, step = value, 1
    while inside != end:
        outside = inside + side * min(step, abs(end - inside))
        if not flips(outside):
            break
        inside, step = outside, 2 * step
    else:
        return end
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if flips(middle):
            inside = middle
        else:
            outside = middle
    return inside
