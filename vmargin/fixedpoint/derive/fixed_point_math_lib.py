"""Derive's FixedPointMathLib: exp, ln, roots, powers and the normal distribution over 18 digits.

exp and ln are the rational approximations of recmo's solexp; the cumulative normal is Hart's
rational one up to 7.07 deviations and a continued fraction beyond.
"""

from __future__ import annotations

from vmargin.fixedpoint.derive.signed_decimal_math import multiplyDecimal
from vmargin.solidity import exact
from vmargin.solidity.assembly import clz
from vmargin.solidity.integers import int256, uint256, wint64, wint128, wint256, wuint64, wuint128, wuint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

Overflow = CustomError("Overflow()")
ExpOverflow = CustomError("ExpOverflow()")
LnNegativeUndefined = CustomError("LnNegativeUndefined()")

UNIT = uint256(10**18)
SIGNED_UNIT = int256(10**18)
UNIT_TO_PRECISE = uint256(10**9)
SIGNED_UNIT_TO_PRECISE = int256(10**9)

# 10^18 = 2^18 * 5^18: a shift by n and a division by 5^18 turn 18 digits into n + 18 binary ones.
FIVE_POW_18 = wuint256(5**18)
SIGNED_FIVE_POW_18 = wint256(5**18)

EXP_IS_ZERO_UP_TO = int256(-42139678854452767551)
EXP_OVERFLOWS_FROM = int256(135305999368893231589)
LN_2 = wint256(54916777467707473351141471128)
HALF = wint256(2**95)
EXP_SCALE = wuint256(3822833074963236453042738258902158003155416615667)
EXP_SCALE_BITS = wint256(195)

EXP_P5 = wint128(2772001395605857295435445496992)
EXP_P4 = wint128(44335888930127919016834873520032)
EXP_P3 = wint128(398888492587501845352592340339721)
EXP_P2 = wint128(1993839819670624470859228494792842)
EXP_P0 = wint256(4385272521454847904632057985693276 << 96)
EXP_Z1 = wint128(750530180792738023273180420736)
EXP_Z0 = wint128(32788456221302202726307501949080)
EXP_W1 = wint128(2218138959503481824038194425854)
EXP_W0 = wint128(892943633302991980437332862907700)
EXP_Q1 = wint128(78174809823045304726920794422040)
EXP_Q0 = wint128(4203224763890128580604056984195872)

LN_P6 = wint128(3273285459638523848632254066296)
LN_P5 = wint128(24828157081833163892658089445524)
LN_P4 = wint128(43456485725739037958740375743393)
LN_P3 = wint128(11111509109440967052023855526967)
LN_P2 = wint128(45023709667254063763336534515857)
LN_P1 = wint128(14706773417378608786704636184526)
LN_P0 = wint256(795164235651350426258249787498 << 96)
LN_Q6 = wint128(5573035233440673466300451813936)
LN_Q5 = wint128(71694874799317883764090561454958)
LN_Q4 = wint128(283447036172924575727196451306956)
LN_Q3 = wint128(401686690394027663651624208769553)
LN_Q2 = wint128(204048457590392012362485061816622)
LN_Q1 = wint128(31853899698501571402653359427138)
LN_Q0 = wint128(909429971244387300277376558375)
LN_SCALE = wint256(1677202110996718588342820967067443963516166)
LN_2_SCALED = wint256(16597577552685614221487285958193947469193820559219878177908093499208371)
LN_OFFSET = wint256(600920179829731861736702779321621459595472258049074101567377883020018308)

SQRT_TWO_PI = uint256(2506628274631000502)
WRAPPING_UNIT = wuint256(10**18)
CDF_SATURATES_BEYOND = wuint256(37 * 10**18)
CDF_HART_BELOW = wuint128(130438178253327725388)
CDF_N6 = wuint128(650478250178244362)
CDF_N5 = wuint128(12919787143353136591)
CDF_N4 = wuint128(117578849504046139487)
CDF_N3 = wuint128(625581961353917287603)
CDF_N2 = wuint128(2067498006223917203771)
CDF_N1 = wuint128(4080670594171652639712)
CDF_N0 = wuint128(4062099735652764000328)
CDF_M7 = wuint128(1630477228166597028)
CDF_M6 = wuint128(32386342837845824709)
CDF_M5 = wuint128(296331772558254578451)
CDF_M4 = wuint128(1600821957476871612085)
CDF_M3 = wuint128(5470644798650576484341)
CDF_M2 = wuint128(11756730424506726822413)
CDF_M1 = wuint128(14643514515380871948050)
CDF_M0 = wuint128(8124199471305528000657)
CDF_TAIL_START = wuint256(11990383647911208550)
CDF_TAIL_SCALE = wuint256(46239130270042206915)


