// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {TooManyPositions} from "../margin/Errors.sol";
import {Limits} from "../margin/Limits.sol";
import {Portfolio} from "../margin/Types.sol";
import {Holdings} from "./Holdings.sol";
import {
    InPool,
    MembersOutOfOrder,
    MembersOutOfRange,
    NotInPool,
    PolicyNotAllowed,
    UnknownAccount
} from "./HouseErrors.sol";
import {Portfolios} from "./Portfolios.sol";

/// Which accounts are margined together. A scope holds no more positions than an account may, each member's counted,
/// so that to read it costs no more.
abstract contract Scopes is Holdings {
    uint256 public constant MEMBERS = 16;

    uint256 public pools;
    /// 0 for an account that stands alone.
    mapping(uint256 account => uint256) public poolOf;
    mapping(uint256 pool => uint256[]) internal members;
    mapping(uint256 pool => bytes32) public poolPolicy;
    /// How many instruments the members may hold: those that are netted between them count, since they are not any more
    /// once one of them leaves, or a part of each size has been liquidated, truncated for itself.
    mapping(uint256 pool => uint256) public poolRoom;

    event Joined(uint256 indexed pool, bytes32 indexed policy, uint256[] members);
    event Parted(uint256 indexed pool, uint256 indexed account);

    /// Makes a pool of customers' accounts that stand alone, in ascending order.
    function join(uint256[] calldata accounts, bytes32 policy, uint256 room) external onlyModule {
        if (!isPolicyAllowed[policy]) revert PolicyNotAllowed(policy);
        if (accounts.length == 0 || accounts.length > MEMBERS) revert MembersOutOfRange(accounts.length);
        uint256 pool = ++pools;
        uint256 previous = 0;
        for (uint256 i = 0; i < accounts.length; i++) {
            uint256 account = accounts[i];
            if (account <= previous) revert MembersOutOfOrder(previous, account);
            if (ownerOf[account] == address(0)) revert UnknownAccount(account);
            if (poolOf[account] != 0) revert InPool(account, poolOf[account]);
            poolOf[account] = pool;
            previous = account;
        }
        members[pool] = accounts;
        poolPolicy[pool] = policy;
        poolRoom[pool] = room;
        _requireRoom(previous);
        emit Joined(pool, policy, accounts);
    }

    /// Takes accounts out of their pools; the others stay.
    function part(uint256[] calldata accounts) external onlyModule {
        for (uint256 i = 0; i < accounts.length; i++) {
            uint256 pool = poolOf[accounts[i]];
            if (pool == 0) revert NotInPool(accounts[i]);
            poolOf[accounts[i]] = 0;
            uint256[] storage remaining = members[pool];
            uint256 last = remaining.length - 1;
            bool found = false;
            for (uint256 j = 0; j < last; j++) {
                if (remaining[j] == accounts[i]) found = true;
                if (found) remaining[j] = remaining[j + 1];
            }
            remaining.pop();
            emit Parted(pool, accounts[i]);
        }
    }

    function scopeOf(uint256 account) public view returns (uint256[] memory accounts, bytes32 policy) {
        uint256 pool = poolOf[account];
        if (pool != 0) return (members[pool], poolPolicy[pool]);
        accounts = new uint256[](1);
        accounts[0] = account;
        policy = policyOf[account];
    }

    /// The combined portfolio of the account's scope, and its policy.
    function _scope(uint256 account) internal view returns (Portfolio memory portfolio, bytes32 policy) {
        uint256[] memory accounts;
        (accounts, policy) = scopeOf(account);
        portfolio = portfolioOf(accounts[0]);
        for (uint256 i = 1; i < accounts.length; i++) {
            portfolio = Portfolios.merge(portfolio, portfolioOf(accounts[i]));
        }
    }

    function _requireRoom(uint256 account) internal view {
        (uint256[] memory accounts,) = scopeOf(account);
        uint256 positions = 0;
        for (uint256 i = 0; i < accounts.length; i++) {
            positions += held[accounts[i]].length;
        }
        if (positions > Limits.POSITIONS) revert TooManyPositions(positions, Limits.POSITIONS);
        uint256 pool = poolOf[account];
        if (pool == 0) return;
        uint256 instruments = _instrumentsOf(accounts, positions);
        if (instruments > poolRoom[pool]) revert TooManyPositions(instruments, poolRoom[pool]);
    }

    /// How many different instruments the accounts hold, of so many positions.
    function _instrumentsOf(uint256[] memory accounts, uint256 positions) private view returns (uint256 count) {
        uint256[] memory found = new uint256[](positions);
        for (uint256 i = 0; i < accounts.length; i++) {
            uint256[] memory own = held[accounts[i]];
            for (uint256 j = 0; j < own.length; j++) {
                uint256 k = 0;
                while (k < count && found[k] != own[j]) k++;
                found[k] = own[j];
                if (k == count) count++;
            }
        }
    }
}
