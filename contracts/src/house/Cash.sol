// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Rounding} from "../margin/Rounding.sol";

/// The borrow index, by which negative cash grows.
library Cash {
    /// Unit of the index and of its rate per second.
    uint256 internal constant RAY = 1e27;
    /// Four times the debt in a year.
    uint256 internal constant RATE_CEILING = 126_839_167_935_058_346_017;
    /// Beyond this index only a rate of nought can be set: at any rate it then takes 10^7 years more to leave 128 bits.
    uint256 internal constant INDEX_CEILING = 1 << 100;

    /// The index after a time at a rate; rounded up, against debtors.
    function indexAt(uint256 index, uint256 rate, uint256 elapsed) internal pure returns (uint256) {
        return index + Rounding.ceilDiv(index * rate * elapsed, RAY);
    }

    /// What an account owes on its cash for the time between two indices; the debt is rounded up. Below 2^254: |cash|
    /// < 2^126 and an index has 128 bits.
    function interest(int256 cash, uint256 indexThen, uint256 indexNow) internal pure returns (uint256) {
        if (cash >= 0 || indexNow == indexThen) return 0;
        uint256 debt = uint256(-cash);
        return Rounding.ceilDiv(debt * indexNow, indexThen) - debt;
    }
}
