"""The list of faults is what it is said to be, and each has been searched for."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.seeded.faults import KINDS, Fault, faults, named, source
from tests.seeded.search import CASES, Searched, change_of, outcomes

CHANGING = [fault for fault in faults() if not fault.equivalent]
ORIGINALS = {"Solady": "solady/", "Aave": "@aave", "Morpho": "@morpho-org/", "the rule": "src/margin/"}


def test_there_are_enough_of_every_kind_and_place() -> None:
    assert len(CHANGING) >= 40
    assert len({fault.name for fault in faults()}) == len(faults())
    assert Counter(fault.kind for fault in CHANGING).keys() == set(KINDS)
    assert min(Counter(fault.kind for fault in CHANGING).values()) >= 4
    for place, prefix in ORIGINALS.items():
        assert sum(fault.unit.startswith(prefix) for fault in CHANGING) >= 6, place
    assert sum(fault.unit.startswith("src/") for fault in CHANGING) >= 16
    assert len({fault.unit for fault in CHANGING if fault.unit.startswith("src/")}) >= 15
    assert sum(fault.short for fault in faults()) == 8


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_fault_is_one_line(fault: Fault) -> None:
    before, after = source(fault.unit).splitlines(), fault.text().splitlines()
    assert len(before) == len(after)
    changed = [n for n, (one, other) in enumerate(zip(before, after, strict=True), 1) if one != other]
    assert changed == [fault.line]


@pytest.fixture(scope="module")
def recorded() -> dict[str, Searched]:
    return outcomes()


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_its_outcome_is_recorded(fault: Fault, recorded: dict[str, Searched]) -> None:
    """A search found a difference, or a million cases showed none and the list says why."""
    outcome = recorded.get(fault.name)
    assert outcome is not None, "run `python -m tests.seeded.search`"
    assert outcome.change == change_of(fault), "it has changed: run `python -m tests.seeded.search`"
    assert outcome.differs == (not fault.equivalent)
    assert outcome.differs or outcome.cases == CASES
    assert outcome.differs or re.search(r"\w+ \w+ \w+ .*\.$", fault.equivalent)


def test_nothing_else_is_recorded(recorded: dict[str, Searched]) -> None:
    assert recorded.keys() <= {fault.name for fault in faults()}


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError, match="there is no fault"):
        named("nothing")
    fault = faults()[0]
    with pytest.raises(LookupError, match="is 0 times in"):
        fault._replace(after="function nothing()").text()
    with pytest.raises(LookupError, match="is not in"):
        fault._replace(old="nothing of the sort").text()
