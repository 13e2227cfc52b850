"""What has no answer, and says why."""

from __future__ import annotations

import pytest

from tests.crosscheck.published import BY_ID, case, changed

INEXPRESSIBLE = {
    "unknown kind": case("pin_risk", {"a": 1}, {"b": "x"}),
    "no dial decays": case(
        "settlement_decay", {"delta": 1, "mark": "0.3", "elapsed_min": 15, "window_min": 30},
        {"decayed_delta": "0.5", "net_transaction_delta": "0.35"},
    ),
    "nothing to compute": case("parameter_set", {"parameter_set": "x"}, {"a": 1}),
    "is in no file at hand": BY_ID["derive_test_1_collateral_cash_only"],
    "neither volatility nor forward": changed(
        BY_ID["deribit_pme_eth_live"], "input", ("positions", "ETH-28JUN24-3000-C"), 1, ""
    ),
    "makes coin of a linear leg": changed(
        BY_ID["deribit_pme_eth_live"], "input", ("positions", "BTC_USDC-PERPETUAL"), 1, ""
    ),
    "neither the dampener nor the price": changed(
        BY_ID["deribit_pme_eth_live"], "input", ("positions", "ETH-PERPETUAL"), -2, ""
    ) | {"expected": {"extended_aggregated": [0] * 8}},
    "no instrument has a strike": changed(BY_ID["ithaca_payoff_1"], "input", ("calls", "1e11"), 1, ""),
    "no whole number of volatility scenarios": changed(
        BY_ID["deribit_pme_eth_live"], "input", ("vol_scenarios",), "2.5", ""
    ),
    "option sold": changed(BY_ID["paradex_xm_total"], "input", ("positions", 1, 1), "SELL", ""),
    "no parameters for the bucket 13": changed(
        BY_ID["simm25_C165"], "input", ("sensitivities", 0, "bucket"), "13", ""
    ),
    "another rule than": changed(BY_ID["adl_score"], "input", ("rule",), "score=pnl%*leverage", ""),
    "worst_case: the kind has no such field": changed(
        BY_ID["span_mcmillan_long_call"], "expected", ("worst_case",), 1, ""
    ),
    "collateral in two assets": case(
        "expiry_payoff", {"calls": {"10": -5, "20": 4}, "spots": [15]}, {"collateral": "1 ETH + 30 USDC"}
    ),
    "psi is not given for every pair": case(
        "simm_risk_class",
        {"class_margins": {"A": 1, "B": 2}, "psi_pct": {"A-C": 3}, "other_product_class_add": 0},
        {"total": 3},
    ),
    "finer than": changed(BY_ID["haug_00"], "input", ("strike",), "1/3", ""),
    "out of the range of": changed(BY_ID["haug_00"], "input", ("r",), "-200000", ""),
    "is below zero": changed(BY_ID["haug_00"], "input", ("vol",), "-0.3", ""),
    "not between nothing and all": changed(BY_ID["discrete_es_0"], "input", ("alpha",), "5/4", ""),
    "reverts with SharersOutOfRange": case(
        "vmgh_pro_rata", {"residual_loss": 1, "gains": [1] * 65}, {"haircut": "1/65"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", INEXPRESSIBLE)
def test_what_has_no_answer_says_why(judge, reason):
    (result,) = judge(INEXPRESSIBLE[reason]).values()
    assert (result.verdict, result.differences) == ("not expressible", [])
    assert reason in result.reason


def test_a_failure_is_not_hidden_by_a_field_without_an_answer(judge):
    bad = changed(INEXPRESSIBLE["neither the dampener nor the price"], "expected", ("roll_shock",), 1, "")
    (result,) = judge(bad).values()
    assert [d.where for d in result.differences] == ["roll_shock"]
    assert result.verdict == "failed"
