// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LossOutOfRange, NegativeVariance} from "./Errors.sol";
import {Limits} from "./Limits.sol";

/// Losses that are correlated in part: the root of x'Cx.
library Quadrature {
    /// The least r with r^2 >= x'Cx, for losses x and correlations C in basis points: a symmetric matrix of `size`
    /// rows, in which loss i is at `places[i]`. Rounded up, once.
    function root(int256[] memory losses, uint256[] memory places, int256[] memory correlationsBps, uint256 size)
        internal
        pure
        returns (uint256 r)
    {
        int256 variance = 0;
        for (uint256 i = 0; i < losses.length; ++i) {
            int256 loss = losses[i];
            if (loss >= int256(Limits.QUAD_LOSS) || loss <= -int256(Limits.QUAD_LOSS)) revert LossOutOfRange(loss);
            // Below 64 * 2^112 * 10^4 < 2^132, and 64 times its double and one more by 2^112 below 2^252.
            unchecked {
                uint256 row = places[i] * size;
                int256 along = 0;
                for (uint256 j = 0; j < i; ++j) {
                    along += losses[j] * correlationsBps[row + places[j]];
                }
                variance += loss * (2 * along + loss * correlationsBps[row + places[i]]);
            }
        }
        if (variance < 0) revert NegativeVariance(variance);
        uint256 v = uint256(variance);
        r = FixedPointMathLib.sqrt(v / Limits.BPS);
        if (Limits.BPS * r * r < v) ++r;
    }
}
