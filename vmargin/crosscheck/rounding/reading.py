"""The shadow reading with a name for every rounding: by operation and calls that led to it, run by run."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import FrameType
from typing import Any, NamedTuple

from vmargin.crosscheck.source_text import text_at
from vmargin.errors import UsageError
from vmargin.solidity import shadow_values as exactly
from vmargin.solidity.checker.source import function_of
from vmargin.solidity.exact import DEFAULT_BITS, Exact, fraction, precision, sign
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reading import Reading, Value
from vmargin.solidity.reverts import Revert
from vmargin.solidity.shadow_reading import Disagreement, Doubt, Restart, ShadowReading
from vmargin.solidity.shadow_values import Place, Quantity
from vmargin.solidity.signatures import fields, is_struct
from vmargin.solidity.sites import Site, home_of, site_of

MOST_BITS = 2 * DEFAULT_BITS
"""Where more precision ends: two equal transcendentals stay undecided whatever it costs."""

APART = 64
"""Executions of one site in one run that are kept apart; those beyond count together, by direction."""


class Call(NamedTuple):
    """Where a kernel calls another."""

    site: Site
    column: int

    def __str__(self) -> str:
        return f"{self.site.function}:{self.site.line}:{self.column}"


class Spot(NamedTuple):
    """A rounding site: an operation in a kernel's source, reached by these calls."""

    site: Site
    column: int
    operation: str
    via: tuple[Call, ...] = ()
    """The calls on the way, outermost first: one line of a library serves many callers."""
    text: str = ""


class Execution(Place):
    """One execution of a site, equal to itself only; `step` is by how much it rounded."""

    spot: Spot
    step: Exact | None
    single: bool = True

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @classmethod
    def of(cls, spot: Spot, step: Exact | None) -> Execution:
        """Make one."""
        made = cls(spot.site, spot.operation)
        made.spot, made.step = spot, step
        return made


class Share(NamedTuple):
    """What one execution did to each output; way is -1 down, 1 up, None unknown, 0 for no rounding."""

    spot: Spot
    way: int | None
    errors: tuple[Exact, ...]
    single: bool
    """Whether it is one execution and not several together."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run that did not revert: values, exact values and errors by output, in order, and all shares."""

    values: tuple[int, ...]
    exacts: tuple[Exact, ...]
    errors: tuple[Exact, ...]
    shares: tuple[Share, ...]
    exact_steps: tuple[Spot, ...]
    """One for each execution that did not round."""
    disagreements: tuple[Disagreement, ...]
    restarts: tuple[Restart, ...]
    doubts: tuple[Doubt, ...]


class SiteReading(ShadowReading):
    """A shadow in which each execution of a rounding is charged by itself."""

    def __init__(self, inside: bool = False) -> None:
        super().__init__()
        self.inside = inside
        self.executions: list[Execution] = []
        self.exact_steps: list[Spot] = []
        self._begun = False
        self._calls: list[Call] = []
        self._frame: FrameType | None = None
        self._counts: dict[Spot, int] = {}
        self._together: dict[tuple[Spot, int | None], Execution] = {}

    def arithmetic(self, symbol: str, operands: list[Value], result: Word, frame: FrameType) -> Value:
        self._frame = frame
        return super().arithmetic(symbol, operands, result, frame)

    def _step(self, q: Quantity, integer: int, place: Place) -> Quantity:
        if isinstance(place, Execution):
            spot = place.spot
        else:
            assert self._frame is not None
            spot = spot_of(self._frame, place.operation, tuple(self._calls))
        step = integer - q.value
        way = sign(step)
        if way == 0:
            self.exact_steps.append(spot)
            return exactly.rounded(q, integer, place)[0]
        if way is None:
            self._doubt(spot.site, f"the direction of {spot.operation}")
        return exactly.rounded(q, integer, self._execution(spot, step, way))[0]

    def _execution(self, spot: Spot, step: Exact, way: int | None) -> Execution:
        count = self._counts[spot] = self._counts.get(spot, 0) + 1
        if count > APART and (spot, way) in self._together:
            self._together[spot, way].single = False
            return self._together[spot, way]
        made = self._together[spot, way] = Execution.of(spot, step)
        self.executions.append(made)
        return made

    def callee(self, kernel: Kernel[..., Any]) -> Callable[..., Any]:
        outermost, self._begun = not self._begun, True
        inner = None
        if kernel.truth is None or (outermost and self.inside):
            inner = Reading.callee(self, kernel)

        def call(*args: Any) -> Any:
            frame = sys._getframe(1)
            if inner is None:
                return self._approximation(kernel, args, self._approximated(kernel, frame))
            if outermost:
                return inner(*args)
            column, _ = _position(frame.f_code, frame.f_lasti)
            self._calls.append(Call(site_of(frame), column))
            try:
                return inner(*args)
            finally:
                self._calls.pop()

        return call

    def _approximated(self, kernel: Kernel[..., Any], frame: FrameType) -> Execution:
        name = kernel.body.__name__
        if self.depth < 0:
            defined = function_of(kernel)
            site = home_of(kernel) if defined is None else home_of(kernel)._replace(line=defined.lineno)
            spot = Spot(site, 0, name, (), f"{name}({', '.join(kernel.signature.names)})")
        else:
            spot = spot_of(frame, name, tuple(self._calls))
        # What `through` charges to the call itself is no rounding of its own: it has no step.
        made = Execution.of(spot, None)
        self.executions.append(made)
        return made


