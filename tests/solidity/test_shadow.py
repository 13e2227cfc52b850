"""The shadow: the exact value beside the integer, and each site's share of the difference."""

from __future__ import annotations

import inspect
import json
import operator
import subprocess
import sys
import textwrap
from fractions import Fraction
from typing import Any, NamedTuple

import flint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.solidity.straight_line import compile_kernel, opcode_programs, operator_programs, words
from vmargin.errors import UsageError
from vmargin.fixedpoint.derive.black76 import Black76Inputs, pricesAndDelta
from vmargin.solidity import exact
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import (
    add,
    and_,
    div,
    gt,
    iszero,
    lt,
    mod,
    mul,
    mulmod,
    sar,
    sdiv,
    shl,
    slt,
    smod,
    sub,
)
from vmargin.solidity.exact import DEFAULT_BITS, Ball, bounds
from vmargin.solidity.integers import (
    int128,
    int256,
    uint8,
    uint64,
    uint128,
    uint256,
    wint256,
    wuint8,
    wuint64,
    wuint256,
)
from vmargin.solidity.kernel import Kernel, kernel
from vmargin.solidity.reverts import ARITHMETIC, CustomError, Empty, Panic, Revert
from vmargin.solidity.shadow import MAXIMUM_BITS, Shadow

W = 10**18
WAD = uint256(W)
TooMuch = CustomError("TooMuch(uint256)")


def flat(thing: Any) -> list[Any]:
    return [leaf for field in thing for leaf in flat(field)] if isinstance(thing, tuple) else [thing]


def agree(shadow: Shadow, f: Kernel[..., Any], *args: Any) -> None:
    """Assert what holds of every shadow."""
    value, revert = None, None
    try:
        value = f(*args)
    except Revert as ending:
        revert = ending
    assert (shadow.value, shadow.revert) == (value, revert)
    if revert is not None:
        assert shadow.error is None
        return
    for n, (integer, true, error) in enumerate(
        zip(flat(value), flat(shadow.exact), flat(shadow.error), strict=True)
    ):
        assert type(integer) is type(flat(shadow.value)[n])
        if isinstance(integer, bool):
            continue
        shares = sum((flat(r.error)[n] for r in shadow.roundings), Fraction(0))
        if isinstance(error, Fraction):
            assert error == int(integer) - true == shares
        else:
            low, high = bounds(error - shares)
            assert low <= 0 <= high
            assert high - low < Fraction(1, 10**9)


def line_of(f: Kernel[..., Any], text: str) -> int:
    source, first = inspect.getsourcelines(f.body)
    return first + next(i for i, line in enumerate(source) if text in line)


@kernel
def mulWad(x: uint256, y: uint256) -> uint256:
    return x * y / WAD


@given(words(uint256), words(uint256))
def test_the_error_of_a_quotient_is_its_remainder(x: uint256, y: uint256) -> None:
    shadow = mulWad.shadow(x, y)
    agree(shadow, mulWad, x, y)
    assume(shadow.revert is None)
    assert shadow.error == -Fraction(int(x) * int(y) % W, W)
    (site,) = shadow.roundings
    assert (site.operation, site.site.line) == ("/", line_of(mulWad, "return"))
    assert site.site.file == __file__
    assert site.direction == ("down" if int(x) * int(y) % W else "exact")


def test_two_truncations_in_a_row() -> None:
    @kernel
    def f(x: uint256, y: uint256, z: uint256) -> uint256:
        first = x * y / WAD
        return first * z / WAD

    x, y, z = 3 * W + 7, 5 * W + 11, 2 * W + 1
    shadow = f.shadow(x, y, z)
    agree(shadow, f, x, y, z)
    first, second = shadow.roundings
    middle = x * y // W
    # The first remainder is scaled by what follows, the second stands as it is.
    assert first.error == -Fraction(x * y % W, W) * Fraction(z, W)
    assert second.error == -Fraction(middle * z % W, W)
    assert [r.direction for r in (first, second)] == ["down", "down"]
    assert shadow.exact == Fraction(x * y * z, W * W)


