"""What anyone may do to auctions, for the state machine of the house: a mixin beside LedgerRules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.house.whole import LENGTH, WholeHouse
from tests.house.world import BITCOIN, ETHER, OWNER, UNIT, WAD, instrument, user
from vmargin.margin.house import health
from vmargin.margin.house.accounts import INSURANCE
from vmargin.margin.instruments import PERP
from vmargin.margin.types import Margin
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert


class AuctionRules:
    """`self.world`, `self.account`, `self.deposited` and `self.roundings` are those of LedgerRules."""

    world: WholeHouse
    deposited: int
    roundings: int

    account: Callable[[int], int]
    deal: Callable[..., Any]
    pay: Callable[[int, int], None]
    ruin: Callable[[int, int], None]
    turn: Callable[[int, int], None]
    customers: list[int]
    whale: int

    numbers = st.integers(0, 10)

    def auction(self, function: str, *arguments: Any, sender: str = user(70)) -> Any:
        """A bid moves once for each member, and twice more."""
        outcome = self.world.outcome("liquidation", function, *arguments, sender=sender)
        self.roundings += 20 * (4 + len(self.world.mirrors["ledger"].holdings))
        return outcome

    def insure(self, dollars: int) -> None:
        self.world.fund(OWNER, dollars * UNIT)
        self.world.do("ledger", "deposit", int(INSURANCE), dollars * UNIT, sender=OWNER)
        self.deposited += dollars * UNIT

    def margin_(self, account: int) -> Margin | None:
        """None where there is no price for it."""
        try:
            margin, _ = self.world.mirrors["engine"].marginOf(uint256(account))
        except Revert:
            return None
        return Margin(*margin)

    def fallen(self, number: int) -> int:
        """One below maintenance margin or put up, nearly always, if there is one."""
        started = self.world.mirrors["liquidation"].startedAt
        found = []
        for account in self.customers:
            margin = self.margin_(account)
            if started(uint256(account)) != 0 or (margin is not None and health.maintenance(margin) < 0):
                found.append(account)
        return found[number % len(found)] if found and number < 9 else self.account(number)

    @rule(number=numbers)
    def put_up(self, number: int) -> None:
        account = self.fallen(number)
        margin = self.margin_(account)
        outcome = self.auction("start", account)
        if outcome == ():
            assert margin is None or health.maintenance(margin) < 0

    @rule(number=numbers, rescued=st.booleans())
    def take_down(self, number: int, rescued: bool) -> None:
        """What it lacks is perhaps deposited before."""
        account = self.fallen(number)
        margin = self.margin_(account)
        if rescued and margin is not None:
            self.auction("start", account)
            self.pay(account, -(-max(0, -int(health.maintenance(margin))) * UNIT // WAD))
        if self.auction("end", account) == ():
            margin = self.margin_(account)
            assert margin is None or health.maintenance(margin) >= 0

    @rule(
        number=numbers,
        liquidator=st.sampled_from((3, 3, 3, 0, 1, 2)),
        part=st.sampled_from((0, 1, 10**12, WAD // 7, WAD // 2, WAD)),
        waited=st.sampled_from((0, LENGTH // 2, LENGTH)),
    )
    def take(self, number: int, liquidator: int, part: int, waited: int) -> None:
        """A part of what is admitted; none of it worsens the account."""
        self.attempt(self.fallen(number), self.account(liquidator), part, waited)

    @rule(
        underlying=st.sampled_from((BITCOIN, ETHER)),
        percent=st.sampled_from((70, 80, 125, 140)),
        parts=st.lists(st.sampled_from((0, 0, WAD // 7, WAD // 2, WAD, WAD)), min_size=3, max_size=3),
        waited=st.sampled_from((0, LENGTH)),
    )
    def raid(self, underlying: int, percent: int, parts: list[int], waited: int) -> None:
        """All go to the limit, the wrong way; who falls is put up, and bid for or left there."""
        for account in self.customers:
            sides = (account, self.whale) if percent < 100 else (self.whale, account)
            for power in range(20, 14, -1):
                if self.deal(*sides, instrument(underlying, PERP), 10**power) == ():
                    break
        self.turn(underlying, percent)
        self.insure(200)
        for account, part in zip(self.customers, parts, strict=True):
            if part:
                self.attempt(account, self.whale, part, waited)
            else:
                self.auction("start", account)

    def attempt(self, account: int, liquidator: int, part: int, waited: int) -> None:
        self.auction("start", account)
        self.world.time += waited
        offer = self.auction("offerOf", account)
        limit = WAD if isinstance(offer, Revert) else int(offer[1])
        before = self.margin_(account)
        bid = (account, liquidator, limit * part // WAD, 2**200, 0)
        outcome = self.auction("bid", *bid, sender=self.world.owners[liquidator])
        if isinstance(outcome, Revert):
            return
        after = self.margin_(account)
        assert before is not None
        assert after is not None
        assert health.maintenance(before) < 0
        assert health.initial(after) > health.initial(before)
        assert health.maintenance(after) > health.maintenance(before)

    @rule(number=numbers, dollars=st.sampled_from((0, 0, 50)), debt=st.sampled_from((0, 1, 70 * WAD)))
    def cover(self, number: int, dollars: int, debt: int) -> None:
        if dollars:
            self.insure(dollars)
        owes = self.world.mirrors["liquidation"].deficitOf
        owing = [account for account in self.customers if owes(uint256(account)) != 0]
        account = owing[number % len(owing)] if owing else self.account(number)
        if debt:
            self.ruin(account, debt)
        self.auction("cover", account)
