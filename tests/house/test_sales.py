"""Pools are sold as one: what members hold against each other crosses, and each is paid for what it gives."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import pytest

from tests.house.auctioning import (
    ALL,
    EXPIRY,
    INSURED,
    LENGTH,
    START,
    AuctionHouse,
    book,
    healths,
    rules,
)
from tests.house.pooling import PoolHouse, member, refused
from tests.house.world import BITCOIN, ETHER, MODULE, PERP_BITCOIN, WAD, instrument, policy, user
from vmargin.margin.house.bidding import Auction, plan
from vmargin.margin.house.errors import AuctionRunning, FractionOutOfRange, NoAuction
from vmargin.margin.instruments import CALL, FUTURE
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

FUTURE_BITCOIN = instrument(BITCOIN, FUTURE, EXPIRY)


def priceOf(house, what):
    """Of one unit, by the engine: what a portfolio of it is worth."""
    (before, _) = house.see("engine", "change", (0, [(what, WAD)]), (0, []), house.rule)
    return before[0]


def planned(house, account, members, most=ALL):
    """What a keeper would bid, from what can be read of the house."""
    mirrors = house.mirrors
    begun = int(mirrors["liquidation"].startedAt(uint256(account)))
    auction = Auction(begun, START, LENGTH, INSURED, 0)
    inputs = mirrors["engine"].inputsOf(uint256(account))
    portfolios = [mirrors["ledger"].portfolioOf(uint256(one)) for one in members]
    return plan(account, house.keeper, auction, *inputs, members=portfolios, most=most)


def sell(house, account, members, fraction):
    """One bid for a pool, with all that must hold of it; the parts of the penalty."""
    held = {one: dict(house.see("ledger", "portfolioOf", one)[1]) for one in [*members, house.keeper]}
    cash = {one: house.cash(one) for one in [*members, house.keeper, 2]}
    before = house.margin(account)
    expected = planned(house, account, members, fraction)
    sale = house.take(account, fraction)
    after = house.margin(account)
    assert sale == expected.sale
    assert healths(after) == healths(expected.afterwards)
    assert all(a >= b for a, b in zip(healths(after), healths(before), strict=True))

    given = {
        one: {what: abs(s) * fraction // WAD * (1 if s > 0 else -1) for what, s in held[one].items()}
        for one in members
    }
    net = {}
    for one in members:
        left = dict(house.see("ledger", "portfolioOf", one)[1])
        for what, size in given[one].items():
            assert left.get(what, 0) == held[one][what] - size
            net[what] = net.get(what, 0) + size
    assert dict(expected.taken) == {what: size for what, size in net.items() if size}
    taker = dict(house.see("ledger", "portfolioOf", house.keeper)[1])
    for what, size in net.items():
        assert taker.get(what, 0) == held[house.keeper].get(what, 0) + size

    prices = {what: priceOf(house, what) for what in net}
    gross = {one: sum(abs(s * prices[w]) for w, s in given[one].items()) for one in members}
    parts, excess = {}, 0
    for place, one in enumerate([one for one in members if any(given[one].values())]):
        worth = floor(Fraction(sum(s * prices[w] for w, s in given[one].items()), WAD))
        parts[one] = worth - (house.cash(one) - cash[one])
        if place:
            assert abs(parts[one] - Fraction(sale.penalty * gross[one], sum(gross.values()) or 1)) < 1
        else:
            first = one
        excess += worth
    excess = sale.value - excess
    assert 0 < excess < len(members) + 2
    parts[first] += excess
    assert abs(parts[first] - Fraction(sale.penalty * gross[first], sum(gross.values()) or 1)) < 1
    assert sum(parts.values()) == sale.penalty == sale.insured + sale.reward
    assert house.cash(house.keeper) == cash[house.keeper] - sale.payment
    assert house.cash(2) == cash[2] + sale.insured
    for one in members:
        if one not in parts:
            assert house.cash(one) == cash[one]
    return parts


@pytest.mark.parametrize("name", ["portfolio", "isolated", "greeks", "shortfall", "level"])
def test_random_pools_are_sold_to_the_wei(name, long):
    house = AuctionHouse(rule=rules()[name])
    draw = random.Random(f"pools {name}")
    sold = 0
    for number in range(40 if long else 4):
        for underlying, price in ((BITCOIN, 60_000 * WAD), (ETHER, 3_000 * WAD)):
            house.reprice(underlying, price)
        count = draw.randrange(2, 6)
        members = []
        for place in range(count):
            trades = book(draw) if place < 2 or draw.random() < 0.7 else []
            owner = user(100 + 10 * number + place)
            members.append(house.victim(10**8, *trades, owner=owner, refused=True))
        instruments = {w for one in members for w, _ in house.see("ledger", "portfolioOf", one)[1]}
        if not 0 < len(instruments) <= int(house.mirrors["policies"].get(house.rule).terms.maxPositions):
            continue
        house.do("ledger", "join", members, house.rule, 64, sender=MODULE)
        account = draw.choice(members)
        if not house.fall(account, draw):
            continue
        assert house.start(account) == ()
        for _ in range(3):
            house.time += draw.randrange(LENGTH // 3)
            account = draw.choice(members)
            if house.see("liquidation", "startedAt", account) == 0 or healths(house.margin(account))[1] >= 0:
                break
            _, limit = house.offer(account)
            fraction = limit if draw.random() < 0.5 else draw.randrange(1, limit + 1)
            sell(house, account, members, fraction)
            sold += 1
            if fraction == limit != ALL:
                assert house.healths(account)[0] >= 0
        house.compare()
    assert sold >= 3


@pytest.fixture
def hedged():
    """Alice is eight bitcoins long by perpetuals, Bob short by futures; then the perpetual falls alone."""
    house = PoolHouse()
    alice, bob = house.members(2, dollars=2_000)
    for account, what, size, price in (
        (alice, PERP_BITCOIN, 8, 60_000),
        (bob, FUTURE_BITCOIN, -8, 60_600),
    ):
        trade = ([(what, size * WAD)], -size * price * WAD)
        house.do("ledger", "move", house.maker, account, *trade, sender=MODULE)
    assert house.healths(alice)[0] > 0
    return house, alice, bob


def test_a_hedge_across_members_in_different_instruments_is_sold(hedged):
    house, alice, bob = hedged
    house.reprice(BITCOIN, 60_000 * WAD, mark=59_640 * WAD)
    before = house.healths(alice)
    assert before[1] < 0 < house.margin(alice).value
    assert house.start(alice) == ()
    house.time += LENGTH // 2
    _, limit = house.offer(bob)
    assert limit < ALL
    parts = sell(house, bob, [alice, bob], limit)
    assert all(parts.values())
    assert house.healths(alice)[0] >= 0
    house.compare()


def test_an_insolvent_hedge_is_sold_whole_and_its_loss_shared(hedged):
    house, alice, bob = hedged
    house.reprice(BITCOIN, 60_000 * WAD, mark=56_000 * WAD)
    assert house.margin(alice).value < 0
    assert house.start(alice) == ()
    assert house.offer(alice)[1] == ALL
    sell(house, alice, [alice, bob], ALL)
    assert house.holdings(alice) == house.holdings(bob) == {}
    (losses,) = house.pools("resolve", house.pool, alice)
    assert losses[0] > 30_000 * WAD
    house.compare()


@pytest.mark.parametrize("power", [60, 80, 100])
def test_what_members_hold_against_each_other_crosses(power):
    """However much it is: it needs no margin, and none to be taken over."""
    house = PoolHouse()
    alice, bob = house.members(2)
    for size in (2**power, WAD + 1):
        assert house.trade(alice, bob, PERP_BITCOIN, size, 60_000 * WAD) == ()
    house.buy(alice, 1)
    house.reprice(BITCOIN, 45_000 * WAD)
    assert house.start(alice) == ()
    house.time += LENGTH // 2
    held = house.holdings(bob)[PERP_BITCOIN]
    limit = house.offer(alice)[1]
    sell(house, bob, [alice, bob], limit)
    assert house.holdings(bob)[PERP_BITCOIN] == held + -held * limit // WAD
    assert abs(house.holdings(house.keeper)[PERP_BITCOIN] - limit) <= 1
    assert house.healths(alice)[0] >= 0
    house.compare()


def test_a_pool_that_holds_nothing_but_what_crosses_is_closed():
    house = PoolHouse()
    alice, bob = house.members(2)
    assert house.trade(alice, bob, PERP_BITCOIN, 2**100, 60_000 * WAD) == ()
    house.do("ledger", "move", alice, house.maker, [], 30_000 * WAD, sender=MODULE)
    assert house.start(alice) == ()
    assert house.bid(bob, 0) == FractionOutOfRange(0)
    sale = house.take(bob, ALL)
    assert sale[1:] == (1, 0, 0, 0, 1)
    assert house.holdings(alice) == house.holdings(bob) == house.holdings(house.keeper) == {}
    assert house.bid(alice, ALL) == NoAuction(alice)
    house.compare()


def test_a_bid_takes_no_more_than_the_pool_needs():
    """Alice alone is far below, Bob's cash stands for her: the limit is the pool's, not hers."""
    house = PoolHouse()
    alice, bob = house.members(2, dollars=20_000)
    house.buy(alice, 2)
    house.buy(bob, 0.5)
    house.reprice(BITCOIN, 49_500 * WAD)
    before = house.margin(alice)
    assert healths(before)[1] < 0 < before.value
    assert house.start(bob) == ()
    limit = house.offer(alice)[1]
    assert limit < ALL * 3 // 5
    assert refused(house.bid(alice, limit + 1), "FractionAboveLimit") == (limit + 1, limit)
    parts = sell(house, alice, [alice, bob], limit)
    assert abs(parts[alice] - 4 * parts[bob]) <= 10**4
    surplus = house.healths(alice)[0]
    assert 0 <= surplus <= before.initialRequirement // 10**5
    house.compare()


def test_there_is_one_auction_for_a_pool_and_it_survives_who_leaves():
    house = PoolHouse()
    alice, bob, carol = house.members(3, dollars=5_000)
    house.buy(bob, 1)
    house.reprice(BITCOIN, 50_000 * WAD)
    assert house.start(carol) == ()
    begun = house.time
    for account in (alice, bob, carol):
        assert house.start(account) == AuctionRunning(account, begun)
        assert house.see("liquidation", "startedAt", account) == begun
    house.lose(alice, 1)
    assert not isinstance(house.pools("resolve", house.pool, alice), Revert)
    assert house.see("liquidation", "startedAt", alice) == 0
    assert house.see("liquidation", "startedAt", bob) == begun
    house.time = begun + 2 * LENGTH + 1
    house.reprice(BITCOIN, 50_000 * WAD)
    for account, failed in ((alice, False), (bob, True), (carol, True)):
        assert house.see("liquidation", "hasFailed", account) is failed
    assert house.start(bob) == ()
    assert house.see("liquidation", "lapsesOf", carol) == 1
    # with who enters, it is another pool of the ledger's, which has not been put up
    late = house.open(member(9), 100_000)
    assert house.enter(late, WAD) == ()
    for account in (bob, carol, late):
        assert house.see("liquidation", "startedAt", account) == 0
    house.compare()


def test_where_all_is_worthless_the_penalty_is_borne_in_equal_parts():
    """Calls that will not be exercised are required for if they are sold, and worth less than a wei."""
    house = PoolHouse(rule=policy(shortOptionBps=100))
    alice, bob = house.members(2)
    far = instrument(BITCOIN, CALL, EXPIRY, 10**7 * WAD)
    for account, size in ((alice, 20), (bob, 10)):
        house.do("ledger", "move", account, house.maker, [(far, size * WAD)], 0, sender=MODULE)
    house.do("ledger", "move", bob, house.maker, [], 8_000 * WAD, sender=MODULE)
    assert house.start(alice) == ()
    house.time += LENGTH // 2
    before = house.cash(alice), house.cash(bob)
    sale = house.take(alice, ALL // 2)
    assert sale.value == 1
    assert sale.penalty > 100 * WAD
    half = sale.penalty // 2
    assert house.cash(bob) == before[1] - half
    assert house.cash(alice) == before[0] - (sale.penalty - half) + 1
    house.compare()


def test_who_gives_nothing_bears_nothing():
    """A size that truncates to nothing, and a member without positions."""
    house = PoolHouse()
    alice, bob, carol = house.members(3)
    house.do("ledger", "move", house.maker, alice, [(PERP_BITCOIN, 3)], 0, sender=MODULE)
    house.buy(carol, 1)
    house.do("ledger", "move", bob, house.maker, [], 26_000 * WAD, sender=MODULE)
    assert house.start(alice) == ()
    parts = sell(house, alice, [alice, bob, carol], 10**17)
    assert list(parts) == [carol]
    house.compare()