def spot_of(frame: FrameType, operation: str, via: tuple[Call, ...]) -> Spot:
    """Where a frame stands, to the column."""
    column, text = _position(frame.f_code, frame.f_lasti)
    return Spot(site_of(frame), column, operation, via, text)


@functools.lru_cache(maxsize=65536)
def _position(code: types.CodeType, instruction: int) -> tuple[int, str]:
    """Column and text of the expression that an instruction belongs to, columns from 1 on."""
    for place, (first, last, start, end) in enumerate(code.co_positions()):
        if 2 * place == instruction:
            if first is None or start is None or end is None:
                break
            return start + 1, text_at(code.co_filename, first, last or first, start, end)
    return 0, ""


def outputs_of(kernel: Kernel[..., Any]) -> tuple[str, ...]:
    """The words in a kernel's result by name: fields of structs, dotted, or ``result`` for a word alone."""
    names = tuple(_names(kernel.signature.returns, ""))
    if not names:
        raise UsageError(f"{kernel.name} returns no number, so no rounding error: name a kernel that does")
    return names


def _names(kind: Any, path: str) -> Iterator[str]:
    if is_struct(kind):
        for name, inner in fields(kind).items():
            yield from _names(inner, f"{path}.{name}" if path else name)
    elif isinstance(kind, type) and issubclass(kind, Word):
        yield path or "result"


def run(kernel: Kernel[..., Any], arguments: list[Any], *, inside: bool = False) -> Run | Revert:
    """Read a kernel on typed arguments, again with more bits where something is undecided.

    `inside` puts aside the truth of the kernel itself, so that its own operations are the sites.
    """
    bits = DEFAULT_BITS
    while True:
        with precision(bits):
            found = _attempt(kernel, arguments, inside)
        if isinstance(found, Revert) or not found.doubts or bits >= MOST_BITS:
            return found
        bits *= 2


def _attempt(kernel: Kernel[..., Any], arguments: list[Any], inside: bool) -> Run | Revert:
    reading = SiteReading(inside)
    try:
        result = reading.run(kernel, arguments)
    except Revert as ending:
        return ending.with_traceback(None)
    home = home_of(kernel)
    quantities = reading.outcome(result, Place(home, "return"))
    nothing = Fraction(0)
    shares = []
    for execution in reading.executions:
        errors = tuple(q.shares.get(execution, nothing) for q in quantities)
        way = 0 if execution.step is None else sign(execution.step)
        if way != 0 or any(sign(e) != 0 for e in errors):
            shares.append(Share(execution.spot, way, errors, execution.single))
    return Run(
        values=tuple(int(q.value) for q in quantities),
        exacts=tuple(q.exact for q in quantities),
        errors=tuple(fraction(q.value) - q.exact for q in quantities),
        shares=tuple(shares),
        exact_steps=tuple(reading.exact_steps),
        disagreements=tuple(reading.disagreements),
        restarts=tuple(reading.restarts),
        doubts=tuple(reading.doubts),
    )
