"""A step of a liquidation fits in a transaction: options alone, taken over by one who held nothing."""

from __future__ import annotations

import itertools

import pytest

from tests.house.auctioning import EXPIRY, LENGTH, AuctionHouse
from tests.house.world import BITCOIN, CALL, NOW, OWNER, POSTER, VENUE, WAD, instrument, policy, user
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import FUTURE, PUT

MOST = 12_000_000
ABOVE_A_TRADE = 55_000
"""For each position: two slots that the liquidator had never written, and one of the account's."""

GRID = tuple(itertools.product((-1_500, -1_000, -500, -250, 0, 250, 500, 1_000, 1_500), (-2_000, 0, 3_000)))


@pytest.mark.parametrize("positions", [12, 30])
def test_a_step_on_options_over_27_scenarios_fits(positions):
    """On chain only: what each call returns is the other tests' matter."""
    rule = policy(GRID, maxPositions=positions)
    house = AuctionHouse(rule=rule)
    ledger, liquidation = house.contracts["ledger"], house.contracts["liquidation"]
    dates = [EXPIRY + day * 86_400 for day in range(4)]

    def surfaces(forward: int) -> None:
        nodes = [((40 + 5 * k) * 1_000 * WAD, 60_000_000 + k) for k in range(16)]
        for date in dates:
            posting = (instrument(BITCOIN, FUTURE, date), forward, 0, 10_000, NOW, packed(nodes))
            house.contracts["feeds"].call("post", ([posting],), sender=POSTER)

    surfaces(60_000 * WAD)
    account = house.open(user(3), 10**9, house.rule)
    maker = house.open(user(7), 10**12, house.rule)
    options = sorted(
        instrument(BITCOIN, (CALL, PUT)[k % 2], dates[k % 4], (45_000 + 631 * k) * WAD)
        for k in range(positions)
    )
    for option in options:
        arguments = (maker, account, option, 7 * WAD // 3, 3_000 * WAD)
        ledger.call("trade", arguments, sender=VENUE)
    trade = house.evm.gas_used

    spare = house.contracts["engine"].call("marginOf", (account,))[0]
    spare = (spare[0] - spare[1] - spare[2]) // 10**12
    ledger.call("withdraw", (account, spare, user(3)), sender=user(3))
    surfaces(75_000 * WAD)
    liquidation.call("start", (account,), sender=OWNER)
    start = house.evm.gas_used
    house.time += LENGTH // 2
    (_, limit) = liquidation.call("offerOf", (account,))
    steps = []
    for fraction in (limit // 3, limit // 3):
        liquidation.call("bid", (account, house.keeper, fraction, 2**200, 0), sender=user(2))
        steps.append(house.evm.gas_used)
    assert max(start, *steps) < MOST
    assert start < trade
    assert max(steps) < trade + ABOVE_A_TRADE * positions + 500_000
