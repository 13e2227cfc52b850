"""Several portfolios at the same current prices: the mirror of Values.sol."""

from collections.abc import Sequence

from vmargin.margin.add_ons import magnitude
from vmargin.margin.collateral import value
from vmargin.margin.house.portfolios import Positions, instrumentsOf, union
from vmargin.margin.house.roles import Feeds
from vmargin.margin.repricing import grid
from vmargin.margin.types import Cover, Policy, Portfolio, Position, Quote, Shock, UnderlyingQuote
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

ZERO = uint256(0)


def pricesOf(
    portfolios: Sequence[Portfolio], feeds: Feeds, policy: Policy
) -> tuple[Positions, Words[int256]]:
    """The instruments that any of them has, and what each is worth: a grid without scenarios."""
    instruments: Positions = ()
    for portfolio in portfolios:
        instruments, _, _ = union(instruments, portfolio.positions)
    market = feeds.market(instrumentsOf(instruments))
    prices = Scratch(int256, len(instruments))
    grid(
        Words(Position, instruments),
        market.time,
        Words(UnderlyingQuote, market.underlyings),
        Words(Quote, market.quotes),
        policy.terms,
        Words(Cover, policy.covers),
        Words(Shock, policy.shocks),
        ZERO,
        prices,
    )
    return instruments, prices.snapshot()


def valueOf(portfolio: Portfolio, instruments: Positions, prices: Words[int256]) -> int256:
    """Cash and positions of one of them; the positions' exact sum is rounded down."""
    rows = Words(uint256, rowsOf(portfolio.positions, instruments))
    return value(portfolio.cash, Words(Position, portfolio.positions), prices, rows, ZERO)


def grossOf(positions: Positions, instruments: Positions, prices: Words[int256]) -> uint256:
    """The magnitudes of what positions are worth, summed exactly, times 1e18."""
    rows = Words(uint256, rowsOf(positions, instruments))
    return grossSum(Words(Position, positions), prices, rows)


@kernel
def grossSum(positions: Words[Position], prices: Words[int256], rows: Words[uint256]) -> uint256:
    """The sum of |size| times |price|."""
    gross = uint256(0)
    for i in range(len(positions)):
        gross += magnitude(positions[i].size) * magnitude(prices[rows[i]])
    return gross


@kernel
def gainOf(value: int256, deposits: int256, marked: int256) -> int256:
    """By how much a value has risen since a mark; no more than the value, and nothing for a fall."""
    gain = value - deposits - marked
    gain = gain if gain < value else value
    return gain if gain > 0 else int256(0)


def rowsOf(positions: Positions, instruments: Positions) -> tuple[uint256, ...]:
    """At which place among the instruments each position's is."""
    rows: list[uint256] = []
    row = 0
    for position in positions:
        while instruments[row].instrument != position.instrument:
            row += 1
        rows.append(uint256(row))
    return tuple(rows)


def sizeOf(portfolio: Portfolio, instrument: uint256) -> int256:
    """What a portfolio has of an instrument, 0 where it has none."""
    for position in portfolio.positions:
        if position.instrument == instrument:
            return position.size
    return int256(0)
