"""Aave v3 `PercentageMath`: shares of a value in basis points.

The functions without a direction in their name round half up and are those of every revision; the
floor and ceiling ones came with 3.5.  All of them revert empty, on overflow and on a zero divisor.
"""

from __future__ import annotations

from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty

PERCENTAGE_FACTOR = uint256(10_000)
HALF_PERCENTAGE_FACTOR = uint256(5_000)


@kernel(truth=lambda value, percentage: value * percentage / 10_000)
def percentMul(value: uint256, percentage: uint256) -> uint256:
    """`value * percentage / 10000`, half up."""
    if percentage != 0 and value > (uint256.max - HALF_PERCENTAGE_FACTOR) / percentage:
        raise Empty()
    return (value * percentage + HALF_PERCENTAGE_FACTOR) / PERCENTAGE_FACTOR


@kernel(truth=lambda value, percentage: value * percentage / 10_000)
def percentMulCeil(value: uint256, percentage: uint256) -> uint256:
    """`value * percentage / 10000`, rounded up."""
    if percentage != 0 and value > uint256.max / percentage:
        raise Empty()
    product = value * percentage
    floor = product / PERCENTAGE_FACTOR
    return floor if product % PERCENTAGE_FACTOR == 0 else floor + 1


@kernel
def percentMulFloor(value: uint256, percentage: uint256) -> uint256:
    """`value * percentage / 10000`, rounded down."""
    if percentage != 0 and value > uint256.max / percentage:
        raise Empty()
    return value * percentage / PERCENTAGE_FACTOR


@kernel(truth=lambda value, percentage: value * 10_000 / percentage)
def percentDiv(value: uint256, percentage: uint256) -> uint256:
    """`value * 10000 / percentage`, half up."""
    if percentage == 0 or value > (uint256.max - percentage / 2) / PERCENTAGE_FACTOR:
        raise Empty()
    return (value * PERCENTAGE_FACTOR + percentage / 2) / percentage


@kernel(truth=lambda value, percentage: value * 10_000 / percentage)
def percentDivCeil(value: uint256, percentage: uint256) -> uint256:
    """`value * 10000 / percentage`, rounded up."""
    if percentage == 0 or value > uint256.max / PERCENTAGE_FACTOR:
        raise Empty()
    product = value * PERCENTAGE_FACTOR
    floor = product / percentage
    return floor if product % percentage == 0 else floor + 1
