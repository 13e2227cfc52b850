"""What a search for rounding errors found: a table for a terminal, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from vmargin.crosscheck.rounding.distribution import Distribution
from vmargin.crosscheck.rounding.errors import OutputErrors
from vmargin.crosscheck.rounding.numbers import case_text, short
from vmargin.crosscheck.rounding.sites import SiteRounding
from vmargin.crosscheck.weight import leaves
from vmargin.solidity.shadow_reading import EXACT
from vmargin.solidity.sites import aligned

LONGEST = 110
"""Characters of a case in a table; JSON has it whole."""

_APART = ", where the exact values would have decided otherwise"

Places = Mapping[str, int]
"""By place in the source and what happened there, in how many runs."""


@dataclass(frozen=True)
class RoundingReport:
    """Where a kernel rounds, whom it favours, and how far it is off.

    Attributes
    ----------
    cases, drawn, reverted
        How many runs there were, how many of them were drawn before the search began, how many gave no value.
    exhaustive
        Whether these were all cases that there are: then "found" is "there is".
    favours
        By output, who gains where it is larger, as the caller says.
    sites
        Every rounding site that was executed.
    errors, distributions
        By output; errors over all runs, distributions over those drawn, as a search seeks out the large ones.
    disagreements
        Runs in which a comparison of the exact values would have gone the other way, by place: the error is
        that of the path which the integers take.
    restarts, undecided
        Runs in which an exact value was lost and began anew, or balls left a question open, by place.
    """

    SCHEMA: ClassVar[str] = "vmargin/rounding/1"

    kernel: str
    seed: str
    cases: int
    drawn: int
    reverted: int
    exhaustive: bool
    favours: Mapping[str, str]
    sites: tuple[SiteRounding, ...]
    errors: tuple[OutputErrors, ...]
    distributions: Mapping[str, Distribution]
    disagreements: Places
    restarts: Places
    undecided: Places

    @property
    def conflicts(self) -> tuple[SiteRounding, ...]:
        """Sites that are asked to round both ways."""
        return tuple(s for s in self.sites if s.conflict)

    @property
    def broken(self) -> int:
        """How often a bound was not met."""
        return sum(e.bound.broken for e in self.errors if e.bound)

    def as_json(self) -> dict[str, Any]:
        """The report in JSON's types, integers as decimal strings."""
        return {
            "schema": self.SCHEMA,
            "kernel": self.kernel,
            "seed": self.seed,
            "cases": self.cases,
            "drawn": self.drawn,
            "reverted": self.reverted,
            "exhaustive": self.exhaustive,
            "favours": dict(self.favours),
            "sites": [s.as_json() for s in self.sites],
            "errors": [e.as_json() for e in self.errors],
            "distributions": {name: d.as_json() for name, d in self.distributions.items()},
            "disagreements": dict(self.disagreements),
            "restarts": dict(self.restarts),
            "undecided": dict(self.undecided),
        }

    def lines(self) -> Iterator[str]:
        """The report as text."""
        how = (
            "all that there are"
            if self.exhaustive
            else f"{self.drawn} drawn, then searched, seed {self.seed}"
        )
        yield f"{self.kernel}: {self.cases} cases ({how}), of which {self.reverted} reverted"
        yield from self._site_lines()
        for errors in self.errors:
            yield from _error_lines(errors, self.exhaustive)
        for places, what in (
            (self.disagreements, "where comparisons went otherwise than the exact values would have"),
            (self.restarts, "where an exact value was lost and began anew, so that an error may be missing"),
            (self.undecided, "where a question was left open"),
        ):
            if places:
                yield f"{what}, with the number of runs:"
                yield from (f"  {place}  {count}" for place, count in places.items())

    def _site_lines(self) -> Iterator[str]:
        shown = [s for s in self.sites if s.has_effect]
        if shown:
            yield ""
            head = ("site", "operation", "rounds", "up", "down", "exact", "favours", "asked both ways")
            yield from aligned(head, [_row(s, shown) for s in shown])
        silent = [s for s in self.sites if not s.has_effect and s.direction != EXACT]
        if silent:
            yield f"rounding without effect on a result: {', '.join(dict.fromkeys(s.where for s in silent))}"
        for site in self.conflicts:
            yield ""
            yield f"{site.where}  {site.spot.text or site.spot.operation}"
            if site.at_once is not None:
                yield f"  one value is wanted both ways at {_shown(site.at_once)}"
            for demand in site.demands:
                yield f"  {demand.direction:<4} for {demand.output} at {_shown(demand.case)}"


def _row(site: SiteRounding, beside: Sequence[SiteRounding]) -> tuple[str, ...]:
    through = f" via {_calls(site, beside)}" if site.spot.via else ""
    text = site.spot.text or site.spot.operation
    text = text if len(text) <= 48 else f"{text[:45]}..."
    return (
        f"{site.where} {site.spot.site.function}{through}", text, site.direction,
        str(site.up), str(site.down), str(site.exact), site.favours or "not stated", _asked(site),
    )  # fmt: skip


def _asked(site: SiteRounding) -> str:
    """Whether it is asked both ways, and whether that is seen in runs or proven of all inputs."""
    if site.proven is None or (len(site.proven) == 2) != bool(site.conflict):
        return site.conflict or "no"
    return f"{site.conflict or 'no'}, proven"


def _calls(site: SiteRounding, beside: Sequence[SiteRounding]) -> str:
    """The calls on the way, as far back as it takes to tell the site from others."""
    via = site.spot.via
    others = [
        s.spot.via for s in beside if s is not site and s.spot._replace(via=()) == site.spot._replace(via=())
    ]
    shown = 1
    while shown < len(via) and any(other[-shown:] == via[-shown:] for other in others):
        shown += 1
    return " > ".join(map(str, via[-shown:]))


def _error_lines(errors: OutputErrors, exhaustive: bool) -> Iterator[str]:
    yield ""
    found = "largest error" if exhaustive else "largest error found"
    largest, ppm = errors.largest, errors.largest_ppm
    if largest is None:
        yield f"{errors.output}: exact in all {errors.cases} cases"
    else:
        low = short(errors.lowest.error) if errors.lowest else "0"
        high = short(errors.highest.error) if errors.highest else "0"
        size = f"{short(largest.error)} wei, from {low} to {high}"
        yield f"{errors.output}: {found} {size}; exact in {errors.exact} of {errors.cases}"
        yield f"  at {_shown(largest.case)}{_APART if largest.apart else ''}"
    if ppm is not None:
        apart = _APART if ppm.apart else ""
        yield f"  {short(ppm.error)} ppm of the exact value at {_shown(ppm.case)}{apart}"
        sizes = [
            f"{short(x.error)} from 1e{k}"
            for k, x in errors.by_magnitude[:: max(1, len(errors.by_magnitude) // 6)]
        ]
        if sizes:
            yield f"  ppm by size of the exact value: {', '.join(sizes)}"
    bound = errors.bound
    if bound is not None:
        kept = "kept" if not bound.broken else f"broken in {bound.broken} cases"
        tight = short(bound.tightest.error * 100) if bound.tightest else "0"
        yield f"  bound {kept}; at most {tight}% of it used"
        if bound.apart:
            yield f"  {bound.apart} beyond it where the exact values would have decided otherwise"
        if bound.first_broken is not None:
            yield f"  error {short(bound.first_broken.error)} beyond it at {_shown(bound.first_broken.case)}"


def _shown(case: Any) -> str:
    text = case_text(case)
    return text if len(text) <= LONGEST else f"a case of {len(list(leaves(case)))} numbers (in the JSON)"
