"""What a liquidator, or the owner of a falling account, might try: none of it gains anything."""

from __future__ import annotations

import pytest

from tests.house.auctioning import ALL, LENGTH, START, AuctionHouse
from tests.house.world import BITCOIN, ETHER, OWNER, PERP_BITCOIN, PERP_ETHER, SPOT_BITCOIN, UNIT, WAD, user
from vmargin.margin.house import errors
from vmargin.solidity.reverts import CustomError, Revert

ReentrancyGuardReentrantCall = CustomError("ReentrancyGuardReentrantCall()")
MAKER, KEEPER, OWN = user(1), user(2), user(3)


def fallen(drop: int, **terms: int) -> tuple[AuctionHouse, int]:
    """A long of ten bitcoin after a fall, put up long enough ago for the largest discount."""
    house = AuctionHouse(**terms)
    account = house.victim(10**6, (PERP_BITCOIN, 10 * WAD), (PERP_ETHER, -7 * WAD // 3))
    house.reprice(BITCOIN, 60_000 * WAD * (10_000 - drop) // 10_000)
    house.fund(OWNER, 10**7 * UNIT)
    house.do("ledger", "deposit", 2, 10**7 * UNIT, sender=OWNER)
    assert house.start(account) == ()
    house.time += LENGTH
    return house, account


def wealth(house: AuctionHouse, *accounts: int) -> int:
    """What an owner could come to have of accounts: nobody pays in what one of them lacks."""
    return sum(max(0, int(house.margin(account).value)) for account in accounts)


@pytest.mark.parametrize("drop", [1_100, 1_500, 1_900, 2_300, 2_600, 4_000])
@pytest.mark.parametrize("fraction", [ALL, ALL // 3])
def test_taking_over_ones_own_account_gains_nothing(drop, fraction):
    house, account = fallen(drop)
    own = house.open(OWN, 10**7)
    before = wealth(house, account, own)
    fraction = min(fraction, house.offer(account)[1])
    sale = house.take(account, fraction, own)
    assert wealth(house, account, own) <= before - sale.insured + 1
    house.compare()


@pytest.mark.parametrize("drop", [2_300, 2_600, 4_000])
def test_with_a_backstop_it_gains_no_more_than_the_backstop(drop):
    house, account = fallen(drop, backstopBps=300)
    own = house.open(OWN, 10**7)
    before = wealth(house, account, own)
    most = int(house.margin(account).initialRequirement) * 300 // 10_000
    house.take(account, ALL, own)
    assert wealth(house, account, own) - before <= most


@pytest.mark.parametrize("fraction", [1, 10**3, 10**9, 10**12, 10**15])
def test_dust_gains_nothing(fraction):
    """Each bid pays for more than it takes, and all rewards together are those of one bid."""
    house, account = fallen(1_100)
    discount, _ = house.offer(account)
    first, start = house.margin(account), wealth(house, house.keeper)
    rewards = 0
    for _ in range(12):
        before = wealth(house, house.keeper)
        outcome = house.bid(account, fraction)
        if isinstance(outcome, Revert):
            assert outcome == errors.NothingToClose(account, fraction)
            break
        reward = outcome[0][4]
        assert wealth(house, house.keeper) <= before + reward
        rewards += reward
    released = first.initialRequirement - house.margin(account).initialRequirement
    assert rewards <= released * discount // 10_000
    assert wealth(house, house.keeper) <= start + rewards
    assert house.margin(account).value >= first.value - released * discount // 10_000
    house.compare()


def test_no_fraction_too_small_to_close_anything_is_taken():
    house = AuctionHouse()
    account = house.victim(10**6, (PERP_BITCOIN, 10**6), (PERP_ETHER, -(10**6)))
    house.do("ledger", "setModule", OWNER, True, sender=OWNER)
    house.do("ledger", "move", account, house.maker, [], 10**15, sender=OWNER)
    assert house.start(account) == ()
    assert house.bid(account, 10**12 - 1) == errors.NothingToClose(account, 10**12 - 1)
    sale = house.take(account, 10**12)
    assert sale.penalty == 0
    assert sale.payment > 0
    house.take(account, ALL)
    house.compare()


def test_starting_again_does_not_raise_the_discount_and_ending_is_not_for_the_needy():
    house, account = fallen(1_100)
    begun = house.see("liquidation", "startedAt", account)
    for _ in range(3):
        assert house.start(account) == errors.AuctionRunning(account, begun)
        assert str(house.end(account)).startswith("StillLiquidatable")
    assert house.offer(account)[0] == 5_000
    house.time += LENGTH + 1
    assert house.start(account) == ()
    assert house.offer(account)[0] == START
    assert house.see("liquidation", "lapsesOf", account) == 1
    house.take(account, house.offer(account)[1])
    assert house.see("liquidation", "lapsesOf", account) == 0


def test_an_auction_forgotten_while_the_account_recovered_does_not_serve_its_next_fall():
    house, account = fallen(1_100)
    house.reprice(BITCOIN, 60_000 * WAD)
    assert str(house.bid(account, 10**15)).startswith("NotLiquidatable")
    house.time += 10 * LENGTH
    house.reprice(BITCOIN, 53_000 * WAD)
    begun = house.see("liquidation", "startedAt", account)
    assert house.bid(account, 10**15) == errors.AuctionLapsed(account, begun)
    assert house.start(account) == ()
    assert house.offer(account)[0] == START


def test_a_bid_that_would_bring_more_than_the_target_is_refused_however_it_is_cut():
    house, account = fallen(1_100)
    taken = 0
    while house.see("liquidation", "startedAt", account):
        _, limit = house.offer(account)
        assert house.bid(account, limit + 1) == errors.FractionAboveLimit(limit + 1, limit)
        house.take(account, max(1, limit // 3))
        taken += 1
    assert taken > 1
    assert house.healths(account)[1] >= 0
    assert house.healths(account)[0] < 0
    assert house.bid(account, 1) == errors.NoAuction(account)


def test_neither_the_house_nor_a_stranger_is_made_a_liquidator():
    house, account = fallen(1_100)
    for liquidator in (1, 2, house.maker, 999):
        outcome = house.bid(account, 10**15, liquidator, who=KEEPER)
        assert outcome == errors.MayNotAct(liquidator, KEEPER)


def test_only_liquidation_moves_what_it_sells():
    house, account = fallen(1_100)
    outcome = house.outcome("ledger", "move", account, house.keeper, [], 1, sender=KEEPER)
    assert outcome == errors.NotModule(KEEPER)


def test_the_insurance_pays_only_where_nothing_is_left():
    """Not for a debt against spot, nor for one that still has positions."""
    house = AuctionHouse()
    borrower = house.victim(10**6, (SPOT_BITCOIN, 3 * WAD))
    house.fund(OWNER, 10**7 * UNIT)
    house.do("ledger", "deposit", 2, 10**7 * UNIT, sender=OWNER)
    assert house.cash(borrower) < 0
    assert house.cover(borrower) == errors.NothingOwed(borrower)
    house.reprice(BITCOIN, 20_000 * WAD)
    assert house.start(borrower) == ()
    assert house.cover(borrower) == errors.NothingOwed(borrower)
    assert house.see("liquidation", "deficitOf", borrower) == 0
    house.time += LENGTH
    house.take(borrower, ALL // 2)
    assert house.cover(borrower) == errors.NothingOwed(borrower)
    debt = -int(house.margin(borrower).value)
    insurance = house.cash(2)
    house.take(borrower, ALL)
    assert house.cash(2) == insurance - (debt - 1)  # what is sold is paid for in full, and a wei more
    assert house.cash(borrower) == 0
    house.compare()


class Hooked(AuctionHouse):
    """The asset calls back whoever it is told to."""

    def deploy(self, name: str, artifact: str, *arguments, **keywords) -> str:
        return super().deploy(name, artifact.replace("Erc20", "CallbackErc20"), *arguments, **keywords)


@pytest.mark.parametrize("way", ["withdraw", "deposit"])
def test_nothing_is_taken_while_the_ledger_moves_tokens(way):
    """The callback's bid fails as a whole, and what it interrupted is as without it: the mirror has none."""
    house = Hooked()
    account = house.victim(10**6, (PERP_BITCOIN, 10 * WAD))
    house.reprice(BITCOIN, 53_000 * WAD)
    assert house.start(account) == ()
    token, liquidation = house.contracts["asset"], house.contracts["liquidation"]
    house.do("ledger", "setDelegate", house.keeper, token.address, True, sender=KEEPER)
    house.fund(KEEPER, 10 * UNIT)
    call = liquidation.function("bid").calldata((account, house.keeper, 10**15, 2**200, 0))
    token.call("arm", (liquidation.address, call))
    arguments = (house.keeper, 10 * UNIT, KEEPER)[: 3 if way == "withdraw" else 2]
    house.do("ledger", way, *arguments, sender=KEEPER)
    (succeeded,), (returned,) = token.call("succeeded"), token.call("returned")
    assert not succeeded
    assert returned == ReentrancyGuardReentrantCall().data
    token.call("arm", ("0x" + "00" * 20, b""))
    house.compare()
    house.take(account, 10**15)
    house.compare()


def test_another_fall_of_the_same_account_starts_anew():
    house, account = fallen(1_100)
    house.take(account, house.offer(account)[1])
    house.reprice(BITCOIN, 40_000 * WAD)
    house.reprice(ETHER, 4_000 * WAD)
    assert house.bid(account, 10**15) == errors.NoAuction(account)
    assert house.start(account) == ()
    assert house.offer(account)[0] <= START
    house.compare()
