"""Published margins by a policy of the four dials as it could be registered, not by its parts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.crosscheck.published import BY_ID
from vmargin.crosscheck.risk import simm_2_5
from vmargin.crosscheck.risk.numbers import number
from vmargin.margin.dials import ACCOUNT, FULL, POSITION, QUAD, SCHEMA, SUM, TAYLOR, UNDERLYING, WORST
from vmargin.margin.instruments import INVERSE, PERP
from vmargin.margin.margin_view import evaluate
from vmargin.margin.types import (
    Cover,
    Market,
    Policy,
    Portfolio,
    Position,
    Quote,
    Shock,
    Terms,
    UnderlyingQuote,
)

WAD = 10**18
ONE = 10_000


def margin(dials, held, shocks, *, credit=ONE, maintenance=ONE, correlations=()):
    """The margin of linear instruments, each of an underlying of its own; `held`: kind, size, price."""
    names = range(1, len(held) + 1)
    size = round(len(correlations) ** 0.5)
    terms = Terms(SCHEMA, *dials, 0, 0, credit, ONE, maintenance, 64, 0, 0, 0, 0, 0, 0, size)
    policy = Policy(
        terms,
        tuple(Cover(n, 0, 0, 0, 0, 0) for n in names),
        tuple(Shock(spot, 0) for spot in shocks),
        (ONE,) * len(shocks),
        correlations,
    )
    market = Market(
        0,
        WAD,
        tuple(UnderlyingQuote(n, price, ONE, ONE) for n, (_, _, price) in zip(names, held, strict=True)),
        tuple(Quote(price, 0, 0, 0, ONE) for _, _, price in held),
    )
    positions = tuple(
        Position(n << 224 | kind << 176, size) for n, (kind, size, _) in zip(names, held, strict=True)
    )
    return evaluate(Portfolio(0, positions), market, policy)


@pytest.mark.parametrize("name", ["C168", "C199", "C200", "C203", "C205", "C208"])
def test_a_bucket_of_simm(name):
    case = BY_ID[f"simm25_{name}"]
    rows = case["input"]["sensitivities"]
    bucket = rows[0]["bucket"]
    rho = 100 * simm_2_5.TABLE["rho_intra_pct"][int(bucket) - 1]
    n = len(rows)
    # USD per 1% are a hundred times as many at a price of 1; the weight is a fall in percent
    held = [(PERP, 100 * int(row["amount"]) * WAD, WAD) for row in rows]
    matrix = tuple(ONE if i == j else rho for i in range(n) for j in range(n))
    dials = (TAYLOR, UNDERLYING, WORST, QUAD)
    found, _ = margin(dials, held, [-100 * simm_2_5.TABLE["rw"][bucket]], correlations=matrix)
    wanted = case["expected"]["total"]
    assert abs(Fraction(int(found.initialRequirement), WAD) - wanted) <= number(case["check"]["value"])


def test_a_perpetual_under_deribits_portfolio_margin():
    case = BY_ID["deribit_pme_eth_live"]
    (size,) = case["input"]["positions"].values()
    # a price of 10^-9: as many contracts as coins, in 10^-9ths
    held = [(INVERSE, int(number(size) * 10**9), 10**9)]
    credit = int(number(case["input"]["pnl_offset"]) * ONE)
    found, outcomes = margin(
        (FULL, ACCOUNT, WORST, SUM), held, [450 * i for i in range(-4, 5)], credit=credit
    )
    wanted = [number(v) for v in case["expected"]["aggregated"]]
    for outcome, want in zip(outcomes, wanted, strict=True):
        assert abs(Fraction(int(outcome), WAD) - want) <= Fraction(1, 10**15)
    worst = number(case["expected"]["worst_case"])
    assert abs(Fraction(int(found.initialRequirement), WAD) - worst) <= Fraction(1, 10**15)
    assert found.worstScenario == 8


def test_a_perpetual_under_paradexs_cross_margin():
    case = BY_ID["paradex_xm_total"]
    name, side, size, mark, *_ = case["input"]["positions"][0]
    assert (name, side) == ("BTC-USD-PERP", "SELL")
    price = int(number(mark.split()[1]) * WAD)
    held = [(PERP, -int(number(size) * WAD), price)]
    found, _ = margin((FULL, POSITION, WORST, SUM), held, [200, -200], maintenance=ONE // 2)
    wanted = number(case["expected"]["perp_IMR"])
    assert Fraction(int(found.initialRequirement), WAD) == wanted
    assert Fraction(int(found.maintenanceRequirement), WAD) == wanted / 2
