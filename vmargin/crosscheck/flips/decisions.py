"""Inputs at which a kernel's integers decide otherwise than the exact values behind them, and near what.

Cases are drawn at the edges of types and scales; those nearest to a tie are kept and changed; and along their
arguments one walks to where the integers' decision changes, for that is where the exact one may lag.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.flips.decision_flips import DecisionFlip, DecisionFlips, SiteFlips
from vmargin.crosscheck.flips.decision_reading import Decision, decisions
from vmargin.crosscheck.flips.window import Window, window
from vmargin.crosscheck.flips.words import Place, places
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.kernel_inputs import Range, Source, source_of
from vmargin.crosscheck.rounding.numbers import least
from vmargin.crosscheck.rounding.search import Elite, climbing
from vmargin.crosscheck.source_text import files_of
from vmargin.errors import UsageError
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.sites import Site

CASES = 4_000
NEAREST = 3

Key = tuple[Site, str]


def decision_flips(
    kernel: Kernel[..., Any],
    inputs: Inputs | Source | None = None,
    *,
    argument: str | None = None,
    ranges: Mapping[str, Range] | None = None,
    cases: int = CASES,
    seed: str = "0",
    tell: Callable[[str], None] = lambda _: None,
) -> DecisionFlips:
    """Search for decisions that integers take otherwise than exact values, those nearest to a tie first.

    Parameters
    ----------
    kernel
        What decides: its result is a bool, or a comparison is somewhere inside.
    inputs
        What it is given: a function's inputs, a source of one's own, or by default what its types allow.
    argument
        Along which one to say how wide a flip is, as in ``price`` or ``positions[0].size``; all by default.
    ranges
        By parameter, or field of one, the least and the most that it is given.
    cases
        How many runs, those that measure windows apart. All that there are, where that is not more.
    seed
        The same seed gives the same result.
    tell
        Takes progress.
    """
    if not isinstance(kernel, Kernel):
        raise UsageError(f"{kernel!r} is no kernel, so it has no exact values beside it: name a kernel")
    search = _Search(kernel, source_of(kernel, inputs, ranges), dict(ranges or {}), cases, tell)
    size = search.source.size()
    exhaustive = size is not None and size <= cases
    search.draw(cases if exhaustive else -(-cases // 3), seed)
    if not exhaustive:
        search.walk(cases - cases // 3, seed)
        search.climb(seed)
    files = files_of(kernel)
    sites = tuple(search.result(key, files, argument) for key in sorted(search.executed))
    return DecisionFlips(kernel.name, seed, search.cases, exhaustive, sites)


class _Search:
    """All that is collected while cases are read."""

    def __init__(
        self,
        kernel: Kernel[..., Any],
        source: Source,
        ranges: dict[str, Range],
        most: int,
        tell: Callable[[str], None],
    ) -> None:
        self.kernel, self.source, self.ranges, self.most, self._tell = kernel, source, ranges, most, tell
        self.elite = Elite()
        self.cases = 0
        self.executed: Counter[Key] = Counter()
        self.flips: dict[Key, dict[Case, Decision]] = {}
        self._read: dict[Case, list[Decision]] = {}

    def read(self, case: Case) -> list[Decision]:
        """Run a case, once, and keep what it shows."""
        if case not in self._read:
            if self.cases % 500 == 0:
                self._tell(f"{self.kernel.name}: {self.cases} of {self.most} cases")
            self.cases += 1
            found = self._read[case] = decisions(self.kernel, self.source.arguments(case))
            self._keep(case, found)
        return self._read[case]

    def _keep(self, case: Case, found: list[Decision]) -> None:
        aims: list[tuple[tuple[str, ...], Fraction]] = []
        for decision in found:
            key = decision.site, decision.comparison
            self.executed[key] += 1
            aims.append((("near", str(decision.site)), -decision.distance))
            if decision.flipped:
                flips = self.flips.setdefault(key, {})
                if case not in flips or decision.distance < flips[case].distance:
                    flips[case] = decision
                aims.append((("wide", str(decision.site)), share(decision)))
        self.elite.offer(case, aims)

    def draw(self, number: int, seed: str) -> None:
        """Cases from the generator, edges and corners first."""
        for case in self.source.seeded(number, seed):
            self.read(case)

    def climb(self, seed: str) -> None:
        """Cases near to those nearest to a tie, and to the widest flips."""
        for case in climbing(self.source, self.elite, 2 * self.most, f"{seed} flips"):
            if self.cases >= self.most:
                break
            self.read(case)

    def walk(self, until: int, seed: str) -> None:
        """From the nearest cases and from others, along each argument to where a decision changes."""
        chooser = Seeded(f"{seed} walks")
        seen = list(self._read)
        idle = 0
        while self.cases < until and self.elite and idle < 100:
            before = self.cases
            case = self.elite.pick(chooser) if chooser.below(2) else seen[chooser.below(len(seen))]
            found = list(dict.fromkeys((d.site, d.comparison) for d in self.read(case)))
            words = places(self.kernel, case, self.ranges)
            if found and words:
                self._walk(case, words[chooser.below(len(words))], found[chooser.below(len(found))], chooser)
            idle = 0 if self.cases > before else idle + 1

    def _walk(self, case: Case, place: Place, key: Key, chooser: Seeded) -> None:
        """Reach outward by steps that grow, then halve, or go where a straight line would be at a tie.

        Of the integers or of the exact values: a flip lies between where the one and the other change.
        """
        of = _by_integers if chooser.below(2) else _by_exact_values

        def said(value: int) -> tuple[bool | None, Fraction] | None:
            return next(map(of, self._there(place.put(case, value), key)), None)

        start = place.value(case)
        step = max(1, abs(start) >> chooser.below(24))
        own = said(start)
        beside = [said(max(place.low, start - step)), said(min(place.high, start + step))]
        nearer = [abs(one[1]) if one else Fraction(0) for one in beside]
        up = bool(chooser.below(2)) if nearer[0] == nearer[1] else nearer[1] < nearer[0]
        inside, near = start, own
        while True:
            outside = min(place.high, inside + step) if up else max(place.low, inside - step)
            if outside == inside:
                return
            far = said(outside)
            if _outcome(far) is not _outcome(own):
                break
            inside, near, step = outside, far, 4 * step
        turn = 0
        while abs(outside - inside) > 1:
            turn += 1
            middle = (inside + outside) // 2
            if turn % 3 and near is not None and far is not None and near[1] != far[1]:
                straight = inside + int((outside - inside) * near[1] / (near[1] - far[1]))
                middle = min(max(straight, min(inside, outside) + 1), max(inside, outside) - 1)
            there = said(middle)
            if _outcome(there) is _outcome(own):
                inside, near = middle, there
            else:
                outside, far = middle, there
        for value in (n for end in (inside, outside) for n in range(end - 2, end + 3)):
            if place.low <= value <= place.high:
                self.read(place.put(case, value))

    def _there(self, case: Case, key: Key) -> list[Decision]:
        """What is decided at a comparison; nothing where a run does not get there."""
        return [d for d in self.read(case) if (d.site, d.comparison) == key]

    def result(self, key: Key, files: Mapping[str, str], argument: str | None) -> SiteFlips:
        """What was found at one comparison."""
        site, comparison = key
        flips = self.flips.get(key, {})
        nearest = sorted(flips.items(), key=lambda item: (item[1].distance, repr(item[0])))[:NEAREST]
        widest = max(flips.items(), key=lambda item: (share(item[1]), repr(item[0])), default=None)
        return SiteFlips(
            f"{files.get(site.file, site.file)}:{site.line}",
            site.function,
            comparison,
            self.executed[key],
            len(flips),
            tuple(self._flip(case, decision, argument) for case, decision in nearest),
            None if widest is None else self._flip(*widest, argument),
        )

    def _flip(self, case: Case, decision: Decision, argument: str | None) -> DecisionFlip:
        words = places(self.kernel, case, self.ranges)
        if argument is not None:
            words = [place for place in words if place.name == argument]
            if not words:
                names = ", ".join(p.name for p in places(self.kernel, case, self.ranges))
                raise UsageError(f"{self.kernel.name} takes no number {argument!r}: it takes {names}")
        return DecisionFlip(case, decision, tuple(self._window(case, place, decision) for place in words))

    def _window(self, case: Case, place: Place, decision: Decision) -> Window:
        key = decision.site, decision.comparison

        def flips(value: int) -> bool:
            found = decisions(self.kernel, self.source.arguments(place.put(case, value)))
            same = (d for d in found if (d.site, d.comparison) == key and d.flipped)
            return any(d.integer is decision.integer for d in same)

        return window(place.name, place.value(case), (place.low, place.high), flips)


def _by_integers(decision: Decision) -> tuple[bool | None, Fraction]:
    return decision.integer, Fraction(decision.units)


def _by_exact_values(decision: Decision) -> tuple[bool | None, Fraction]:
    return decision.exact, least(decision.margin)


def _outcome(said: tuple[bool | None, Fraction] | None) -> bool | None:
    return None if said is None else said[0]


def share(decision: Decision) -> Fraction:
    """How far from a tie, in parts of what is compared with."""
    scale = abs(least(decision.scale))
    return decision.distance / scale if scale else Fraction(0)
