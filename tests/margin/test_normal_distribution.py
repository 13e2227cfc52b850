"""The normal distribution on chain: equal to its mirror, and as close to the truth as it says."""

from __future__ import annotations

import importlib.util
import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.differential.library import Library
from tests.margin.domains import cases
from vmargin.margin import normal_distribution as nd
from vmargin.solidity import exact

UNIT = 2**96
WAD = 10**18
END = 15 * UNIT
FAR = int(nd.FAR)
GENERATOR = Path(__file__).parents[2] / "contracts" / "generate" / "mills_ratio.py"

LIBRARY = Library("NormalDistributionHarness", "vmargin.margin.normal_distribution")
DOMAINS = {
    "millsRatio": {"z": (0, 2**256 - 1)},
    "bell": {"z": (0, 2**100 - 1)},
    "pdf": {"x": (-(2**255), 2**255 - 1)},
    "cdf": {"x": (-(2**255), 2**255 - 1)},
}


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("mills_ratio", GENERATOR)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def points(number: int, end: int, seed: str) -> list[int]:
    """Evenly spread ones, the ends, and random ones of every size."""
    rng = random.Random(seed)
    spread = [i * end // number for i in range(number + 1)]
    return [
        *spread,
        1,
        end - 1,
        *(rng.randrange(2 ** rng.randint(1, end.bit_length())) % end for _ in spread),
    ]


def test_every_function_has_its_mirror() -> None:
    assert LIBRARY.unpaired() == []
    assert LIBRARY.unknown_constants() == ["EXP_P0"]  # which Solady's code combines with others


@pytest.mark.parametrize("function", DOMAINS)
def test_equals_the_contract(function: str, long: bool) -> None:
    pair = LIBRARY.pair(function)
    pair.check(cases(pair, DOMAINS[function], 50_000 if long else 1500))


def test_coefficients_are_those_that_the_generator_finds() -> None:
    fit = generator().fitted()
    assert fit.p == [int(getattr(nd, f"P{k}")) for k in range(11)]
    assert fit.q == [*(int(getattr(nd, f"Q{k}")) for k in range(11)), UNIT]
    assert fit.error < Fraction(27, 10**22)


def test_bell_top_is_the_bell_at_zero() -> None:
    low, high = exact.bounds(exact.normal_pdf(0) * UNIT)
    assert int(nd.BELL_TOP) == int(low) == int(high)


def error(kernel: Any, argument: int) -> Fraction:
    """How far a result is from its truth, in its own units."""
    low, high = exact.bounds(kernel.truth(Fraction(argument)))
    result = int(kernel(argument))
    return max(result - low, high - result, key=abs)


def test_the_ratio_is_as_close_as_it_says(long: bool) -> None:
    worst = max(abs(error(nd.millsRatio, z)) for z in points(20_000 if long else 1000, END, "ratio"))
    assert Fraction(26, 10**22) < worst / UNIT < Fraction(27, 10**22)


def test_the_error_of_the_ratio_is_proved() -> None:
    """Over all of its domain, by Taylor's theorem on cells: what is sampled above cannot miss a peak."""
    flint = pytest.importorskip("flint")
    arb, series = flint.arb, flint.arb_series
    order, cells = 16, 2500

    def difference(z: Any, terms: int) -> Any:
        point = series([z, 1], terms)
        above, below = series([0], terms), series([0], terms)
        for coefficient in reversed(p):
            above = above * point + coefficient
        for coefficient in reversed(q):
            below = below * point + coefficient
        return (point * point / 2).exp() * (point / arb(2).sqrt()).erfc() / 2 - above / below

    bits, cap = flint.ctx.prec, flint.ctx.cap
    flint.ctx.prec, flint.ctx.cap = 300, order + 1
    try:
        p = [arb(int(getattr(nd, f"P{k}"))) / UNIT for k in range(11)]
        q = [arb(int(getattr(nd, f"Q{k}"))) / UNIT for k in range(11)] + [arb(1)]
        # extremes crowd at 0
        ends = [arb(15 * cell**2) / cells**2 for cell in range(cells + 1)]
        worst = arb(0)
        for left, right in pairwise(ends):
            middle, half = ((left + right) / 2).mid(), ((right - left) * arb(0.5001)).abs_upper()
            offset = arb(0, half)
            bound = difference(arb(middle, half), order + 1)[order]
            for coefficient in reversed(difference(middle, order).coeffs()):
                bound = bound * offset + coefficient
            worst = worst.max(bound.abs_upper())
        assert arb(2.6e-21) < worst < arb(2.7e-21)
    finally:
        flint.ctx.prec, flint.ctx.cap = bits, cap


def test_the_bell_is_as_close_as_it_says(long: bool) -> None:
    worst = [abs(error(nd.bell, z)) for z in points(20_000 if long else 1000, 2**100, "bell")]
    assert max(worst) < 2


@pytest.mark.parametrize("function", ["pdf", "cdf"])
def test_density_and_chance_are_as_close_as_they_say(function: str, long: bool) -> None:
    kernel = getattr(nd, function)
    magnitudes = points(10_000 if long else 500, FAR + WAD, function)
    worst = max(abs(error(kernel, side * x)) for x in magnitudes for side in (1, -1))
    assert worst < 2


def test_chances_of_both_sides_are_one() -> None:
    for x in points(500, FAR + WAD, "sides"):
        assert nd.cdf(x) + nd.cdf(-x) == WAD, x


def test_the_ratio_falls(long: bool) -> None:
    """By steps of one unit of the last of 18 decimals, the least that a price tells apart."""
    for z in points(20_000 if long else 2000, END, "falls"):
        assert nd.millsRatio(z) > nd.millsRatio(z + UNIT // WAD), z
