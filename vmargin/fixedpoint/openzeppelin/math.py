"""OpenZeppelin 5.7.0 `Math`: full-precision products and quotients, roots and logarithms of uint256.

The overloads of `modExp` and `tryModExp` over byte strings are left out: kernels compute on words.
"""

from __future__ import annotations

from typing import NamedTuple

from vmargin.fixedpoint.openzeppelin.safe_cast import toUint
from vmargin.solidity import exact
from vmargin.solidity.assembly import add, byte, div, gt, lt, mod, mul, mulmod, not_, or_, shl, shr, sub
from vmargin.solidity.integers import int256, uint8, uint256, wint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Panic

FLOOR = uint8(0)
"""`Rounding.Floor`: toward minus infinity."""
CEIL = uint8(1)
"""`Rounding.Ceil`: toward plus infinity."""
TRUNC = uint8(2)
"""`Rounding.Trunc`: toward zero."""
EXPAND = uint8(3)
"""`Rounding.Expand`: away from zero."""

MAX_UINT128 = uint256(2**128 - 1)
MAX_UINT64 = uint256(2**64 - 1)
TWO_128 = uint256(2**128)
TWO_64 = uint256(2**64)
TEN_64 = uint256(10**64)
TEN_32 = uint256(10**32)
LOG2_OF_NIBBLE = uint256(0x0000010102020202030303030303030300000000000000000000000000000000)
"""Byte i is the position of the highest bit of i, for i below 16."""


class Uint512(NamedTuple):
    """`high * 2^256 + low`."""

    high: uint256
    low: uint256


class Attempt(NamedTuple):
    """Whether an operation was possible, and its result, which is 0 where it was not."""

    success: bool
    result: uint256


@kernel
def add512(a: uint256, b: uint256) -> Uint512:
    """The sum in 512 bits."""
    low = add(a, b)
    return Uint512(lt(low, a), low)


@kernel
def mul512(a: uint256, b: uint256) -> Uint512:
    """The product in 512 bits, from its remainders by 2^256 - 1 and 2^256."""
    mm = mulmod(a, b, not_(0))
    low = mul(a, b)
    return Uint512(sub(sub(mm, low), lt(mm, low)), low)


@kernel
def tryAdd(a: uint256, b: uint256) -> Attempt:
    """`a + b`, unless it overflows."""
    c = add(a, b)
    success = c >= a
    return Attempt(success, mul(c, toUint(success)))


@kernel
def trySub(a: uint256, b: uint256) -> Attempt:
    """`a - b`, unless it is negative."""
    c = sub(a, b)
    success = c <= a
    return Attempt(success, mul(c, toUint(success)))


@kernel
def tryMul(a: uint256, b: uint256) -> Attempt:
    """`a * b`, unless it overflows."""
    c = mul(a, b)
    success = div(c, a) == b or a == 0
    return Attempt(success, mul(c, toUint(success)))


@kernel
def tryDiv(a: uint256, b: uint256) -> Attempt:
    """`a / b`, unless b is 0."""
    return Attempt(b > 0, div(a, b))


@kernel
def tryMod(a: uint256, b: uint256) -> Attempt:
    """`a % b`, unless b is 0."""
    return Attempt(b > 0, mod(a, b))


@kernel
def saturatingAdd(a: uint256, b: uint256) -> uint256:
    """`a + b`, at most 2^256 - 1."""
    attempt = tryAdd(a, b)
    return ternary(attempt.success, attempt.result, uint256.max)


@kernel
def saturatingSub(a: uint256, b: uint256) -> uint256:
    """`a - b`, at least 0."""
    attempt = trySub(a, b)
    return attempt.result


@kernel
def saturatingMul(a: uint256, b: uint256) -> uint256:
    """`a * b`, at most 2^256 - 1."""
    attempt = tryMul(a, b)
    return ternary(attempt.success, attempt.result, uint256.max)


@kernel
def ternary(condition: bool, a: uint256, b: uint256) -> uint256:
    """`condition ? a : b`."""
    return a if condition else b


@kernel
def max(a: uint256, b: uint256) -> uint256:
    """The larger of two."""
    return ternary(a > b, a, b)


@kernel
def min(a: uint256, b: uint256) -> uint256:
    """The smaller of two."""
    return ternary(a < b, a, b)


@kernel(truth=lambda a, b: (a + b) / 2)
def average(a: uint256, b: uint256) -> uint256:
    """`(a + b) / 2`, rounded down."""
    return (a & b) + (a ^ b) / 2


@kernel(truth=lambda a, b: a / b)
def ceilDiv(a: uint256, b: uint256) -> uint256:
    """`a / b`, rounded up."""
    if b == 0:
        raise Panic(0x12)
    return mul(toUint(a > 0), add(div(sub(a, 1), b), 1))


