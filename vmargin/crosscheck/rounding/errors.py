"""The largest errors that were found, by output, with the inputs that give them; and a stated bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.rounding.numbers import case_json, decade, least, number_json, relative
from vmargin.crosscheck.rounding.reading import Run
from vmargin.crosscheck.weight import weight
from vmargin.errors import UsageError
from vmargin.solidity.exact import Exact, bounds

Allowed: TypeAlias = "int | Fraction | tuple[int | Fraction, int | Fraction]"
"""How far an error may be from 0: to either side, or below and above."""

Bound: TypeAlias = "Allowed | Mapping[str, Allowed] | Callable[[Case], Allowed | Mapping[str, Allowed]]"
"""For every output or by output, for all cases or by case."""


class Extreme(NamedTuple):
    """An error, and the case that has it.

    `apart` says that the exact values would have decided something otherwise in that run: the error is then
    that of the path which the integers take, and no bound on another path's is broken by it.
    """

    error: Fraction
    case: Case
    apart: bool = False

    def as_json(self) -> dict[str, Any]:
        """The extreme in JSON's types."""
        return {**number_json(self.error), "case": case_json(self.case), "apart": self.apart}


@dataclass(frozen=True)
class Kept:
    """A bound beside what was found.

    `tightest` is the largest share of the bound that an error takes, and its case; `slack` the least that is
    left, in units. Runs in which the exact values would have decided otherwise are no part of these: `apart`
    says how many of them are beyond the bound.
    """

    checked: int
    broken: int
    apart: int
    first_broken: Extreme | None
    tightest: Extreme | None
    slack: Fraction | None

    def as_json(self) -> dict[str, Any]:
        """The comparison in JSON's types."""
        return {
            "checked": self.checked,
            "broken": self.broken,
            "apart": self.apart,
            "firstBroken": self.first_broken and self.first_broken.as_json(),
            "tightest": self.tightest and self.tightest.as_json(),
            "slack": None if self.slack is None else number_json(self.slack),
        }


@dataclass(frozen=True)
class OutputErrors:
    """How far one output was from its exact value.

    `lowest` and `highest` are the signed extremes in units of the last digit, `lowest_ppm` and `highest_ppm`
    in parts per million of the exact value; None where no error was below, or above. `by_magnitude` has, for
    exact values from 10^k up, the largest in parts per million: near 0 a floor loses everything.
    """

    output: str
    cases: int
    exact: int
    lowest: Extreme | None
    highest: Extreme | None
    lowest_ppm: Extreme | None
    highest_ppm: Extreme | None
    by_magnitude: tuple[tuple[int, Extreme], ...]
    bound: Kept | None

    @property
    def largest(self) -> Extreme | None:
        """The one of the larger magnitude, in units."""
        return _larger(self.lowest, self.highest)

    @property
    def largest_ppm(self) -> Extreme | None:
        """The one of the larger magnitude, in parts per million."""
        return _larger(self.lowest_ppm, self.highest_ppm)

    def as_json(self) -> dict[str, Any]:
        """The errors in JSON's types."""
        return {
            "output": self.output,
            "cases": self.cases,
            "exact": self.exact,
            "largest": self.largest and self.largest.as_json(),
            "lowest": self.lowest and self.lowest.as_json(),
            "highest": self.highest and self.highest.as_json(),
            "largestPpm": self.largest_ppm and self.largest_ppm.as_json(),
            "lowestPpm": self.lowest_ppm and self.lowest_ppm.as_json(),
            "highestPpm": self.highest_ppm and self.highest_ppm.as_json(),
            "ppmByMagnitude": [{"from": f"1e{k}", **extreme.as_json()} for k, extreme in self.by_magnitude],
            "bound": self.bound and self.bound.as_json(),
        }


def further(known: Extreme | None, error: Fraction, case: Case, apart: bool = False) -> Extreme:
    """The one of the larger magnitude; of equals the one with less to read."""
    if known is None or abs(error) > abs(known.error):
        return Extreme(error, case, apart)
    if error == known.error and weight(case) < weight(known.case):
        return Extreme(error, case, apart)
    return known


