// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// Exposes OpenZeppelin's Math, function by function, under the names of its mirror's kernels: of overloads the one
/// with a rounding takes the suffix `_rounding`. Left out: what works on bytes.
contract OpenZeppelinMathHarness {
    function add512(uint256 a, uint256 b) external pure returns (uint256 high, uint256 low) {
        return Math.add512(a, b);
    }

    function mul512(uint256 a, uint256 b) external pure returns (uint256 high, uint256 low) {
        return Math.mul512(a, b);
    }

    function tryAdd(uint256 a, uint256 b) external pure returns (bool success, uint256 result) {
        return Math.tryAdd(a, b);
    }

    function trySub(uint256 a, uint256 b) external pure returns (bool success, uint256 result) {
        return Math.trySub(a, b);
    }

    function tryMul(uint256 a, uint256 b) external pure returns (bool success, uint256 result) {
        return Math.tryMul(a, b);
    }

    function tryDiv(uint256 a, uint256 b) external pure returns (bool success, uint256 result) {
        return Math.tryDiv(a, b);
    }

    function tryMod(uint256 a, uint256 b) external pure returns (bool success, uint256 result) {
        return Math.tryMod(a, b);
    }

    function saturatingAdd(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.saturatingAdd(a, b);
    }

    function saturatingSub(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.saturatingSub(a, b);
    }

    function saturatingMul(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.saturatingMul(a, b);
    }

    function ternary(bool condition, uint256 a, uint256 b) external pure returns (uint256) {
        return Math.ternary(condition, a, b);
    }

    function max(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.max(a, b);
    }

    function min(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.min(a, b);
    }

    function average(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.average(a, b);
    }

    function ceilDiv(uint256 a, uint256 b) external pure returns (uint256) {
        return Math.ceilDiv(a, b);
    }

    function mulDiv(uint256 x, uint256 y, uint256 denominator) external pure returns (uint256) {
        return Math.mulDiv(x, y, denominator);
    }

    function mulDiv_rounding(uint256 x, uint256 y, uint256 denominator, Math.Rounding rounding)
        external
        pure
        returns (uint256)
    {
        return Math.mulDiv(x, y, denominator, rounding);
    }

    function mulShr(uint256 x, uint256 y, uint8 n) external pure returns (uint256) {
        return Math.mulShr(x, y, n);
    }

    function mulShr_rounding(uint256 x, uint256 y, uint8 n, Math.Rounding rounding) external pure returns (uint256) {
        return Math.mulShr(x, y, n, rounding);
    }

    function invMod(uint256 a, uint256 n) external pure returns (uint256) {
        return Math.invMod(a, n);
    }

    function invModPrime(uint256 a, uint256 p) external view returns (uint256) {
        return Math.invModPrime(a, p);
    }

    function modExp(uint256 b, uint256 e, uint256 m) external view returns (uint256) {
        return Math.modExp(b, e, m);
    }

    function tryModExp(uint256 b, uint256 e, uint256 m) external view returns (bool success, uint256 result) {
        return Math.tryModExp(b, e, m);
    }

    function sqrt(uint256 a) external pure returns (uint256) {
        return Math.sqrt(a);
    }

    function sqrt_rounding(uint256 a, Math.Rounding rounding) external pure returns (uint256) {
        return Math.sqrt(a, rounding);
    }

    function log2(uint256 x) external pure returns (uint256) {
        return Math.log2(x);
    }

    function log2_rounding(uint256 value, Math.Rounding rounding) external pure returns (uint256) {
        return Math.log2(value, rounding);
    }

    function log10(uint256 value) external pure returns (uint256) {
        return Math.log10(value);
    }

    function log10_rounding(uint256 value, Math.Rounding rounding) external pure returns (uint256) {
        return Math.log10(value, rounding);
    }

    function log256(uint256 x) external pure returns (uint256) {
        return Math.log256(x);
    }

    function log256_rounding(uint256 value, Math.Rounding rounding) external pure returns (uint256) {
        return Math.log256(value, rounding);
    }

    function unsignedRoundsUp(Math.Rounding rounding) external pure returns (bool) {
        return Math.unsignedRoundsUp(rounding);
    }

    function clz(uint256 x) external pure returns (uint256) {
        return Math.clz(x);
    }
}
