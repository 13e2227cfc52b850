"""What the owner of the house decides: the mirror of Roles.sol."""

from __future__ import annotations

from typing import Protocol

from vmargin.margin.house.errors import AlreadyConnected, NotModule, NotVenue
from vmargin.margin.house.mirror import Chain, Owned
from vmargin.margin.types import Margin, Market, Policy, Portfolio
from vmargin.solidity.integers import int256, uint256


class Feeds(Protocol):
    """IFeeds."""

    def market(self, instruments: tuple[uint256, ...]) -> Market: ...
    def spotOf(self, underlying: uint256) -> uint256: ...
    def forwardOf(self, instrument: uint256) -> uint256: ...
    def settlementOf(self, underlying: uint256, expiry: uint256) -> uint256: ...


class Engine(Protocol):
    """IEngine."""

    address: str

    def inputsOf(self, account: uint256) -> tuple[Portfolio, Market, Policy]: ...
    def marginOf(self, account: uint256) -> tuple[Margin, tuple[int256, ...]]: ...
    def change(self, current: Portfolio, changed: Portfolio, policy: bytes) -> tuple[Margin, Margin]: ...


class Roles(Owned):
    """Who matches trades, which contracts move positions, which policies may be chosen."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.engine: Engine | None = None
        self.feeds: Feeds | None = None
        self.isVenue: dict[str, bool] = {}
        self.isModule: dict[str, bool] = {}
        self.isPolicyAllowed: dict[bytes, bool] = {}

    def onlyModule(self, sender: str) -> None:
        """Revert for anyone else."""
        if not self.isModule.get(sender):
            raise NotModule(sender)

    def onlyVenue(self, sender: str) -> None:
        """Revert for anyone else."""
        if not self.isVenue.get(sender):
            raise NotVenue(sender)

    def connect(self, sender: str, engine: Engine, feeds: Feeds) -> None:
        """Set once: the accounts trust no one to change their rules."""
        self.onlyOwner(sender)
        if self.engine is not None:
            raise AlreadyConnected(self.engine.address)
        self.engine = engine
        self.feeds = feeds

    def setVenue(self, sender: str, venue: str, allowed: bool) -> None:
        """Say who may match trades."""
        self.onlyOwner(sender)
        self.isVenue[venue] = allowed

    def setModule(self, sender: str, module: str, allowed: bool) -> None:
        """Say which contract may move positions."""
        self.onlyOwner(sender)
        self.isModule[module] = allowed

    def allowPolicy(self, sender: str, policy: bytes, allowed: bool) -> None:
        """Accounts that have a policy keep it when it is no longer allowed."""
        self.onlyOwner(sender)
        self.isPolicyAllowed[policy] = allowed
