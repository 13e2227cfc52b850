"""Shared margin, who enters it and who leaves it: the mirror of Pools.sol."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.margin.dials import SUM, UNDERLYING
from vmargin.margin.house.defaults import Defaults
from vmargin.margin.house.engine import Engine, Policies
from vmargin.margin.house.errors import (
    AmountOutOfRange,
    InPool,
    NotInvited,
    NotOperator,
    NotOwner,
    PoolNotEmpty,
)
from vmargin.margin.house.ledger import Ledger
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.pool_books import Member, Pool
from vmargin.margin.house.roles import Feeds
from vmargin.margin.limits import CASH
from vmargin.margin.types import Terms
from vmargin.solidity.integers import uint256

ZERO = uint256(0)


class Invitation(NamedTuple):
    """What an operator asks of an account for letting it in."""

    offered: bool
    contribution: uint256


NO_INVITATION = Invitation(False, ZERO)


class Pools(Defaults):
    """What binds members is what they consent to when they enter."""

    def __init__(
        self,
        chain: Chain,
        address: str,
        ledger: Ledger,
        engine: Engine,
        feeds: Feeds,
        policies: Policies,
        auctions: Liquidation,
    ) -> None:
        super().__init__(chain, address, ledger, engine, feeds, policies, auctions)
        self.invitations: dict[tuple[uint256, uint256], Invitation] = {}

    def invitationOf(self, pool: uint256, account: uint256) -> Invitation:
        """Closed where there is none."""
        return self.invitations.get((pool, account), NO_INVITATION)

    def onlyOperator(self, sender: str, pool: uint256) -> None:
        """Revert for anyone else."""
        if sender != self._book(pool).operator:
            raise NotOperator(pool, sender)

    def create(self, sender: str, policy: bytes) -> uint256:
        """Make a pool that the caller operates, under a policy that the house allows."""
        self.pools += 1
        pool = self.pools
        capital = self.ledger.open(self.address, policy)
        fund = self.ledger.open(self.address, policy)
        self.books[pool] = Pool(sender, policy, capital, fund, self.chain.time, ())
        return pool

    def addCapital(self, sender: str, pool: uint256, origin: uint256, amount: uint256) -> None:
        """From an account of the caller's outside of pools, which keeps its initial margin."""
        capital = self._book(pool).capital
        if self.ledger.ownerOf(origin) != sender:
            raise NotOwner(origin, sender)
        if self.memberOf(origin).pool != 0:
            raise InPool(origin, self.memberOf(origin).pool)
        self._requireAmount(amount)
        self._pay(origin, capital, amount)
        self._requireInitial(origin)

    def removeCapital(self, sender: str, pool: uint256, to: uint256, amount: uint256) -> None:
        """To any account, while there are no members who count on it."""
        self.onlyOperator(sender, pool)
        book = self._book(pool)
        if len(book.members) != 0:
            raise PoolNotEmpty(pool, uint256(len(book.members)))
        self._requireAmount(amount)
        self._pay(book.capital, to, amount)
        self._requireInitial(book.capital)

    def invite(
        self, sender: str, pool: uint256, account: uint256, offered: bool, contribution: uint256
    ) -> None:
        """Offer an account to enter for a contribution, or take the offer back."""
        self.onlyOperator(sender, pool)
        self._requireAmount(contribution)
        self.invitations[pool, account] = Invitation(offered, contribution)

    def enter(self, sender: str, pool: uint256, account: uint256, contribution: uint256) -> None:
        """Accept the offer, by the account's owner; with it, the pool must have its initial margin."""
        book = self._book(pool)
        if self.ledger.ownerOf(account) != sender:
            raise NotOwner(account, sender)
        if self.memberOf(account).pool != 0:
            raise InPool(account, self.memberOf(account).pool)
        invitation = self.invitationOf(pool, account)
        if not invitation.offered or invitation.contribution != contribution:
            raise NotInvited(pool, account, contribution)
        self.invitations[pool, account] = NO_INVITATION

        self._pay(account, book.fund, contribution)
        members = book.members
        if len(members) != 0:
            self.ledger.part(self.address, members)
        members = tuple(sorted((*members, account)))
        self.books[pool] = book._replace(members=members)
        self.ledger.join(self.address, members, book.policy, _roomOf(self.policies.get(book.policy).terms))
        marked = self._values((account,), book.policy)[0] - self.ledger.depositsOf(account)
        self.members[account] = Member(pool, contribution, marked, ZERO)
        self._requireInitial(account)

    def leave(self, sender: str, pool: uint256, account: uint256) -> None:
        """Take an account out, by its owner or the operator, and pay its contribution back."""
        self._requireMember(pool, account)
        book = self._book(pool)
        if sender not in (book.operator, self.ledger.ownerOf(account)):
            raise NotOwner(account, sender)
        self._requireNoDefault(book.members)
        contribution = self.memberOf(account).contribution
        self._pay(book.fund, account, contribution)
        self._release(pool, account)
        self._requireInitial(account)
        remaining = self._book(pool).members
        if len(remaining) != 0:
            self._requireInitial(remaining[0])

    @staticmethod
    def _requireAmount(amount: uint256) -> None:
        if amount >= CASH:
            raise AmountOutOfRange(amount)


def _roomOf(terms: Terms) -> uint256:
    """How many instruments the members may hold, those that are netted between them included."""
    if terms.combine == SUM or terms.grouping == UNDERLYING:
        return terms.maxPositions
    return min(terms.maxPositions, terms.matrixSize)
