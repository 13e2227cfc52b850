"""Decisions that integers take otherwise than exact values: found, nearest first, and measured."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from tests.crosscheck.flips.lending import hasNone, isAbove, isHealthy, ofAll
from vmargin.crosscheck.flips.decision_flips import DecisionFlips
from vmargin.crosscheck.flips.decision_reading import decisions
from vmargin.crosscheck.flips.decisions import decision_flips
from vmargin.crosscheck.flips.window import WHOLE, window
from vmargin.crosscheck.rounding.numbers import least
from vmargin.errors import UsageError
from vmargin.margin.normal_distribution import cdf
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

RANGES = {
    "first": (10**18, 10**24),
    "second": (10**18, 10**24),
    "price": (10**8, 10**13),
    "debt": (10**18, 10**24),
}


def exactly_healthy(first: int, second: int, price: int, debt: int) -> bool:
    value = Fraction(first * price, 10**8)
    return (value * 7_500 + second * 8_000) / 10_000 >= debt


def test_a_truncated_threshold_flips_in_a_window_of_the_price() -> None:
    """A basis point of the threshold is more than a basis point of the price, and no more than four."""
    found = decision_flips(isHealthy, argument="price", ranges=RANGES, cases=1_500)
    (site,) = found.sites
    assert site.comparison == ">="
    assert site.at.endswith("lending.py:32")
    assert site.flipped > 50
    assert len(site.nearest) == 3
    assert site.widest is not None
    distances = [flip.decision.distance for flip in site.nearest]
    assert distances == sorted(distances)
    for flip in (*site.nearest, site.widest):
        assert isHealthy(*flip.case) is flip.decision.integer is False
        assert exactly_healthy(*flip.case) is flip.decision.exact is True
        (measured,) = flip.windows
        for price in (measured.low - 1, measured.low, measured.high, measured.high + 1):
            case = (*flip.case[:2], price, flip.case[3])
            if RANGES["price"][0] <= price <= RANGES["price"][1]:
                flips = isHealthy(*case) != exactly_healthy(*case)
                assert flips is (measured.low <= price <= measured.high)
    assert max(flip.windows[0].ppm for flip in (*site.nearest, site.widest)) > 100
    assert site.nearest[0].decision.distance < 10**12 < site.widest.decision.distance


def test_of_few_inputs_all_are_tried_and_none_is_missed() -> None:
    most = 30
    found = decision_flips(isAbove, ranges={"x": (0, most), "y": (0, most)}, cases=(most + 1) ** 2)
    (site,) = found.sites
    wrong = {
        (x, y)
        for x in range(most + 1)
        for y in range(most + 1)
        if isAbove(x, y) is not (Fraction(7 * x, 10) > Fraction(y, 3))
    }
    assert found.exhaustive
    assert site.flipped == len(wrong) > 0
    assert {flip.case for flip in site.nearest} <= wrong
    nearest = min(abs(Fraction(7 * x, 10) - Fraction(y, 3)) for x, y in wrong)
    assert site.nearest[0].decision.distance == nearest
    for flip in site.nearest:
        for measured in flip.windows:
            at = 0 if measured.argument == "x" else 1
            beside = {value: (*flip.case[:at], value, *flip.case[at + 1 :]) for value in range(most + 1)}
            inside = {value for value, case in beside.items() if case in wrong}
            assert measured.proven
            assert set(range(measured.low, measured.high + 1)) <= inside
            assert not {measured.low - 1, measured.high + 1} & inside


def test_arrays_of_structs_and_a_decision_that_ends_in_a_revert() -> None:
    ranges = {"amount": (10**18, 10**22), "price": (10**8, 10**12), "thresholdBps": (7_000, 9_000)}
    found = decision_flips(ofAll, ranges={**ranges, "debt": (10**18, 10**27)}, cases=1_000)
    (site,) = (site for site in found.sites if site.comparison == "<")
    assert site.flipped > 0
    reserves, debt = site.nearest[0].case
    exact = sum(Fraction(a * p, 10**8) * t for a, p, t in reserves) / 10_000
    assert exact >= debt
    names = {measured.argument for measured in site.nearest[0].windows}
    assert names == {"debt"} | {
        f"reserves[{n}].{field}"
        for n in range(len(reserves))
        for field in ("amount", "price", "thresholdBps")
    }


def test_margins_are_exact_and_in_integers() -> None:
    (decision,) = decisions(isAbove, [uint256(5), uint256(10)])
    assert (decision.integer, decision.exact, decision.units) == (False, True, 0)
    assert decision.margin == Fraction(7, 2) - Fraction(10, 3)
    assert decision.distance == Fraction(1, 6)


@kernel
def isLikely(x: int256) -> bool:
    """Of an approximation, whose exact value is known between bounds only."""
    return cdf(x) >= uint256(999_999_999_999_999_999)


def test_what_decides_on_an_approximation_flips_where_it_is_off() -> None:
    found = decision_flips(isLikely, ranges={"x": (8 * 10**18, 10 * 10**18)}, cases=600)
    (site,) = found.sites
    assert site.flipped > 0
    for flip in site.nearest:
        assert flip.decision.exact is not flip.decision.integer
        assert 0 < abs(least(flip.decision.margin)) < 1


def test_what_rounds_nothing_decides_exactly() -> None:
    found = decision_flips(hasNone, cases=50)
    assert found.sites == ()
    assert found.flipped == 0
    assert list(found.lines())[-1].strip() == "no decision on a number that was rounded"


def test_the_same_seed_gives_the_same_and_json_is_json() -> None:
    def found(seed: str) -> DecisionFlips:
        return decision_flips(isHealthy, argument="price", ranges=RANGES, cases=300, seed=seed)

    first, second = found("7"), found("7")
    assert first == second
    assert json.loads(json.dumps(first.as_json()))["schema"] == "vmargin/decision-flips/1"
    assert first != found("8")
    assert any("ppm of" in line for line in first.lines())


@pytest.mark.parametrize("low", [0, 40, 10**9 - 20])
@pytest.mark.parametrize("width", [1, 2, 90, WHOLE, 5_000, 10**12])
def test_a_windows_ends_are_between_neighbours(low: int, width: int) -> None:
    high = low + width - 1
    found = window("x", low + width // 3, (0, 10**13), lambda x: low <= x <= high)
    assert (found.low, found.high, found.width) == (low, high, width)
    assert found.proven is (width <= WHOLE)
    assert found.looked < 2 * WHOLE


def test_a_window_with_a_gap_ends_at_it() -> None:
    found = window("x", 20, (0, 100), lambda x: x not in {15, 27})
    assert (found.low, found.high) == (16, 26)
    assert found.proven


def test_names_that_there_are_not() -> None:
    with pytest.raises(UsageError, match="takes no number 'spot': it takes first, second, price, debt"):
        decision_flips(isHealthy, ranges=RANGES, cases=300, argument="spot")
    with pytest.raises(UsageError, match="is no kernel"):
        decision_flips(exactly_healthy)  # type: ignore[arg-type]
