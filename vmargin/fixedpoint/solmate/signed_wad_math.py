"""Solmate 6.8.0 `SignedWadMath`: signed products, exponentials and logarithms in wads."""

from __future__ import annotations

from vmargin.solidity import exact
from vmargin.solidity.assembly import div, lt, mul, or_, sdiv, shl, shr, sub
from vmargin.solidity.integers import int256, uint256, wint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Empty, Error

WAD = int256(10**18)

MAX_UINT128 = uint256(2**128 - 1)
MAX_UINT64 = uint256(2**64 - 1)

EXP_IS_ZERO = int256(-42139678854452767551)
EXP_OVERFLOWS = int256(135305999368893231589)
LN2_2E96 = wint256(54916777467707473351141471128)
HALF_2E96 = wint256(2**95)
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
EXP_SCALE = uint256(3822833074963236453042738258902158003155416615667)

LN_P0 = wint256(3273285459638523848632254066296)
LN_P1 = wint256(24828157081833163892658089445524)
LN_P2 = wint256(43456485725739037958740375743393)
LN_P3 = wint256(11111509109440967052023855526967)
LN_P4 = wint256(45023709667254063763336534515857)
LN_P5 = wint256(14706773417378608786704636184526)
LN_P6 = wint256(795164235651350426258249787498 << 96)
LN_Q0 = wint256(5573035233440673466300451813936)
LN_Q1 = wint256(71694874799317883764090561454958)
LN_Q2 = wint256(283447036172924575727196451306956)
LN_Q3 = wint256(401686690394027663651624208769553)
LN_Q4 = wint256(204048457590392012362485061816622)
LN_Q5 = wint256(31853899698501571402653359427138)
LN_Q6 = wint256(909429971244387300277376558375)
LN_SCALE = wint256(1677202110996718588342820967067443963516166)
LN2_5E18_2E192 = wint256(16597577552685614221487285958193947469193820559219878177908093499208371)
LN_UNIT = wint256(600920179829731861736702779321621459595472258049074101567377883020018308)
"""`ln(2^96 / 10^18) * 5^18 * 2^192`."""


@kernel
def toWadUnsafe(x: uint256) -> int256:
    """`x * WAD`, which wraps."""
    return int256(mul(x, WAD))


@kernel
def toDaysWadUnsafe(x: uint256) -> int256:
    """Seconds to days in wads, rounded down; it wraps."""
    return int256(div(mul(x, WAD), 86400))


@kernel
def fromDaysWadUnsafe(x: int256) -> uint256:
    """Days in wads to seconds, rounded down; it wraps and is meant for positive x."""
    return div(mul(x, 86400), WAD)


@kernel
def unsafeWadMul(x: int256, y: int256) -> int256:
    """`x * y / WAD`, rounded toward zero; it wraps."""
    return int256(sdiv(mul(x, y), WAD))


@kernel
def unsafeWadDiv(x: int256, y: int256) -> int256:
    """`x * WAD / y`, rounded toward zero; it wraps, and is 0 if y is 0."""
    return int256(sdiv(mul(x, WAD), y))


@kernel(truth=lambda x, y: x * y / 10**18)
def wadMul(x: int256, y: int256) -> int256:
    """`x * y / WAD`, rounded toward zero."""
    r = int256(mul(x, y))
    # The quotient shows every overflow but that of -1 times the least word, where SDIV wraps as well.
    if not ((x == 0 or int256(sdiv(r, x)) == y) and (x != -1 or y != int256.min)):
        raise Empty()
    return r / WAD


@kernel(truth=lambda x, y: x * 10**18 / y)
def wadDiv(x: int256, y: int256) -> int256:
    """`x * WAD / y`, rounded toward zero."""
    r = int256(mul(x, WAD))
    if y == 0 or r / WAD != x:
        raise Empty()
    return int256(sdiv(r, y))


