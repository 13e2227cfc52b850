"""Kernels of published libraries: their sites, their largest errors, and bounds that can be worked out."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from tests.crosscheck.rounding import kernels
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.kernel_inputs import KernelInputs
from vmargin.crosscheck.rounding import reading, rounding
from vmargin.errors import UsageError
from vmargin.fixedpoint.aave_v3.wad_ray_math import rayToWad, wadMul
from vmargin.fixedpoint.derive.black76 import prices as derivePrices
from vmargin.fixedpoint.morpho_blue.math_lib import wTaylorCompounded
from vmargin.fixedpoint.morpho_blue.shares_math_lib import toSharesDown, toSharesUp
from vmargin.fixedpoint.solady.fixed_point import divWad, lnWad, mulWad, mulWadUp, powWad
from vmargin.solidity.exact import sign
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

WAD = 10**18
ALMOST = 1 - Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("kernel", "direction", "favours", "bound"),
    [
        (mulWad, "down", "account", (1, 0)),
        (divWad, "down", "account", (1, 0)),
        (mulWadUp, "up", "protocol", (0, 1)),
        (toSharesDown, "down", "account", (1, 0)),
        (toSharesUp, "up", "protocol", (0, 1)),
        (wadMul, "mixed", "mixed", Fraction(1, 2)),
        (rayToWad, "mixed", "mixed", Fraction(1, 2)),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_each_goes_its_way_and_all_but_uses_up_its_unit(
    kernel: Kernel[..., Any], direction: str, favours: str, bound: Any
) -> None:
    report = rounding(kernel, favours="protocol", bound=bound, cases=800)
    (site,) = report.sites
    assert (site.direction, site.favours, site.conflict) == (direction, favours, None)
    assert report.broken == 0
    assert report.errors[0].bound.tightest.error > ALMOST
    assert report.errors[0].bound.slack >= 0
    (found,) = report.errors
    values = {extreme.case for extreme in (found.lowest, found.highest) if extreme is not None}
    for case in values:
        shadow = kernel.shadow(*case)
        assert shadow.error in (e.error for e in (found.lowest, found.highest) if e)


def test_the_legacy_health_factor_misses_by_half_a_unit_of_collateral() -> None:
    """Both steps round half up; the first is enlarged by WAD / debt."""

    def bound(case: Case) -> Fraction:
        return Fraction(WAD, 2 * case[2]) + Fraction(1, 2)

    ranges = {"collateral": (0, 10**16), "threshold": (1, 10**4), "debt": (10**4, 10**16)}
    report = rounding(kernels.legacyHealthFactor, favours="account", bound=bound, ranges=ranges, cases=1_500)
    outer, inner = report.sites
    assert (outer.spot.operation, inner.spot.operation) == ("wadDiv", "percentMul")
    assert {outer.direction, inner.direction, outer.favours, inner.favours} == {"mixed"}
    assert {d.direction for s in report.sites for d in s.demands} == {"down"}, "larger is safer, so never up"
    assert report.broken == 0
    found = report.errors[0]
    assert found.bound.tightest.error > ALMOST
    assert Fraction(WAD, 2 * 10**4) * ALMOST < found.largest.error
    # worked out by hand
    collateral, threshold, debt = found.largest_ppm.case
    half = (collateral * threshold + 5_000) // 10_000
    value = (half * WAD + debt // 2) // debt
    exact = Fraction(collateral * threshold * WAD, 10_000 * debt)
    assert found.largest_ppm.error == (value - exact) * 10**6 / exact


def test_a_search_goes_on_where_drawing_ends() -> None:
    """Of interest compounded by a series: the second term's floor counts a third of x * n."""
    ranges = {"x": (0, 10**12), "n": (0, 10**9)}
    most = 2 + Fraction(10**21, 3 * WAD)
    report = rounding(
        wTaylorCompounded, inside=True, favours="protocol", ranges=ranges, bound=(most, 0), cases=4_000
    )
    second, third = report.sites
    assert [s.spot.via[-1].site.line - 44 for s in report.sites] == [2, 3]
    assert (second.favours, third.favours) == ("account", "account")
    found = report.errors[0]
    assert report.broken == 0
    assert found.lowest.error < -Fraction(98, 100) * most
    assert found.lowest.error < report.distributions["result"].quantiles[0][1]
    assert second.largest["result"].error < -300
    assert third.largest["result"].error > -1


