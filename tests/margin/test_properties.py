"""What holds of every rule, on contract and mirror: netting, sub-additivity, parts, order, scale."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings

from tests.margin.portfolios import (
    SETTINGS,
    Case,
    Setting,
    cases,
    draw_case,
    name_of,
    replaced,
)
from vmargin.margin import dials
from vmargin.margin.limits import CASH
from vmargin.protocols.reference import rules
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

PORTFOLIO_RULES = [
    setting
    for setting in SETTINGS
    if setting[2] in (dials.WORST, dials.SHORTFALL) and setting[3] == dials.SUM
]
"""VAR is not sub-additive, and QUAD is as far as its matrix is of correlations that there can be."""

EVERY_PORTFOLIO = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/MarginView.json")


def requirement(contract: Contract, case: Case) -> int:
    """At a factor of one: the base. Contract and mirror must agree."""
    return margin(contract, case)[0][2]


def margin(contract: Contract, case: Case) -> Any:
    got = contract.outcome("evaluate", case.abi)
    assert got == case.mirrored(), case
    assert not isinstance(got, Revert), (got, case)
    return got


def without_add_ons(case: Case, **terms: int) -> Case:
    """Only what scenarios make of it, at a factor of one."""
    policy = case.policy
    fields = {"initialBps": 10_000, "maintenanceBps": 1, "maxPositions": 64}
    bare = {"shortOptionBps": 0, "confidenceBps": 0, "depegBps": 0}
    return case._replace(
        policy=policy._replace(
            terms=policy.terms._replace(**fields, **bare, **terms),
            covers=tuple(c._replace(concentrationBps=0) for c in policy.covers),
        )
    )


def sound(random: Random, setting: Setting, most: int = 12, **terms: int) -> Case:
    """A case that gives a margin, with a position at least, of up to 32 scenarios."""
    while True:
        case = without_add_ons(
            draw_case(random, setting, most=most, scenarios=random.randint(1, 32)), **terms
        )
        if case.portfolio.positions and not isinstance(case.mirrored(), Revert):
            return case


@pytest.mark.parametrize("setting", PORTFOLIO_RULES, ids=name_of)
def test_a_portfolio_needs_no_more_than_its_parts(contract: Contract, setting: Setting, long: bool) -> None:
    """But for a rounding of each part, of less than a wei at a weight of one, and one of each outcome."""
    random = Random(f"parts {setting}")
    for _ in range(50 if long else 3):
        case = sound(random, setting, most=6)
        rows = range(len(case.portfolio.positions))
        parts = sum(requirement(contract, case.holding([row])) for row in rows)
        whole = requirement(contract, case)
        slack = 5 * len(rows)  # weights go to 2^15 / 10^4
        assert 0 <= whole <= parts + slack, case


@pytest.mark.parametrize(
    "setting", [s for s in SETTINGS if s[1] == dials.POSITION and s[3] == dials.SUM], ids=name_of
)
def test_isolated_is_the_sum_of_its_parts(contract: Contract, setting: Setting, long: bool) -> None:
    random = Random(f"isolated {setting}")
    for _ in range(50 if long else 4):
        case = sound(random, setting, most=6)
        rows = range(len(case.portfolio.positions))
        parts = [margin(contract, case.holding([row])) for row in rows]
        whole, outcomes = margin(contract, case)
        assert whole[2] == sum(part[2] for part, _ in parts)
        assert outcomes == tuple(pnl for _, pnls in parts for pnl in pnls)
        assert whole[5] == len(rows)


@pytest.mark.parametrize("grouping", [dials.EXPIRY, dials.UNDERLYING, dials.ACCOUNT])
def test_a_position_and_one_that_moves_against_it_need_nothing(contract: Contract, grouping: int) -> None:
    """Spot, and as much of a perpetual sold whose mark is the spot."""
    random = Random(f"netting {grouping}")
    for aggregate in (dials.WORST, dials.SHORTFALL, dials.VAR):
        case = sound(random, (dials.FULL, grouping, aggregate, dials.SUM), most=1)
        spot = case.portfolio.positions[0].instrument >> 224 << 224
        perp = spot | 1 << 176
        quote = case.market.quotes[0]._replace(forward=case.market.underlyings[0].spot)
        size = random.randint(1, 10**24)
        hedged = case._replace(
            portfolio=case.portfolio._replace(positions=((spot, size), (perp, -size))),
            market=case.market._replace(quotes=(quote, quote)),
        )
        got, outcomes = margin(contract, hedged)
        assert got[2] == got[3] == 0
        assert set(outcomes) == {0}
        assert got[0] == case.portfolio.cash


@EVERY_PORTFOLIO
@given(case=cases(most=10, scenarios=4))
def test_order_is_the_only_one(contract: Contract, case: Case) -> None:
    """Exchanging two positions, with their quotes, is refused: there is one way to write a portfolio."""
    held, quotes = case.portfolio.positions, case.market.quotes
    assume(len(held) > 1)
    exchanged = case._replace(
        portfolio=case.portfolio._replace(positions=(held[1], held[0], *held[2:])),
        market=case.market._replace(quotes=(quotes[1], quotes[0], *quotes[2:])),
    )
    got = contract.outcome("evaluate", exchanged.abi)
    assert got == exchanged.mirrored()
    assert "PositionsOutOfOrder" in repr(got)


@EVERY_PORTFOLIO
@given(case=cases(most=10, scenarios=8))
def test_a_market_twice_as_large_needs_twice_as_much(contract: Contract, case: Case) -> None:
    """Twice each position is twice each exact PnL: rounded, within a wei for each rounding."""
    case = without_add_ons(case)
    if any(abs(p.size) >= 2**111 for p in case.portfolio.positions):
        return
    once = contract.outcome("evaluate", case.abi)
    doubled = tuple(p._replace(size=2 * p.size) for p in case.portfolio.positions)
    twice_case = case._replace(portfolio=case.portfolio._replace(positions=doubled))
    twice = contract.outcome("evaluate", twice_case.abi)
    assert once == case.mirrored()
    assert twice == twice_case.mirrored()
    if isinstance(once, Revert) or isinstance(twice, Revert):
        return
    for a, b in zip(once[1], twice[1], strict=True):
        assert 2 * a <= b <= 2 * a + 1 + 64 * (case.policy.terms.grouping == dials.ACCOUNT)
    assert twice[0][0] - case.portfolio.cash - 2 * (once[0][0] - case.portfolio.cash) in (0, 1)


@EVERY_PORTFOLIO
@given(case=cases(most=10, scenarios=8))
def test_a_longer_list_of_scenarios_never_needs_less(contract: Contract, case: Case) -> None:
    """WORST over eight scenarios is at least that over four of them."""
    case = without_add_ons(case, aggregate=dials.WORST, combine=dials.SUM, matrixSize=0)
    case = case._replace(policy=case.policy._replace(correlationsBps=(), shocks=case.policy.shocks[:8]))
    case = case._replace(
        policy=case.policy._replace(covers=tuple(c._replace(table=0) for c in case.policy.covers))
    )
    fewer = case._replace(
        policy=case.policy._replace(shocks=case.policy.shocks[:4], weightsBps=case.policy.weightsBps[:4])
    )
    got = contract.outcome("evaluate", case.abi)
    assume(not isinstance(got, Revert))
    assert requirement(contract, fewer) <= got[0][2]


@EVERY_PORTFOLIO
@given(case=cases(most=10, scenarios=4))
def test_cash_changes_the_value_and_nothing_else(contract: Contract, case: Case) -> None:
    got = contract.outcome("evaluate", case.abi)
    assume(not isinstance(got, Revert))
    richer = case._replace(portfolio=case.portfolio._replace(cash=12345))
    (value, *rest), outcomes = margin(contract, richer)
    (before, *same), equal = got
    assert (rest, outcomes) == (same, equal)
    assert value - 12345 == before - case.portfolio.cash


@EVERY_PORTFOLIO
@given(case=cases(most=6, scenarios=3))
def test_what_is_not_read_changes_nothing(contract: Contract, case: Case) -> None:
    """A spot's forward, volatility and settlement, whatever they are."""
    got = contract.outcome("evaluate", case.abi)
    assume(not isinstance(got, Revert))
    for row, position in enumerate(case.portfolio.positions):
        if position.instrument >> 176 & 0xFF == 0:
            quotes = replaced(
                case.market.quotes, row, forward=2**256 - 1, volatility=2**256 - 1, settlement=7
            )
            case = case._replace(market=case.market._replace(quotes=quotes))
    assert margin(contract, case) == got


@EVERY_PORTFOLIO
@given(case=cases(most=8, scenarios=8))
def test_a_call_restores_health_to_exactly_zero(contract: Contract, case: Case) -> None:
    """Added to cash; one wei less does not, by contract and mirror."""
    judged = rules.margin(ReferenceState("any", Inputs(case.portfolio, case.market, case.policy)))
    assume(judged.figures)
    for level in ("initial", "maintenance"):
        call, health = judged.details[f"{level}Call"], judged.details[f"{level}Health"]
        assert isinstance(call, int)
        assert (call > 0) == (health < 0)
        for deposit in {0, call - 1, call} if call else ():
            cash = case.portfolio.cash + deposit
            if abs(cash) >= CASH:
                continue
            funded = case._replace(portfolio=case.portfolio._replace(cash=cash))
            value, haircut, initial, maintenance, *_ = margin(contract, funded)[0]
            left = value - haircut - (initial if level == "initial" else maintenance)
            assert left == (health if deposit == 0 else deposit - call)
