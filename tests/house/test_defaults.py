"""Defaults on the real house: losses shared to the wei, layer by layer, and positions closed pro rata."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tests.house.auctioning import ALL, LENGTH
from tests.house.pooling import GRACE, STRANGER, PoolHouse, member, refused
from tests.house.world import (
    BITCOIN,
    ETHER,
    MODULE,
    OWNER,
    PERP_BITCOIN,
    PERP_ETHER,
    SPOTS,
    WAD,
)
from vmargin.solidity.reverts import Revert


@pytest.fixture(scope="module")
def ground():
    return PoolHouse()


@pytest.fixture
def house(ground):
    """The same house for each test; at its end, contracts and mirrors are compared whole."""
    with ground.trial():
        yield ground
        ground.compare()


def test_a_default_from_the_fall_to_the_insurance(house):
    """Alice is three bitcoins long, Bob one short; at 30% less the pool is insolvent."""
    house.capital(20_000 * WAD)
    alice, bob, carol = house.members(3)
    house.buy(bob, -1)
    house.buy(alice, 3)
    refused(house.pools("declare", house.pool, alice), "NothingOwed")
    house.reprice(BITCOIN, 42_000 * WAD)
    refused(house.pools("resolve", house.pool, alice), "NothingOwed")
    assert house.start(alice) == ()
    assert not isinstance(house.bid(alice, ALL), Revert)
    assert house.holdings(alice) == {}
    debt = 44_100 * WAD
    assert abs(house.see("pools", "deficitOf", alice) - debt) <= 2
    debt = house.see("pools", "deficitOf", alice)
    foreseen = house.see("pools", "lossesOf", house.pool, alice, debt)
    (losses,) = house.pools("resolve", house.pool, alice)
    assert losses == foreseen
    loss, contribution, capital, fund, gains, shortfall, fundParts, gainParts = losses
    assert (contribution, capital, fund, gains) == (100 * WAD, 20_000 * WAD, 200 * WAD, 18_000 * WAD)
    assert fundParts == (0, 100 * WAD, 100 * WAD)
    assert gainParts == (0, 18_000 * WAD, 0)
    assert shortfall == debt - 38_300 * WAD
    assert loss == contribution + capital + fund + gains + shortfall == debt
    assert house.cash(alice) == -shortfall
    assert house.see("ledger", "poolOf", alice) == 0
    assert list(house.book()[5]) == [bob, carol]
    assert house.see("pools", "healthOf", house.pool)[0] >= 0
    # alone, the debt is the insurance's
    insurance = 1_000 * WAD
    house.do("ledger", "move", house.maker, 2, [], insurance, sender=MODULE)
    assert house.cover(alice) == (insurance,)
    assert house.see("liquidation", "deficitOf", alice) == shortfall - insurance


@pytest.mark.parametrize("short", [0, 1, 49, 50, 51, 149, 150, 151, 449, 450, 451, 750, 751])
def test_layers_are_used_one_after_the_other(house, short):
    """Contribution 50, capital 100, fund 100 + 200, gains 300: each to its last dollar and one beyond."""
    house.capital(100 * WAD)
    for number, contribution in enumerate((50, 100, 200)):
        account = house.open(member(number), 1_000)
        assert house.enter(account, contribution * WAD) == ()
    alice, bob, carol = house.book()[5]
    house.buy(carol, -0.03)
    house.reprice(BITCOIN, 50_000 * WAD)
    before = house.cash(bob), house.cash(carol)
    house.lose(alice, short * WAD)
    if short == 0:
        refused(house.pools("resolve", house.pool, alice), "NothingOwed")
        return
    assert house.pools("declare", house.pool, alice) == ()
    house.time += GRACE
    house.reprice(BITCOIN, 50_000 * WAD)
    ((_, *layers, fundParts, gainParts),) = house.pools("resolve", house.pool, alice)
    expected, left = [], short
    for capacity in (50, 100, 300, 300, 10**9):
        expected.append(min(left, capacity) * WAD)
        left -= min(left, capacity)
    assert layers == expected
    third = Fraction(expected[2], 3)
    assert sum(fundParts) == expected[2] and fundParts[0] == 0
    assert all(abs(part - share) < 1 for part, share in zip(fundParts[1:], (third, 2 * third), strict=True))
    assert gainParts == (0, 0, expected[3])
    assert (house.cash(bob), house.cash(carol)) == (before[0], before[1] - expected[3])
    assert house.cash(alice) == 50 * WAD - expected[0] - expected[4]


def test_a_debtor_has_its_grace_where_the_pool_can_wait(house):
    house.capital(50 * WAD)
    alice, bob = house.members(2)
    house.lose(alice, 20 * WAD)
    assert refused(house.pools("resolve", house.pool, alice), "StillInGrace")[:2] == (alice, 0)
    refused(house.pools("dismiss", house.pool, alice), "NotDeclared")
    assert house.pools("declare", house.pool, alice) == ()
    refused(house.pools("declare", house.pool, alice), "AlreadyDeclared")
    assert refused(house.pools("dismiss", house.pool, alice), "StillOwing") == (alice, 20 * WAD)
    house.time += GRACE - 1
    refused(house.pools("resolve", house.pool, alice), "StillInGrace")
    house.lose(alice, -5 * WAD)
    house.time += 1
    refused(house.pools("resolve", house.pool, alice), "NothingOwed")
    assert house.pools("dismiss", house.pool, alice) == ()
    house.lose(alice, 1)
    refused(house.pools("resolve", house.pool, alice), "StillInGrace")
    assert house.pools("declare", house.pool, alice) == ()
    house.time += GRACE
    ((loss, contribution, *_),) = house.pools("resolve", house.pool, alice)
    assert loss == contribution == 1
    assert house.cash(alice) == 100 * WAD - 1
    assert list(house.book()[5]) == [bob]


def test_losses_of_random_pools_are_shared_to_the_wei(house, long):
    draw = random.Random("losses")
    house.do("ledger", "setBorrowRate", 10**18, sender=OWNER)
    reached = set()
    for case in range(150 if long else 12):
        with house.trial():
            reached |= random_loss(house, draw, case)
    assert reached == {"contribution", "capital", "fund", "gains", "shortfall"}


def random_loss(house, draw, case):
    """One pool with one loss; which layers it reached."""
    house.capital(draw.choice((0, 1, draw.randrange(10**21))))
    accounts = []
    for number in range(draw.randrange(2, 7)):
        account = house.open(member(number), 1_000)
        assert house.enter(account, draw.choice((0, 1, draw.randrange(10**20)))) == ()
        accounts.append(account)
    alice = draw.choice(accounts)
    others = [account for account in accounts if account != alice]
    for account in others:
        what = draw.choice((PERP_BITCOIN, PERP_ETHER))
        house.buy(account, draw.choice((-1, 1)) * Fraction(draw.randrange(1, 10**15), WAD), what)
    start = {account: house.value(account) for account in others}
    for underlying in (BITCOIN, ETHER):
        house.reprice(underlying, SPOTS[underlying] * draw.randrange(85, 115) // 100)
    paid = draw.randrange(10**8)
    house.fund(STRANGER, paid)
    house.do("ledger", "deposit", others[0], paid, sender=STRANGER)
    start[others[0]] += paid * 10**12
    gains = {a: max(0, min(house.value(a) - start[a], house.value(a))) for a in others}

    _, _, capital, fund, _, members = house.book()
    contributions = {a: house.see("pools", "memberOf", a)[1] for a in members}
    layers = {
        "contribution": contributions[alice],
        "capital": house.cash(capital),
        "fund": sum(contributions[a] for a in others),
        "gains": sum(gains.values()),
    }
    assert list(house.see("pools", "gainsOf", house.pool)) == [
        gains[a] if a in gains else house.see("pools", "gainsOf", house.pool)[i]
        for i, a in enumerate(members)
    ]
    edge = sum(list(layers.values())[: case % 5])
    house.lose(alice, max(1, edge + draw.choice((-1, 0, 1, draw.randrange(10**20)))))
    assert house.pools("declare", house.pool, alice) == ()
    house.time += GRACE + draw.randrange(100)
    for underlying in (BITCOIN, ETHER):
        house.reprice(underlying, house.prices[underlying])
    before = {account: house.cash(account) for account in house.accounts}
    loss = house.see("pools", "deficitOf", alice)
    assert loss == -before[alice]

    ((told, *used, shortfall, fundParts, gainParts),) = house.pools("resolve", house.pool, alice)
    left = loss
    for part, capacity in zip(used, layers.values(), strict=True):
        assert part == min(left, capacity)
        left -= part
    assert (told, left) == (loss, shortfall)
    cash = {account: house.cash(account) for account in house.accounts}
    for i, account in enumerate(members):
        if account != alice:
            assert 0 <= fundParts[i] <= contributions[account]
            assert 0 <= gainParts[i] <= gains[account]
            exact = Fraction(used[3] * gains[account], layers["gains"] or 1)
            assert abs(gainParts[i] - exact) < 1
            assert before[account] - cash[account] == gainParts[i]
            assert house.see("pools", "memberOf", account)[1] == contributions[account] - fundParts[i]
    assert sum(fundParts) == used[2]
    assert sum(gainParts) == used[3]
    assert before[capital] - cash[capital] == used[1]
    assert before[fund] - cash[fund] == contributions[alice] + used[2]
    assert cash[alice] == contributions[alice] - used[0] - shortfall
    house.compare()
    names = [*layers, "shortfall"]
    return {name for name, part in zip(names, (*used, shortfall), strict=True) if part}


def test_closing_what_nobody_takes_over(house):
    """Alice is long, the others short: Bob and Carol are closed in proportion, and the pool is as it was."""
    alice, bob, carol, dave = house.members(4, dollars=2_000)
    trades = ((alice, 0.5), (bob, -0.7), (alice, 0.5), (carol, -0.5), (alice, 0.5), (dave, 0.1))
    for account, size in trades:
        house.buy(account, size)
    refused(house.pools("deleverage", house.pool, alice), "NotLiquidatable")
    house.reprice(BITCOIN, 38_000 * WAD)
    refused(house.pools("deleverage", house.pool, bob), "NotLiquidatable")
    assert refused(house.pools("deleverage", house.pool, alice), "AuctionNotLapsed") == (alice,)
    assert house.start(alice) == ()
    house.time += 2 * LENGTH
    refused(house.pools("deleverage", house.pool, alice), "AuctionNotLapsed")
    house.time += 1
    house.reprice(BITCOIN, 38_000 * WAD)
    values = {account: house.value(account) for account in (alice, bob, carol, dave)}
    together = house.see("engine", "inputsOf", alice)[0]
    assert house.pools("deleverage", house.pool, alice) == ()
    assert house.holdings(alice) == {PERP_BITCOIN: 3 * WAD // 10}
    assert house.holdings(bob) == house.holdings(carol) == {}
    assert house.holdings(dave) == {PERP_BITCOIN: WAD // 10}
    assert {account: house.value(account) for account in values} == values
    assert house.see("engine", "inputsOf", alice)[0] == together
    assert house.pools("deleverage", house.pool, alice) == ()
    assert house.holdings(alice) == {PERP_BITCOIN: 3 * WAD // 10}


def test_closings_of_random_pools_are_in_proportion(house, long):
    draw = random.Random("closings")
    for _ in range(100 if long else 6):
        with house.trial():
            random_closing(house, draw)


def random_closing(house, draw):
    accounts = house.members(draw.randrange(2, 6), dollars=10**6)
    listed = (PERP_BITCOIN, PERP_ETHER)
    for account in accounts:
        for what in listed:
            if draw.random() < 0.8:
                house.buy(account, draw.choice((-1, 1)) * Fraction(draw.randrange(1, WAD), WAD), what)
    alice = draw.choice(accounts)
    for underlying in (BITCOIN, ETHER):
        house.reprice(underlying, SPOTS[underlying] * draw.randrange(9_000, 11_000) // 10_000 + 10**10)
    house.lose(alice, 10**7 * WAD)
    if not house.holdings(alice):
        refused(house.pools("deleverage", house.pool, alice), "AuctionNotLapsed")
    assert house.start(alice) == ()
    house.time += 2 * LENGTH + 1
    held = {account: house.holdings(account) for account in accounts}
    values = {account: house.value(account) for account in accounts}
    cash = sum(house.cash(account) for account in accounts)
    assert house.pools("deleverage", house.pool, alice) == ()
    for what in listed:
        own = held[alice].get(what, 0)
        others = {a: held[a].get(what, 0) for a in accounts if held[a].get(what, 0) * own < 0}
        opposite = sum(map(abs, others.values()))
        closed = min(abs(own), opposite)
        assert abs(own) - abs(house.holdings(alice).get(what, 0)) == closed
        for account in accounts:
            if account != alice:
                size = held[account].get(what, 0)
                change = abs(size) - abs(house.holdings(account).get(what, 0))
                exact = Fraction(closed * abs(others.get(account, 0)), opposite or 1)
                assert abs(change - exact) < 1
                assert change == 0 or account in others
    for account in accounts:
        change = house.value(account) - values[account]
        assert -len(accounts) <= change <= 0 if account == alice else 0 <= change <= 1
    assert sum(house.cash(account) for account in accounts) == cash
    house.compare()
