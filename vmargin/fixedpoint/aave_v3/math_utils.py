"""Aave v3 `MathUtils`, of which liquidations need the rounded-up quotient (3.5 and later)."""

from __future__ import annotations

from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty


@kernel(truth=lambda a, b, c: a * b / c)
def mulDivCeil(a: uint256, b: uint256, c: uint256) -> uint256:
    """`a * b / c`, rounded up; empty revert where the product overflows or c is 0."""
    if c == 0 or (b != 0 and a > uint256.max / b):
        raise Empty()
    product = a * b
    floor = product / c
    return floor if product % c == 0 else floor + 1
