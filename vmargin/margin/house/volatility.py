"""A volatility of spot by exponentially weighted squared moves: the mirror of Volatility.sol."""

from typing import NamedTuple

from vmargin.fixedpoint.solady.fixed_point import expWad
from vmargin.fixedpoint.solady.general_numbers import clamp, sqrt
from vmargin.margin.house.errors import VolatilityTermsInvalid, VolatilityTimesInvalid
from vmargin.margin.limits import BPS, FACTOR_BPS, WAD
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

YEAR = uint256(365 * 24 * 60 * 60)
MOVE = uint256(1 << 80)
UNIT = uint256(10**10)


class VolatilityTerms(NamedTuple):
    """How an underlying's volatility is estimated."""

    referenceBps: uint256
    floorBps: uint256
    ceilingBps: uint256
    stepBps: uint256
    decay: uint256
    interval: uint256
    limit: uint256


@kernel
def requireValid(terms: VolatilityTerms) -> bool:
    """Revert unless there is a range, and a time for each thing."""
    if (
        terms.referenceBps == 0
        or terms.floorBps == 0
        or terms.ceilingBps < terms.floorBps
        or terms.ceilingBps > FACTOR_BPS
    ):
        raise VolatilityTermsInvalid(terms.referenceBps, terms.floorBps, terms.ceilingBps)
    if terms.stepBps == 0 or terms.decay == 0 or terms.interval == 0 or terms.limit < terms.interval:
        raise VolatilityTimesInvalid(terms.stepBps, terms.decay, terms.interval, terms.limit)
    return True


@kernel
def lowest(terms: VolatilityTerms) -> uint256:
    """The volatility whose scale is the floor."""
    return terms.referenceBps * terms.floorBps * UNIT


@kernel
def highest(terms: VolatilityTerms) -> uint256:
    """The volatility whose scale is the ceiling; below 2^65."""
    return terms.referenceBps * terms.ceilingBps * UNIT


@kernel
def moveOf(earlier: uint256, later: uint256) -> uint256:
    """The relative move against the lesser price: the same up as down, and never less than the logarithm."""
    lesser = earlier if earlier < later else later
    apart = later - earlier if earlier < later else earlier - later
    move = (apart * WAD + lesser - 1) / lesser
    return move if move < MOVE else MOVE


@kernel
def varianceOf(move: uint256, elapsed: uint256) -> uint256:
    """The annualised variance that a move in so many seconds shows."""
    return (move * move * YEAR + elapsed - 1) / elapsed


@kernel
def weightOf(elapsed: uint256, decay: uint256) -> uint256:
    """What is left of the weight of the past after so many seconds."""
    return uint256(expWad(-int256(elapsed * WAD / decay)))


@kernel
def rootUp(variance: uint256) -> uint256:
    """The least number whose square is no less."""
    root = sqrt(variance)
    return root + 1 if root * root < variance else root


@kernel
def sampled(
    volatility: uint256, earlier: uint256, later: uint256, elapsed: uint256, terms: VolatilityTerms
) -> uint256:
    """The volatility after a sample."""
    weight = weightOf(elapsed, terms.decay)
    sample = varianceOf(moveOf(earlier, later), elapsed)
    variance = (volatility * volatility * weight + sample * (WAD - weight) + WAD - 1) / WAD
    return bounded(rootUp(variance), volatility, terms)


@kernel
def bounded(wanted: uint256, volatility: uint256, terms: VolatilityTerms) -> uint256:
    """A volatility brought to within a step of the last one, and then into the range of the terms."""
    step = BPS + terms.stepBps
    least = (volatility * BPS + step - 1) / step
    most = volatility * step / BPS
    within = clamp(wanted, least, most)
    return clamp(within, lowest(terms), highest(terms))


@kernel
def scaleOf(volatility: uint256, terms: VolatilityTerms) -> uint256:
    """By what the spot shocks of a policy are multiplied, rounded up."""
    unit = terms.referenceBps * UNIT
    scale = (volatility + unit - 1) / unit
    return clamp(scale, terms.floorBps, terms.ceilingBps)
