"""A trade fits its part of a block for the worst accounts of a policy, on a node that has touched nothing."""

from __future__ import annotations

import pytest

from tests.house.cold import transplant
from tests.house.world import DAY, MODULE, NOW, OWNER, POSTER, VENUE, WAD, World, instrument, policy, user
from vmargin.chain.devnet import devnet
from vmargin.margin.gas_promise import requireKept
from vmargin.margin.house.accounts import INSURANCE
from vmargin.margin.house.aggregator import RoundsFeed
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import CALL, FUTURE, PUT
from vmargin.margin.types import Cover, Policy, Shock, Terms
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

MOST = 12_000_000
DATE = NOW + 30 * DAY
NODES = packed([((500 + 60 * k) * WAD, 60_000_000 + k) for k in range(16)])


def market(underlyings: int) -> World:
    """Each with a feed of its own, and a surface as large as one may be."""
    world = World()
    for number in range(3, underlyings + 1):
        feed = f"spot{number}"
        world.deploy(feed, "RoundsFeed", RoundsFeed, 8, sender=OWNER)
        world.do("feeds", "list", number, feed, 190 * DAY, 180 * DAY, 10_000, 5_000, sender=OWNER)
        world.do("feeds", "setFreshness", number, 190 * DAY, 180 * DAY, 5_000, sender=OWNER)
        world.rounds[number] = 0
    for number in range(1, underlyings + 1):
        world.spot(number, 1_000 * WAD)
        surface = instrument(number, FUTURE, DATE)
        world.do("feeds", "post", [(surface, 1_010 * WAD, 0, 10_000, NOW, NODES)], sender=POSTER)
    return world


def largest(positions: int) -> Policy:
    """The policy of the most scenarios that keeps its promise with so many positions."""
    covers = tuple(Cover(u, 0, 1_000, 10**6 * WAD, WAD, 1_000) for u in range(1, positions + 1))
    for scenarios in range(32, 0, -1):
        shocks = [((-1) ** s * 50 * s, 200 * s) for s in range(scenarios)]
        rule = policy(shocks, maxPositions=positions)._replace(covers=covers)
        terms = Terms(*map(uint256, rule.terms))
        try:
            requireKept(
                terms,
                Words(Cover, covers),
                Words(Shock, rule.shocks),
                Words(uint256, rule.weightsBps),
                Words(int256, rule.correlationsBps),
            )
        except Revert:
            continue
        return rule
    raise AssertionError("none is kept")


@pytest.mark.parametrize("positions", [16, 48])
def test_a_trade_of_accounts_with_options_on_as_many_underlyings_fits(positions: int) -> None:
    world = market(positions)
    rule = world.allow(largest(positions))
    buyer, seller = (world.open(user(n), 10**9, rule) for n in (1, 2))
    options = [instrument(k + 1, (CALL, PUT)[k % 2], DATE, (900 + 7 * k) * WAD) for k in range(positions)]
    for account, sign in ((buyer, 1), (seller, -1)):
        held = [(option, sign * 3 * WAD) for option in options]
        world.do("ledger", "move", int(INSURANCE), account, held, 0, sender=MODULE)

    trade = "trade(uint256,uint256,uint256,uint256,int256)"
    with devnet() as chain:
        transplant(world.evm, chain)
        chain.set_balance(VENUE, 10**20)
        ledger = world.contracts["ledger"].address
        receipt = chain.send(ledger, trade, (buyer, seller, options[0], WAD, 100 * WAD), sender=VENUE)
    used = int(receipt["gasUsed"], 16)
    # the promise is kept, and not by promising little
    assert MOST // 2 < used < MOST, used
