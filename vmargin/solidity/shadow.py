"""The shadow reading: how far a run's integers are from the exact values, which way, and why."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vmargin.solidity.exact import DEFAULT_BITS, Ball, Exact, approximate, fraction, precision, sign
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reading import Value
from vmargin.solidity.reverts import Revert
from vmargin.solidity.shadow_reading import (
    DOWN,
    EXACT,
    UNDECIDED,
    UP,
    Disagreement,
    Doubt,
    Restart,
    ShadowReading,
)
from vmargin.solidity.shadow_values import Place, Quantity
from vmargin.solidity.signatures import is_struct
from vmargin.solidity.sites import Site, aligned, home_of, plain

MAXIMUM_BITS = 6144
"""Where doubling the precision ends and "undecided" stands."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """One rounding site: an operation, or a call of a kernel that has a truth.

    Attributes
    ----------
    error
        What it contributed to the final error, shaped like the result; None if the run reverted.
    up, down, exact, undecided
        How many of its executions went which way.
    """

    site: Site
    operation: str
    error: Any
    up: int
    down: int
    exact: int
    undecided: int

    @property
    def direction(self) -> str:
        """``"up"``, ``"down"``, ``"exact"``, ``"mixed"`` or ``"undecided"``, over all executions."""
        if self.undecided:
            return UNDECIDED
        if self.up and self.down:
            return "mixed"
        return UP if self.up else DOWN if self.down else EXACT


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a run's integers stand for exactly.

    Attributes
    ----------
    value, revert
        How the checked reading ends: one of them is None.
    exact, error
        The exact value and ``value - exact``, as fractions or balls in the shape of the result.
    roundings
        Every rounding site, in order of first execution; their errors sum to `error`.
    disagreements
        Decisions that the exact values would have taken otherwise: the run follows the integers.
    restarts
        Places where the exact value was lost and began anew from the integer, with their counts.
        What was lost there is in no error.
    undecided
        Questions that balls of `bits` bits left open.
    bits
        The precision of the balls; the value is exact throughout where no ball was needed.
    """

    kernel: str
    arguments: tuple[Any, ...]
    value: Any
    revert: Revert | None
    exact: Any
    error: Any
    roundings: tuple[Rounding, ...]
    disagreements: tuple[Disagreement, ...]
    restarts: tuple[tuple[Restart, int], ...]
    undecided: tuple[Doubt, ...]
    bits: int

    def __str__(self) -> str:
        if self.revert is not None:
            return f"{self.kernel}{self.arguments} reverted with {self.revert}"
        lines = [
            f"{self.kernel}{self.arguments}",
            f"value {self.value}, exact {_shown(self.exact)}, error {_shown(self.error)}",
        ]
        rows = [
            (
                str(r.site),
                r.operation,
                _shown(r.error),
                f"{r.up}",
                f"{r.down}",
                f"{r.exact}",
                f"{r.undecided}",
            )
            for r in self.roundings
        ]
        if rows:
            lines += aligned(("site", "operation", "error", UP, DOWN, EXACT, UNDECIDED), rows)
        lines += [
            f"{d.site}: {d.comparison} gave {d.integer}, exactly {UNDECIDED if d.exact is None else d.exact}"
            for d in self.disagreements
        ]
        lines += [f"{r.site}: restarted after {r.operation} x{n}: {r.reason}" for r, n in self.restarts]
        return "\n".join([*lines, *(f"{d.site}: undecided: {d.question}" for d in self.undecided)])

    def to_json(self) -> dict[str, Any]:
        """The result in JSON's types; fractions and balls as strings."""
        return {
            "kernel": self.kernel,
            "arguments": [plain(a) for a in self.arguments],
            "value": plain(self.value),
            "revert": None if self.revert is None else plain(self.revert),
            "exact": _json(self.exact),
            "error": _json(self.error),
            "roundings": [
                {
                    **r.site._asdict(),
                    "operation": r.operation,
                    "error": _json(r.error),
                    UP: r.up,
                    DOWN: r.down,
                    EXACT: r.exact,
                    UNDECIDED: r.undecided,
                }
                for r in self.roundings
            ],
            "disagreements": [
                {**d.site._asdict(), "comparison": d.comparison, "integer": d.integer, "exact": d.exact}
                for d in self.disagreements
            ],
            "restarts": [
                {**r.site._asdict(), "operation": r.operation, "reason": r.reason, "count": n}
                for r, n in self.restarts
            ],
            "undecided": [{**d.site._asdict(), "question": d.question} for d in self.undecided],
            "bits": self.bits,
        }


def run(kernel: Kernel[..., Any], args: list[Any]) -> Shadow:
    """Shadow a kernel on typed arguments, with more bits until nothing is undecided or the limit is met."""
    bits = DEFAULT_BITS
    while True:
        with precision(bits):
            shadow = _attempt(kernel, args, bits)
        if not shadow.undecided or bits >= MAXIMUM_BITS:
            return shadow
        bits *= 2


def _attempt(kernel: Kernel[..., Any], args: list[Any], bits: int) -> Shadow:
    reading = ShadowReading()
    result: Any = None
    revert = None
    try:
        result = reading.run(kernel, args)
    except Revert as ending:
        revert = ending.with_traceback(None)
    exact = error = None
    shares: dict[Place, Any] = {}
    if revert is None:
        home = home_of(kernel)
        quantities = reading.outcome(result, Place(home, "return"))
        exact = _shaped(result, [q.exact for q in quantities])
        error = _shaped(result, [_error(reading, home, q) for q in quantities])
        for place in reading.steps:
            shares[place] = _shaped(result, [q.shares.get(place, Fraction(0)) for q in quantities])
    roundings = tuple(
        Rounding(
            place.site,
            place.operation,
            shares.get(place),
            *(count[way] for way in (UP, DOWN, EXACT, UNDECIDED)),
        )
        for place, count in reading.steps.items()
    )
    return Shadow(
        kernel=kernel.name,
        arguments=tuple(args),
        value=reading.lower(result),
        revert=revert,
        exact=exact,
        error=error,
        roundings=roundings,
        disagreements=tuple(reading.disagreements),
        restarts=tuple(reading.restarts.items()),
        undecided=tuple(reading.doubts),
        bits=bits,
    )


def _error(reading: ShadowReading, home: Site, q: Quantity) -> Exact:
    error = fraction(q.value) - q.exact
    if sign(error) is None:
        reading.doubts[Doubt(home, "the sign of the error")] = None
    return error


def _shaped(result: Any, numbers: list[Exact]) -> Any:
    """The numbers in the shape of the result; what is no word (a bool, a counter) stands for itself."""
    supply = iter(numbers)

    def fill(thing: Any) -> Any:
        if is_struct(type(thing)):
            return type(thing)._make(map(fill, thing))
        return next(supply) if isinstance(thing, Value) else thing

    return fill(result)


def _shown(thing: Any) -> str:
    if is_struct(type(thing)):
        return f"({', '.join(map(_shown, thing))})"
    return approximate(thing) if isinstance(thing, (Fraction, Ball)) else str(thing)


def _json(thing: Any) -> Any:
    if is_struct(type(thing)):
        return {name: _json(field) for name, field in thing._asdict().items()}
    return str(thing) if isinstance(thing, (Fraction, Ball)) else plain(thing)
