"""What the long side of a perpetual pays to the short side: the mirror of Funding.sol."""

from vmargin.margin.limits import BPS, WAD
from vmargin.margin.repricing import linear
from vmargin.margin.rounding import ceilDiv
from vmargin.margin.shocks import requirePrice
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

PERIOD = uint256(8 * 3600)
INTERVAL = uint256(3600)
CEILING_BPS = int256(400)


@kernel
def premiumOf(instrument: uint256, mark: uint256, spot: uint256) -> int256:
    """Cash that one unit pays in a period: its price at the mark less that at spot, within bounds."""
    atSpot = priceAt(instrument, spot)
    premium = priceAt(instrument, mark) - atSpot
    bound = (-atSpot if atSpot < 0 else atSpot) * CEILING_BPS / int256(BPS)
    if premium > bound:
        return bound
    if premium < -bound:
        return -bound
    return premium


@kernel
def priceAt(instrument: uint256, price: uint256) -> int256:
    """What a perpetual is worth where its underlying is at the price."""
    return linear(instrument, requirePrice(instrument, price))


@kernel
def indexAt(index: int256, premium: int256, elapsed: uint256) -> int256:
    """Cash that one unit has paid up to now, truncated: one index for both sides."""
    return index + premium * int256(elapsed) / int256(PERIOD)


@kernel
def payment(size: int256, indexThen: int256, indexNow: int256) -> int256:
    """What a position pays between two indices; rounded up, so that a receiver gets the floor."""
    return ceilDiv(size * (indexNow - indexThen), WAD)
