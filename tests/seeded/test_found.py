"""A fault is found within a minute, made small, and named by its line."""

from __future__ import annotations

import pytest

from tests.seeded.faults import Fault, faults, named
from tests.seeded.finding import SECONDS, draw_of, find, locate, sound, subject
from tests.seeded.measure import ELSEWHERE, LINE, PAGE, STATEMENT, Measured, how, page, results
from tests.seeded.search import Sides, change_of, outcomes, short
from tests.seeded.smallness import smaller
from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.fuzz import fuzz
from vmargin.crosscheck.weight import weight

CHANGING = [fault for fault in faults() if not fault.equivalent]
RANKS = (ELSEWHERE, STATEMENT, LINE)
AGREEING = 500
"""Cases on which the contract without the fault is compared."""


def test_is_found_small_and_where_it_is(planted: Fault) -> None:
    """Now as it is recorded, or better."""
    was, compared = results()[planted.name], subject(planted)
    found = find(planted, compared=compared)
    smallest = found.fuzzed.counterexample
    assert smallest is not None
    assert found.first <= SECONDS
    assert compared.differs(smallest.case)
    if not planted.inputs:  # of a user's draw it is the draw that says what there may be
        assert smaller(compared, smallest.case) is None
    size = weight(smallest.case)
    assert (size.values, size.bits) <= (was.values, was.bits)
    parted = locate(planted, smallest.case, found.fuzzed.agreeing, compared)
    assert RANKS.index(how(planted, parted.place)) >= RANKS.index(was.localised), parted.lines()


def test_the_recorded_difference_is_one(planted: Fault) -> None:
    recorded = outcomes()[planted.name]
    sides = Sides(planted)
    without, with_fault = sides.run(recorded.arguments)
    assert without != with_fault
    assert (short(without), short(with_fault)) == (recorded.original, recorded.changed)


def test_without_the_fault_there_is_no_difference(planted: Fault) -> None:
    fuzzed = fuzz(sound(planted), cases=AGREEING, strategy=draw_of(planted))
    assert fuzzed.counterexample is None


def test_the_counterexample_stands_by_itself() -> None:
    """Written down and read again, it still tells the contract with the fault from the one without."""
    fault = named("cash-interest-of-the-wrong-index")
    found = find(fault).fuzzed.counterexample
    assert found is not None
    again = Counterexample.from_json(found.as_json())
    assert again == found
    assert subject(fault).differs(again.case)
    assert not sound(fault).differs(again.case)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Measured]:
    return results()


def test_what_is_recorded_is_of_these_faults(recorded: dict[str, Measured]) -> None:
    expected = {fault.name: change_of(fault) for fault in CHANGING}
    found = {name: was.change for name, was in recorded.items()}
    assert found == expected, "run `python -m tests.seeded.measure`"


def test_nineteen_of_twenty_are_found_within_a_minute(recorded: dict[str, Measured]) -> None:
    within = [was for was in recorded.values() if was.found and was.first <= SECONDS]
    assert len(within) >= 0.95 * len(CHANGING)


def test_five_of_six_are_localised(recorded: dict[str, Measured]) -> None:
    on_it = [was for was in recorded.values() if was.localised in (LINE, STATEMENT)]
    assert len(on_it) >= 0.85 * len(CHANGING)


def test_the_page_shows_what_is_recorded(recorded: dict[str, Measured]) -> None:
    assert PAGE.read_text() == page(recorded), "run `python -m tests.seeded.measure`"
