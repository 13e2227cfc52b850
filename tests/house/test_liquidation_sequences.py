"""What the events of auctions tell of them."""

from __future__ import annotations

from tests.house.auctioning import ALL, AuctionHouse
from tests.house.world import BITCOIN, OWNER, PERP_BITCOIN, UNIT, WAD
from vmargin.solidity.reverts import selector

SALE = "(uint256,int256,uint256,uint256,uint256,int256)"


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
