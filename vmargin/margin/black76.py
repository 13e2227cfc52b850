"""Options on a forward by Black's formula of 1976: the mirror of Black76.sol."""

from __future__ import annotations

from typing import Any

from vmargin.margin.normal_distribution import FAR, bell, millsRatio
from vmargin.solidity import exact
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

ZERO = uint256(0)
ONE = uint256(10**18 << 96)
TWO_FAR = uint256(2 * FAR)
TWO = uint256(2 * 10**18)
WAD = uint256(10**18)


@kernel
def price(
    call: bool, forward: uint256, strike: uint256, moneyness: int256, totalVolatility: uint256
) -> uint256:
    """The price of a call or a put before discounting."""
    above = forward > strike
    value = ZERO
    if forward != 0 and totalVolatility != 0:
        # it is rounded: that of neighbours may have the wrong sign
        if above:
            value = outOfTheMoney(strike, uint256(moneyness) if moneyness > 0 else ZERO, totalVolatility)
        else:
            value = outOfTheMoney(forward, uint256(-moneyness) if moneyness < 0 else ZERO, totalVolatility)
    if call == above:
        value += forward - strike if above else strike - forward
    return value


def _black(lesser: Any, x: Any, s: Any) -> Any:
    """The price out of the money, as in the books."""
    x, s = x / int(WAD), s / int(WAD)
    if s == 0:
        return lesser * 0
    d = s / 2 - x / s
    return lesser * (exact.normal_cdf(d) - exact.exp(x) * exact.normal_cdf(d - s))


@kernel(truth=_black)
def outOfTheMoney(lesser: uint256, x: uint256, s: uint256) -> uint256:
    """A share of the lesser of forward and strike, by the distance of their logarithms; rounded down."""
    square = s * s
    shift = TWO * x
    far = TWO_FAR * s
    if square >= shift + far:
        return lesser
    if square + far <= shift:
        return ZERO
    scale = WAD * s
    below = square < shift
    d = ((shift - square if below else square - shift) << 95) / scale
    z = ((square + shift) << 95) / scale
    bell_ = bell(d)
    near = millsRatio(d)
    beyond = millsRatio(z)
    share = bell_ * (near - beyond) if below else ONE - bell_ * (near + beyond)
    return lesser * share / ONE
