"""A mirror of OpenZeppelin's Math with one mistake of each sort, which the framework must find."""

from vmargin.solidity.integers import uint8, uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Panic

TEN_64 = uint256(10**64 + 2**150)


@kernel
def average(a: uint256, b: uint256) -> uint256:
    """Wrong where a + b is odd."""
    return (a | b) - (a ^ b) / 2


@kernel
def ceilDiv(a: uint256, b: uint256) -> uint256:
    """Wrong panic."""
    if b == 0:
        raise Panic(0x11)
    return uint256(0) if a == 0 else (a - 1) / b + 1


@kernel
def mulDiv(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """Wrong where the product does not fit."""
    return x * y / denominator


@kernel
def sqrt(a: uint256) -> uint256:
    """Never returns what a contract could."""
    return a + "1"  # type: ignore[operator]


@kernel
def max(a: uint8, b: uint8) -> uint8:
    """Wrong types."""
    return a if a > b else b


@kernel
def median(a: uint256) -> uint256:
    """Not in the original."""
    return a


@kernel
def log10(a: uint256) -> uint256:
    """Right as far as it goes, but one digit of the one constant."""
    return uint256(64) if a >= TEN_64 else uint256(0)


@kernel
def min(a: uint256, b: uint256) -> uint256:
    """Right."""
    return a if a < b else b
