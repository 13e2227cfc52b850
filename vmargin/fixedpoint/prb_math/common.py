"""PRBMath's Common.sol: full-width multiply-and-divide, square root, exp2 and msb over raw integers.

Most of the original stands inside `unchecked`.  Here a step wraps only where its numbers can leave
their type; elsewhere checked words give the same result.
"""

from vmargin.solidity import exact
from vmargin.solidity.assembly import add, div, gt, lt, mul, mulmod, not_, or_, sgt, shl, shr, sub
from vmargin.solidity.integers import int256, uint40, uint64, uint128, uint256, wuint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

PRBMath_MulDiv_Overflow = CustomError("PRBMath_MulDiv_Overflow(uint256,uint256,uint256)")
PRBMath_MulDiv18_Overflow = CustomError("PRBMath_MulDiv18_Overflow(uint256,uint256)")
PRBMath_MulDivSigned_InputTooSmall = CustomError("PRBMath_MulDivSigned_InputTooSmall()")
PRBMath_MulDivSigned_Overflow = CustomError("PRBMath_MulDivSigned_Overflow(int256,int256)")

MAX_UINT128 = uint128.max
MAX_UINT40 = uint40.max
MAX_UINT64 = uint64.max
UNIT = uint256(10**18)
UNIT_LPOTD = uint256(2**18)
"""The largest power of two that divides UNIT."""
UNIT_INVERSE = uint256(78156646155174841979727994598816262306175212592076161876661508869554232690281)
"""The inverse of UNIT / UNIT_LPOTD modulo 2^256."""

# Literals that are too long for a kernel's body.
BIT_63 = uint256(2**63)
BITS_56_TO_63 = uint256(0xFF << 56)
TWO_128 = uint256(2**128)
TWO_64 = uint256(2**64)
HALF_192x64 = wuint256(2**191)

# ROOT_i is 2^(2^-i), the i-th repeated square root of 2, with 64 binary places, to the nearest.
ROOT_1 = wuint256(0x16A09E667F3BCC909)
ROOT_2 = wuint256(0x1306FE0A31B7152DF)
ROOT_3 = wuint256(0x1172B83C7D517ADCE)
ROOT_4 = wuint256(0x10B5586CF9890F62A)
ROOT_5 = wuint256(0x1059B0D31585743AE)
ROOT_6 = wuint256(0x102C9A3E778060EE7)
ROOT_7 = wuint256(0x10163DA9FB33356D8)
ROOT_8 = wuint256(0x100B1AFA5ABCBED61)
ROOT_9 = wuint256(0x10058C86DA1C09EA2)
ROOT_10 = wuint256(0x1002C605E2E8CEC50)
ROOT_11 = wuint256(0x100162F3904051FA1)
ROOT_12 = wuint256(0x1000B175EFFDC76BA)
ROOT_13 = wuint256(0x100058BA01FB9F96D)
ROOT_14 = wuint256(0x10002C5CC37DA9492)
ROOT_15 = wuint256(0x1000162E525EE0547)
ROOT_16 = wuint256(0x10000B17255775C04)
ROOT_17 = wuint256(0x1000058B91B5BC9AE)
ROOT_18 = wuint256(0x100002C5C89D5EC6D)
ROOT_19 = wuint256(0x10000162E43F4F831)
ROOT_20 = wuint256(0x100000B1721BCFC9A)
ROOT_21 = wuint256(0x10000058B90CF1E6E)
ROOT_22 = wuint256(0x1000002C5C863B73F)
ROOT_23 = wuint256(0x100000162E430E5A2)
ROOT_24 = wuint256(0x1000000B172183551)
ROOT_25 = wuint256(0x100000058B90C0B49)
ROOT_26 = wuint256(0x10000002C5C8601CC)
ROOT_27 = wuint256(0x1000000162E42FFF0)
ROOT_28 = wuint256(0x10000000B17217FBB)
ROOT_29 = wuint256(0x1000000058B90BFCE)
ROOT_30 = wuint256(0x100000002C5C85FE3)
ROOT_31 = wuint256(0x10000000162E42FF1)
ROOT_32 = wuint256(0x100000000B17217F8)
ROOT_33 = wuint256(0x10000000058B90BFC)
ROOT_34 = wuint256(0x1000000002C5C85FE)
ROOT_35 = wuint256(0x100000000162E42FF)
ROOT_36 = wuint256(0x1000000000B17217F)
ROOT_37 = wuint256(0x100000000058B90C0)
ROOT_38 = wuint256(0x10000000002C5C860)
ROOT_39 = wuint256(0x1000000000162E430)
ROOT_40 = wuint256(0x10000000000B17218)
ROOT_41 = wuint256(0x1000000000058B90C)
ROOT_42 = wuint256(0x100000000002C5C86)
ROOT_43 = wuint256(0x10000000000162E43)
ROOT_44 = wuint256(0x100000000000B1721)
ROOT_45 = wuint256(0x10000000000058B91)
ROOT_46 = wuint256(0x1000000000002C5C8)
ROOT_47 = wuint256(0x100000000000162E4)
ROOT_48 = wuint256(0x1000000000000B172)
ROOT_49 = wuint256(0x100000000000058B9)
ROOT_50 = wuint256(0x10000000000002C5D)
ROOT_51 = wuint256(0x1000000000000162E)
ROOT_52 = wuint256(0x10000000000000B17)
ROOT_53 = wuint256(0x1000000000000058C)
ROOT_54 = wuint256(0x100000000000002C6)
ROOT_55 = wuint256(0x10000000000000163)
ROOT_56 = wuint256(0x100000000000000B1)
ROOT_57 = wuint256(0x10000000000000059)
ROOT_58 = wuint256(0x1000000000000002C)
ROOT_59 = wuint256(0x10000000000000016)
ROOT_60 = wuint256(0x1000000000000000B)
ROOT_61 = wuint256(0x10000000000000006)
ROOT_62 = wuint256(0x10000000000000003)
ROOT_63 = wuint256(0x10000000000000001)
ROOT_64 = wuint256(0x10000000000000001)


