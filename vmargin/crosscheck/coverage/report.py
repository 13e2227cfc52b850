"""What was seen of a mirror and what not, place by place: a table for a terminal, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, ClassVar, NamedTuple

from vmargin.crosscheck.coverage.points import KINDS, POINTS, CodeSite
from vmargin.crosscheck.inputs import Case
from vmargin.solidity.sites import aligned


class CoveredSite(NamedTuple):
    """A place, and how often each of its points was seen; points that cannot be are left out."""

    code: CodeSite
    seen: Mapping[str, int]

    @property
    def missed(self) -> tuple[str, ...]:
        """Points that were not seen."""
        return tuple(point for point, times in self.seen.items() if not times)

    def as_json(self) -> dict[str, Any]:
        """The site in JSON's types."""
        code = self.code
        return {
            "kind": code.kind,
            "file": code.file,
            "line": code.line,
            "column": code.column,
            "function": code.function,
            "text": code.text,
            "seen": dict(self.seen),
        }


class Tally(NamedTuple):
    """How many points there are of a kind, and how many of them were seen."""

    seen: int
    points: int

    @property
    def percent(self) -> int:
        """Of a hundred, cut: 100 is all."""
        return 100 * self.seen // self.points if self.points else 100

    def __str__(self) -> str:
        return f"{self.seen}/{self.points}"


@dataclass(frozen=True)
class Coverage:
    """What a sample of cases reaches of a kernel and of all that it calls.

    Attributes
    ----------
    cases, guided, reverted
        How many were run, how many of them were found near others, and how many reverted.
    corpus
        The cases that were the first to see something, in order: together they see all that was seen.
    sites
        By place in the source.
    """

    SCHEMA: ClassVar[str] = "vmargin/coverage/1"

    kernel: str
    seed: str
    cases: int
    guided: int
    reverted: int
    corpus: tuple[Case, ...]
    sites: tuple[CoveredSite, ...]

    def of(self, kind: str | None = None) -> Tally:
        """The points of one kind, or of all."""
        seen = [times for s in self.sites if kind in (None, s.code.kind) for times in s.seen.values()]
        return Tally(sum(1 for times in seen if times), len(seen))

    @property
    def missed(self) -> tuple[CoveredSite, ...]:
        """Places of which something was not seen."""
        return tuple(s for s in self.sites if s.missed)

    def as_json(self) -> dict[str, Any]:
        """The report in JSON's types."""
        return {
            "schema": self.SCHEMA,
            "kernel": self.kernel,
            "seed": self.seed,
            "cases": self.cases,
            "guided": self.guided,
            "reverted": self.reverted,
            "corpus": len(self.corpus),
            "kinds": {name: self.of(kind)._asdict() for kind, name in KINDS.items() if self.of(kind).points},
            "sites": [s.as_json() for s in self.sites],
        }

    def lines(self) -> Iterator[str]:
        """The report as text: numbers by kind, then what was not seen."""
        near = f", {self.guided} of them near others" if self.guided else ""
        yield f"{self.kernel}: {self.cases} cases{near}, seed {self.seed}; {self.reverted} reverted"
        tallies = [(name, self.of(kind)) for kind, name in KINDS.items()]
        rows = [(name, str(tally), f"{tally.percent}%") for name, tally in tallies if tally.points]
        yield from aligned(("of", "seen", ""), rows)
        missed = self.missed
        if not missed:
            yield "nothing was left unseen"
            return
        yield "not seen:"
        yield from aligned(("place", "what", "points"), [_row(s) for s in missed])


def covered(code: CodeSite, counts: list[int]) -> CoveredSite:
    """A site with what was counted there."""
    names = POINTS[code.kind]
    return CoveredSite(code, {names[point]: counts[point] for point in code.possible})


def _row(site: CoveredSite) -> tuple[str, ...]:
    code = site.code
    text = code.text if len(code.text) <= 56 else f"{code.text[:53]}..."
    place = f"{PurePath(code.file).name}:{code.line}:{code.column} {code.function}"
    return place, f"{code.kind} {text}", ", ".join(site.missed)
