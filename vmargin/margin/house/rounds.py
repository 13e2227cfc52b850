"""What a round of a feed says, and how far it is to be trusted: the mirror of Rounds.sol."""

from vmargin.margin.house.errors import (
    DecimalsOutOfRange,
    FreshnessInvalid,
    RoundFromTheFuture,
    RoundIncomplete,
    SpotOutOfRange,
    SpotStale,
)
from vmargin.margin.limits import BPS, PRICE
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

DECIMALS = uint256(18)


@kernel
def priceOf(
    underlying: uint256,
    decimals: uint256,
    roundId: uint256,
    answer: int256,
    updatedAt: uint256,
    time: uint256,
) -> uint256:
    """The price of a round with 18 decimals, exactly."""
    if updatedAt == 0:
        raise RoundIncomplete(underlying, roundId)
    if updatedAt > time:
        raise RoundFromTheFuture(underlying, updatedAt, time)
    if answer <= 0 or answer >= int256(PRICE):
        raise SpotOutOfRange(underlying, answer)
    price = uint256(answer) * uint256(10) ** (DECIMALS - decimals)
    if price >= PRICE:
        raise SpotOutOfRange(underlying, answer)
    return price


@kernel
def requireFresh(underlying: uint256, updatedAt: uint256, time: uint256, heartbeat: uint256) -> bool:
    """Revert if the round is older than the heartbeat."""
    if time - updatedAt > heartbeat:
        raise SpotStale(underlying, updatedAt, time)
    return True


@kernel
def confidenceAt(
    age: uint256, heartbeat: uint256, fresh: uint256, confidenceBps: uint256, floorBps: uint256
) -> uint256:
    """Whole while fresh, then falling in a straight line to the floor at the heartbeat. Rounded down."""
    if age <= fresh or confidenceBps <= floorBps:
        return confidenceBps
    if age >= heartbeat:
        return floorBps
    return floorBps + (confidenceBps - floorBps) * (heartbeat - age) / (heartbeat - fresh)


@kernel
def requireDecimals(decimals: uint256) -> bool:
    """Revert if there are more than a price has."""
    if decimals > DECIMALS:
        raise DecimalsOutOfRange(decimals)
    return True


@kernel
def requireFreshness(heartbeat: uint256, fresh: uint256, confidenceBps: uint256, floorBps: uint256) -> bool:
    """Revert unless confidence falls, if at all, and in time."""
    if heartbeat == 0 or fresh > heartbeat or floorBps > confidenceBps or confidenceBps > BPS:
        raise FreshnessInvalid(heartbeat, fresh, confidenceBps, floorBps)
    return True
