// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {NormalDistribution} from "./NormalDistribution.sol";

/// Options on a forward by Black's formula of 1976, before discounting. Forward and strike are below 2^96, the total
/// volatility (that of the logarithm of the forward over the whole term) is below 2^124, all with 18 decimals.
///
/// What is computed is the option that is out of the money, of which the price is a share g of the lesser of forward
/// and strike: with x = |ln(F / K)|, d = s / 2 - x / s, z = s / 2 + x / s and R the tail over the bell,
///     g = bell(d) * (R(-d) - R(z)) for d < 0, 1 - bell(d) * (R(d) + R(z)) otherwise:
/// one exponential, and no cancellation that a rounded x or s would show in. The other option follows by parity,
/// exactly. From s = 24.1 on prices are at their most.
///
/// With ln(F / K) within 1e-18, the price is within 3e-18 of the lesser of forward and strike, and one unit, of the
/// true one.
library Black76 {
    uint256 private constant ONE = 1e18 << 96;

    /// The price of a call or a put, at least its payoff at the forward and at most forward or strike; rounded down
    /// where it is out of the money. `moneyness` is ln(F / K).
    function price(bool call, uint256 forward, uint256 strike, int256 moneyness, uint256 totalVolatility)
        internal
        pure
        returns (uint256 value)
    {
        bool above = forward > strike;
        unchecked {
            if (forward != 0 && totalVolatility != 0) {
                // it is rounded: that of neighbours may have the wrong sign
                value = above
                    ? outOfTheMoney(strike, moneyness > 0 ? uint256(moneyness) : 0, totalVolatility)
                    : outOfTheMoney(forward, moneyness < 0 ? uint256(-moneyness) : 0, totalVolatility);
            }
            if (call == above) value += above ? forward - strike : strike - forward;
        }
    }

    /// A share of the lesser of forward and strike, by the distance of their logarithms; rounded down.
    ///
    /// Nothing wraps: s^2 < 2^248; beyond the returns z^2 = d^2 + 2 x, and |d| < 9.25 and x < 66.6 mean z < 14.8 and
    /// s < 24.1. R falls by more from d to z than it is off, so that no difference is negative.
    function outOfTheMoney(uint256 lesser, uint256 x, uint256 s) internal pure returns (uint256) {
        unchecked {
            uint256 square = s * s;
            uint256 shift = 2e18 * x;
            uint256 far = 2 * uint256(NormalDistribution.FAR) * s;
            if (square >= shift + far) return lesser;
            if (square + far <= shift) return 0;
            uint256 scale = 1e18 * s;
            bool below = square < shift;
            uint256 d = FixedPointMathLib.rawDiv((below ? shift - square : square - shift) << 95, scale);
            uint256 z = FixedPointMathLib.rawDiv((square + shift) << 95, scale);
            uint256 bell = NormalDistribution.bell(d);
            uint256 near = NormalDistribution.millsRatio(d);
            uint256 beyond = NormalDistribution.millsRatio(z);
            uint256 share = below ? bell * (near - beyond) : ONE - bell * (near + beyond);
            return lesser * share / ONE;
        }
    }
}