def test_a_product_shares_its_error_between_both_factors() -> None:
    @kernel
    def f(x: uint256, y: uint256) -> uint256:
        a = x / 3
        b = y / 3
        return a * b

    shadow = f.shadow(10, 10)
    agree(shadow, f, 10, 10)
    assert [r.error for r in shadow.roundings] == [Fraction(-19, 18)] * 2


def test_a_quotient_by_an_inexact_divisor() -> None:
    @kernel
    def f(x: uint256, y: uint256) -> uint256:
        half = y / 2
        return x / half

    shadow = f.shadow(10, 7)
    agree(shadow, f, 10, 7)
    assert shadow.exact == Fraction(20, 7)
    # 10/3 instead of 20/7 is the inner division's doing: it is down, and makes the result larger.
    assert [r.error for r in shadow.roundings] == [Fraction(10, 21), Fraction(-1, 3)]
    assert [r.site.line - line_of(f, "half =") for r in shadow.roundings] == [0, 1]
    assert {r.direction for r in shadow.roundings} == {"down"}


def test_directions_are_counted_per_execution() -> None:
    @kernel
    def f(values: Words[int256]) -> int256:
        total = int256(0)
        for i in range(len(values)):
            total += values[i] / 4
        return total

    values = Words(int256, [-5, -4, 6, 7])
    shadow = f.shadow(values)
    (site,) = shadow.roundings
    assert (site.up, site.down, site.exact) == (1, 2, 1)
    assert site.direction == "mixed"
    assert shadow.error == int(f(values)) - Fraction(-5 - 4 + 6 + 7, 4)


def test_shifts() -> None:
    @kernel
    def f(x: int256) -> int256:
        return ((x >> 1) << 3) ** 2

    shadow = f.shadow(-3)
    agree(shadow, f, -3)
    assert shadow.exact == 144
    assert shadow.value == 256
    assert [(r.operation, r.direction, r.error) for r in shadow.roundings] == [(">>", "down", 112)]


def test_remainders_follow_the_integer_quotient() -> None:
    @kernel
    def f(x: uint256, y: uint256) -> uint256:
        rounded = x - x % y
        return rounded + x / 2 % y

    shadow = f.shadow(17, 8)
    agree(shadow, f, 17, 8)
    assert shadow.exact == 16 + Fraction(1, 2)
    assert shadow.disagreements == ()


def test_remainders_beyond_the_divisor_are_reported() -> None:
    @kernel
    def f(x: int256) -> int256:
        return (x - x / 2 * 2 + 7) % 8

    @kernel
    def g(x: uint256) -> uint256:
        return (3 * (x / 2)) % 4

    agree(f.shadow(-5), f, -5)
    assert f.shadow(-5).disagreements == ()
    shadow = g.shadow(3)  # 3 % 4, exactly 4.5 % 4
    assert [(d.comparison, d.integer, d.exact) for d in shadow.disagreements] == [("%", 0, 1)]
    assert shadow.exact == Fraction(9, 2)


def test_remainders_of_negative_numbers() -> None:
    @kernel
    def f(x: int256, y: int256) -> int256:
        return x % y + int256(smod(x / 2, y))

    for x, y in ((-17, 5), (17, -5), (-17, -5), (17, 5)):
        shadow = f.shadow(x, y)
        agree(shadow, f, x, y)
        assert shadow.restarts == shadow.disagreements == ()
        assert shadow.error == (Fraction(1, 2) if x < 0 else Fraction(-1, 2))


def test_branches_follow_the_integers_and_say_so() -> None:
    @kernel
    def f(x: uint256) -> bool:
        half = x / 2
        return half > 2

    shadow = f.shadow(5)
    assert shadow.value is False
    (found,) = shadow.disagreements
    assert (found.comparison, found.integer, found.exact) == (">", False, True)
    assert found.site.line == line_of(f, "half > 2")
    assert f.shadow(4).disagreements == f.shadow(6).disagreements == ()


