// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Solidity's own operators and conversions at four widths and the opcodes of assembly, to hold Python's against.
contract IntegersHarness {
    enum Op {
        Add,
        Sub,
        Mul,
        Div,
        Mod,
        Pow,
        Shl,
        Shr,
        And,
        Or,
        Xor,
        Not,
        Neg
    }

    /// Calls a function of this contract once per group of argument words. Each outcome is 64 bytes: a word that is
    /// 1 on success or else the first four bytes and the length of the revert data, and then the result or the
    /// argument of the revert.
    function many(bytes4 selector, uint256 arity, bytes calldata words) external view returns (bytes memory outcomes) {
        uint256 size = 32 * arity;
        uint256 count = words.length / size;
        outcomes = new bytes(64 * count);
        assembly ("memory-safe") {
            let input := mload(0x40)
            let answer := add(outcomes, 0x20)
            mstore(input, selector)
            for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                calldatacopy(add(input, 4), add(words.offset, mul(i, size)), size)
                mstore(0x00, 0)
                mstore(0x20, 0)
                switch staticcall(gas(), address(), input, add(4, size), 0x00, 0x24)
                case 0 {
                    mstore(answer, or(shl(224, shr(224, mload(0x00))), returndatasize()))
                    mstore(add(answer, 0x20), mload(0x04))
                }
                default {
                    mstore(answer, 1)
                    mstore(add(answer, 0x20), mload(0x00))
                }
                answer := add(answer, 0x40)
            }
        }
    }

    function checked_uint8(Op op, uint8 a, uint8 b) external pure returns (uint8) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** b;
        if (op == Op.Shl) return a << b;
        if (op == Op.Shr) return a >> b;
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        revert();
    }

    function unchecked_uint8(Op op, uint8 a, uint8 b) external pure returns (uint8) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** b;
            if (op == Op.Shl) return a << b;
            if (op == Op.Shr) return a >> b;
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
        }
        revert();
    }

    function compare_uint8(uint8 a, uint8 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_uint8(uint8 x) external pure returns (uint64, uint128, uint256, int8) {
        return (uint64(x), uint128(x), uint256(x), int8(x));
    }

    function checked_int8(Op op, int8 a, int8 b) external pure returns (int8) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** uint8(b);
        if (op == Op.Shl) return a << uint8(b);
        if (op == Op.Shr) return a >> uint8(b);
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        if (op == Op.Neg) return -a;
        revert();
    }

    function unchecked_int8(Op op, int8 a, int8 b) external pure returns (int8) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** uint8(b);
            if (op == Op.Shl) return a << uint8(b);
            if (op == Op.Shr) return a >> uint8(b);
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
            if (op == Op.Neg) return -a;
        }
        revert();
    }

    function compare_int8(int8 a, int8 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_int8(int8 x) external pure returns (int64, int128, int256, uint8) {
        return (int64(x), int128(x), int256(x), uint8(x));
    }

    function checked_uint64(Op op, uint64 a, uint64 b) external pure returns (uint64) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** b;
        if (op == Op.Shl) return a << b;
        if (op == Op.Shr) return a >> b;
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        revert();
    }

    function unchecked_uint64(Op op, uint64 a, uint64 b) external pure returns (uint64) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** b;
            if (op == Op.Shl) return a << b;
            if (op == Op.Shr) return a >> b;
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
        }
        revert();
    }

    function compare_uint64(uint64 a, uint64 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_uint64(uint64 x) external pure returns (uint8, uint128, uint256, int64) {
        return (uint8(x), uint128(x), uint256(x), int64(x));
    }

    function checked_int64(Op op, int64 a, int64 b) external pure returns (int64) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** uint64(b);
        if (op == Op.Shl) return a << uint64(b);
        if (op == Op.Shr) return a >> uint64(b);
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        if (op == Op.Neg) return -a;
        revert();
    }

    function unchecked_int64(Op op, int64 a, int64 b) external pure returns (int64) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** uint64(b);
            if (op == Op.Shl) return a << uint64(b);
            if (op == Op.Shr) return a >> uint64(b);
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
            if (op == Op.Neg) return -a;
        }
        revert();
    }

    function compare_int64(int64 a, int64 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_int64(int64 x) external pure returns (int8, int128, int256, uint64) {
        return (int8(x), int128(x), int256(x), uint64(x));
    }

    function checked_uint128(Op op, uint128 a, uint128 b) external pure returns (uint128) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** b;
        if (op == Op.Shl) return a << b;
        if (op == Op.Shr) return a >> b;
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        revert();
    }

    function unchecked_uint128(Op op, uint128 a, uint128 b) external pure returns (uint128) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** b;
            if (op == Op.Shl) return a << b;
            if (op == Op.Shr) return a >> b;
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
        }
        revert();
    }

    function compare_uint128(uint128 a, uint128 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_uint128(uint128 x) external pure returns (uint8, uint64, uint256, int128) {
        return (uint8(x), uint64(x), uint256(x), int128(x));
    }

    function checked_int128(Op op, int128 a, int128 b) external pure returns (int128) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** uint128(b);
        if (op == Op.Shl) return a << uint128(b);
        if (op == Op.Shr) return a >> uint128(b);
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        if (op == Op.Neg) return -a;
        revert();
    }

    function unchecked_int128(Op op, int128 a, int128 b) external pure returns (int128) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** uint128(b);
            if (op == Op.Shl) return a << uint128(b);
            if (op == Op.Shr) return a >> uint128(b);
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
            if (op == Op.Neg) return -a;
        }
        revert();
    }

    function compare_int128(int128 a, int128 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_int128(int128 x) external pure returns (int8, int64, int256, uint128) {
        return (int8(x), int64(x), int256(x), uint128(x));
    }

    function checked_uint256(Op op, uint256 a, uint256 b) external pure returns (uint256) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** b;
        if (op == Op.Shl) return a << b;
        if (op == Op.Shr) return a >> b;
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        revert();
    }

    function unchecked_uint256(Op op, uint256 a, uint256 b) external pure returns (uint256) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** b;
            if (op == Op.Shl) return a << b;
            if (op == Op.Shr) return a >> b;
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
        }
        revert();
    }

    function compare_uint256(uint256 a, uint256 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_uint256(uint256 x) external pure returns (uint8, uint64, uint128, int256) {
        return (uint8(x), uint64(x), uint128(x), int256(x));
    }

    function checked_int256(Op op, int256 a, int256 b) external pure returns (int256) {
        if (op == Op.Add) return a + b;
        if (op == Op.Sub) return a - b;
        if (op == Op.Mul) return a * b;
        if (op == Op.Div) return a / b;
        if (op == Op.Mod) return a % b;
        if (op == Op.Pow) return a ** uint256(b);
        if (op == Op.Shl) return a << uint256(b);
        if (op == Op.Shr) return a >> uint256(b);
        if (op == Op.And) return a & b;
        if (op == Op.Or) return a | b;
        if (op == Op.Xor) return a ^ b;
        if (op == Op.Not) return ~a;
        if (op == Op.Neg) return -a;
        revert();
    }

    function unchecked_int256(Op op, int256 a, int256 b) external pure returns (int256) {
        unchecked {
            if (op == Op.Add) return a + b;
            if (op == Op.Sub) return a - b;
            if (op == Op.Mul) return a * b;
            if (op == Op.Div) return a / b;
            if (op == Op.Mod) return a % b;
            if (op == Op.Pow) return a ** uint256(b);
            if (op == Op.Shl) return a << uint256(b);
            if (op == Op.Shr) return a >> uint256(b);
            if (op == Op.And) return a & b;
            if (op == Op.Or) return a | b;
            if (op == Op.Xor) return a ^ b;
            if (op == Op.Not) return ~a;
            if (op == Op.Neg) return -a;
        }
        revert();
    }

    function compare_int256(int256 a, int256 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a <= b, a == b, a != b, a >= b, a > b);
    }

    function convert_int256(int256 x) external pure returns (int8, int64, int128, uint256) {
        return (int8(x), int64(x), int128(x), uint256(x));
    }

    /// The opcodes in the order of Python's OPCODES; clz, which is newer than the EVM version compiled for, is counted.
    function opcode(uint256 index, uint256 a, uint256 b, uint256 c) external pure returns (uint256 r) {
        assembly {
            switch index
            case 0 { r := add(a, b) }
            case 1 { r := sub(a, b) }
            case 2 { r := mul(a, b) }
            case 3 { r := div(a, b) }
            case 4 { r := sdiv(a, b) }
            case 5 { r := mod(a, b) }
            case 6 { r := smod(a, b) }
            case 7 { r := exp(a, b) }
            case 8 { r := addmod(a, b, c) }
            case 9 { r := mulmod(a, b, c) }
            case 10 { r := signextend(a, b) }
            case 11 { r := lt(a, b) }
            case 12 { r := gt(a, b) }
            case 13 { r := slt(a, b) }
            case 14 { r := sgt(a, b) }
            case 15 { r := eq(a, b) }
            case 16 { r := iszero(a) }
            case 17 { r := and(a, b) }
            case 18 { r := or(a, b) }
            case 19 { r := xor(a, b) }
            case 20 { r := not(a) }
            case 21 { r := byte(a, b) }
            case 22 { r := shl(a, b) }
            case 23 { r := shr(a, b) }
            case 24 { r := sar(a, b) }
            case 25 {
                for { r := 256 } a { a := shr(1, a) } { r := sub(r, 1) }
            }
            default { revert(0, 0) }
        }
    }
}
