"""Solady 0.1.26 `FixedPointMathLib`, fixed point in WAD: products, quotients, exp, ln, powers, W_0."""

from __future__ import annotations

from vmargin.fixedpoint.solady.truths import WAD as ONE
from vmargin.fixedpoint.solady.truths import quotient
from vmargin.solidity import exact
from vmargin.solidity.assembly import (
    add,
    and_,
    byte,
    div,
    eq,
    gt,
    iszero,
    lt,
    mod,
    mul,
    not_,
    or_,
    sar,
    sdiv,
    sgt,
    shl,
    shr,
    slt,
    sub,
    xor,
)
from vmargin.solidity.integers import int256, uint256, wint256, wuint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

__all__ = [
    "WAD", "DivWadFailed", "ExpOverflow", "LnWadUndefined", "MulWadFailed", "OutOfDomain", "SDivWadFailed",
    "SMulWadFailed", "divWad", "divWadUp", "expWad", "lambertW0Wad", "lnWad", "mulWad", "mulWadUp",
    "powWad", "rawDivWad", "rawDivWadUp", "rawMulWad", "rawMulWadUp", "rawSDivWad", "rawSMulWad",
    "sDivWad", "sMulWad",
]  # fmt: skip

ExpOverflow = CustomError("ExpOverflow()")
MulWadFailed = CustomError("MulWadFailed()")
SMulWadFailed = CustomError("SMulWadFailed()")
DivWadFailed = CustomError("DivWadFailed()")
SDivWadFailed = CustomError("SDivWadFailed()")
LnWadUndefined = CustomError("LnWadUndefined()")
OutOfDomain = CustomError("OutOfDomain()")

WAD = uint256(10**18)
MAX_UINT128 = uint256(2**128 - 1)
MAX_UINT64 = uint256(2**64 - 1)

# exp: the domain, ln 2 in 2^96ths, and the coefficients of the rational function p / q in powers of x.
EXP_IS_ZERO = int256(-41446531673892822313)
EXP_OVERFLOWS = int256(135305999368893231589)
LN_2 = wint256(54916777467707473351141471128)
HALF = wint256(2**95)
EXP_Y0 = wint256(1346386616545796478920950773328)
EXP_Y1 = wint256(57155421227552351082224309758442)
EXP_P0 = wint256(94201549194550492254356042504812)
EXP_P1 = wint256(28719021644029726153956944680412240)
EXP_P2 = wint256(4385272521454847904659076985693276 << 96)
EXP_Q0 = wint256(2855989394907223263936484059900)
EXP_Q1 = wint256(50020603652535783019961831881945)
EXP_Q2 = wint256(533845033583426703283633433725380)
EXP_Q3 = wint256(3604857256930695427073651918091429)
EXP_Q4 = wint256(14423608567350463180887372962807573)
EXP_Q5 = wint256(26449188498355588339934803723976023)
EXP_SCALE = wuint256(3822833074963236453042738258902158003155416615667)

# ln: two tables that find the top bit of a byte, the coefficients of p / q, and what restores scale and base.
TOP_BIT_INDEX = uint256(0x8421084210842108CC6318C6DB6D54BE)
LN_TOP_BIT = uint256(0xF8F9F9FAF9FDFAFBF9FDFCFDFAFBFCFEF9FAFDFAFCFCFBFEFAFAFCFBFFFFFFFF)
LN_P0 = uint256(3273285459638523848632254066296)
LN_P1 = uint256(24828157081833163892658089445524)
LN_P2 = uint256(43456485725739037958740375743393)
LN_P3 = uint256(11111509109440967052023855526967)
LN_P4 = uint256(45023709667254063763336534515857)
LN_P5 = uint256(14706773417378608786704636184526)
LN_P6 = uint256(795164235651350426258249787498)
LN_Q0 = uint256(5573035233440673466300451813936)
LN_Q1 = uint256(71694874799317883764090561454958)
LN_Q2 = uint256(283447036172924575727196451306956)
LN_Q3 = uint256(401686690394027663651624208769553)
LN_Q4 = uint256(204048457590392012362485061816622)
LN_Q5 = uint256(31853899698501571402653359427138)
LN_Q6 = uint256(909429971244387300277376558375)
LN_SCALE = uint256(1677202110996718588342820967067443963516166)
LN_2_SCALED = uint256(16597577552685614221487285958193947469193820559219878177908093499208371)
LN_BASE_SCALED = uint256(600920179829731861736702779321621459595472258049074101567377883020018308)

# Lambert's W: the end of its domain, where its starting values change, and their tables.
MINUS_ONE_OVER_E = wint256(-367879441171442322)
TOP_BIT = uint256(0x0706060506020504060203020504030106050205030304010505030400000000)
W_START = uint256(0x0303030303030303040506080C13)
W_FIRST_GUESS = uint256(1023715080943847266)