@kernel(truth=lambda x: exact.exp2(x / 2**64) * 10**18)
def exp2(x: uint256) -> uint256:
    """`2^x` with 18 decimals, for an x with 64 binary places."""
    result = HALF_192x64

    # Each fractional bit that is set contributes its root; a test per byte skips empty ones.
    if x & BITS_56_TO_63 > 0:
        if x & BIT_63 > 0:
            result = (result * ROOT_1) >> 64
        if x & 0x4000000000000000 > 0:
            result = (result * ROOT_2) >> 64
        if x & 0x2000000000000000 > 0:
            result = (result * ROOT_3) >> 64
        if x & 0x1000000000000000 > 0:
            result = (result * ROOT_4) >> 64
        if x & 0x800000000000000 > 0:
            result = (result * ROOT_5) >> 64
        if x & 0x400000000000000 > 0:
            result = (result * ROOT_6) >> 64
        if x & 0x200000000000000 > 0:
            result = (result * ROOT_7) >> 64
        if x & 0x100000000000000 > 0:
            result = (result * ROOT_8) >> 64

    if x & 0xFF000000000000 > 0:
        if x & 0x80000000000000 > 0:
            result = (result * ROOT_9) >> 64
        if x & 0x40000000000000 > 0:
            result = (result * ROOT_10) >> 64
        if x & 0x20000000000000 > 0:
            result = (result * ROOT_11) >> 64
        if x & 0x10000000000000 > 0:
            result = (result * ROOT_12) >> 64
        if x & 0x8000000000000 > 0:
            result = (result * ROOT_13) >> 64
        if x & 0x4000000000000 > 0:
            result = (result * ROOT_14) >> 64
        if x & 0x2000000000000 > 0:
            result = (result * ROOT_15) >> 64
        if x & 0x1000000000000 > 0:
            result = (result * ROOT_16) >> 64

    if x & 0xFF0000000000 > 0:
        if x & 0x800000000000 > 0:
            result = (result * ROOT_17) >> 64
        if x & 0x400000000000 > 0:
            result = (result * ROOT_18) >> 64
        if x & 0x200000000000 > 0:
            result = (result * ROOT_19) >> 64
        if x & 0x100000000000 > 0:
            result = (result * ROOT_20) >> 64
        if x & 0x80000000000 > 0:
            result = (result * ROOT_21) >> 64
        if x & 0x40000000000 > 0:
            result = (result * ROOT_22) >> 64
        if x & 0x20000000000 > 0:
            result = (result * ROOT_23) >> 64
        if x & 0x10000000000 > 0:
            result = (result * ROOT_24) >> 64

    if x & 0xFF00000000 > 0:
        if x & 0x8000000000 > 0:
            result = (result * ROOT_25) >> 64
        if x & 0x4000000000 > 0:
            result = (result * ROOT_26) >> 64
        if x & 0x2000000000 > 0:
            result = (result * ROOT_27) >> 64
        if x & 0x1000000000 > 0:
            result = (result * ROOT_28) >> 64
        if x & 0x800000000 > 0:
            result = (result * ROOT_29) >> 64
        if x & 0x400000000 > 0:
            result = (result * ROOT_30) >> 64
        if x & 0x200000000 > 0:
            result = (result * ROOT_31) >> 64
        if x & 0x100000000 > 0:
            result = (result * ROOT_32) >> 64

    if x & 0xFF000000 > 0:
        if x & 0x80000000 > 0:
            result = (result * ROOT_33) >> 64
        if x & 0x40000000 > 0:
            result = (result * ROOT_34) >> 64
        if x & 0x20000000 > 0:
            result = (result * ROOT_35) >> 64
        if x & 0x10000000 > 0:
            result = (result * ROOT_36) >> 64
        if x & 0x8000000 > 0:
            result = (result * ROOT_37) >> 64
        if x & 0x4000000 > 0:
            result = (result * ROOT_38) >> 64
        if x & 0x2000000 > 0:
            result = (result * ROOT_39) >> 64
        if x & 0x1000000 > 0:
            result = (result * ROOT_40) >> 64

    if x & 0xFF0000 > 0:
        if x & 0x800000 > 0:
            result = (result * ROOT_41) >> 64
        if x & 0x400000 > 0:
            result = (result * ROOT_42) >> 64
        if x & 0x200000 > 0:
            result = (result * ROOT_43) >> 64
        if x & 0x100000 > 0:
            result = (result * ROOT_44) >> 64
        if x & 0x80000 > 0:
            result = (result * ROOT_45) >> 64
        if x & 0x40000 > 0:
            result = (result * ROOT_46) >> 64
        if x & 0x20000 > 0:
            result = (result * ROOT_47) >> 64
        if x & 0x10000 > 0:
            result = (result * ROOT_48) >> 64

    if x & 0xFF00 > 0:
        if x & 0x8000 > 0:
            result = (result * ROOT_49) >> 64
        if x & 0x4000 > 0:
            result = (result * ROOT_50) >> 64
        if x & 0x2000 > 0:
            result = (result * ROOT_51) >> 64
        if x & 0x1000 > 0:
            result = (result * ROOT_52) >> 64
        if x & 0x800 > 0:
            result = (result * ROOT_53) >> 64
        if x & 0x400 > 0:
            result = (result * ROOT_54) >> 64
        if x & 0x200 > 0:
            result = (result * ROOT_55) >> 64
        if x & 0x100 > 0:
            result = (result * ROOT_56) >> 64

    if x & 0xFF > 0:
        if x & 0x80 > 0:
            result = (result * ROOT_57) >> 64
        if x & 0x40 > 0:
            result = (result * ROOT_58) >> 64
        if x & 0x20 > 0:
            result = (result * ROOT_59) >> 64
        if x & 0x10 > 0:
            result = (result * ROOT_60) >> 64
        if x & 0x8 > 0:
            result = (result * ROOT_61) >> 64
        if x & 0x4 > 0:
            result = (result * ROOT_62) >> 64
        if x & 0x2 > 0:
            result = (result * ROOT_63) >> 64
        if x & 0x1 > 0:
            result = (result * ROOT_64) >> 64

    # The integer part is a shift, one less than 192 because of the start at a half.  From 2^192 on the
    # shift wraps to a huge one and the result is 0.
    result = result * wuint256(UNIT)
    result = result >> (191 - (wuint256(x) >> 64))
    return uint256(result)


