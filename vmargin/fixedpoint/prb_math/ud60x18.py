"""PRBMath's UD60x18: unsigned numbers of 18 decimals, each as its raw uint256.

`ud`, `ud60x18`, `wrap` and `unwrap` change nothing of a raw integer and are left out; the shorter
types are the raw integers that they wrap (SD1x18 int64, SD21x18 int128, UD2x18 uint64, UD21x18 uint128).
Names that Python reserves end in an underscore, and the overloads of `convert` in the type they take.
"""

from vmargin.fixedpoint.prb_math.common import MAX_UINT40, MAX_UINT128, msb, mulDiv, mulDiv18
from vmargin.fixedpoint.prb_math.common import exp2 as Common_exp2
from vmargin.fixedpoint.prb_math.common import sqrt as Common_sqrt
from vmargin.solidity import exact
from vmargin.solidity.integers import int64, int128, int256, uint40, uint64, uint128, uint256, wuint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

PRBMath_UD60x18_Ceil_Overflow = CustomError("PRBMath_UD60x18_Ceil_Overflow(uint256)")
PRBMath_UD60x18_Convert_Overflow = CustomError("PRBMath_UD60x18_Convert_Overflow(uint256)")
PRBMath_UD60x18_Exp_InputTooBig = CustomError("PRBMath_UD60x18_Exp_InputTooBig(uint256)")
PRBMath_UD60x18_Exp2_InputTooBig = CustomError("PRBMath_UD60x18_Exp2_InputTooBig(uint256)")
PRBMath_UD60x18_Gm_Overflow = CustomError("PRBMath_UD60x18_Gm_Overflow(uint256,uint256)")
PRBMath_UD60x18_IntoSD1x18_Overflow = CustomError("PRBMath_UD60x18_IntoSD1x18_Overflow(uint256)")
PRBMath_UD60x18_IntoSD21x18_Overflow = CustomError("PRBMath_UD60x18_IntoSD21x18_Overflow(uint256)")
PRBMath_UD60x18_IntoSD59x18_Overflow = CustomError("PRBMath_UD60x18_IntoSD59x18_Overflow(uint256)")
PRBMath_UD60x18_IntoUD2x18_Overflow = CustomError("PRBMath_UD60x18_IntoUD2x18_Overflow(uint256)")
PRBMath_UD60x18_IntoUD21x18_Overflow = CustomError("PRBMath_UD60x18_IntoUD21x18_Overflow(uint256)")
PRBMath_UD60x18_IntoUint128_Overflow = CustomError("PRBMath_UD60x18_IntoUint128_Overflow(uint256)")
PRBMath_UD60x18_IntoUint40_Overflow = CustomError("PRBMath_UD60x18_IntoUint40_Overflow(uint256)")
PRBMath_UD60x18_Log_InputTooSmall = CustomError("PRBMath_UD60x18_Log_InputTooSmall(uint256)")
PRBMath_UD60x18_Sqrt_Overflow = CustomError("PRBMath_UD60x18_Sqrt_Overflow(uint256)")

E = uint256(2_718281828459045235)
PI = uint256(3_141592653589793238)
uEXP_MAX_INPUT = uint256(133_084258667509499440)
uEXP2_MAX_INPUT = uint256(192 * 10**18 - 1)
uHALF_UNIT = uint256(5 * 10**17)
uLOG2_10 = uint256(3_321928094887362347)
uLOG2_E = uint256(1_442695040888963407)
uMAX_UD60x18 = uint256.max
uMAX_WHOLE_UD60x18 = uint256(2**256 - 1 - (2**256 - 1) % 10**18)
uUNIT = uint256(10**18)
uUNIT_SQUARED = uint256(10**36)
UNIT = uUNIT
ZERO = uint256(0)

