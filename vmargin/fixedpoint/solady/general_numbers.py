"""Solady 0.1.26 `FixedPointMathLib`, general numbers: full-precision quotients, roots, logarithms, choices.

Left out are the overloads of `ternary` and `coalesce` for `bytes32` and `address`, which are no numbers.
The suffix `_int256` marks the signed one of two overloads.
"""

from __future__ import annotations

from typing import NamedTuple

from vmargin.fixedpoint.solady import truths
from vmargin.fixedpoint.solady.fixed_point import MAX_UINT64, MAX_UINT128, TOP_BIT, TOP_BIT_INDEX, WAD
from vmargin.fixedpoint.solady.raw_numbers import rawAdd, rawDiv, rawMul
from vmargin.solidity import exact
from vmargin.solidity.assembly import (
    add,
    and_,
    byte,
    div,
    eq,
    exp,
    gt,
    iszero,
    lt,
    mod,
    mul,
    mulmod,
    not_,
    or_,
    sgt,
    shl,
    shr,
    slt,
    sub,
    xor,
)
from vmargin.solidity.integers import int256, uint8, uint256, wint256, wuint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

__all__ = [
    "DivFailed", "FactorialOverflow", "FullMulDivFailed", "MantissaOverflow", "MulDivFailed",
    "RPowOverflow", "Sci", "abs", "avg", "avg_int256", "cbrt", "cbrtWad", "clamp", "clamp_int256",
    "coalesce", "dist", "dist_int256", "divUp", "factorial", "fullMulDiv", "fullMulDivN",
    "fullMulDivUnchecked", "fullMulDivUp", "fullMulEq", "gcd", "invMod", "isEven", "lerp", "lerp_int256",
    "log2", "log2Up", "log10", "log10Up", "log256", "log256Up", "max", "max_int256", "min", "min_int256",
    "mulDiv", "mulDivUp", "mulSqrt", "packSci", "rpow", "saturatingAdd", "saturatingMul", "saturatingSub",
    "sci", "sqrt", "sqrtWad", "ternary", "unpackSci", "zeroFloorSub",
]  # fmt: skip

FactorialOverflow = CustomError("FactorialOverflow()")
RPowOverflow = CustomError("RPowOverflow()")
MantissaOverflow = CustomError("MantissaOverflow()")
MulDivFailed = CustomError("MulDivFailed()")
DivFailed = CustomError("DivFailed()")
FullMulDivFailed = CustomError("FullMulDivFailed()")

MAX_UINT136 = uint256(2**136 - 1)
MAX_UINT72 = uint256(2**72 - 1)
TEN_38 = uint256(10**38)
TEN_33 = uint256(10**33)
TEN_20 = uint256(10**20)
TEN_19 = uint256(10**19)
TEN_36 = wuint256(10**36)
TEN = wuint256(10)
ROOM_FOR_10_18 = uint256(uint256.max / 10**18)
ROOM_FOR_10_36 = uint256(uint256.max / uint256(10**36))


class Sci(NamedTuple):
    """`mantissa * 10^exponent`."""

    mantissa: uint256
    exponent: uint256


@kernel
def fullMulEq(a: uint256, b: uint256, x: uint256, y: uint256) -> bool:
    """Whether `a * b == x * y`, with both products in full."""
    return and_(eq(mul(a, b), mul(x, y)), eq(mulmod(x, y, not_(0)), mulmod(a, b, not_(0)))) != 0


