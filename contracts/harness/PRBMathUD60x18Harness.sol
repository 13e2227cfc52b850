// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {SD1x18} from "@prb/math/src/sd1x18/ValueType.sol";
import {SD21x18} from "@prb/math/src/sd21x18/ValueType.sol";
import {SD59x18} from "@prb/math/src/sd59x18/ValueType.sol";
import {UD21x18} from "@prb/math/src/ud21x18/ValueType.sol";
import {UD2x18} from "@prb/math/src/ud2x18/ValueType.sol";
import {UD60x18} from "@prb/math/src/ud60x18/ValueType.sol";
import "@prb/math/src/ud60x18/Casting.sol" as Casting;
import "@prb/math/src/ud60x18/Conversions.sol" as Conversions;
import "@prb/math/src/ud60x18/Helpers.sol" as Helpers;
import "@prb/math/src/ud60x18/Math.sol" as Math;

/// Exposes PRBMath's UD60x18, function by function, under the names of its mirror's kernels. In the ABI its value types
/// are raw integers. Left out: what only names these (ud, ud60x18, wrap, unwrap).
contract PRBMathUD60x18Harness {
    function intoSD1x18(UD60x18 x) external pure returns (SD1x18) {
        return Casting.intoSD1x18(x);
    }

    function intoSD21x18(UD60x18 x) external pure returns (SD21x18) {
        return Casting.intoSD21x18(x);
    }

    function intoUD2x18(UD60x18 x) external pure returns (UD2x18) {
        return Casting.intoUD2x18(x);
    }

    function intoUD21x18(UD60x18 x) external pure returns (UD21x18) {
        return Casting.intoUD21x18(x);
    }

    function intoSD59x18(UD60x18 x) external pure returns (SD59x18) {
        return Casting.intoSD59x18(x);
    }

    function intoUint256(UD60x18 x) external pure returns (uint256) {
        return Casting.intoUint256(x);
    }

    function intoUint128(UD60x18 x) external pure returns (uint128) {
        return Casting.intoUint128(x);
    }

    function intoUint40(UD60x18 x) external pure returns (uint40) {
        return Casting.intoUint40(x);
    }

    function convert_UD60x18(UD60x18 x) external pure returns (uint256) {
        return Conversions.convert(x);
    }

    function convert_uint256(uint256 x) external pure returns (UD60x18) {
        return Conversions.convert(x);
    }

    function add(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.add(x, y);
    }

    function and_(UD60x18 x, uint256 bits) external pure returns (UD60x18) {
        return Helpers.and(x, bits);
    }

    function and2(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.and2(x, y);
    }

    function eq(UD60x18 x, UD60x18 y) external pure returns (bool) {
        return Helpers.eq(x, y);
    }

    function gt(UD60x18 x, UD60x18 y) external pure returns (bool) {
        return Helpers.gt(x, y);
    }

    function gte(UD60x18 x, UD60x18 y) external pure returns (bool) {
        return Helpers.gte(x, y);
    }

    function isZero(UD60x18 x) external pure returns (bool) {
        return Helpers.isZero(x);
    }

    function lshift(UD60x18 x, uint256 bits) external pure returns (UD60x18) {
        return Helpers.lshift(x, bits);
    }

    function lt(UD60x18 x, UD60x18 y) external pure returns (bool) {
        return Helpers.lt(x, y);
    }

    function lte(UD60x18 x, UD60x18 y) external pure returns (bool) {
        return Helpers.lte(x, y);
    }

    function mod(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.mod(x, y);
    }

    function neq(UD60x18 x, UD60x18 y) external pure returns (bool) {
        return Helpers.neq(x, y);
    }

    function not_(UD60x18 x) external pure returns (UD60x18) {
        return Helpers.not(x);
    }

    function or_(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.or(x, y);
    }

    function rshift(UD60x18 x, uint256 bits) external pure returns (UD60x18) {
        return Helpers.rshift(x, bits);
    }

    function sub(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.sub(x, y);
    }

    function uncheckedAdd(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.uncheckedAdd(x, y);
    }

    function uncheckedSub(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.uncheckedSub(x, y);
    }

    function xor(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Helpers.xor(x, y);
    }

    function avg(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Math.avg(x, y);
    }

    function ceil(UD60x18 x) external pure returns (UD60x18) {
        return Math.ceil(x);
    }

    function div(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Math.div(x, y);
    }

    function exp(UD60x18 x) external pure returns (UD60x18) {
        return Math.exp(x);
    }

    function exp2(UD60x18 x) external pure returns (UD60x18) {
        return Math.exp2(x);
    }

    function floor(UD60x18 x) external pure returns (UD60x18) {
        return Math.floor(x);
    }

    function frac(UD60x18 x) external pure returns (UD60x18) {
        return Math.frac(x);
    }

    function gm(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Math.gm(x, y);
    }

    function inv(UD60x18 x) external pure returns (UD60x18) {
        return Math.inv(x);
    }

    function ln(UD60x18 x) external pure returns (UD60x18) {
        return Math.ln(x);
    }

    function log10(UD60x18 x) external pure returns (UD60x18) {
        return Math.log10(x);
    }

    function log2(UD60x18 x) external pure returns (UD60x18) {
        return Math.log2(x);
    }

    function mul(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Math.mul(x, y);
    }

    function pow(UD60x18 x, UD60x18 y) external pure returns (UD60x18) {
        return Math.pow(x, y);
    }

    function powu(UD60x18 x, uint256 y) external pure returns (UD60x18) {
        return Math.powu(x, y);
    }

    function sqrt(UD60x18 x) external pure returns (UD60x18) {
        return Math.sqrt(x);
    }
}
