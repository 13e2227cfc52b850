"""Exact values: rational where they can be, else balls that hold the value and never guess."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmargin.solidity import exact
from vmargin.solidity.exact import Ball, Undecided, ball, bounds, precision
from vmargin.solidity.integers import int256, uint256

F = Fraction


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (exact.exp(0), 1),
        (exact.ln(1), 0),
        (exact.exp2(-3), F(1, 8)),
        (exact.log2(F(1, 1024)), -10),
        (exact.log10(10**77), 77),
        (exact.log10(F(1, 1000)), -3),
        (exact.sqrt(F(4, 9)), F(2, 3)),
        (exact.sqrt(uint256(10**36)), 10**18),
        (exact.cbrt(F(-27, 8)), F(-3, 2)),
        (exact.power(F(4, 9), F(3, 2)), F(8, 27)),
        (exact.power(F(2, 3), -2), F(9, 4)),
        (exact.power(-2, 3), -8),
        (exact.power(0, F(1, 2)), 0),
        (exact.power(0, 0), 1),
        (exact.normal_cdf(0), F(1, 2)),
        (exact.minimum(int256(-3), F(1, 2)), -3),
        (exact.maximum(2, F(1, 2)), 2),
    ],
)
def test_rational_results_stay_rational(found: Any, expected: Any) -> None:
    assert type(found) is Fraction
    assert found == expected


def _newton(step: Callable[[float], float], x: float) -> float:
    for _ in range(60):
        x = step(x)
    return x


@pytest.mark.parametrize(
    ("function", "approximation"),
    [
        (exact.exp, math.exp),
        (exact.exp2, math.exp2),
        (exact.ln, math.log),
        (exact.log2, math.log2),
        (exact.log10, math.log10),
        (exact.lambert_w, lambda x: _newton(lambda w: w - (w - x * math.exp(-w)) / (w + 1), x)),
        (exact.sqrt, math.sqrt),
        (exact.cbrt, math.cbrt),
        (exact.normal_cdf, lambda x: 0.5 * math.erfc(-x / math.sqrt(2))),
        (exact.normal_pdf, lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
        (lambda x: exact.power(x, F(2, 7)), lambda x: x ** (2 / 7)),
        (lambda x: exact.power(F(3, 2), ball(x)), lambda x: 1.5**x),
    ],
)
@pytest.mark.parametrize("x", [F(1, 3), F(17, 5), F(99, 7)])
def test_functions(
    function: Callable[[Any], Any], approximation: Callable[[float], float], x: Fraction
) -> None:
    found = function(x)
    assert float(found) == pytest.approx(approximation(float(x)), rel=1e-13)
    low, high = bounds(found)
    assert 0 < high - low < abs(low) * F(1, 2**370)
    with precision(700):
        finer_low, finer_high = bounds(function(x))
    assert low <= finer_low <= finer_high <= high
    assert finer_high - finer_low < abs(low) * F(1, 2**680)


@given(x=st.fractions(), y=st.fractions(), n=st.integers())
def test_balls_compute_as_fractions_do(x: Fraction, y: Fraction, n: int) -> None:
    for got, expected in (
        (ball(x) + y, x + y),
        (y - ball(x), y - x),
        (x * ball(y), x * y),
        (ball(x) * n - n, x * n - n),
        (-ball(x), -x),
        (abs(ball(x)), abs(x)),
        (ball(x) ** 3, x**3),
        (x / ball(y) if y else ball(0), x / y if y else F(0)),
    ):
        assert isinstance(got, Ball)
        low, high = bounds(got)
        assert low <= expected <= high
    if x != y:
        assert (ball(x) < y) == (x < y)
        assert (x >= ball(y)) == (x >= y)
        assert ball(x) != y


def test_what_a_ball_cannot_say_is_not_guessed() -> None:
    third = ball(F(1, 3))
    for question in (
        lambda: third == F(1, 3),
        lambda: third < F(1, 3),
        lambda: third >= ball(F(1, 3)),
        lambda: min(third, F(1, 3)),
        lambda: bool(third - F(1, 3)),
        lambda: 1 / (third - F(1, 3)),
        lambda: exact.ln(third - F(1, 3)),
        lambda: exact.sqrt(third - F(1, 3)),
        lambda: exact.cbrt(third - F(1, 3)),
    ):
        with pytest.raises(Undecided):
            question()
    assert exact.sign(third - F(1, 3)) is None
    low, high = bounds(exact.minimum(third, F(1, 3)))
    assert low <= F(1, 3) <= high
    assert exact.truncated(exact.exp(5)) == 148
    assert exact.truncated(3 * third) is None


def test_a_ball_may_be_exact() -> None:
    assert exact.sign(ball(0)) == 0
    assert ball(5) == 5
    assert not ball(0)
    assert exact.compare(ball(5), F(5)) == 0


def test_what_is_no_real_number() -> None:
    for wrong in (
        lambda: exact.ln(0),
        lambda: exact.sqrt(-1),
        lambda: exact.power(-2, F(1, 3)),
        lambda: exact.log2(ball(-1)),
    ):
        with pytest.raises(ValueError, match="no real number"):
            wrong()
    for zero in (lambda: ball(1) / 0, lambda: exact.power(0, -1)):
        with pytest.raises(ZeroDivisionError):
            zero()


def test_floats_are_refused() -> None:
    for wrong in (
        lambda: ball(1) + 0.5,
        lambda: 0.5 * ball(1),
        lambda: ball(2) ** 0.5,
        lambda: F(1, 3) ** ball(F(1, 3)),
    ):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError, match="not all exact"):
        exact.exp(0.5)  # type: ignore[arg-type]


def test_values_beyond_all_measure() -> None:
    tiny, huge = exact.exp(-(10**58)), exact.exp(10**58)
    low, high = bounds(tiny)
    assert 0 <= low < high < F(1, 10**1000)
    assert exact.sign(tiny) == 1
    assert not exact.is_finite(huge)
    assert exact.is_finite(tiny)
    assert not exact.is_finite(exact.power(F(3, 2), 2**255))


def test_flints_own_precision_is_left_alone() -> None:
    before = flint.ctx.prec
    with precision(999):
        exact.exp(1)
        assert flint.ctx.prec == before


def test_numbers_for_people() -> None:
    assert exact.approximate(F(-1, 3)) == "-0.333333"
    assert exact.approximate(F(12)) == "12"
    assert exact.approximate(exact.exp(1)) == "2.71828"
    assert "+/-" in exact.approximate(ball(F(1, 3)) - F(1, 3))
