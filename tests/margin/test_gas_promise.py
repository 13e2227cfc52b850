"""What the rule costs is below what a policy's registration counts on, and not far below."""

from __future__ import annotations

import itertools
from pathlib import Path
from random import Random

import pytest

from tests.margin import draws
from tests.margin.draws import NOW, WAD, mirrored
from vmargin.margin import dials, gas_promise, instruments
from vmargin.margin.types import Cover, Position, Quote, Shock, UnderlyingQuote
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

SETTINGS = [
    setting
    for setting in itertools.product(range(4), range(3), range(2))
    if setting[0] != dials.ACCOUNT or setting[2] == dials.SUM
]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/RuleGasHarness.json")


def policy(count: int, scenarios: int, setting: tuple[int, int, int], repricing: int = dials.FULL) -> tuple:
    grouping, aggregate, combine = setting
    size = count if combine else 0
    terms = draws.drawn_terms(
        Random("gas"),
        scenarios,
        repricing=repricing,
        grouping=grouping,
        aggregate=aggregate,
        combine=combine,
        tailNumerator=scenarios if aggregate == dials.VAR else 1,
        tailDenominator=1,
        maxPositions=count,
        termPowerBps=3_000,
        shortOptionBps=100,
        confidenceBps=100,
        depegBps=10_000,
        pegThreshold=WAD,
        matrixSize=size,
    )
    span = max(1, scenarios - 1)
    return (
        terms,
        [Cover(u, 0, 1_000, 10**24, 0, 100) for u in range(1, count + 1)],
        [Shock(-3_000 + 6_000 * s // span, (-1) ** s * 2_500) for s in range(scenarios)],
        [10_000] * scenarios,
        [10_000 if a == b else 5_000 for a in range(size) for b in range(size)],
    )


def account(count: int, **quote: int) -> tuple:
    """Options on as many underlyings, bought and sold in turns, and their market."""
    fields = {
        "forward": 100 * WAD,
        "volatility": WAD,
        "rate": WAD // 20,
        "settlement": 0,
        "confidenceBps": 9_000,
    }
    kinds = (instruments.CALL, instruments.PUT)
    held = [
        draws.instrument(u, kinds[u % 2], NOW + 100 * 86_400 * u, (90 + u) * WAD) for u in range(1, count + 1)
    ]
    portfolio = (WAD, [Position(i, (-1) ** n * 3 * WAD) for n, i in enumerate(held)])
    market = (
        NOW,
        9 * WAD // 10,
        [UnderlyingQuote(u, 100 * WAD, 9_000, 10_000) for u in range(1, count + 1)],
        [Quote(**{**fields, **quote})] * count,
    )
    return portfolio, market


def losing(count: int, scenarios: int) -> list[int]:
    """A grid on which every position loses more in each scenario than in those before it."""
    return [100 * WAD + (-1) ** (row + 1) * s * WAD for row in range(count) for s in range(scenarios + 1)]


def promised(kernel, *arguments) -> int:
    return mirrored(kernel, *arguments)[0]


@pytest.mark.parametrize("setting", SETTINGS)
def test_an_evaluation_costs_what_is_counted_on(contract: Contract, setting: tuple[int, int, int]) -> None:
    for count, scenarios in ((1, 1), (64, 1), (8, 32), (30, 27)):
        rule = policy(count, scenarios, setting)
        arguments = (*account(count), rule, losing(count, scenarios), list(range(count)))
        (measured,) = contract.call("gasOfEvaluation", arguments)
        counted = promised(gas_promise.gasOfEvaluation, rule[0], count, scenarios)
        assert measured <= counted, (count, scenarios)
        assert counted <= 3 * measured, (count, scenarios)


@pytest.mark.parametrize("repricing", [dials.FULL, dials.TAYLOR])
def test_a_grid_costs_what_is_counted_on(contract: Contract, repricing: int, long: bool) -> None:
    random = Random(f"grid{repricing}")
    most = 0.0
    for number in range(400 if long else 25):
        count, scenarios = random.choice(((1, 1), (1, 27), (5, 9), (4, 32)))
        rule = policy(count, scenarios, (dials.ACCOUNT, dials.WORST, dials.SUM), repricing)
        level = int(10 ** random.uniform(17, 23)) if number else 100 * WAD
        quote = {"forward": level, "volatility": int(10 ** random.uniform(15, 19))}
        measured = contract.outcome("gasOfGrid", (*account(count, **quote), rule))
        if isinstance(measured, Revert):
            continue
        counted = promised(gas_promise.gasOfGrid, rule[0], count, scenarios)
        assert measured[0] <= counted, (count, scenarios, quote)
        most = max(most, measured[0] / counted)
        if repricing == dials.FULL:
            assert measured[0] <= 5_000 * count * (scenarios + 1) + 10_000 * count
    assert most > 0.7


def test_thirty_options_in_27_scenarios_take_less_than_four_million(contract: Contract) -> None:
    rule = policy(30, 27, (dials.ACCOUNT, dials.WORST, dials.SUM))
    (grid,) = contract.call("gasOfGrid", (*account(30), rule))
    (rest,) = contract.call("gasOfEvaluation", (*account(30), rule, losing(30, 27), list(range(30))))
    assert grid + rest < 4_000_000


@pytest.mark.parametrize("setting", SETTINGS)
def test_contract_and_mirror_agree_on_which_policies_are_in_reach(
    contract: Contract, setting: tuple[int, int, int]
) -> None:
    kept = []
    for count, scenarios, repricing in itertools.product((1, 12, 30, 64), (1, 9, 27, 32), range(2)):
        rule = policy(count, scenarios, setting, repricing)
        expected = contract.outcome("requireKept", (rule,))
        assert mirrored(gas_promise.requireKept, *rule) == expected
        kept.append(not isinstance(expected, Revert))
    assert any(kept)
    assert not all(kept)


def test_thirty_options_of_four_underlyings_are_in_reach_and_sixty_four_are_not(contract: Contract) -> None:
    rule = (dials.ACCOUNT, dials.WORST, dials.SUM)
    terms, covers, *rest = policy(30, 27, rule)
    assert contract.call("requireKept", ((terms, covers[:4], *rest),)) == (True,)
    terms, covers, *rest = policy(50, 9, rule, dials.TAYLOR)
    assert contract.call("requireKept", ((terms, covers[:4], *rest),)) == (True,)
    refused = contract.outcome("requireKept", (policy(64, 27, rule),))
    assert isinstance(refused, Revert)
    assert "GasOutOfReach" in str(refused)


def most_positions(scenarios: int, setting: tuple[int, int, int], repricing: int) -> int:
    """The largest `maxPositions` that is kept with four covers and one table of shocks."""

    def kept(count: int) -> bool:
        terms, covers, *rest, _ = policy(count, scenarios, setting, repricing)
        size = 4 if setting[2] else 0
        terms = terms._replace(tailNumerator=1, tailDenominator=10, matrixSize=size)
        outcome = mirrored(gas_promise.requireKept, terms, (covers * 4)[:4], *rest, [0] * size**2)
        return not isinstance(outcome, Revert)

    return max(count for count in range(65) if not count or kept(count))


def test_the_page_says_how_many_positions_are_kept() -> None:
    page = Path("docs/protocols/reference.md").read_text()
    sum_, quad = 0, 1
    rows = {
        "FULL · ACCOUNT · WORST · SUM": ((dials.ACCOUNT, dials.WORST, sum_), dials.FULL),
        "FULL · UNDERLYING · WORST · SUM": ((dials.UNDERLYING, dials.WORST, sum_), dials.FULL),
        "FULL · UNDERLYING · SHORTFALL(1/10) · QUAD": ((dials.UNDERLYING, dials.SHORTFALL, quad), dials.FULL),
        "TAYLOR · ACCOUNT · WORST · SUM": ((dials.ACCOUNT, dials.WORST, sum_), dials.TAYLOR),
    }
    for name, (setting, repricing) in rows.items():
        counts = [most_positions(scenarios, setting, repricing) for scenarios in (5, 9, 16, 27, 32)]
        assert f"| {name} | {' | '.join(map(str, counts))} |" in page
