"""The whole house, on chain and mirrored, with users, prices and a policy: what tests start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.house.token import Token
from tests.house.twins import Twins
from vmargin.margin import dials
from vmargin.margin.house.accounts import CLEARING, FIRST_CUSTOMER, INSURANCE
from vmargin.margin.house.aggregator import RoundsFeed
from vmargin.margin.house.engine import Engine
from vmargin.margin.house.feeds import Feeds
from vmargin.margin.house.ledger import Ledger
from vmargin.margin.house.policies import Policies
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, SPOT, expiryOf, underlyingOf
from vmargin.margin.types import Cover, Policy, Shock, Terms

NOW = 1_800_000_000
DAY = 86_400
WAD = 10**18
DECIMALS = 6
UNIT = 10**DECIMALS

OWNER, VENUE, POSTER, MODULE = ("0x" + digit * 40 for digit in "abcd")
BITCOIN, ETHER = 1, 2
SPOTS = {0: WAD, BITCOIN: 60_000 * WAD, ETHER: 3_000 * WAD}


def user(number: int) -> str:
    return f"0x{0x1000 + number:040x}"


def instrument(underlying: int, kind: int, expiry: int = 0, strike: int = 0) -> int:
    return underlying << 224 | expiry << 184 | kind << 176 | strike


def policy(scenarios: Sequence[tuple[int, int]] | None = None, **changes: int) -> Policy:
    """Cross margin over spot and volatility, unless changed."""
    shocks = scenarios or [(0, 0), (-2_000, 0), (2_000, 0), (-1_000, 3_000), (1_000, 3_000), (-1_000, -2_000)]
    terms = {
        "schema": dials.SCHEMA,
        "repricing": dials.FULL,
        "grouping": dials.ACCOUNT,
        "aggregate": dials.WORST,
        "combine": dials.SUM,
        "tailNumerator": 1,
        "tailDenominator": 1,
        "creditBps": 5_000,
        "initialBps": 12_000,
        "maintenanceBps": 8_000,
        "maxPositions": 16,
        "termPowerBps": 3_000,
        "termFloor": DAY,
        "shortOptionBps": 200,
        "confidenceBps": 1_000,
        "depegBps": 5_000,
        "pegThreshold": 99 * WAD // 100,
        "matrixSize": 0,
    }
    covers = tuple(Cover(u, 0, 1_000, 10**6 * WAD, 500 * WAD, 1_000) for u in (BITCOIN, ETHER))
    return Policy(
        Terms(**{**terms, **changes}), covers, tuple(Shock(*s) for s in shocks), (10_000,) * len(shocks), ()
    )


class World(Twins):
    """The twins of the house; those of modules are deployed by their own tests."""

    def __init__(self, *, decimals: int = DECIMALS, time: int = NOW) -> None:
        super().__init__(time)
        self.deploy("asset", "Erc20", Token, "Dollar", "USD", decimals, sender=OWNER)
        self.deploy("ledger", "Ledger", Ledger, "asset", OWNER, sender=OWNER)
        self.deploy("feeds", "Feeds", Feeds, OWNER, sender=OWNER)
        self.deploy("policies", "Policies", Policies, sender=OWNER)
        self.deploy("engine", "Engine", Engine, "ledger", "feeds", "policies", sender=OWNER)
        self.do("ledger", "connect", "engine", "feeds", sender=OWNER)
        self.do("ledger", "setVenue", VENUE, True, sender=OWNER)
        self.do("ledger", "setModule", MODULE, True, sender=OWNER)
        self.do("feeds", "setPoster", POSTER, True, sender=OWNER)
        self.rounds: dict[int, int] = {}
        for underlying, price in SPOTS.items():
            self.deploy(f"spot{underlying}", "RoundsFeed", RoundsFeed, 8, sender=OWNER)
            self.do(
                "feeds",
                "list",
                underlying,
                f"spot{underlying}",
                190 * DAY,
                180 * DAY,
                10_000,
                5_000 if underlying else 10_000,
                sender=OWNER,
            )
            self.rounds[underlying] = 0
            self.spot(underlying, price)
            if underlying:
                self.do("feeds", "setFreshness", underlying, 190 * DAY, 180 * DAY, 5_000, sender=OWNER)
                for kind in (PERP, INVERSE):
                    self.surface(instrument(underlying, kind), price)
        self.policy = self.allow(policy())
        self.owners: dict[int, str] = {}

    def allow(self, rule: Policy) -> bytes:
        """Register a policy and let accounts choose it."""
        (id_,) = self.do("policies", "register", rule, sender=OWNER)
        self.do("ledger", "allowPolicy", id_, True, sender=OWNER)
        return id_

    def spot(self, underlying: int, price: int) -> int:
        """A new round of the underlying's feed, and its number."""
        self.rounds[underlying] += 1
        self.do(
            f"spot{underlying}", "write", self.rounds[underlying], price // 10**10, self.time, sender=OWNER
        )
        return self.rounds[underlying]

    def surface(
        self,
        of: int,
        forward: int,
        nodes: Sequence[tuple[int, int]] = (),
        *,
        rate: int = 0,
        confidenceBps: int = 10_000,
    ) -> None:
        """Post a mark, or a date's forward with its volatilities: pairs of a strike and 10^-8."""
        posting = (of, forward, rate, confidenceBps, self.time, packed(nodes))
        self.do("feeds", "post", [posting], sender=POSTER)

    def open(self, owner: str, deposit: int = 0, rule: bytes | None = None) -> int:
        """An account that has allowed the venue, with so many dollars."""
        (account,) = self.do("ledger", "open", rule or self.policy, sender=owner)
        self.owners[account] = owner
        self.do("ledger", "allowVenue", account, VENUE, True, sender=owner)
        if deposit:
            self.fund(owner, deposit * UNIT)
            self.do("ledger", "deposit", account, deposit * UNIT, sender=owner)
        return int(account)

    def fund(self, owner: str, amount: int) -> None:
        """Tokens that the ledger may take."""
        self.do("asset", "mint", owner, amount, sender=OWNER)
        self.do("asset", "approve", self.contracts["ledger"].address, 2**255, sender=owner)

    def trade(self, buyer: int, seller: int, what: int, size: int, price: int) -> Any:
        """Through the venue; what came of it."""
        return self.outcome("ledger", "trade", buyer, seller, what, size, price, sender=VENUE)

    @property
    def accounts(self) -> list[int]:
        """All that there are, those of the house first."""
        end = int(self.mirrors["ledger"].nextAccount)
        return [int(CLEARING), int(INSURANCE), *range(int(FIRST_CUSTOMER), end)]

    def compare(self) -> None:
        """All that the ledger keeps, on chain and mirrored."""
        perpetuals = {i for a in self.accounts for i in self.see("ledger", "instrumentsOf", a)}
        for account in self.accounts:
            for view in ("purseOf", "ownerOf", "policyOf", "poolOf", "scopeOf", "portfolioOf", "depositsOf"):
                self.see("ledger", view, account)
            for held in self.see("ledger", "instrumentsOf", account):
                self.see("ledger", "holdingOf", account, held)
        for held in perpetuals:
            self.see("ledger", "premiumOf", held)
            self.see("ledger", "fundingIndex", held)
        for view in ("borrowing", "borrowIndex", "nextAccount", "pools", "scale"):
            self.see("ledger", view)
        for holder in (self.contracts["ledger"].address, *set(self.owners.values())):
            self.see("asset", "balanceOf", holder)

    def requireConserved(self) -> None:
        """Every wei of cash is a wei of the asset, and every position has its other side, or was settled."""
        ledger = self.mirrors["ledger"]
        cash = sum(int(ledger.purseOf(account).cash) for account in self.accounts)
        assert cash == self.see("asset", "balanceOf", ledger.address) * int(ledger.scale)
        sizes: dict[int, int] = {}
        feeds = self.mirrors["feeds"]
        for (_, held), (size, _) in ledger.holdings.items():
            if feeds.settlementOf(underlyingOf(held), expiryOf(held)) == 0:
                sizes[held] = sizes.get(held, 0) + int(size)
        assert not any(sizes.values()), sizes


SPOT_BITCOIN = instrument(BITCOIN, SPOT)
PERP_BITCOIN = instrument(BITCOIN, PERP)
INVERSE_BITCOIN = instrument(BITCOIN, INVERSE)
FUTURE_BITCOIN = instrument(BITCOIN, FUTURE, NOW + 30 * DAY)
CALL_BITCOIN = instrument(BITCOIN, CALL, NOW + 30 * DAY, 60_000 * WAD)
PERP_ETHER = instrument(ETHER, PERP)
