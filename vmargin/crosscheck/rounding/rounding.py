"""The search itself: cases drawn, then those near to the worst, each read with its exact value beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.kernel_inputs import Range, Source, source_of
from vmargin.crosscheck.rounding import reading, sites
from vmargin.crosscheck.rounding.certificate import certificate
from vmargin.crosscheck.rounding.distribution import Distribution
from vmargin.crosscheck.rounding.errors import Bound, Errors, take
from vmargin.crosscheck.rounding.numbers import least, relative
from vmargin.crosscheck.rounding.report import RoundingReport
from vmargin.crosscheck.rounding.search import Elite, climbing
from vmargin.crosscheck.source_text import files_of
from vmargin.errors import UsageError
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

CASES = 10_000


def rounding(
    kernel: Kernel[..., Any],
    inputs: Inputs | Source | None = None,
    *,
    favours: Mapping[str, str] | str | None = None,
    bound: Bound | None = None,
    ranges: Mapping[str, Range] | None = None,
    inside: bool = False,
    cases: int = CASES,
    seed: str = "0",
    tell: Callable[[str], None] = lambda _: None,
) -> RoundingReport:
    """Search for the inputs at which a kernel's roundings do most, and say of each what it does.

    Parameters
    ----------
    kernel
        What to read; a contract's function by its mirror.
    inputs
        What it is given: a function's inputs, a source of one's own, or by default what its types allow.
    favours
        Who gains where the result is larger, ``"protocol"`` or ``"account"``; of a struct, by field.
    bound
        How far an error may be from 0, in units of the last digit: a number, one below and one above,
        either of them by output, or a function that gives one of these for a case.
    ranges
        By parameter, or field of one, the least and the most that it is given.
    inside
        Look into a kernel that has a truth, which otherwise is one site: at its own operations, against what
        they are exactly and not against what it approximates.
    cases
        How many runs: half are drawn, then half are searched from the worst of them. All that there are,
        where that is not more.
    seed
        The same seed gives the same report.
    tell
        Takes progress.
    """
    if not isinstance(kernel, Kernel):
        raise UsageError(f"{kernel!r} is no kernel, so it has no exact values beside it: name a kernel")
    if isinstance(inputs, Source) and ranges:
        raise UsageError("ranges narrow what types allow: a source of cases has its own")
    outputs = reading.outputs_of(kernel)
    gains = sites.stated(favours, outputs)
    source = source_of(kernel, inputs, ranges)
    size = source.size()
    exhaustive = size is not None and size <= cases
    search = _Search(kernel, source, outputs, gains, bound, inside)
    drawn = cases if exhaustive else -(-cases // 2)
    for number, case in enumerate(source.seeded(drawn, seed)):
        if number % 500 == 0:
            tell(f"{kernel.name}: {number} of {cases} cases")
        search.read(case, sampled=True)
    drawn = search.cases
    if not exhaustive:
        for number, case in enumerate(climbing(source, search.elite, cases - drawn, seed), drawn):
            if number % 500 == 0:
                tell(f"{kernel.name}: {number} of {cases} cases")
            search.read(case)
    return RoundingReport(
        kernel=kernel.name,
        seed=seed,
        cases=search.cases,
        drawn=drawn,
        reverted=search.reverted,
        exhaustive=exhaustive,
        favours=gains,
        sites=search.sites.results(files_of(kernel), certificate(kernel, ranges, inside=inside)),
        errors=tuple(e.result() for e in search.errors),
        distributions={name: Distribution.of(*search.samples[name]) for name in outputs},
        disagreements=search.places("disagreements"),
        restarts=search.places("restarts"),
        undecided=search.places("undecided"),
    )


class _Search:
    """All that is collected while cases are read."""

    def __init__(
        self,
        kernel: Kernel[..., Any],
        source: Source,
        outputs: tuple[str, ...],
        gains: Mapping[str, str],
        bound: Bound | None,
        inside: bool,
    ) -> None:
        self.inside = inside
        self.kernel = kernel
        self.source = source
        self.bound = bound
        self.elite = Elite()
        self.errors = [Errors(output) for output in outputs]
        self.sites = sites.Sites(outputs, gains)
        self.samples: dict[str, tuple[list[Fraction], list[Fraction]]] = {o: ([], []) for o in outputs}
        self.doubtful: dict[str, Counter[tuple[Any, ...]]] = {}
        self.cases = self.reverted = 0

    def read(self, case: Case, *, sampled: bool = False) -> None:
        """Run a case and take in what it shows."""
        self.cases += 1
        run = reading.run(self.kernel, self.source.arguments(case), inside=self.inside)
        if isinstance(run, Revert):
            self.reverted += 1
            return
        self.elite.offer(case, self._aims(run, case))
        for name, found in (
            ("disagreements", {(d.site, d.comparison) for d in run.disagreements}),
            ("restarts", {(r.site, f"{r.operation}: {r.reason}") for r in run.restarts}),
            ("undecided", {(d.site, "") for d in run.doubts}),
        ):
            self.doubtful.setdefault(name, Counter()).update(found)
        if sampled:
            for errors, error, exact in zip(self.errors, run.errors, run.exacts, strict=True):
                units, ppm = self.samples[errors.output]
                units.append(least(error))
                share = relative(error, exact)
                if share is not None:
                    ppm.append(share)

    def places(self, name: str) -> dict[str, int]:
        """Where something happened, in how many runs, in the order of the source."""
        found = self.doubtful.get(name, Counter())
        return {f"{site} {what}".rstrip(): count for (site, what), count in sorted(found.items())}

    def _aims(self, run: reading.Run, case: Case) -> Iterator[tuple[tuple[Any, ...], Fraction]]:
        yield from take(self.errors, run, case, self.bound)
        yield from self.sites.add(run, case)
