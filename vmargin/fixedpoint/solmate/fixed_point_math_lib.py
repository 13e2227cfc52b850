"""Solmate 6.8.0 `FixedPointMathLib`: unsigned products and quotients in wads, powers and roots."""

from __future__ import annotations

from vmargin.solidity import exact
from vmargin.solidity.assembly import add, div, gt, lt, mod, mul, shl, shr, sub
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty

WAD = uint256(10**18)
TWO_136 = uint256(2**136)
TWO_72 = uint256(2**72)


@kernel
def mulWadDown(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded down."""
    return mulDivDown(x, y, WAD)


@kernel
def mulWadUp(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded up."""
    return mulDivUp(x, y, WAD)


@kernel
def divWadDown(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded down."""
    return mulDivDown(x, WAD, y)


@kernel
def divWadUp(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded up."""
    return mulDivUp(x, WAD, y)


@kernel
def mulDivDown(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """`x * y / denominator`, rounded down; the product must fit a word."""
    if denominator == 0 or (y != 0 and x > uint256.max / y):
        raise Empty()
    return x * y / denominator


@kernel(truth=lambda x, y, denominator: x * y / denominator)
def mulDivUp(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """`x * y / denominator`, rounded up; the product must fit a word."""
    if denominator == 0 or (y != 0 and x > uint256.max / y):
        raise Empty()
    return add(gt(x * y % denominator, 0), x * y / denominator)


@kernel(truth=lambda x, n, scalar: exact.power(x / scalar, n) * scalar)
def rpow(x: uint256, n: uint256, scalar: uint256) -> uint256:
    """`(x / scalar) ** n * scalar` by squaring, each step rounded to the nearest, ties up."""
    if x == 0:
        return scalar if n == 0 else uint256(0)
    z = scalar if n % 2 == 0 else x
    half = scalar >> 1
    n = n >> 1
    for _ in range(256):
        if n == 0:
            break
        if shr(128, x) != 0:
            raise Empty()
        xx = mul(x, x)
        xxRound = add(xx, half)
        if xxRound < xx:
            raise Empty()
        x = div(xxRound, scalar)
        if n % 2 != 0:
            zx = mul(z, x)
            if div(zx, x) != z and x != 0:
                raise Empty()
            zxRound = add(zx, half)
            if zxRound < zx:
                raise Empty()
            z = div(zxRound, scalar)
        n = n >> 1
    return z


@kernel(truth=exact.sqrt)
def sqrt(x: uint256) -> uint256:
    """The square root, rounded down."""
    # Leave y at least 256, unless x is below that, and below 2^24; z is 181 times the root of the rest.
    y = x
    z = uint256(181)
    if y >= TWO_136:
        y = shr(128, y)
        z = shl(64, z)
    if y >= TWO_72:
        y = shr(64, y)
        z = shl(32, z)
    if y >= 0x10000000000:
        y = shr(32, y)
        z = shl(16, z)
    if y >= 0x1000000:
        y = shr(16, y)
        z = shl(8, z)
    z = shr(18, mul(z, add(y, 65536)))

    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))

    # One below a square the steps alternate between the root and one above it.
    return sub(z, lt(div(x, z), z))


@kernel
def unsafeMod(x: uint256, y: uint256) -> uint256:
    """`x % y`; 0 if y is 0."""
    return mod(x, y)


@kernel
def unsafeDiv(x: uint256, y: uint256) -> uint256:
    """`x / y`, rounded down; 0 if y is 0."""
    return div(x, y)


@kernel(truth=lambda x, y: x / y if y != 0 else x * 0)
def unsafeDivUp(x: uint256, y: uint256) -> uint256:
    """`x / y`, rounded up; 0 if y is 0."""
    return add(gt(mod(x, y), 0), div(x, y))