def _larger(a: Extreme | None, b: Extreme | None) -> Extreme | None:
    found = [e for e in (a, b) if e is not None]
    return max(found, key=lambda e: abs(e.error), default=None)


@dataclass
class Errors:
    """Collects one output's errors, run by run."""

    output: str
    cases: int = 0
    exact: int = 0
    extremes: dict[str, Extreme] = field(default_factory=dict)
    by_magnitude: dict[int, Extreme] = field(default_factory=dict)
    checked: int = 0
    broken: int = 0
    apart: int = 0
    first_broken: Extreme | None = None
    tightest: Extreme | None = None
    slack: Fraction | None = None

    def add(self, error: Exact, exact: Exact, case: Case, apart: bool) -> Iterator[tuple[str, Fraction]]:
        """Take in a run, and give what a search may try to enlarge: a name, and a number."""
        found = least(error)
        self.cases += 1
        self.exact += found == 0
        ppm = relative(error, exact)
        for name, value in (("", found), (" ppm", ppm)):
            if value:
                side = "lowest" if value < 0 else "highest"
                yield f"{side}{name}", abs(value)
                self.extremes[side + name] = further(self.extremes.get(side + name), value, case, apart)
        size = decade(exact)
        if ppm and size is not None:
            yield f"1e{size}", abs(ppm)
            self.by_magnitude[size] = further(self.by_magnitude.get(size), ppm, case, apart)

    def check(self, error: Exact, allowed: Allowed, case: Case, apart: bool) -> Fraction:
        """Hold an error against its bound; the share of it that is taken."""
        below, above = allowed if isinstance(allowed, tuple) else (allowed, allowed)
        low, high = bounds(error)
        far, limit = (high, Fraction(above)) if high > 0 else (low, Fraction(below))
        left = limit - abs(far)
        used = abs(far) / limit if limit > 0 else Fraction(0)
        if apart:
            self.apart += left < 0
            return Fraction(0)
        self.checked += 1
        if left < 0:
            self.broken += 1
            self.first_broken = self.first_broken or Extreme(least(error), case)
        if self.slack is None or left < self.slack:
            self.slack = left
        self.tightest = further(self.tightest, used, case)
        return used

    def result(self) -> OutputErrors:
        """What was found."""
        kept = None
        if self.checked or self.apart:
            kept = Kept(self.checked, self.broken, self.apart, self.first_broken, self.tightest, self.slack)
        get = self.extremes.get
        return OutputErrors(
            self.output, self.cases, self.exact, get("lowest"), get("highest"), get("lowest ppm"),
            get("highest ppm"), tuple(sorted(self.by_magnitude.items())), kept,
        )  # fmt: skip


def allowed(bound: Bound | None, outputs: tuple[str, ...], case: Case) -> Mapping[str, Allowed]:
    """The bound of each output that has one, for a case."""
    stated = bound(case) if callable(bound) else bound
    if stated is None:
        return {}
    if not isinstance(stated, Mapping):
        return dict.fromkeys(outputs, stated)
    if unknown := stated.keys() - set(outputs):
        raise UsageError(f"a bound for {', '.join(sorted(unknown))}: the outputs are {', '.join(outputs)}")
    return stated


def take(
    collected: list[Errors], run: Run, case: Case, bound: Bound | None
) -> Iterator[tuple[tuple[str, ...], Fraction]]:
    """Take a run in, output by output, and give what a search may try to enlarge."""
    stated = allowed(bound, tuple(e.output for e in collected), case)
    apart = bool(run.disagreements)
    for errors, error, exact in zip(collected, run.errors, run.exacts, strict=True):
        for name, score in errors.add(error, exact, case, apart):
            yield (errors.output, name), score
        if errors.output in stated:
            yield (errors.output, "bound"), errors.check(error, stated[errors.output], case, apart)
