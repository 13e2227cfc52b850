"""What a bid takes of a scope, and what each of its accounts is paid: the mirror of Sales.sol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.margin.house import values as Values
from vmargin.margin.house.accounts import INSURANCE
from vmargin.margin.house.allocation import proRata
from vmargin.margin.house.auctions import Sale, closedOf
from vmargin.margin.house.engine import Engine
from vmargin.margin.house.errors import NothingToClose, SameScope
from vmargin.margin.house.ledger import Ledger
from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.margin.house.portfolios import Positions, merge, mergePositions
from vmargin.margin.types import Portfolio
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

NOTHING = Portfolio(int256(0), ())


class Lot(NamedTuple):
    """What a bid would take: of the whole scope, and of each that would give something."""

    policy: bytes
    current: Portfolio
    given: Positions
    taken: Positions
    sellers: tuple[uint256, ...]
    sold: tuple[Portfolio, ...]


class Parts(NamedTuple):
    """A fraction of the positions of several portfolios."""

    current: Portfolio
    given: Positions
    taken: Positions
    sold: tuple[Positions, ...]
    """As the portfolios; empty where a fraction is nothing."""


def partsOf(portfolios: Sequence[Portfolio], fraction: uint256) -> Parts:
    """Each size truncated for itself; what the portfolios hold against each other crosses."""
    current = NOTHING
    given: Positions = ()
    taken: Positions = ()
    sold: list[Positions] = []
    for own in portfolios:
        ownGiven, ownTaken = closedOf(own.positions, fraction)
        current = merge(current, own)
        given, taken = mergePositions(given, ownGiven), mergePositions(taken, ownTaken)
        sold.append(ownTaken)
    return Parts(current, given, taken, tuple(sold))


class Sales(Mirror):
    """The same fraction of every position of every account of a scope."""

    def __init__(self, chain: Chain, address: str, ledger: Ledger, engine: Engine) -> None:
        super().__init__(chain, address)
        self.ledger = ledger
        self.engine = engine

    def _lotOf(self, account: uint256, liquidator: uint256, fraction: uint256) -> Lot:
        members, policy = self.ledger.scopeOf(account)
        parts = partsOf([self.ledger.portfolioOf(member) for member in members], fraction)
        selling = [(member, sold) for member, sold in zip(members, parts.sold, strict=True) if sold]
        if not selling:
            raise NothingToClose(account, fraction)
        if liquidator in members:
            raise SameScope(account, liquidator)
        return Lot(
            policy,
            parts.current,
            parts.given,
            parts.taken,
            tuple(member for member, _ in selling),
            tuple(Portfolio(int256(0), sold) for _, sold in selling),
        )

    def _deliver(self, lot: Lot, liquidator: uint256, sale: Sale) -> None:
        """What is sold passes through the liquidator's account seller by seller."""
        payments = self._paymentsOf(lot, sale)
        for seller, sold, payment in zip(lot.sellers, lot.sold, payments, strict=True):
            self.ledger.move(self.address, seller, liquidator, sold.positions, -payment)
        if sale.insured != 0:
            self.ledger.move(self.address, lot.sellers[0], INSURANCE, (), int256(sale.insured))

    def _paymentsOf(self, lot: Lot, sale: Sale) -> tuple[int256, ...]:
        """Of the payment, each seller's: the value of what it gives less its part of the penalty."""
        n = len(lot.sellers)
        if n == 1:
            return (sale.payment,)
        policy = self.engine.policies.get(lot.policy)
        instruments, prices = Values.pricesOf(lot.sold, self.engine.feeds, policy)
        gross = [Values.grossOf(sold.positions, instruments, prices) for sold in lot.sold]
        parts = Scratch(uint256, n)
        proRata(sale.penalty, Words(uint256, gross), parts, Scratch(uint256, n))
        first, others = sale.payment, []
        for i in range(1, n):
            payment = Values.valueOf(lot.sold[i], instruments, prices) - int256(parts[i])
            others.append(payment)
            first -= payment
        return (first, *others)

    def _combined(self, members: Sequence[uint256]) -> Portfolio:
        """The accounts' portfolios together."""
        every = self.ledger.portfolioOf(members[0])
        for member in members[1:]:
            every = merge(every, self.ledger.portfolioOf(member))
        return every
