"""Over small types every input is tried: what is reported must be what counting by hand gives."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from tests.crosscheck.rounding import kernels
from vmargin.crosscheck.rounding import RoundingReport, SiteRounding, numbers, rounding
from vmargin.solidity.kernel import Kernel

Ranges = dict[str, tuple[int, int]]


def all_of(ranges: Ranges) -> Iterator[tuple[int, ...]]:
    def product(ends: list[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
        if not ends:
            yield ()
            return
        for first in range(ends[0][0], ends[0][1] + 1):
            for rest in product(ends[1:]):
                yield (first, *rest)

    return product(list(ranges.values()))


def only(report: RoundingReport) -> SiteRounding:
    (site,) = report.sites
    return site


def test_one_rounded_price_for_both_sides_is_asked_both_ways_at_once() -> None:
    ranges = {"held": (0, 5), "owed": (0, 5), "price": (0, 40)}
    favours = {"value": "account", "requirement": "protocol"}
    report = rounding(kernels.quoted, favours=favours, ranges=ranges, cases=2_000)
    assert report.exhaustive
    assert report.cases == 6 * 6 * 41
    ways: Counter[str] = Counter()
    parties: Counter[str] = Counter()
    demands: Counter[str] = Counter()
    at_once = set()
    for held, owed, price in all_of(ranges):
        ways["down" if price % 10 else "exact"] += 1
        if price % 10:
            parties["protocol"] += held > 0
            parties["account"] += owed > 0
            demands["down"] += held > 0  # less value
            demands["up"] += owed > 0  # more to be required
            if held and owed:
                at_once.add((held, owed, price))
    site = only(report)
    assert (site.up, site.down, site.exact) == (0, ways["down"], ways["exact"])
    assert (site.protocol, site.account) == (parties["protocol"], parties["account"])
    assert {d.direction: d.times for d in site.demands} == demands
    assert site.direction == "down"
    assert site.favours == "mixed"
    assert site.conflict == "at once"
    assert site.at_once in at_once
    for demand in site.demands:
        held, owed, price = demand.case
        assert price % 10
        assert (held if demand.output == "value" else owed) > 0
        assert demand.direction == ("down" if demand.output == "value" else "up")


def test_a_price_for_each_side_is_not() -> None:
    report = rounding(kernels.quotedTwice, favours={"value": "account", "requirement": "protocol"}, cases=500)
    assert not report.conflicts


def test_a_floor_that_is_right_for_the_long_is_wrong_for_the_short() -> None:
    ranges = {"size": (-4, 4), "price": (0, 12)}
    site = only(rounding(kernels.worth, favours="account", ranges=ranges, cases=1_000))
    rounded = [(size, price) for size, price in all_of(ranges) if price % 3 and size]
    assert site.protocol == sum(size > 0 for size, _ in rounded)
    assert site.account == sum(size < 0 for size, _ in rounded)
    assert {d.direction: d.times for d in site.demands} == {"down": site.protocol, "up": site.account}
    assert site.conflict == "in turn"
    assert site.at_once is None
    assert all((d.case[0] > 0) == (d.direction == "down") for d in site.demands)


@pytest.mark.parametrize(
    ("favours", "gains", "loses"), [("protocol", "account", "protocol"), ("account", "protocol", "account")]
)
def test_terms_with_opposite_signs_favour_opposite_sides(favours: str, gains: str, loses: str) -> None:
    report = rounding(kernels.netted, favours=favours, ranges={"a": (0, 30), "b": (0, 30)})
    added, taken = report.sites
    assert (added.favours, taken.favours) == (gains, loses)
    assert (added.conflict, taken.conflict) == (None, None)
    assert added.direction == taken.direction == "down"


def test_who_gains_is_said_by_nobody_but_the_caller() -> None:
    site = only(rounding(kernels.worth, cases=300))
    assert site.favours is None
    assert site.has_effect
    assert not site.demands


def test_a_rounding_without_effect_is_told_apart() -> None:
    site = only(rounding(kernels.idle, favours="protocol", cases=300))
    assert site.down > 0
    assert not site.has_effect
    assert site.favours == "none"


def test_two_operations_on_a_line_are_two_sites() -> None:
    first, second = rounding(kernels.beside, favours="protocol", cases=300).sites
    assert first.spot.site == second.spot.site
    assert (first.spot.text, second.spot.text) == ("uint256(a) / 3", "uint256(b) / 5")


def test_a_library_s_line_is_a_site_for_each_caller() -> None:
    first, second = rounding(kernels.fromTwoSides, favours="account", cases=300).sites
    assert first.spot.site == second.spot.site
    assert [s.favours for s in (first, second)] == ["protocol", "account"]
    assert not first.conflict
    assert not second.conflict


FORMULAE: list[tuple[Kernel[..., Any], Ranges, Callable[..., int], Callable[..., Fraction]]] = [
    (
        kernels.chained,
        {"a": (0, 50), "b": (0, 40)},
        lambda a, b: a * 7 // 11 * b // 13,
        lambda a, b: Fraction(a * 7 * b, 143),
    ),
    (
        kernels.netted,
        {"a": (0, 40), "b": (0, 40)},
        lambda a, b: a // 7 - b // 9,
        lambda a, b: Fraction(a, 7) - Fraction(b, 9),
    ),
    (
        kernels.worth,
        {"size": (-20, 20), "price": (0, 40)},
        lambda size, price: size * (price // 3),
        lambda size, price: Fraction(size * price, 3),
    ),
]


@pytest.mark.parametrize(
    ("kernel", "ranges", "rounded", "exact"), FORMULAE, ids=lambda v: getattr(v, "__name__", "")
)
def test_errors_are_those_of_all_inputs(kernel, ranges, rounded, exact) -> None:
    errors = {case: rounded(*case) - exact(*case) for case in all_of(ranges)}
    ppm = {case: e * 10**6 / abs(exact(*case)) for case, e in errors.items() if exact(*case)}
    report = rounding(kernel, ranges=ranges, cases=len(errors))
    (found,) = report.errors
    assert report.exhaustive
    assert report.reverted == 0
    for extreme, true, pick in (
        (found.lowest, errors, min),
        (found.highest, errors, max),
        (found.lowest_ppm, ppm, min),
        (found.highest_ppm, ppm, max),
    ):
        best = pick(true.values())
        assert best == (extreme.error if extreme else 0)
        assert extreme is None or true[extreme.case] == best
    assert found.exact == sum(e == 0 for e in errors.values())
    assert abs(found.largest.error) == max(map(abs, errors.values()))
    for power, extreme in found.by_magnitude:
        sized = [e for case, e in ppm.items() if 10**power <= abs(exact(*case)) < 10 ** (power + 1)]
        assert abs(extreme.error) == max(map(abs, sized))
    check_spread(report, sorted(errors.values()))


def check_spread(report: RoundingReport, errors: list[Fraction]) -> None:
    spread = report.distributions["result"]
    assert spread.cases == len(errors)
    assert spread.exact == errors.count(Fraction(0))
    assert sum(b.cases for b in spread.units) == len(errors)
    for low, high, count in spread.units:
        sign = (high > 0) - (low < 0)
        inner, outer = sorted((abs(low), abs(high)))
        assert count == sum(
            (inner < abs(e) <= outer and (e > 0) - (e < 0) == sign) or (e == 0 == sign) for e in errors
        )
    assert all(a.high == b.low for a, b in itertools.pairwise(spread.units))
    for percent, error in spread.quantiles:
        assert sum(e <= error for e in errors) * 100 >= percent * len(errors)
        assert sum(e < error for e in errors) * 100 <= percent * len(errors)
    assert [spread.quantiles[0][1], spread.quantiles[-1][1]] == [errors[0], errors[-1]]


@pytest.mark.parametrize(
    ("kernel", "ranges", "rounded", "exact"), FORMULAE, ids=lambda v: getattr(v, "__name__", "")
)
def test_a_search_of_a_few_finds_the_largest_of_all(kernel, ranges, rounded, exact) -> None:
    errors = [rounded(*case) - exact(*case) for case in all_of(ranges)]
    report = rounding(kernel, ranges=ranges, cases=len(errors) // 4)
    (found,) = report.errors
    assert not report.exhaustive
    assert report.cases == len(errors) // 4
    for extreme, best in ((found.lowest, min(errors)), (found.highest, max(errors))):
        assert (extreme.error if extreme else 0) == best


def test_every_output_is_searched() -> None:
    """Each is worst where its square leaves all but the divisor, and is as large as may be."""
    worst = 10**12
    report = rounding(kernels.twoAims, ranges={"x": (0, worst), "y": (0, worst)}, cases=800)
    drawn = [report.distributions[e.output].quantiles[0][1] for e in report.errors]
    assert all(e.lowest.error < -Fraction(998, 1000) * worst for e in report.errors)
    assert max(drawn) > -Fraction(95, 100) * worst


def test_a_bound_is_not_held_against_a_path_that_exact_values_would_not_take() -> None:
    report = rounding(kernels.leaping, bound=(1, 0), cases=256)
    (found,) = report.errors
    assert report.exhaustive
    assert found.lowest == (-900, (29,), True)
    assert (found.bound.checked, found.bound.broken, found.bound.apart) == (247, 0, 9)
    assert not found.bound.tightest.apart
    assert report.broken == 0
    assert any(
        "9 beyond it where the exact values would have decided otherwise" in line for line in report.lines()
    )
    assert list(report.disagreements.values()) == [9]


@pytest.mark.parametrize("power", [0, 1, 2, 17, 18, 38, 76, 77, 300, 2_000])
def test_a_decade_begins_at_its_power_of_ten(power: int) -> None:
    assert numbers.decade(Fraction(10**power)) == power
    assert numbers.decade(-Fraction(10**power)) == power
    assert numbers.decade(Fraction(10 ** (power + 1) - 1)) == power
    assert numbers.decade(Fraction(10 ** (power + 1) - 1, 10 ** (power + 1))) is None
    assert numbers.decimal(Fraction(10**30 - 1, 10**30)) == "0.999999999999", "cut, and not rounded to 1"
