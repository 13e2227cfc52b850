"""What a search keeps, and what it goes on from; and what is near to a case."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.crosscheck.coverage import kernels as covered
from tests.crosscheck.rounding import kernels
from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.inputs import Inputs
from vmargin.crosscheck.kernel_inputs import KernelInputs, Source
from vmargin.crosscheck.rounding import rounding
from vmargin.crosscheck.rounding.search import KEPT, Elite
from vmargin.errors import UsageError
from vmargin.fixedpoint.solady.fixed_point import mulWad
from vmargin.margin.margin_view import evaluate_flat
from vmargin.solidity.abi import Function


def test_of_each_aim_the_best_are_kept_and_every_aim_is_gone_on_from() -> None:
    elite = Elite()
    for n in range(50):
        elite.offer((n,), [(("output", "up"), Fraction(n)), (("output", "down"), Fraction(-n))])
        elite.offer((100 + n,), [((object, n % 3), Fraction(n))])
    assert [k.case for k in elite.kept["output", "up"]] == [(n,) for n in range(49, 49 - KEPT, -1)]
    assert [k.case for k in elite.kept["output", "down"]] == [(n,) for n in range(KEPT)]
    chooser = Seeded("pick")
    picked = {elite.pick(chooser) for _ in range(400)}
    assert picked == {k.case for kept in elite.kept.values() for k in kept}


def test_of_equals_the_first_is_kept() -> None:
    elite = Elite()
    for n in range(10):
        elite.offer((n,), [(("output", "seen"), Fraction(0))])
    assert [k.case for k in elite.kept["output", "seen"]] == [(n,) for n in range(KEPT)]


def test_neighbours_are_cases_of_the_same_shape_within_the_ranges() -> None:
    for kernel, ranges in (
        (kernels.quoted, {"held": (3, 9)}),
        (kernels.legacyHealthFactor, {"threshold": (1, 10_000)}),
        (covered.summed, {"values": (2, 5)}),
    ):
        source = KernelInputs(kernel, ranges=ranges)
        assert isinstance(source, Source)
        chooser = Seeded("near")
        place = source.names.index(next(iter(ranges)))
        low, high = next(iter(ranges.values()))
        changed = set()
        for case in source.seeded(40, "near"):
            near = source.neighbour(case, case, chooser)
            changed.add(near != case)
            assert len(source.arguments(near)) == len(source.names)
            inside = near[place] if isinstance(near[place], tuple) else (near[place],)
            assert all(low <= value <= high for value in inside)
        assert True in changed


def test_all_cases_are_given_once_where_there_are_few() -> None:
    source = KernelInputs(kernels.quoted, ranges={"held": (0, 1), "owed": (5, 7), "price": (9, 9)})
    assert source.size() == 6
    assert sorted(source.seeded(6, "x")) == [(h, o, 9) for h in (0, 1) for o in (5, 6, 7)]


def test_a_contract_s_inputs_may_be_drawn_from_instead() -> None:
    inputs = Inputs.of(Function.parse("tenth(uint256)(uint256)"))
    source = KernelInputs(kernels.tenth, inputs=inputs)
    assert source.size() is None
    assert list(source.seeded(20, "1")) == list(inputs.seeded(20, "1"))


def test_what_a_kernel_writes_has_to_be_given_by_a_source_of_one_s_own() -> None:
    with pytest.raises(UsageError, match="writes to arrays of its caller"):
        KernelInputs(evaluate_flat)


def test_reverting_cases_are_no_part_of_what_is_kept() -> None:
    report = rounding(mulWad, cases=200)
    assert 0 < report.reverted < 200
    assert report.errors[0].cases == 200 - report.reverted