def test_only_the_branch_taken_counts() -> None:
    @kernel
    def larger(x: uint256, y: uint256) -> uint256:
        a = x / 3
        b = y / 7
        return a if a > b else b

    shadow = larger.shadow(10, 100)
    agree(shadow, larger, 10, 100)
    assert [r.error for r in shadow.roundings] == [0, Fraction(-2, 7)]


def test_literals_and_constants_on_either_side() -> None:
    @kernel
    def f(x: int256, n: uint8) -> int256:
        y = 7 - x / 2
        z = 100 / y + int256(WAD) % 7 + 3 * y - -x
        for i in range(n):
            z = z + int256(uint256(i)) + 2 * z
        return z if z > 5 else -z

    for x in range(-9, 9):
        agree(f.shadow(x, 3), f, x, 3)
    assert f.shadow(1, 0).error == int(f(1, 0)) - (100 / Fraction(13, 2) + int(W % 7) + Fraction(39, 2) + 1)


# Wrap-around, bits and casts


def test_a_wrap_that_closes_again_loses_nothing() -> None:
    @kernel
    def f(x: uint256, y: uint256, z: uint256) -> uint256:
        a = wuint256(x / 2)
        return uint256(a - wuint256(y) + wuint256(z))

    shadow = f.shadow(5, 10, 20)
    agree(shadow, f, 5, 10, 20)
    assert (shadow.exact, shadow.restarts) == (Fraction(25, 2), ())


def test_a_wrap_that_stays_open_restarts() -> None:
    @kernel
    def f(x: uint256, y: uint256) -> uint256:
        a = wuint256(x / 2)
        b = a - wuint256(y)
        return uint256(b)

    shadow = f.shadow(5, 10)
    agree(shadow, f, 5, 10)
    ((restart, count),) = shadow.restarts
    assert (restart.operation, restart.site.line, count) == ("-", line_of(f, "b = "), 1)
    assert shadow.exact == shadow.value == 2**256 - 8
    assert shadow.roundings[0].error == 0


def test_an_open_wrap_restarts_where_the_number_is_needed() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        return mul(lt(sub(x / 2, 3), 5), div(sub(x / 2, 3), 2))

    shadow = f.shadow(5)
    agree(shadow, f, 5)
    assert {r.operation for r, _ in shadow.restarts} == {"sub"}
    assert shadow.disagreements == ()


def test_a_wrap_in_narrow_words_shows_in_wide_ones() -> None:
    @kernel
    def f(x: uint64) -> uint256:
        low = wuint64(x / 2) - 10
        return add(uint256(uint64(low)), 0)

    shadow = f.shadow(5)
    agree(shadow, f, 5)
    assert [(r.operation, r.site.line) for r, _ in shadow.restarts] == [("-", line_of(f, "low ="))]
    assert f.shadow(21).exact == Fraction(1, 2)


def test_wraps_without_end_restart_on_the_way() -> None:
    @kernel
    def f(x: wuint256) -> wuint256:
        y = x * x
        for _ in range(20):
            y = y * y
        return y

    shadow = f.shadow(2**200 + 1)
    agree(shadow, f, 2**200 + 1)
    ((first, _), (later, count)) = shadow.restarts
    assert (first.site.line, later.site.line) == (line_of(f, "x * x"), line_of(f, "y * y"))
    assert count > 5


def test_signed_opcodes_carry_the_exact_value() -> None:
    @kernel
    def f(x: int256, y: int256) -> int256:
        a = int256(sdiv(x, 2))
        b = int256(sar(1, sub(a, y)))
        c = int256(smod(b, 1000))
        return c if slt(c, 5) == 1 else -c

    shadow = f.shadow(-7, 4)
    agree(shadow, f, -7, 4)
    assert shadow.exact == Fraction(-15, 4)
    assert shadow.restarts == ()
    assert [(r.operation, r.error) for r in shadow.roundings] == [
        ("sdiv", Fraction(1, 4)),
        ("sar", Fraction(-1, 2)),
    ]


def test_unsigned_opcodes_do_not_take_a_negative_for_itself() -> None:
    @kernel
    def f(x: int256) -> uint256:
        return div(x / 2, 2)

    shadow = f.shadow(-5)
    agree(shadow, f, -5)
    assert [r.reason for r, _ in shadow.restarts] == ["the word wrapped around"]


