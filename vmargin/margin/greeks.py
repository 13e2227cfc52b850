"""How the discounted price of an option moves: the mirror of Greeks.sol."""

from typing import NamedTuple

from vmargin.fixedpoint.solady.general_numbers import fullMulDiv, fullMulDivN
from vmargin.margin.normal_distribution import BELL_TOP, FAR, bell, millsRatio
from vmargin.margin.options import VOLATILITY_ONE, Option, priceOf, totalVolatility
from vmargin.margin.rounding import floorDiv
from vmargin.solidity.integers import int256, uint8, uint256
from vmargin.solidity.kernel import kernel


class Greeks(NamedTuple):
    """Derivatives with 18 decimals; gamma by relative moves, vega for 100%, theta for a year."""

    delta: int256
    gammaCash: uint256
    vega: uint256
    theta: int256


class ChanceAndDensity(NamedTuple):
    """N(d1) and the density at d1."""

    chance: uint256
    density: uint256


WAD = uint256(10**18)
TWO = int256(2 * 10**18)
TWO_FAR = 2 * FAR
FIRST_ORDER = uint256(10**26)
SECOND_ORDER = int256(2 * 10**16)
ZERO = uint256(0)
HALF = uint256(1 << 99)


@kernel
def greeksOf(option: Option, forward: uint256, rate: int256) -> Greeks:
    """All zero but delta at expiry, and where there is no volatility."""
    s = totalVolatility(option, uint256(VOLATILITY_ONE))
    chance, density = chanceAndDensity(option, forward, s)
    if option.call:
        delta = int256(option.discount * chance / WAD)
    else:
        delta = -int256(option.discount * (WAD - chance) / WAD)
    if s == 0:
        return Greeks(delta, ZERO, ZERO, int256(0))
    weighted = option.discount * forward * density
    gammaCash = weighted / (WAD * s)
    vega = fullMulDivN(weighted / WAD, option.rootYears, uint8(100)) / WAD
    decay = weighted / (WAD * WAD) * option.volatility
    decay = fullMulDiv(decay, HALF, option.rootYears) / WAD
    theta = rate * priceOf(option, forward, int256(0), int256(0)) / int256(WAD) - int256(decay)
    return Greeks(delta, gammaCash, vega, theta)


@kernel
def chanceAndDensity(option: Option, forward: uint256, s: uint256) -> ChanceAndDensity:
    """N(d1), the chance that the option is called where the forward is the unit, and the density at d1."""
    if s == 0:
        return ChanceAndDensity(WAD if forward > option.strike else ZERO, ZERO)
    square = int256(s * s)
    shift = TWO * option.moneyness
    far = TWO_FAR * int256(s)
    sum_ = square + shift
    if sum_ >= far:
        return ChanceAndDensity(WAD, ZERO)
    if sum_ <= -far:
        return ChanceAndDensity(ZERO, ZERO)
    d = (uint256(-sum_ if sum_ < 0 else sum_) << 95) / (WAD * s)
    bell_ = bell(d)
    tail = bell_ * millsRatio(d) >> 96
    return ChanceAndDensity(tail if sum_ < 0 else WAD - tail, bell_ * BELL_TOP >> 96)


@kernel
def movement(option: Option, greeks: Greeks, forward: uint256, move: int256, factor: uint256) -> int256:
    """By how much the price moves with a relative move of the forward and a factor of the volatility."""
    first = floorDiv(greeks.delta * int256(forward) * move, FIRST_ORDER)
    second = int256(greeks.gammaCash) * move * move / SECOND_ORDER
    volatility = option.volatility * factor / uint256(VOLATILITY_ONE)
    gained = int256(volatility) - int256(option.volatility)
    return first + second + floorDiv(int256(greeks.vega) * gained, WAD)
