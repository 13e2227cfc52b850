"""The house with its modules, its whole state compared at once, and a count of what succeeded in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.house.world import OWNER, SPOTS, World
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.house.pools import Pools
from vmargin.margin.instruments import expiryOf
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

LENGTH = 3_600
AUCTION = (500, LENGTH, 2_500, 200)
"""Discount at the start, seconds, the insurance's share and the backstop."""

STORED = (("liquidation", "startedAt"), ("liquidation", "lapsesOf"), ("pools", "memberOf"))
DERIVED = (
    ("liquidation", "deficitOf"),
    ("liquidation", "hasFailed"),
    ("liquidation", "offerOf"),
    ("pools", "deficitOf"),
    ("engine", "marginOf"),
)
SELDOM = 10
"""Steps from one comparison of all that follows to the next: it costs as much as they do."""


class WholeHouse(World):
    """With auctions and pools; there is no pool yet."""

    def __init__(self, listed: tuple[int, ...]) -> None:
        self.tally: Counter[str] = Counter()
        self._counts = True
        self._compared = 0
        super().__init__()
        self.listed = listed
        self.dates = {int(expiryOf(uint256(one))) for one in listed} - {0}
        self.deploy("liquidation", "Liquidation", Liquidation, "ledger", "engine", *AUCTION, sender=OWNER)
        modules = ("ledger", "engine", "feeds", "policies", "liquidation")
        self.deploy("pools", "Pools", Pools, *modules, sender=OWNER)
        for module in ("liquidation", "pools"):
            self.do("ledger", "setModule", module, True, sender=OWNER)

    def outcome(self, target: str, function: str, *arguments: Any, sender: str) -> tuple[Any, ...] | Revert:
        found = super().outcome(target, function, *arguments, sender=sender)
        if self._counts and not isinstance(found, Revert):
            self.tally[f"{target}.{function}"] += 1
        return found

    def begin(self) -> None:
        """Count from here."""
        self.tally.clear()
        self._compared = 0

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """For what has to succeed."""
        kept, self._counts = self._counts, False
        yield
        self._counts = kept

    def ask(self, target: str, function: str, *arguments: Any) -> Any:
        """What a view of both says, or how both refuse."""
        return self.outcome(target, function, *arguments, sender=OWNER)

    def compare(self) -> None:
        """All that any contract keeps, on chain and mirrored; now and then also what follows from it."""
        with self.uncounted():
            super().compare()
            self._compare_feeds()
            for account in self.accounts:
                for target, view in STORED:
                    self.see(target, view, account)
            for pool in range(1, self.see("ledger", "pools") + 1):
                for kept in ("poolPolicy", "poolRoom"):  # a mapping of the mirror
                    (found,) = self.contracts["ledger"].call(kept, (pool,))
                    assert found == getattr(self.mirrors["ledger"], kept)[uint256(pool)]
            for pool in self._pools():
                self.see("pools", "bookOf", pool)
                for account in self.accounts:
                    self.see("pools", "invitationOf", pool, account)
            if self._compared % SELDOM == 0:
                self.compare_answers()
            self._compared += 1

    def compare_answers(self) -> None:
        """Views that follow from what is kept, and how they are refused."""
        for listed in self.listed:
            self.ask("feeds", "market", [listed])
        for account in self.accounts:
            for target, view in DERIVED:
                self.ask(target, view, account)
        for pool in self._pools():
            for view in ("healthOf", "gainsOf", "allocationOf"):
                self.ask("pools", view, pool)

    def _compare_feeds(self) -> None:
        for underlying in SPOTS:
            for view in ("spotOf", "sampleOf"):
                self.ask("feeds", view, underlying)
            for date in self.dates:
                self.see("feeds", "settlementOf", underlying, date)
        for listed in self.listed:
            self.ask("feeds", "forwardOf", listed)

    def _pools(self) -> range:
        return range(1, self.see("pools", "pools") + 1)
