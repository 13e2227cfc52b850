// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// What pools ask of the liquidation.
interface IAuctions {
    /// Whether an account's scope has been put up lately and nobody has taken all that had to go.
    function hasFailed(uint256 account) external view returns (bool);
}
