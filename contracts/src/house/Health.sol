// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Margin} from "../margin/Types.sol";

/// What an account is worth beyond what is required of it.
library Health {
    function initial(Margin memory margin) internal pure returns (int256) {
        return margin.value - int256(margin.haircut) - int256(margin.initialRequirement);
    }

    function maintenance(Margin memory margin) internal pure returns (int256) {
        return margin.value - int256(margin.haircut) - int256(margin.maintenanceRequirement);
    }

    /// Whether a change is allowed: it ends with initial margin, or it begins without and raises both healths.
    function allows(Margin memory before, Margin memory afterwards) internal pure returns (bool) {
        if (initial(afterwards) >= 0) return true;
        return initial(before) < 0 && initial(afterwards) > initial(before)
            && maintenance(afterwards) > maintenance(before);
    }
}
