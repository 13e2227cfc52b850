// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {SSTORE2} from "solady/src/utils/SSTORE2.sol";

import {PolicyChecks} from "../margin/PolicyChecks.sol";
import {Policy} from "../margin/Types.sol";
import {PolicyTooLarge, PolicyUnknown} from "./HouseErrors.sol";
import {IPolicies} from "./interfaces/IPolicies.sol";

/// Margin rules, each addressed by the hash of its encoding and kept as contract code, which nothing can change. Anyone
/// may register one: what it is worth is for whoever accepts it.
contract Policies is IPolicies {
    /// Of the encoding: what contract code may have, less the byte that keeps it from being called.
    uint256 public constant SIZE = 24_575;

    mapping(bytes32 policy => address) private pointers;

    event Registered(bytes32 indexed policy, address pointer);

    /// A policy that is known already is left as it is.
    function register(Policy calldata policy) external override returns (bytes32 id) {
        bytes memory encoded = abi.encode(policy);
        id = keccak256(encoded);
        if (pointers[id] != address(0)) return id;
        PolicyChecks.requireKeepable(policy);
        if (encoded.length > SIZE) revert PolicyTooLarge(encoded.length, SIZE);
        address pointer = SSTORE2.write(encoded);
        pointers[id] = pointer;
        emit Registered(id, pointer);
    }

    function get(bytes32 id) external view override returns (Policy memory) {
        address pointer = pointers[id];
        if (pointer == address(0)) revert PolicyUnknown(id);
        return abi.decode(SSTORE2.read(pointer), (Policy));
    }
}
