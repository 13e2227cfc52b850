"""What pools add to the state machine of the house: rules and an invariant, beside `LedgerRules`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.house.pooling import OPERATOR, STRANGER
from tests.house.world import DAY, MODULE, OWNER, UNIT, WAD
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.house.pools import Pools
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

AUCTION = (500, 3_600, 2_500, 0)


POOLS = st.sampled_from((1, 1, 1, 2))
PLACES = st.integers(0, 10)
AMOUNTS = st.sampled_from((0, 1, WAD + 7, 100 * WAD, 3_000 * WAD))
DEBTS = st.sampled_from((0, 1, WAD, 150 * WAD, 5_000 * WAD, 20_000 * WAD))


class PoolRules:
    """Two pools of one operator, whom the customers of the machine enter and leave."""

    def ready(self) -> None:
        """Deploy what there is not yet: the rules of `initialize` come in any order."""
        world = self.world
        if "liquidation" not in world.contracts:
            world.deploy(
                "liquidation", "Liquidation", Liquidation, "ledger", "engine", *AUCTION, sender=OWNER
            )
            world.do("ledger", "setModule", "liquidation", True, sender=OWNER)
        if "pools" in world.contracts:
            return
        modules = ("ledger", "engine", "feeds", "policies", "liquidation")
        world.deploy("pools", "Pools", Pools, *modules, sender=OWNER)
        world.do("ledger", "setModule", "pools", True, sender=OWNER)
        self.treasury = world.open(OPERATOR, 10_000)
        self.deposited += 10_000 * UNIT
        for policy in self.policies:
            world.do("pools", "create", policy, sender=OPERATOR)
        self.pooled("addCapital", 1, self.treasury, 3_000 * WAD, sender=OPERATOR)
        for place in range(3):
            self.pool_enter(1, place, 100 * WAD + place, True)

    def pooled(self, function: str, *arguments: Any, sender: str = STRANGER) -> Any:
        self.ready()
        outcome = self.world.outcome("pools", function, *arguments, sender=sender)
        self.roundings += 20 * (4 + len(self.world.mirrors["ledger"].holdings))
        return outcome

    @rule(pool=POOLS, place=PLACES, contribution=AMOUNTS, consents=st.sampled_from((True, True, True, False)))
    def pool_enter(self, pool: int, place: int, contribution: int, consents: bool) -> None:
        account = self.account(place)
        self.pooled("invite", pool, account, consents, contribution, sender=OPERATOR)
        self.pooled("enter", pool, account, contribution, sender=self.world.owners[account])

    @rule(place=PLACES, operator=st.booleans())
    def pool_leave(self, place: int, operator: bool) -> None:
        account = self.account(place)
        sender = OPERATOR if operator else self.world.owners[account]
        self.pooled("leave", self.pool_of(account), account, sender=sender)

    @rule(pool=POOLS, amount=AMOUNTS, give=st.sampled_from((True, True, False)))
    def pool_endow(self, pool: int, amount: int, give: bool) -> None:
        self.ready()
        function = "addCapital" if give else "removeCapital"
        self.pooled(function, pool, self.treasury, amount, sender=OPERATOR)

    @rule(pool=POOLS)
    def pool_mark(self, pool: int) -> None:
        self.pooled("mark", pool)

    @rule(place=PLACES, debt=DEBTS)
    def pool_ruin(self, place: int, debt: int) -> None:
        """Leave a customer with a debt and without positions; the whale has what it held."""
        account = self.account(place)
        if account == self.whale:
            return
        portfolio = self.world.mirrors["ledger"].portfolioOf(uint256(account))
        positions = [(int(i), int(size)) for i, size in portfolio.positions]
        self.ledger("move", account, self.whale, positions, int(portfolio.cash) + debt, sender=MODULE)

    @rule(place=PLACES)
    def pool_declare(self, place: int) -> None:
        account = self.account(place)
        self.pooled("declare", self.pool_of(account), account)

    @rule(place=PLACES)
    def pool_dismiss(self, place: int) -> None:
        account = self.account(place)
        self.pooled("dismiss", self.pool_of(account), account)

    @rule(place=PLACES, debt=DEBTS, patient=st.booleans())
    def pool_resolve(self, place: int, debt: int, patient: bool) -> None:
        """The parts sum to the loss, whoever had to bear them."""
        account = self.account(place)
        if debt:
            self.pool_ruin(place, debt)
        if patient:
            self.pooled("declare", self.pool_of(account), account)
            self.world.time += DAY
        outcome = self.pooled("resolve", self.pool_of(account), account)
        if not isinstance(outcome, Revert):
            loss, *parts, fundParts, gainParts = outcome[0]
            assert sum(parts) == loss
            assert (sum(fundParts), sum(gainParts)) == (parts[2], parts[3])

    @rule(place=PLACES, lapse=st.booleans())
    def pool_deleverage(self, place: int, lapse: bool) -> None:
        account = self.account(place)
        self.ready()
        if lapse:
            self.world.outcome("liquidation", "start", account, sender=STRANGER)
            self.world.time += 2 * AUCTION[1] + 1
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

    def pool_of(self, account: int) -> int:
        """Or one that it is not in."""
        self.ready()
        return int(self.world.mirrors["pools"].memberOf(uint256(account)).pool) or 1

    @precondition(lambda self: "pools" in getattr(getattr(self, "world", None), "contracts", ()))
    @invariant()
    def funds_are_the_contributions(self) -> None:
        world = self.world
        for account in [*self.customers, self.whale]:
            world.see("pools", "memberOf", account)
            world.see("pools", "deficitOf", account)
        for pool in (1, 2):
            _, _, _, fund, _, members = world.see("pools", "bookOf", pool)
            contributions = sum(world.see("pools", "memberOf", account)[1] for account in members)
            assert world.see("ledger", "portfolioOf", fund)[0] == contributions
