// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Margin} from "../../src/margin/Types.sol";
import {Health} from "../../src/house/Health.sol";

/// Exposes Health, function by function, under the names of its mirror's kernels.
contract HealthHarness {
    function initial(Margin memory margin) external pure returns (int256) {
        return Health.initial(margin);
    }

    function maintenance(Margin memory margin) external pure returns (int256) {
        return Health.maintenance(margin);
    }

    function allows(Margin memory before, Margin memory afterwards) external pure returns (bool) {
        return Health.allows(before, afterwards);
    }
}