def test_opcodes_with_a_modulus() -> None:
    @kernel
    def f(x: uint256, y: uint256) -> uint256:
        return add(mulmod(x / 2, y, 10), mod(shl(2, x / 2), 7))

    shadow = f.shadow(9, 7)  # 4 * 7 % 10 + 16 % 7, exactly 31.5 - 20 + 18 - 14
    agree(shadow, f, 9, 7)
    assert shadow.exact == Fraction(31, 2)
    assert [(d.comparison, d.integer, d.exact) for d in shadow.disagreements] == [("mulmod", 2, 3)]


def test_opcodes_by_zero_are_a_convention() -> None:
    @kernel
    def f(x: uint256, y: uint256) -> uint256:
        return add(div(x, y), mod(x / 2, y))

    agree(f.shadow(4, 0), f, 4, 0)
    assert f.shadow(4, 0).restarts == ()
    assert [r.reason for r, _ in f.shadow(5, 0).restarts] == ["the divisor is 0"]


def test_bits_of_an_inexact_value_restart() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        return (x / 2) ^ 1

    shadow = f.shadow(9)
    agree(shadow, f, 9)
    assert [r.operation for r, _ in shadow.restarts] == ["^"]
    assert f.shadow(8).restarts == ()


def test_masks_and_casts_that_keep_the_value_keep_the_exact_one() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        low = and_(x / 2, 65535) & 65535
        return uint256(int256(uint256(uint64(low))))

    assert f.shadow(9).exact == Fraction(9, 2)
    assert f.shadow(9).restarts == ()
    cut = f.shadow(131073 * 3)
    agree(cut, f, 131073 * 3)
    assert [(r.operation, r.reason) for r, _ in cut.restarts] == [
        ("and_", "the bits of a value that carries an error")
    ]

    @kernel
    def narrowed(x: uint256) -> uint256:
        return uint256(uint128(x / 2))

    assert narrowed.shadow(9).exact == Fraction(9, 2)
    assert [r.operation for r, _ in narrowed.shadow(2**140).restarts] == ["uint128"]


def test_powers() -> None:
    @kernel
    def f(x: uint256, n: uint256) -> uint256:
        return (x / 2) ** n

    shadow = f.shadow(7, 3)
    agree(shadow, f, 7, 3)
    assert shadow.exact == Fraction(343, 8)
    assert f.shadow(0, uint256.max).value == 0
    assert f.shadow(2, uint256.max).value == 1

    @kernel
    def g(x: uint256) -> uint256:
        return 2 ** (x / 2) + (1 << x / 2)

    agree(g.shadow(7), g, 7)
    assert {r.reason for r, _ in g.shadow(7).restarts} == {
        "the exponent carries an error",
        "the amount of the shift carries an error",
    }
    assert g.shadow(6).restarts == ()

    @kernel
    def h(n: wuint8) -> wuint256:
        return 2**n

    agree(h.shadow(200), h, 200)


def test_an_exact_divisor_of_zero_restarts() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        y = x - 2 * (x / 2)  # exactly 0
        return x / y

    shadow = f.shadow(5)
    agree(shadow, f, 5)
    assert [r.reason for r, _ in shadow.restarts] == ["the exact divisor is 0"]


# Structs, arrays, reverts


class Result(NamedTuple):
    amount: uint256
    isLarge: bool
    rest: uint256


@kernel
def split(x: uint256, room: Scratch[uint256]) -> Result:
    room[0] = x / 3
    room[1] = room[0] / 2
    if iszero(room[1]) == 1:
        raise TooMuch(room[0])
    if x == 100:
        raise Empty()
    return Result(room[0], gt(room[1], 5) == 1, room[1])


def test_results_of_several_fields() -> None:
    shadow = split.shadow(47, Scratch(uint256, 2))
    agree(shadow, split, 47, Scratch(uint256, 2))
    assert shadow.error == Result(Fraction(-2, 3), True, Fraction(-5, 6))
    assert [r.error for r in shadow.roundings] == [
        Result(Fraction(-2, 3), True, Fraction(-1, 3)),
        Result(Fraction(0), True, Fraction(-1, 2)),
    ]
    assert [type(leaf) for leaf in shadow.value] == [uint256, bool, uint256]


