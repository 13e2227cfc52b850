// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Market} from "../../margin/Types.sol";

/// Prices of everything that the house lists.
interface IFeeds {
    /// The market now for instruments in ascending order. Reverts where a price is missing, stale or not positive.
    function market(uint256[] calldata instruments) external view returns (Market memory);

    function spotOf(uint256 underlying) external view returns (uint256 price);

    /// The mark of a perpetual, or the forward of a date; of an instrument, as in its quote.
    function forwardOf(uint256 instrument) external view returns (uint256 price);

    /// The price at which a date was settled, 0 until then.
    function settlementOf(uint256 underlying, uint256 expiry) external view returns (uint256 price);
}
