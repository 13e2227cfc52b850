// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Cash} from "../../src/house/Cash.sol";

/// Exposes Cash, function by function, under the names of its mirror's kernels.
contract CashHarness {
    function indexAt(uint256 index, uint256 rate, uint256 elapsed) external pure returns (uint256) {
        return Cash.indexAt(index, rate, elapsed);
    }

    function interest(int256 cash, uint256 indexThen, uint256 indexNow) external pure returns (uint256) {
        return Cash.interest(cash, indexThen, indexNow);
    }
}