@kernel
def product96(a: wint128, b: wint128) -> wint128:
    """Product of numbers with 96 binary digits, which the polynomials of `exp` and `ln` keep below 2^31."""
    return wint128((wint256(a) * wint256(b)) >> 96)


@kernel(truth=lambda x: exact.ln(x / 10**18) * 10**18)
def ln(x: int256) -> int256:
    """Natural logarithm."""
    if x < 0:
        raise LnNegativeUndefined()
    if x == 0:
        raise Overflow()
    # ln(x) = ln(m) + k ln(2), with m in [1, 2) as a number of 96 binary digits.
    zeros = clz(x)
    k = wint256(159) - wint256(zeros)
    m = wint128(wuint128((wuint256(x) << zeros) >> 159))

    p = m + LN_P6
    p = product96(p, m) + LN_P5
    p = product96(p, m) + LN_P4
    p = product96(p, m) - LN_P3
    p = product96(p, m) - LN_P2
    p = product96(p, m) - LN_P1
    numerator = wint256(p) * wint256(m) - LN_P0

    q = m + LN_Q6
    q = product96(q, m) + LN_Q5
    q = product96(q, m) + LN_Q4
    q = product96(q, m) + LN_Q3
    q = product96(q, m) + LN_Q2
    q = product96(q, m) + LN_Q1
    q = product96(q, m) + LN_Q0

    return int256((numerator / wint256(q) * LN_SCALE + LN_2_SCALED * k + LN_OFFSET) >> 174)


@kernel(truth=lambda x: exact.exp(x / 10**18) * 10**18)
def exp(x: int256) -> uint256:
    """Natural exponential; `exp(0)` is one wei below 1."""
    if x <= EXP_IS_ZERO_UP_TO:
        return uint256(0)
    if x >= EXP_OVERFLOWS_FROM:
        raise ExpOverflow()
    # exp(x) = exp(y) 2^k, with y in (-ln(2)/2, ln(2)/2) as a number of 96 binary digits.
    r = (wint256(x) << 78) / SIGNED_FIVE_POW_18
    k = ((r << 96) / LN_2 + HALF) >> 96
    y = wint128(r - k * LN_2)

    p = y + EXP_P5
    p = product96(p, y) + EXP_P4
    p = product96(p, y) + EXP_P3
    p = product96(p, y) + EXP_P2
    numerator = wint256(p) * wint256(y) + EXP_P0

    # A denominator of degree six in four products instead of five.
    z = y + EXP_Z1
    z = product96(z, y) + EXP_Z0
    w = y - EXP_W1
    w = product96(w, z) + EXP_W0
    q = z + w - EXP_Q1
    q = product96(q, w) + EXP_Q0

    return uint256((wuint256(numerator / wint256(q)) * EXP_SCALE) >> wuint256(EXP_SCALE_BITS - k))


@kernel
def lnPrecise(x: int256) -> int256:
    """Natural logarithm over 27 digits, of which nine are lost."""
    return ln(x / SIGNED_UNIT_TO_PRECISE) * SIGNED_UNIT_TO_PRECISE


@kernel
def expPrecise(x: int256) -> uint256:
    """Natural exponential over 27 digits, of which nine are lost."""
    return exp(x / SIGNED_UNIT_TO_PRECISE) * UNIT_TO_PRECISE


