"""Derive's Black76: prices of European options on a forward, and the delta of the call."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.fixedpoint.derive.fixed_point_math_lib import ln, sqrt, stdNormalCDF
from vmargin.solidity.integers import int256, uint64, uint128, uint256, wint256, wuint256
from vmargin.solidity.kernel import kernel

SECONDS_PER_YEAR = uint256(31_536_000)
UNIT = uint256(10**18)
WRAPPING_UNIT = wuint256(10**18)
WRAPPING_SIGNED_UNIT = wint256(10**18)
TOTAL_VOL_CAP = wuint256(24 * 10**18)


class Black76Inputs(NamedTuple):
    """What a price depends on; all but the seconds with 18 digits."""

    timeToExpirySec: uint64
    discount: uint64
    volatility: uint128
    fwdPrice: uint128
    strikePrice: uint128


class Prices(NamedTuple):
    """Discounted prices of the call and the put."""

    call: uint256
    put: uint256


class PricesAndDelta(NamedTuple):
    """Discounted prices of the call and the put, and the discounted delta of the call."""

    call: uint256
    put: uint256
    callDelta: uint256


class StandardCall(NamedTuple):
    """A call on a forward of 1 without discount: its price and its delta."""

    price: wuint256
    delta: wuint256


@kernel
def annualise(secs: uint64) -> uint256:
    """Seconds as years with 18 digits."""
    return uint256(secs) * UNIT / SECONDS_PER_YEAR


@kernel
def standardCall(totalVol: wuint256, moneyness: wuint256) -> StandardCall:
    """Price the call on a forward of 1 struck at `moneyness`, with `totalVol` deviations left to go."""
    if totalVol >= TOTAL_VOL_CAP:
        return StandardCall(WRAPPING_UNIT, WRAPPING_UNIT)
    # Neither the logarithm nor the quotient takes a zero.
    if totalVol == 0:
        totalVol = wuint256(1)
    if moneyness == 0:
        moneyness = wuint256(1)
    s = wint256(totalVol)
    k = wint256(ln(int256(moneyness)))
    halfVariance = wint256((totalVol >> 1) * totalVol / WRAPPING_UNIT)
    d1 = (halfVariance - k) * WRAPPING_SIGNED_UNIT / s
    d2 = d1 - s
    delta = wuint256(stdNormalCDF(int256(d1)))
    paid = moneyness * wuint256(stdNormalCDF(int256(d2))) / WRAPPING_UNIT
    if delta > paid:
        return StandardCall(delta - paid, delta)
    return StandardCall(wuint256(0), delta)


@kernel
def pricesAndDelta(b76: Black76Inputs) -> PricesAndDelta:
    """Discounted prices and the discounted delta of the call; never reverts."""
    discount = wuint256(b76.discount)
    totalVol = wuint256(b76.volatility) * wuint256(sqrt(annualise(b76.timeToExpirySec))) / WRAPPING_UNIT
    fwdDiscounted = wuint256(b76.fwdPrice) * discount / WRAPPING_UNIT
    if b76.strikePrice == 0:
        return PricesAndDelta(uint256(fwdDiscounted), uint256(0), uint256(discount))
    strikeDiscounted = wuint256(b76.strikePrice) * discount / WRAPPING_UNIT
    if b76.fwdPrice == 0:
        return PricesAndDelta(uint256(0), uint256(strikeDiscounted), uint256(0))

    moneyness = wuint256(b76.strikePrice) * WRAPPING_UNIT / wuint256(b76.fwdPrice)
    standard = standardCall(totalVol, moneyness)
    # Put-call parity for a forward of 1, kept from falling below zero by a rounding.
    standardPut = wuint256(0)
    if standard.price + moneyness > WRAPPING_UNIT:
        standardPut = standard.price + moneyness - WRAPPING_UNIT

    call = standard.price * fwdDiscounted / WRAPPING_UNIT
    if call > fwdDiscounted:
        call = fwdDiscounted
    put = standardPut * fwdDiscounted / WRAPPING_UNIT
    if put > strikeDiscounted:
        put = strikeDiscounted
    callDelta = standard.delta * discount / WRAPPING_UNIT
    return PricesAndDelta(uint256(call), uint256(put), uint256(callDelta))


@kernel
def prices(b76: Black76Inputs) -> Prices:
    """Discounted prices of the call and the put; never reverts."""
    both = pricesAndDelta(b76)
    return Prices(both.call, both.put)
