"""Uniswap v3 `FullMath`: products over 512 bits divided by one word; it compiles before Solidity 0.8."""

from __future__ import annotations

from vmargin.solidity.assembly import add, div, gt, lt, mul, mulmod, not_, sub
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty


@kernel(truth=lambda a, b, denominator: a * b / denominator)
def mulDiv(a: uint256, b: uint256, denominator: uint256) -> uint256:
    """`a * b / denominator`, rounded down."""
    mm = mulmod(a, b, not_(0))
    prod0 = mul(a, b)
    prod1 = sub(sub(mm, prod0), lt(mm, prod0))
    if prod1 == 0:
        if denominator == 0:
            raise Empty()
        return div(prod0, denominator)
    if denominator <= prod1:
        raise Empty()

    # Without its remainder the product is a multiple of the denominator.
    remainder = mulmod(a, b, denominator)
    prod1 = sub(prod1, gt(remainder, prod0))
    prod0 = sub(prod0, remainder)

    # Cancel the denominator's powers of two; what is left is odd, so it has an inverse mod 2^256.
    twos = sub(0, denominator) & denominator
    denominator = div(denominator, twos)
    prod0 = div(prod0, twos)
    twos = add(div(sub(0, twos), twos), 1)
    prod0 = prod0 | mul(prod1, twos)

    # Newton's steps from an inverse mod 2^4, each doubling the bits that are right.
    inv = mul(3, denominator) ^ 2
    inv = mul(inv, sub(2, mul(denominator, inv)))
    inv = mul(inv, sub(2, mul(denominator, inv)))
    inv = mul(inv, sub(2, mul(denominator, inv)))
    inv = mul(inv, sub(2, mul(denominator, inv)))
    inv = mul(inv, sub(2, mul(denominator, inv)))
    inv = mul(inv, sub(2, mul(denominator, inv)))
    return mul(prod0, inv)


@kernel(truth=lambda a, b, denominator: a * b / denominator)
def mulDivRoundingUp(a: uint256, b: uint256, denominator: uint256) -> uint256:
    """`a * b / denominator`, rounded up."""
    result = mulDiv(a, b, denominator)
    if mulmod(a, b, denominator) > 0:
        if result == uint256.max:
            raise Empty()
        result = result + 1
    return result
