// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// Whom a venue that deleverages by a queue would close first. This house closes pro rata (see Waterfall), which takes
/// no more than it must from anybody; the queue is here to be compared with it.
library Queue {
    uint256 internal constant WAD = 1e18;

    /// The gain on the entry price times the leverage, with 18 decimals, rounded down; 0 for a loss. Leverage is one
    /// over the larger of the margin ratio and the maintenance ratio, both with 18 decimals.
    function score(bool long, uint256 entry, uint256 price, uint256 ratio, uint256 maintenanceRatio)
        internal
        pure
        returns (uint256)
    {
        if (long ? price <= entry : price >= entry) return 0;
        uint256 gain = long ? price - entry : entry - price;
        uint256 larger = ratio > maintenanceRatio ? ratio : maintenanceRatio;
        return FixedPointMathLib.fullMulDiv(gain, WAD * WAD, entry * larger);
    }

    /// The places of those with a score above zero, the largest first, of equal ones the first.
    function order(uint256[] memory scores) internal pure returns (uint256[] memory places) {
        uint256 n = 0;
        places = new uint256[](scores.length);
        for (uint256 i = 0; i < scores.length; ++i) {
            if (scores[i] == 0) continue;
            uint256 j = n;
            for (; j > 0 && scores[places[j - 1]] < scores[i]; --j) {
                places[j] = places[j - 1];
            }
            places[j] = i;
            ++n;
        }
        // shortens the array in place
        assembly ("memory-safe") {
            mstore(places, n)
        }
    }
}