@kernel(truth=lambda x, y, d: x * y / d)
def fullMulDiv(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d` with the product in 512 bits, rounded down."""
    z = mul(x, y)
    if iszero(mul(or_(iszero(x), eq(div(z, x), y)), d)) == 0:
        return div(z, d)
    mm = mulmod(x, y, not_(0))
    p1 = sub(mm, add(z, lt(mm, z)))
    # Less the remainder the product is a multiple of d; the power of two in d becomes a shift.
    r = mulmod(x, y, d)
    t = and_(d, sub(0, d))
    if iszero(gt(d, p1)) != 0:
        raise FullMulDivFailed()
    d = div(d, t)
    # The inverse of the odd d: correct in 4 bits, which each step doubles.
    inv = xor(2, mul(3, d))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    return mul(
        or_(mul(sub(p1, gt(r, z)), add(div(sub(0, t), t), 1)), div(sub(z, r), t)),
        mul(sub(2, mul(d, inv)), inv),
    )


@kernel(truth=lambda x, y, d: truths.quotient(x * y, d))
def fullMulDivUnchecked(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d` with the product in 512 bits, rounded down; noise if `d` is 0 or the result too large."""
    z = mul(x, y)
    mm = mulmod(x, y, not_(0))
    p1 = sub(mm, add(z, lt(mm, z)))
    t = and_(d, sub(0, d))
    r = mulmod(x, y, d)
    d = div(d, t)
    inv = xor(2, mul(3, d))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    inv = mul(inv, sub(2, mul(d, inv)))
    return mul(
        or_(mul(sub(p1, gt(r, z)), add(div(sub(0, t), t), 1)), div(sub(z, r), t)),
        mul(sub(2, mul(d, inv)), inv),
    )


@kernel(truth=lambda x, y, d: x * y / d)
def fullMulDivUp(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d` with the product in 512 bits, rounded up."""
    z = fullMulDiv(x, y, d)
    if mulmod(x, y, d) != 0:
        z = add(z, 1)
        if iszero(z) != 0:
            raise FullMulDivFailed()
    return z


@kernel(truth=lambda x, y, n: x * y / exact.power(2, n))
def fullMulDivN(x: uint256, y: uint256, n: uint8) -> uint256:
    """`x * y / 2^n` with the product in 512 bits, rounded down."""
    z = mul(x, y)
    if iszero(or_(iszero(x), eq(div(z, x), y))) != 0:
        k = and_(n, 0xFF)
        mm = mulmod(x, y, not_(0))
        p1 = sub(mm, add(z, lt(mm, z)))
        if iszero(shr(k, p1)) != 0:
            return add(shl(sub(256, k), p1), shr(k, z))
        raise FullMulDivFailed()
    return shr(and_(n, 0xFF), z)


@kernel(truth=lambda x, y, d: x * y / d)
def mulDiv(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d`, rounded down; the product must fit a word."""
    z = mul(x, y)
    if iszero(mul(or_(iszero(x), eq(div(z, x), y)), d)) != 0:
        raise MulDivFailed()
    return div(z, d)


@kernel(truth=lambda x, y, d: x * y / d)
def mulDivUp(x: uint256, y: uint256, d: uint256) -> uint256:
    """`x * y / d`, rounded up; the product must fit a word."""
    z = mul(x, y)
    if iszero(mul(or_(iszero(x), eq(div(z, x), y)), d)) != 0:
        raise MulDivFailed()
    return add(iszero(iszero(mod(z, d))), div(z, d))


@kernel
def invMod(a: uint256, n: uint256) -> uint256:
    """The inverse of `a` modulo `n`; 0 if there is none."""
    g = n
    r = mod(a, n)
    x = uint256(0)
    y = uint256(1)
    # As in gcd, where the bound is explained.
    for _ in range(369):
        q = div(g, r)
        t = g
        g = r
        r = sub(t, mul(r, q))
        u = x
        x = y
        y = sub(u, mul(y, q))
        if iszero(r) != 0:
            break
    return mul(eq(g, 1), add(x, mul(slt(x, 0), n)))


@kernel(truth=lambda x, d: x / d)
def divUp(x: uint256, d: uint256) -> uint256:
    """`x / d`, rounded up."""
    if iszero(d) != 0:
        raise DivFailed()
    return add(iszero(iszero(mod(x, d))), div(x, d))


@kernel(truth=lambda x, y: exact.maximum(x - y, 0))
def zeroFloorSub(x: uint256, y: uint256) -> uint256:
    """`max(0, x - y)`."""
    return mul(gt(x, y), sub(x, y))


@kernel(truth=lambda x, y: exact.maximum(x - y, 0))
def saturatingSub(x: uint256, y: uint256) -> uint256:
    """`max(0, x - y)`."""
    return mul(gt(x, y), sub(x, y))


@kernel(truth=lambda x, y: exact.minimum(x + y, truths.UINT256_MAX))
def saturatingAdd(x: uint256, y: uint256) -> uint256:
    """`min(2^256 - 1, x + y)`."""
    return or_(sub(0, lt(add(x, y), x)), add(x, y))


@kernel(truth=lambda x, y: exact.minimum(x * y, truths.UINT256_MAX))
def saturatingMul(x: uint256, y: uint256) -> uint256:
    """`min(2^256 - 1, x * y)`."""
    return or_(sub(or_(iszero(x), eq(div(mul(x, y), x), y)), 1), mul(x, y))


@kernel(truth=lambda condition, x, y: x if condition else y)
def ternary(condition: bool, x: uint256, y: uint256) -> uint256:
    """`x` if the condition holds, else `y`."""
    otherwise = uint256(0) if condition else uint256(1)
    return xor(x, mul(xor(x, y), otherwise))


@kernel(truth=lambda x, y: x if x != 0 else y)
def coalesce(x: uint256, y: uint256) -> uint256:
    """`x` unless it is 0, else `y`."""
    return or_(x, mul(y, iszero(x)))


@kernel(truth=truths.compounded)
def rpow(x: uint256, y: uint256, b: uint256) -> uint256:
    """`x` to the power of the integer `y`, in base `b`: by squaring, each product rounded to the nearest."""
    z = mul(b, iszero(y))
    if x != 0:
        z = xor(b, mul(xor(b, x), and_(y, 1)))
        half = shr(1, b)
        # y has 255 bits left after its first halving.
        for _ in range(255):
            y = shr(1, y)
            if y == 0:
                break
            xx = mul(x, x)
            xxRound = add(xx, half)
            if or_(lt(xxRound, xx), shr(128, x)) != 0:
                raise RPowOverflow()
            x = div(xxRound, b)
            if and_(y, 1) != 0:
                zx = mul(z, x)
                zxRound = add(zx, half)
                if or_(xor(div(zx, x), z), lt(zxRound, zx)) != 0 and x != 0:
                    raise RPowOverflow()
                z = div(zxRound, b)
    return z


@kernel(truth=exact.sqrt)
def sqrt(x: uint256) -> uint256:
    """The square root, rounded down."""
    # A first estimate within a factor of 2.84, times 181 to save a product later.
    z = uint256(181)
    r = shl(7, lt(MAX_UINT136, x))
    r = or_(r, shl(6, lt(MAX_UINT72, shr(r, x))))
    r = or_(r, shl(5, lt(0xFFFFFFFFFF, shr(r, x))))
    r = or_(r, shl(4, lt(0xFFFFFF, shr(r, x))))
    z = shl(shr(1, r), z)
    z = shr(18, mul(z, add(shr(r, x), 65536)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    z = shr(1, add(z, div(x, z)))
    # Where x + 1 is a square the iteration may end one above the root.
    return sub(z, lt(div(x, z), z))


@kernel(truth=exact.cbrt)
def cbrt(x: uint256) -> uint256:
    """The cube root, rounded down."""
    r = shl(7, lt(MAX_UINT128, x))
    r = or_(r, shl(6, lt(MAX_UINT64, shr(r, x))))
    r = or_(r, shl(5, lt(0xFFFFFFFF, shr(r, x))))
    r = or_(r, shl(4, lt(0xFFFF, shr(r, x))))
    r = or_(r, shl(3, lt(0xFF, shr(r, x))))
    z = div(shl(div(r, 3), shl(lt(0xF, shr(r, x)), 0xF)), xor(7, mod(r, 3)))
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    z = div(add(add(div(x, mul(z, z)), z), z), 3)
    return sub(z, lt(div(x, mul(z, z)), z))


@kernel(truth=lambda x: exact.sqrt(x * truths.WAD))
def sqrtWad(x: uint256) -> uint256:
    """The square root in WAD, rounded down."""
    if x <= ROOM_FOR_10_18:
        return sqrt(uint256(wuint256(x) * 10**18))
    w = (1 + wuint256(sqrt(x))) * 10**9
    w = (wuint256(fullMulDivUnchecked(x, WAD, uint256(w))) + w) >> 1
    z = uint256(w)
    return sub(z, gt(999999999999999999, sub(mulmod(z, z, x), 1)))


@kernel(truth=lambda x: exact.cbrt(x * truths.WAD**2))
def cbrtWad(x: uint256) -> uint256:
    """The cube root in WAD, rounded down."""
    if x <= ROOM_FOR_10_36:
        return cbrt(uint256(wuint256(x) * TEN_36))
    w = (1 + wuint256(cbrt(x))) * 10**12
    w = (wuint256(fullMulDivUnchecked(x, uint256(TEN_36), uint256(w * w))) + w + w) / 3
    z = uint256(w)
    # The modulus by which it is told whether the cube is above x.
    p = x
    if iszero(shr(229, p)) != 0:
        if iszero(shr(199, p)) != 0:
            p = mul(p, 10**17)
        else:
            p = mul(p, 10**8)
    elif iszero(shr(249, p)) != 0:
        p = mul(p, 100)
    t = mulmod(mul(z, z), z, p)
    return sub(z, gt(lt(t, shr(1, p)), iszero(t)))


@kernel(truth=lambda x, y: exact.sqrt(x * y))
def mulSqrt(x: uint256, y: uint256) -> uint256:
    """The square root of `x * y` with the product in 512 bits, rounded down."""
    if x == y:
        return x
    p = rawMul(x, y)
    if y == rawDiv(p, x):
        return sqrt(p)
    z = saturatingMul(rawAdd(sqrt(x), uint256(1)), rawAdd(sqrt(y), uint256(1)))
    # Newton's steps from at most twice the root, about ten; but 130 halvings of 2^128 for x = 0.
    for _ in range(130):
        p = fullMulDivUnchecked(x, y, z)
        if p >= z:
            break
        z = avg(z, p)
    return z


@kernel
def factorial(x: uint256) -> uint256:
    """`x!`, for `x` below 58."""
    z = uint256(1)
    if iszero(lt(x, 58)) != 0:
        raise FactorialOverflow()
    for _ in range(57):
        if x == 0:
            break
        z = mul(z, x)
        x = sub(x, 1)
    return z


@kernel(truth=lambda x: truths.logarithm(x, 2))
def log2(x: uint256) -> uint256:
    """The logarithm in base 2, rounded down: the position of the top bit; 0 for 0."""
    r = shl(7, lt(MAX_UINT128, x))
    r = or_(r, shl(6, lt(MAX_UINT64, shr(r, x))))
    r = or_(r, shl(5, lt(0xFFFFFFFF, shr(r, x))))
    r = or_(r, shl(4, lt(0xFFFF, shr(r, x))))
    r = or_(r, shl(3, lt(0xFF, shr(r, x))))
    return or_(r, byte(and_(0x1F, shr(shr(r, x), TOP_BIT_INDEX)), TOP_BIT))


@kernel(truth=lambda x: truths.logarithm(x, 2))
def log2Up(x: uint256) -> uint256:
    """The logarithm in base 2, rounded up; 0 for 0."""
    r = log2(x)
    return add(r, lt(shl(r, 1), x))


@kernel(truth=lambda x: truths.logarithm(x, 10))
def log10(x: uint256) -> uint256:
    """The logarithm in base 10, rounded down; 0 for 0."""
    r = uint256(0)
    if iszero(lt(x, TEN_38)) != 0:
        x = div(x, TEN_38)
        r = uint256(38)
    if iszero(lt(x, TEN_20)) != 0:
        x = div(x, TEN_20)
        r = add(r, 20)
    if iszero(lt(x, 10**10)) != 0:
        x = div(x, 10**10)
        r = add(r, 10)
    if iszero(lt(x, 100000)) != 0:
        x = div(x, 100000)
        r = add(r, 5)
    return add(r, add(gt(x, 9), add(gt(x, 99), add(gt(x, 999), gt(x, 9999)))))


@kernel(truth=lambda x: truths.logarithm(x, 10))
def log10Up(x: uint256) -> uint256:
    """The logarithm in base 10, rounded up; 0 for 0."""
    r = log10(x)
    return add(r, lt(exp(10, r), x))


@kernel(truth=lambda x: truths.logarithm(x, 256))
def log256(x: uint256) -> uint256:
    """The logarithm in base 256, rounded down; 0 for 0."""
    r = shl(7, lt(MAX_UINT128, x))
    r = or_(r, shl(6, lt(MAX_UINT64, shr(r, x))))
    r = or_(r, shl(5, lt(0xFFFFFFFF, shr(r, x))))
    r = or_(r, shl(4, lt(0xFFFF, shr(r, x))))
    return or_(shr(3, r), lt(0xFF, shr(r, x)))


@kernel(truth=lambda x: truths.logarithm(x, 256))
def log256Up(x: uint256) -> uint256:
    """The logarithm in base 256, rounded up; 0 for 0."""
    r = log256(x)
    return add(r, lt(shl(shl(3, r), 1), x))


@kernel
def sci(x: uint256) -> Sci:
    """Scientific notation with the smallest mantissa; 0 and 0 for 0."""
    mantissa = x
    exponent = uint256(0)
    if mantissa != 0:
        if iszero(mod(mantissa, TEN_33)) != 0:
            mantissa = div(mantissa, TEN_33)
            exponent = uint256(33)
        if iszero(mod(mantissa, TEN_19)) != 0:
            mantissa = div(mantissa, TEN_19)
            exponent = add(exponent, 19)
        if iszero(mod(mantissa, 10**12)) != 0:
            mantissa = div(mantissa, 10**12)
            exponent = add(exponent, 12)
        if iszero(mod(mantissa, 10**6)) != 0:
            mantissa = div(mantissa, 10**6)
            exponent = add(exponent, 6)
        if iszero(mod(mantissa, 10000)) != 0:
            mantissa = div(mantissa, 10000)
            exponent = add(exponent, 4)
        if iszero(mod(mantissa, 100)) != 0:
            mantissa = div(mantissa, 100)
            exponent = add(exponent, 2)
        if iszero(mod(mantissa, 10)) != 0:
            mantissa = div(mantissa, 10)
            exponent = add(exponent, 1)
    return Sci(mantissa, exponent)


@kernel
def packSci(x: uint256) -> uint256:
    """Scientific notation in one word: the mantissa above the exponent's 7 bits."""
    s = sci(x)
    if shr(249, s.mantissa) != 0:
        raise MantissaOverflow()
    return or_(shl(7, s.mantissa), s.exponent)


@kernel
def unpackSci(packed: uint256) -> uint256:
    """What `packSci` packed; wraps where a word made otherwise stands for too much."""
    w = wuint256(packed)
    return uint256((w >> 7) * TEN ** (w & 0x7F))


@kernel(truth=lambda x, y: (x + y) / 2)
def avg(x: uint256, y: uint256) -> uint256:
    """`(x + y) / 2`, rounded down."""
    a = wuint256(x)
    b = wuint256(y)
    return uint256((a & b) + ((a ^ b) >> 1))


@kernel(truth=lambda x, y: (x + y) / 2)
def avg_int256(x: int256, y: int256) -> int256:
    """`(x + y) / 2`, rounded down, toward minus infinity."""
    a = wint256(x)
    b = wint256(y)
    return int256((a >> 1) + (b >> 1) + (a & b & 1))


@kernel(truth=lambda x: truths.distance(x, 0))
def abs(x: int256) -> uint256:
    """`|x|`, also of the smallest int256."""
    w = wint256(x)
    return uint256((wuint256(w) + wuint256(w >> 255)) ^ wuint256(w >> 255))


@kernel(truth=truths.distance)
def dist(x: uint256, y: uint256) -> uint256:
    """`|x - y|`."""
    return add(xor(sub(0, gt(x, y)), sub(y, x)), gt(x, y))


@kernel(truth=truths.distance)
def dist_int256(x: int256, y: int256) -> uint256:
    """`|x - y|`."""
    return add(xor(sub(0, sgt(x, y)), sub(y, x)), sgt(x, y))


@kernel(truth=exact.minimum)
def min(x: uint256, y: uint256) -> uint256:
    """The smaller one."""
    return xor(x, mul(xor(x, y), lt(y, x)))


@kernel(truth=exact.minimum)
def min_int256(x: int256, y: int256) -> int256:
    """The smaller one."""
    return int256(xor(x, mul(xor(x, y), slt(y, x))))


@kernel(truth=exact.maximum)
def max(x: uint256, y: uint256) -> uint256:
    """The larger one."""
    return xor(x, mul(xor(x, y), gt(y, x)))


@kernel(truth=exact.maximum)
def max_int256(x: int256, y: int256) -> int256:
    """The larger one."""
    return int256(xor(x, mul(xor(x, y), sgt(y, x))))


@kernel(truth=truths.clamped)
def clamp(x: uint256, minValue: uint256, maxValue: uint256) -> uint256:
    """`x`, kept between the bounds; the upper one wins where they cross."""
    z = xor(x, mul(xor(x, minValue), gt(minValue, x)))
    return xor(z, mul(xor(z, maxValue), lt(maxValue, z)))


@kernel(truth=truths.clamped)
def clamp_int256(x: int256, minValue: int256, maxValue: int256) -> int256:
    """`x`, kept between the bounds; the upper one wins where they cross."""
    z = xor(x, mul(xor(x, minValue), sgt(minValue, x)))
    return int256(xor(z, mul(xor(z, maxValue), slt(maxValue, z))))


@kernel
def gcd(x: uint256, y: uint256) -> uint256:
    """The greatest common divisor."""
    z = x
    # Fibonacci numbers take the most divisions: 368 for the largest two below 2^256, and one more to swap.
    for _ in range(369):
        if y == 0:
            break
        t = y
        y = mod(z, y)
        z = t
    return z


@kernel(truth=truths.interpolated)
def lerp(a: uint256, b: uint256, t: uint256, begin: uint256, end: uint256) -> uint256:
    """The line from `a` at `begin` to `b` at `end`, level outside, at `t`: `a` and a rounded-down step."""
    if begin > end:
        t, begin, end = ~t, ~begin, ~end
    if t <= begin:
        return a
    if t >= end:
        return b
    if b >= a:
        return add(a, fullMulDiv(sub(b, a), sub(t, begin), sub(end, begin)))
    return sub(a, fullMulDiv(sub(a, b), sub(t, begin), sub(end, begin)))


@kernel(truth=truths.interpolated)
def lerp_int256(a: int256, b: int256, t: int256, begin: int256, end: int256) -> int256:
    """The line from `a` at `begin` to `b` at `end`, level outside, at `t`: `a` and a rounded-down step."""
    if begin > end:
        t, begin, end = ~t, ~begin, ~end
    if t <= begin:
        return a
    if t >= end:
        return b
    if b >= a:
        return int256(add(a, fullMulDiv(sub(b, a), sub(t, begin), sub(end, begin))))
    return int256(sub(a, fullMulDiv(sub(a, b), sub(t, begin), sub(end, begin))))


@kernel
def isEven(x: uint256) -> bool:
    """Whether `x` is even."""
    return x & 1 == 0