@kernel(truth=lambda x, y: exact.power(x / 10**18, y / 10**18) * 10**18)
def wadPow(x: int256, y: int256) -> int256:
    """`x ** y` in wads as `exp(ln(x) * y)`, for positive x."""
    return wadExp(wadLn(x) * y / WAD)


@kernel(truth=lambda x: exact.exp(x / 10**18) * 10**18)
def wadExp(x: int256) -> int256:
    """`exp(x)` in wads, rounded down."""
    if x <= EXP_IS_ZERO:
        return int256(0)
    if x >= EXP_OVERFLOWS:
        raise Error("EXP_OVERFLOW")

    # x * 2^96 / WAD, reduced by the multiple k of ln 2 that leaves the least magnitude.
    z = (wint256(x) << 78) / 5**18
    k = ((z << 96) / LN2_2E96 + HALF_2E96) >> 96
    z = z - k * LN2_2E96

    # A quotient of polynomials of degrees 6 and 7; p is left with 192 fractional bits for the division.
    y = z + EXP_Y0
    y = ((y * z) >> 96) + EXP_Y1
    p = y + z - EXP_P0
    p = ((p * y) >> 96) + EXP_P1
    p = p * z + EXP_P2
    q = z - EXP_Q0
    q = ((q * z) >> 96) + EXP_Q1
    q = ((q * z) >> 96) - EXP_Q2
    q = ((q * z) >> 96) + EXP_Q3
    q = ((q * z) >> 96) - EXP_Q4
    q = ((q * z) >> 96) + EXP_Q5

    # One product and one shift for the missing factor, 2^k and the unit.
    return int256(mul(sdiv(p, q), EXP_SCALE) >> sub(195, k))


@kernel(truth=lambda x: exact.ln(x / 10**18) * 10**18)
def wadLn(x: int256) -> int256:
    """`ln(x)` in wads, rounded down."""
    if x <= 0:
        raise Error("UNDEFINED")

    # The position of the highest bit.
    r = shl(7, lt(MAX_UINT128, x))
    r = or_(r, shl(6, lt(MAX_UINT64, shr(r, x))))
    r = or_(r, shl(5, lt(0xFFFFFFFF, shr(r, x))))
    r = or_(r, shl(4, lt(0xFFFF, shr(r, x))))
    r = or_(r, shl(3, lt(0xFF, shr(r, x))))
    r = or_(r, shl(2, lt(0xF, shr(r, x))))
    r = or_(r, shl(1, lt(0x3, shr(r, x))))
    r = or_(r, lt(0x1, shr(r, x)))

    # The mantissa from 1 to 2, with 96 fractional bits.
    k = wint256(int256(r)) - 96
    z = wint256(int256(shr(159, shl(sub(159, k), x))))

    # A quotient of polynomials of degree 8; p is left with 192 fractional bits for the division.
    p = z + LN_P0
    p = ((p * z) >> 96) + LN_P1
    p = ((p * z) >> 96) + LN_P2
    p = ((p * z) >> 96) - LN_P3
    p = ((p * z) >> 96) - LN_P4
    p = ((p * z) >> 96) - LN_P5
    p = p * z - LN_P6
    q = z + LN_Q0
    q = ((q * z) >> 96) + LN_Q1
    q = ((q * z) >> 96) + LN_Q2
    q = ((q * z) >> 96) + LN_Q3
    q = ((q * z) >> 96) + LN_Q4
    q = ((q * z) >> 96) + LN_Q5
    q = ((q * z) >> 96) + LN_Q6

    # The missing factor, k ln 2 and the logarithm of the unit, in units of 5^18 * 2^192 to the wad.
    w = wint256(int256(sdiv(p, q))) * LN_SCALE
    w = w + LN2_5E18_2E192 * k
    w = w + LN_UNIT
    return int256(w >> 174)


@kernel
def unsafeDiv(x: int256, y: int256) -> int256:
    """`x / y`, rounded toward zero; 0 if y is 0."""
    return int256(sdiv(x, y))
