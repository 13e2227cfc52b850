// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Portfolio, Position} from "../../margin/Types.sol";

/// Accounts, their cash and their positions. Every movement is from one account to another, so that at any time the
/// cash of all accounts is what the contract holds of the cash asset, and the positions in each instrument sum to zero.
interface ILedger {
    /// Opens an account for the caller under a policy that the house allows.
    function open(bytes32 policy) external returns (uint256 account);

    /// All that was ever deposited to the account less what was withdrawn from it: what else its value has changed by,
    /// it has gained.
    function depositsOf(uint256 account) external view returns (int256);

    /// The account as of now: funding and interest included, and what has been settled taken as cash.
    function portfolioOf(uint256 account) external view returns (Portfolio memory);

    /// The accounts that are margined together with this one, and their policy. Alone, unless a pool says otherwise.
    function scopeOf(uint256 account) external view returns (uint256[] memory members, bytes32 policy);

    /// 0 for an account that stands alone.
    function poolOf(uint256 account) external view returns (uint256 pool);

    /// Moves positions and cash, without a margin check: for modules, which check.
    function move(uint256 from, uint256 to, Position[] calldata positions, int256 cash) external;

    /// Margins accounts together under a policy, and takes them apart again under their own: for modules.
    function join(uint256[] calldata members, bytes32 policy, uint256 room) external;
    function part(uint256[] calldata members) external;

    function ownerOf(uint256 account) external view returns (address);
    /// Whether the address may act for the account.
    function mayAct(address who, uint256 account) external view returns (bool);
}
