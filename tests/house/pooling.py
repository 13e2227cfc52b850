"""A house with pools: members with and without positions, debts made as a fallen market leaves them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from tests.house.auctioning import AuctionHouse
from tests.house.world import MODULE, OWNER, PERP_BITCOIN, WAD, user
from vmargin.margin.house.pools import Pools
from vmargin.margin.types import Policy
from vmargin.solidity.reverts import Custom

OPERATOR, STRANGER = user(20), user(21)
GRACE = 86_400


def member(number: int) -> str:
    return user(100 + number)


def refused(outcome: Any, name: str) -> tuple[Any, ...]:
    """The operands of the revert of that name."""
    assert isinstance(outcome, Custom), outcome
    assert outcome.signature.startswith(f"{name}("), outcome
    return outcome.values


class PoolHouse(AuctionHouse):
    """One pool, number 1, to begin with; it has no members and no capital."""

    def __init__(self, *, rule: Policy | None = None) -> None:
        super().__init__(rule=rule)
        modules = ("ledger", "engine", "feeds", "policies", "liquidation")
        self.deploy("pools", "Pools", Pools, *modules, sender=OWNER)
        self.do("ledger", "setModule", "pools", True, sender=OWNER)
        self.treasury = self.open(OPERATOR, 10**9)
        (self.pool,) = self.do("pools", "create", self.rule, sender=OPERATOR)

    def pools(self, function: str, *arguments: Any, sender: str = STRANGER) -> Any:
        return self.outcome("pools", function, *arguments, sender=sender)

    def capital(self, amount: int) -> None:
        """In wei."""
        self.do("pools", "addCapital", self.pool, self.treasury, amount, sender=OPERATOR)

    def invite(self, account: int, contribution: int) -> None:
        self.do("pools", "invite", self.pool, account, True, contribution, sender=OPERATOR)

    def enter(self, account: int, contribution: int) -> Any:
        """With an invitation."""
        self.invite(account, contribution)
        return self.pools("enter", self.pool, account, contribution, sender=self.owners[account])

    def members(self, count: int, dollars: int = 10_000, contribution: int = 100 * WAD) -> list[int]:
        """Accounts in the pool, with so many dollars each before they contribute."""
        accounts = [self.open(member(number), dollars) for number in range(count)]
        for account in accounts:
            assert self.enter(account, contribution) == ()
        return accounts

    def lose(self, account: int, debt: int) -> None:
        """Leave an account that holds nothing with a debt, in wei; the maker has what it lost."""
        self.do("ledger", "move", account, self.maker, [], self.cash(account) + debt, sender=MODULE)

    def book(self) -> tuple[Any, ...]:
        """Operator, policy, account of the capital, account of the fund, time of the mark, members."""
        return self.see("pools", "bookOf", self.pool)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """What happens in it has not happened afterwards."""
        snapshot, kept = self.snapshot(), (dict(self.rounds), dict(self.owners), dict(self.prices))
        yield
        self.restore(snapshot)
        self.rounds, self.owners, self.prices = kept

    def buy(self, account: int, units: float | Fraction, what: int = PERP_BITCOIN) -> None:
        """From the maker, or sell to it, at the price of the house."""
        size = int(units * WAD)
        sides = (account, self.maker) if size > 0 else (self.maker, account)
        assert self.trade(*sides, what, abs(size), self.priceOf(what)) == ()

    def holdings(self, account: int) -> dict[int, int]:
        return dict(self.see("ledger", "portfolioOf", account)[1])

    def value(self, account: int) -> int:
        """Cash and perpetuals at their marks; the sum is rounded down."""
        cash, positions = self.see("ledger", "portfolioOf", account)
        return cash + sum(size * self.prices[what >> 224] for what, size in positions) // WAD

    def compare(self) -> None:
        """All that is kept, on chain and mirrored; the fund is the contributions."""
        super().compare()
        self.see("pools", "pools")
        for account in self.accounts:
            self.see("pools", "memberOf", account)
            self.see("pools", "deficitOf", account)
        for pool in range(1, int(self.mirrors["pools"].pools) + 1):
            _, _, _, fund, _, members = self.see("pools", "bookOf", pool)
            contributions = sum(self.see("pools", "memberOf", account)[1] for account in members)
            assert self.cash(fund) == contributions
            for account in self.accounts:
                self.see("pools", "invitationOf", pool, account)
