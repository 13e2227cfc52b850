// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {PolicyChecks} from "../../src/margin/PolicyChecks.sol";
import {Policy} from "../../src/margin/Types.sol";

/// Exposes PolicyChecks; a check that passes gives true, as its mirror does.
contract PolicyChecksHarness {
    function requireValid(Policy memory policy, uint256 mostScenarios) external pure returns (bool) {
        PolicyChecks.requireValid(policy, mostScenarios);
        return true;
    }

    function requireKeepable(Policy memory policy) external pure returns (bool) {
        PolicyChecks.requireKeepable(policy);
        return true;
    }
}
