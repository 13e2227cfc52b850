"""OpenZeppelin 5.7.0 `SignedMath`: what Solidity lacks for signed words."""

from __future__ import annotations

from vmargin.solidity.assembly import add, and_, shr, xor
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def ternary(condition: bool, a: int256, b: int256) -> int256:
    """`condition ? a : b`."""
    return a if condition else b


@kernel
def max(a: int256, b: int256) -> int256:
    """The larger of two."""
    return ternary(a > b, a, b)


@kernel
def min(a: int256, b: int256) -> int256:
    """The smaller of two."""
    return ternary(a < b, a, b)


@kernel(truth=lambda a, b: (a + b) / 2)
def average(a: int256, b: int256) -> int256:
    """`(a + b) / 2`, rounded toward zero."""
    x = (a & b) + ((a ^ b) >> 1)
    return x + int256(and_(shr(255, x), a ^ b))


@kernel(truth=lambda n: n if n >= 0 else -n)
def abs(n: int256) -> uint256:
    """`|n|`, which for the smallest int256 is 2^255."""
    mask = n >> 255
    return xor(add(n, mask), mask)
