"""The EVM's instructions: their names, and what those that only compute give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WORD = 1 << 256
MASK = WORD - 1
_HALF = 1 << 255

NAMES: dict[int, str] = {
    0x00: "STOP", 0x01: "ADD", 0x02: "MUL", 0x03: "SUB", 0x04: "DIV", 0x05: "SDIV", 0x06: "MOD",
    0x07: "SMOD", 0x08: "ADDMOD", 0x09: "MULMOD", 0x0A: "EXP", 0x0B: "SIGNEXTEND",
    0x10: "LT", 0x11: "GT", 0x12: "SLT", 0x13: "SGT", 0x14: "EQ", 0x15: "ISZERO", 0x16: "AND",
    0x17: "OR", 0x18: "XOR", 0x19: "NOT", 0x1A: "BYTE", 0x1B: "SHL", 0x1C: "SHR", 0x1D: "SAR",
    0x1E: "CLZ", 0x20: "KECCAK256",
    0x30: "ADDRESS", 0x31: "BALANCE", 0x32: "ORIGIN", 0x33: "CALLER", 0x34: "CALLVALUE",
    0x35: "CALLDATALOAD", 0x36: "CALLDATASIZE", 0x37: "CALLDATACOPY", 0x38: "CODESIZE",
    0x39: "CODECOPY", 0x3A: "GASPRICE", 0x3B: "EXTCODESIZE", 0x3C: "EXTCODECOPY",
    0x3D: "RETURNDATASIZE", 0x3E: "RETURNDATACOPY", 0x3F: "EXTCODEHASH",
    0x40: "BLOCKHASH", 0x41: "COINBASE", 0x42: "TIMESTAMP", 0x43: "NUMBER", 0x44: "PREVRANDAO",
    0x45: "GASLIMIT", 0x46: "CHAINID", 0x47: "SELFBALANCE", 0x48: "BASEFEE", 0x49: "BLOBHASH",
    0x4A: "BLOBBASEFEE",
    0x50: "POP", 0x51: "MLOAD", 0x52: "MSTORE", 0x53: "MSTORE8", 0x54: "SLOAD", 0x55: "SSTORE",
    0x56: "JUMP", 0x57: "JUMPI", 0x58: "PC", 0x59: "MSIZE", 0x5A: "GAS", 0x5B: "JUMPDEST",
    0x5C: "TLOAD", 0x5D: "TSTORE", 0x5E: "MCOPY",
    **{0x5F + n: f"PUSH{n}" for n in range(33)},
    **{0x7F + n: f"DUP{n}" for n in range(1, 17)},
    **{0x8F + n: f"SWAP{n}" for n in range(1, 17)},
    **{0xA0 + n: f"LOG{n}" for n in range(5)},
    0xF0: "CREATE", 0xF1: "CALL", 0xF2: "CALLCODE", 0xF3: "RETURN", 0xF4: "DELEGATECALL",
    0xF5: "CREATE2", 0xFA: "STATICCALL", 0xFD: "REVERT", 0xFE: "INVALID", 0xFF: "SELFDESTRUCT",
}  # fmt: skip


def signed(word: int) -> int:
    """A word as two's complement."""
    return word - WORD if word & _HALF else word


def _quotient(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def _sdiv(a: int, b: int) -> int:
    return _quotient(signed(a), signed(b)) & MASK if b else 0


def _smod(a: int, b: int) -> int:
    if not b:
        return 0
    x, y = signed(a), signed(b)
    return (x - y * _quotient(x, y)) & MASK


def _signextend(size: int, x: int) -> int:
    if size > 30:
        return x
    sign = 1 << (8 * size + 7)
    low = x & (2 * sign - 1)
    return (low - 2 * sign) & MASK if low & sign else low


def _byte(i: int, x: int) -> int:
    return x >> 8 * (31 - i) & 0xFF if i < 32 else 0


UNARY: dict[int, Callable[[int], int]] = {
    0x15: lambda a: int(a == 0),
    0x19: lambda a: a ^ MASK,
    0x1E: lambda a: 256 - a.bit_length(),
}
BINARY: dict[int, Callable[[int, int], Any]] = {
    0x01: lambda a, b: (a + b) & MASK,
    0x02: lambda a, b: (a * b) & MASK,
    0x03: lambda a, b: (a - b) & MASK,
    0x04: lambda a, b: a // b if b else 0,
    0x05: _sdiv,
    0x06: lambda a, b: a % b if b else 0,
    0x07: _smod,
    0x0A: lambda a, b: pow(a, b, WORD),
    0x0B: _signextend,
    0x10: lambda a, b: int(a < b),
    0x11: lambda a, b: int(a > b),
    0x12: lambda a, b: int(signed(a) < signed(b)),
    0x13: lambda a, b: int(signed(a) > signed(b)),
    0x14: lambda a, b: int(a == b),
    0x16: lambda a, b: a & b,
    0x17: lambda a, b: a | b,
    0x18: lambda a, b: a ^ b,
    0x1A: _byte,
    0x1B: lambda n, a: a << n & MASK if n < 256 else 0,
    0x1C: lambda n, a: a >> n if n < 256 else 0,
    0x1D: lambda n, a: (signed(a) >> min(n, 256)) & MASK,
}
"""Of operands in the order in which they lie on the stack, the top first."""
TERNARY: dict[int, Callable[[int, int, int], int]] = {
    0x08: lambda a, b, n: (a + b) % n if n else 0,
    0x09: lambda a, b, n: a * b % n if n else 0,
}
