// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {SharersOutOfRange} from "./HouseErrors.sol";

/// Parts of a whole that sum to it exactly.
library Allocation {
    /// Sharers at most: what the search for the largest remainders costs is quadratic.
    uint256 internal constant SHARERS = 64;

    /// Shares `total` out in proportion to `weights`; equally, where all of them are zero. Every part is rounded down,
    /// and the units then missing go one each to the parts with the largest remainders, the first of equal ones. So the
    /// parts sum to `total`, none is a unit or more away from its exact share, a larger weight never has a smaller
    /// part, and a weight of zero has none.
    ///
    /// Any `total`; the sum of the weights is checked to fit a word; products have 512 bits.
    function proRata(uint256 total, uint256[] memory weights) internal pure returns (uint256[] memory parts) {
        uint256 n = weights.length;
        if (n > SHARERS || (n == 0 && total != 0)) revert SharersOutOfRange(n, total);
        uint256 sum = 0;
        for (uint256 i = 0; i < n; ++i) {
            sum += weights[i];
        }
        bool equal = sum == 0;
        if (equal) sum = n;

        parts = new uint256[](n);
        uint256[] memory remainders = new uint256[](n);
        uint256 left = total;
        for (uint256 i = 0; i < n; ++i) {
            uint256 weight = equal ? 1 : weights[i];
            parts[i] = FixedPointMathLib.fullMulDiv(total, weight, sum);
            remainders[i] = mulmod(total, weight, sum);
            left -= parts[i];
        }
        // What is left is the sum of the remainders over the sum of the weights, so less than the number of remainders
        // above zero: each of them is taken once at most.
        for (uint256 round = 0; round < left; ++round) {
            uint256 largest = 0;
            for (uint256 i = 1; i < n; ++i) {
                if (remainders[i] > remainders[largest]) largest = i;
            }
            parts[largest] += 1;
            remainders[largest] = 0;
        }
    }
}