@kernel(truth=lambda x: exact.log2(x) if x > 0 else x)
def msb(x: uint256) -> uint256:
    """Index of the highest bit set; 0 for 0."""
    factor = shl(7, gt(x, MAX_UINT128))
    x = shr(factor, x)
    result = factor
    factor = shl(6, gt(x, MAX_UINT64))
    x = shr(factor, x)
    result = or_(result, factor)
    factor = shl(5, gt(x, 0xFFFFFFFF))
    x = shr(factor, x)
    result = or_(result, factor)
    factor = shl(4, gt(x, 0xFFFF))
    x = shr(factor, x)
    result = or_(result, factor)
    factor = shl(3, gt(x, 0xFF))
    x = shr(factor, x)
    result = or_(result, factor)
    factor = shl(2, gt(x, 0xF))
    x = shr(factor, x)
    result = or_(result, factor)
    factor = shl(1, gt(x, 0x3))
    x = shr(factor, x)
    result = or_(result, factor)
    factor = gt(x, 0x1)
    return or_(result, factor)


@kernel(truth=lambda x, y, denominator: x * y / denominator)
def mulDiv(x: uint256, y: uint256, denominator: uint256) -> uint256:
    """`x * y / denominator` over the product's 512 bits, rounded down."""
    mm = mulmod(x, y, not_(0))
    prod0 = mul(x, y)
    prod1 = sub(sub(mm, prod0), lt(mm, prod0))

    if prod1 == 0:
        return prod0 / denominator

    # Also refuses a denominator of 0.
    if prod1 >= denominator:
        raise PRBMath_MulDiv_Overflow(x, y, denominator)

    # Subtract the remainder, so that the division is exact.
    remainder = mulmod(x, y, denominator)
    prod1 = sub(prod1, gt(remainder, prod0))
    prod0 = sub(prod0, remainder)

    # Divide both by the largest power of two in the denominator, and bring prod1's low bits into prod0.
    lpotdod = denominator & (~denominator + 1)
    odd = wuint256(div(denominator, lpotdod))
    prod0 = div(prod0, lpotdod)
    flippedLpotdod = add(div(sub(0, lpotdod), lpotdod), 1)
    prod0 = prod0 | mul(prod1, flippedLpotdod)

    # Invert the odd rest modulo 2^256: the seed is right in 4 bits, and each Newton step doubles them.
    inverse = (3 * odd) ^ 2
    inverse = inverse * (2 - odd * inverse)
    inverse = inverse * (2 - odd * inverse)
    inverse = inverse * (2 - odd * inverse)
    inverse = inverse * (2 - odd * inverse)
    inverse = inverse * (2 - odd * inverse)
    inverse = inverse * (2 - odd * inverse)
    return uint256(wuint256(prod0) * inverse)


