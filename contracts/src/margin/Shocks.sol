// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {GridPriceOutOfRange, PriceOutOfRange, ShockOutOfRange} from "./Errors.sol";
import {Instruments} from "./Instruments.sol";
import {Limits} from "./Limits.sol";
import {Shock, UnderlyingQuote} from "./Types.sol";

/// What a scenario does to prices. Both parts of a shock are at most 2^15 in magnitude: PolicyChecks has seen to that.
library Shocks {
    /// A shock, without the check that there is one; whoever calls has compared with the length.
    function get(Shock[] memory shocks, uint256 i) internal pure returns (int256 spotBps, int256 volatilityBps) {
        assembly ("memory-safe") {
            let shock := mload(add(add(shocks, 0x20), shl(5, i)))
            spotBps := mload(shock)
            volatilityBps := mload(add(shock, 0x20))
        }
    }

    /// A hundredth of the price is left.
    int256 internal constant LEAST_MOVE = -0.99e8;

    /// What spot shocks are multiplied by.
    function scaleOf(UnderlyingQuote memory underlying) internal pure returns (int256) {
        if (underlying.shockScaleBps > Limits.FACTOR_BPS) {
            revert ShockOutOfRange(underlying.underlying, int256(underlying.shockScaleBps));
        }
        return int256(underlying.shockScaleBps);
    }

    /// The relative move of an underlying's prices, with 8 decimals: below 2^31, and no further down than LEAST_MOVE,
    /// since volatility may scale a shock beyond the whole price when an account must still be judged.
    function moveOf(int256 spotBps, int256 scale) internal pure returns (int256) {
        unchecked {
            int256 move = spotBps * scale;
            return move > LEAST_MOVE ? move : LEAST_MOVE;
        }
    }

    /// ln(1 + move), within a unit of 18 decimals.
    function lnOf(int256 move) internal pure returns (int256) {
        if (move == 0) return 0;
        unchecked {
            return FixedPointMathLib.lnWad((int256(Limits.SHOCK_ONE) + move) * 1e10);
        }
    }

    /// A price after the move, rounded down. A price below 2^96 times 2^31 does not wrap.
    function shocked(uint256 instrument, uint256 price, int256 move) internal pure returns (uint256 moved) {
        unchecked {
            moved = price * uint256(int256(Limits.SHOCK_ONE) + move) / Limits.SHOCK_ONE;
        }
        if (moved >= Limits.PRICE) revert GridPriceOutOfRange(instrument, int256(moved));
    }

    /// The price; a revert unless it is above 0 and below 2^96.
    function requirePrice(uint256 instrument, uint256 price) internal pure returns (uint256) {
        if (price == 0 || price >= Limits.PRICE) revert PriceOutOfRange(instrument, price);
        return price;
    }
}
