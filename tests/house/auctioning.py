"""A house with auctions, and accounts in it that have fallen below maintenance margin."""

from __future__ import annotations

import random
from typing import Any

from tests.house.world import (
    BITCOIN,
    DAY,
    DECIMALS,
    ETHER,
    NOW,
    OWNER,
    SPOTS,
    WAD,
    World,
    instrument,
    policy,
    user,
)
from vmargin.margin import dials
from vmargin.margin.house.auctions import Sale
from vmargin.margin.house.liquidation import Liquidation
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, PUT, SPOT
from vmargin.margin.types import Margin, Policy
from vmargin.solidity.reverts import Revert

START, LENGTH, INSURED = 500, 3_600, 2_500
EXPIRY = NOW + 30 * DAY
WEI = 10 ** (18 - DECIMALS)
ALL = WAD
ANY = 2**200


class AuctionHouse(World):
    """Prices are set for all that is listed at once; a maker takes the other side of every trade."""

    def __init__(
        self, *, backstopBps: int = 0, insuranceBps: int = INSURED, rule: Policy | None = None
    ) -> None:
        super().__init__()
        terms = (START, LENGTH, insuranceBps, backstopBps)
        self.deploy("liquidation", "Liquidation", Liquidation, "ledger", "engine", *terms, sender=OWNER)
        self.do("ledger", "setModule", "liquidation", True, sender=OWNER)
        self.rule = self.allow(rule) if rule else self.policy
        self.prices: dict[int, int] = {}
        self.reprice(BITCOIN, SPOTS[BITCOIN])
        self.reprice(ETHER, SPOTS[ETHER])
        self.maker = self.open(user(1), 10**13)
        self.keeper = self.open(user(2), 10**9, self.rule)

    def reprice(self, underlying: int, price: int, mark: int | None = None) -> None:
        """Spot, marks and the forward of the date, with a smile."""
        price -= price % 10**10
        self.prices[underlying] = price
        self.spot(underlying, price)
        for kind in (PERP, INVERSE):
            self.surface(instrument(underlying, kind), mark or price)
        if self.time < EXPIRY:
            nodes = [(SPOTS[underlying] * k // 10, 70_000_000 - 10**6 * k) for k in (7, 10, 13)]
            self.surface(instrument(underlying, FUTURE, EXPIRY), price * 101 // 100, nodes)

    def victim(
        self, deposit: int, *trades: tuple[int, int], owner: str = user(3), refused: bool = False
    ) -> int:
        """An account with positions, signed sizes of instruments, and just its initial margin in cash."""
        account = self.open(owner, deposit, self.rule)
        for what, size in trades:
            sides = (account, self.maker) if size > 0 else (self.maker, account)
            outcome = self.trade(*sides, what, abs(size), self.priceOf(what))
            assert refused or outcome == (), outcome
        self.drain(account)
        return account

    def drain(self, account: int) -> None:
        """Withdraw what the initial margin leaves."""
        spare = self.healths(account)[0] // WEI
        assert spare >= 0
        self.do("ledger", "withdraw", account, spare, self.owners[account], sender=self.owners[account])

    def priceOf(self, what: int) -> int:
        """Near what the feeds say, in what a trade takes."""
        price = self.prices[what >> 224]
        kind = what >> 176 & 0xFF
        if kind == INVERSE:
            return -(10**36) // price
        return price // 20 if kind in (CALL, PUT) else price

    def margin(self, account: int) -> Margin:
        return Margin(*self.see("engine", "marginOf", account)[0])

    def healths(self, account: int) -> tuple[int, int]:
        """Initial and maintenance."""
        return healths(self.margin(account))

    def start(self, account: int) -> Any:
        return self.outcome("liquidation", "start", account, sender=user(9))

    def end(self, account: int) -> Any:
        return self.outcome("liquidation", "end", account, sender=user(9))

    def cover(self, account: int) -> Any:
        return self.outcome("liquidation", "cover", account, sender=user(9))

    def bid(
        self, account: int, fraction: int, liquidator: int = 0, most: int = ANY, least: int = 0, who: str = ""
    ) -> Any:
        """The sale, as a tuple in one; or the revert."""
        liquidator = liquidator or self.keeper
        sender = who or self.owners[liquidator]
        return self.outcome("liquidation", "bid", account, liquidator, fraction, most, least, sender=sender)

    def take(self, account: int, fraction: int, liquidator: int = 0, **limits: Any) -> Sale:
        """A bid that must succeed."""
        outcome = self.bid(account, fraction, liquidator, **limits)
        assert not isinstance(outcome, Revert), outcome
        return Sale(*outcome[0])

    def offer(self, account: int) -> tuple[int, int]:
        return self.see("liquidation", "offerOf", account)

    def cash(self, account: int) -> int:
        return self.see("ledger", "portfolioOf", account)[0]

    def compare(self) -> None:
        """All that ledger and liquidation keep, on chain and mirrored."""
        super().compare()
        for account in self.accounts:
            self.see("liquidation", "startedAt", account)
            self.see("liquidation", "lapsesOf", account)
            self.see("liquidation", "deficitOf", account)
        self.requireConserved()

    def fall(self, account: int, draw: random.Random) -> bool:
        """Move prices until the account lacks maintenance margin, or give up."""
        for moved in (200, 500, 900, 1_400, 2_000, 3_000, 4_500):
            for way in draw.sample(((1, 1), (-1, -1), (1, -1), (-1, 1)), 4):
                for underlying, sign in zip((BITCOIN, ETHER), way, strict=True):
                    self.reprice(underlying, SPOTS[underlying] * (10_000 + sign * moved) // 10_000)
                (found, _) = self.contracts["engine"].call("marginOf", (account,))
                if healths(Margin(*found))[1] < 0:
                    return True
        return False


def healths(margin: Margin) -> tuple[int, int]:
    """Initial and maintenance."""
    value, haircut, initial, maintenance, *_ = map(int, margin)
    return value - haircut - initial, value - haircut - maintenance


def rules() -> dict[str, Policy]:
    """One of each kind of rule that an account may have."""
    tail = {"tailNumerator": 1, "tailDenominator": 3}
    matrix: Any = (10_000, 6_000, 6_000, 10_000)
    quad = policy(grouping=dials.UNDERLYING, combine=dials.QUAD, repricing=dials.TAYLOR, matrixSize=2)
    return {
        "portfolio": policy(),
        "isolated": policy(grouping=dials.POSITION),
        "greeks": quad._replace(correlationsBps=matrix),
        "shortfall": policy(aggregate=dials.SHORTFALL, grouping=dials.EXPIRY, **tail),
        "quantile": policy(aggregate=dials.VAR, grouping=dials.UNDERLYING, tailNumerator=2),
        "strict": policy(initialBps=30_000, maintenanceBps=8_000),
        "level": policy(initialBps=10_000, maintenanceBps=10_000),
    }


def book(draw: random.Random) -> list[tuple[int, int]]:
    """Some trades in what is listed."""
    trades = []
    for _ in range(draw.randrange(1, 8)):
        underlying = draw.choice((BITCOIN, ETHER))
        kind = draw.choice((SPOT, PERP, PERP, INVERSE, FUTURE, CALL, PUT, CALL, PUT))
        dated = kind >= FUTURE
        strike = SPOTS[underlying] * draw.choice((8, 9, 10, 11, 12)) // 10 if kind in (CALL, PUT) else 0
        size = draw.choice((-1, 1)) * draw.randrange(1, 300 * WAD >> draw.randrange(12))
        if kind == INVERSE:
            size *= 1_000
        trades.append((instrument(underlying, kind, EXPIRY if dated else 0, strike), size))
    return trades
