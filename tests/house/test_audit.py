"""What a reviewer tried against the house: members of a pool who collude, and prices that no grid holds."""

from __future__ import annotations

import pytest

from tests.house.auctioning import ALL, EXPIRY, LENGTH, AuctionHouse
from tests.house.pooling import PoolHouse, refused
from tests.house.world import (
    BITCOIN,
    DAY,
    ETHER,
    NOW,
    OWNER,
    PERP_BITCOIN,
    PERP_ETHER,
    UNIT,
    WAD,
    instrument,
    policy,
)
from vmargin.margin import dials
from vmargin.margin.errors import TooManyPositions
from vmargin.margin.house.errors import NothingOwed, StrikeOutOfRange
from vmargin.margin.house.ledger import STRIKE
from vmargin.margin.instruments import FUTURE, PUT, SPOT
from vmargin.solidity.reverts import Revert


def insure(house, dollars: int) -> None:
    house.fund(OWNER, dollars * UNIT)
    house.do("ledger", "deposit", 2, dollars * UNIT, sender=OWNER)


@pytest.mark.parametrize("count", [1, 2])
def test_the_insurance_pays_nothing_before_the_waterfall_of_a_pool(count):
    """Neither with the bid that takes all, nor when it is asked: contribution, capital, fund come first."""
    house = PoolHouse()
    house.capital(1_000 * WAD)
    insure(house, 10**6)
    alice, *others = house.members(count, dollars=10_000 // count)
    house.buy(alice, 0.5)
    house.reprice(BITCOIN, 30_000 * WAD)
    assert house.start(alice) == ()
    insurance = house.cash(2)
    house.take(alice, ALL)
    assert house.cash(2) == insurance
    assert house.cover(alice) == NothingOwed(alice)
    debt = house.see("pools", "deficitOf", alice)
    (losses,) = house.pools("resolve", house.pool, alice)
    _, contribution, capital, fund, *_, shortfall = losses[:6]
    assert (contribution, capital, fund) == (100 * WAD, 1_000 * WAD, 100 * WAD * len(others))
    assert house.cover(alice) == (shortfall,) == (debt - contribution - capital - fund,)
    assert house.cash(2) == insurance - shortfall
    house.compare()


def test_members_hold_nothing_against_each_other_that_the_pool_could_not_be_judged_with():
    """Not listed, not covered, not posted: a bid values what crosses, and would revert."""
    house = PoolHouse()
    alice, bob = house.members(2)
    unlisted, unposted = instrument(99, FUTURE, EXPIRY), instrument(BITCOIN, FUTURE, EXPIRY + DAY)
    assert refused(house.trade(alice, bob, unlisted, WAD, 0), "NotListed") == (99,)
    assert refused(house.trade(alice, bob, unposted, WAD, 0), "SurfaceMissing") == (unposted,)
    house.do("feeds", "list", 99, "spot1", 190 * DAY, 180 * DAY, 10_000, 5_000, sender=OWNER)
    uncovered = instrument(99, SPOT)
    assert refused(house.trade(alice, bob, uncovered, WAD, 0), "UnderlyingNotCovered") == (99,)
    assert house.trade(alice, bob, PERP_ETHER, WAD, 3_000 * WAD) == ()
    house.compare()


@pytest.mark.parametrize("grouping", [dials.POSITION, dials.EXPIRY])
def test_members_hold_no_more_apart_than_the_matrix_has_places(grouping):
    """Else truncated sizes that no longer net could need a place that there is none of."""
    matrix = (10_000, 0, 0, 10_000)
    quad = policy(grouping=grouping, combine=dials.QUAD, matrixSize=2)._replace(correlationsBps=matrix)
    house = PoolHouse(rule=quad)
    alice, bob = house.members(2)
    house.buy(alice, 0.5)
    assert house.trade(alice, bob, PERP_ETHER, WAD, 3_000 * WAD) == ()
    more = instrument(ETHER, FUTURE, EXPIRY)
    assert house.trade(alice, bob, more, WAD, 3_000 * WAD) == TooManyPositions(3, 2)
    house.reprice(BITCOIN, 20_000 * WAD)
    assert house.start(alice) == ()
    assert not isinstance(house.bid(alice, ALL // 2), Revert)
    house.compare()


def test_no_strike_makes_a_price_that_no_grid_holds():
    """A put of a wei, at a strike that a discount above one brings to the end of the range as spot falls."""
    house = AuctionHouse()
    account = house.victim(10**6, (PERP_BITCOIN, 10 * WAD))

    def surface(forward: int, rate: int) -> None:
        nodes = [(60_000 * WAD, 60_000_000)]
        house.surface(instrument(BITCOIN, FUTURE, EXPIRY), forward, nodes, rate=rate)

    surface(60_000 * WAD, -(10**16))
    for strike in (2**96 - 1, 2**96 - 2**86, STRIKE):
        put = instrument(BITCOIN, PUT, EXPIRY, strike)
        outcome = house.trade(account, house.maker, put, 1, int(strike) - 60_000 * WAD)
        assert outcome == StrikeOutOfRange(put, strike)
    longest = instrument(BITCOIN, PUT, NOW + 8 * 365 * DAY, int(STRIKE) - 1)
    house.surface(longest >> 184 << 184 | FUTURE << 176, WAD, [(WAD, 10 * 10**8)], rate=-(10**18))
    assert house.trade(account, house.maker, longest, 1, int(STRIKE) - 1) == ()
    house.reprice(BITCOIN, 45_000 * WAD)
    assert house.start(account) == ()
    house.time += LENGTH
    assert not isinstance(house.bid(account, ALL), Revert)
    house.compare()
