"""What the kernels answer to published cases and others, and that a wrong number fails."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.crosscheck.published import BY_ID, PUBLISHED, VECTORS, case, changed
from vmargin.crosscheck import risk_cases
from vmargin.crosscheck.risk import defaults, pricing, scan, shortfall, simm, simm_2_5
from vmargin.crosscheck.risk.checks import Difference, read_check
from vmargin.crosscheck.risk.kinds import SOLVERS, UNSOLVED
from vmargin.crosscheck.risk.numbers import number, written
from vmargin.margin.greeks import ChanceAndDensity, Greeks
from vmargin.margin.rules import Combined
from vmargin.solidity.integers import int256, uint256

EQUITIES = BY_ID[simm_2_5.NAME]


def test_what_is_published():
    report = risk_cases.check(VECTORS, lambda _: None)
    assert report.failures == 0
    assert report.as_json()["verdicts"] == {
        "passed": 96,
        "failed": 0,
        "information": 7,
        "not expressible": 0,
        "not yet": 17,
    }
    waiting = {c.id for c in report.cases if c.verdict == "not yet"}
    assert waiting == {c["id"] for c in PUBLISHED if c["kind"] in UNSOLVED and c["kind"] != "parameter_set"}


def places(value, place=()):
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*place, key))
    else:
        yield place, value


@pytest.mark.parametrize("kind", sorted(SOLVERS.keys() & {c["kind"] for c in PUBLISHED}))
def test_every_wrong_number_fails(judge, kind):
    wrong = []
    for original in [c for c in PUBLISHED if c["kind"] == kind][:2]:
        check = read_check(original["check"], "")
        for place, want in places(original["expected"]):
            rule = check.rule(place[0])
            if rule.mode == "info" or number(want) is None:
                continue
            # beyond the tolerance on either side of what the kernels give, which is within it
            away = number(want) + 2 * rule.bounds.low + Fraction(1, 10**20)
            wrong.append(changed(original, "expected", place, written(away), f"{place}"))
    assert wrong
    judged = judge(EQUITIES, *wrong)
    for bad in wrong:
        result = judged[bad["id"]]
        assert result.verdict == "failed"
        assert len(result.differences) == 1


@pytest.mark.parametrize("text", ["2 ETH", "3 ETHx", "3", "3 USDC", ""])
def test_a_wrong_text_fails(judge, text):
    good = BY_ID["ithaca_payoff_1"]
    (result,) = judge(changed(good, "expected", ("collateral",), text, "")).values()
    assert result.differences == [Difference("collateral", "3 ETH", text, "exact")]


INPUTS = {
    "haug_00": [("spot",), ("strike",), ("r",), ("q",), ("T",), ("vol",)],
    "lyra_b76_2": [("sec_to_expiry",), ("vol",), ("forward",), ("strike",), ("discount",), ("year",)],
    "haug_greek_vega": [("spot",), ("strike",), ("r",), ("q",), ("T",), ("vol",)],
    "span_mcmillan_covered_write": [("arrays", "future", 12), ("position", "long_call")],
    "ithaca_payoff_1": [("calls", "2300"), ("spots", 2)],
    "deribit_pme_btc_docs": [
        ("positions", "BTC-PERPETUAL"), ("price_range",), ("mm_factor",), ("pnl_offset",),
        ("min_annualised_move",), ("mmp_margin",), ("open_orders_margin",), ("buckets_each_side",),
    ],
    "simm25_C222": [("sensitivities", i, "amount") for i in range(12)],
    "paradex_xm_total": [("positions", 0, 2), ("positions", 1, 2)],
    "paradex_orders_net": [
        ("position",), ("orders", 0, 1), ("orders", 1, 1), ("mark",), ("imf",), ("mmf_factor",), ("fee",)
    ],
    "waterfall_textbook": [("loss",), ("layers", 0, 1), ("layers", 2, 1)],
    "vmgh_pro_rata": [("residual_loss",), ("gains", 1), ("gains", 3)],
    "adl_score": [("accounts", 0, "entry"), ("accounts", 1, "MR"), ("accounts", 0, "index")],
    "discrete_es_2": [("alpha",)],
}  # fmt: skip
"""Numbers of the input that the result depends on."""


@pytest.mark.parametrize("name", INPUTS)
def test_every_number_counts(judge, name):
    original = BY_ID[name]
    variants = []
    for place in INPUTS[name]:
        value = original["input"]
        for key in place:
            value = value[key]
        more = number(value) + (1 if place == ("buckets_each_side",) else abs(number(value)) / 50 or 1)
        variants.append(changed(original, "input", place, written(more), f"{place}"))
    assert {c.id: c.verdict for c in judge(*variants).values()} == dict.fromkeys(
        (v["id"] for v in variants), "failed"
    )


OTHER_KINDS = {
    # the example of wiki.dederi.io/RiskControlRules/portfolio_margin
    "a future over shocks": case(
        "linear_scan",
        {"qty": 10, "forward": "2253.2", "index": "2243.3", "contingency_factor": "0.006",
         "shocks_pct": [-15, -12, -9, -6, -3, 0, 3, 6, 9, 12, 15]},
        {"pnl_rounded": [-3380, -2704, -2028, -1352, -676, 0, 676, 1352, 2028, 2704, 3380],
         "future_contingency": "134.598"},
    ),
    "the same by name": case(
        "linear_scan",
        {"qty": -3, "forward": 7, "index": 5, "contingency_factor": "0.01", "shocks_pct": [10, "-12.5"]},
        {"pnl_rounded": {"+10%": "-2.1", "-12.5%": "2.6"}, "future_contingency": "0.15"},
    ),
    # 3, 4 and 12 are the edges of a box whose diagonal is 13
    "risk classes apart": case(
        "simm_risk_class",
        {"class_margins": {"IR": 3, "FX": 4, "EQ": 12}, "other_product_class_add": 7,
         "psi_pct": {"IR-FX": 0, "FX-EQ": 0, "EQ-IR": 0}},
        {"total": 20, "exact": "20"},
    ),
    "risk classes as one": case(
        "simm_risk_class",
        {"class_margins": {"IR": "0.5", "FX": 4}, "other_product_class_add": 0, "psi_pct": {"FX/IR": 100}},
        {"total": "4.5"},
    ),
    "cuts in whole units": case(
        "vmgh_integer",
        {"residual_loss": 11, "gains": [5, -9, 5, 6]},
        {"cuts_exact": ["55/16", 0, "55/16", "66/16"], "cuts_floor": [3, 0, 3, 4],
         "cuts_largest_remainder_index_tie": [4, 0, 3, 4]},
    ),
    "more loss than gains": case(
        "vmgh_pro_rata", {"residual_loss": 9, "gains": [1, "1/3", -4]}, {"haircut": 1, "paid": [0, 0, -4]}
    ),
    "shares that do not end": case(
        "vmgh_pro_rata",
        {"residual_loss": 1, "gains": [1, 2, 4]},
        {"haircut": "1/7", "paid": ["6/7", "12/7", "24/7"]},
    ),
    "a score that does not end": case(
        "adl_rank",
        {"rule": "score = max(0, pnl%) * 1 / max(MMR, MR)",
         "accounts": [{"side": "long", "entry": 3, "index": 4, "MR": "0.7", "MMR": 0},
                      {"side": "long", "entry": 3, "index": 4, "MR": "0.1", "MMR": "0.5"}]},
        {"scores": ["10/21", "2/3"], "queue": [1, 0]},
    ),
    "a shortfall of thirds": case(
        "discrete_es", {"losses": ["1/3", 2, -5], "alpha": "1/2"}, {"exact": "13/9", "ceil": 2}, needs="risk"
    ),
    "a long tail": case(
        "discrete_es", {"losses": "1..2000", "alpha": "1/2"}, {"exact": "3001/2", "ceil": 1501}, needs="risk"
    ),
    "nothing at risk": case(
        "span_scan", {"arrays": {"a": [1, 0], "b": ["0.1", 2]}, "position": {"a": "1/3"}},
        {"net": ["1/3", 0], "scan_risk": 0, "worst_scenario": 2},
    ),
    "collateral in cash": case(
        "expiry_payoff", {"calls": {"10": 2, "20": -2, "20.0": -1, "30": 1}, "spots": [15, "35.5"]},
        {"net_payoff": [10, "10"], "slope_to_infinity": 0, "collateral": "0 USDC"},
    ),
    "a spread that owes cash": case(
        "expiry_payoff", {"calls": {"10": -2, "20": 2}, "spots": [15]},
        {"net_payoff": [-10], "slope_to_infinity": 0, "collateral": "20 USDC"},
    ),
    "a put held": case(
        "paradex_xm_totals", {"positions": [["ETH-USD-1JAN27-1000-P", "BUY", "2", "mark 0.1"]]},
        {"put_IMR": "0.2", "put_MMR": "0.1", "exchange_IMR": "0.2"},
    ),
    "a fine position": case(
        "deribit_pm_simulate",
        {"positions": {"X-PERPETUAL": "0.0000000001"}, "price_range": "0.5", "buckets_each_side": 2,
         "vol_scenarios": 3, "mm_factor": 1, "pnl_offset": "0.5", "annualised_move_risk": 0,
         "min_annualised_move": 0},
        {"initial_vector": ["-0.0000000001", "-1/30000000000", 0, "0.00000000002", "1/30000000000"],
         "aggregated": ["-0.0000000001", "-1/30000000000", 0, "0.00000000001", "1/60000000000"]},
        {"mode": "abs", "value": "1e-18"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_other_numbers_and_kinds(judge, name):
    (result,) = judge(OTHER_KINDS[name]).values()
    assert (result.verdict, result.reason, result.differences) == ("passed", "", [])


def test_information_cannot_fail(judge):
    wrong = BY_ID["haug_00"] | {
        "check": {"mode": "info", "value": "0"},
        "expected": {"price_published": None},
    }
    (result,) = judge(wrong).values()
    assert result.verdict == "information"


def test_what_waits_for_a_room(judge):
    waits = case(
        "christoffersen_ind",
        {"T": 9, "alpha": "0.1", "exceptions": [1]},
        {"reject_5pct": False},
        needs="risk",
    )
    (result,) = judge(waits).values()
    assert (result.verdict, result.reason) == ("not yet", "needs the room risk")


KERNELS = {
    (pricing, "price"): ("haug_00", lambda *_: uint256(1)),
    (pricing, "chanceAndDensity"): ("lyra_b76_4", lambda *_: ChanceAndDensity(uint256(1), uint256(1))),
    (pricing, "greeksOf"): ("haug_greek_gamma", lambda *_: Greeks(*map(uint256, (1, 1, 1, 1)))),
    (scan, "outcomesOf"): ("span_mcmillan_covered_write", lambda *_: uint256(1)),
    (scan, "combined"): ("span_mcmillan_long_call", lambda *_: Combined(uint256(1), uint256(1))),
    (scan, "fill"): ("deribit_pme_eth_live", lambda *_: uint256(1)),
    (scan, "payoff"): ("ithaca_payoff_1", lambda *_: int256(1)),
    (simm, "root"): ("simm25_C165", lambda *_: uint256(1)),
    (defaults, "layers"): ("waterfall_nasdaq_2018", lambda *_: uint256(1)),
    (defaults, "haircut"): ("vmgh_pro_rata", lambda *_: uint256(1)),
    (defaults, "score"): ("adl_score", lambda *_: uint256(1)),
    (defaults, "order"): ("adl_score", lambda *_: uint256(1)),
    (shortfall, "sort"): ("discrete_es_2", lambda *_: uint256(1)),
    (shortfall, "shortfall"): ("discrete_es_0", lambda *_: int256(1)),
}


@pytest.mark.parametrize(("place", "instead"), KERNELS.items(), ids=[name for _, name in KERNELS])
def test_it_is_the_kernels_that_answer(judge, monkeypatch, place, instead):
    module, name = place
    good, wrong = instead
    monkeypatch.setattr(module, name, wrong)
    assert judge(BY_ID[good])[good].verdict == "failed"
