// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// The standard normal distribution. Points of the half line are in 2^-96ths: differences of tails keep their digits.
library NormalDistribution {
    /// Beyond it, on either side, the tail is below 1.2e-20: nothing.
    int256 internal constant FAR = 9.25e18;
    /// 1 / sqrt(2 pi), in 2^-96ths.
    uint256 internal constant BELL_TOP = 31607463825455920808620519744;

    // the coefficients of the rational function P / Q, in 2^-96ths: contracts/generate/mills_ratio.py finds them
    uint256 private constant P0 = 125538731257054221561332499202263773;
    uint256 private constant P1 = 197410689793101139414940538988839456;
    uint256 private constant P2 = 154718992219119719366242005757151546;
    uint256 private constant P3 = 77714486478870246481249453035178136;
    uint256 private constant P4 = 27396425174339383070047956610070055;
    uint256 private constant P5 = 7041723802714345719291898257820964;
    uint256 private constant P6 = 1333210499008483955974141283320518;
    uint256 private constant P7 = 183601577066304111528657656232033;
    uint256 private constant P8 = 17640467139515551290590460819052;
    uint256 private constant P9 = 1072769931000791638690250713848;
    uint256 private constant P10 = 31607463826686943990751730286;
    uint256 private constant Q0 = 251077462514108443121321841054533490;
    uint256 private constant Q1 = 595152210491769584448233890835329522;
    uint256 private constant Q2 = 658762013260265248530903066551782835;
    uint256 private constant Q3 = 450245850970823241531283454612272597;
    uint256 private constant Q4 = 211558960652473708179976159618764383;
    uint256 private constant Q5 = 71926859480971583090945261332897363;
    uint256 private constant Q6 = 18105827589028131823420849071209871;
    uint256 private constant Q7 = 3385922736013182093327876369395508;
    uint256 private constant Q8 = 462909940940025901140479626923340;
    uint256 private constant Q9 = 44297321844216549025549679102100;
    uint256 private constant Q10 = 2689035441646568460644808124485;

    /// The tail over the bell, N(-z) exp(z^2 / 2): Mills' ratio over sqrt(2 pi). For 0 <= z <= 15 it is at most 2.7e-21
    /// off, of which rounding makes less than 2^-88. All terms are positive, P < 2^242 at the end and Q < 2^147:
    /// nothing wraps.
    function millsRatio(uint256 z) internal pure returns (uint256 ratio) {
        assembly ("memory-safe") {
            let p := add(shr(96, mul(P10, z)), P9)
            p := add(shr(96, mul(p, z)), P8)
            p := add(shr(96, mul(p, z)), P7)
            p := add(shr(96, mul(p, z)), P6)
            p := add(shr(96, mul(p, z)), P5)
            p := add(shr(96, mul(p, z)), P4)
            p := add(shr(96, mul(p, z)), P3)
            p := add(shr(96, mul(p, z)), P2)
            p := add(shr(96, mul(p, z)), P1)
            // in 2^-192ths, for the division
            p := add(mul(p, z), shl(96, P0))

            let q := add(z, Q10)
            q := add(shr(96, mul(q, z)), Q9)
            q := add(shr(96, mul(q, z)), Q8)
            q := add(shr(96, mul(q, z)), Q7)
            q := add(shr(96, mul(q, z)), Q6)
            q := add(shr(96, mul(q, z)), Q5)
            q := add(shr(96, mul(q, z)), Q4)
            q := add(shr(96, mul(q, z)), Q3)
            q := add(shr(96, mul(q, z)), Q2)
            q := add(shr(96, mul(q, z)), Q1)
            q := add(shr(96, mul(q, z)), Q0)

            ratio := div(p, q)
        }
    }

    /// exp(-z^2 / 2) with 18 decimals, for z < 2^100: at most 2e-18 below.
    function bell(uint256 z) internal pure returns (uint256) {
        unchecked {
            return uint256(FixedPointMathLib.expWad(-int256(((z * z >> 96) * 1e18) >> 97)));
        }
    }

    /// The density at x, both with 18 decimals.
    function pdf(int256 x) internal pure returns (uint256) {
        if (x <= -FAR || x >= FAR) return 0;
        unchecked {
            return (bell(_point(x)) * BELL_TOP) >> 96;
        }
    }

    /// The chance of at most x, both with 18 decimals.
    function cdf(int256 x) internal pure returns (uint256) {
        if (x <= -FAR) return 0;
        if (x >= FAR) return 1e18;
        unchecked {
            uint256 z = _point(x);
            uint256 tail = (bell(z) * millsRatio(z)) >> 96;
            return x < 0 ? tail : 1e18 - tail;
        }
    }

    /// The magnitude of x in 2^-96ths; x is between -FAR and FAR.
    function _point(int256 x) private pure returns (uint256) {
        unchecked {
            return (uint256(x < 0 ? -x : x) << 96) / 1e18;
        }
    }
}
