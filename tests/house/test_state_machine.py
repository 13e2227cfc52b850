"""The house and its mirror through any sequence of events: the same state, and nothing made or lost."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.house.auction_rules import AuctionRules
from tests.house.machine import LedgerRules
from tests.house.pool_rules import PoolRules

LEDGER = ("deposit", "withdraw", "trade", "pokeFunding", "setBorrowRate", "settle", "choosePolicy")
MODULES = ("join", "part", "move")
POOLS = ("invite", "enter", "leave", "addCapital", "removeCapital", "mark")
DEFAULTS = ("declare", "dismiss", "deleverage", "resolve")
SUCCEEDED = {
    "ledger": (*LEDGER, *MODULES),
    "feeds": ("settle", "post", "poke"),
    "liquidation": ("start", "end", "bid", "cover"),
    "pools": (*POOLS, *DEFAULTS),
}
"""What was done, not only refused: rules that never get anywhere test nothing."""


class House(PoolRules, AuctionRules, LedgerRules):
    """Ledger, feeds, auctions and pools."""

    succeeded: ClassVar[Counter[str]] = Counter()

    @initialize(draws=st.randoms(use_true_random=False), trades=st.integers(0, 16))
    def begin(self, draws: Random, trades: int) -> None:
        super().begin(draws, trades)
        self.world.begin()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            House.succeeded.update(self.world.tally)
        super().teardown()


def test_house_and_mirror_stay_the_same(long: bool) -> None:
    House.succeeded.clear()
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=1_000 if long else 55,
            stateful_step_count=60 if long else 24,
            deadline=None,
            database=None,
            derandomize=True,
            # to find a shorter run that fails would take minutes: add Phase.shrink when there is one
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    wanted = [f"{contract}.{function}" for contract, names in SUCCEEDED.items() for function in names]
    missing = [name for name in wanted if House.succeeded[name] == 0]
    # Hypothesis draws for each run which rules it may use: of few runs, a rule may be in none that serves it
    assert len(missing) <= (0 if long else 3), (missing, House.succeeded)
