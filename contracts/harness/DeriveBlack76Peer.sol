// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {DeriveFixedPointMathLib as FixedPointMathLib} from "./DeriveFixedPointMathLibPeer.sol";

/// Derive's Black-76 in our own transcription, from a description of its arithmetic: the original is not on npm, and
/// its source was not consulted. It is what `make bench` runs in revm, and it is unchecked where the original is.
/// Recorded results of the original are what ties this to it.
library DeriveBlack76 {
    struct Black76Inputs {
        uint64 timeToExpirySec;
        uint64 discount;
        uint128 volatility;
        uint128 fwdPrice;
        uint128 strikePrice;
    }

    uint256 private constant UNIT = 1e18;
    int256 private constant SIGNED_UNIT = 1e18;
    uint256 private constant SECONDS_PER_YEAR = 365 days;
    uint256 private constant TOTAL_VOL_CAP = 24e18;

    function annualise(uint64 secs) internal pure returns (uint256) {
        unchecked {
            return (uint256(secs) * UNIT) / SECONDS_PER_YEAR;
        }
    }

    function prices(Black76Inputs memory b76) internal pure returns (uint256 call, uint256 put) {
        (call, put, ) = pricesAndDelta(b76);
    }

    function pricesAndDelta(
        Black76Inputs memory b76
    ) internal pure returns (uint256 call, uint256 put, uint256 callDelta) {
        unchecked {
            uint256 discount = b76.discount;
            uint256 fwdDiscounted = (b76.fwdPrice * discount) / UNIT;
            if (b76.strikePrice == 0) return (fwdDiscounted, 0, discount);
            uint256 strikeDiscounted = (b76.strikePrice * discount) / UNIT;
            if (b76.fwdPrice == 0) return (0, strikeDiscounted, 0);

            uint256 totalVol = (b76.volatility * FixedPointMathLib.sqrt(annualise(b76.timeToExpirySec))) / UNIT;
            uint256 moneyness = (b76.strikePrice * UNIT) / b76.fwdPrice;
            (uint256 price, uint256 delta) = standardCall(totalVol, moneyness);
            // put-call parity for a forward of 1, kept from falling below zero by a rounding
            uint256 parity = price + moneyness;
            put = parity > UNIT ? ((parity - UNIT) * fwdDiscounted) / UNIT : 0;
            if (put > strikeDiscounted) put = strikeDiscounted;
            call = (price * fwdDiscounted) / UNIT;
            if (call > fwdDiscounted) call = fwdDiscounted;
            callDelta = (delta * discount) / UNIT;
        }
    }

    /// A call on a forward of 1 without discount.
    function standardCall(uint256 totalVol, uint256 moneyness) private pure returns (uint256 price, uint256 delta) {
        unchecked {
            if (totalVol >= TOTAL_VOL_CAP) return (UNIT, UNIT);
            if (totalVol == 0) totalVol = 1;
            if (moneyness == 0) moneyness = 1;
            int256 halfVariance = int256(((totalVol >> 1) * totalVol) / UNIT);
            int256 d1 = halfVariance - FixedPointMathLib.ln(int256(moneyness));
            d1 = (d1 * SIGNED_UNIT) / int256(totalVol);
            delta = FixedPointMathLib.stdNormalCDF(d1);
            uint256 paid = (moneyness * FixedPointMathLib.stdNormalCDF(d1 - int256(totalVol))) / UNIT;
            price = delta > paid ? delta - paid : 0;
        }
    }
}

/// Exposes our transcription of Derive's Black76, function by function.
contract DeriveBlack76Peer {
    function annualise(uint64 secs) external pure returns (uint256) {
        return DeriveBlack76.annualise(secs);
    }

    function prices(
        DeriveBlack76.Black76Inputs memory b76
    ) external pure returns (uint256 call, uint256 put) {
        return DeriveBlack76.prices(b76);
    }

    function pricesAndDelta(
        DeriveBlack76.Black76Inputs memory b76
    ) external pure returns (uint256 call, uint256 put, uint256 callDelta) {
        return DeriveBlack76.pricesAndDelta(b76);
    }
}
