// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Funding} from "../../src/house/Funding.sol";

/// Exposes Funding, function by function, under the names of its mirror's kernels.
contract FundingHarness {
    function premiumOf(uint256 instrument, uint256 mark, uint256 spot) external pure returns (int256) {
        return Funding.premiumOf(instrument, mark, spot);
    }

    function priceAt(uint256 instrument, uint256 price) external pure returns (int256) {
        return Funding.priceAt(instrument, price);
    }

    function indexAt(int256 index, int256 premium, uint256 elapsed) external pure returns (int256) {
        return Funding.indexAt(index, premium, elapsed);
    }

    function payment(int256 size, int256 indexThen, int256 indexNow) external pure returns (int256) {
        return Funding.payment(size, indexThen, indexNow);
    }
}
