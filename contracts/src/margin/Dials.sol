// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// The settings of the four dials of a margin rule. All combinations are valid, but that ACCOUNT is one group and takes
/// SUM only.
library Dials {
    /// The version of the policies' format.
    uint256 internal constant SCHEMA = 1;

    // repricing: how an instrument is priced in a scenario
    uint256 internal constant FULL = 0;
    uint256 internal constant TAYLOR = 1;

    // grouping: within what gains and losses of one scenario are added up
    uint256 internal constant POSITION = 0;
    uint256 internal constant EXPIRY = 1;
    uint256 internal constant UNDERLYING = 2;
    uint256 internal constant ACCOUNT = 3;

    // aggregate: what a group's outcomes over all scenarios come to
    uint256 internal constant WORST = 0;
    uint256 internal constant SHORTFALL = 1;
    uint256 internal constant VAR = 2;

    // combine: what the groups' losses come to
    uint256 internal constant SUM = 0;
    uint256 internal constant QUAD = 1;
}
