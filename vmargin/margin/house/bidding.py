"""What a keeper bids in an auction: the largest fraction, what it comes to, and the call that takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.errors import UsageError
from vmargin.margin.house import health
from vmargin.margin.house.auctions import (
    Sale,
    discountAfter,
    discountOn,
    fractionLimit,
    hasLapsed,
    saleOf,
)
from vmargin.margin.house.errors import (
    AuctionLapsed,
    BidWouldWorsen,
    FractionOutOfRange,
    NoAuction,
    NothingToClose,
    NotLiquidatable,
)
from vmargin.margin.house.portfolios import Positions, merge
from vmargin.margin.house.sales import partsOf
from vmargin.margin.instruments import underlyingOf
from vmargin.margin.limits import WAD
from vmargin.margin.margin_view import evaluate
from vmargin.margin.types import Margin, Market, Policy, Portfolio
from vmargin.solidity.abi import Function
from vmargin.solidity.integers import int256, uint256

BID = Function.parse("bid(uint256,uint256,uint256,int256,uint256)")


class Auction(NamedTuple):
    """One of Liquidation's auctions, and its terms."""

    startedAt: int
    startBps: int
    length: int
    insuranceBps: int
    backstopBps: int


class Plan(NamedTuple):
    """A bid that the contract accepts at the market it was made for, if the liquidator has the margin."""

    discountBps: uint256
    limit: uint256
    sale: Sale
    before: Margin
    afterwards: Margin
    taken: Positions
    """What the liquidator receives; what he pays for it is `sale.payment`."""
    calldata: bytes


def plan(
    account: int,
    liquidator: int,
    auction: Auction,
    portfolio: Portfolio,
    market: Market,
    policy: Policy,
    *,
    members: Sequence[Portfolio] = (),
    most: int = int(WAD),
    slackBps: int = 0,
) -> Plan:
    """Plan the largest bid that is admissible at a market.

    Parameters
    ----------
    account, liquidator
        Whose scope's positions are taken over, and who takes them.
    auction
        As Liquidation has it.
    portfolio, market, policy
        What Engine.inputsOf(account) returns.
    members
        The portfolios of the accounts of its scope, where these are several: a size is truncated for each.
    most
        The largest fraction that is wanted.
    slackBps
        By how much payment and reward may turn out worse when the bid is made.

    Raises
    ------
    Revert
        As the contract does where no bid is admissible.
    """
    if auction.startedAt == 0:
        raise NoAuction(account)
    elapsed = uint256(market.time) - uint256(auction.startedAt)
    length = uint256(auction.length)
    if hasLapsed(elapsed, length):
        raise AuctionLapsed(account, auction.startedAt)
    if not 0 < most <= WAD:
        raise FractionOutOfRange(most)
    before, _ = evaluate(portfolio, market, policy)
    if health.maintenance(before) >= 0:
        raise NotLiquidatable(account, health.maintenance(before))
    discountBps = discountOn(
        discountAfter(elapsed, uint256(auction.startBps), length),
        uint256(auction.backstopBps),
        before.value,
        before.initialRequirement,
        before.maintenanceRequirement,
    )
    limit = fractionLimit(before.value, before.haircut, before.initialRequirement, discountBps)
    fraction = min(limit, uint256(most))

    parts = partsOf(members or (portfolio,), fraction)
    if not any(parts.sold):
        raise NothingToClose(account, fraction)
    changed = merge(portfolio, Portfolio(int256(0), parts.given))
    without, _ = evaluate(changed, marketOf(market, portfolio, changed), policy)
    sale = saleOf(before, without, fraction, discountBps, uint256(auction.insuranceBps))
    afterwards = without._replace(value=without.value + (sale.value - int256(sale.penalty)))
    for level in (health.initial, health.maintenance):
        if level(afterwards) < level(before):
            raise BidWouldWorsen(account, level(before), level(afterwards))

    payment, reward = int(sale.payment), int(sale.reward)
    limits = (payment + abs(payment) * slackBps // 10_000, reward * (10_000 - slackBps) // 10_000)
    call = BID.calldata((account, liquidator, int(fraction), *limits))
    return Plan(discountBps, limit, sale, before, afterwards, parts.taken, call)


def marketOf(market: Market, portfolio: Portfolio, changed: Portfolio) -> Market:
    """The part of a portfolio's market that another needs, which must hold nothing else."""
    held = [position.instrument for position in changed.positions]
    quotes = {p.instrument: q for p, q in zip(portfolio.positions, market.quotes, strict=True)}
    if unknown := [hex(instrument) for instrument in held if instrument not in quotes]:
        raise UsageError(
            f"truncated one by one, sizes would leave a pool {unknown}, which it does not have: take less"
        )
    underlyings = {underlyingOf(instrument) for instrument in held}
    return Market(
        market.time,
        market.stablePrice,
        tuple(u for u in market.underlyings if u.underlying in underlyings),
        tuple(quotes[instrument] for instrument in held),
    )