def test_reverts_are_those_of_the_checked_reading() -> None:
    room = Scratch(uint256, 2)
    assert split.shadow(5, room).revert == TooMuch(uint256(1))
    assert split.shadow(100, room).revert == Empty()
    assert list(room) == [0, 0]
    reverted = mulWad.shadow(uint256.max, 2)
    assert (reverted.revert, reverted.value, reverted.exact) == (Panic(ARITHMETIC), None, None)
    assert "reverted with Panic(0x11)" in str(reverted)


def test_json_and_table() -> None:
    shadow = split.shadow(47, Scratch(uint256, 2))
    data = json.loads(json.dumps(shadow.to_json()))
    assert data["error"] == {"amount": "-2/3", "isLarge": True, "rest": "-5/6"}
    assert data["roundings"][0]["down"] == 1
    assert "exact (15.6667, True, 7.83333)" in str(shadow)
    assert "solidity/test_shadow.py:" in str(shadow)
    json.dumps(twice.shadow(2).to_json())


# Truths


@kernel(truth=lambda x, y, d: x * y / d)
def mulDivUp(x: uint256, y: uint256, d: uint256) -> uint256:
    quotient = x * y / d
    if mulmod(x, y, d) > 0:
        quotient += 1
    return quotient


@kernel(truth=exact.sqrt)
def root(x: uint256) -> uint256:
    r = x
    for _ in range(200):
        r = r - (r - x / r) / 2 if r * r > x else r
    return r


@kernel(truth=lambda a, b: a * b)
def product(a: uint256, b: uint256) -> uint256:
    return a * b


@kernel(truth=lambda x: x + exact.exp(-400))
def almost(x: uint256) -> uint256:
    return x


@kernel(truth=lambda x: exact.ln(exact.exp(x) * exact.exp(x)))
def double(x: uint256) -> uint256:
    return 2 * x


class Both(NamedTuple):
    ok: bool
    half: uint256


@kernel(truth=lambda r, up: (True, (r.amount + r.rest) / 2))
def halve(r: Result, up: bool) -> Both:
    total = r.amount + r.rest
    return Both(True, (total + 1) / 2 if up else total / 2)


@kernel
def twice(x: uint256) -> uint256:
    return 2 * root(x)


def test_a_truth_makes_the_call_one_site() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        part = x / 2
        return mulDivUp(part, 3, 4)

    shadow = f.shadow(5)
    agree(shadow, f, 5)
    assert shadow.exact == Fraction(15, 8)
    assert [(r.operation, r.direction, r.error) for r in shadow.roundings] == [
        ("/", "down", Fraction(-3, 8)),
        ("mulDivUp", "up", Fraction(1, 2)),
    ]
    assert shadow.roundings[1].site.line == line_of(f, "mulDivUp")


def test_a_truth_called_directly() -> None:
    shadow = mulDivUp.shadow(7, 7, 10)
    (site,) = shadow.roundings
    assert (site.operation, site.error, site.direction) == ("mulDivUp", Fraction(1, 10), "up")
    assert site.site.line == inspect.getsourcelines(mulDivUp.body)[1]


@given(x=words(uint128), y=words(uint128), d=words(uint64))
def test_a_product_as_truth_shares_like_a_product(x: uint128, y: uint128, d: uint64) -> None:
    assume(d != 0)

    @kernel
    def by_truth(x: uint256, y: uint256, d: uint256) -> uint256:
        a = x / d
        b = y / d
        return product(a, b)

    @kernel
    def plainly(x: uint256, y: uint256, d: uint256) -> uint256:
        a = x / d
        b = y / d
        return a * b

    args = uint256(x), uint256(y), uint256(d)
    left, right = by_truth.shadow(*args), plainly.shadow(*args)
    assert left.exact == right.exact
    assert [r.error for r in left.roundings] == [*(r.error for r in right.roundings), 0]


