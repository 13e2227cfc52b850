// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {SD1x18} from "@prb/math/src/sd1x18/ValueType.sol";
import {SD21x18} from "@prb/math/src/sd21x18/ValueType.sol";
import {SD59x18} from "@prb/math/src/sd59x18/ValueType.sol";
import {UD21x18} from "@prb/math/src/ud21x18/ValueType.sol";
import {UD2x18} from "@prb/math/src/ud2x18/ValueType.sol";
import {UD60x18} from "@prb/math/src/ud60x18/ValueType.sol";
import "@prb/math/src/sd59x18/Casting.sol" as Casting;
import "@prb/math/src/sd59x18/Conversions.sol" as Conversions;
import "@prb/math/src/sd59x18/Helpers.sol" as Helpers;
import "@prb/math/src/sd59x18/Math.sol" as Math;

/// Exposes PRBMath's SD59x18, function by function, under the names of its mirror's kernels. In the ABI its value types
/// are raw integers. Left out: what only names these (sd, sd59x18, wrap, unwrap).
contract PRBMathSD59x18Harness {
    function intoInt256(SD59x18 x) external pure returns (int256) {
        return Casting.intoInt256(x);
    }

    function intoSD1x18(SD59x18 x) external pure returns (SD1x18) {
        return Casting.intoSD1x18(x);
    }

    function intoSD21x18(SD59x18 x) external pure returns (SD21x18) {
        return Casting.intoSD21x18(x);
    }

    function intoUD2x18(SD59x18 x) external pure returns (UD2x18) {
        return Casting.intoUD2x18(x);
    }

    function intoUD21x18(SD59x18 x) external pure returns (UD21x18) {
        return Casting.intoUD21x18(x);
    }

    function intoUD60x18(SD59x18 x) external pure returns (UD60x18) {
        return Casting.intoUD60x18(x);
    }

    function intoUint256(SD59x18 x) external pure returns (uint256) {
        return Casting.intoUint256(x);
    }

    function intoUint128(SD59x18 x) external pure returns (uint128) {
        return Casting.intoUint128(x);
    }

    function intoUint40(SD59x18 x) external pure returns (uint40) {
        return Casting.intoUint40(x);
    }

    function convert_SD59x18(SD59x18 x) external pure returns (int256) {
        return Conversions.convert(x);
    }

    function convert_int256(int256 x) external pure returns (SD59x18) {
        return Conversions.convert(x);
    }

    function add(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.add(x, y);
    }

    function and_(SD59x18 x, int256 bits) external pure returns (SD59x18) {
        return Helpers.and(x, bits);
    }

    function and2(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.and2(x, y);
    }

    function eq(SD59x18 x, SD59x18 y) external pure returns (bool) {
        return Helpers.eq(x, y);
    }

    function gt(SD59x18 x, SD59x18 y) external pure returns (bool) {
        return Helpers.gt(x, y);
    }

    function gte(SD59x18 x, SD59x18 y) external pure returns (bool) {
        return Helpers.gte(x, y);
    }

    function isZero(SD59x18 x) external pure returns (bool) {
        return Helpers.isZero(x);
    }

    function lshift(SD59x18 x, uint256 bits) external pure returns (SD59x18) {
        return Helpers.lshift(x, bits);
    }

    function lt(SD59x18 x, SD59x18 y) external pure returns (bool) {
        return Helpers.lt(x, y);
    }

    function lte(SD59x18 x, SD59x18 y) external pure returns (bool) {
        return Helpers.lte(x, y);
    }

    function mod(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.mod(x, y);
    }

    function neq(SD59x18 x, SD59x18 y) external pure returns (bool) {
        return Helpers.neq(x, y);
    }

    function not_(SD59x18 x) external pure returns (SD59x18) {
        return Helpers.not(x);
    }

    function or_(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.or(x, y);
    }

    function rshift(SD59x18 x, uint256 bits) external pure returns (SD59x18) {
        return Helpers.rshift(x, bits);
    }

    function sub(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.sub(x, y);
    }

    function unary(SD59x18 x) external pure returns (SD59x18) {
        return Helpers.unary(x);
    }

    function uncheckedAdd(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.uncheckedAdd(x, y);
    }

    function uncheckedSub(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.uncheckedSub(x, y);
    }

    function uncheckedUnary(SD59x18 x) external pure returns (SD59x18) {
        return Helpers.uncheckedUnary(x);
    }

    function xor(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Helpers.xor(x, y);
    }

    function abs(SD59x18 x) external pure returns (SD59x18) {
        return Math.abs(x);
    }

    function avg(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Math.avg(x, y);
    }

    function ceil(SD59x18 x) external pure returns (SD59x18) {
        return Math.ceil(x);
    }

    function div(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Math.div(x, y);
    }

    function exp(SD59x18 x) external pure returns (SD59x18) {
        return Math.exp(x);
    }

    function exp2(SD59x18 x) external pure returns (SD59x18) {
        return Math.exp2(x);
    }

    function floor(SD59x18 x) external pure returns (SD59x18) {
        return Math.floor(x);
    }

    function frac(SD59x18 x) external pure returns (SD59x18) {
        return Math.frac(x);
    }

    function gm(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Math.gm(x, y);
    }

    function inv(SD59x18 x) external pure returns (SD59x18) {
        return Math.inv(x);
    }

    function ln(SD59x18 x) external pure returns (SD59x18) {
        return Math.ln(x);
    }

    function log10(SD59x18 x) external pure returns (SD59x18) {
        return Math.log10(x);
    }

    function log2(SD59x18 x) external pure returns (SD59x18) {
        return Math.log2(x);
    }

    function mul(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Math.mul(x, y);
    }

    function pow(SD59x18 x, SD59x18 y) external pure returns (SD59x18) {
        return Math.pow(x, y);
    }

    function powu(SD59x18 x, uint256 y) external pure returns (SD59x18) {
        return Math.powu(x, y);
    }

    function sign(SD59x18 x) external pure returns (SD59x18) {
        return Math.sign(x);
    }

    function sqrt(SD59x18 x) external pure returns (SD59x18) {
        return Math.sqrt(x);
    }
}
