"""Aave v3 `WadRayMath`: products and quotients in wads (18 decimals) and rays (27).

The functions without a direction in their name round half up and are those of every revision; the
floor and ceiling ones came with 3.5.  All of them revert empty, on overflow and on a zero divisor.
"""

from __future__ import annotations

from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty

WAD = uint256(10**18)
HALF_WAD = uint256(10**18 // 2)
RAY = uint256(10**27)
HALF_RAY = uint256(10**27 // 2)
WAD_RAY_RATIO = uint256(10**9)


@kernel(truth=lambda a, b: a * b / 10**18)
def wadMul(a: uint256, b: uint256) -> uint256:
    """`a * b / WAD`, half up."""
    if b != 0 and a > (uint256.max - HALF_WAD) / b:
        raise Empty()
    return (a * b + HALF_WAD) / WAD


@kernel(truth=lambda a, b: a * 10**18 / b)
def wadDiv(a: uint256, b: uint256) -> uint256:
    """`a * WAD / b`, half up."""
    if b == 0 or a > (uint256.max - b / 2) / WAD:
        raise Empty()
    return (a * WAD + b / 2) / b


@kernel(truth=lambda a, b: a * b / 10**27)
def rayMul(a: uint256, b: uint256) -> uint256:
    """`a * b / RAY`, half up."""
    if b != 0 and a > (uint256.max - HALF_RAY) / b:
        raise Empty()
    return (a * b + HALF_RAY) / RAY


@kernel
def rayMulFloor(a: uint256, b: uint256) -> uint256:
    """`a * b / RAY`, rounded down."""
    if b != 0 and a > uint256.max / b:
        raise Empty()
    return a * b / RAY


@kernel(truth=lambda a, b: a * b / 10**27)
def rayMulCeil(a: uint256, b: uint256) -> uint256:
    """`a * b / RAY`, rounded up."""
    if b != 0 and a > uint256.max / b:
        raise Empty()
    product = a * b
    floor = product / RAY
    return floor if product % RAY == 0 else floor + 1


@kernel(truth=lambda a, b: a * 10**27 / b)
def rayDiv(a: uint256, b: uint256) -> uint256:
    """`a * RAY / b`, half up."""
    if b == 0 or a > (uint256.max - b / 2) / RAY:
        raise Empty()
    return (a * RAY + b / 2) / b


@kernel(truth=lambda a, b: a * 10**27 / b)
def rayDivCeil(a: uint256, b: uint256) -> uint256:
    """`a * RAY / b`, rounded up."""
    if b == 0 or a > uint256.max / RAY:
        raise Empty()
    product = a * RAY
    floor = product / b
    return floor if product % b == 0 else floor + 1


@kernel
def rayDivFloor(a: uint256, b: uint256) -> uint256:
    """`a * RAY / b`, rounded down."""
    if b == 0 or a > uint256.max / RAY:
        raise Empty()
    return a * RAY / b


@kernel(truth=lambda a: a / 10**9)
def rayToWad(a: uint256) -> uint256:
    """A ray as a wad, half up."""
    b = a / WAD_RAY_RATIO
    return b if a % WAD_RAY_RATIO < WAD_RAY_RATIO / 2 else b + 1


@kernel
def wadToRay(a: uint256) -> uint256:
    """A wad as a ray."""
    if a > uint256.max / WAD_RAY_RATIO:
        raise Empty()
    return a * WAD_RAY_RATIO
