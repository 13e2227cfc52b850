"""The books of the house: the mirror of Ledger.sol."""

from __future__ import annotations

from typing import Protocol

from vmargin.margin.errors import SizeOutOfRange
from vmargin.margin.house import health as Health
from vmargin.margin.house import portfolios as Portfolios
from vmargin.margin.house.accounts import CLEARING
from vmargin.margin.house.errors import (
    AmountOutOfRange,
    DecimalsOutOfRange,
    HealthTooLow,
    InPool,
    InstrumentExpired,
    SelfTrade,
    StrikeOutOfRange,
    TradePriceOutOfRange,
)
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.scopes import Scopes
from vmargin.margin.instruments import INVERSE, expiryOf, kindOf, requireValid, strikeOf
from vmargin.margin.limits import CASH, PRICE, SIZE, WAD
from vmargin.margin.rounding import ceilDiv, floorDiv
from vmargin.margin.types import Portfolio, Position
from vmargin.solidity.integers import int256, uint256

STRIKE = uint256(1) << 84
"""Exclusive bound of strikes that are traded: no discount takes their puts beyond what a grid can hold."""


class Asset(Protocol):
    """An ERC-20 token."""

    decimals: uint256

    def balanceOf(self, account: str) -> uint256: ...
    def transfer(self, sender: str, to: str, value: uint256) -> bool: ...
    def transferFrom(self, sender: str, owner: str, to: str, value: uint256) -> bool: ...


