"""Joins the ledger's portfolios, the feeds' market and the policies to margins: the mirror of Engine.sol."""

from __future__ import annotations

from typing import Any, Protocol

from vmargin.margin import margins as Margins
from vmargin.margin.house import portfolios as Portfolios
from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.margin.house.roles import Feeds
from vmargin.margin.limits import POSITIONS
from vmargin.margin.repricing import grid
from vmargin.margin.types import (
    Cover,
    Margin,
    Market,
    Policy,
    Portfolio,
    Position,
    Quote,
    Shock,
    UnderlyingQuote,
)
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256


class Policies(Protocol):
    """What the engine asks of IPolicies."""

    def get(self, policy: bytes) -> Policy: ...


class Ledger(Protocol):
    """What the engine asks of ILedger."""

    def portfolioOf(self, account: uint256) -> Portfolio: ...
    def scopeOf(self, account: uint256) -> tuple[tuple[uint256, ...], bytes]: ...


class Engine(Mirror):
    """It keeps nothing."""

    def __init__(self, chain: Chain, address: str, ledger: Ledger, feeds: Feeds, policies: Policies) -> None:
        super().__init__(chain, address)
        self.ledger = ledger
        self.feeds = feeds
        self.policies = policies

    def inputsOf(self, account: uint256) -> tuple[Portfolio, Market, Policy]:
        """What the rule is given: the scope's combined portfolio, its market and its policy."""
        accounts, policy = self.ledger.scopeOf(account)
        portfolio = self.ledger.portfolioOf(accounts[0])
        for other in accounts[1:]:
            portfolio = Portfolios.merge(portfolio, self.ledger.portfolioOf(other))
        market = self.feeds.market(Portfolios.instrumentsOf(portfolio.positions))
        return portfolio, market, self.policies.get(policy)

    def marginOf(self, account: uint256) -> tuple[Margin, tuple[int256, ...]]:
        """What the rule says of the account's scope, and the outcome of each group in each scenario."""
        portfolio, market, policy = self.inputsOf(account)
        positions = Words(Position, portfolio.positions)
        underlyings = Words(UnderlyingQuote, market.underlyings)
        quotes = Words(Quote, market.quotes)
        Margins.requirePortfolio(portfolio.cash, positions, policy.terms.maxPositions)
        Margins.requireMarket(positions, underlyings, quotes)
        prices = _grid(positions, market, policy)
        rows = Words(uint256, range(len(positions)))
        return _onGrid(portfolio, market, policy, prices, rows)

    def change(self, current: Portfolio, changed: Portfolio, policy: bytes) -> tuple[Margin, Margin]:
        """What the rule says of a portfolio and of what it would become: both on one grid of prices."""
        either, rowsA, rowsB = Portfolios.union(current.positions, changed.positions)
        market = self.feeds.market(Portfolios.instrumentsOf(either))
        rule = self.policies.get(policy)
        most = rule.terms.maxPositions
        count = uint256(len(current.positions))
        Margins.requirePortfolio(current.cash, Words(Position, current.positions), POSITIONS)
        Margins.requirePortfolio(
            changed.cash, Words(Position, changed.positions), count if count > most else most
        )
        positions = Words(Position, either)
        Margins.requireMarket(
            positions, Words(UnderlyingQuote, market.underlyings), Words(Quote, market.quotes)
        )
        prices = _grid(positions, market, rule)
        before, _ = _onGrid(current, market, rule, prices, Words(uint256, rowsA))
        afterwards, _ = _onGrid(changed, market, rule, prices, Words(uint256, rowsB))
        return before, afterwards


def _grid(positions: Words[Position], market: Market, policy: Policy) -> Words[int256]:
    scenarios = len(policy.weightsBps)
    prices = Scratch(int256, len(positions) * (scenarios + 1))
    grid(
        positions,
        market.time,
        Words(UnderlyingQuote, market.underlyings),
        Words(Quote, market.quotes),
        policy.terms,
        Words(Cover, policy.covers),
        Words(Shock, policy.shocks),
        uint256(scenarios),
        prices,
    )
    return prices.snapshot()


def _onGrid(
    portfolio: Portfolio, market: Market, policy: Policy, prices: Words[int256], rows: Words[uint256]
) -> tuple[Margin, tuple[int256, ...]]:
    """The arrays that Solidity allocates on the way are made here."""
    held, scenarios = len(portfolio.positions), len(policy.weightsBps)
    outcomes = Scratch(int256, held * scenarios)
    arrays: tuple[Any, ...] = (
        Words(uint256, ()),
        outcomes,
        Scratch(int256, scenarios),
        Scratch(int256, scenarios),
        Scratch(int256, scenarios),
        Scratch(int256, held),
        Scratch(uint256, held),
    )
    margin = Margins.onGrid(
        portfolio.cash,
        Words(Position, portfolio.positions),
        market.time,
        market.stablePrice,
        Words(UnderlyingQuote, market.underlyings),
        Words(Quote, market.quotes),
        policy.terms,
        Words(Cover, policy.covers),
        Words(uint256, policy.weightsBps),
        Words(int256, policy.correlationsBps),
        prices,
        rows,
        *arrays,
    )
    return margin, tuple(outcomes)[: int(margin.groups) * scenarios]
