"""What a pool does when a member's margin has not sufficed: the mirror of Defaults.sol."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.margin.house import health as Health
from vmargin.margin.house import values as Values
from vmargin.margin.house import waterfall as Waterfall
from vmargin.margin.house.engine import Engine, Policies
from vmargin.margin.house.errors import (
    AlreadyDeclared,
    AuctionNotLapsed,
    MarkTooSoon,
    NotDeclared,
    NothingOwed,
    NotLiquidatable,
    StillInGrace,
    StillOwing,
)
from vmargin.margin.house.ledger import Ledger
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.pool_books import NO_MEMBER, PoolBooks, Uints
from vmargin.margin.house.portfolios import Positions
from vmargin.margin.house.roles import Feeds
from vmargin.margin.limits import WAD
from vmargin.margin.rounding import floorDiv
from vmargin.margin.types import Portfolio, Position
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

MARK_INTERVAL = uint256(86_400)
GRACE = uint256(86_400)

ZERO = uint256(0)


class Losses(NamedTuple):
    """A loss, layer by layer; the parts and the shortfall sum to it."""

    loss: uint256
    contribution: uint256
    capital: uint256
    fund: uint256
    gains: uint256
    shortfall: uint256
    fundParts: Uints
    gainParts: Uints


class Defaults(PoolBooks):
    """The defaulter's contribution, the operator's capital, the others' contributions, their gains."""

    MARK_INTERVAL = MARK_INTERVAL
    GRACE = GRACE

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
        super().__init__(chain, address, ledger, engine, feeds, policies)
        self.auctions = auctions

    def mark(self, pool: uint256) -> None:
        """Set all gains to zero, whoever says so."""
        book = self._book(pool)
        earliest = book.markedAt + MARK_INTERVAL
        if self.chain.time < earliest:
            raise MarkTooSoon(pool, earliest)
        members = book.members
        self._requireNoDefault(members)
        if len(members) != 0:
            self._requireInitial(members[0])
        self.books[pool] = book._replace(markedAt=self.chain.time)
        values = self._values(members, book.policy)
        for member, value in zip(members, values, strict=True):
            marked = value - self.ledger.depositsOf(member)
            self.members[member] = self.memberOf(member)._replace(mark=marked)

    def declare(self, pool: uint256, account: uint256) -> None:
        """Say that a member owes and holds nothing: from now on it has GRACE to pay."""
        self._requireMember(pool, account)
        if self.deficitOf(account) == 0:
            raise NothingOwed(account)
        member = self.memberOf(account)
        if member.declaredAt != 0:
            raise AlreadyDeclared(account, member.declaredAt)
        self.members[account] = member._replace(declaredAt=self.chain.time)

    def dismiss(self, pool: uint256, account: uint256) -> None:
        """Say that it no longer is so."""
        self._requireMember(pool, account)
        member = self.memberOf(account)
        if member.declaredAt == 0:
            raise NotDeclared(account)
        deficit = self.deficitOf(account)
        if deficit != 0:
            raise StillOwing(account, deficit)
        self.members[account] = member._replace(declaredAt=ZERO)

    def deleverage(self, pool: uint256, account: uint256) -> None:
        """Close what could not be auctioned against the members on the other side, at current prices."""
        self._requireMember(pool, account)
        book = self._book(pool)
        _, maintenanceHealth = self.healthOf(pool)
        if maintenanceHealth >= 0:
            raise NotLiquidatable(account, maintenanceHealth)
        maintenanceHealth = Health.maintenance(self._alone(account, book.policy))
        if maintenanceHealth >= 0:
            raise NotLiquidatable(account, maintenanceHealth)
        if not self.auctions.hasFailed(account):
            raise AuctionNotLapsed(account)
        members = book.members
        portfolios = self._portfolios(members)
        instruments, prices = Values.pricesOf(portfolios, self.feeds, self.policies.get(book.policy))
        own = self.ledger.portfolioOf(account).positions
        closed = _closings(own, portfolios)
        rows = Values.rowsOf(own, instruments)
        for i, member in enumerate(members):
            self._close(account, member, own, i, closed, rows, prices)

    def lossesOf(self, pool: uint256, account: uint256, loss: uint256) -> Losses:
        """What the waterfall would make of a loss of the member's."""
        self._requireMember(pool, account)
        book = self._book(pool)
        members = book.members
        n = len(members)
        contributions = tuple(
            ZERO if member == account else self.memberOf(member).contribution for member in members
        )
        fund = ZERO
        for contribution in contributions:
            fund += contribution
        cash = self.ledger.portfolioOf(book.capital).cash
        capital = uint256(cash) if cash > 0 else ZERO
        capacities = Words(uint256, (self.memberOf(account).contribution, capital, fund))
        used = Scratch(uint256, 3)
        left = Waterfall.layers(loss, capacities, used)

        fundParts = Scratch(uint256, n)
        Waterfall.share(used[2], Words(uint256, contributions), fundParts, Scratch(uint256, n))
        gainParts, shortfall = Scratch(uint256, n), ZERO
        if left != 0:
            gains = Words(
                int256,
                (
                    int256(0) if member == account else gain
                    for member, gain in zip(members, self.gainsOf(pool), strict=True)
                ),
            )
            shortfall = Waterfall.haircut(left, gains, Scratch(uint256, n), gainParts, Scratch(uint256, n))
        return Losses(
            loss, used[0], used[1], used[2], left - shortfall, shortfall, tuple(fundParts), tuple(gainParts)
        )

    def resolve(self, pool: uint256, account: uint256) -> Losses:
        """Share out the loss of a member that owes and holds nothing, and let go of the member."""
        self._requireMember(pool, account)
        deficit = self.deficitOf(account)
        if deficit == 0:
            raise NothingOwed(account)
        declaredAt = self.memberOf(account).declaredAt
        if declaredAt == 0 or self.chain.time < declaredAt + GRACE:
            _, maintenanceHealth = self.healthOf(pool)
            if maintenanceHealth >= 0:
                raise StillInGrace(account, declaredAt, maintenanceHealth)
        losses = self.lossesOf(pool, account, deficit)

        book = self._book(pool)
        self._pay(book.fund, account, self.memberOf(account).contribution + losses.fund)
        self._pay(book.capital, account, losses.capital)
        for i, member in enumerate(book.members):
            kept = self.memberOf(member)
            self.members[member] = kept._replace(contribution=kept.contribution - losses.fundParts[i])
            self._pay(member, account, losses.gainParts[i])
        self._release(pool, account)
        return losses

    def _release(self, pool: uint256, account: uint256) -> None:
        """Take a member out of its pool."""
        self.members[account] = NO_MEMBER
        self.ledger.part(self.address, (account,))
        book = self.books[pool]
        self.books[pool] = book._replace(members=tuple(m for m in book.members if m != account))

    def _close(
        self,
        account: uint256,
        member: uint256,
        own: Positions,
        i: int,
        closed: tuple[tuple[int256, ...], ...],
        rows: Uints,
        prices: Words[int256],
    ) -> None:
        taken: list[Position] = []
        total = int256(0)
        for position, parts, row in zip(own, closed, rows, strict=True):
            if parts[i] == 0:
                continue
            taken.append(Position(position.instrument, parts[i]))
            total += parts[i] * prices[row]
        if len(taken) != 0:
            self.ledger.move(self.address, account, member, tuple(taken), -floorDiv(total, WAD))


def _closings(own: Positions, portfolios: tuple[Portfolio, ...]) -> tuple[tuple[int256, ...], ...]:
    """For each of the account's positions, what each member takes on of it."""
    n = len(portfolios)
    closings: list[tuple[int256, ...]] = []
    for position in own:
        sizes = Words(int256, (Values.sizeOf(portfolio, position.instrument) for portfolio in portfolios))
        closed = Scratch(int256, n)
        arrays = (Scratch(uint256, n), Scratch(uint256, n), Scratch(uint256, n))
        Waterfall.deleverage(position.size, sizes, closed, *arrays)
        closings.append(tuple(closed))
    return tuple(closings)
