// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {NormalDistribution} from "./NormalDistribution.sol";
import {Option, Options} from "./Options.sol";
import {Rounding} from "./Rounding.sol";

/// How the discounted price of an option moves, all with 18 decimals.
struct Greeks {
    /// For one of the forward.
    int256 delta;
    /// The second derivative by the forward, times the forward squared: by relative moves, which keeps its digits.
    uint256 gammaCash;
    /// For one (100%) of the annual volatility.
    uint256 vega;
    /// For one year that passes.
    int256 theta;
}

/// The derivatives of Options.priceOf at no shock, at the forward that the option was made at, and what they foretell.
library Derivatives {
    uint256 private constant WAD = 1e18;

    /// All zero but delta at expiry, and where there is no volatility. Delta is rounded toward zero, gamma and vega
    /// down.
    ///
    /// Nothing wraps: discount < 2^72, forward < 2^96, density < 2^59, root < 2^108, volatility < 2^88.
    function greeksOf(Option memory option, uint256 forward, int256 rate) internal pure returns (Greeks memory greeks) {
        uint256 s = Options.totalVolatility(option, uint256(Options.VOLATILITY_ONE));
        (uint256 chance, uint256 density) = chanceAndDensity(option, forward, s);
        unchecked {
            greeks.delta = option.call
                ? int256(option.discount * chance / WAD)
                : -int256(option.discount * (WAD - chance) / WAD);
            if (s == 0) return greeks;
            uint256 weighted = option.discount * forward * density;
            greeks.gammaCash = FixedPointMathLib.rawDiv(weighted, WAD * s);
            greeks.vega = FixedPointMathLib.fullMulDivN(weighted / WAD, option.rootYears, 100) / WAD;
            uint256 decay = weighted / (WAD * WAD) * option.volatility;
            decay = FixedPointMathLib.fullMulDiv(decay, 1 << 99, option.rootYears) / WAD;
            greeks.theta = rate * Options.priceOf(option, forward, 0, 0) / int256(WAD) - int256(decay);
        }
    }

    /// N(d1), the chance that the option is called where the forward is the unit, and the density at d1. Within 3e-18,
    /// and what a logarithm's last digit makes in d1: 1e-18 over the total volatility.
    function chanceAndDensity(Option memory option, uint256 forward, uint256 s)
        internal
        pure
        returns (uint256 chance, uint256 density)
    {
        if (s == 0) return (forward > option.strike ? WAD : 0, 0);
        unchecked {
            int256 square = int256(s * s);
            int256 shift = 2e18 * option.moneyness;
            int256 far = 2 * NormalDistribution.FAR * int256(s);
            int256 sum = square + shift;
            if (sum >= far) return (WAD, 0);
            if (sum <= -far) return (0, 0);
            uint256 d = FixedPointMathLib.rawDiv(uint256(sum < 0 ? -sum : sum) << 95, WAD * s);
            uint256 bell = NormalDistribution.bell(d);
            uint256 tail = (bell * NormalDistribution.millsRatio(d)) >> 96;
            return (sum < 0 ? tail : WAD - tail, (bell * NormalDistribution.BELL_TOP) >> 96);
        }
    }

    /// By how much the price moves with a relative move of the forward, with 8 decimals, and a factor of the
    /// volatility: the terms in both and in the square of the former, each rounded down.
    function movement(Option memory option, Greeks memory greeks, uint256 forward, int256 move, uint256 factor)
        internal
        pure
        returns (int256)
    {
        unchecked {
            int256 first = Rounding.floorDiv(greeks.delta * int256(forward) * move, 1e26);
            int256 second = int256(greeks.gammaCash) * move * move / 2e16;
            uint256 volatility = option.volatility * factor / uint256(Options.VOLATILITY_ONE);
            int256 gained = int256(volatility) - int256(option.volatility);
            return first + second + Rounding.floorDiv(int256(greeks.vega) * gained, WAD);
        }
    }
}
