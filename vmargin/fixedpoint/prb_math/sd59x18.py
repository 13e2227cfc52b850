"""PRBMath's SD59x18: signed numbers of 18 decimals, each as its raw int256.

`sd`, `sd59x18`, `wrap` and `unwrap` change nothing of a raw integer and are left out; the other types
are the raw integers that they wrap (UD60x18 uint256, SD1x18 int64, SD21x18 int128, UD2x18 uint64, UD21x18
uint128).  Names that Python reserves end in an underscore, the overloads of `convert` in the type they take.
"""

from vmargin.fixedpoint.prb_math.common import MAX_UINT40, MAX_UINT128, msb, mulDiv, mulDiv18
from vmargin.fixedpoint.prb_math.common import exp2 as Common_exp2
from vmargin.fixedpoint.prb_math.common import sqrt as Common_sqrt
from vmargin.solidity import exact
from vmargin.solidity.integers import int64, int128, int256, uint40, uint64, uint128, uint256, wint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

PRBMath_SD59x18_Abs_MinSD59x18 = CustomError("PRBMath_SD59x18_Abs_MinSD59x18()")
PRBMath_SD59x18_Ceil_Overflow = CustomError("PRBMath_SD59x18_Ceil_Overflow(int256)")
PRBMath_SD59x18_Convert_Overflow = CustomError("PRBMath_SD59x18_Convert_Overflow(int256)")
PRBMath_SD59x18_Convert_Underflow = CustomError("PRBMath_SD59x18_Convert_Underflow(int256)")
PRBMath_SD59x18_Div_InputTooSmall = CustomError("PRBMath_SD59x18_Div_InputTooSmall()")
PRBMath_SD59x18_Div_Overflow = CustomError("PRBMath_SD59x18_Div_Overflow(int256,int256)")
PRBMath_SD59x18_Exp_InputTooBig = CustomError("PRBMath_SD59x18_Exp_InputTooBig(int256)")
PRBMath_SD59x18_Exp2_InputTooBig = CustomError("PRBMath_SD59x18_Exp2_InputTooBig(int256)")
PRBMath_SD59x18_Floor_Underflow = CustomError("PRBMath_SD59x18_Floor_Underflow(int256)")
PRBMath_SD59x18_Gm_NegativeProduct = CustomError("PRBMath_SD59x18_Gm_NegativeProduct(int256,int256)")
PRBMath_SD59x18_Gm_Overflow = CustomError("PRBMath_SD59x18_Gm_Overflow(int256,int256)")
PRBMath_SD59x18_IntoSD1x18_Overflow = CustomError("PRBMath_SD59x18_IntoSD1x18_Overflow(int256)")
PRBMath_SD59x18_IntoSD1x18_Underflow = CustomError("PRBMath_SD59x18_IntoSD1x18_Underflow(int256)")
PRBMath_SD59x18_IntoSD21x18_Overflow = CustomError("PRBMath_SD59x18_IntoSD21x18_Overflow(int256)")
PRBMath_SD59x18_IntoSD21x18_Underflow = CustomError("PRBMath_SD59x18_IntoSD21x18_Underflow(int256)")
PRBMath_SD59x18_IntoUD2x18_Overflow = CustomError("PRBMath_SD59x18_IntoUD2x18_Overflow(int256)")
PRBMath_SD59x18_IntoUD2x18_Underflow = CustomError("PRBMath_SD59x18_IntoUD2x18_Underflow(int256)")
PRBMath_SD59x18_IntoUD21x18_Overflow = CustomError("PRBMath_SD59x18_IntoUD21x18_Overflow(int256)")
PRBMath_SD59x18_IntoUD21x18_Underflow = CustomError("PRBMath_SD59x18_IntoUD21x18_Underflow(int256)")
PRBMath_SD59x18_IntoUD60x18_Underflow = CustomError("PRBMath_SD59x18_IntoUD60x18_Underflow(int256)")
PRBMath_SD59x18_IntoUint128_Overflow = CustomError("PRBMath_SD59x18_IntoUint128_Overflow(int256)")
PRBMath_SD59x18_IntoUint128_Underflow = CustomError("PRBMath_SD59x18_IntoUint128_Underflow(int256)")
PRBMath_SD59x18_IntoUint256_Underflow = CustomError("PRBMath_SD59x18_IntoUint256_Underflow(int256)")
PRBMath_SD59x18_IntoUint40_Overflow = CustomError("PRBMath_SD59x18_IntoUint40_Overflow(int256)")
PRBMath_SD59x18_IntoUint40_Underflow = CustomError("PRBMath_SD59x18_IntoUint40_Underflow(int256)")
PRBMath_SD59x18_Log_InputTooSmall = CustomError("PRBMath_SD59x18_Log_InputTooSmall(int256)")
PRBMath_SD59x18_Mul_InputTooSmall = CustomError("PRBMath_SD59x18_Mul_InputTooSmall()")
PRBMath_SD59x18_Mul_Overflow = CustomError("PRBMath_SD59x18_Mul_Overflow(int256,int256)")
PRBMath_SD59x18_Powu_Overflow = CustomError("PRBMath_SD59x18_Powu_Overflow(int256,uint256)")
PRBMath_SD59x18_Sqrt_NegativeInput = CustomError("PRBMath_SD59x18_Sqrt_NegativeInput(int256)")
PRBMath_SD59x18_Sqrt_Overflow = CustomError("PRBMath_SD59x18_Sqrt_Overflow(int256)")

