// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// Exposes Solady's FixedPointMathLib, function by function, under the names of its mirror's kernels: of overloads the
/// signed one takes the suffix `_int256`. Left out: `ternary` and `coalesce` of `bytes32` and `address`.
contract SoladyFixedPointMathLibHarness {
    function mulWad(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.mulWad(x, y);
    }

    function sMulWad(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.sMulWad(x, y);
    }

    function rawMulWad(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawMulWad(x, y);
    }

    function rawSMulWad(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawSMulWad(x, y);
    }

    function mulWadUp(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.mulWadUp(x, y);
    }

    function rawMulWadUp(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawMulWadUp(x, y);
    }

    function divWad(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.divWad(x, y);
    }

    function sDivWad(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.sDivWad(x, y);
    }

    function rawDivWad(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawDivWad(x, y);
    }

    function rawSDivWad(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawSDivWad(x, y);
    }

    function divWadUp(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.divWadUp(x, y);
    }

    function rawDivWadUp(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawDivWadUp(x, y);
    }

    function powWad(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.powWad(x, y);
    }

    function expWad(int256 x) external pure returns (int256) {
        return FixedPointMathLib.expWad(x);
    }

    function lnWad(int256 x) external pure returns (int256) {
        return FixedPointMathLib.lnWad(x);
    }

    function lambertW0Wad(int256 x) external pure returns (int256) {
        return FixedPointMathLib.lambertW0Wad(x);
    }

    function fullMulEq(uint256 a, uint256 b, uint256 x, uint256 y) external pure returns (bool) {
        return FixedPointMathLib.fullMulEq(a, b, x, y);
    }

    function fullMulDiv(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(x, y, d);
    }

    function fullMulDivUnchecked(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.fullMulDivUnchecked(x, y, d);
    }

    function fullMulDivUp(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.fullMulDivUp(x, y, d);
    }

    function fullMulDivN(uint256 x, uint256 y, uint8 n) external pure returns (uint256) {
        return FixedPointMathLib.fullMulDivN(x, y, n);
    }

    function mulDiv(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.mulDiv(x, y, d);
    }

    function mulDivUp(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.mulDivUp(x, y, d);
    }

    function invMod(uint256 a, uint256 n) external pure returns (uint256) {
        return FixedPointMathLib.invMod(a, n);
    }

    function divUp(uint256 x, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.divUp(x, d);
    }

    function zeroFloorSub(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.zeroFloorSub(x, y);
    }

    function saturatingSub(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.saturatingSub(x, y);
    }

    function saturatingAdd(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.saturatingAdd(x, y);
    }

    function saturatingMul(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.saturatingMul(x, y);
    }

    function ternary(bool condition, uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.ternary(condition, x, y);
    }

    function coalesce(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.coalesce(x, y);
    }

    function rpow(uint256 x, uint256 y, uint256 b) external pure returns (uint256) {
        return FixedPointMathLib.rpow(x, y, b);
    }

    function sqrt(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.sqrt(x);
    }

    function cbrt(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.cbrt(x);
    }

    function sqrtWad(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.sqrtWad(x);
    }

    function cbrtWad(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.cbrtWad(x);
    }

    function mulSqrt(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.mulSqrt(x, y);
    }

    function factorial(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.factorial(x);
    }

    function log2(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.log2(x);
    }

    function log2Up(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.log2Up(x);
    }

    function log10(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.log10(x);
    }

    function log10Up(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.log10Up(x);
    }

    function log256(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.log256(x);
    }

    function log256Up(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.log256Up(x);
    }

    function sci(uint256 x) external pure returns (uint256 mantissa, uint256 exponent) {
        return FixedPointMathLib.sci(x);
    }

    function packSci(uint256 x) external pure returns (uint256) {
        return FixedPointMathLib.packSci(x);
    }

    function unpackSci(uint256 packed) external pure returns (uint256) {
        return FixedPointMathLib.unpackSci(packed);
    }

    function avg(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.avg(x, y);
    }

    function avg_int256(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.avg(x, y);
    }

    function abs(int256 x) external pure returns (uint256) {
        return FixedPointMathLib.abs(x);
    }

    function dist(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.dist(x, y);
    }

    function dist_int256(int256 x, int256 y) external pure returns (uint256) {
        return FixedPointMathLib.dist(x, y);
    }

    function min(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.min(x, y);
    }

    function min_int256(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.min(x, y);
    }

    function max(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.max(x, y);
    }

    function max_int256(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.max(x, y);
    }

    function clamp(uint256 x, uint256 minValue, uint256 maxValue) external pure returns (uint256) {
        return FixedPointMathLib.clamp(x, minValue, maxValue);
    }

    function clamp_int256(int256 x, int256 minValue, int256 maxValue) external pure returns (int256) {
        return FixedPointMathLib.clamp(x, minValue, maxValue);
    }

    function gcd(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.gcd(x, y);
    }

    function lerp(uint256 a, uint256 b, uint256 t, uint256 begin, uint256 end) external pure returns (uint256) {
        return FixedPointMathLib.lerp(a, b, t, begin, end);
    }

    function lerp_int256(int256 a, int256 b, int256 t, int256 begin, int256 end) external pure returns (int256) {
        return FixedPointMathLib.lerp(a, b, t, begin, end);
    }

    function isEven(uint256 x) external pure returns (bool) {
        return FixedPointMathLib.isEven(x);
    }

    function rawAdd(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawAdd(x, y);
    }

    function rawAdd_int256(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawAdd(x, y);
    }

    function rawSub(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawSub(x, y);
    }

    function rawSub_int256(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawSub(x, y);
    }

    function rawMul(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawMul(x, y);
    }

    function rawMul_int256(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawMul(x, y);
    }

    function rawDiv(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawDiv(x, y);
    }

    function rawSDiv(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawSDiv(x, y);
    }

    function rawMod(uint256 x, uint256 y) external pure returns (uint256) {
        return FixedPointMathLib.rawMod(x, y);
    }

    function rawSMod(int256 x, int256 y) external pure returns (int256) {
        return FixedPointMathLib.rawSMod(x, y);
    }

    function rawAddMod(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.rawAddMod(x, y, d);
    }

    function rawMulMod(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMathLib.rawMulMod(x, y, d);
    }
}