def test_a_kernel_with_a_truth_is_one_site_or_its_own_operations() -> None:
    ranges = {"x": (0, 10**12), "n": (0, 10**6)}
    whole = rounding(wTaylorCompounded, ranges=ranges, cases=60)
    assert [s.spot.operation for s in whole.sites] == ["wTaylorCompounded"]
    inner = rounding(wTaylorCompounded, ranges=ranges, cases=60, inside=True)
    assert [s.spot.operation for s in inner.sites] == ["/", "/"]


def test_a_bound_that_is_not_kept_is_told_with_a_case() -> None:
    report = rounding(mulWad, bound=(Fraction(1, 2), 0), cases=300)
    kept = report.errors[0].bound
    assert report.broken == kept.broken > 0
    assert kept.first_broken.error < -Fraction(1, 2)
    assert mulWad.shadow(*kept.first_broken.case).error == kept.first_broken.error
    assert kept.slack < 0
    assert kept.tightest.error > 1


READ = (mulWad, powWad, lnWad, toSharesUp, wTaylorCompounded, kernels.legacyHealthFactor, derivePrices)


@pytest.mark.parametrize("kernel", READ, ids=lambda k: k.body.__name__)
def test_sites_are_a_finer_division_of_the_shadow_s_errors(kernel: Kernel[..., Any]) -> None:
    """The same exact value as the shadow's, and shares that sum to the error, execution by execution."""
    inputs = KernelInputs(kernel)
    compared = 0
    for case in inputs.seeded(60, "shares"):
        arguments = inputs.arguments(case)
        run, shadow = reading.run(kernel, arguments), kernel.shadow(*arguments)
        if isinstance(run, Revert) or shadow.revert is not None:
            assert run == shadow.revert
            continue
        wanted = shadow.error if isinstance(shadow.error, tuple) else (shadow.error,)
        for place, (error, other) in enumerate(zip(run.errors, wanted, strict=True)):
            rest = error - sum(share.errors[place] for share in run.shares)
            assert sign(rest) in (0, None)
            assert sign(error - other) in (0, None)
        compared += 1
    assert compared > 5


def test_the_same_seed_gives_the_same_report_and_another_one_another() -> None:
    first, again, other = (
        json.dumps(rounding(toSharesDown, favours="protocol", cases=200, seed=seed).as_json())
        for seed in ("1", "1", "2")
    )
    assert first == again
    assert first != other


def test_json_names_files_by_their_package_and_numbers_as_text() -> None:
    told = json.loads(json.dumps(rounding(toSharesDown, favours="protocol", cases=100).as_json()))
    assert told["schema"] == "vmargin/rounding/1"
    (site,) = told["sites"]
    assert site["file"] == "vmargin/fixedpoint/morpho_blue/math_lib.py"
    assert site["text"] == "x * y / d"
    assert site["via"] == ["toSharesDown:16:12"]

    def numbers(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                numbers(inner, f"{path}.{name}")
        elif isinstance(value, list):
            for inner in value:
                numbers(inner, path)
        else:
            assert not isinstance(value, float), path
            assert not isinstance(value, int) or abs(value) < 2**53, path

    numbers(told, "")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"favours": "house"}, "protocol or account"),
        ({"favours": {"shares": "protocol"}}, "the outputs are result"),
        ({"bound": {"shares": 1}}, "the outputs are result"),
        ({"ranges": {"amount": (0, 1)}}, "assets, totalAssets, totalShares"),
        ({"ranges": {"assets": (-1, 1)}}, "may be from 0"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        rounding(toSharesDown, cases=10, **wrong)


def test_what_has_no_exact_values_is_refused() -> None:
    with pytest.raises(UsageError, match="no kernel"):
        rounding(lambda x: x)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="say it of each"):
        rounding(kernels.quoted, favours="protocol", cases=10)
