// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Bounds that keep every sum exact in a word, and in the field of BN254: `vmargin.margin.bounds.widths` derives that
/// they do.
library Limits {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;
    /// Of a spot shock, which is basis points times basis points.
    uint256 internal constant SHOCK_ONE = 1e8;

    uint256 internal constant POSITIONS = 64;
    uint256 internal constant SCENARIOS = 256;
    uint256 internal constant GROUPS = 64;

    /// Exclusive bounds of magnitudes.
    uint256 internal constant SIZE = 1 << 112;
    uint256 internal constant PRICE = 1 << 96;
    uint256 internal constant CASH = 1 << 126;
    uint256 internal constant PNL = 1 << 156;
    /// Of a group's loss that QUAD squares.
    uint256 internal constant QUAD_LOSS = 1 << 112;

    /// Inclusive bound of weights, credits and factors.
    uint256 internal constant FACTOR_BPS = 1 << 15;
}
