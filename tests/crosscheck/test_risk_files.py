"""Files that are malformed are refused with the place."""

from __future__ import annotations

import json

import pytest

from tests.crosscheck.published import BY_ID, case, changed
from vmargin.crosscheck import risk_cases
from vmargin.errors import UsageError

GOOD = BY_ID["vmgh_pro_rata"]
WITHOUT = {
    key: {k: v for k, v in GOOD.items() if k != key}
    for key in ("id", "capability", "kind", "needs", "input", "expected", "check")
}
EXACT = {"mode": "exact", "value": "0"}
REFUSED = {
    **{f"no {key}": (bad, f'cases[0]: the key "{key}" is missing') for key, bad in WITHOUT.items()},
    "an input of null": (GOOD | {"input": None}, "cases[0].input: null is no object with a key"),
    "an empty input": (GOOD | {"input": {}}, "cases[0].input: {} is no object with a key"),
    "nothing expected": (GOOD | {"expected": {}}, "cases[0].expected: {} is no object with a field"),
    "a list expected": (GOOD | {"expected": [1]}, "cases[0].expected: [1] is no object with a field"),
    "an unknown mode": (GOOD | {"check": EXACT | {"mode": "near"}}, 'check.mode: "near" is none of exact'),
    "no mode": (GOOD | {"check": {"value": "0"}}, 'cases[0].check: the key "mode" is missing'),
    "no value": (GOOD | {"check": {"mode": "abs"}}, 'cases[0].check: the key "value" is missing'),
    "an unknown key of a check": (GOOD | {"check": EXACT | {"flor": "1"}}, '"flor" is no key of a check'),
    "an unknown mode of a field": (
        GOOD | {"check": EXACT | {"fields": {"haircut": {"mode": "Exact", "value": "0"}}}},
        'cases[0].check.fields.haircut.mode: "Exact" is none of',
    ),
    "a tolerance of text": (
        GOOD | {"check": {"mode": "abs", "value": "small"}}, 'cases[0].check.value: "small" is no number'
    ),
    "a tolerance below zero": (GOOD | {"check": {"mode": "abs", "value": "-1"}}, "a tolerance below zero"),
    "a tolerance of what is exact": (GOOD | {"check": {"mode": "exact", "value": "1"}}, 'mode exact is "0"'),
    "no range": (GOOD | {"check": {"mode": "range", "value": "3"}}, 'value: "3" is no range such as'),
    "an empty range": (GOOD | {"check": {"mode": "range", "value": "3..2"}}, "is a range without a number"),
    "tolerances of another length": (
        GOOD | {"check": {"mode": "abs", "value": ["1"]}}, 'expected.haircut: "1/10" is no list of 1'
    ),
    "a wanted number of text": (
        changed(GOOD, "expected", ("paid", 1), "many", ""), 'expected.paid[1]: "many" is no number'
    ),
    "a wanted number of null": (
        changed(GOOD, "expected", ("haircut",), None, ""), "expected.haircut: null is no number"
    ),
    "an input without a key": (GOOD | {"input": {"gains": []}}, 'input: the key "residual_loss" is missing'),
    "an input of text": (
        changed(GOOD, "input", ("gains", 2), "x", ""), 'cases[0].input.gains[2]: "x" is no number'
    ),
    "an input that waits": (
        case("kupiec_pof", {"T": 1, "p": "1"}, {"LR": 1}, needs="risk"), 'input: the key "x" is missing'
    ),
    "a wanted text that waits": (
        changed(BY_ID["derive_test_1_collateral_cash_only"], "expected", ("MM",), "x", ""),
        'expected.MM: "x" is no number',
    ),
    "a type of option": (
        changed(BY_ID["haug_00"], "input", ("type",), "call", ""), 'input.type: "call" is none of Call, Put'
    ),
    "arrays of several lengths": (
        case("span_scan", {"arrays": {"a": [1], "b": [1, 2]}, "position": {"a": 1, "b": 1}}, {"net": [1]}),
        "arrays of no length, or of several",
    ),
    "a position without an array": (
        case("span_scan", {"arrays": {"a": [1]}, "position": {"b": 1}}, {"net": [1]}),
        'the key "b" is missing',
    ),
    "no time": (
        changed(BY_ID["deribit_pme_btc_docs"], "input", ("expiry",), "soon", ""), '"soon" is no time such as'
    ),
    "a row of orders": (
        changed(BY_ID["paradex_orders_net"], "input", ("orders", 0), ["BUY", 1], ""), "a size and a price"
    ),
    "a side of no text": (
        changed(BY_ID["paradex_xm_total"], "input", ("positions", 0, 1), [], ""),
        "expected an instrument, a side",
    ),
    "a mark of no number": (
        changed(BY_ID["paradex_xm_total"], "input", ("positions", 0, 3), "mark x", ""),
        'positions[0]: mark: "x" is no number',
    ),
    "a set of no name": (
        changed(BY_ID["derive_test_1_collateral_cash_only"], "input", ("params_diff_from",), [], ""),
        "params_diff_from: [] is no text",
    ),
    "a range of losses": (
        changed(BY_ID["discrete_es_2"], "input", ("losses",), "9..1", ""), 'losses: "9..1" is no range'
    ),
}  # fmt: skip


@pytest.mark.parametrize("flaw", REFUSED)
def test_a_malformed_case_is_refused_with_its_place(judge, flaw):
    bad, message = REFUSED[flaw]
    with pytest.raises(UsageError) as refusal:
        judge(bad)
    assert message in str(refusal.value)


DOCUMENTS = {
    "another number of cases": ({"meta": {"cases": 2}, "cases": [GOOD]}, "meta.cases is 2, and there are 1"),
    "an id twice": ({"meta": {"cases": 2}, "cases": [GOOD, GOOD]}, '"vmgh_pro_rata" is that of cases[0] too'),
    "no case": ({"meta": {"cases": 0}, "cases": []}, "there is no case in it"),
    "no meta": ({"cases": []}, 'the key "meta" is missing'),
    "no cases": ({"meta": {"cases": 0}}, 'the key "cases" is missing'),
    "no number of cases": ({"meta": {"built": "x"}, "cases": []}, 'meta: the key "cases" is missing'),
    "cases of no list": ({"meta": {"cases": 0}, "cases": {}}, "cases: {} is no list"),
    "a case of no object": ({"meta": {"cases": 1}, "cases": [1]}, "cases[0]: 1 is no object"),
}


@pytest.mark.parametrize("flaw", DOCUMENTS)
def test_a_malformed_file_is_refused_with_its_place(tmp_path, flaw):
    document, message = DOCUMENTS[flaw]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(document, default=str))
    with pytest.raises(UsageError) as refusal:
        risk_cases.check(path, lambda _: None)
    assert str(refusal.value).startswith(f"{path}: ")
    assert message in str(refusal.value)


def test_a_number_beyond_reason_is_refused(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text('{"meta": {"cases": 1e99999999}}')
    with pytest.raises(UsageError, match="is a number out of range"):
        risk_cases.check(path, lambda _: None)
