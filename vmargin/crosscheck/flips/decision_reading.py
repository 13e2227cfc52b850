"""The decisions of a kernel's run, each with what the integers and the exact values say of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from types import FrameType
from typing import Any, NamedTuple

from vmargin.crosscheck.rounding.numbers import least
from vmargin.solidity.exact import Exact, precision
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reading import COMPARISONS, Value
from vmargin.solidity.reverts import Revert
from vmargin.solidity.shadow_reading import ShadowReading
from vmargin.solidity.shadow_values import Place, Quantity
from vmargin.solidity.sites import Site

BITS = (384, 1536, 6144)
_OPCODES = {"lt": "<", "slt": "<", "gt": ">", "sgt": ">", "eq": "==", "iszero": "=="}


class Decision(NamedTuple):
    """A comparison of numbers of which one at least was rounded."""

    site: Site
    comparison: str
    integer: bool
    """What the integers say, and the run goes by."""
    exact: bool | None
    """What the exact values say; None where balls of the highest precision leave it open."""
    units: int
    """The left integer less the right one."""
    margin: Exact
    """The left exact value less the right one."""
    scale: Exact
    """The right exact value."""

    @property
    def flipped(self) -> bool:
        """Whether integers and exact values decide otherwise."""
        return self.exact is not None and self.exact is not self.integer

    @property
    def distance(self) -> Fraction:
        """How far the exact values are from a tie, at least."""
        return abs(least(self.margin))


class _DecisionReading(ShadowReading):
    """A shadow reading that keeps every comparison."""

    def __init__(self) -> None:
        super().__init__()
        self.decisions: list[Decision] = []
        self._sides: list[Quantity] = []

    def comparison(self, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> Any:
        """Keep what the comparison came to, either way."""
        known = len(self.disagreements)
        outcome = super().comparison(symbol, operands, result, frame)
        left, right = self._sides
        if left.is_clean and right.is_clean:
            return outcome
        integer = int(result) != 0
        exact: bool | None = integer
        if len(self.disagreements) > known:
            other = self.disagreements[-1].exact
            exact = None if other is None else bool(other)
        name = _OPCODES.get(symbol, symbol)
        assert name in COMPARISONS
        self.decisions.append(
            Decision(
                Site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname),
                name,
                integer,
                exact,
                left.value - right.value,
                left.exact - right.exact,
                right.exact,
            )
        )
        return outcome

    def _compared(self, symbol: str, operands: list[Value], place: Place) -> list[Quantity]:
        self._sides = super()._compared(symbol, operands, place)
        return self._sides


def decisions(kernel: Kernel[..., Any], arguments: Sequence[Any]) -> list[Decision]:
    """Run a kernel on typed arguments; of a run that reverts those before the revert."""
    for bits in BITS:
        reading = _DecisionReading()
        with precision(bits), suppress(Revert):
            reading.run(kernel, list(arguments))
        if all(decision.exact is not None for decision in reading.decisions):
            break
    return reading.decisions
