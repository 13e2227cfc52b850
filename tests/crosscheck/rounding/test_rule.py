"""The four-dial rule under the same search: exact values are its definition's, and its stated bound holds."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.margin import draws
from tests.margin.test_roundings import SETTINGS, drawn, inputs_of
from vmargin.crosscheck import portfolios
from vmargin.crosscheck.bias import Chooser, Seeded
from vmargin.crosscheck.rounding import reading, rounding
from vmargin.crosscheck.rounding.rule import FAVOURS, RuleCases, bound
from vmargin.margin import margins
from vmargin.margin.bounds import definition
from vmargin.margin.margin_view import evaluate_flat
from vmargin.margin.types import Margin
from vmargin.solidity.arrays import Scratch
from vmargin.solidity.exact import bounds
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

VALUE, HAIRCUT, INITIAL, MAINTENANCE = range(4)


def arguments(book: draws.Book) -> list[Any]:
    held, scenarios = max(1, len(book.rows)), book.scenarios
    flat = (
        book.cash, book.positions, *book.market, *book.policy[:2], *book.policy[3:], book.grid, book.rows, [],
        Scratch(int256, held * scenarios), *(Scratch(int256, scenarios) for _ in range(3)),
        Scratch(int256, held), Scratch(uint256, held),
    )  # fmt: skip
    return margins.onGrid.arguments(tuple(draws.typed(margins.onGrid, flat)), {})


def test_exact_values_beside_the_rule_are_its_definition_s() -> None:
    """Where integers and exact values decide alike, which is nearly always."""
    random = Random("definition")
    alike = 0
    for setting in SETTINGS * 2:
        book = drawn(random, setting)
        run = reading.run(margins.onGrid, arguments(book))
        if isinstance(run, Revert):
            continue
        inputs = inputs_of(book)
        assert run.exacts[VALUE] == definition.value(book.cash, inputs), book
        assert run.exacts[HAIRCUT] == definition.haircut(inputs), book
        if run.disagreements or run.restarts or run.doubts:
            continue
        exact = definition.exact(inputs)
        for place, span in ((INITIAL, exact.initial), (MAINTENANCE, exact.maintenance)):
            low, high = bounds(run.exacts[place])
            assert low <= span.high, book
            assert span.low <= high, book
        alike += 1
    assert alike > len(SETTINGS)


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest):
    cases = 2_000 if request.config.getoption("--long") else 70
    return rounding(evaluate_flat, RuleCases(), favours=FAVOURS, bound=bound, cases=cases)


def test_the_stated_bound_holds_of_what_is_found(report) -> None:
    assert report.cases - report.reverted > 50
    errors = {e.output: e for e in report.errors}
    assert set(errors) == set(Margin._fields)
    for name in FAVOURS:
        kept = errors[name].bound
        assert kept.broken == 0, kept.first_broken
        assert kept.checked > 40
        assert kept.tightest.error > Fraction(1, 4), "it would hold with much less"


def test_what_is_rounded_last_always_favours_the_protocol(report) -> None:
    last = [s for s in report.sites if s.file.endswith(("margins.py", "collateral.py")) and s.has_effect]
    assert {s.spot.operation for s in last} == {"ceilDiv_unsigned", "floorDiv"}
    assert all(s.favours == "protocol" and not s.conflict for s in last)
    assert {s.direction for s in last} == {"up", "down"}


def test_one_price_is_wanted_both_ways_by_value_and_requirement(report) -> None:
    """A current price is what an account is worth and where its losses begin."""
    (price,) = [
        s
        for s in report.sites
        if s.spot.operation == "linear" and s.spot.text == "linear(instrument, price)" and s.has_effect
    ]
    assert price.direction == "down"
    assert price.conflict == "at once"


def test_neighbours_keep_the_shape_and_change_an_amount() -> None:
    source = RuleCases()
    picks = Seeded("neighbours")
    changed = 0
    for case in source.seeded(20, "shape"):
        near = source.neighbour(case, case, picks)
        assert [len(part) for part in near] == [len(part) for part in case]
        assert len(source.arguments(near)) == len(evaluate_flat.signature.names)
        changed += near != case
    assert changed > 15


def draw_linear(chooser: Chooser) -> Any:
    """Large positions whose prices only a shock rounds."""
    held = portfolios.instruments(chooser, 1, kinds=(portfolios.PERP,))
    portfolio = portfolios.portfolio(chooser, held)
    position = portfolio.positions[0]._replace(size=portfolios.signed(chooser, 10**25 + chooser.below(10**6)))
    setting = portfolios.Setting(chooser.below(2))
    market = portfolios.market(chooser, held)
    quote = market.quotes[0]._replace(forward=market.quotes[0].forward + chooser.below(10**4))
    return (
        portfolio._replace(positions=(position,)),
        market._replace(quotes=(quote,)),
        portfolios.policy(chooser, setting, held, 1),
    )


def test_what_a_shocked_price_misses_counts_by_the_size_of_a_position() -> None:
    found = rounding(evaluate_flat, RuleCases(draw_linear), favours=FAVOURS, bound=bound, cases=60)
    initial = next(e for e in found.errors if e.output == "initialRequirement")
    assert found.broken == 0
    assert initial.lowest.error < -(10**6), "for the short a price that is too low is a loss too small"
    assert initial.highest.error > 10**6
    shocks = [s for s in found.sites if s.spot.operation == "/" and "shocked" in s.spot.site.function]
    assert len(shocks) == 2, "in full, and by derivatives"
    assert {(s.direction, s.favours, s.conflict) for s in shocks} == {("down", "mixed", "in turn")}
