"""Whom a venue that deleverages by a queue would close first: the mirror of Queue.sol."""

from vmargin.fixedpoint.solady.general_numbers import fullMulDiv
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

WAD = uint256(10**18)


@kernel
def score(long: bool, entry: uint256, price: uint256, ratio: uint256, maintenanceRatio: uint256) -> uint256:
    """The gain on the entry price times the leverage, with 18 decimals, rounded down; 0 for a loss."""
    if price <= entry if long else price >= entry:
        return uint256(0)
    gain = price - entry if long else entry - price
    larger = ratio if ratio > maintenanceRatio else maintenanceRatio
    return fullMulDiv(gain, WAD * WAD, entry * larger)


@kernel
def order(scores: Words[uint256], places: Scratch[uint256]) -> uint256:
    """The places of those with a score, largest first, of equal ones the first; the result is how many."""
    n = 0
    for i in range(len(scores)):
        if scores[i] == 0:
            continue
        at = n
        for k in range(n):
            if scores[places[n - 1 - k]] >= scores[i]:
                break
            at = n - 1 - k
            places[at + 1] = places[at]
        places[at] = uint256(i)
        n += 1
    return uint256(n)