uMAX_SD1x18 = uint256(2**63 - 1)
uMAX_SD21x18 = uint256(2**127 - 1)
uMAX_SD59x18 = uint256(2**255 - 1)
uMAX_UD2x18 = uint256(2**64 - 1)
uMAX_UD21x18 = uint256(2**128 - 1)
MAX_CONVERTIBLE = uint256((2**256 - 1) // 10**18)
"""uMAX_UD60x18 / uUNIT, which solc computes when it compiles."""
DOUBLE_UNIT = uint256(2 * 10**18)


# Casting


@kernel
def intoSD1x18(x: uint256) -> int64:
    """The same raw number in 64 bits, signed."""
    if x > uMAX_SD1x18:
        raise PRBMath_UD60x18_IntoSD1x18_Overflow(x)
    return int64(uint64(x))


@kernel
def intoSD21x18(x: uint256) -> int128:
    """The same raw number in 128 bits, signed."""
    if x > uMAX_SD21x18:
        raise PRBMath_UD60x18_IntoSD21x18_Overflow(x)
    return int128(uint128(x))


@kernel
def intoUD2x18(x: uint256) -> uint64:
    """The same raw number in 64 bits."""
    if x > uMAX_UD2x18:
        raise PRBMath_UD60x18_IntoUD2x18_Overflow(x)
    return uint64(x)


@kernel
def intoUD21x18(x: uint256) -> uint128:
    """The same raw number in 128 bits."""
    if x > uMAX_UD21x18:
        raise PRBMath_UD60x18_IntoUD21x18_Overflow(x)
    return uint128(x)


@kernel
def intoSD59x18(x: uint256) -> int256:
    """The same raw number, signed."""
    if x > uMAX_SD59x18:
        raise PRBMath_UD60x18_IntoSD59x18_Overflow(x)
    return int256(x)


@kernel
def intoUint256(x: uint256) -> uint256:
    """The raw number."""
    return x


@kernel
def intoUint128(x: uint256) -> uint128:
    """The raw number in 128 bits."""
    if x > uint256(MAX_UINT128):
        raise PRBMath_UD60x18_IntoUint128_Overflow(x)
    return uint128(x)


@kernel
def intoUint40(x: uint256) -> uint40:
    """The raw number in 40 bits."""
    if x > uint256(MAX_UINT40):
        raise PRBMath_UD60x18_IntoUint40_Overflow(x)
    return uint40(x)


# Conversions


@kernel
def convert_UD60x18(x: uint256) -> uint256:
    """The whole part, as a plain integer."""
    return x / uUNIT


@kernel
def convert_uint256(x: uint256) -> uint256:
    """A plain integer as a number of 18 decimals."""
    if x > MAX_CONVERTIBLE:
        raise PRBMath_UD60x18_Convert_Overflow(x)
    return x * uUNIT


# Helpers


@kernel
def add(x: uint256, y: uint256) -> uint256:
    """`x + y`, checked."""
    return x + y


@kernel
def and_(x: uint256, bits: uint256) -> uint256:
    """Bitwise and with a plain integer."""
    return x & bits


@kernel
def and2(x: uint256, y: uint256) -> uint256:
    """Bitwise and of two numbers."""
    return x & y


@kernel
def eq(x: uint256, y: uint256) -> bool:
    """`x == y`."""
    return x == y


@kernel
def gt(x: uint256, y: uint256) -> bool:
    """`x > y`."""
    return x > y


@kernel
def gte(x: uint256, y: uint256) -> bool:
    """`x >= y`."""
    return x >= y


@kernel
def isZero(x: uint256) -> bool:
    """`x == 0`."""
    return x == 0


@kernel
def lshift(x: uint256, bits: uint256) -> uint256:
    """`x << bits`; what leaves the word is lost."""
    return x << bits


@kernel
def lt(x: uint256, y: uint256) -> bool:
    """`x < y`."""
    return x < y


@kernel
def lte(x: uint256, y: uint256) -> bool:
    """`x <= y`."""
    return x <= y


@kernel
def mod(x: uint256, y: uint256) -> uint256:
    """`x % y`."""
    return x % y


@kernel
def neq(x: uint256, y: uint256) -> bool:
    """`x != y`."""
    return x != y


@kernel
def not_(x: uint256) -> uint256:
    """Bitwise complement."""
    return ~x


@kernel
def or_(x: uint256, y: uint256) -> uint256:
    """Bitwise or."""
    return x | y


@kernel
def rshift(x: uint256, bits: uint256) -> uint256:
    """`x >> bits`."""
    return x >> bits


@kernel
def sub(x: uint256, y: uint256) -> uint256:
    """`x - y`, checked."""
    return x - y


@kernel
def uncheckedAdd(x: uint256, y: uint256) -> uint256:
    """`x + y` modulo 2^256."""
    return uint256(wuint256(x) + wuint256(y))


@kernel
def uncheckedSub(x: uint256, y: uint256) -> uint256:
    """`x - y` modulo 2^256."""
    return uint256(wuint256(x) - wuint256(y))


@kernel
def xor(x: uint256, y: uint256) -> uint256:
    """Bitwise exclusive or."""
    return x ^ y


# Math.  What is `unchecked` in the original and cannot leave its type is written with checked words.


@kernel(truth=lambda x, y: (x + y) / 2)
def avg(x: uint256, y: uint256) -> uint256:
    """The mean, rounded down, without overflow of the sum."""
    return (x & y) + ((x ^ y) >> 1)


@kernel
def ceil(x: uint256) -> uint256:
    """The least whole number that is not below x."""
    if x > uMAX_WHOLE_UD60x18:
        raise PRBMath_UD60x18_Ceil_Overflow(x)

    remainder = x % uUNIT
    delta = uUNIT - remainder
    return x + delta if remainder > 0 else x


@kernel(truth=lambda x, y: x * 10**18 / y)
def div(x: uint256, y: uint256) -> uint256:
    """`x / y`, rounded down."""
    return mulDiv(x, uUNIT, y)


@kernel(truth=lambda x: exact.exp2(x / 10**18) * 10**18)
def exp2(x: uint256) -> uint256:
    """`2^x`."""
    if x > uEXP2_MAX_INPUT:
        raise PRBMath_UD60x18_Exp2_InputTooBig(x)

    x192x64 = (x << 64) / uUNIT
    return Common_exp2(x192x64)


@kernel(truth=lambda x: exact.exp(x / 10**18) * 10**18)
def exp(x: uint256) -> uint256:
    """`e^x`."""
    if x > uEXP_MAX_INPUT:
        raise PRBMath_UD60x18_Exp_InputTooBig(x)

    doubleUnitProduct = x * uLOG2_E
    return exp2(doubleUnitProduct / uUNIT)


@kernel
def floor(x: uint256) -> uint256:
    """The greatest whole number that is not above x."""
    remainder = x % uUNIT
    return x - remainder


@kernel
def frac(x: uint256) -> uint256:
    """What x exceeds its whole part by."""
    return x % uUNIT


@kernel(truth=lambda x, y: exact.sqrt(x * y))
def gm(x: uint256, y: uint256) -> uint256:
    """The geometric mean, rounded down."""
    if x == 0 or y == 0:
        return ZERO

    xy = wuint256(x) * wuint256(y)
    if xy / wuint256(x) != wuint256(y):
        raise PRBMath_UD60x18_Gm_Overflow(x, y)

    # The product is scaled twice, which the root undoes once.
    return Common_sqrt(uint256(xy))


@kernel
def inv(x: uint256) -> uint256:
    """`1 / x`, rounded down."""
    return uUNIT_SQUARED / x


@kernel(truth=lambda x: exact.log2(x / 10**18) * 10**18)
def log2(x: uint256) -> uint256:
    """The binary logarithm of an x of at least 1, rounded down in the digits that it finds."""
    if x < uUNIT:
        raise PRBMath_UD60x18_Log_InputTooSmall(x)

    n = msb(x / uUNIT)
    result = n * uUNIT

    # y is x scaled into [1, 2).
    y = x >> n
    if y == uUNIT:
        return result

    # Squaring y yields one binary digit of the logarithm at a time, until delta, halved each time, is 0.
    delta = uHALF_UNIT
    for _ in range(59):
        y = (y * y) / uUNIT
        if y >= DOUBLE_UNIT:
            result = result + delta
            y = y >> 1
        delta = delta >> 1
    return result


@kernel(truth=lambda x: exact.ln(x / 10**18) * 10**18)
def ln(x: uint256) -> uint256:
    """The natural logarithm of an x of at least 1."""
    return log2(x) * uUNIT / uLOG2_E


@kernel(truth=lambda x: exact.log10(x / 10**18) * 10**18)
def log10(x: uint256) -> uint256:
    """The decimal logarithm of an x of at least 1; exact for powers of ten."""
    if x < uUNIT:
        raise PRBMath_UD60x18_Log_InputTooSmall(x)

    # The original looks x up in a table of powers of ten; dividing by ten finds the same ones.
    n = uint256(0)
    rest = x
    for _ in range(77):
        if rest % 10 != 0:
            break
        rest = rest / 10
        n = n + 1
    if rest == 1:
        return (n - 18) * uUNIT

    return log2(x) * uUNIT / uLOG2_10


@kernel(truth=lambda x, y: x * y / 10**18)
def mul(x: uint256, y: uint256) -> uint256:
    """`x * y`, rounded down."""
    return mulDiv18(x, y)


@kernel(truth=lambda x, y: exact.power(x / 10**18, y / 10**18) * 10**18)
def pow(x: uint256, y: uint256) -> uint256:
    """`x^y`, where `0^0` is 1."""
    if x == 0:
        return UNIT if y == 0 else ZERO
    elif x == uUNIT:
        return UNIT

    if y == 0:
        return UNIT
    elif y == uUNIT:
        return x

    # The logarithm is defined from 1 on: below, the power of the inverse is inverted.
    if x > uUNIT:
        return exp2(mul(log2(x), y))
    i = uUNIT_SQUARED / x
    w = exp2(mul(log2(i), y))
    return uUNIT_SQUARED / w


@kernel(truth=lambda x, y: exact.power(x / 10**18, y) * 10**18)
def powu(x: uint256, y: uint256) -> uint256:
    """`x^y` for a plain integer y, by repeated squaring."""
    result = x if y & 1 > 0 else uUNIT

    y = y >> 1
    for _ in range(255):
        if y == 0:
            break
        x = mulDiv18(x, x)
        if y & 1 > 0:
            result = mulDiv18(result, x)
        y = y >> 1
    return result


@kernel(truth=lambda x: exact.sqrt(x * 10**18))
def sqrt(x: uint256) -> uint256:
    """The square root, rounded down."""
    if x > MAX_CONVERTIBLE:
        raise PRBMath_UD60x18_Sqrt_Overflow(x)

    return Common_sqrt(x * uUNIT)
