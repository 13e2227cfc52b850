// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Accounts of the house itself; those of customers follow.
library Accounts {
    /// Between a payer and a payee who are not settled at the same time: funding, expiry, and the wei that rounding
    /// leaves.
    uint256 internal constant CLEARING = 1;
    /// Receives interest and a share of penalties; pays what a liquidated account lacks.
    uint256 internal constant INSURANCE = 2;
    uint256 internal constant FIRST_CUSTOMER = 16;
}
