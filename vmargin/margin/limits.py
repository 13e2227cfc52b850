"""Bounds that keep every sum exact in a word: the mirror of Limits.sol."""

from vmargin.solidity.integers import uint256

WAD = uint256(10**18)
BPS = uint256(10_000)
SHOCK_ONE = uint256(10**8)

POSITIONS = uint256(64)
SCENARIOS = uint256(256)
GROUPS = uint256(64)

SIZE = uint256(1 << 112)
PRICE = uint256(1 << 96)
CASH = uint256(1 << 126)
PNL = uint256(1 << 156)
QUAD_LOSS = uint256(1 << 112)

FACTOR_BPS = uint256(1 << 15)
