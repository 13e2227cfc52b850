"""The EVM's arithmetic opcodes, named and ordered as in ``assembly { }``: they wrap and never revert.

Operands are words of any type, taken as the stack holds them (signed ones sign-extended), or
literals; results are ``uint256``, to be reinterpreted by a conversion where a signed one is meant.
"""

from __future__ import annotations

from typing import Any

from vmargin.errors import DoesNotCompile
from vmargin.solidity.integers import Word, uint256

_MASK = (1 << 256) - 1
_SIGN = 1 << 255
_new: Any = int.__new__


def _word(x: Any) -> int:
    kind = type(x)
    if kind is uint256 or (kind is int and 0 <= x <= _MASK):
        return int(x)
    if isinstance(x, Word):
        return int(x) & _MASK
    raise DoesNotCompile(f"{x!r} is no word of 256 bits: pass a typed word, or a literal from 0 to 2^256 - 1")


def _signed(x: Any) -> int:
    value = _word(x)
    return value - (1 << 256) if value & _SIGN else value


def _wrap(value: int) -> uint256:
    return _new(uint256, value & _MASK)  # type: ignore[no-any-return]


def _truncated(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def add(a: Any, b: Any) -> uint256:
    """`a + b` mod 2^256."""
    return _wrap(_word(a) + _word(b))


def sub(a: Any, b: Any) -> uint256:
    """`a - b` mod 2^256."""
    return _wrap(_word(a) - _word(b))


def mul(a: Any, b: Any) -> uint256:
    """`a * b` mod 2^256."""
    return _wrap(_word(a) * _word(b))


def div(a: Any, b: Any) -> uint256:
    """Unsigned quotient; 0 if b is 0."""
    divisor = _word(b)
    return _wrap(_word(a) // divisor if divisor else 0)


def sdiv(a: Any, b: Any) -> uint256:
    """Signed quotient, truncated toward zero; 0 if b is 0."""
    divisor = _signed(b)
    return _wrap(_truncated(_signed(a), divisor) if divisor else 0)


def mod(a: Any, b: Any) -> uint256:
    """Unsigned remainder; 0 if b is 0."""
    divisor = _word(b)
    return _wrap(_word(a) % divisor if divisor else 0)


def smod(a: Any, b: Any) -> uint256:
    """Signed remainder, with the sign of a; 0 if b is 0."""
    dividend, divisor = _signed(a), _signed(b)
    return _wrap(dividend - divisor * _truncated(dividend, divisor) if divisor else 0)


def exp(a: Any, exponent: Any) -> uint256:
    """`a ** exponent` mod 2^256."""
    return _wrap(pow(_word(a), _word(exponent), 1 << 256))


def addmod(a: Any, b: Any, n: Any) -> uint256:
    """`(a + b) % n` without overflow of the sum; 0 if n is 0."""
    modulus = _word(n)
    return _wrap((_word(a) + _word(b)) % modulus if modulus else 0)


def mulmod(a: Any, b: Any, n: Any) -> uint256:
    """`(a * b) % n` without overflow of the product; 0 if n is 0."""
    modulus = _word(n)
    return _wrap(_word(a) * _word(b) % modulus if modulus else 0)


def signextend(b: Any, x: Any) -> uint256:
    """Extend x from its byte b (counted from the low end) on."""
    size, value = _word(b), _word(x)
    if size > 30:
        return _wrap(value)
    sign = 1 << (8 * size + 7)
    return _wrap((value & (2 * sign - 1)) - ((value & sign) << 1))


def lt(a: Any, b: Any) -> uint256:
    """1 if a < b, unsigned."""
    return _wrap(_word(a) < _word(b))


def gt(a: Any, b: Any) -> uint256:
    """1 if a > b, unsigned."""
    return _wrap(_word(a) > _word(b))


def slt(a: Any, b: Any) -> uint256:
    """1 if a < b, signed."""
    return _wrap(_signed(a) < _signed(b))


def sgt(a: Any, b: Any) -> uint256:
    """1 if a > b, signed."""
    return _wrap(_signed(a) > _signed(b))


def eq(a: Any, b: Any) -> uint256:
    """1 if the words are equal."""
    return _wrap(_word(a) == _word(b))


def iszero(a: Any) -> uint256:
    """1 if a is 0."""
    return _wrap(_word(a) == 0)


def and_(a: Any, b: Any) -> uint256:
    """Bitwise and."""
    return _wrap(_word(a) & _word(b))


def or_(a: Any, b: Any) -> uint256:
    """Bitwise or."""
    return _wrap(_word(a) | _word(b))


def xor(a: Any, b: Any) -> uint256:
    """Bitwise exclusive or."""
    return _wrap(_word(a) ^ _word(b))


def not_(a: Any) -> uint256:
    """Bitwise complement."""
    return _wrap(~_word(a))


def byte(i: Any, x: Any) -> uint256:
    """Byte i of x, counted from the high end; 0 beyond."""
    index = _word(i)
    return _wrap(_word(x) >> (8 * (31 - index)) & 0xFF if index < 32 else 0)


def shl(shift: Any, value: Any) -> uint256:
    """Shift left; 0 from 256 on."""
    n = _word(shift)
    return _wrap(_word(value) << n if n < 256 else 0)


def shr(shift: Any, value: Any) -> uint256:
    """Shift right, filling with zeros."""
    return _wrap(_word(value) >> min(_word(shift), 256))


def sar(shift: Any, value: Any) -> uint256:
    """Shift right, filling with the sign."""
    return _wrap(_signed(value) >> min(_word(shift), 256))


def clz(x: Any) -> uint256:
    """Leading zero bits; 256 for 0."""
    return _wrap(256 - _word(x).bit_length())


OPCODES = {
    f.__name__: f
    for f in (
        add, sub, mul, div, sdiv, mod, smod, exp, addmod, mulmod, signextend, lt, gt, slt, sgt, eq,
        iszero, and_, or_, xor, not_, byte, shl, shr, sar, clz,
    )
}  # fmt: skip
"""Every opcode of this module by its Python name."""
__all__ = [*OPCODES, "OPCODES"]  # noqa: PLE0604
