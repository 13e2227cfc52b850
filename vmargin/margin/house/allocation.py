"""Parts of a whole that sum to it exactly: the mirror of Allocation.sol."""

from vmargin.fixedpoint.solady.general_numbers import fullMulDiv
from vmargin.margin.house.errors import SharersOutOfRange
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import mulmod
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

SHARERS = 64


@kernel
def proRata(
    total: uint256, weights: Words[uint256], parts: Scratch[uint256], remainders: Scratch[uint256]
) -> uint256:
    """Share `total` out by floor and largest remainder; the result is how many parts were rounded up."""
    n = len(weights)
    if n > SHARERS or (n == 0 and total != 0):
        raise SharersOutOfRange(uint256(n), total)
    sum_ = uint256(0)
    for i in range(n):
        sum_ += weights[i]
    equal = sum_ == 0
    if equal:
        sum_ = uint256(n)

    left = total
    for i in range(n):
        weight = uint256(1) if equal else weights[i]
        parts[i] = fullMulDiv(total, weight, sum_)
        remainders[i] = mulmod(total, weight, sum_)
        left -= parts[i]
    # What is left is less than the number of remainders above zero: each of them is taken once at most.
    for _ in range(left):
        largest = 0
        for i in range(1, n):
            if remainders[i] > remainders[largest]:
                largest = i
        parts[largest] += 1
        remainders[largest] = uint256(0)
    return left
