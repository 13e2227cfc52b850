"""Quotients of signed numbers by a positive one, rounded to a named side: the mirror of Rounding.sol."""

from vmargin.solidity.assembly import add, div, iszero, mod, sdiv, sgt, slt, smod, sub
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel(truth=lambda x, divisor: x / divisor)
def floorDiv(x: int256, divisor: uint256) -> int256:
    """Rounded down; the divisor must not be zero."""
    return int256(sub(sdiv(x, divisor), slt(smod(x, divisor), 0)))


@kernel(truth=lambda x, divisor: x / divisor)
def ceilDiv(x: int256, divisor: uint256) -> int256:
    """Rounded up; the divisor must not be zero."""
    return int256(add(sdiv(x, divisor), sgt(smod(x, divisor), 0)))


@kernel(truth=lambda x, divisor: x / divisor)
def ceilDiv_unsigned(x: uint256, divisor: uint256) -> uint256:
    """Rounded up; the divisor must not be zero."""
    return add(div(x, divisor), iszero(iszero(mod(x, divisor))))
