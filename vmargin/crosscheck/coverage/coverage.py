"""Runs a copy of a kernel that counts what it does over a sample of cases."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.coverage.instrument import Instrumented
from vmargin.crosscheck.coverage.report import Coverage, covered
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.kernel_inputs import Range, Source, source_of
from vmargin.errors import UsageError
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

CASES = 2_000


def coverage(
    kernel: Kernel[..., Any],
    inputs: Inputs | Source | None = None,
    *,
    over: Iterable[Case] | None = None,
    ranges: Mapping[str, Range] | None = None,
    cases: int = CASES,
    guided: int = 0,
    seed: str = "0",
    tell: Callable[[str], None] = lambda _: None,
) -> Coverage:
    """Say what a sample of cases reaches of a kernel and of all that it calls.

    A search for differences runs many more cases by the same bias, without this bookkeeping.

    Parameters
    ----------
    kernel
        The mirror.
    inputs
        What it is given: a function's inputs, a source of one's own, or by default what its types allow.
    over
        The cases themselves, where they are at hand.
    ranges
        By parameter, or field of one, the least and the most that it is given.
    cases
        How many at most.
    guided
        How many more, near to those that were the first to see something. A search for differences does not
        try these by itself: compare on :attr:`Coverage.corpus`, too.
    seed
        The same seed gives the same report.
    tell
        Takes progress.

    Raises
    ------
    UsageError
        If it is no kernel: what else a mirror may be is not read.
    NotAKernel
        If it breaks the rules of kernels.
    """
    if not isinstance(kernel, Kernel):
        raise UsageError(f"{kernel!r} is no kernel, and only those are read: name a kernel")
    source = source_of(kernel, inputs, ranges)
    instrumented = Instrumented(kernel)
    counts = instrumented.recorder.counts
    unseen = [(n, point) for n, site in enumerate(instrumented.sites) for point in site.possible]
    corpus: list[Case] = []
    number = reverted = 0
    chosen = source.seeded(cases, seed) if over is None else over
    near = _near(source, corpus, guided, seed)
    for number, case in enumerate(itertools.chain(itertools.islice(chosen, cases), near), 1):
        if number % 500 == 1:
            tell(f"{kernel.name}: coverage, case {number} of {cases + guided}")
        try:
            instrumented.run(*source.arguments(case))
        except Revert:
            reverted += 1
        if any(counts[site][point] for site, point in unseen):
            unseen = [(site, point) for site, point in unseen if not counts[site][point]]
            corpus.append(case)
    found = [covered(site, seen) for site, seen in zip(instrumented.sites, counts, strict=True)]
    return Coverage(
        kernel=kernel.name,
        seed=seed,
        cases=number,
        guided=max(0, number - cases) if over is None else 0,
        reverted=reverted,
        corpus=tuple(corpus),
        sites=tuple(sorted(found, key=lambda s: (s.code.file, s.code.line, s.code.column, s.code.kind))),
    )


def _near(source: Source, corpus: list[Case], number: int, seed: str) -> Iterator[Case]:
    """Cases near to those that saw something first, of which there may be more by the time."""
    chooser = Seeded(f"{seed} guided")
    for _ in range(number if corpus else 0):
        yield source.neighbour(
            corpus[chooser.below(len(corpus))], corpus[chooser.below(len(corpus))], chooser
        )
