"""Morpho Blue `SharesMathLib`: assets to shares and back, with virtual amounts beside the totals."""

from __future__ import annotations

from vmargin.fixedpoint.morpho_blue.math_lib import mulDivDown, mulDivUp
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

VIRTUAL_SHARES = uint256(10**6)
VIRTUAL_ASSETS = uint256(1)


@kernel
def toSharesDown(assets: uint256, totalAssets: uint256, totalShares: uint256) -> uint256:
    """What assets are in shares, rounded down."""
    return mulDivDown(assets, totalShares + VIRTUAL_SHARES, totalAssets + VIRTUAL_ASSETS)


@kernel
def toAssetsDown(shares: uint256, totalAssets: uint256, totalShares: uint256) -> uint256:
    """What shares are in assets, rounded down."""
    return mulDivDown(shares, totalAssets + VIRTUAL_ASSETS, totalShares + VIRTUAL_SHARES)


@kernel
def toSharesUp(assets: uint256, totalAssets: uint256, totalShares: uint256) -> uint256:
    """What assets are in shares, rounded up."""
    return mulDivUp(assets, totalShares + VIRTUAL_SHARES, totalAssets + VIRTUAL_ASSETS)


@kernel
def toAssetsUp(shares: uint256, totalAssets: uint256, totalShares: uint256) -> uint256:
    """What shares are in assets, rounded up."""
    return mulDivUp(shares, totalAssets + VIRTUAL_ASSETS, totalShares + VIRTUAL_SHARES)
