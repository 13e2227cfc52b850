"""The same biased inputs for Hypothesis, which can make them smaller when a case fails."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Argument
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.errors import MissingExtra

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy


class Drawn:
    """Choices by Hypothesis.

    A draw takes 20 microseconds, so the many choices among few share one: two bytes for each.
    """

    _BYTES = 16
    """Enough for the choices that an argument needs; those beyond are the first of their kind."""

    def __init__(self, draw: DrawFn, arguments: int) -> None:
        self._draw = draw
        size = self._BYTES * arguments
        self._choices = iter(draw(_hypothesis().binary(min_size=size, max_size=size)))

    def below(self, bound: int) -> int:
        """Give a number from 0 on that is less than the bound."""
        high, low = next(self._choices, 0), next(self._choices, 0)
        return (high << 8 | low) * bound >> 16

    def between(self, low: int, high: int) -> int:
        """Give a number of a range, ends included."""
        return int(self._draw(_integers(low, high)))


def flat(arguments: Sequence[Argument]) -> SearchStrategy[tuple[int, ...]]:
    """Draw sets of integers as :func:`vmargin.crosscheck.bias.case` does."""

    def drawn(draw: DrawFn) -> tuple[int, ...]:
        return bias.case(arguments, Drawn(draw, len(arguments)))

    return _hypothesis().composite(drawn)()  # type: ignore[no-any-return]


def strategy(inputs: Inputs) -> SearchStrategy[Case]:
    """Draw what a function may be given."""

    def drawn(draw: DrawFn) -> Case:
        return inputs.draw(Drawn(draw, inputs.size))

    return _hypothesis().composite(drawn)()  # type: ignore[no-any-return]


@functools.cache
def _integers(low: int, high: int) -> SearchStrategy[int]:
    return _hypothesis().integers(low, high)  # type: ignore[no-any-return]


def _hypothesis() -> Any:
    try:
        from hypothesis import strategies
    except ImportError:
        raise MissingExtra("hypothesis", "fuzz", "drawing by Hypothesis, and shrinking") from None
    return strategies