@kernel(truth=exact.sqrt)
def rawSqrt(x: uint256) -> uint256:
    """Integer square root, rounded down."""
    if x == 0:
        return uint256(0)
    # The root of x shifted to the top, first of 32 bits by Heron's steps of growing precision.  From
    # there on each step divides what the root leaves over by the root, which doubles its bits.  The
    # result of a step is right or one too large, which the sign of what is left over tells.
    halfShift = clz(x) >> 1
    m = wuint256(x) << (halfShift * 2)
    top = wuint64(m >> 192)
    root32 = (top >> 62) + 1
    root32 = (root32 << 1) + (top >> 59) / root32
    root32 = (root32 << 3) + (top >> 53) / root32
    root32 = (root32 << 7) + (top >> 41) / root32
    root32 = (root32 << 15) + (top >> 17) / root32
    rest32 = top - root32 * root32
    if wint64(rest32) < 0:
        root32 = root32 - 1
        rest32 = top - root32 * root32

    top128 = wuint128(m >> 128)
    quotient64 = ((rest32 << 31) + (wuint64(top128) >> 33)) / root32
    root64 = (wuint128(root32) << 32) + wuint128(quotient64)
    rest64 = top128 - root64 * root64
    if wint128(rest64) < 0:
        root64 = root64 - 1
        rest64 = top128 - root64 * root64

    quotient128 = ((rest64 << 63) + (wuint128(wuint64(m >> 64)) >> 1)) / root64
    root = (wuint256(root64) << 64) + wuint256(quotient128)
    if wint256(m - root * root) < 0:
        root = root - 1
    return uint256(root >> halfShift)


@kernel(truth=lambda x: exact.sqrt(x / 10**18) * 10**18)
def sqrt(x: uint256) -> uint256:
    """Square root, rounded down."""
    return rawSqrt(x * UNIT)


@kernel(truth=lambda x: exact.normal_pdf(x / 10**18) * 10**18)
def stdNormal(x: int256) -> uint256:
    """Density of the standard normal distribution."""
    halfSquare = (x >> 1) * x / SIGNED_UNIT
    return exp(-halfSquare) * UNIT / SQRT_TWO_PI


@kernel
def product64(a: wuint128, b: wuint128) -> wuint128:
    """Product of numbers with 64 binary digits; narrow operands make it four multiplications of limbs."""
    return wuint128((wuint256(a) * wuint256(b)) >> 64)


@kernel(truth=lambda x: exact.normal_cdf(x / 10**18) * 10**18)
def stdNormalCDF(x: int256) -> uint256:
    """Cumulative standard normal distribution; `stdNormalCDF(0)` is one wei below 1/2."""
    z = wuint256(x)
    if x < 0:
        z = wuint256(-x)
    if z > CDF_SATURATES_BEYOND:
        return uint256(0) if x <= 0 else UNIT

    # From here on numbers have 64 binary digits.
    e = (wuint256(exp(-int256((z >> 1) * z / WRAPPING_UNIT))) << 46) / FIVE_POW_18
    z64 = wuint128((z << 46) / FIVE_POW_18)
    if z64 < CDF_HART_BELOW:
        n = product64(CDF_N6, z64) + CDF_N5
        n = product64(n, z64) + CDF_N4
        n = product64(n, z64) + CDF_N3
        n = product64(n, z64) + CDF_N2
        n = product64(n, z64) + CDF_N1
        n = product64(n, z64) + CDF_N0
        d = product64(CDF_M7, z64) + CDF_M6
        d = product64(d, z64) + CDF_M5
        d = product64(d, z64) + CDF_M4
        d = product64(d, z64) + CDF_M3
        d = product64(d, z64) + CDF_M2
        d = product64(d, z64) + CDF_M1
        d = product64(d, z64) + CDF_M0
        tail = wuint256(n) * e / wuint256(d)
    else:
        z = wuint256(z64)
        f = (wuint256(4) << 128) / (z + CDF_TAIL_START)
        f = (wuint256(3) << 128) / (z + f)
        f = (wuint256(2) << 128) / (z + f)
        f = (wuint256(1) << 128) / (z + f)
        tail = (e << 64) / (((f + z) * CDF_TAIL_SCALE) >> 64)

    tail = (tail * FIVE_POW_18) >> 46
    if x <= 0:
        return uint256(tail)
    return uint256(WRAPPING_UNIT - tail)


@kernel(truth=lambda a, b: exact.power(a / 10**18, b / 10**18) * 10**18)
def decPow(a: int256, b: int256) -> uint256:
    """`a ** b`, as `exp(ln(a) * b)`."""
    return exp(multiplyDecimal(ln(a), b))
