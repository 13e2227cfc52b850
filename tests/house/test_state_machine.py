"""The house and its mirror through any sequence of events: the same state, and nothing made or lost."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.house.machine import LedgerRules


def test_ledger_and_mirror_stay_the_same(long: bool) -> None:
    run_state_machine_as_test(
        LedgerRules,
        settings=settings(
            max_examples=400 if long else 25,
            stateful_step_count=60 if long else 30,
            deadline=None,
            database=None,
            derandomize=True,
            # to find a shorter run that fails would take minutes: remove this when there is one
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
