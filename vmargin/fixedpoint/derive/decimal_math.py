"""Derive's DecimalMath: unsigned fixed point of 18 digits, and of 27 digits ("precise")."""

from __future__ import annotations

from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

UNIT = uint256(10**18)
PRECISE_UNIT = uint256(10**27)
UNIT_TO_PRECISE = uint256(10**9)

# The rounding members keep one digit more, look at it, and drop it.
TENTH_OF_UNIT = uint256(10**17)
TEN_UNITS = uint256(10**19)
TENTH_OF_PRECISE_UNIT = uint256(10**26)
TEN_PRECISE_UNITS = uint256(10**28)
TENTH_OF_UNIT_TO_PRECISE = uint256(10**8)


@kernel
def multiplyDecimal(x: uint256, y: uint256) -> uint256:
    """`x * y`, rounded down."""
    return x * y / UNIT


@kernel
def divideDecimal(x: uint256, y: uint256) -> uint256:
    """`x / y`, rounded down."""
    return x * UNIT / y


@kernel(truth=lambda x: x / 10)
def dropDigitRounded(x: uint256) -> uint256:
    """`x / 10`, rounded half up."""
    if x % 10 >= 5:
        return (x + 10) / 10
    return x / 10


@kernel(truth=lambda x, y: x * y / 10**18)
def multiplyDecimalRound(x: uint256, y: uint256) -> uint256:
    """`x * y`, rounded half up."""
    return dropDigitRounded(x * y / TENTH_OF_UNIT)


@kernel(truth=lambda x, y: x * y / 10**27)
def multiplyDecimalRoundPrecise(x: uint256, y: uint256) -> uint256:
    """`x * y` over 27 digits, rounded half up."""
    return dropDigitRounded(x * y / TENTH_OF_PRECISE_UNIT)


@kernel(truth=lambda x, y: x * 10**18 / y)
def divideDecimalRound(x: uint256, y: uint256) -> uint256:
    """`x / y`, rounded half up; overflows at a tenth of the x that `divideDecimal` takes."""
    return dropDigitRounded(x * TEN_UNITS / y)


@kernel(truth=lambda x, y: x * 10**27 / y)
def divideDecimalRoundPrecise(x: uint256, y: uint256) -> uint256:
    """`x / y` over 27 digits, rounded half up."""
    return dropDigitRounded(x * TEN_PRECISE_UNITS / y)


@kernel
def decimalToPreciseDecimal(i: uint256) -> uint256:
    """18 to 27 digits, exactly."""
    return i * UNIT_TO_PRECISE


@kernel(truth=lambda i: i / 10**9)
def preciseDecimalToDecimal(i: uint256) -> uint256:
    """27 to 18 digits, rounded half up."""
    return dropDigitRounded(i / TENTH_OF_UNIT_TO_PRECISE)
