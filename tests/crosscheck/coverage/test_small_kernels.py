"""Of small kernels all inputs are run: what is seen is what a count by hand sees, and no more is missed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.crosscheck.coverage import kernels
from tests.solidity.kernel_modules import load_source
from vmargin.crosscheck.coverage import Coverage, CoveredSite, coverage
from vmargin.errors import UsageError
from vmargin.solidity.arrays import Words
from vmargin.solidity.checker import NotAKernel

BYTES = range(256)


def site(found: Coverage, kind: str, text: str) -> CoveredSite:
    (one,) = [s for s in found.sites if s.code.kind == kind and s.code.text == text]
    return one


def counted(cases: Any, *tests: Callable[..., bool]) -> list[int]:
    return [sum(test(*case) for case in cases) for test in tests]


@pytest.fixture(scope="module")
def fee() -> Coverage:
    pairs = itertools.product(range(0, 256, 5), range(0, 256, 2))
    return coverage(kernels.fee, over=pairs, cases=10**6)


PAIRS = list(itertools.product(range(0, 256, 5), range(0, 256, 2)))
GIVEN = [(a, r) for a, r in PAIRS if a and r]
RATED = [(a, r) for a, r in GIVEN if r <= 100]


def test_branches_and_conditions_are_counted(fee: Coverage) -> None:
    assert fee.cases == len(PAIRS)
    assert fee.reverted == len(GIVEN) - len(RATED)
    both = site(fee, "branch", "rate == 0 or amount == 0")
    assert list(both.seen.values()) == [len(PAIRS) - len(GIVEN), len(GIVEN)]
    first = site(fee, "condition", "rate == 0")
    assert list(first.seen) == ["true", "false"]
    assert list(first.seen.values()) == counted(PAIRS, lambda a, r: r == 0, lambda a, r: r != 0)
    # asked only where the first is false
    second = site(fee, "condition", "amount == 0")
    asked = [p for p in PAIRS if p[1]]
    assert list(second.seen.values()) == counted(asked, lambda a, r: a == 0, lambda a, r: a != 0)
    assert site(fee, "revert", "raise Empty()").seen == {"reached": len(GIVEN) - len(RATED)}
    assert site(fee, "function", "fee(…)").seen == {"called": len(PAIRS)}


def test_boundaries_are_counted_on_both_sides(fee: Coverage) -> None:
    limit = site(fee, "comparison", "rate > LIMIT")
    assert list(limit.seen.values()) == counted(
        GIVEN, lambda a, r: r == 100, lambda a, r: r == 99, lambda a, r: r == 101
    )
    assert set(limit.missed) == {"one below", "one above"}, "rates are even here"


def test_nothing_is_one_below_0(fee: Coverage) -> None:
    assert list(site(fee, "comparison", "rate == 0").seen) == ["equal", "one above"]


def test_remainders_are_counted(fee: Coverage) -> None:
    division = site(fee, "remainder", "uint256(amount) * uint256(rate) / 100")
    assert division.seen == {
        "none": counted(RATED, lambda a, r: a * r % 100 == 0)[0],
        "some": counted(RATED, lambda a, r: a * r % 100 != 0)[0],
        "one less than the divisor": counted(RATED, lambda a, r: a * r % 100 == 99)[0],
    }, "and it cannot be divided by 0"


def test_a_sample_reaches_what_can_be_reached_of_a_small_kernel() -> None:
    found = coverage(kernels.fee)
    assert found.cases == 2_000
    product = "uint256(amount) * uint256(rate)"
    assert {(s.code.text, *s.missed) for s in found.missed} == {(product, "last that fits", "overflow")}
    assert found.of("branch") == (6, 6)
    assert found.of("comparison").percent == 100
    assert found.of().seen == found.of().points - 2


def test_loops_may_have_no_pass_run_out_or_be_left() -> None:
    def loop(*cases: tuple[int, ...]) -> dict[str, int]:
        found = coverage(kernels.summed, over=[(case,) for case in cases])
        return dict(site(found, "loop", "range(len(values))").seen)

    assert loop((), ()) == {"no pass": 2, "a pass": 0, "ran out": 0, "left early": 0}
    assert loop((1, 2)) == {"no pass": 0, "a pass": 1, "ran out": 1, "left early": 0}
    assert loop((1, 0, 2)) == {"no pass": 0, "a pass": 1, "ran out": 0, "left early": 1}
    # a panic leaves it, too
    assert loop((255, 1)) == {"no pass": 0, "a pass": 1, "ran out": 0, "left early": 1}


def test_an_augmented_assignment_is_an_operation() -> None:
    found = coverage(kernels.summed, over=[((254, 1),), ((254, 2),), ((3, 4),)])
    assert site(found, "overflow", "total += values[i]").seen == {"last that fits": 1, "overflow": 1}


def test_what_a_loop_of_literals_cannot_do_is_not_asked_for() -> None:
    assert list(site(coverage(kernels.turns), "loop", "range(3)").seen) == ["a pass"]


def test_ends_of_signed_types_are_seen_on_both_sides() -> None:
    cases = list(itertools.product(range(-128, 128, 3), range(-128, 128, 5)))
    found = coverage(kernels.signs, over=cases, cases=10**6)
    fits = [(a, b) for a, b in cases if -128 <= a * b <= 127]

    def last(a: int, b: int) -> bool:
        beyond = ((abs(a) + 1) * abs(b), abs(a) * (abs(b) + 1))
        ends = 127 if (a < 0) == (b < 0) else 128
        return a != 0 and b != 0 and any(p > ends for p in beyond)

    assert site(found, "overflow", "a * b").seen == {
        "last that fits": sum(last(*case) for case in fits),
        "overflow": len(cases) - len(fits),
    }
    negated = [(a, b) for a, b in fits if a * b != -128]
    assert site(found, "overflow", "-(a * b)").seen == {
        "last that fits": sum(a * b == -127 for a, b in negated),
        "overflow": len(fits) - len(negated),
    }
    apart = [(a, b) for a, b in negated if -128 <= a - b <= 127]
    assert site(found, "overflow", "a - b").seen == {
        "last that fits": sum(a - b in (-128, 127) for a, b in apart),
        "overflow": len(negated) - len(apart),
    }
    rest = [(abs(a - b) % abs(b), abs(b)) for a, b in apart if b]
    assert site(found, "remainder", "(a - b) / b").seen == {
        "none": sum(r == 0 for r, _ in rest),
        "some": sum(r != 0 for r, _ in rest),
        "one less than the divisor": sum(r == d - 1 != 0 for r, d in rest),
        "divisor 0": sum(b == 0 for _, b in apart),
    }


def test_a_quotient_that_does_not_fit_is_no_division_by_0() -> None:
    found = coverage(kernels.shares, over=[(-128, -1), (5, 0), (6, 0), (7, 2)])
    assert found.reverted == 3
    seen = {"none": 0, "some": 1, "one less than the divisor": 1, "divisor 0": 2}
    assert site(found, "remainder", "a / b").seen == seen
    assert site(found, "remainder", "a / 1").seen == {"none": 1}


def test_wraps_and_opcodes_are_counted() -> None:
    cases = list(itertools.product(range(0, 256, 3), range(0, 256, 7)))
    found = coverage(kernels.wraps, over=cases, cases=10**6)
    assert list(site(found, "carry", "wuint8(a) + wuint8(b)").seen.values()) == counted(
        cases, lambda a, b: a + b < 256, lambda a, b: a + b > 255
    )
    assert list(site(found, "remainder", "div(uint256(a), 7)").seen.values()) == counted(
        cases, lambda a, b: a % 7 == 0, lambda a, b: a % 7 != 0, lambda a, b: a % 7 == 6
    )
    assert list(site(found, "comparison", "lt(a, b)").seen.values()) == counted(
        cases, lambda a, b: a == b, lambda a, b: a == b - 1, lambda a, b: a == b + 1
    )
    assert list(site(found, "comparison", "iszero(b)").seen) == ["equal", "one above"]
    shifted = site(found, "remainder", "shr(3, uint256(uint8(c)))")
    assert list(shifted.seen.values()) == counted(
        cases, lambda a, b: (a + b) % 256 % 8 == 0, lambda a, b: (a + b) % 256 % 8 != 0
    )
    modulus = "mod(shr(3, uint256(uint8(c))), add(iszero(b), lt(a, b)))"
    assert site(found, "remainder", modulus).seen["divisor 0"] == sum(b != 0 and a >= b for a, b in cases)


def test_the_corpus_sees_alone_what_all_cases_see() -> None:
    whole = coverage(kernels.fee, cases=500, guided=500)
    assert whole.cases == 1_000
    assert whole.guided == 500
    again = coverage(kernels.fee, over=whole.corpus)
    assert len(whole.corpus) < 60
    assert {(s.code, s.missed) for s in again.sites} == {(s.code, s.missed) for s in whole.sites}


def test_going_on_near_what_saw_something_sees_more() -> None:
    """Of what one word leaves when it is divided, half the divisor: no draw of 256 bits meets it."""
    from vmargin.fixedpoint.aave_v3.wad_ray_math import rayToWad

    sampled, guided = coverage(rayToWad), coverage(rayToWad, guided=2_000)
    assert set(sampled.of("comparison")) == {1, 3}
    assert set(guided.of("comparison")) == {3}


def test_the_same_seed_gives_the_same_report() -> None:
    first, again = (json.dumps(coverage(kernels.fee, cases=300, guided=100).as_json()) for _ in range(2))
    assert first == again
    told = json.loads(first)
    assert told["schema"] == "vmargin/coverage/1"
    assert told["kinds"]["branches"] == {"seen": 6, "points": 6}
    assert told["sites"][0]["file"] == "tests/crosscheck/coverage/kernels.py"


def test_lines_give_numbers_by_kind_and_what_was_missed() -> None:
    lines = list(coverage(kernels.fee, over=[(1, 1)]).lines())
    assert lines[0].endswith("1 cases, seed 0; 0 reverted")
    assert any(line.split() == ["branches", "3/6", "50%"] for line in lines)
    assert any("rate > LIMIT" in line and "equal, one below, one above" in line for line in lines)


def test_what_is_no_kernel_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="name a kernel"):
        coverage(lambda x: x)  # type: ignore[arg-type]
    body = "    while x < 5:\n        x += 1\n    return x\n"
    module = load_source(tmp_path, f"@kernel\ndef wrong(x: uint256) -> uint256:\n{body}")
    with pytest.raises(NotAKernel, match="while"):
        coverage(module.wrong)


def test_a_run_leaves_the_kernel_as_it_was() -> None:
    before = kernels.summed.body.__code__
    coverage(kernels.summed, cases=50)
    assert kernels.summed.body.__code__ is before
    assert int(kernels.summed(Words(kernels.uint8, [3, 4]))) == 7
