"""What a call says must be deposited, deposited in the ledger: enough, and not a unit more than enough."""

from __future__ import annotations

import random

import pytest

from tests.house.auctioning import WEI, AuctionHouse, book, rules
from tests.house.world import OWNER, UNIT
from vmargin.protocols.reference.rules import calls, figures, health


@pytest.mark.parametrize("name", rules())
def test_a_call_rounded_up_to_units_restores_health(name, long):
    """At both levels; one unit less does not."""
    draw = random.Random(f"calls {name}")
    house = AuctionHouse(rule=rules()[name])
    house.fund(OWNER, 10**15 * UNIT)
    called = 0
    for _ in range(60 if long else 4):
        snapshot, kept = house.snapshot(), (dict(house.rounds), dict(house.owners), dict(house.prices))
        account = house.victim(10**8, *book(draw), refused=True)
        if house.fall(account, draw):
            for place, level in enumerate(("maintenance", "initial"), start=1):
                call = called_for(house, account)[f"{level}Call"]
                if call == 0:  # the deposit for the other level was enough for both
                    continue
                units = -(-call // WEI)
                house.do("ledger", "deposit", account, units - 1, sender=OWNER)
                assert house.healths(account)[-place] < 0
                house.do("ledger", "deposit", account, 1, sender=OWNER)
                assert 0 <= house.healths(account)[-place] < WEI
                assert called_for(house, account)[f"{level}Call"] == 0
                called += 1
        house.restore(snapshot)
        house.rounds, house.owners, house.prices = kept
    assert called


def called_for(house: AuctionHouse, account: int) -> dict[str, int]:
    margin = house.margin(account)
    return calls(health(figures(margin, ())))
