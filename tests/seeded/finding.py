"""A fault as a user meets it: a mirror, a contract's artifact, and what the cross-check makes of them."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from tests.seeded.building import Built, build, original
from tests.seeded.draws import DRAWS, Draw
from tests.seeded.faults import Fault
from vmargin.crosscheck.bias import Chooser
from vmargin.crosscheck.fuzz import Fuzzed, fuzz
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.localise import Divergence, localise
from vmargin.crosscheck.subject import LocalTarget, Subject

SECONDS = 60
"""In which a fault must be found."""
CASES = 100_000
ENOUGH = 3
"""Differences, of which the smallest is made smaller."""
TRIES = 2_000
"""Cases for that where each is a whole book, which takes milliseconds."""


class Found(NamedTuple):
    """What a search for one fault gave."""

    fuzzed: Fuzzed
    first: float
    """Seconds to the first difference."""
    seconds: float
    """To some differences and the smallest case that comes of them."""


class Drawing(Inputs):
    """A user's function in the place of inputs by types."""

    def __init__(self, drawn: Draw) -> None:
        super().__init__(())
        self._drawn = drawn
        self.arguments = None

    def draw(self, chooser: Chooser) -> Case:
        return self._drawn(Random(chooser.below(1 << 50)))


def subject(fault: Fault, built: Built | None = None) -> Subject:
    """The mirror beside the contract with the fault."""
    built = built or build(fault)
    draw = draw_of(fault)
    return Subject(fault.mirror, LocalTarget(built.artifact, fault.function), inputs=draw and Drawing(draw))


def sound(fault: Fault) -> Subject:
    """The mirror beside the contract as it is."""
    return Subject(fault.mirror, LocalTarget(original(fault), fault.function))


def draw_of(fault: Fault) -> Draw | None:
    """The user's own inputs, where types alone do not make any."""
    return DRAWS[fault.inputs] if fault.inputs else None


def find(fault: Fault, *, seed: str = "0", compared: Subject | None = None) -> Found:
    """Search for the fault as `vmargin fuzz` does."""
    draw = draw_of(fault)
    search = functools.partial(
        fuzz, compared or subject(fault), cases=CASES, seconds=SECONDS, seed=seed, strategy=draw
    )
    start = time.monotonic()
    search(enough=1, tries=1)
    first = time.monotonic()
    fuzzed = search(enough=ENOUGH, tries=TRIES if draw else None)
    return Found(fuzzed, first - start, time.monotonic() - first)


def locate(fault: Fault, case: Case, agreeing: Sequence[Case], compared: Subject | None = None) -> Divergence:
    """Ask where the fault is, as a user would: with the folders of the sources."""
    built = build(fault)
    return localise(compared or subject(fault, built), case, agreeing, sources=built.sources)