def test_roundings_that_cancel_before_a_truth() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        a = x / 2
        b = x / 2
        return product(a + 7 - b, 3)

    shadow = f.shadow(5)
    agree(shadow, f, 5)
    assert (shadow.exact, shadow.error, shadow.restarts) == (21, 0, ())
    assert [r.error for r in shadow.roundings] == [0, 0, 0]


def test_named_like_an_opcode() -> None:
    @kernel(truth=lambda x, y: x / y)
    def div(x: int256, y: int256) -> int256:
        return x / y

    assert div.shadow(-7, 2).error == Fraction(1, 2)
    assert div.shadow(-7, 2).restarts == ()


def test_balls() -> None:
    shadow = twice.shadow(2 * W * W)
    agree(shadow, twice, 2 * W * W)
    assert isinstance(shadow.exact, Ball)
    low, high = bounds(shadow.exact)
    assert low**2 <= 8 * W * W <= high**2
    assert high - low < Fraction(1, 10**90)
    assert shadow.bits == DEFAULT_BITS
    # The root is rational here, so nothing is left open.
    assert twice.shadow(9 * W * W).error == 0


def test_a_truth_of_structs_and_bools() -> None:
    shadow = halve.shadow(Result(uint256(2), True, uint256(3)), True)
    assert shadow.value == Both(True, uint256(3))
    assert shadow.error == Both(True, Fraction(1, 2))
    assert halve.shadow(Result(uint256(2), True, uint256(3)), False).error.half == Fraction(-1, 2)


def test_a_truth_without_a_value_restarts() -> None:
    @kernel(truth=exact.ln)
    def lenient(x: int256) -> int256:
        return x

    shadow = lenient.shadow(-3)
    assert (shadow.value, shadow.exact) == (-3, -3)
    assert [r.operation for r, _ in shadow.restarts] == ["lenient"]
    assert shadow.roundings == ()


def test_a_truth_in_floats_is_refused() -> None:
    @kernel(truth=lambda x: float(x) ** 0.5)
    def sloppy(x: uint256) -> uint256:
        return x

    with pytest.raises(UsageError, match="not exact"):
        sloppy.shadow(4)


# Decisions of balls


def test_a_straddling_ball_is_computed_more_precisely() -> None:
    shadow = almost.shadow(W)
    agree(shadow, almost, W)
    assert shadow.bits == 2 * DEFAULT_BITS
    assert shadow.undecided == ()
    assert shadow.roundings[0].direction == "down"
    assert bounds(shadow.error)[1] < 0


def test_a_straddling_comparison_is_computed_more_precisely() -> None:
    @kernel
    def f(x: uint256) -> bool:
        return almost(x) > x

    shadow = f.shadow(W)
    assert shadow.bits == 2 * DEFAULT_BITS
    assert [(d.integer, d.exact) for d in shadow.disagreements] == [(False, True)]


def test_an_exact_tie_between_transcendentals_stays_undecided() -> None:
    @kernel
    def f(x: uint256) -> uint256:
        return double(x) if double(x) == 2 * x else uint256(0)

    shadow = f.shadow(3)
    assert shadow.value == 6
    assert shadow.bits == MAXIMUM_BITS
    assert {d.question for d in shadow.undecided} == {
        "the comparison ==",
        "the direction of double",
        "the sign of the error",
    }
    assert [(d.integer, d.exact) for d in shadow.disagreements] == [(True, None)]
    assert shadow.roundings[0].direction == "undecided"
    assert "undecided" in str(shadow)


def test_a_long_chain_goes_on_as_a_ball() -> None:
    @kernel
    def f(x: uint256, n: uint256) -> uint256:
        y = x
        for _ in range(n):
            y = (y + x / y) / 2
        return y

    shadow = f.shadow(10**30, 60)
    agree(shadow, f, 10**30, 60)
    assert isinstance(shadow.exact, Ball)
    assert isinstance(f.shadow(10**30, 3).exact, Fraction)


