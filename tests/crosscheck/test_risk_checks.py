"""Rules of comparison, and numbers as files write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tests.crosscheck.published import case
from vmargin.crosscheck import vector_file
from vmargin.crosscheck.risk.checks import differences, leaves, read_check
from vmargin.crosscheck.risk.numbers import json_number, number, rounded, written

CHECKS = [
    ({"mode": "exact", "value": "0"}, "1/2", 0.5, True),
    ({"mode": "exact", "value": "0"}, "0.50000000000000000001", "0.5", False),
    ({"mode": "exact", "value": "0"}, True, True, True),
    ({"mode": "exact", "value": "0"}, True, 1, False),
    ({"mode": "exact", "value": "0"}, "x", "x", True),
    ({"mode": "exact", "value": "0"}, [1, 2], [1, 2, 3], False),
    ({"mode": "exact", "value": "0"}, {"a": 1}, {"b": 1}, False),
    ({"mode": "abs", "value": "1e-3"}, "0.999", "1", True),
    ({"mode": "abs", "value": "1e-3"}, "1.0010000001", "1", False),
    ({"mode": "abs", "value": "1"}, [{"a": 3}, 5], [{"a": 4}, 5], True),
    ({"mode": "abs", "value": "1"}, [{"a": 3}, 5], [{"a": 4}, 7], False),
    ({"mode": "abs", "value": ["1", "0.1"]}, [2, "1.1"], [1, 1], True),
    ({"mode": "abs", "value": ["0.1", "1"]}, [2, "1.1"], [1, 1], False),
    ({"mode": "abs", "value": ["1", "1"]}, [1], [1, 1], False),
    ({"mode": "abs", "value": "1e9"}, "text", 1, False),
    ({"mode": "rel", "value": "0.1"}, "-11", "-10", True),
    ({"mode": "rel", "value": "0.1"}, "-8.99", "-10", False),
    ({"mode": "rel", "value": "0.1"}, "0.05", "0", False),
    ({"mode": "rel", "value": "0.1", "floor": "1"}, "0.1", "0", True),
    ({"mode": "rel", "value": "0.1", "floor": "1"}, "0.11", "0", False),
    ({"mode": "range", "value": "-0.83..-0.79"}, "-0.83", 7, True),
    ({"mode": "range", "value": "-0.83..-0.79"}, "-0.84", "-0.81", False),
    ({"mode": "range", "value": ["0..1", "2..3"]}, [1, 2], [9, 9], True),
    ({"mode": "range", "value": ["0..1", "2..3"]}, [2, 2], [9, 9], False),
    ({"mode": "info", "value": "0"}, 1, None, True),
]


def exact(value):
    if isinstance(value, list):
        return [exact(v) for v in value]
    if isinstance(value, dict):
        return {k: exact(v) for k, v in value.items()}
    found = number(str(value) if isinstance(value, float) else value)
    return value if found is None else found


@pytest.mark.parametrize(("rule", "got", "want", "passes"), CHECKS)
def test_rules(rule, got, want, passes):
    want = Decimal(str(want)) if isinstance(want, float) else want
    read = read_check(rule, "check").outer
    assert (list(differences(read, exact(got), want, "f")) == []) is passes


def test_a_field_has_its_own_rule_alone(judge):
    loose = {"mode": "abs", "value": "9", "fields": {"exact": {"mode": "exact", "value": "0"}}}
    es = {"losses": [7], "alpha": 1}
    assert judge(case("discrete_es", es, {"ceil": 1, "exact": 7}, loose))["discrete_es"].verdict == "passed"
    result = judge(case("discrete_es", es, {"ceil": 1, "exact": 8}, loose))["discrete_es"]
    assert [d.as_json() for d in result.differences] == [
        {"where": "exact", "got": "7", "want": "8", "check": "exact"}
    ]


NUMBERS = {
    "107/166": Fraction(107, 166), "1e-18": Fraction(1, 10**18), "-.5": Fraction(-1, 2), "007": 7, "3.": 3,
    "1/0": None, "1..2": None, "": None, "0x10": None, "1_000": None, "nan": None, " 1": None, "1e9999": None,
    "\u0661": None, "+1": None, "9" * 1001: None,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_read_exactly_or_not_at_all(text):
    assert number(text) == NUMBERS[text]
    assert number(True) is None


def test_json_numbers_are_read_by_their_text(tmp_path):
    path = tmp_path / "numbers.json"
    path.write_text('{"a": 0.1, "b": 1e-30, "c": 123456789012345678901234567890.5, "d": 7}')
    found = vector_file.load(path, json_number)
    assert [number(v) for v in found.values()] == [
        Fraction(1, 10), Fraction(1, 10**30), Fraction(246913578024691357802469135781, 2), 7
    ]  # fmt: skip
    assert not any(isinstance(v, float) for _, v in leaves(found, ""))


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [("0.15", 1, "0.2"), ("-0.15", 1, "-0.2"), ("2/3", 3, "0.667"), ("1499/1000", 0, "1"), ("5", 2, "5")],
)
def test_rounding(x, decimals, text):
    assert written(rounded(Fraction(x), decimals)) == text


def test_what_does_not_end_is_written_as_a_rational():
    assert written([Fraction(1, 3), Fraction(-1, 8), True, "x"]) == ["1/3", "-0.125", True, "x"]
