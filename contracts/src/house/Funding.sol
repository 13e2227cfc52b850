// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "../margin/Limits.sol";
import {Repricing} from "../margin/Repricing.sol";
import {Rounding} from "../margin/Rounding.sol";
import {Shocks} from "../margin/Shocks.sol";

/// What the long side of a perpetual pays to the short side, so that its mark stays near spot.
library Funding {
    /// The time in which the premium is paid once.
    uint256 internal constant PERIOD = 8 hours;
    /// The least time between two looks at the premium.
    uint256 internal constant INTERVAL = 1 hours;
    /// Of the price at spot: what a period costs at most.
    int256 internal constant CEILING_BPS = 400;

    /// Cash that one unit pays in a period: its price at the mark less its price at spot, within bounds that are
    /// truncated. Below 2^92 in magnitude.
    function premiumOf(uint256 instrument, uint256 mark, uint256 spot) internal pure returns (int256) {
        int256 atSpot = priceAt(instrument, spot);
        int256 premium = priceAt(instrument, mark) - atSpot;
        int256 bound = (atSpot < 0 ? -atSpot : atSpot) * CEILING_BPS / int256(Limits.BPS);
        return premium > bound ? bound : premium < -bound ? -bound : premium;
    }

    /// What a perpetual is worth where its underlying is at the price.
    function priceAt(uint256 instrument, uint256 price) internal pure returns (int256) {
        return Repricing.linear(instrument, Shocks.requirePrice(instrument, price));
    }

    /// Cash that one unit has paid up to now, truncated: one index for both sides. A premium below 2^92 over less
    /// than 2^40 seconds keeps it below 2^118.
    function indexAt(int256 index, int256 premium, uint256 elapsed) internal pure returns (int256) {
        return index + premium * int256(elapsed) / int256(PERIOD);
    }

    /// What a position pays between two indices; rounded up, so that a receiver gets the floor.
    function payment(int256 size, int256 indexThen, int256 indexNow) internal pure returns (int256) {
        return Rounding.ceilDiv(size * (indexNow - indexThen), Limits.WAD);
    }
}