@kernel(truth=lambda x, y, denominator: x * y / denominator)
def mulDiv(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """`x * y / denominator` over the 512-bit product, rounded down."""
    product = mul512(x, y)
    high = product.high
    low = product.low
    if high == 0:
        return low / denominator
    if denominator <= high:
        if denominator == 0:
            raise Panic(0x12)
        raise Panic(0x11)

    # Without its remainder the product is a multiple of the denominator.
    remainder = mulmod(x, y, denominator)
    high = sub(high, gt(remainder, low))
    low = sub(low, remainder)

    # Cancel the denominator's powers of two; what is left is odd, so it has an inverse mod 2^256.
    twos = denominator & sub(0, denominator)
    denominator = div(denominator, twos)
    low = div(low, twos)
    twos = add(div(sub(0, twos), twos), 1)
    low = low | mul(high, twos)

    # Newton's steps from an inverse mod 2^4, each doubling the bits that are right.
    inverse = mul(3, denominator) ^ 2
    inverse = mul(inverse, sub(2, mul(denominator, inverse)))
    inverse = mul(inverse, sub(2, mul(denominator, inverse)))
    inverse = mul(inverse, sub(2, mul(denominator, inverse)))
    inverse = mul(inverse, sub(2, mul(denominator, inverse)))
    inverse = mul(inverse, sub(2, mul(denominator, inverse)))
    inverse = mul(inverse, sub(2, mul(denominator, inverse)))
    return mul(low, inverse)


@kernel(truth=lambda x, y, denominator, rounding: x * y / denominator)
def mulDiv_rounding(x: uint256, y: uint256, denominator: uint256, rounding: uint8) -> uint256:
    """`x * y / denominator` over the 512-bit product, in the given direction."""
    floor = mulDiv(x, y, denominator)
    return floor + toUint(unsignedRoundsUp(rounding) and mulmod(x, y, denominator) > 0)


@kernel(truth=lambda x, y, n: x * y / 2**n)
def mulShr(x: uint256, y: uint256, n: uint8) -> uint256:
    """`x * y >> n` over the 512-bit product."""
    product = mul512(x, y)
    if product.high >= shl(n, 1):
        raise Panic(0x11)
    return shl(sub(256, n), product.high) | shr(n, product.low)


@kernel(truth=lambda x, y, n, rounding: x * y / 2**n)
def mulShr_rounding(x: uint256, y: uint256, n: uint8, rounding: uint8) -> uint256:
    """`x * y / 2^n` over the 512-bit product, in the given direction."""
    floor = mulShr(x, y, n)
    return floor + toUint(unsignedRoundsUp(rounding) and mulmod(x, y, shl(n, 1)) > 0)


@kernel
def invMod(a: uint256, n: uint256) -> uint256:
    """The inverse of a modulo n by Euclid's algorithm, or 0 where there is none."""
    if n == 0:
        return uint256(0)
    remainder = a % n
    gcd = n
    x = wint256(0)
    y = wint256(1)
    # Each second step at least halves the remainder.
    for _ in range(512):
        if remainder == 0:
            break
        quotient = gcd / remainder
        gcd, remainder = remainder, sub(gcd, mul(remainder, quotient))
        x, y = y, x - y * wint256(int256(quotient))
    if gcd != 1:
        return uint256(0)
    return ternary(x < 0, sub(n, sub(0, x)), add(x, 0))


@kernel
def invModPrime(a: uint256, p: uint256) -> uint256:
    """The inverse of a modulo the prime p, as `a ** (p - 2) % p`."""
    return modExp(a, sub(p, 2), p)


@kernel
def modExp(b: uint256, e: uint256, m: uint256) -> uint256:
    """`b ** e % m`."""
    attempt = tryModExp(b, e, m)
    if not attempt.success:
        raise Panic(0x12)
    return attempt.result


@kernel
def tryModExp(b: uint256, e: uint256, m: uint256) -> Attempt:
    """`b ** e % m`, unless m is 0: what the precompiled contract 5 answers."""
    if m == 0:
        return Attempt(False, uint256(0))
    power = 1 % m
    for _ in range(256):
        if e == 0:
            break
        if e & 1 != 0:
            power = mulmod(power, b, m)
        b = mulmod(b, b, m)
        e = e >> 1
    return Attempt(True, power)


@kernel(truth=exact.sqrt)
def sqrt(a: uint256) -> uint256:
    """The square root, rounded down."""
    if a <= 1:
        return a

    # The power of two at or below the root.
    aa = a
    xn = uint256(1)
    if aa >= TWO_128:
        aa = aa >> 128
        xn = xn << 64
    if aa >= TWO_64:
        aa = aa >> 64
        xn = xn << 32
    if aa >= 1 << 32:
        aa = aa >> 32
        xn = xn << 16
    if aa >= 1 << 16:
        aa = aa >> 16
        xn = xn << 8
    if aa >= 1 << 8:
        aa = aa >> 8
        xn = xn << 4
    if aa >= 1 << 4:
        aa = aa >> 4
        xn = xn << 2
    if aa >= 1 << 2:
        xn = xn << 1

    # From the middle of that octave six of Newton's steps reach the root or one above it.
    xn = (3 * xn) >> 1
    xn = (xn + a / xn) >> 1
    xn = (xn + a / xn) >> 1
    xn = (xn + a / xn) >> 1
    xn = (xn + a / xn) >> 1
    xn = (xn + a / xn) >> 1
    xn = (xn + a / xn) >> 1
    return xn - toUint(xn > a / xn)


@kernel(truth=lambda a, rounding: exact.sqrt(a))
def sqrt_rounding(a: uint256, rounding: uint8) -> uint256:
    """The square root, in the given direction."""
    floor = sqrt(a)
    return floor + toUint(unsignedRoundsUp(rounding) and floor * floor < a)


@kernel(truth=lambda x: exact.log2(x) if x > 0 else x)
def log2(x: uint256) -> uint256:
    """The position of the highest bit; 0 for 0."""
    r = shl(7, toUint(x > MAX_UINT128))
    r = r | shl(6, toUint((x >> r) > MAX_UINT64))
    r = r | shl(5, toUint((x >> r) > 0xFFFFFFFF))
    r = r | shl(4, toUint((x >> r) > 0xFFFF))
    r = r | shl(3, toUint((x >> r) > 0xFF))
    r = r | shl(2, toUint((x >> r) > 0xF))
    return or_(r, byte(shr(r, x), LOG2_OF_NIBBLE))


@kernel(truth=lambda value, rounding: exact.log2(value) if value > 0 else value)
def log2_rounding(value: uint256, rounding: uint8) -> uint256:
    """The logarithm in base 2, in the given direction; 0 for 0."""
    result = log2(value)
    return result + toUint(unsignedRoundsUp(rounding) and shl(result, 1) < value)


@kernel(truth=lambda value: exact.log10(value) if value > 0 else value)
def log10(value: uint256) -> uint256:
    """The logarithm in base 10, rounded down; 0 for 0."""
    result = uint256(0)
    if value >= TEN_64:
        value = value / TEN_64
        result = result + 64
    if value >= TEN_32:
        value = value / TEN_32
        result = result + 32
    if value >= 10**16:
        value = value / 10**16
        result = result + 16
    if value >= 10**8:
        value = value / 10**8
        result = result + 8
    if value >= 10**4:
        value = value / 10**4
        result = result + 4
    if value >= 10**2:
        value = value / 10**2
        result = result + 2
    if value >= 10**1:
        result = result + 1
    return result


@kernel(truth=lambda value, rounding: exact.log10(value) if value > 0 else value)
def log10_rounding(value: uint256, rounding: uint8) -> uint256:
    """The logarithm in base 10, in the given direction; 0 for 0."""
    result = log10(value)
    return result + toUint(unsignedRoundsUp(rounding) and uint256(10) ** result < value)


@kernel(truth=lambda x: exact.log2(x) / 8 if x > 0 else x)
def log256(x: uint256) -> uint256:
    """The logarithm in base 256, rounded down; 0 for 0."""
    r = shl(7, toUint(x > MAX_UINT128))
    r = r | shl(6, toUint((x >> r) > MAX_UINT64))
    r = r | shl(5, toUint((x >> r) > 0xFFFFFFFF))
    r = r | shl(4, toUint((x >> r) > 0xFFFF))
    return (r >> 3) | toUint((x >> r) > 0xFF)


@kernel(truth=lambda value, rounding: exact.log2(value) / 8 if value > 0 else value)
def log256_rounding(value: uint256, rounding: uint8) -> uint256:
    """The logarithm in base 256, in the given direction; 0 for 0."""
    result = log256(value)
    return result + toUint(unsignedRoundsUp(rounding) and shl(result << 3, 1) < value)


@kernel
def unsignedRoundsUp(rounding: uint8) -> bool:
    """Whether the direction is up for a number that is not negative."""
    return rounding % 2 == 1


@kernel
def clz(x: uint256) -> uint256:
    """The number of leading zero bits; 256 for 0."""
    return ternary(x == 0, uint256(256), 255 - log2(x))
