// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Policy} from "../../margin/Types.sol";

/// Margin rules, each addressed by the hash of its parameters and never changed.
interface IPolicies {
    /// Checks a policy and keeps it. Its address is keccak256(abi.encode(policy)).
    function register(Policy calldata policy) external returns (bytes32 id);

    function get(bytes32 id) external view returns (Policy memory);
}
