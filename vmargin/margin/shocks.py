"""What a scenario does to prices: the mirror of Shocks.sol."""

from vmargin.fixedpoint.solady.fixed_point import lnWad
from vmargin.margin.errors import GridPriceOutOfRange, PriceOutOfRange, ShockOutOfRange
from vmargin.margin.limits import FACTOR_BPS, PRICE, SHOCK_ONE
from vmargin.margin.types import UnderlyingQuote
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

LEAST_MOVE = int256(-99_000_000)
TEN_DECIMALS = int256(10**10)


@kernel
def scaleOf(underlying: UnderlyingQuote) -> int256:
    """What spot shocks are multiplied by."""
    if underlying.shockScaleBps > FACTOR_BPS:
        raise ShockOutOfRange(underlying.underlying, int256(underlying.shockScaleBps))
    return int256(underlying.shockScaleBps)


@kernel
def moveOf(spotBps: int256, scale: int256) -> int256:
    """The relative move of an underlying's prices, with 8 decimals, and no further down than LEAST_MOVE."""
    move = spotBps * scale
    return move if move > LEAST_MOVE else LEAST_MOVE


@kernel
def lnOf(move: int256) -> int256:
    """ln(1 + move), within a unit of 18 decimals."""
    if move == 0:
        return int256(0)
    return lnWad((int256(SHOCK_ONE) + move) * TEN_DECIMALS)


@kernel
def shocked(instrument: uint256, price: uint256, move: int256) -> uint256:
    """A price after the move, rounded down."""
    moved = price * uint256(int256(SHOCK_ONE) + move) / SHOCK_ONE
    if moved >= PRICE:
        raise GridPriceOutOfRange(instrument, int256(moved))
    return moved


@kernel
def requirePrice(instrument: uint256, price: uint256) -> uint256:
    """The price; a revert unless it is above 0 and below 2^96."""
    if price == 0 or price >= PRICE:
        raise PriceOutOfRange(instrument, price)
    return price
