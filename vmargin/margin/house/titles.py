"""To whom accounts belong, and who may act for them: the mirror of Titles.sol."""

from __future__ import annotations

from vmargin.margin.house.accounts import CLEARING, FIRST_CUSTOMER, INSURANCE
from vmargin.margin.house.errors import (
    MayNotAct,
    NotOwner,
    PolicyNotAllowed,
    UnknownAccount,
    VenueNotAllowed,
)
from vmargin.margin.house.mirror import NOBODY, Chain
from vmargin.margin.house.roles import Roles
from vmargin.solidity.integers import uint256


class Titles(Roles):
    """Owners, delegates and venues of accounts."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.nextAccount = FIRST_CUSTOMER
        self.owners: dict[uint256, str] = {}
        self.delegates: dict[tuple[uint256, str], bool] = {}
        self.venues: dict[tuple[uint256, str], bool] = {}
        self.policies: dict[uint256, bytes] = {}

    def ownerOf(self, account: uint256) -> str:
        """The zero address for accounts of the house and for those that are not open."""
        return self.owners.get(account, NOBODY)

    def isDelegate(self, account: uint256, who: str) -> bool:
        """Whether the owner has named them."""
        return self.delegates.get((account, who), False)

    def isVenueAllowed(self, account: uint256, venue: str) -> bool:
        """Whether a venue may trade for the account."""
        return self.venues.get((account, venue), False)

    def policyOf(self, account: uint256) -> bytes:
        """The account's own, which a pool's may stand in for."""
        return self.policies.get(account, bytes(32))

    def open(self, sender: str, policy: bytes) -> uint256:
        """Open an account for the caller under a policy that the house allows."""
        account = self.nextAccount
        self.nextAccount = account + 1
        self.owners[account] = sender
        self._choose(account, policy)
        return account

    def setDelegate(self, sender: str, account: uint256, who: str, allowed: bool) -> None:
        """A delegate does all but withdraw, choose a policy and name delegates."""
        self._requireOwner(sender, account)
        self.delegates[account, who] = allowed

    def allowVenue(self, sender: str, account: uint256, venue: str, allowed: bool) -> None:
        """Let a venue trade for the account."""
        self._requireMayAct(sender, account)
        self.venues[account, venue] = allowed

    def mayAct(self, who: str, account: uint256) -> bool:
        """Whether the address may act for the account."""
        return who != NOBODY and (self.ownerOf(account) == who or self.isDelegate(account, who))

    def _choose(self, account: uint256, policy: bytes) -> None:
        if not self.isPolicyAllowed.get(policy):
            raise PolicyNotAllowed(policy)
        self.policies[account] = policy

    def _requireAccount(self, account: uint256) -> None:
        if self.ownerOf(account) == NOBODY and account != CLEARING and account != INSURANCE:
            raise UnknownAccount(account)

    def _requireOwner(self, sender: str, account: uint256) -> None:
        if self.ownerOf(account) != sender:
            raise NotOwner(account, sender)

    def _requireMayAct(self, sender: str, account: uint256) -> None:
        if not self.mayAct(sender, account):
            raise MayNotAct(account, sender)

    def _requireVenueAllowed(self, account: uint256, venue: str) -> None:
        if not self.isVenueAllowed(account, venue):
            raise VenueNotAllowed(account, venue)
