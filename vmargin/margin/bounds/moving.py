"""Health while one price moves, or time passes: between which lines, over a whole interval at once."""

from __future__ import annotations

from collections.abc import Callable

from vmargin.margin import policy_checks
from vmargin.margin.bounds.account_lines import Moving, expiry_of
from vmargin.margin.bounds.later_prices import later
from vmargin.margin.bounds.lines import Lines, Open, Refused, exactly
from vmargin.margin.bounds.moved_prices import Row, rows_of
from vmargin.margin.bounds.rule_lines import health
from vmargin.margin.limits import SCENARIOS
from vmargin.margin.margin_view import flat
from vmargin.margin.margins import requireMarket, requirePortfolio
from vmargin.margin.types import Market, Policy, Portfolio, UnderlyingQuote
from vmargin.solidity.reverts import Revert

MarketAt = Callable[[int], Market]


class _Account:
    """What does not move."""

    def __init__(self, portfolio: Portfolio, policy: Policy, market: Market) -> None:
        self.portfolio, self.policy = portfolio, policy
        self.refused = _refuses(portfolio, policy, market)
        """Whether the rule reverts for what does not move."""

    def moving(self, first: Market, last: Market, ends: tuple[int, int], rows: list[list[Lines]]) -> Moving:
        """The account between two markets, at prices that are known."""
        names = [int(u.underlying) for u in first.underlyings]
        return Moving(
            int(self.portfolio.cash),
            self.portfolio.positions,
            int(first.time),
            _moved(int(first.stablePrice), int(last.stablePrice), ends),
            dict(zip(names, first.underlyings, strict=True)),
            {
                name: _moved(int(a.spot), int(b.spot), ends)
                for name, a, b in zip(names, first.underlyings, last.underlyings, strict=True)
            },
            first.quotes,
            [
                _moved(int(a.forward), int(b.forward), ends)
                for a, b in zip(first.quotes, last.quotes, strict=True)
            ],
            rows,
            self.policy,
        )


class OverPrices(_Account):
    """Health over intervals of a price.

    Parameters
    ----------
    portfolio, policy
        Of the account.
    market_at
        The market at a price: each of its own is constant, or goes straight from end to end and is
        rounded down.
    start
        Any price.
    """

    def __init__(self, portfolio: Portfolio, policy: Policy, market_at: MarketAt, start: int) -> None:
        market, other = market_at(start), market_at(2 * start + 1)
        super().__init__(portfolio, policy, market)
        self._market_at = market_at
        self._rows: list[Row] = []
        if not self.refused:
            self._rows = rows_of([int(p.instrument) for p in portfolio.positions], market, policy)
        self._moves = [
            self._beneath(row, market, n) != self._beneath(row, other, n) for n, row in enumerate(self._rows)
        ]

    def health(self, first: int, last: int) -> Lines:
        """Between which lines it is from the first price to the last.

        Of one price it says what is known by the same means, so that one sees where no interval can tell.

        Raises
        ------
        Refused
            If the rule reverts throughout.
        Open
            If it may revert, and may not.
        """
        if self.refused:
            raise Refused
        low, high = self._market_at(first), self._market_at(last)
        rows: list[list[Lines]] = []
        undecided = False
        for n, row in enumerate(self._rows):
            ends = self._beneath(row, low, n), self._beneath(row, high, n)
            try:
                if first == last and self._moves[n]:
                    rows.append(row.near(ends[0]))
                else:
                    rows.append(row.over(*ends, rounded=ends != (first, last)))
            except Open:
                undecided = True  # another row may revert throughout
        if undecided:
            raise Open
        return health(self.moving(low, high, (first, last), rows))

    def _beneath(self, row: Row, market: Market, n: int) -> int:
        return row.beneath(_quoted(row, market), market.quotes[n])


class OverTimes(_Account):
    """Health over intervals of the block's time, all else as it is.

    Parameters
    ----------
    portfolio, policy
        Of the account.
    market_at
        The market at a time, which differs from another's by what has expired in between.
    start
        Any time.
    """

    def __init__(self, portfolio: Portfolio, policy: Policy, market_at: MarketAt, start: int) -> None:
        super().__init__(portfolio, policy, market_at(start))
        self._market_at = market_at

    def health(self, first: int, last: int) -> Lines:
        """Between which lines it is from the first second to the last.

        Raises
        ------
        Refused
            If the rule reverts throughout.
        Open
            If it may revert, and may not, or if something expires.
        """
        if self.refused:
            raise Refused
        market = self._market_at(first)
        instruments = [int(p.instrument) for p in self.portfolio.positions]
        if any(first < expiry_of(i) <= last for i in instruments):
            raise Open
        rows: list[list[Lines]] = []
        undecided = False
        for row, quote in zip(rows_of(instruments, market, self.policy), market.quotes, strict=True):
            try:
                rows.append(later(row, row.beneath(_quoted(row, market), quote), last))
            except Open:
                undecided = True
        if undecided:
            raise Open
        return health(self.moving(market, market, (first, last), rows))


def _quoted(row: Row, market: Market) -> UnderlyingQuote:
    return next(u for u in market.underlyings if int(u.underlying) == row.instrument >> 224)


def _refuses(portfolio: Portfolio, policy: Policy, market: Market) -> bool:
    cash, positions, _, _, underlyings, quotes, terms, covers, shocks, weights, correlations, _ = flat(
        portfolio, market, policy
    )
    try:
        policy_checks.requireValid(terms, covers, shocks, weights, correlations, SCENARIOS)
        requirePortfolio(cash, positions, terms.maxPositions)
        requireMarket(positions, underlyings, quotes)
    except Revert:
        return True
    covered = {int(cover.underlying) for cover in policy.covers}
    return any(int(position.instrument) >> 224 not in covered for position in portfolio.positions)


def _moved(first: int, last: int, ends: tuple[int, int]) -> Lines:
    """What goes straight from end to end, and is rounded down unless it is the price itself."""
    if first == last:
        return exactly(first)
    off = int((first, last) != ends)
    return Lines(first - off, last - off, first + off, last + off)
