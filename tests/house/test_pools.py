"""Pools on the real house: who enters and leaves, what is required of members, and what they gain."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.house.pooling import OPERATOR, STRANGER, PoolHouse, member, refused
from tests.house.world import (
    BITCOIN,
    DAY,
    MODULE,
    PERP_BITCOIN,
    PERP_ETHER,
    UNIT,
    WAD,
)

TOO_MUCH = 2**126
START = 60_000


@pytest.fixture(scope="module")
def ground():
    return PoolHouse()


@pytest.fixture
def house(ground):
    """The same house for each test; at its end, contracts and mirrors are compared whole."""
    with ground.trial():
        yield ground
        ground.compare()


def test_what_does_not_exist_is_refused(house):
    alice = house.open(member(0), 1_000)
    for call in (
        ("bookOf", 9),
        ("healthOf", 9),
        ("allocationOf", 9),
        ("gainsOf", 0),
        ("addCapital", 9, house.treasury, 1),
        ("removeCapital", 9, house.treasury, 1),
        ("invite", 9, alice, True, 1),
        ("enter", 9, alice, 1),
        ("mark", 9),
    ):
        refused(house.pools(*call, sender=OPERATOR), "PoolUnknown")
    for function in ("leave", "declare", "dismiss", "deleverage", "resolve"):
        for pool in (0, house.pool, 9):
            assert refused(house.pools(function, pool, alice), "NotInPool") == (alice,)
    refused(house.pools("lossesOf", house.pool, alice, 5), "NotInPool")
    refused(house.pools("create", b"\7" * 32), "PolicyNotAllowed")
    assert house.see("pools", "healthOf", house.pool) == (0, 0)
    assert house.see("pools", "allocationOf", house.pool) == ((), (), ())
    assert house.see("pools", "gainsOf", house.pool) == ()
    assert house.see("pools", "MARK_INTERVAL") == house.see("pools", "GRACE") == DAY


def test_capital_is_the_operators_and_bound_while_there_are_members(house):
    capital = house.book()[2]
    house.capital(700 * WAD)
    assert house.cash(capital) == 700 * WAD
    refused(house.pools("addCapital", house.pool, house.treasury, 1, sender=STRANGER), "NotOwner")
    refused(
        house.pools("addCapital", house.pool, house.treasury, TOO_MUCH, sender=OPERATOR), "AmountOutOfRange"
    )
    short = house.pools("addCapital", house.pool, house.treasury, 2 * 10**27, sender=OPERATOR)
    refused(short, "HealthTooLow")
    refused(house.pools("removeCapital", house.pool, house.treasury, 1), "NotOperator")
    refused(
        house.pools("removeCapital", house.pool, house.treasury, TOO_MUCH, sender=OPERATOR),
        "AmountOutOfRange",
    )
    refused(
        house.pools("removeCapital", house.pool, house.treasury, 701 * WAD, sender=OPERATOR), "HealthTooLow"
    )
    assert house.pools("removeCapital", house.pool, house.treasury, 300 * WAD, sender=OPERATOR) == ()
    (alice,) = house.members(1)
    assert refused(
        house.pools("removeCapital", house.pool, house.treasury, 1, sender=OPERATOR), "PoolNotEmpty"
    ) == (house.pool, 1)
    refused(house.pools("addCapital", house.pool, alice, 1, sender=member(0)), "InPool")
    assert house.cash(capital) == 400 * WAD


def test_entering_takes_the_consent_of_both(house):
    alice = house.open(member(0), 1_000)
    enter = ("enter", house.pool, alice)
    refused(house.pools(*enter, 0, sender=member(0)), "NotInvited")
    refused(house.pools("invite", house.pool, alice, True, 5, sender=STRANGER), "NotOperator")
    refused(house.pools("invite", house.pool, alice, True, TOO_MUCH, sender=OPERATOR), "AmountOutOfRange")
    house.invite(alice, 50 * WAD)
    refused(house.pools(*enter, 50 * WAD, sender=STRANGER), "NotOwner")
    house.do("ledger", "setDelegate", alice, STRANGER, True, sender=member(0))
    refused(house.pools(*enter, 50 * WAD, sender=STRANGER), "NotOwner")
    refused(house.pools(*enter, 50 * WAD - 1, sender=member(0)), "NotInvited")
    house.do("pools", "invite", house.pool, alice, False, 50 * WAD, sender=OPERATOR)
    refused(house.pools(*enter, 50 * WAD, sender=member(0)), "NotInvited")
    house.invite(alice, 50 * WAD)
    assert house.pools(*enter, 50 * WAD, sender=member(0)) == ()
    assert house.cash(alice) == 950 * WAD
    assert house.cash(house.book()[3]) == 50 * WAD
    assert house.see("pools", "invitationOf", house.pool, alice) == (False, 0)
    refused(house.pools(*enter, 0, sender=member(0)), "InPool")


def test_members_are_in_order_of_account_whoever_comes_first(house):
    accounts = [house.open(member(number), 1_000) for number in range(4)]
    for place in (2, 0, 3, 1):
        assert house.enter(accounts[place], 0) == ()
    assert list(house.book()[5]) == accounts
    assert house.pools("leave", house.pool, accounts[1], sender=member(1)) == ()
    assert list(house.see("ledger", "scopeOf", accounts[0])[0]) == [accounts[0], *accounts[2:]]


def test_a_pool_has_room_for_sixteen(house):
    for account in house.members(16, dollars=10, contribution=WAD):
        assert house.see("ledger", "poolOf", account) != 0
    late = house.open(member(16), 10)
    assert refused(house.enter(late, 0), "MembersOutOfRange") == (17,)


def test_who_would_leave_the_pool_without_margin_is_not_let_in(house):
    house.members(2, dollars=1_000)
    burden = house.open(member(5), 15_000)
    house.buy(burden, 1)
    house.reprice(BITCOIN, 45_000 * WAD)
    assert house.healths(burden)[0] < -10_000 * WAD
    before = house.book(), house.cash(burden)
    refused(house.enter(burden, WAD), "HealthTooLow")
    assert (house.book(), house.cash(burden)) == before
    assert house.see("ledger", "poolOf", burden) == 0


def test_what_members_hold_against_each_other_needs_no_margin(house):
    alice, bob, carol = house.members(3)
    house.buy(alice, 1.5)
    house.buy(bob, -1.25)
    house.buy(carol, 0.001, PERP_ETHER)
    members, initial, maintenance = house.see("pools", "allocationOf", house.pool)
    assert list(members) == [alice, bob, carol]
    together = house.margin(alice)
    assert house.margin(carol) == together
    assert sum(initial) == together.initialRequirement
    assert sum(maintenance) == together.maintenanceRequirement
    alone = []
    for account in members:
        portfolio = house.see("ledger", "portfolioOf", account)
        (margin, _) = house.see("engine", "change", portfolio, (0, []), house.rule)
        alone.append(margin[2])
    assert 4 * sum(initial) < sum(alone)
    for part, own in zip(initial, alone, strict=True):
        assert abs(part - Fraction(sum(initial) * own, sum(alone))) < 1
    healths = house.see("pools", "healthOf", house.pool)
    assert healths == house.healths(alice)


def test_a_member_trades_on_the_margin_of_all(house):
    alice, bob = house.members(2)
    assert house.healths(alice)[0] == 2 * 9_900 * WAD
    size = int(1.3 * WAD)
    assert house.trade(alice, house.maker, PERP_BITCOIN, size, START * WAD) == ()
    refused(house.trade(bob, house.maker, PERP_BITCOIN, size, START * WAD), "HealthTooLow")
    assert house.trade(alice, bob, PERP_BITCOIN, 100 * WAD, START * WAD) == ()


def test_leaving_takes_margin_of_who_leaves_and_of_who_stays(house):
    alice, bob = house.members(2)
    refused(house.pools("leave", house.pool, alice), "NotOwner")
    house.buy(alice, 1.2)
    refused(house.pools("leave", house.pool, alice, sender=member(0)), "HealthTooLow")
    assert refused(house.pools("leave", house.pool, bob, sender=member(1)), "HealthTooLow")[0] == alice
    house.buy(alice, -0.6)
    before = house.cash(bob)
    assert house.pools("leave", house.pool, bob, sender=OPERATOR) == ()
    assert house.cash(bob) == before + 100 * WAD
    assert house.see("pools", "memberOf", bob) == (0, 0, 0, 0)
    assert house.pools("leave", house.pool, alice, sender=member(0)) == ()
    assert house.cash(house.book()[3]) == 0


def test_gains_are_neither_made_nor_hidden_by_moving_cash(house):
    alice, bob, carol = house.members(3)
    house.buy(alice, -1)
    house.buy(bob, 0.3)
    house.reprice(BITCOIN, 50_000 * WAD)
    assert house.see("pools", "gainsOf", house.pool) == (10_000 * WAD, 0, 0)
    house.fund(member(2), 5_000 * UNIT)
    for account in (alice, carol):
        house.do("ledger", "deposit", account, 2_500 * UNIT, sender=member(2))
    house.do("ledger", "withdraw", alice, 7_000 * UNIT, member(0), sender=member(0))
    assert house.see("pools", "gainsOf", house.pool) == (10_000 * WAD, 0, 0)
    # one's own gains bear no part of one's own loss
    _, *used, fundParts, gainParts = house.see("pools", "lossesOf", house.pool, alice, 500 * WAD)
    assert used == [100 * WAD, 0, 200 * WAD, 0, 200 * WAD]
    assert (fundParts, gainParts) == ((0, 100 * WAD, 100 * WAD), (0, 0, 0))
    # no more than what is left to take
    house.do("ledger", "withdraw", alice, 9_000 * UNIT, member(0), sender=member(0))
    assert house.see("pools", "gainsOf", house.pool)[0] == house.value(alice) == 6_400 * WAD


def test_a_mark_makes_gains_ones_own(house):
    alice, bob = house.members(2)
    house.buy(alice, -1)
    house.reprice(BITCOIN, 55_000 * WAD)
    marked = house.book()[4]
    assert refused(house.pools("mark", house.pool), "MarkTooSoon") == (house.pool, marked + DAY)
    house.time += DAY
    house.reprice(BITCOIN, 55_000 * WAD)
    assert house.pools("mark", house.pool) == ()
    assert house.book()[4] == house.time
    assert house.see("pools", "gainsOf", house.pool) == (0, 0)
    house.reprice(BITCOIN, 54_000 * WAD)
    assert house.see("pools", "gainsOf", house.pool) == (1_000 * WAD, 0)
    house.time += DAY
    house.reprice(BITCOIN, 54_000 * WAD)
    house.lose(bob, 10 * WAD)
    assert refused(house.pools("mark", house.pool), "MemberInDefault") == (bob, 10 * WAD)
    assert refused(house.pools("leave", house.pool, alice, sender=member(0)), "MemberInDefault")[0] == bob
    house.lose(bob, 30_000 * WAD)
    house.do("ledger", "move", house.maker, bob, [(PERP_BITCOIN, 1)], 0, sender=MODULE)
    refused(house.pools("mark", house.pool), "HealthTooLow")