class Ledger(Scopes):
    """Whoever owes rounds up and whoever is owed rounds down; the wei between them stays with CLEARING."""

    def __init__(self, chain: Chain, address: str, asset: Asset, owner: str) -> None:
        super().__init__(chain, address, owner)
        if asset.decimals > 18:
            raise DecimalsOutOfRange(asset.decimals)
        self.asset = asset
        self.scale = uint256(10) ** (18 - asset.decimals)
        self.deposits: dict[uint256, int256] = {}

    def depositsOf(self, account: uint256) -> int256:
        """All that was ever deposited to the account less what was withdrawn from it."""
        return self.deposits.get(account, int256(0))

    def deposit(self, sender: str, account: uint256, amount: uint256) -> None:
        """For any account, from anyone: what arrives counts."""
        self._requireAccount(account)
        balance = self.asset.balanceOf(self.address)
        self.asset.transferFrom(self.address, sender, self.address, amount)
        received = self.asset.balanceOf(self.address) - balance
        if received >= CASH:
            raise AmountOutOfRange(received)
        self._credit(account, int256(received * self.scale))
        self.deposits[account] = self.depositsOf(account) + int256(received * self.scale)

    def withdraw(self, sender: str, account: uint256, amount: uint256, to: str) -> None:
        """In units of the asset; cash may become negative, as long as initial margin is kept."""
        self._requireOwner(sender, account)
        if amount >= CASH:
            raise AmountOutOfRange(amount)
        self._credit(account, -int256(amount * self.scale))
        self.deposits[account] = self.depositsOf(account) - int256(amount * self.scale)
        self._requireInitial(account)
        self.asset.transfer(self.address, to, amount)

    def choosePolicy(self, sender: str, account: uint256, policy: bytes) -> None:
        """For an account that stands alone and has its initial margin under the new policy."""
        self._requireOwner(sender, account)
        if self.poolOf(account) != 0:
            raise InPool(account, self.poolOf(account))
        self._choose(account, policy)
        self._requireInitial(account)

    def trade(
        self, sender: str, buyer: uint256, seller: uint256, instrument: uint256, size: uint256, price: int256
    ) -> None:
        """The buyer pays size * price, rounded up, and the seller receives it, rounded down."""
        self.onlyVenue(sender)
        if buyer == seller:
            raise SelfTrade(buyer)
        self._requireVenueAllowed(buyer, sender)
        self._requireVenueAllowed(seller, sender)
        self._requireTradable(instrument, size, price)
        paid = ceilDiv(int256(size) * price, WAD)
        received = floorDiv(int256(size) * price, WAD)
        bought = Portfolios.single(instrument, int256(size), -paid)
        sold = Portfolios.single(instrument, -int256(size), received)

        buyers, buyersPolicy = self._scope(buyer)
        shared = self.poolOf(buyer) != 0 and self.poolOf(buyer) == self.poolOf(seller)
        sellers, sellersPolicy = self._scope(seller)

        self._post(seller, buyer, sold.positions, bought.positions, received, -paid)

        changed = Portfolios.merge(buyers, bought)
        if shared:
            assert self.engine is not None
            # what nets out of the pool's portfolio must be judged too: a liquidation parts the two sides
            self.engine.change(bought, sold, buyersPolicy)
            self._requireAllowed(buyer, buyers, Portfolios.merge(changed, sold), buyersPolicy)
        else:
            self._requireAllowed(buyer, buyers, changed, buyersPolicy)
            self._requireAllowed(seller, sellers, Portfolios.merge(sellers, sold), sellersPolicy)

    def settle(self, account: uint256) -> None:
        """Make cash of an account's funding, interest and settled positions."""
        self._requireAccount(account)
        cash = self._realise(account)
        self._credit(account, cash)
        self._credit(CLEARING, -cash)

    def move(
        self, sender: str, origin: uint256, to: uint256, positions: tuple[Position, ...], cash: int256
    ) -> None:
        """Without a margin check. Sizes and cash may be negative."""
        self.onlyModule(sender)
        self._requireAccount(origin)
        self._requireAccount(to)
        if origin == to:
            raise SelfTrade(origin)
        taken = tuple(Position(instrument, -size) for instrument, size in positions)
        self._post(origin, to, taken, positions, -cash, cash)

    def _post(
        self,
        origin: uint256,
        to: uint256,
        taken: tuple[Position, ...],
        given: tuple[Position, ...],
        fromCash: int256,
        toCash: int256,
    ) -> None:
        fromFunding, fromGrown = self._change(origin, taken)
        toFunding, toGrown = self._change(to, given)
        self._credit(origin, fromCash - fromFunding)
        self._credit(to, toCash - toFunding)
        self._credit(CLEARING, fromFunding + toFunding - fromCash - toCash)
        if fromGrown:
            self._requireRoom(origin)
        if toGrown:
            self._requireRoom(to)

    def _requireTradable(self, instrument: uint256, size: uint256, price: int256) -> None:
        requireValid(instrument)
        expiry = expiryOf(instrument)
        if expiry != 0 and expiry <= self.chain.time:
            raise InstrumentExpired(instrument)
        strike = strikeOf(instrument)
        if strike >= STRIKE:
            raise StrikeOutOfRange(instrument, strike)
        if size == 0 or size >= SIZE:
            raise SizeOutOfRange(instrument, int256(size))
        inverse = kindOf(instrument) == INVERSE
        if (price < 0) != inverse or price <= -int256(PRICE) or price >= int256(PRICE):
            raise TradePriceOutOfRange(instrument, price)

    def _requireInitial(self, account: uint256) -> None:
        portfolio, _ = self._scope(account)
        if len(portfolio.positions) == 0 and portfolio.cash >= 0:
            return
        assert self.engine is not None
        margin, _ = self.engine.marginOf(account)
        if Health.initial(margin) < 0:
            raise HealthTooLow(account, Health.initial(margin), Health.maintenance(margin))

    def _requireAllowed(
        self, account: uint256, current: Portfolio, changed: Portfolio, policy: bytes
    ) -> None:
        if len(changed.positions) == 0 and changed.cash >= 0:
            return
        assert self.engine is not None
        before, afterwards = self.engine.change(current, changed, policy)
        if not Health.allows(before, afterwards):
            raise HealthTooLow(account, Health.initial(afterwards), Health.maintenance(afterwards))
