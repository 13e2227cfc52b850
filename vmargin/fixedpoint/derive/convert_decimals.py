"""Derive's ConvertDecimals: amounts of a token with any number of digits to 18 digits and back."""

from __future__ import annotations

from vmargin.solidity.integers import uint8, uint256
from vmargin.solidity.kernel import kernel

TEN = uint256(10)


@kernel
def convert(amount: uint256, fromDecimals: uint8, toDecimals: uint8) -> uint256:
    """Rescale an amount: checked when it gains digits, rounded down when it loses some."""
    if fromDecimals > toDecimals:
        return amount / TEN ** (fromDecimals - toDecimals)
    return amount * TEN ** (toDecimals - fromDecimals)


@kernel
def to18Decimals(amount: uint256, decimals: uint8) -> uint256:
    """An amount of the token with 18 digits, rounded down."""
    return convert(amount, decimals, uint8(18))


@kernel
def from18Decimals(amount: uint256, decimals: uint8) -> uint256:
    """An amount of 18 digits in those of the token, rounded down."""
    return convert(amount, uint8(18), decimals)


@kernel(truth=lambda amount, decimals: amount * 10**18 / 10**decimals)
def to18DecimalsRoundUp(amount: uint256, decimals: uint8) -> uint256:
    """An amount of the token with 18 digits, rounded up: what a withdrawal costs."""
    scaled = to18Decimals(amount, decimals)
    if decimals > 18 and amount % TEN ** (decimals - 18) != 0:
        return scaled + 1
    return scaled