@kernel(truth=lambda x, y: x * y / ONE)
def mulWad(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded down."""
    if gt(x, div(not_(0), y)) != 0 and y != 0:
        raise MulWadFailed()
    return div(mul(x, y), WAD)


@kernel(truth=lambda x, y: x * y / ONE)
def sMulWad(x: int256, y: int256) -> int256:
    """`x * y / WAD`, truncated toward zero (the original's comment says down, which it is not below zero)."""
    z = mul(x, y)
    if iszero(gt(or_(iszero(x), eq(sdiv(z, x), y)), lt(not_(x), eq(y, shl(255, 1))))) != 0:
        raise SMulWadFailed()
    return int256(sdiv(z, WAD))


@kernel(truth=lambda x, y: x * y / ONE)
def rawMulWad(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded down; the product wraps."""
    return div(mul(x, y), WAD)


@kernel(truth=lambda x, y: x * y / ONE)
def rawSMulWad(x: int256, y: int256) -> int256:
    """`x * y / WAD`, truncated toward zero; the product wraps."""
    return int256(sdiv(mul(x, y), WAD))


@kernel(truth=lambda x, y: x * y / ONE)
def mulWadUp(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded up."""
    z = mul(x, y)
    if iszero(eq(div(z, y), x)) != 0 and y != 0:
        raise MulWadFailed()
    return add(iszero(iszero(mod(z, WAD))), div(z, WAD))


@kernel(truth=lambda x, y: x * y / ONE)
def rawMulWadUp(x: uint256, y: uint256) -> uint256:
    """`x * y / WAD`, rounded up; the product wraps."""
    return add(iszero(iszero(mod(mul(x, y), WAD))), div(mul(x, y), WAD))


@kernel(truth=lambda x, y: x * ONE / y)
def divWad(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded down."""
    if iszero(mul(y, lt(x, add(1, div(not_(0), WAD))))) != 0:
        raise DivWadFailed()
    return div(mul(x, WAD), y)


@kernel(truth=lambda x, y: x * ONE / y)
def sDivWad(x: int256, y: int256) -> int256:
    """`x * WAD / y`, truncated toward zero (the original's comment says down, which it is not below zero)."""
    z = mul(x, WAD)
    if iszero(mul(y, eq(sdiv(z, WAD), x))) != 0:
        raise SDivWadFailed()
    return int256(sdiv(z, y))


@kernel(truth=lambda x, y: quotient(x * ONE, y))
def rawDivWad(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded down; the product wraps, and the result is 0 if `y` is 0."""
    return div(mul(x, WAD), y)


@kernel(truth=lambda x, y: quotient(x * ONE, y))
def rawSDivWad(x: int256, y: int256) -> int256:
    """`x * WAD / y`, truncated toward zero; the product wraps, and the result is 0 if `y` is 0."""
    return int256(sdiv(mul(x, WAD), y))


@kernel(truth=lambda x, y: x * ONE / y)
def divWadUp(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded up."""
    if iszero(mul(y, lt(x, add(1, div(not_(0), WAD))))) != 0:
        raise DivWadFailed()
    return add(iszero(iszero(mod(mul(x, WAD), y))), div(mul(x, WAD), y))


@kernel(truth=lambda x, y: quotient(x * ONE, y))
def rawDivWadUp(x: uint256, y: uint256) -> uint256:
    """`x * WAD / y`, rounded up; the product wraps, and the result is 0 if `y` is 0."""
    return add(iszero(iszero(mod(mul(x, WAD), y))), div(mul(x, WAD), y))


@kernel(truth=lambda x, y: exact.power(x / ONE, y / ONE) * ONE)
def powWad(x: int256, y: int256) -> int256:
    """`x` to the power of `y`, both in WAD, for positive `x`: an approximation, by exp and ln."""
    return expWad(lnWad(x) * y / int256(WAD))


@kernel(truth=lambda x: exact.exp(x / ONE) * ONE)
def expWad(x: int256) -> int256:
    """`e^x` in WAD, an approximation; 0 where the result is below half a unit."""
    if x <= EXP_IS_ZERO:
        return int256(0)
    if iszero(slt(x, EXP_OVERFLOWS)) != 0:
        raise ExpOverflow()
    # From 10^18ths to 2^96ths, then x = k ln 2 + (what is left, at most half of ln 2 in magnitude).
    v = (wint256(x) << 78) / 5**18
    k = ((v << 96) / LN_2 + HALF) >> 96
    v = v - k * LN_2

    y = v + EXP_Y0
    y = ((y * v) >> 96) + EXP_Y1
    p = y + v - EXP_P0
    p = ((p * y) >> 96) + EXP_P1
    p = p * v + EXP_P2

    q = v - EXP_Q0
    q = ((q * v) >> 96) + EXP_Q1
    q = ((q * v) >> 96) - EXP_Q2
    q = ((q * v) >> 96) + EXP_Q3
    q = ((q * v) >> 96) - EXP_Q4
    q = ((q * v) >> 96) + EXP_Q5

    # The rational function's own scale, 2^k and the way back to 10^18ths in one product and one shift.
    r = wuint256(sdiv(p, q))
    return int256((r * EXP_SCALE) >> wuint256(195 - k))


@kernel(truth=lambda x: exact.ln(x / ONE) * ONE)
def lnWad(x: int256) -> int256:
    """`ln(x)` in WAD, for positive `x`: an approximation."""
    # 255 less the position of the top bit, by halving down to a byte and a table for the byte.
    r = shl(7, lt(MAX_UINT128, x))
    r = or_(r, shl(6, lt(MAX_UINT64, shr(r, x))))
    r = or_(r, shl(5, lt(0xFFFFFFFF, shr(r, x))))
    r = or_(r, shl(4, lt(0xFFFF, shr(r, x))))
    r = or_(r, shl(3, lt(0xFF, shr(r, x))))
    if iszero(sgt(x, 0)) != 0:
        raise LnWadUndefined()
    r = xor(r, byte(and_(0x1F, shr(shr(r, x), TOP_BIT_INDEX)), LN_TOP_BIT))
    # Between 1 and 2, in 2^96ths.
    m = shr(159, shl(r, x))

    p = sar(96, mul(add(LN_P0, m), m))
    p = sar(96, mul(add(LN_P1, p), m))
    p = sub(sar(96, mul(add(LN_P2, p), m)), LN_P3)
    p = sub(sar(96, mul(p, m)), LN_P4)
    p = sub(sar(96, mul(p, m)), LN_P5)
    p = sub(mul(p, m), shl(96, LN_P6))

    q = add(LN_Q0, m)
    q = add(LN_Q1, sar(96, mul(m, q)))
    q = add(LN_Q2, sar(96, mul(m, q)))
    q = add(LN_Q3, sar(96, mul(m, q)))
    q = add(LN_Q4, sar(96, mul(m, q)))
    q = add(LN_Q5, sar(96, mul(m, q)))
    q = add(LN_Q6, sar(96, mul(m, q)))

    # In 2^-192 of 5^18: the fraction, then k ln 2, then ln(2^96 / 10^18).
    p = sdiv(p, q)
    p = mul(LN_SCALE, p)
    p = add(mul(LN_2_SCALED, sub(159, r)), p)
    p = add(LN_BASE_SCALED, p)
    return int256(sar(174, p))


@kernel(truth=lambda x: exact.lambert_w(x / ONE) * ONE)
def lambertW0Wad(x: int256) -> int256:
    """`W_0(x)` in WAD, the principal branch, for `x > -1/e`: an approximation."""
    w = wint256(x)
    if w <= MINUS_ONE_OVER_E:
        raise OutOfDomain()
    p = w
    c = uint256(0)  # 1 where the last step must avoid cancellation
    i = uint256(4)  # steps at most, by where x lies; above c in every case, so that i - c below is at least 1
    if w <= 0x1FFFFFFFFFFFF:
        if w >= -0x4000000000000:
            i = uint256(1)
        elif w <= -0x3FFFFFFFFFFFFFF:
            i = uint256(32)
    elif w >> 63 == 0:
        # log2 of a small number, and a starting value from a table by it.
        v = shr(49, w)
        n = shl(3, lt(0xFF, v))
        n = add(or_(n, byte(and_(0x1F, shr(shr(n, v), TOP_BIT_INDEX)), TOP_BIT)), 49)
        w = wint256(sdiv(shl(n, 7), byte(sub(n, 31), W_START)))
        c = gt(n, 60)
        i = add(2, add(gt(n, 53), c))
    else:
        w = wint256(lnWad(int256(w)))
        ll = lnWad(int256(w))
        w = wint256(add(sdiv(mul(ll, W_FIRST_GUESS), w), sub(w, ll)))
        i = add(3, iszero(shr(68, x)))
        c = iszero(shr(143, x))
        if c == 0:
            # Newton's steps, whose intermediate values do not overflow where x is large.
            for _ in range(i):
                e = expWad(int256(w))
                t = mul(w, div(e, WAD))
                w = wint256(sub(w, sdiv(sub(t, x), div(add(e, t), WAD))))
                if p <= w:
                    break
                p = w
            return int256(sub(w, sgt(w, 2)))
    # Halley's steps.
    for _ in range(i - c):
        e = expWad(int256(w))
        t = add(w, WAD)
        s = sub(mul(w, e), mul(x, WAD))
        w = wint256(sub(w, sdiv(mul(s, WAD), sub(mul(e, t), sdiv(mul(add(t, WAD), s), add(t, t))))))
        if p <= w:
            break
        p = w
    w = wint256(sub(w, sgt(w, 2)))
    if c == 0:
        return int256(w)
    # One step of Iacono and Boyd's recursion instead of the last.
    t = or_(w, 1)
    z = sdiv(mul(x, WAD), t)
    z = mul(t, add(WAD, lnWad(int256(z))))
    return int256(sdiv(z, add(WAD, t)))
