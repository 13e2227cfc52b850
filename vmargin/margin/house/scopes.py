"""Which accounts are margined together: the mirror of Scopes.sol."""

from __future__ import annotations

from vmargin.margin.errors import TooManyPositions
from vmargin.margin.house import portfolios as Portfolios
from vmargin.margin.house.errors import (
    InPool,
    MembersOutOfOrder,
    MembersOutOfRange,
    NotInPool,
    PolicyNotAllowed,
    UnknownAccount,
)
from vmargin.margin.house.holdings import Holdings
from vmargin.margin.house.mirror import NOBODY, Chain
from vmargin.margin.limits import POSITIONS
from vmargin.margin.types import Portfolio
from vmargin.solidity.integers import uint256

MEMBERS = uint256(16)


class Scopes(Holdings):
    """Pools of accounts; a scope holds no more positions than an account may, each member's counted."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.pools = uint256(0)
        self.poolOfs: dict[uint256, uint256] = {}
        self.members: dict[uint256, tuple[uint256, ...]] = {}
        self.poolPolicy: dict[uint256, bytes] = {}
        self.poolRoom: dict[uint256, uint256] = {}

    def poolOf(self, account: uint256) -> uint256:
        """0 for an account that stands alone."""
        return self.poolOfs.get(account, uint256(0))

    def join(self, sender: str, accounts: tuple[uint256, ...], policy: bytes, room: uint256) -> None:
        """Make a pool of customers' accounts that stand alone, in ascending order."""
        self.onlyModule(sender)
        if not self.isPolicyAllowed.get(policy):
            raise PolicyNotAllowed(policy)
        if len(accounts) == 0 or len(accounts) > MEMBERS:
            raise MembersOutOfRange(uint256(len(accounts)))
        self.pools += 1
        previous = uint256(0)
        for account in accounts:
            if account <= previous:
                raise MembersOutOfOrder(previous, account)
            if self.ownerOf(account) == NOBODY:
                raise UnknownAccount(account)
            if self.poolOf(account) != 0:
                raise InPool(account, self.poolOf(account))
            self.poolOfs[account] = self.pools
            previous = account
        self.members[self.pools] = accounts
        self.poolPolicy[self.pools] = policy
        self.poolRoom[self.pools] = uint256(room)
        self._requireRoom(previous)

    def part(self, sender: str, accounts: tuple[uint256, ...]) -> None:
        """Take accounts out of their pools; the others stay."""
        self.onlyModule(sender)
        for account in accounts:
            pool = self.poolOf(account)
            if pool == 0:
                raise NotInPool(account)
            self.poolOfs[account] = uint256(0)
            self.members[pool] = tuple(member for member in self.members[pool] if member != account)

    def scopeOf(self, account: uint256) -> tuple[tuple[uint256, ...], bytes]:
        """The accounts that are margined together with this one, and their policy."""
        pool = self.poolOf(account)
        if pool != 0:
            return self.members[pool], self.poolPolicy[pool]
        return (account,), self.policyOf(account)

    def _scope(self, account: uint256) -> tuple[Portfolio, bytes]:
        accounts, policy = self.scopeOf(account)
        portfolio = self.portfolioOf(accounts[0])
        for other in accounts[1:]:
            portfolio = Portfolios.merge(portfolio, self.portfolioOf(other))
        return portfolio, policy

    def _requireRoom(self, account: uint256) -> None:
        accounts, _ = self.scopeOf(account)
        positions = uint256(sum(len(self.instrumentsOf(member)) for member in accounts))
        if positions > POSITIONS:
            raise TooManyPositions(positions, POSITIONS)
        pool = self.poolOf(account)
        if pool == 0:
            return
        instruments = uint256(len({held for member in accounts for held in self.instrumentsOf(member)}))
        if instruments > self.poolRoom[pool]:
            raise TooManyPositions(instruments, self.poolRoom[pool])
