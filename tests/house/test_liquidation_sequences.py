"""Auctions amid all else that happens to a house, and what their events tell of them."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.house.auction_rules import AuctionRules
from tests.house.auctioning import ALL, AuctionHouse
from tests.house.machine import LedgerRules
from tests.house.world import BITCOIN, OWNER, PERP_BITCOIN, UNIT, WAD
from vmargin.solidity.reverts import selector

SALE = "(uint256,int256,uint256,uint256,uint256,int256)"


class Machine(AuctionRules, LedgerRules):
    """The rules of the ledger and those of the auctions."""

    total = 0

    def teardown(self):
        Machine.total += getattr(self, "taken", 0)
        super().teardown()


def test_auctions_amid_all_else_leave_both_sides_the_same(long):
    Machine.total = 0
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=300 if long else 12,
            stateful_step_count=50 if long else 30,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate, Phase.shrink] if long else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Machine.total > 0


def told(house, signature):
    """The indexed account or accounts and the data of the last call's event, in words."""
    address = house.contracts["liquidation"].address.lower()
    for log in house.evm.logs:
        if log.address == address and log.topics[0][:4] == selector(signature):
            words = [log.data[i : i + 32] for i in range(0, len(log.data), 32)]
            indexed = [int.from_bytes(topic, "big") for topic in log.topics[1:]]
            return indexed, [int.from_bytes(word, "big", signed=True) for word in words]
    return None


def test_events_tell_what_happened():
    house = AuctionHouse()
    account = house.victim(10**6, (PERP_BITCOIN, 10 * WAD))
    house.fund(OWNER, 10**6 * UNIT)
    house.do("ledger", "deposit", 2, 10_000 * UNIT, sender=OWNER)
    house.reprice(BITCOIN, 35_000 * WAD)
    health = house.healths(account)[1]
    assert house.start(account) == ()
    assert told(house, "Started(uint256,int256)") == ([account], [health])
    sale = house.take(account, ALL // 2)
    assert told(house, f"Taken(uint256,uint256,{SALE})") == ([account, house.keeper], list(sale))
    assert told(house, "Ended(uint256)") is None
    house.take(account, ALL)
    assert told(house, "Ended(uint256)") == ([account], [])
    deficit = house.see("liquidation", "deficitOf", account)
    assert deficit > 0
    house.start(account)
    house.do("ledger", "deposit", 2, 1_000 * UNIT, sender=OWNER)
    assert house.cover(account) == (1_000 * WAD,)
    assert told(house, "Covered(uint256,uint256,uint256)") == (
        [account],
        [1_000 * WAD, deficit - 1_000 * WAD],
    )
