// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

/// Derive's FixedPointMathLib in our own transcription, from a description of its arithmetic: the original is not on
/// npm, and its source was not consulted. Recorded results of the original are what ties this to it.
library DeriveFixedPointMathLib {
    error Overflow();
    error ExpOverflow();
    error LnNegativeUndefined();

    uint256 internal constant UNIT = 1e18;
    int256 internal constant SIGNED_UNIT = 1e18;
    uint256 private constant SQRT_TWO_PI = 2506628274631000502;

    // 10^18 = 2^18 * 5^18: a shift by n and a division by 5^18 turn 18 digits into n + 18 binary ones.
    uint256 private constant FIVE_POW_18 = 5 ** 18;
    int256 private constant SIGNED_FIVE_POW_18 = 5 ** 18;

    int256 private constant EXP_IS_ZERO_UP_TO = -42139678854452767551;
    int256 private constant EXP_OVERFLOWS_FROM = 135305999368893231589;
    int256 private constant LN_2 = 54916777467707473351141471128; // 96 binary digits

    uint256 private constant CDF_SATURATES_BEYOND = 37e18;
    uint256 private constant CDF_HART_BELOW = 130438178253327725388; // 7.07.., 64 binary digits
    uint256 private constant CDF_TAIL_START = 11990383647911208550; // 0.65
    uint256 private constant CDF_TAIL_SCALE = 46239130270042206915; // sqrt(2 pi)

    function ln(int256 x) internal pure returns (int256) {
        unchecked {
            if (x < 0) revert LnNegativeUndefined();
            if (x == 0) revert Overflow();
            // ln(x) = ln(m) + k ln(2), with m in [1, 2) as a number of 96 binary digits
            int256 k = int256(log2(uint256(x))) - 96;
            int256 m = int256(uint256(x << uint256(159 - k)) >> 159);

            int256 p = m + 3273285459638523848632254066296;
            p = ((p * m) >> 96) + 24828157081833163892658089445524;
            p = ((p * m) >> 96) + 43456485725739037958740375743393;
            p = ((p * m) >> 96) - 11111509109440967052023855526967;
            p = ((p * m) >> 96) - 45023709667254063763336534515857;
            p = ((p * m) >> 96) - 14706773417378608786704636184526;
            p = p * m - (795164235651350426258249787498 << 96);

            int256 q = m + 5573035233440673466300451813936;
            q = ((q * m) >> 96) + 71694874799317883764090561454958;
            q = ((q * m) >> 96) + 283447036172924575727196451306956;
            q = ((q * m) >> 96) + 401686690394027663651624208769553;
            q = ((q * m) >> 96) + 204048457590392012362485061816622;
            q = ((q * m) >> 96) + 31853899698501571402653359427138;
            q = ((q * m) >> 96) + 909429971244387300277376558375;

            int256 r = quotient(p, q) * 1677202110996718588342820967067443963516166;
            r += 16597577552685614221487285958193947469193820559219878177908093499208371 * k;
            r += 600920179829731861736702779321621459595472258049074101567377883020018308;
            return r >> 174;
        }
    }

    function exp(int256 x) internal pure returns (uint256) {
        unchecked {
            if (x <= EXP_IS_ZERO_UP_TO) return 0;
            if (x >= EXP_OVERFLOWS_FROM) revert ExpOverflow();
            // exp(x) = exp(r) 2^k, with r in (-ln(2)/2, ln(2)/2) as a number of 96 binary digits
            int256 r = (x << 78) / SIGNED_FIVE_POW_18;
            int256 k = ((r << 96) / LN_2 + 2 ** 95) >> 96;
            r -= k * LN_2;

            int256 p = r + 2772001395605857295435445496992;
            p = ((p * r) >> 96) + 44335888930127919016834873520032;
            p = ((p * r) >> 96) + 398888492587501845352592340339721;
            p = ((p * r) >> 96) + 1993839819670624470859228494792842;
            p = p * r + (4385272521454847904632057985693276 << 96);

            int256 z = r + 750530180792738023273180420736;
            z = ((z * r) >> 96) + 32788456221302202726307501949080;
            int256 w = r - 2218138959503481824038194425854;
            w = ((w * z) >> 96) + 892943633302991980437332862907700;
            int256 q = z + w - 78174809823045304726920794422040;
            q = ((q * w) >> 96) + 4203224763890128580604056984195872;

            uint256 scaled = uint256(quotient(p, q)) * 3822833074963236453042738258902158003155416615667;
            return scaled >> uint256(195 - k);
        }
    }

    function lnPrecise(int256 x) internal pure returns (int256) {
        return ln(x / 1e9) * 1e9;
    }

    function expPrecise(int256 x) internal pure returns (uint256) {
        return exp(x / 1e9) * 1e9;
    }

    /// Integer square root, rounded down: a start within a factor of two, and Newton's steps.
    function rawSqrt(uint256 x) internal pure returns (uint256 root) {
        unchecked {
            if (x == 0) return 0;
            root = 1 << ((log2(x) >> 1) + 1);
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            uint256 other = x / root;
            return other < root ? other : root;
        }
    }

    function sqrt(uint256 x) internal pure returns (uint256) {
        return rawSqrt(x * UNIT);
    }

    function stdNormal(int256 x) internal pure returns (uint256) {
        return (exp(-(((x >> 1) * x) / SIGNED_UNIT)) * UNIT) / SQRT_TWO_PI;
    }

    /// Hart's rational approximation up to 7.07 deviations, a continued fraction beyond; 64 binary digits.
    function stdNormalCDF(int256 x) internal pure returns (uint256) {
        uint256 z = uint256(x < 0 ? -x : x);
        if (z > CDF_SATURATES_BEYOND) return x <= 0 ? 0 : UNIT;
        unchecked {
            uint256 e = (exp(-int256(((z >> 1) * z) / UNIT)) << 46) / FIVE_POW_18;
            z = (z << 46) / FIVE_POW_18;
            uint256 c = z < CDF_HART_BELOW ? hart(z, e) : tail(z, e);
            c = (c * FIVE_POW_18) >> 46;
            return x <= 0 ? c : UNIT - c;
        }
    }

    function decPow(int256 a, int256 b) internal pure returns (uint256) {
        return exp((ln(a) * b) / SIGNED_UNIT);
    }

    function hart(uint256 z, uint256 e) private pure returns (uint256) {
        unchecked {
            uint256 n = ((650478250178244362 * z) >> 64) + 12919787143353136591;
            n = ((n * z) >> 64) + 117578849504046139487;
            n = ((n * z) >> 64) + 625581961353917287603;
            n = ((n * z) >> 64) + 2067498006223917203771;
            n = ((n * z) >> 64) + 4080670594171652639712;
            n = ((n * z) >> 64) + 4062099735652764000328;
            uint256 d = ((1630477228166597028 * z) >> 64) + 32386342837845824709;
            d = ((d * z) >> 64) + 296331772558254578451;
            d = ((d * z) >> 64) + 1600821957476871612085;
            d = ((d * z) >> 64) + 5470644798650576484341;
            d = ((d * z) >> 64) + 11756730424506726822413;
            d = ((d * z) >> 64) + 14643514515380871948050;
            d = ((d * z) >> 64) + 8124199471305528000657;
            return (n * e) / d;
        }
    }

    function tail(uint256 z, uint256 e) private pure returns (uint256) {
        unchecked {
            uint256 f = (4 << 128) / (z + CDF_TAIL_START);
            f = (3 << 128) / (z + f);
            f = (2 << 128) / (z + f);
            f = (1 << 128) / (z + f);
            return (e << 64) / (((f + z) * CDF_TAIL_SCALE) >> 64);
        }
    }

    /// The EVM's signed division, without Solidity's test for zero: no denominator here can be.
    function quotient(int256 p, int256 q) private pure returns (int256 r) {
        assembly ("memory-safe") {
            r := sdiv(p, q)
        }
    }

    /// Position of the highest set bit of `x > 0`, by halves.
    function log2(uint256 x) private pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := shl(7, gt(x, 0xffffffffffffffffffffffffffffffff))
            r := or(r, shl(6, gt(shr(r, x), 0xffffffffffffffff)))
            r := or(r, shl(5, gt(shr(r, x), 0xffffffff)))
            r := or(r, shl(4, gt(shr(r, x), 0xffff)))
            r := or(r, shl(3, gt(shr(r, x), 0xff)))
            r := or(r, shl(2, gt(shr(r, x), 0xf)))
            r := or(r, shl(1, gt(shr(r, x), 0x3)))
            r := or(r, gt(shr(r, x), 0x1))
        }
    }
}

