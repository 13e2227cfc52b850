"""Liquidation: contract and mirror agree, no bid worsens an account, and the target is reached."""

from __future__ import annotations

import random

import pytest

from tests.house.auctioning import (
    ALL,
    EXPIRY,
    INSURED,
    LENGTH,
    START,
    WEI,
    AuctionHouse,
    book,
    healths,
    rules,
)
from tests.house.world import (
    BITCOIN,
    ETHER,
    MODULE,
    OWNER,
    PERP_BITCOIN,
    UNIT,
    WAD,
    instrument,
    user,
)
from vmargin.margin.house import errors
from vmargin.margin.house.auctions import STEP
from vmargin.margin.house.bidding import Auction, plan
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.instruments import CALL, FUTURE
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

CALL_BITCOIN = instrument(BITCOIN, CALL, EXPIRY, 60_000 * WAD)
FUTURE_BITCOIN = instrument(BITCOIN, FUTURE, EXPIRY)


def is_(outcome, error, *operands):
    return isinstance(outcome, Revert) and outcome == error(*operands)


@pytest.mark.parametrize("name", sorted(rules()))
def test_random_accounts_are_liquidated_as_mirrored_and_never_worsened(name, long):
    house = AuctionHouse(rule=rules()[name])
    house.do("ledger", "setBorrowRate", 10**18, sender=OWNER)
    draw = random.Random(name)
    sold = reached = 0
    for number in range(60 if long else 7):
        for underlying, price in ((BITCOIN, 60_000 * WAD), (ETHER, 3_000 * WAD)):
            house.reprice(underlying, price)
        account = house.victim(10**8, *book(draw), owner=user(100 + number), refused=True)
        if not house.fall(account, draw):
            continue
        assert house.start(account) == ()
        for _ in range(4):
            house.time += draw.randrange(LENGTH // 3)
            before = house.margin(account)
            if house.see("liquidation", "startedAt", account) == 0 or healths(before)[1] >= 0:
                break
            discount, limit = house.offer(account)
            fraction = limit if draw.random() < 0.5 else draw.randrange(1, limit + 1)
            step(house, account, fraction, discount, before)
            sold += 1
            if fraction == limit != ALL:
                reached += 1
                assert house.healths(account)[0] >= 0
        house.compare()
    assert sold >= 4
    assert reached >= 1


def step(house, account, fraction, discount, before):
    """One bid, with all that must hold of it."""
    mirror = house.mirrors["liquidation"]
    auction = Auction(int(mirror.startedAt(uint256(account))), START, LENGTH, INSURED, 0)
    planned = plan(
        account,
        house.keeper,
        auction,
        *house.mirrors["engine"].inputsOf(uint256(account)),
        most=fraction,
    )
    insurance, keeper = house.cash(2), house.margin(house.keeper).value
    sale = house.take(account, fraction, most=int(planned.sale.payment), least=int(planned.sale.reward))
    _, value, penalty, insured, reward, payment = sale
    after = house.margin(account)

    assert sale == planned.sale
    assert planned.discountBps == discount
    call = (account, house.keeper, fraction, payment, reward)
    assert planned.calldata == house.contracts["liquidation"].function("bid").calldata(call)

    assert all(a > b for a, b in zip(healths(after), healths(before), strict=True))
    released = before.initialRequirement - after.initialRequirement
    assert 0 <= penalty <= max(0, released) // 2
    assert penalty == insured + reward
    assert payment == value - reward
    if fraction != ALL:
        assert after.value == before.value + 1 - penalty
        assert house.cash(2) >= insurance + insured  # and interest
        assert healths(after) == healths(planned.afterwards)
    assert house.margin(house.keeper).value <= keeper + reward


@pytest.fixture(scope="module")
def fallen():
    """A long of ten bitcoin that has lost its maintenance margin, put up."""

    def make(drop=1_100, **terms):
        house = AuctionHouse(**terms)
        account = house.victim(10**6, (PERP_BITCOIN, 10 * WAD))
        house.reprice(BITCOIN, 60_000 * WAD * (10_000 - drop) // 10_000)
        assert house.start(account) == ()
        return house, account

    return make


def test_the_limit_is_the_least_that_restores_initial_margin(fallen):
    house, account = fallen()
    before = house.margin(account)
    _, limit = house.offer(account)
    assert is_(house.bid(account, limit + 1), errors.FractionAboveLimit, limit + 1, limit)
    house.take(account, limit)
    surplus = house.healths(account)[0]
    step = int(STEP) * (before.initialRequirement + before.haircut) // WAD
    assert 0 <= surplus <= step + 10**6
    assert house.see("liquidation", "startedAt", account) == 0
    house.compare()


def test_the_discount_rises_to_one_half_and_then_the_auction_lapses(fallen):
    house, account = fallen()
    begun = house.time
    for elapsed, discount in ((0, START), (LENGTH // 2, 2_750), (LENGTH, 5_000), (2 * LENGTH, 5_000)):
        house.time = begun + elapsed
        assert house.offer(account)[0] == discount
    house.time = begun + 2 * LENGTH + 1
    assert is_(house.bid(account, 10**15), errors.AuctionLapsed, account, begun)
    assert house.start(account) == ()
    assert house.offer(account)[0] == START


def test_a_maintenance_far_below_the_initial_bounds_the_penalty(fallen):
    """Half of the initial requirement released would lower the maintenance health."""
    house, account = fallen(5_300, rule=rules()["strict"], backstopBps=5_000)
    house.time += LENGTH
    before = house.margin(account)
    assert before.value > 0
    assert house.offer(account)[0] == 10_000 * 8_000 // 30_000
    sale = house.take(account, ALL // 2)
    after = house.margin(account)
    assert sale.penalty <= before.maintenanceRequirement - after.maintenanceRequirement
    assert healths(after)[1] > healths(before)[1]


def test_who_may_bid_and_what(fallen):
    house, account = fallen()
    poor = house.open(user(5), 1, house.rule)
    stranger = user(77)
    assert is_(house.bid(account, 10**15, who=stranger), errors.MayNotAct, house.keeper, stranger)
    assert is_(house.bid(account, 0), errors.FractionOutOfRange, 0)
    assert is_(house.bid(account, ALL + 1), errors.FractionOutOfRange, ALL + 1)
    assert is_(house.bid(account, 10**15, account), errors.SameScope, account, account)
    assert is_(house.bid(house.maker, 10**15), errors.NoAuction, house.maker)
    assert str(house.bid(account, 10**17, poor)).startswith("HealthTooLow")
    assert is_(house.start(2), errors.UnknownAccount, 2)
    assert str(house.start(house.maker)).startswith("NotLiquidatable")
    house.do("ledger", "setDelegate", house.keeper, stranger, True, sender=user(2))
    house.take(account, 10**15, who=stranger)


def test_the_liquidator_names_the_worst_that_he_takes(fallen):
    house, account = fallen()
    house.time += LENGTH
    inputs = house.mirrors["engine"].inputsOf(uint256(account))
    auction = Auction(
        int(house.mirrors["liquidation"].startedAt(uint256(account))), START, LENGTH, INSURED, 0
    )
    sale = plan(account, house.keeper, auction, *inputs, most=10**17).sale
    payment, reward = int(sale.payment), int(sale.reward)
    outcome = house.bid(account, 10**17, most=payment - 1)
    assert is_(outcome, errors.PaymentAboveLimit, payment, payment - 1)
    outcome = house.bid(account, 10**17, least=reward + 1)
    assert is_(outcome, errors.RewardBelowLimit, reward, reward + 1)
    assert house.bid(account, 10**17, most=payment, least=reward) == (tuple(map(int, sale)),)


def test_an_account_with_maintenance_margin_is_left_alone(fallen):
    house, account = fallen()
    health = house.healths(account)[1]
    assert is_(house.end(account), errors.StillLiquidatable, account, health)
    house.fund(user(3), 10**6 * UNIT)
    house.do("ledger", "deposit", account, -(health // WEI), sender=user(3))
    health = house.healths(account)[1]
    assert 0 <= health < WEI
    assert is_(house.bid(account, 10**15), errors.NotLiquidatable, account, health)
    assert is_(house.start(account), errors.AuctionRunning, account, house.time)
    assert house.end(account) == ()
    assert is_(house.end(account), errors.NoAuction, account)
    house.compare()


@pytest.mark.parametrize("backstop", [0, 400])
def test_an_insolvent_account_is_taken_whole_and_the_insurance_pays(fallen, backstop):
    house, account = fallen(4_000, backstopBps=backstop)
    house.fund(OWNER, 10**9 * UNIT)
    house.do("ledger", "deposit", 2, 10_000 * UNIT, sender=OWNER)
    house.time += LENGTH
    before = house.margin(account)
    assert before.value < 0
    assert house.offer(account) == (backstop, ALL)
    _, _, penalty, insured, _, _ = house.take(account, ALL)
    assert penalty == before.initialRequirement * backstop // 10_000
    debt = -(before.value + 1 - penalty)
    paid = 10_000 * WAD + insured
    assert debt > paid
    assert house.see("liquidation", "deficitOf", account) == debt - paid
    assert house.cash(2) == 0
    assert house.see("liquidation", "startedAt", account) == 0
    house.compare()

    assert house.cover(account) == (0,)
    house.do("ledger", "deposit", 2, 10**8 * UNIT, sender=OWNER)
    assert house.cover(account) == (debt - paid,)
    assert house.cash(account) == 0
    assert is_(house.cover(account), errors.NothingOwed, account)
    assert is_(house.cover(2), errors.NothingOwed, 2)
    house.compare()


def test_what_expires_becomes_cash_and_then_a_debt_without_an_auction(fallen):
    house = AuctionHouse()
    account = house.victim(10**6, (FUTURE_BITCOIN, 10 * WAD), (CALL_BITCOIN, -3 * WAD))
    house.time = EXPIRY + 10
    house.reprice(BITCOIN, 30_000 * WAD)
    assert house.start(account) == ()
    assert house.offer(account) == (0, ALL)  # not settled: worth what spot says
    assert house.take(account, ALL // 2).penalty == 0
    round_ = house.rounds[BITCOIN]
    house.do("feeds", "settle", BITCOIN, EXPIRY, round_, sender=user(9))
    assert house.see("ledger", "portfolioOf", account)[1] == ()
    assert is_(house.bid(account, ALL), errors.NothingToClose, account, ALL)
    owed = house.see("liquidation", "deficitOf", account)
    assert owed > 0
    house.fund(OWNER, 10**9 * UNIT)
    house.do("ledger", "deposit", 2, 10**9 * UNIT, sender=OWNER)
    assert house.cover(account) == (owed,)
    assert house.end(account) == ()
    house.compare()


def test_a_pool_is_put_up_and_sold_as_one(fallen):
    house = AuctionHouse()
    risky = house.victim(10**6, (PERP_BITCOIN, 10 * WAD))
    hedger = house.victim(10**6, (PERP_BITCOIN, -4 * WAD), owner=user(4))
    house.do("ledger", "join", [risky, hedger], house.policy, 64, sender=MODULE)
    house.reprice(BITCOIN, 30_000 * WAD)
    assert house.healths(risky) == house.healths(hedger)
    assert house.start(hedger) == ()
    assert is_(house.start(risky), errors.AuctionRunning, risky, house.time)
    for account in (risky, hedger):
        assert is_(house.bid(account, 10**15, hedger), errors.SameScope, account, hedger)
        before = house.healths(risky)
        house.take(account, 10**17)
        assert all(a > b for a, b in zip(house.healths(risky), before, strict=True))
    house.compare()

    # all of it: the member's debt is the pool's, whose cash stands for it
    house.reprice(BITCOIN, 29_000 * WAD)
    house.time += LENGTH
    house.take(hedger, ALL)
    assert house.see("liquidation", "startedAt", risky) == 0
    assert house.see("liquidation", "deficitOf", risky) > 0
    assert is_(house.cover(risky), errors.NothingOwed, risky)
    house.compare()

    # the insurance answers for what is left once the account is out of the pool, whose members bear it first
    house.fund(OWNER, 10**9 * UNIT)
    house.do("ledger", "deposit", 2, 10**9 * UNIT, sender=OWNER)
    deficit = house.see("liquidation", "deficitOf", risky)
    assert house.cash(hedger) > deficit
    assert is_(house.cover(risky), errors.NothingOwed, risky)
    house.do("ledger", "move", hedger, house.maker, [], house.cash(hedger) - deficit // 3, sender=MODULE)
    assert is_(house.cover(risky), errors.NothingOwed, risky)
    house.do("ledger", "part", [risky], sender=MODULE)
    assert house.cover(risky) == (deficit,)
    assert is_(house.cover(risky), errors.NothingOwed, risky)
    house.compare()


def test_terms_are_checked(fallen):
    house, _ = fallen()
    for terms in ((5_001, 60, 0, 0), (0, 0, 0, 0), (0, 60, 10_001, 0), (0, 60, 0, 5_001)):
        with pytest.raises(Revert, match="AuctionTermsInvalid"):
            house.deploy("other", "Liquidation", Liquidation, "ledger", "engine", *terms, sender=OWNER)