@kernel(truth=lambda x, y: x * y / 10**18)
def mulDiv18(x: uint256, y: uint256) -> uint256:
    """`x * y / 10^18` over the product's 512 bits, rounded down."""
    mm = mulmod(x, y, not_(0))
    prod0 = mul(x, y)
    prod1 = sub(sub(mm, prod0), lt(mm, prod0))

    if prod1 == 0:
        return prod0 / UNIT

    if prod1 >= UNIT:
        raise PRBMath_MulDiv18_Overflow(x, y)

    remainder = mulmod(x, y, UNIT)
    low = div(sub(prod0, remainder), UNIT_LPOTD)
    high = mul(sub(prod1, gt(remainder, prod0)), add(div(sub(0, UNIT_LPOTD), UNIT_LPOTD), 1))
    return mul(or_(low, high), UNIT_INVERSE)


@kernel(truth=lambda x, y, denominator: x * y / denominator)
def mulDivSigned(x: int256, y: int256, denominator: int256) -> int256:
    """`x * y / denominator` over the product's 512 bits, rounded toward zero."""
    if x == int256.min or y == int256.min or denominator == int256.min:
        raise PRBMath_MulDivSigned_InputTooSmall()

    xAbs = uint256(-x) if x < 0 else uint256(x)
    yAbs = uint256(-y) if y < 0 else uint256(y)
    dAbs = uint256(-denominator) if denominator < 0 else uint256(denominator)

    resultAbs = mulDiv(xAbs, yAbs, dAbs)
    if resultAbs > uint256(int256.max):
        raise PRBMath_MulDivSigned_Overflow(x, y)

    # Each is 1 where the sign is not negative.
    sx = sgt(x, sub(0, 1))
    sy = sgt(y, sub(0, 1))
    sd = sgt(denominator, sub(0, 1))
    return -int256(resultAbs) if sx ^ sy ^ sd == 0 else int256(resultAbs)


@kernel(truth=exact.sqrt)
def sqrt(x: uint256) -> uint256:
    """The square root, rounded down."""
    if x == 0:
        return uint256(0)

    # Start from the power of two at or below the root.
    xAux = x
    result = uint256(1)
    if xAux >= TWO_128:
        xAux = xAux >> 128
        result = result << 64
    if xAux >= TWO_64:
        xAux = xAux >> 64
        result = result << 32
    if xAux >= 0x100000000:
        xAux = xAux >> 32
        result = result << 16
    if xAux >= 0x10000:
        xAux = xAux >> 16
        result = result << 8
    if xAux >= 0x100:
        xAux = xAux >> 8
        result = result << 4
    if xAux >= 0x10:
        xAux = xAux >> 4
        result = result << 2
    if xAux >= 0x4:
        result = result << 1

    # Seven Newton steps take the one bit that is right to 128.
    result = (result + x / result) >> 1
    result = (result + x / result) >> 1
    result = (result + x / result) >> 1
    result = (result + x / result) >> 1
    result = (result + x / result) >> 1
    result = (result + x / result) >> 1
    result = (result + x / result) >> 1

    roundedResult = x / result
    if result >= roundedResult:
        result = roundedResult
    return result