E = int256(2_718281828459045235)
PI = int256(3_141592653589793238)
uEXP_MAX_INPUT = int256(133_084258667509499440)
uEXP_MIN_THRESHOLD = int256(-41_446531673892822322)
uEXP2_MAX_INPUT = int256(192 * 10**18 - 1)
uEXP2_MIN_THRESHOLD = int256(-59_794705707972522261)
uHALF_UNIT = int256(5 * 10**17)
uLOG2_10 = int256(3_321928094887362347)
uLOG2_E = int256(1_442695040888963407)
uMAX_SD59x18 = int256.max
uMAX_WHOLE_SD59x18 = int256(2**255 - 1 - (2**255 - 1) % 10**18)
uMIN_SD59x18 = int256.min
uMIN_WHOLE_SD59x18 = int256(2**255 % 10**18 - 2**255)
uUNIT = int256(10**18)
uUNIT_SQUARED = int256(10**36)
UNIT = uUNIT
ZERO = int256(0)

uMAX_SD1x18 = int256(2**63 - 1)
uMIN_SD1x18 = int256(-(2**63))
uMAX_SD21x18 = int256(2**127 - 1)
uMIN_SD21x18 = int256(-(2**127))
uMAX_UD2x18 = int256(2**64 - 1)
uMAX_UD21x18 = int256(2**128 - 1)
MAX_CONVERTIBLE = int256((2**255 - 1) // 10**18)
"""uMAX_SD59x18 / uUNIT, which solc computes when it compiles."""
MIN_CONVERTIBLE = int256(-(2**255 // 10**18))
"""uMIN_SD59x18 / uUNIT."""
DOUBLE_UNIT = int256(2 * 10**18)


# Casting


@kernel
def intoInt256(x: int256) -> int256:
    """The raw number."""
    return x


@kernel
def intoSD1x18(x: int256) -> int64:
    """The same raw number in 64 bits."""
    if x < uMIN_SD1x18:
        raise PRBMath_SD59x18_IntoSD1x18_Underflow(x)
    if x > uMAX_SD1x18:
        raise PRBMath_SD59x18_IntoSD1x18_Overflow(x)
    return int64(x)


@kernel
def intoSD21x18(x: int256) -> int128:
    """The same raw number in 128 bits."""
    if x < uMIN_SD21x18:
        raise PRBMath_SD59x18_IntoSD21x18_Underflow(x)
    if x > uMAX_SD21x18:
        raise PRBMath_SD59x18_IntoSD21x18_Overflow(x)
    return int128(x)


@kernel
def intoUD2x18(x: int256) -> uint64:
    """The same raw number in 64 bits, unsigned."""
    if x < 0:
        raise PRBMath_SD59x18_IntoUD2x18_Underflow(x)
    if x > uMAX_UD2x18:
        raise PRBMath_SD59x18_IntoUD2x18_Overflow(x)
    return uint64(uint256(x))


@kernel
def intoUD21x18(x: int256) -> uint128:
    """The same raw number in 128 bits, unsigned."""
    if x < 0:
        raise PRBMath_SD59x18_IntoUD21x18_Underflow(x)
    if x > uMAX_UD21x18:
        raise PRBMath_SD59x18_IntoUD21x18_Overflow(x)
    return uint128(uint256(x))


@kernel
def intoUD60x18(x: int256) -> uint256:
    """The same raw number, unsigned."""
    if x < 0:
        raise PRBMath_SD59x18_IntoUD60x18_Underflow(x)
    return uint256(x)


@kernel
def intoUint256(x: int256) -> uint256:
    """The raw number, unsigned."""
    if x < 0:
        raise PRBMath_SD59x18_IntoUint256_Underflow(x)
    return uint256(x)


@kernel
def intoUint128(x: int256) -> uint128:
    """The raw number in 128 bits, unsigned."""
    if x < 0:
        raise PRBMath_SD59x18_IntoUint128_Underflow(x)
    if x > int256(uint256(MAX_UINT128)):
        raise PRBMath_SD59x18_IntoUint128_Overflow(x)
    return uint128(uint256(x))


@kernel
def intoUint40(x: int256) -> uint40:
    """The raw number in 40 bits, unsigned."""
    if x < 0:
        raise PRBMath_SD59x18_IntoUint40_Underflow(x)
    if x > int256(uint256(MAX_UINT40)):
        raise PRBMath_SD59x18_IntoUint40_Overflow(x)
    return uint40(uint256(x))


# Conversions


@kernel
def convert_int256(x: int256) -> int256:
    """A plain integer as a number of 18 decimals."""
    if x < MIN_CONVERTIBLE:
        raise PRBMath_SD59x18_Convert_Underflow(x)
    if x > MAX_CONVERTIBLE:
        raise PRBMath_SD59x18_Convert_Overflow(x)
    return x * uUNIT


@kernel
def convert_SD59x18(x: int256) -> int256:
    """The whole part, as a plain integer, rounded toward zero."""
    return x / uUNIT


# Helpers


@kernel
def add(x: int256, y: int256) -> int256:
    """`x + y`, checked."""
    return x + y


@kernel
def and_(x: int256, bits: int256) -> int256:
    """Bitwise and with a plain integer."""
    return x & bits


@kernel
def and2(x: int256, y: int256) -> int256:
    """Bitwise and of two numbers."""
    return x & y


@kernel
def eq(x: int256, y: int256) -> bool:
    """`x == y`."""
    return x == y


@kernel
def gt(x: int256, y: int256) -> bool:
    """`x > y`."""
    return x > y


@kernel
def gte(x: int256, y: int256) -> bool:
    """`x >= y`."""
    return x >= y


@kernel
def isZero(x: int256) -> bool:
    """`x == 0`."""
    return x == 0


@kernel
def lshift(x: int256, bits: uint256) -> int256:
    """`x << bits`; what leaves the word is lost."""
    return x << bits


@kernel
def lt(x: int256, y: int256) -> bool:
    """`x < y`."""
    return x < y


@kernel
def lte(x: int256, y: int256) -> bool:
    """`x <= y`."""
    return x <= y


@kernel
def mod(x: int256, y: int256) -> int256:
    """`x % y`, with the sign of x."""
    return x % y


@kernel
def neq(x: int256, y: int256) -> bool:
    """`x != y`."""
    return x != y


@kernel
def not_(x: int256) -> int256:
    """Bitwise complement."""
    return ~x


@kernel
def or_(x: int256, y: int256) -> int256:
    """Bitwise or."""
    return x | y


@kernel
def rshift(x: int256, bits: uint256) -> int256:
    """`x >> bits`, filling with the sign."""
    return x >> bits


@kernel
def sub(x: int256, y: int256) -> int256:
    """`x - y`, checked."""
    return x - y


@kernel
def unary(x: int256) -> int256:
    """`-x`, checked."""
    return -x


@kernel
def uncheckedAdd(x: int256, y: int256) -> int256:
    """`x + y` modulo 2^256."""
    return int256(wint256(x) + wint256(y))


@kernel
def uncheckedSub(x: int256, y: int256) -> int256:
    """`x - y` modulo 2^256."""
    return int256(wint256(x) - wint256(y))


@kernel
def uncheckedUnary(x: int256) -> int256:
    """`-x` modulo 2^256."""
    return int256(-wint256(x))


@kernel
def xor(x: int256, y: int256) -> int256:
    """Bitwise exclusive or."""
    return x ^ y


# Math.  What is `unchecked` in the original and cannot leave its type is written with checked words.


@kernel
def abs(x: int256) -> int256:
    """The magnitude."""
    if x == uMIN_SD59x18:
        raise PRBMath_SD59x18_Abs_MinSD59x18()
    return -x if x < 0 else x


@kernel(truth=lambda x, y: (x + y) / 2)
def avg(x: int256, y: int256) -> int256:
    """The mean, rounded toward zero, without overflow of the sum."""
    halves = (x >> 1) + (y >> 1)
    if halves < 0:
        # The shifts rounded down: an odd x or y is a half too low.
        return halves + ((x | y) & 1)
    return halves + (x & y & 1)


@kernel
def ceil(x: int256) -> int256:
    """The least whole number that is not below x."""
    if x > uMAX_WHOLE_SD59x18:
        raise PRBMath_SD59x18_Ceil_Overflow(x)

    remainder = x % uUNIT
    if remainder == 0:
        return x
    result = x - remainder
    if x > 0:
        result = result + uUNIT
    return result


@kernel(truth=lambda x, y: x * 10**18 / y)
def div(x: int256, y: int256) -> int256:
    """`x / y`, rounded toward zero."""
    if x == uMIN_SD59x18 or y == uMIN_SD59x18:
        raise PRBMath_SD59x18_Div_InputTooSmall()

    xAbs = uint256(-x) if x < 0 else uint256(x)
    yAbs = uint256(-y) if y < 0 else uint256(y)

    resultAbs = mulDiv(xAbs, uint256(uUNIT), yAbs)
    if resultAbs > uint256(uMAX_SD59x18):
        raise PRBMath_SD59x18_Div_Overflow(x, y)

    sameSign = (x ^ y) > -1
    return int256(resultAbs) if sameSign else -int256(resultAbs)


@kernel(truth=lambda x: exact.exp2(x / 10**18) * 10**18)
def exp2(x: int256) -> int256:
    """`2^x`."""
    magnitude = x
    if x < 0:
        # The inverse of what lies below has no digit left.
        if x < uEXP2_MIN_THRESHOLD:
            return ZERO
        # The original calls itself with -x and inverts what it returns.
        magnitude = -x
    elif x > uEXP2_MAX_INPUT:
        raise PRBMath_SD59x18_Exp2_InputTooBig(x)

    x192x64 = uint256((magnitude << 64) / uUNIT)
    result = int256(Common_exp2(x192x64))
    return uUNIT_SQUARED / result if x < 0 else result


@kernel(truth=lambda x: exact.exp(x / 10**18) * 10**18)
def exp(x: int256) -> int256:
    """`e^x`."""
    if x < uEXP_MIN_THRESHOLD:
        return ZERO

    if x > uEXP_MAX_INPUT:
        raise PRBMath_SD59x18_Exp_InputTooBig(x)

    doubleUnitProduct = x * uLOG2_E
    return exp2(doubleUnitProduct / uUNIT)


@kernel
def floor(x: int256) -> int256:
    """The greatest whole number that is not above x."""
    if x < uMIN_WHOLE_SD59x18:
        raise PRBMath_SD59x18_Floor_Underflow(x)

    remainder = x % uUNIT
    if remainder == 0:
        return x
    result = x - remainder
    if x < 0:
        result = result - uUNIT
    return result


@kernel
def frac(x: int256) -> int256:
    """What x exceeds its whole part by, with the sign of x."""
    return x % uUNIT


@kernel(truth=lambda x, y: exact.sqrt(x * y))
def gm(x: int256, y: int256) -> int256:
    """The geometric mean of two numbers of one sign, rounded down."""
    if x == 0 or y == 0:
        return ZERO

    xy = wint256(x) * wint256(y)
    if xy / wint256(x) != wint256(y):
        raise PRBMath_SD59x18_Gm_Overflow(x, y)
    if xy < 0:
        raise PRBMath_SD59x18_Gm_NegativeProduct(x, y)

    # The product is scaled twice, which the root undoes once.
    return int256(Common_sqrt(uint256(int256(xy))))


@kernel
def inv(x: int256) -> int256:
    """`1 / x`, rounded toward zero."""
    return uUNIT_SQUARED / x


@kernel(truth=lambda x: exact.log2(x / 10**18) * 10**18)
def log2(x: int256) -> int256:
    """The binary logarithm; below 1 it is that of the inverse, negated."""
    if x <= 0:
        raise PRBMath_SD59x18_Log_InputTooSmall(x)

    signFactor = int256(1)
    if x < uUNIT:
        signFactor = int256(-1)
        x = uUNIT_SQUARED / x

    n = msb(uint256(x / uUNIT))
    result = int256(n) * uUNIT

    # y is x scaled into [1, 2).
    y = x >> n
    if y == uUNIT:
        return result * signFactor

    # Squaring y yields one binary digit of the logarithm at a time, until delta, halved each time, is 0.
    delta = uHALF_UNIT
    for _ in range(59):
        y = (y * y) / uUNIT
        if y >= DOUBLE_UNIT:
            result = result + delta
            y = y >> 1
        delta = delta >> 1
    return result * signFactor


@kernel(truth=lambda x: exact.ln(x / 10**18) * 10**18)
def ln(x: int256) -> int256:
    """The natural logarithm."""
    return log2(x) * uUNIT / uLOG2_E


@kernel(truth=lambda x: exact.log10(x / 10**18) * 10**18)
def log10(x: int256) -> int256:
    """The decimal logarithm; exact for powers of ten."""
    if x < 0:
        raise PRBMath_SD59x18_Log_InputTooSmall(x)

    # The original looks x up in a table of powers of ten; dividing by ten finds the same ones.
    n = int256(0)
    rest = x
    for _ in range(76):
        if rest % 10 != 0:
            break
        rest = rest / 10
        n = n + 1
    if rest == 1:
        return (n - 18) * uUNIT

    return log2(x) * uUNIT / uLOG2_10


@kernel(truth=lambda x, y: x * y / 10**18)
def mul(x: int256, y: int256) -> int256:
    """`x * y`, rounded toward zero."""
    if x == uMIN_SD59x18 or y == uMIN_SD59x18:
        raise PRBMath_SD59x18_Mul_InputTooSmall()

    xAbs = uint256(-x) if x < 0 else uint256(x)
    yAbs = uint256(-y) if y < 0 else uint256(y)

    resultAbs = mulDiv18(xAbs, yAbs)
    if resultAbs > uint256(uMAX_SD59x18):
        raise PRBMath_SD59x18_Mul_Overflow(x, y)

    sameSign = (x ^ y) > -1
    return int256(resultAbs) if sameSign else -int256(resultAbs)


@kernel(truth=lambda x, y: exact.power(x / 10**18, y / 10**18) * 10**18)
def pow(x: int256, y: int256) -> int256:
    """`x^y` for an x that is not negative, where `0^0` is 1 and 0 to any other power 0."""
    if x == 0:
        return UNIT if y == 0 else ZERO
    elif x == uUNIT:
        return UNIT

    if y == 0:
        return UNIT
    elif y == uUNIT:
        return x

    return exp2(mul(log2(x), y))


@kernel(truth=lambda x, y: exact.power(x / 10**18, y) * 10**18)
def powu(x: int256, y: uint256) -> int256:
    """`x^y` for a plain integer y, by repeated squaring."""
    if y == 0:
        return UNIT
    xAbs = uint256(abs(x))

    resultAbs = xAbs if y & 1 > 0 else uint256(uUNIT)

    yAux = y >> 1
    for _ in range(255):
        if yAux == 0:
            break
        xAbs = mulDiv18(xAbs, xAbs)
        if yAux & 1 > 0:
            resultAbs = mulDiv18(resultAbs, xAbs)
        yAux = yAux >> 1

    if resultAbs > uint256(uMAX_SD59x18):
        raise PRBMath_SD59x18_Powu_Overflow(x, y)

    isNegative = x < 0 and y & 1 == 1
    return -int256(resultAbs) if isNegative else int256(resultAbs)


@kernel
def sign(x: int256) -> int256:
    """1, 0 or -1."""
    if x > 0:
        return UNIT
    if x < 0:
        return -uUNIT
    return ZERO


@kernel(truth=lambda x: exact.sqrt(x * 10**18))
def sqrt(x: int256) -> int256:
    """The square root, rounded down."""
    if x < 0:
        raise PRBMath_SD59x18_Sqrt_NegativeInput(x)
    if x > MAX_CONVERTIBLE:
        raise PRBMath_SD59x18_Sqrt_Overflow(x)

    return int256(Common_sqrt(uint256(x * uUNIT)))
