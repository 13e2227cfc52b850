"""What a search for flipped decisions gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from vmargin.crosscheck.flips.decision_reading import Decision
from vmargin.crosscheck.flips.window import Window
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.rounding.numbers import case_json, case_text, least, number_json, short


@dataclass(frozen=True)
class DecisionFlip:
    """One input at which integers and exact values decide otherwise."""

    case: Case
    decision: Decision
    windows: tuple[Window, ...]
    """How far it reaches along each argument that was asked for."""

    def as_json(self) -> dict[str, Any]:
        """The flip in JSON's types, integers as decimal strings."""
        return {
            "arguments": case_json(self.case),
            "integer": self.decision.integer,
            "exact": self.decision.exact,
            "units": str(self.decision.units),
            "margin": number_json(least(self.decision.margin)),
            "windows": [w.as_json() for w in self.windows],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        decision = self.decision
        yield f"    {case_text(self.case)}"
        yield (
            f"      integers say {decision.integer} by {decision.units}, exact values {decision.exact} "
            f"by {short(least(decision.margin))}"
        )
        for w in self.windows:
            known = "each of them" if w.proven else f"{w.looked} looked at"
            yield (
                f"      {w.argument}: {w.width} values, {w.low} to {w.high}, {short(w.ppm)} ppm of "
                f"{w.value} ({known})"
            )


@dataclass(frozen=True)
class SiteFlips:
    """What was found at one comparison."""

    at: str
    """The file within its package, and the line."""
    function: str
    comparison: str
    executed: int
    """How often it compared numbers that were rounded."""
    flipped: int
    """In how many cases it flipped."""
    nearest: tuple[DecisionFlip, ...]
    """Those whose exact values are nearest to a tie."""
    widest: DecisionFlip | None
    """The one whose exact values are farthest from a tie, in parts of what is compared with."""

    def as_json(self) -> dict[str, Any]:
        """The comparison in JSON's types."""
        return {
            "at": self.at,
            "function": self.function,
            "comparison": self.comparison,
            "executed": self.executed,
            "flipped": self.flipped,
            "nearest": [flip.as_json() for flip in self.nearest],
            "widest": None if self.widest is None else self.widest.as_json(),
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield (
            f"  {self.at} {self.function}, {self.comparison}: flipped in {self.flipped} cases, "
            f"compared {self.executed} times"
        )
        for flip in self.nearest:
            yield "    nearest to a tie"
            yield from flip.lines()
        if self.widest is not None and self.widest not in self.nearest:
            yield "    farthest from a tie"
            yield from self.widest.lines()


@dataclass(frozen=True)
class DecisionFlips:
    """Where a kernel's integers decide otherwise than the exact values behind them."""

    SCHEMA: ClassVar[str] = "vmargin/decision-flips/1"

    kernel: str
    seed: str
    cases: int
    exhaustive: bool
    """Whether these were all cases that there are."""
    sites: tuple[SiteFlips, ...]

    @property
    def flipped(self) -> int:
        """In how many cases a decision flipped."""
        return sum(site.flipped for site in self.sites)

    def as_json(self) -> dict[str, Any]:
        """All of it in JSON's types, integers as decimal strings."""
        return {
            "schema": self.SCHEMA,
            "kernel": self.kernel,
            "seed": self.seed,
            "cases": self.cases,
            "exhaustive": self.exhaustive,
            "sites": [site.as_json() for site in self.sites],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        how = "all cases that there are" if self.exhaustive else f"{self.cases} cases, seed {self.seed}"
        yield f"{self.kernel}: {how}"
        for site in self.sites:
            yield from site.lines()
        if not self.sites:
            yield "  no decision on a number that was rounded"
