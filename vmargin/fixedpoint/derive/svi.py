"""Derive's SVI: the volatility of a strike from the five parameters of a smile."""

from __future__ import annotations

from vmargin.fixedpoint.derive.decimal_math import divideDecimal, multiplyDecimal
from vmargin.fixedpoint.derive.fixed_point_math_lib import ln, sqrt
from vmargin.fixedpoint.derive.signed_decimal_math import multiplyDecimal as signedMultiplyDecimal
from vmargin.solidity.integers import int256, uint64, uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError, Error

SVI_NoForwardPrice = CustomError("SVI_NoForwardPrice()")
SVI_InvalidParameters = CustomError("SVI_InvalidParameters()")

K_BOUND_SCALE = int256(4 * 10**18)
TOTAL_VARIANCE_CAP = int256(144 * 10**18)


@kernel
def getVol(
    strike: uint256,
    a: int256,
    b: uint256,
    rho: int256,
    m: int256,
    sigma: uint256,
    forwardPrice: uint256,
    tau: uint64,
) -> uint256:
    """Volatility of a strike, `tau` years (18 digits) ahead; 0 for a strike of 0."""
    if strike == 0:
        return uint256(0)
    if forwardPrice == 0:
        raise SVI_NoForwardPrice()
    k = boundedLogMoneyness(strike, forwardPrice, a + int256(multiplyDecimal(b, sigma)))
    d = k - m
    root = sqrt(uint256(signedMultiplyDecimal(d, d)) + multiplyDecimal(sigma, sigma))
    w = a + signedMultiplyDecimal(int256(b), int256(root) + signedMultiplyDecimal(rho, d))
    if w < 0:
        raise SVI_InvalidParameters()
    if w > TOTAL_VARIANCE_CAP:
        w = TOTAL_VARIANCE_CAP
    return sqrt(divideDecimal(uint256(w), uint256(tau)))


@kernel
def boundedLogMoneyness(strike: uint256, forwardPrice: uint256, variance: int256) -> int256:
    """`ln(strike / forwardPrice)`, kept within four deviations of the given total variance."""
    if variance < 0:
        raise Error("SVI: value must be positive")
    bound = signedMultiplyDecimal(int256(sqrt(uint256(variance))), K_BOUND_SCALE)
    moneyness = divideDecimal(strike, forwardPrice)
    if moneyness == 0:
        return -bound
    k = ln(int256(moneyness))
    if k > bound:
        return bound
    if k < -bound:
        return -bound
    return k
