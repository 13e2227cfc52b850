"""What an account is worth, and how much of that may not be counted on: the mirror of Collateral.sol."""

from vmargin.margin.add_ons import covered, quoted
from vmargin.margin.instruments import SPOT, kindOf, underlyingOf
from vmargin.margin.limits import BPS, WAD
from vmargin.margin.rounding import ceilDiv_unsigned, floorDiv
from vmargin.margin.types import Cover, Position, UnderlyingQuote
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def value(
    cash: int256,
    positions: Words[Position],
    grid: Words[int256],
    rows: Words[uint256],
    scenarios: uint256,
) -> int256:
    """Cash and positions at current prices. The positions' exact sum is rounded down once."""
    total = int256(0)
    for i in range(len(positions)):
        total += positions[i].size * grid[rows[i] * (scenarios + 1)]
    return cash + floorDiv(total, WAD)


@kernel
def haircut(positions: Words[Position], underlyings: Words[UnderlyingQuote], covers: Words[Cover]) -> uint256:
    """A share of the value of spot that is held, up to a cap, and all of it beyond. Rounded up once."""
    total = uint256(0)
    u = uint256(0)
    c = uint256(0)
    for i in range(len(positions)):
        instrument = positions[i].instrument
        size = positions[i].size
        if kindOf(instrument) == SPOT and size > 0:
            u = quoted(underlyings, u, underlyingOf(instrument))
            c = covered(covers, c, underlyingOf(instrument))
            notional = uint256(size) * underlyings[u].spot
            cap = covers[c].collateralCap * WAD
            within = notional if notional < cap else cap
            total += within * covers[c].haircutBps + (notional - within) * BPS
    return ceilDiv_unsigned(total, WAD * BPS)
