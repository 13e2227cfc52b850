"""Morpho Blue `MathLib`: products and quotients in wads, in checked arithmetic: overflow panics."""

from __future__ import annotations

from vmargin.solidity import exact
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

WAD = uint256(10**18)


@kernel
def wMulDown(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded down."""
    return mulDivDown(x, y, WAD)


@kernel
def wDivDown(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded down."""
    return mulDivDown(x, WAD, y)


@kernel
def wDivUp(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded up."""
    return mulDivUp(x, WAD, y)


@kernel
def mulDivDown(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d`, rounded down."""
    return x * y / d


@kernel(truth=lambda x, y, d: x * y / d)
def mulDivUp(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d`, rounded up; a zero divisor is Panic 0x11, as d - 1 underflows."""
    return (x * y + (d - 1)) / d


@kernel(truth=lambda x, n: (exact.exp(x * n / 10**18) - 1) * 10**18)
def wTaylorCompounded(x: uint256, n: uint256) -> uint256:
    """`exp(x * n) - 1` in wads: the first three terms of its series, each rounded down."""
    firstTerm = x * n
    secondTerm = mulDivDown(firstTerm, firstTerm, 2 * WAD)
    thirdTerm = mulDivDown(secondTerm, firstTerm, 3 * WAD)
    return firstTerm + secondTerm + thirdTerm
