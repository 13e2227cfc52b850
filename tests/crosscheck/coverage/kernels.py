"""Kernels small enough that what can be seen of them is known."""

from __future__ import annotations

from vmargin.solidity.arrays import Words
from vmargin.solidity.assembly import add, div, iszero, lt, mod, shr
from vmargin.solidity.integers import int8, uint8, uint256, wuint8
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty

LIMIT = uint8(100)


@kernel
def fee(amount: uint8, rate: uint8) -> uint8:
    """A share of an amount, at most LIMIT."""
    if rate == 0 or amount == 0:
        return uint8(0)
    if rate > LIMIT:
        raise Empty()
    share = uint8(uint256(amount) * uint256(rate) / 100)
    return share if share < LIMIT else LIMIT


@kernel
def summed(values: Words[uint8]) -> uint8:
    """A sum, up to the first 0."""
    total = uint8(0)
    for i in range(len(values)):
        if values[i] == 0:
            break
        total += values[i]
    return total


@kernel
def turns(a: uint8) -> uint8:
    """A loop that always has three passes."""
    for _ in range(3):
        a = a / 2
    return a


@kernel
def signs(a: int8, b: int8) -> int8:
    """All that may overflow, and signed division."""
    return -(a * b) + (a - b) / b


@kernel
def wraps(a: uint8, b: uint8) -> uint256:
    """Unchecked arithmetic, and opcodes."""
    c = wuint8(a) + wuint8(b)
    return add(div(uint256(a), 7), mod(shr(3, uint256(uint8(c))), add(iszero(b), lt(a, b))))


@kernel
def shares(a: int8, b: int8) -> int8:
    """A quotient that may not fit, and one that always is whole."""
    return a / b + a / 1