/// Exposes our transcription of Derive's FixedPointMathLib, function by function.
contract DeriveFixedPointMathLibPeer {
    function ln(int256 x) external pure returns (int256) {
        return DeriveFixedPointMathLib.ln(x);
    }

    function exp(int256 x) external pure returns (uint256) {
        return DeriveFixedPointMathLib.exp(x);
    }

    function lnPrecise(int256 x) external pure returns (int256) {
        return DeriveFixedPointMathLib.lnPrecise(x);
    }

    function expPrecise(int256 x) external pure returns (uint256) {
        return DeriveFixedPointMathLib.expPrecise(x);
    }

    function rawSqrt(uint256 x) external pure returns (uint256) {
        return DeriveFixedPointMathLib.rawSqrt(x);
    }

    function sqrt(uint256 x) external pure returns (uint256) {
        return DeriveFixedPointMathLib.sqrt(x);
    }

    function stdNormal(int256 x) external pure returns (uint256) {
        return DeriveFixedPointMathLib.stdNormal(x);
    }

    function stdNormalCDF(int256 x) external pure returns (uint256) {
        return DeriveFixedPointMathLib.stdNormalCDF(x);
    }

    function decPow(int256 a, int256 b) external pure returns (uint256) {
        return DeriveFixedPointMathLib.decPow(a, b);
    }
}
