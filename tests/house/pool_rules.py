"""What pools add to the state machine of the house: rules and an invariant, beside `LedgerRules`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.house.pooling import OPERATOR, STRANGER
from tests.house.whole import LENGTH
from tests.house.world import BITCOIN, DAY, PERP_BITCOIN, UNIT, WAD
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

POOLS = st.sampled_from((1, 1, 1, 2))
PLACES = st.integers(0, 10)
AMOUNTS = st.sampled_from((0, 1, WAD + 7, 100 * WAD, 3_000 * WAD))
DEBTS = st.sampled_from((0, 1, WAD, 150 * WAD, 5_000 * WAD, 20_000 * WAD))


class PoolRules:
    """Two pools of one operator, whom the customers of the machine enter and leave."""

    def ready(self) -> None:
        """Not at the start: until a rule of the pools comes, customers stand alone."""
        if self.world.see("pools", "pools"):
            return
        with self.world.uncounted():
            self.treasury = self.world.open(OPERATOR, 10_000)
            self.deposited += 10_000 * UNIT
            for policy in self.policies:
                self.world.do("pools", "create", policy, sender=OPERATOR)
            for pool in (1, 2):
                self.pooled("addCapital", pool, self.treasury, 3_000 * WAD, sender=OPERATOR)
            for place in range(2):
                self.pool_enter(1, place, 100 * WAD + place, True)

    def pooled(self, function: str, *arguments: Any, sender: str = STRANGER) -> Any:
        self.ready()
        outcome = self.world.outcome("pools", function, *arguments, sender=sender)
        self.roundings += 20 * (4 + len(self.world.mirrors["ledger"].holdings))
        return outcome

    @rule(pool=POOLS, place=PLACES, contribution=AMOUNTS, consents=st.sampled_from((True, True, True, False)))
    def pool_enter(self, pool: int, place: int, contribution: int, consents: bool) -> None:
        self.ready()
        ledger = self.world.mirrors["ledger"]
        outside = [a for a in self.customers if ledger.poolOf(uint256(a)) == 0]
        account = outside[place % len(outside)] if outside and place < 8 else self.account(place)
        self.pooled("invite", pool, account, consents, contribution, sender=OPERATOR)
        self.pooled("enter", pool, account, contribution, sender=self.world.owners[account])

    @rule(place=PLACES, operator=st.booleans(), helped=st.booleans(), back=st.booleans())
    def pool_leave(self, place: int, operator: bool, helped: bool, back: bool) -> None:
        """Once nobody in the pool lacks cash, perhaps; and enter the next one, perhaps."""
        account = self.member(place)
        if helped:
            for one in self.members_with(account):
                self.pay(one, 30_000 * UNIT)
        sender, pool = OPERATOR if operator else self.world.owners[account], self.pool_of(account)
        if self.pooled("leave", pool, account, sender=sender) == () and back:
            self.pool_enter(3 - pool, 0, WAD, True)

    @rule(pool=st.sampled_from((1, 2)), amount=AMOUNTS, back=AMOUNTS)
    def pool_endow(self, pool: int, amount: int, back: int) -> None:
        """And take some back, which works while nobody is in the pool."""
        self.ready()
        self.pooled("addCapital", pool, self.treasury, amount, sender=OPERATOR)
        self.pooled("removeCapital", pool, self.treasury, back, sender=OPERATOR)

    @rule(pool=POOLS, waited=st.sampled_from((0, DAY)))
    def pool_mark(self, pool: int, waited: int) -> None:
        self.ready()
        self.world.time += waited
        self.pooled("mark", pool)

    @rule(place=PLACES, debt=DEBTS)
    def pool_ruin(self, place: int, debt: int) -> None:
        self.ruin(self.member(place), debt)

    @rule(place=PLACES, debt=DEBTS)
    def pool_declare(self, place: int, debt: int) -> None:
        account = self.member(place)
        if debt:
            self.ruin(account, debt)
        self.pooled("declare", self.pool_of(account), account)

    @rule(place=PLACES, paid=st.booleans())
    def pool_dismiss(self, place: int, paid: bool) -> None:
        """One in default has somebody pay for it, perhaps."""
        account = self.member(place)
        if paid:
            if self.world.mirrors["pools"].memberOf(uint256(account)).declaredAt == 0:
                self.ruin(account, 150 * WAD)
                self.pooled("declare", self.pool_of(account), account)
            owed = self.world.see("pools", "deficitOf", account)
            self.pay(account, -(-owed * UNIT // WAD))
        self.pooled("dismiss", self.pool_of(account), account)

    @rule(place=PLACES, debt=DEBTS, patient=st.booleans())
    def pool_resolve(self, place: int, debt: int, patient: bool) -> None:
        """The parts sum to the loss, whoever had to bear them."""
        account = self.member(place)
        if debt:
            self.ruin(account, debt)
        if patient:
            self.pooled("declare", self.pool_of(account), account)
            self.world.time += DAY
        outcome = self.pooled("resolve", self.pool_of(account), account)
        if not isinstance(outcome, Revert):
            loss, *parts, fundParts, gainParts = outcome[0]
            assert sum(parts) == loss
            assert (sum(fundParts), sum(gainParts)) == (parts[2], parts[3])

    @rule(place=PLACES, percent=st.sampled_from((60, 100, 160)), lapse=st.sampled_from((True, True, False)))
    def pool_deleverage(self, place: int, percent: int, lapse: bool) -> None:
        """Members hold against each other, one goes to the limit besides, and nobody bids for it."""
        account = self.member(place)
        others = [a for a in self.members_with(account) if a != account]
        long = percent < 100
        for other, powers in (
            (others[0] if others else self.whale, (18, 17)),
            (self.whale, range(20, 14, -1)),
        ):
            sides = (account, other) if long else (other, account)
            for power in powers:
                if self.deal(*sides, PERP_BITCOIN, 10**power) == ():
                    break
        if percent != 100:
            self.turn(BITCOIN, percent)
        if lapse:
            self.world.outcome("liquidation", "start", account, sender=STRANGER)
            self.world.time += 2 * LENGTH + 1
        self.pooled("deleverage", self.pool_of(account), account)

    @rule(pool=POOLS)
    def pool_ask(self, pool: int) -> None:
        """The parts of an allocation sum to the pool's requirement."""
        self.pooled("healthOf", pool)
        self.pooled("gainsOf", pool)
        outcome = self.pooled("allocationOf", pool)
        if not isinstance(outcome, Revert) and outcome[0]:
            margin = self.world.see("engine", "marginOf", outcome[0][0])[0]
            assert (sum(outcome[1]), sum(outcome[2])) == (margin[2], margin[3])

    def member(self, place: int) -> int:
        """Of a pool, nearly always, if there is one."""
        self.ready()
        inside = [
            int(a) for pool in (1, 2) for a in self.world.mirrors["pools"].bookOf(uint256(pool)).members
        ]
        return inside[place % len(inside)] if inside and place < 9 else self.account(place)

    def members_with(self, account: int) -> list[int]:
        return [int(a) for a in self.world.mirrors["ledger"].scopeOf(uint256(account))[0]]

    def pool_of(self, account: int) -> int:
        """Or one that it is not in."""
        self.ready()
        return int(self.world.mirrors["pools"].memberOf(uint256(account)).pool) or 1

    @precondition(lambda self: hasattr(self, "treasury"))
    @invariant()
    def funds_are_the_contributions(self) -> None:
        see = self.world.see
        for pool in (1, 2):
            _, _, _, fund, _, members = see("pools", "bookOf", pool)
            contributions = sum(see("pools", "memberOf", account)[1] for account in members)
            assert see("ledger", "portfolioOf", fund)[0] == contributions
