"""Solady 0.1.26 `FixedPointMathLib`, its raw operations: what the EVM computes, with no check at all."""

from __future__ import annotations

from vmargin.solidity.assembly import addmod, div, mod, mulmod, sdiv, smod
from vmargin.solidity.integers import int256, uint256, wint256, wuint256
from vmargin.solidity.kernel import kernel

__all__ = [
    "rawAdd", "rawAddMod", "rawAdd_int256", "rawDiv", "rawMod", "rawMul", "rawMulMod", "rawMul_int256",
    "rawSDiv", "rawSMod", "rawSub", "rawSub_int256",
]  # fmt: skip


@kernel
def rawAdd(x: uint256, y: uint256) -> uint256:
    """`x + y`, wrapping."""
    return uint256(wuint256(x) + wuint256(y))


@kernel
def rawAdd_int256(x: int256, y: int256) -> int256:
    """`x + y`, wrapping."""
    return int256(wint256(x) + wint256(y))


@kernel
def rawSub(x: uint256, y: uint256) -> uint256:
    """`x - y`, wrapping."""
    return uint256(wuint256(x) - wuint256(y))


@kernel
def rawSub_int256(x: int256, y: int256) -> int256:
    """`x - y`, wrapping."""
    return int256(wint256(x) - wint256(y))


@kernel
def rawMul(x: uint256, y: uint256) -> uint256:
    """`x * y`, wrapping."""
    return uint256(wuint256(x) * wuint256(y))


@kernel
def rawMul_int256(x: int256, y: int256) -> int256:
    """`x * y`, wrapping."""
    return int256(wint256(x) * wint256(y))


@kernel
def rawDiv(x: uint256, y: uint256) -> uint256:
    """`x / y`, rounded down; 0 if `y` is 0."""
    return div(x, y)


@kernel
def rawSDiv(x: int256, y: int256) -> int256:
    """`x / y`, truncated toward zero; 0 if `y` is 0."""
    return int256(sdiv(x, y))


@kernel
def rawMod(x: uint256, y: uint256) -> uint256:
    """`x % y`; 0 if `y` is 0."""
    return mod(x, y)


@kernel
def rawSMod(x: int256, y: int256) -> int256:
    """`x % y` with the sign of `x`; 0 if `y` is 0."""
    return int256(smod(x, y))


@kernel
def rawAddMod(x: uint256, y: uint256, d: uint256) -> uint256:
    """`(x + y) % d` with the sum in full; 0 if `d` is 0."""
    return addmod(x, y, d)


@kernel
def rawMulMod(x: uint256, y: uint256, d: uint256) -> uint256:
    """`(x * y) % d` with the product in full; 0 if `d` is 0."""
    return mulmod(x, y, d)
