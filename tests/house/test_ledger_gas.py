"""A trade of the worst accounts of a policy costs what is promised, on a node that has touched nothing."""

from __future__ import annotations

import pytest

from tests.house.cold import transplant
from tests.house.world import DAY, MODULE, NOW, OWNER, POSTER, VENUE, WAD, World, instrument, policy, user
from vmargin.chain.devnet import devnet
from vmargin.margin.gas_promise import gasOfTrade
from vmargin.margin.house.accounts import INSURANCE
from vmargin.margin.house.aggregator import RoundsFeed
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import CALL, FUTURE, PUT
from vmargin.margin.types import Cover, Policy, Terms
from vmargin.solidity.integers import uint256

MOST = 12_000_000
DATE = NOW + 30 * DAY
"""Of the first options; the surface of each date is as large as one may be."""
NODES = packed([((500 + 60 * k) * WAD, 60_000_000 + k) for k in range(16)])


def market(underlyings: int) -> World:
    """Each with a feed of its own."""
    world = World()
    for number in range(3, underlyings + 1):
        feed = f"spot{number}"
        world.deploy(feed, "RoundsFeed", RoundsFeed, 8, sender=OWNER)
        world.do("feeds", "list", number, feed, 190 * DAY, 180 * DAY, 10_000, 5_000, sender=OWNER)
        world.do("feeds", "setFreshness", number, 190 * DAY, 180 * DAY, 5_000, sender=OWNER)
        world.rounds[number] = 0
    for number in range(1, underlyings + 1):
        world.spot(number, 1_000 * WAD)
    return world


def rule_of(positions: int, scenarios: int, underlyings: int) -> Policy:
    covers = tuple(Cover(u, 0, 1_000, 10**6 * WAD, WAD, 1_000) for u in range(1, underlyings + 1))
    shocks = [((-1) ** s * 50 * s, 200 * s) for s in range(scenarios)]
    return policy(shocks, maxPositions=positions)._replace(covers=covers)


def promised(rule: Policy) -> int:
    """What the gas promise counts for a trade."""
    underlyings, scenarios = uint256(len(rule.covers)), uint256(len(rule.weightsBps))
    words = uint256(6 * len(rule.covers) + 2 * len(rule.shocks) + len(rule.weightsBps))
    return int(gasOfTrade(Terms(*map(uint256, rule.terms)), underlyings, scenarios, words))


def trade_gas(positions: int, scenarios: int, underlyings: int) -> int:
    """Of a trade between two accounts with so many options, each of another date where underlyings repeat."""
    world = market(underlyings)
    dates = [DATE + n // underlyings * DAY for n in range(positions)]
    for n, date in enumerate(dates):
        surface = instrument(1 + n % underlyings, FUTURE, date)
        world.do("feeds", "post", [(surface, 1_010 * WAD, 0, 10_000, NOW, NODES)], sender=POSTER)
    rule = world.allow(rule_of(positions, scenarios, underlyings))
    buyer, seller = (world.open(user(n), 10**9, rule) for n in (1, 2))
    options = sorted(
        instrument(1 + n % underlyings, (CALL, PUT)[n % 2], date, (900 + 7 * n) * WAD)
        for n, date in enumerate(dates)
    )
    for account, sign in ((buyer, 1), (seller, -1)):
        held = [(option, sign * 3 * WAD) for option in options]
        world.do("ledger", "move", int(INSURANCE), account, held, 0, sender=MODULE)

    trade = "trade(uint256,uint256,uint256,uint256,int256)"
    with devnet() as chain:
        transplant(world.evm, chain)
        chain.set_balance(VENUE, 10**20)
        ledger = world.contracts["ledger"].address
        receipt = chain.send(ledger, trade, (buyer, seller, options[0], WAD, 100 * WAD), sender=VENUE)
    return int(receipt["gasUsed"], 16)


@pytest.mark.parametrize(("positions", "scenarios", "underlyings"), [(30, 27, 4), (16, 27, 16), (40, 6, 40)])
def test_a_trade_costs_what_is_promised(positions: int, scenarios: int, underlyings: int) -> None:
    used = trade_gas(positions, scenarios, underlyings)
    counted = promised(rule_of(positions, scenarios, underlyings))
    assert counted * 7 // 10 < used <= counted < MOST