def test_rational_shadows_do_without_flint() -> None:
    program = """
    import sys
    sys.modules["flint"] = None
    from vmargin.errors import MissingExtra
    from vmargin.solidity import exact
    from vmargin.solidity.integers import uint256
    from vmargin.solidity.kernel import kernel

    @kernel(truth=exact.sqrt)
    def root(x: uint256) -> uint256:
        return x

    @kernel
    def half(x: uint256) -> uint256:
        return x / 2

    assert half.shadow(3).error * 2 == -1
    assert root.shadow(4).error == 2
    try:
        root.shadow(2)
    except MissingExtra as missing:
        assert "vmargin[exact]" in str(missing)
        print("asked for flint")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "asked for flint\n", done.stderr


# Against other computations


OPERATIONS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, ">": operator.gt,
}  # fmt: skip


class Twin:
    """An integer and its exact value, by the plainest rules: what the shadow must find."""

    def __init__(self, integer: Any, true: Fraction) -> None:
        self.integer, self.true = integer, true

    def __gt__(self, other: Twin) -> bool:
        return bool(self.integer > other.integer)


def _twin(symbol: str) -> Any:
    def apply(left: Any, right: Any) -> Twin:
        a = left if isinstance(left, Twin) else Twin(left, Fraction(left))
        b = right if isinstance(right, Twin) else Twin(right, Fraction(right))
        return Twin(OPERATIONS[symbol](a.integer, b.integer), OPERATIONS[symbol](a.true, b.true))

    return apply


for _symbol, _name in (("+", "add"), ("-", "sub"), ("*", "mul"), ("/", "truediv")):
    setattr(Twin, f"__{_name}__", _twin(_symbol))


@settings(max_examples=150, deadline=None)
@given(source=operator_programs("int256", ("+", "-", "*", "/")), x=words(int128), y=words(int128))
def test_the_exact_value_is_that_of_fractions(source: str, x: int128, y: int128) -> None:
    f = compile_kernel(source)
    args = int256(x), int256(y)
    try:
        expected = f.body(*(Twin(a, Fraction(int(a))) for a in args))
    except (Revert, ZeroDivisionError):
        assume(False)
    shadow = f.shadow(*args)
    agree(shadow, f, *args)
    assert shadow.exact == expected.true
    assert shadow.restarts == ()


@settings(max_examples=150, deadline=None)
@given(data=st.data(), word=st.sampled_from((uint8, uint256, int256, wuint256, wint256)))
def test_shadows_of_operators_agree(data: st.DataObject, word: Any) -> None:
    f = compile_kernel(data.draw(operator_programs(word.__name__)))
    args = data.draw(words(word)), data.draw(words(word))
    agree(f.shadow(*args), f, *args)


@settings(max_examples=150, deadline=None)
@given(source=opcode_programs(), x=words(uint256), y=words(uint256))
def test_shadows_of_opcodes_agree(source: str, x: uint256, y: uint256) -> None:
    f = compile_kernel(source)
    agree(f.shadow(x, y), f, x, y)


def test_black76_against_the_formula() -> None:
    seconds, discount, volatility, forward, strike = (
        30 * 86400,
        W - W // 1000,
        8 * W // 10,
        2000 * W,
        2100 * W,
    )
    args = Black76Inputs(
        uint64(seconds), uint64(discount), uint128(volatility), uint128(forward), uint128(strike)
    )
    shadow = pricesAndDelta.shadow(args)
    agree(shadow, pricesAndDelta, args)
    assert shadow.restarts == shadow.disagreements == shadow.undecided == ()
    with flint.ctx.workprec(500):
        arb = flint.arb
        deviation = arb(volatility) / W * (arb(seconds) / 31_536_000).sqrt()
        d1 = ((arb(forward) / strike).log() + deviation**2 / 2) / deviation
        cdf = [(-d / arb(2).sqrt()).erfc() / 2 for d in (d1, d1 - deviation)]
        call = (forward * cdf[0] - strike * cdf[1]) * discount / W
        delta = cdf[0] * discount
        # At most 1 part in 10^90 apart.
        assert (shadow.exact.call.arb - call).abs_upper() < call * arb(10) ** -90
        assert (shadow.exact.callDelta.arb - delta).abs_upper() < delta * arb(10) ** -90
