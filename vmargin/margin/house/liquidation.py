"""Dutch auctions of accounts without maintenance margin, and their debts: the mirror of Liquidation.sol."""

from __future__ import annotations

from vmargin.margin.house import health
from vmargin.margin.house.accounts import FIRST_CUSTOMER, INSURANCE
from vmargin.margin.house.auctions import (
    Sale,
    discountAfter,
    discountOn,
    fractionLimit,
    hasLapsed,
    isRecent,
    requireValid,
    saleOf,
)
from vmargin.margin.house.engine import Engine
from vmargin.margin.house.errors import (
    AuctionLapsed,
    AuctionRunning,
    BidWouldWorsen,
    FractionAboveLimit,
    FractionOutOfRange,
    HealthTooLow,
    MayNotAct,
    NoAuction,
    NothingOwed,
    NotLiquidatable,
    PaymentAboveLimit,
    RewardBelowLimit,
    StillLiquidatable,
    UnknownAccount,
)
from vmargin.margin.house.ledger import Ledger
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.portfolios import merge
from vmargin.margin.house.sales import Lot, Sales
from vmargin.margin.limits import WAD
from vmargin.margin.types import Margin, Portfolio
from vmargin.solidity.integers import int256, uint256


class Liquidation(Sales):
    """A scope is judged and put up as a whole; a debt that nothing stands against stays with its account."""

    def __init__(
        self,
        chain: Chain,
        address: str,
        ledger: Ledger,
        engine: Engine,
        startBps: int,
        length: int,
        insuranceBps: int,
        backstopBps: int,
    ) -> None:
        super().__init__(chain, address, ledger, engine)
        self.startBps, self.length = uint256(startBps), uint256(length)
        self.insuranceBps, self.backstopBps = uint256(insuranceBps), uint256(backstopBps)
        requireValid(self.startBps, self.length, self.insuranceBps, self.backstopBps)
        self.started: dict[uint256, uint256] = {}
        self.lapses: dict[uint256, uint256] = {}

    def start(self, account: uint256) -> None:
        """Put an account up, whoever says so; one whose auction has lapsed, again from the start."""
        if account < FIRST_CUSTOMER:
            raise UnknownAccount(account)
        key = self._keyOf(account)
        since = self.startedAt(account)
        if since != 0 and not hasLapsed(self.chain.time - since, self.length):
            raise AuctionRunning(account, since)
        margin = self._marginOf(account)
        if health.maintenance(margin) >= 0:
            raise NotLiquidatable(account, health.maintenance(margin))
        if since != 0:
            recent = isRecent(self.chain.time - since, self.length)
            self.lapses[key] = self.lapsesOf(account) + 1 if recent else uint256(0)
        self.started[key] = self.chain.time

    def end(self, account: uint256) -> None:
        """End the auction of an account that has maintenance margin again, whoever says so."""
        if self.startedAt(account) == 0:
            raise NoAuction(account)
        margin = self._marginOf(account)
        if health.maintenance(margin) < 0:
            raise StillLiquidatable(account, health.maintenance(margin))
        self._end(account)

    def startedAt(self, account: uint256) -> uint256:
        """0 where there is no auction of the account's scope."""
        return self.started.get(self._keyOf(account), uint256(0))

    def lapsesOf(self, account: uint256) -> uint256:
        """How many auctions of the account's scope have lapsed since one was ended."""
        return self.lapses.get(self._keyOf(account), uint256(0))

    def hasFailed(self, account: uint256) -> bool:
        """Whether an auction has lapsed, just now or before the one that is on; no forgotten one."""
        since = self.startedAt(account)
        if since == 0:
            return False
        elapsed = self.chain.time - since
        failed = self.lapsesOf(account) != 0 or hasLapsed(elapsed, self.length)
        return isRecent(elapsed, self.length) and failed

    def offerOf(self, account: uint256) -> tuple[uint256, uint256]:
        """What a bid now gets of each requirement released, and the largest fraction that it may take."""
        margin = self._marginOf(account)
        if health.maintenance(margin) >= 0:
            raise NotLiquidatable(account, health.maintenance(margin))
        return self._terms(self._discountNow(account), margin)

    def bid(
        self,
        sender: str,
        account: uint256,
        liquidator: uint256,
        fraction: uint256,
        mostPayment: int256,
        leastReward: uint256,
    ) -> Sale:
        """Take a fraction of every position of the scope over, at their value less a reward."""
        discountBps = self._discountNow(account)
        if not self.ledger.mayAct(sender, liquidator):
            raise MayNotAct(liquidator, sender)
        if fraction == 0 or fraction > WAD:
            raise FractionOutOfRange(fraction)
        lot = self._lotOf(account, liquidator, fraction)
        sale, healthy = self._sell(account, lot, fraction, discountBps)
        if sale.payment > mostPayment:
            raise PaymentAboveLimit(sale.payment, mostPayment)
        if sale.reward < leastReward:
            raise RewardBelowLimit(sale.reward, leastReward)
        self._requireMargin(liquidator, Portfolio(-sale.payment, lot.taken))

        self._deliver(lot, liquidator, sale)
        if healthy or fraction == WAD:
            self._end(account)
        if fraction == WAD:
            self._cover(account)
        return sale

    def cover(self, account: uint256) -> uint256:
        """Pay the debt of an account outside of pools that holds nothing, as far as the insurance can."""
        owed, paid = self._cover(account)
        if owed == 0:
            raise NothingOwed(account)
        return paid

    def deficitOf(self, account: uint256) -> uint256:
        """What an account owes that holds nothing: left for the waterfall of its pool, or to its owner."""
        own = self.ledger.portfolioOf(account)
        return uint256(-own.cash) if not own.positions and own.cash < 0 else uint256(0)

    def _sell(self, account: uint256, lot: Lot, fraction: uint256, discountBps: uint256) -> tuple[Sale, bool]:
        changed = merge(lot.current, Portfolio(int256(0), lot.given))
        before, afterwards = self.engine.change(lot.current, changed, lot.policy)
        if health.maintenance(before) >= 0:
            raise NotLiquidatable(account, health.maintenance(before))
        discount, limit = self._terms(discountBps, before)
        if fraction > limit:
            raise FractionAboveLimit(fraction, limit)

        sale = saleOf(before, afterwards, fraction, discount, self.insuranceBps)
        afterwards = afterwards._replace(value=afterwards.value + (sale.value - int256(sale.penalty)))
        self._requireNoFall(account, health.initial(before), health.initial(afterwards))
        self._requireNoFall(account, health.maintenance(before), health.maintenance(afterwards))
        return sale, health.maintenance(afterwards) >= 0

    def _requireNoFall(self, account: uint256, before: int256, afterwards: int256) -> None:
        if afterwards < before:
            raise BidWouldWorsen(account, before, afterwards)

    def _requireMargin(self, liquidator: uint256, received: Portfolio) -> None:
        members, policy = self.ledger.scopeOf(liquidator)
        current = self._combined(members)
        before, afterwards = self.engine.change(current, merge(current, received), policy)
        if not health.allows(before, afterwards):
            raise HealthTooLow(liquidator, health.initial(afterwards), health.maintenance(afterwards))

    def _marginOf(self, account: uint256) -> Margin:
        members, policy = self.ledger.scopeOf(account)
        current = self._combined(members)
        margin, _ = self.engine.change(current, current, policy)
        return margin

    def _end(self, account: uint256) -> None:
        key = self._keyOf(account)
        self.started.pop(key, None)
        self.lapses.pop(key, None)

    def _cover(self, account: uint256) -> tuple[uint256, uint256]:
        owed, paid = self._owedBy(account), uint256(0)
        if owed == 0:
            return owed, paid
        insurance = self.ledger.portfolioOf(INSURANCE).cash
        if insurance > 0:
            paid = uint256(insurance) if uint256(insurance) < owed else owed
        if paid != 0:
            self.ledger.move(self.address, INSURANCE, account, (), int256(paid))
        return owed, paid

    def _owedBy(self, account: uint256) -> uint256:
        """What the insurance answers for: what an account owes that stands alone."""
        if account < FIRST_CUSTOMER or self.ledger.poolOf(account) != 0:
            return uint256(0)
        return self.deficitOf(account)

    def _discountNow(self, account: uint256) -> uint256:
        since = self.startedAt(account)
        if since == 0:
            raise NoAuction(account)
        elapsed = self.chain.time - since
        if hasLapsed(elapsed, self.length):
            raise AuctionLapsed(account, since)
        return discountAfter(elapsed, self.startBps, self.length)

    def _terms(self, discountBps: uint256, before: Margin) -> tuple[uint256, uint256]:
        discount = discountOn(
            discountBps,
            self.backstopBps,
            before.value,
            before.initialRequirement,
            before.maintenanceRequirement,
        )
        return discount, fractionLimit(before.value, before.haircut, before.initialRequirement, discount)

    def _keyOf(self, account: uint256) -> uint256:
        """An account's own number, or its pool's counted down from the last word."""
        pool = self.ledger.poolOf(account)
        return account if pool == 0 else ~pool
