"""Losses that are correlated in part, the root of x'Cx: the mirror of Quadrature.sol."""

from typing import Any

from vmargin.fixedpoint.solady.general_numbers import sqrt
from vmargin.margin.errors import LossOutOfRange, NegativeVariance
from vmargin.margin.limits import BPS, QUAD_LOSS
from vmargin.solidity import exact
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


def _root(losses: Any, count: Any, places: Any, correlationsBps: Any, size: Any) -> Any:
    """The root of x'Cx."""
    at = [int(place) for place in places[: int(count)]]
    held = list(zip(losses, at, strict=False))
    terms = (x * y * correlationsBps[p * int(size) + q] for x, p in held for y, q in held)
    return exact.sqrt(sum(terms, 0 * count) / int(BPS))


@kernel(truth=_root)
def root(
    losses: Words[int256],
    count: uint256,
    places: Words[uint256],
    correlationsBps: Words[int256],
    size: uint256,
) -> uint256:
    """The least r with r^2 >= x'Cx for the first `count` losses, of which i is at `places[i]` of C."""
    variance = int256(0)
    for i in range(count):
        loss = losses[i]
        if loss >= int256(QUAD_LOSS) or loss <= -int256(QUAD_LOSS):
            raise LossOutOfRange(loss)
        row = places[i] * size
        along = int256(0)
        for j in range(i):
            along += losses[j] * correlationsBps[row + places[j]]
        variance += loss * (2 * along + loss * correlationsBps[row + places[i]])
    if variance < 0:
        raise NegativeVariance(variance)
    v = uint256(variance)
    r = sqrt(v / BPS)
    if BPS * r * r < v:
        r += 1
    return r
