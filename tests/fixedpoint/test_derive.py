"""Derive's libraries against the recorded results of the originals, and against what must hold anyway."""

from __future__ import annotations

import importlib.util
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmargin.crosscheck.conform import checked_outcomes, read_cases
from vmargin.crosscheck.derive_math import FUNCTIONS
from vmargin.fixedpoint.derive import (
    black76,
    convert_decimals,
    decimal_math,
    fixed_point_math_lib,
    option_encoding,
    signed_decimal_math,
    svi,
)
from vmargin.fixedpoint.derive.black76 import Black76Inputs
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Custom, Error, Panic, Revert

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "derive_math.json.xz"
W = 10**18
OVERFLOW, DIVISION = Panic(0x11), Panic(0x12)
UINT_MAX, INT_MAX, INT_MIN = 2**256 - 1, 2**255 - 1, -(2**255)

signed = st.integers(INT_MIN, INT_MAX) | st.integers(-(10**24), 10**24)
unsigned = st.integers(0, UINT_MAX) | st.integers(0, 10**30)
smile = st.integers(-3 * W, 3 * W)
black76_inputs = st.builds(
    Black76Inputs,
    st.integers(0, 10 * 365 * 86400),
    st.integers(W // 2, W),
    st.integers(0, 5 * W),
    st.integers(1, 10**26),
    st.integers(1, 10**26),
)


@pytest.fixture(scope="module")
def cases():
    return read_cases(FUNCTIONS, VECTORS)


def outcome(kernel, *arguments):
    try:
        return kernel(*arguments)
    except Revert as revert:
        return revert


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_vector_holds_in_the_checked_reading(cases, function):
    got = checked_outcomes(FUNCTIONS[function], cases[function])
    assert got == [case.expected for case in cases[function]]
    assert len(got) >= 200


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_shadow_carries_the_checked_integer(cases, function):
    picked = cases[function][:: max(1, len(cases[function]) // 12)]
    for case in picked:
        shadow = FUNCTIONS[function].shadow(*case.arguments)
        got = shadow.value if shadow.revert is None else shadow.revert
        assert got == outcome(FUNCTIONS[function], *case.arguments)


def test_the_plain_peer_of_the_benchmark_gives_the_same(cases):
    spec = importlib.util.spec_from_file_location("black76_plain", ROOT / "benchmarks" / "black76_plain.py")
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    for case in cases["black76"]:
        assert [str(x) for x in peer.black76(*map(int, case.arguments[0]))] == case.expected["out"]


def error_of(kernel, *arguments):
    """How far a kernel with a truth is from it, and the truth, both in raw units."""
    truth = kernel.truth(*map(Fraction, arguments))
    return abs(int(kernel(*arguments)) - truth), truth


class TestApproximations:
    @given(st.integers(-41 * W, 135 * W))
    def test_exp(self, x):
        error, truth = error_of(fixed_point_math_lib.exp, x)
        assert error <= 2 + truth / 10**19

    @given(st.integers(1, 10**6) | st.integers(1, INT_MAX))
    def test_ln(self, x):
        error, _ = error_of(fixed_point_math_lib.ln, x)
        assert error <= Fraction(11, 10)

    @given(st.integers(-38 * W, 38 * W))
    def test_normal_distribution(self, x):
        assert error_of(fixed_point_math_lib.stdNormalCDF, x)[0] <= 100
        assert error_of(fixed_point_math_lib.stdNormal, x)[0] <= 2

    @given(st.integers(0, UINT_MAX))
    def test_raw_sqrt(self, x):
        for n in (x, math.isqrt(x) ** 2, max(math.isqrt(x) ** 2 - 1, 0)):
            assert fixed_point_math_lib.rawSqrt(n) == math.isqrt(n)

    @pytest.mark.parametrize("bits", range(0, 257, 2))
    def test_raw_sqrt_at_powers_of_two(self, bits):
        for n in (2**bits - 1, min(2**bits, UINT_MAX), min(2**bits + 1, UINT_MAX)):
            assert fixed_point_math_lib.rawSqrt(n) == math.isqrt(n)

    @given(st.integers(W // 100, 100 * W), st.integers(-5 * W, 5 * W))
    def test_dec_pow(self, a, b):
        error, truth = error_of(fixed_point_math_lib.decPow, a, b)
        assert error <= 2 + truth * 10 / W

    @given(st.integers(1, 10**70))
    def test_exp_undoes_ln(self, x):
        back = int(fixed_point_math_lib.exp(fixed_point_math_lib.ln(x)))
        assert abs(back - x) <= 1 + 2 * x // W

    @given(st.integers(1, 40 * W))
    def test_cumulative_normal_is_symmetric(self, x):
        cdf = fixed_point_math_lib.stdNormalCDF
        assert cdf(x) + cdf(-x) == W
        assert fixed_point_math_lib.stdNormal(-x) <= fixed_point_math_lib.stdNormal(0)

    def test_half_is_a_wei_short(self):
        assert fixed_point_math_lib.stdNormalCDF(0) == W // 2 - 1
        assert fixed_point_math_lib.exp(0) == W - 1

    def test_hart_coefficients_are_the_published_ones(self):
        """Their last digits are beyond what any result shows."""
        numerator = (
            "220.206867912376", "221.213596169931", "112.079291497871", "33.912866078383",
            "6.37396220353165", "0.700383064443688", "0.0352624965998911",
        )  # fmt: skip
        denominator = (
            "440.413735824752", "793.826512519948", "637.333633378831", "296.564248779674",
            "86.7807322029461", "16.064177579207", "1.75566716318264", "0.0883883476483184",
        )  # fmt: skip
        for letter, published in (("N", numerator), ("M", denominator)):
            for degree, decimal in enumerate(published):
                constant = getattr(fixed_point_math_lib, f"CDF_{letter}{degree}")
                assert int(constant) == math.floor(Fraction(decimal) * 2**64)
        assert int(fixed_point_math_lib.CDF_HART_BELOW) == math.floor(Fraction("7.07106781186547") * 2**64)
        assert int(fixed_point_math_lib.CDF_TAIL_START) == math.floor(Fraction("0.65") * 2**64)

    def test_precise_members_lose_nine_digits(self):
        assert fixed_point_math_lib.lnPrecise(2 * 10**27 + 999_999_999) == 693147180559945309 * 10**9
        assert fixed_point_math_lib.expPrecise(-(10**27) - 5) == fixed_point_math_lib.exp(-W) * 10**9
        assert outcome(fixed_point_math_lib.expPrecise, 130 * 10**27) == OVERFLOW


class TestBlack76:
    @given(black76_inputs)
    def test_put_call_parity_within_rounding(self, b76):
        call, put, delta = map(int, black76.pricesAndDelta(b76))
        forward, strike = (price * b76.discount // W for price in (b76.fwdPrice, b76.strikePrice))
        # moneyness lacks up to a wei, the discounted forward that it multiplies up to another
        slack = forward // W + b76.strikePrice // b76.fwdPrice + 3
        assert call - put <= forward - strike + slack
        if put > 0:
            assert call - put >= forward - strike - slack
        assert 0 <= call <= forward
        assert 0 <= put <= strike
        assert 0 <= delta <= b76.discount

    @given(black76_inputs)
    def test_prices_are_those_beside_the_delta(self, b76):
        assert tuple(black76.prices(b76)) == tuple(black76.pricesAndDelta(b76))[:2]

    @given(black76_inputs)
    def test_a_call_never_falls_with_the_forward(self, b76):
        higher = b76._replace(fwdPrice=b76.fwdPrice * 11 // 10 + W)
        # the distribution's own error of up to 100 wei, on moneyness and forward
        noise = 300 * (higher.fwdPrice + b76.strikePrice) // W + 2
        assert black76.prices(higher).call + noise >= black76.prices(b76).call

    def test_limits(self):
        widest = Black76Inputs(2**64 - 1, 2**64 - 1, 2**128 - 1, 2**128 - 1, 2**128 - 1)
        assert black76.pricesAndDelta(widest).callDelta == 2**64 - 1
        assert black76.pricesAndDelta(Black76Inputs(0, W, W, 5, 0)) == (5, 0, W)
        assert black76.pricesAndDelta(Black76Inputs(0, W, W, 0, 5)) == (0, 5, 0)
        assert black76.prices(Black76Inputs(0, W, W, 0, 0)) == (0, 0)


class TestSvi:
    @given(st.integers(1, 10**26), smile, smile, smile, st.integers(0, 10**26), st.integers(0, 10 * W))
    def test_ends_in_a_value_or_a_named_failure(self, strike, a, rho, m, forward, tau):
        got = outcome(svi.getVol, strike, a, W // 10, rho, m, W // 5, forward, tau)
        if forward == 0:
            assert got == Custom("SVI_NoForwardPrice()")
        elif a < -(W // 50):
            assert got == Error("SVI: value must be positive")
        elif isinstance(got, Revert):
            assert got == (Custom("SVI_InvalidParameters()") if tau else got)
            assert tau or got in (Custom("SVI_InvalidParameters()"), DIVISION)
        else:
            assert got**2 * tau <= 144 * W**3 + W**3

    def test_failures_in_order(self):
        big = 2**255
        assert svi.getVol(0, 0, big, 0, 0, big, 0, 0) == 0
        assert outcome(svi.getVol, 1, 0, big, 0, 0, big, 0, 0) == Custom("SVI_NoForwardPrice()")
        assert outcome(svi.getVol, big, -W, big, 0, 0, big, 1, 0) == OVERFLOW
        assert outcome(svi.getVol, big, -1, 0, 0, 0, 0, 1, 0) == Error("SVI: value must be positive")
        assert outcome(svi.getVol, big, 0, 0, 0, 0, 0, 1, 0) == OVERFLOW
        assert outcome(svi.getVol, W, 0, W, -2 * W, -W, 0, W, 0) == Custom("SVI_InvalidParameters()")
        assert outcome(svi.getVol, W, 0, W, 0, -W, 0, W, 0) == DIVISION

    def test_variance_is_capped(self):
        assert svi.getVol(W, 500 * W, 0, 0, 0, 0, W, W) == 12 * W


def half_away(x: Fraction) -> int:
    return int(math.copysign(1, x)) * math.floor(abs(x) + Fraction(1, 2))


def rounded_twice(x: Fraction) -> int:
    """To one digit more by truncation, then to the nearest: the libraries' way."""
    return half_away(Fraction(math.trunc(x * 10), 10))


class TestDecimalMath:
    @pytest.mark.parametrize(
        ("multiply", "divide", "unit"),
        [
            ("multiplyDecimalRound", "divideDecimalRound", W),
            ("multiplyDecimalRoundPrecise", "divideDecimalRoundPrecise", 10**27),
        ],
    )
    @pytest.mark.parametrize("library", [decimal_math, signed_decimal_math])
    @given(data=st.data())
    def test_rounding_members(self, library, multiply, divide, unit, data):
        numbers, low, high = (
            (signed, INT_MIN, INT_MAX) if library is signed_decimal_math else (unsigned, 0, UINT_MAX)
        )
        x, y = data.draw(numbers), data.draw(numbers)
        fits = low <= x * y <= high
        want = rounded_twice(Fraction(x * y, unit)) if fits else OVERFLOW
        assert outcome(getattr(library, multiply), x, y) == want
        if low <= x * unit * 10 <= high:
            want = DIVISION if y == 0 else rounded_twice(Fraction(x * unit, y))
        else:
            want = OVERFLOW
        assert outcome(getattr(library, divide), x, y) == want

    @pytest.mark.parametrize("library", [decimal_math, signed_decimal_math])
    def test_ties_go_away_from_zero(self, library):
        assert library.multiplyDecimalRound(5, W // 10) == 1
        assert library.multiplyDecimalRound(4, W // 10) == 0
        assert library.divideDecimalRound(1, 2 * W) == 1
        assert library.preciseDecimalToDecimal(1_500_000_000) == 2
        assert library.preciseDecimalToDecimal(1_499_999_999) == 1

    def test_negative_ties_go_away_from_zero(self):
        assert signed_decimal_math.multiplyDecimalRound(-5, W // 10) == -1
        assert signed_decimal_math.divideDecimalRound(-1, 2 * W) == -1
        assert signed_decimal_math.preciseDecimalToDecimal(-1_500_000_000) == -2

    @pytest.mark.parametrize("library", [decimal_math, signed_decimal_math])
    def test_overflow_comes_before_division_by_zero(self, library):
        kind = uint256 if library is decimal_math else int256
        for divide, scale in (("divideDecimal", W), ("divideDecimalRound", 10 * W)):
            edge = kind(int(kind.max) // scale)
            assert outcome(getattr(library, divide), edge, 0) == DIVISION
            assert outcome(getattr(library, divide), edge + 1, 0) == OVERFLOW

    def test_the_one_quotient_out_of_range(self):
        assert outcome(signed_decimal_math.multiplyDecimal, INT_MIN, -1) == OVERFLOW

    @given(st.integers(INT_MIN // 10**9 + 1, INT_MAX // 10**9))
    def test_precise_and_back(self, x):
        precise = signed_decimal_math.decimalToPreciseDecimal(x)
        assert signed_decimal_math.preciseDecimalToDecimal(precise) == x
        assert decimal_math.preciseDecimalToDecimal(decimal_math.decimalToPreciseDecimal(abs(x))) == abs(x)
        assert outcome(decimal_math.decimalToPreciseDecimal, UINT_MAX // 10**9 + 1) == OVERFLOW


class TestConvertDecimals:
    @given(st.integers(0, 10**40), st.integers(0, 30))
    def test_rounds_down_or_up(self, amount, decimals):
        exactly = Fraction(amount * W, 10**decimals)
        assert convert_decimals.to18Decimals(amount, decimals) == math.floor(exactly)
        assert convert_decimals.to18DecimalsRoundUp(amount, decimals) == math.ceil(exactly)
        assert convert_decimals.from18Decimals(amount, decimals) == amount * 10**decimals // W

    def test_scaling_up_is_checked(self):
        edge = UINT_MAX // 10**12
        assert convert_decimals.to18Decimals(edge, 6) == edge * 10**12
        assert outcome(convert_decimals.to18Decimals, edge + 1, 6) == OVERFLOW
        assert outcome(convert_decimals.to18DecimalsRoundUp, edge + 1, 6) == OVERFLOW
        assert outcome(convert_decimals.from18Decimals, UINT_MAX, 19) == OVERFLOW


class TestOptionEncoding:
    @given(st.integers(1, 2**32 - 1), st.integers(0, 2**63 - 1), st.booleans())
    def test_round_trip(self, expiry, strike8, is_call):
        sub_id = option_encoding.toSubId(expiry, strike8 * 10**10, is_call)
        assert sub_id == expiry | strike8 << 32 | is_call << 95
        assert option_encoding.fromSubId(sub_id) == (expiry, strike8 * 10**10, is_call)

    @given(st.integers(0, 2**96 - 1))
    def test_decodes_anything(self, sub_id):
        option = option_encoding.fromSubId(sub_id)
        if option.expiry != 0:
            assert option_encoding.toSubId(*option) == sub_id

    def test_failures_in_order(self):
        def failure(expiry, strike):
            return outcome(option_encoding.toSubId, expiry, strike, True)

        far, odd, large = 2**32, 1, 2**63 * 10**10
        assert failure(far, odd) == Custom("OE_ExpiryTooLarge(uint256)", [far])
        assert failure(0, odd) == Custom("OE_ZeroExpiry()")
        assert failure(1, large + odd) == Custom("OE_StrikeTooGranular(uint256)", [large + odd])
        assert failure(1, large) == Custom("OE_StrikeTooLarge(uint256)", [2**63])
        assert failure(2**32 - 1, large - 10**10) == 2**96 - 1


class TestFailureOrder:
    def test_dec_pow_takes_the_logarithm_first(self):
        dec_pow = fixed_point_math_lib.decPow
        assert outcome(dec_pow, -1, INT_MAX) == Custom("LnNegativeUndefined()")
        assert outcome(dec_pow, 0, INT_MAX) == Custom("Overflow()")
        assert outcome(dec_pow, 10 * W, INT_MAX) == OVERFLOW
        assert outcome(dec_pow, 10 * W, 1000 * W) == Custom("ExpOverflow()")
        assert dec_pow(10 * W, -1000 * W) == 0

    def test_domain_edges(self):
        exp, cdf = fixed_point_math_lib.exp, fixed_point_math_lib.stdNormalCDF
        assert exp(-42139678854452767551) == 0
        assert exp(INT_MIN) == 0
        assert outcome(exp, 135305999368893231589) == Custom("ExpOverflow()")
        assert exp(135305999368893231588) < 2**255
        assert outcome(cdf, INT_MIN) == OVERFLOW
        assert cdf(INT_MIN + 1) == 0
        assert cdf(37 * W + 1) == W
        assert outcome(fixed_point_math_lib.stdNormal, INT_MIN) == OVERFLOW
        assert outcome(fixed_point_math_lib.sqrt, UINT_MAX // W + 1) == OVERFLOW
