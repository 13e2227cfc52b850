"""What anyone may do to auctions, for the state machine of the house: a mixin beside LedgerRules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.house.world import BITCOIN, ETHER, OWNER, UNIT, WAD, World, instrument, user
from vmargin.margin.house import health
from vmargin.margin.house.accounts import INSURANCE
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.instruments import PERP
from vmargin.margin.types import Margin
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

LENGTH = 3_600


class AuctionRules:
    """`self.world`, `self.account`, `self.deposited` and `self.roundings` are those of LedgerRules."""

    world: World
    deposited: int
    roundings: int

    account: Callable[[int], int]
    deal: Callable[..., Any]
    turn: Callable[[int, int], None]
    customers: list[int]
    whale: int

    numbers = st.integers(0, 10)

    def auction(self, function: str, *arguments: Any, sender: str = user(70)) -> Any:
        """Deployed when it is first asked for; a bid moves twice or thrice."""
        if "liquidation" not in self.world.contracts:
            terms = (500, LENGTH, 2_500, 200)
            self.world.deploy(
                "liquidation", "Liquidation", Liquidation, "ledger", "engine", *terms, sender=OWNER
            )
            self.world.do("ledger", "setModule", "liquidation", True, sender=OWNER)
            self.insure(3_000)
        outcome = self.world.outcome("liquidation", function, *arguments, sender=sender)
        self.roundings += 3 * (4 + len(self.world.mirrors["ledger"].holdings))
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

    @rule(number=numbers)
    def put_up(self, number: int) -> None:
        account = self.account(number)
        margin = self.margin_(account)
        outcome = self.auction("start", account)
        if outcome == ():
            assert margin is None or health.maintenance(margin) < 0

    @rule(number=numbers)
    def take_down(self, number: int) -> None:
        account = self.account(number)
        if self.auction("end", account) == ():
            margin = self.margin_(account)
            assert margin is None or health.maintenance(margin) >= 0

    @rule(
        number=numbers,
        liquidator=numbers,
        part=st.sampled_from((0, 1, 10**12, WAD // 7, WAD // 2, WAD)),
        waited=st.sampled_from((0, LENGTH // 2, LENGTH)),
    )
    def take(self, number: int, liquidator: int, part: int, waited: int) -> None:
        """A part of what is admitted; none of it worsens the account."""
        self.attempt(self.account(number), self.account(liquidator), part, waited)

    @rule(
        underlying=st.sampled_from((BITCOIN, ETHER)),
        percent=st.sampled_from((70, 80, 125, 140)),
        parts=st.lists(st.sampled_from((WAD // 7, WAD // 2, WAD, WAD)), min_size=3, max_size=3),
        waited=st.sampled_from((0, LENGTH)),
    )
    def raid(self, underlying: int, percent: int, parts: list[int], waited: int) -> None:
        """All go to the limit, the wrong way; who falls is put up, and who can bear it bids."""
        for account in self.customers:
            sides = (account, self.whale) if percent < 100 else (self.whale, account)
            for power in range(20, 14, -1):
                if self.deal(*sides, instrument(underlying, PERP), 10**power) == ():
                    break
        self.turn(underlying, percent)
        for account, part in zip(self.customers, parts, strict=True):
            self.attempt(account, self.whale, part, waited)

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
        self.taken = getattr(self, "taken", 0) + 1
        after = self.margin_(account)
        assert before is not None
        assert after is not None
        assert health.maintenance(before) < 0
        assert health.initial(after) > health.initial(before)
        assert health.maintenance(after) > health.maintenance(before)

    @rule(number=numbers, dollars=st.sampled_from((0, 0, 50)))
    def cover(self, number: int, dollars: int) -> None:
        if dollars:
            self.insure(dollars)
        self.auction("cover", self.account(number))

    @precondition(lambda self: "liquidation" in getattr(getattr(self, "world", None), "contracts", ()))
    @invariant()
    def auctions_are_the_same(self) -> None:
        for account in self.world.accounts:
            for view in ("startedAt", "lapsesOf", "deficitOf"):
                self.world.see("liquidation", view, account)
