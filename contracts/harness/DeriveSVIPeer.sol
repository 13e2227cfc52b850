// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {DeriveDecimalMath as DecimalMath} from "./DeriveDecimalMathPeer.sol";
import {DeriveFixedPointMathLib as FixedPointMathLib} from "./DeriveFixedPointMathLibPeer.sol";
import {DeriveSignedDecimalMath as SignedDecimalMath} from "./DeriveSignedDecimalMathPeer.sol";

/// Derive's SVI in our own transcription, from a description of its arithmetic: the original is not on npm, and its
/// source was not consulted. Recorded results of the original are what ties this to it.
contract DeriveSVIPeer {
    error SVI_NoForwardPrice();
    error SVI_InvalidParameters();

    int256 private constant TOTAL_VARIANCE_CAP = 144e18;

    function getVol(
        uint256 strike,
        int256 a,
        uint256 b,
        int256 rho,
        int256 m,
        uint256 sigma,
        uint256 forwardPrice,
        uint64 tau
    ) external pure returns (uint256) {
        if (strike == 0) return 0;
        if (forwardPrice == 0) revert SVI_NoForwardPrice();
        int256 d = boundedLogMoneyness(strike, forwardPrice, a + int256(DecimalMath.multiplyDecimal(b, sigma))) - m;
        uint256 square = uint256(SignedDecimalMath.multiplyDecimal(d, d)) + DecimalMath.multiplyDecimal(sigma, sigma);
        int256 slope = int256(FixedPointMathLib.sqrt(square)) + SignedDecimalMath.multiplyDecimal(rho, d);
        int256 w = a + SignedDecimalMath.multiplyDecimal(int256(b), slope);
        if (w < 0) revert SVI_InvalidParameters();
        if (w > TOTAL_VARIANCE_CAP) w = TOTAL_VARIANCE_CAP;
        return FixedPointMathLib.sqrt(DecimalMath.divideDecimal(uint256(w), tau));
    }

    /// `ln(strike / forwardPrice)`, kept within four deviations.
    function boundedLogMoneyness(
        uint256 strike,
        uint256 forwardPrice,
        int256 variance
    ) private pure returns (int256) {
        require(variance >= 0, "SVI: value must be positive");
        int256 bound = SignedDecimalMath.multiplyDecimal(int256(FixedPointMathLib.sqrt(uint256(variance))), 4e18);
        uint256 moneyness = DecimalMath.divideDecimal(strike, forwardPrice);
        if (moneyness == 0) return -bound;
        int256 k = FixedPointMathLib.ln(int256(moneyness));
        if (k > bound) return bound;
        return k < -bound ? -bound : k;
    }
}
