"""What the steps of the largest pool cost, on chain only."""

from __future__ import annotations

import pytest

from tests.house.auctioning import EXPIRY, LENGTH
from tests.house.pooling import OPERATOR, STRANGER, PoolHouse
from tests.house.world import (
    BITCOIN,
    DAY,
    MODULE,
    SPOTS,
    VENUE,
    WAD,
    instrument,
    policy,
    user,
)
from vmargin.margin.instruments import CALL

GAS = 12_000_000
OPTIONS = 30
FEW = [(spot, 0) for spot in (-4_000, -2_000, 0, 2_000, 4_000)]
SCENARIOS = [(spot, volatility) for spot in range(-4_000, 4_001, 1_000) for volatility in (-2_500, 0, 4_500)]


class Crowd(PoolHouse):
    """Sixteen members with 30 options, as many as are promised. On chain only: what is asked is gas."""

    def __init__(self, count=OPTIONS, scenarios=SCENARIOS):
        super().__init__(rule=policy(scenarios, maxPositions=count))
        self.capital(10 * WAD)
        self.crowd = self.members(16, dollars=10**6)
        self.loner = self.open(user(7), 10**7, self.rule)
        strikes = iter(range(45_000, 45_000 + 500 * count, 500))
        self.options = [instrument(BITCOIN, CALL, EXPIRY, next(strikes) * WAD) for _ in range(count)]
        for place, account in enumerate(self.crowd):
            self.give(account, self.options[place::16], WAD // 10)
        self.give(self.loner, self.options, WAD // 10)

    def give(self, account, options, size):
        self.gas("ledger", "move", self.maker, account, [(o, size) for o in options], 0, sender=MODULE)

    def gas(self, target, function, *arguments, sender=STRANGER):
        """What a transaction takes."""
        contract = self.contracts[target]
        contract.call(function, arguments, sender=sender, gas=100_000_000)
        return contract.evm.gas_used


def test_gas_of_the_largest_pool():
    """16 members with two positions each are margined for little more than an account with all of them."""
    house = Crowd()
    first, second, *_, last = house.crowd
    held, price = house.options[0], 16_000 * WAD
    alone = house.gas("ledger", "trade", house.loner, house.maker, held, WAD, price, sender=VENUE)
    trade = house.gas("ledger", "trade", first, house.maker, held, WAD, price, sender=VENUE)
    assert trade - alone < 600_000
    inside = house.gas("ledger", "trade", second, first, held, WAD + WAD // 10, price, sender=VENUE)
    assert inside < trade
    health = house.gas("pools", "healthOf", house.pool)
    gains = house.gas("pools", "gainsOf", house.pool)
    allocation = house.gas("pools", "allocationOf", house.pool)
    house.time += DAY
    house.reprice(BITCOIN, SPOTS[BITCOIN])
    mark = house.gas("pools", "mark", house.pool)
    leave = house.gas("pools", "leave", house.pool, last, sender=house.owners[last])
    house.gas("pools", "invite", house.pool, last, True, WAD, sender=OPERATOR)
    enter = house.gas("pools", "enter", house.pool, last, WAD, sender=house.owners[last])
    debt = house.contracts["ledger"].call("portfolioOf", (last,))[0][0] + 20 * 10**6 * WAD
    house.give(last, house.options[15::16], -WAD // 10)
    house.gas("ledger", "move", last, house.maker, [], debt, sender=MODULE)
    resolve = house.gas("pools", "resolve", house.pool, last)
    most = max(inside, health, gains, mark, leave, enter, resolve)
    assert most <= trade, "what a policy promises of a trade holds for every step of a pool"
    assert allocation < 2 * GAS


def test_gas_of_closing_against_everybody():
    """Four positions against fifteen members who hold all four: sixty closings."""
    house = Crowd()
    first, *others = house.crowd
    for place, account in enumerate(house.crowd):
        house.give(account, house.options[place::16], -WAD // 10)
        house.give(account, house.options[:4], -10 * WAD if place else 150 * WAD)
    house.gas("ledger", "move", first, house.maker, [], 10**8 * WAD, sender=MODULE)
    house.gas("liquidation", "start", first)
    house.time += 2 * LENGTH + 1
    house.reprice(BITCOIN, SPOTS[BITCOIN])
    closing = house.gas("pools", "deleverage", house.pool, first)
    assert house.contracts["ledger"].call("portfolioOf", (others[0],))[0][1] == ()
    assert closing < GAS


@pytest.mark.parametrize(("count", "scenarios", "most"), [(30, SCENARIOS, GAS), (59, FEW, 13_500_000)])
def test_gas_of_a_bid_for_everybody(count, scenarios, most):
    """64 positions in all the options, taken over by one who held nothing: a pool adds the moving of them."""
    house = Crowd(count, scenarios)
    first, second, *_ = house.crowd
    held = count
    for place, account in enumerate(house.crowd * 3):
        if held < 64:
            option = house.options[(place + 5 + place // 16 * 4) % count]
            house.give(account, [option], -3 * WAD if place % 2 else 2 * WAD)
            held += 1
    value, haircut, _, maintenance, *_ = house.contracts["engine"].call("marginOf", (first,))[0]
    spare = value - haircut - maintenance // 2
    house.gas("ledger", "move", second, house.maker, [], spare, sender=MODULE)
    taker = house.open(user(8), 10**9, house.rule)
    start = house.gas("liquidation", "start", first)
    house.time += LENGTH // 2
    house.reprice(BITCOIN, SPOTS[BITCOIN])
    _, limit = house.contracts["liquidation"].call("offerOf", (first,))
    steps = []
    for _ in range(2):
        bid = (first, taker, limit // 9, 2**200, 0)
        steps.append(house.gas("liquidation", "bid", *bid, sender=user(8)))
    held = [house.contracts["ledger"].call("instrumentsOf", (one,))[0] for one in (*house.crowd, taker)]
    assert sum(map(len, held)) == 64 + count
    assert start < GAS
    assert max(steps) < most
