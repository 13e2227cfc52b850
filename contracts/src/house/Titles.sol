// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Accounts} from "./Accounts.sol";
import {MayNotAct, NotOwner, PolicyNotAllowed, UnknownAccount, VenueNotAllowed} from "./HouseErrors.sol";
import {Roles} from "./Roles.sol";

/// To whom accounts belong, and who may act for them.
abstract contract Titles is Roles {
    uint256 public nextAccount = Accounts.FIRST_CUSTOMER;

    /// The zero address for accounts of the house and for those that are not open.
    mapping(uint256 account => address) public ownerOf;
    mapping(uint256 account => mapping(address who => bool)) public isDelegate;
    /// Whether a venue may trade for the account.
    mapping(uint256 account => mapping(address venue => bool)) public isVenueAllowed;
    /// The account's own, which a pool's may stand in for.
    mapping(uint256 account => bytes32) public policyOf;

    event Opened(uint256 indexed account, address indexed owner);
    event DelegateSet(uint256 indexed account, address indexed who, bool allowed);
    event VenueAllowed(uint256 indexed account, address indexed venue, bool allowed);
    event PolicyChosen(uint256 indexed account, bytes32 indexed policy);

    /// Opens an account for the caller under a policy that the house allows.
    function open(bytes32 policy) external returns (uint256 account) {
        account = nextAccount++;
        ownerOf[account] = msg.sender;
        emit Opened(account, msg.sender);
        _choose(account, policy);
    }

    /// A delegate does all that the owner does, but to withdraw, to choose a policy and to name delegates.
    function setDelegate(uint256 account, address who, bool allowed) external {
        _requireOwner(account);
        isDelegate[account][who] = allowed;
        emit DelegateSet(account, who, allowed);
    }

    function allowVenue(uint256 account, address venue, bool allowed) external {
        _requireMayAct(account);
        isVenueAllowed[account][venue] = allowed;
        emit VenueAllowed(account, venue, allowed);
    }

    function mayAct(address who, uint256 account) public view returns (bool) {
        return who != address(0) && (ownerOf[account] == who || isDelegate[account][who]);
    }

    function _choose(uint256 account, bytes32 policy) internal {
        if (!isPolicyAllowed[policy]) revert PolicyNotAllowed(policy);
        policyOf[account] = policy;
        emit PolicyChosen(account, policy);
    }

    /// Accounts of the house have no owner, but they are.
    function _requireAccount(uint256 account) internal view {
        if (ownerOf[account] == address(0) && account != Accounts.CLEARING && account != Accounts.INSURANCE) {
            revert UnknownAccount(account);
        }
    }

    function _requireOwner(uint256 account) internal view {
        if (ownerOf[account] != msg.sender) revert NotOwner(account, msg.sender);
    }

    function _requireMayAct(uint256 account) internal view {
        if (!mayAct(msg.sender, account)) revert MayNotAct(account, msg.sender);
    }

    function _requireVenueAllowed(uint256 account, address venue) internal view {
        if (!isVenueAllowed[account][venue]) revert VenueNotAllowed(account, venue);
    }
}
