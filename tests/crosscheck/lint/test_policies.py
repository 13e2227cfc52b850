"""What a policy's own numbers tell: each rule fires on a policy that is wrong, and on no other."""

from __future__ import annotations

import pytest

from tests.house.world import policy
from vmargin.margin.types import Policy
from vmargin.protocols.finding import Finding
from vmargin.protocols.reference.lint.policies import findings

SYMMETRIC = [(-2_000, 0), (2_000, 0), (-1_000, 3_000), (1_000, -3_000), (0, 0)]


def by(rule: str, policy: Policy) -> list[Finding]:
    return [finding for finding in findings(policy, b"\x12" * 32) if finding.rule == rule]


def levels(rule: str, policy: Policy) -> list[str]:
    return [finding.level for finding in by(rule, policy)]


def test_factors_in_their_order_are_ok():
    assert levels("initial-above-maintenance", policy()) == ["ok"]


@pytest.mark.parametrize(
    ("initial", "maintenance", "level", "said"),
    [
        (8_000, 12_000, "violation", "the initial factor is 8000 and below that of maintenance, 12000"),
        (12_000, 12_000, "warning", "both factors are 12000: who is let in may be liquidated"),
        (9_999, 9_000, "warning", "the initial factor is 9999: less than the loss"),
    ],
)
def test_factors_that_are_not(initial, maintenance, level, said):
    (finding,) = by("initial-above-maintenance", policy(initialBps=initial, maintenanceBps=maintenance))
    assert (finding.level, said in finding.what) == (level, True)
    assert finding.evidence["initialBps"] == str(initial)
    assert finding.evidence["policy"] == "0x" + "12" * 32


def test_scenarios_that_count_are_ok():
    assert levels("effective-scenarios", policy()) == ["ok"]


def test_a_policy_that_moves_nothing_is_a_violation():
    """The ledger would take it: a policy may be valid and senseless."""
    assert levels("effective-scenarios", policy([(0, 0), (0, 0)])) == ["violation"]
    weightless = policy()._replace(weightsBps=(0,) * 6)
    assert levels("effective-scenarios", weightless) == ["warning", "violation"]


def test_a_scenario_of_no_weight_is_a_warning():
    (finding,) = by("effective-scenarios", policy()._replace(weightsBps=(10_000, 0, *(10_000,) * 4)))
    assert finding.level == "warning"
    assert finding.evidence["scenarios"] == [1]


def test_symmetric_scenarios_are_ok():
    assert levels("symmetric-scenarios", policy(SYMMETRIC)) == ["ok"]


def test_an_opposite_that_is_missing_is_named():
    (finding,) = by("symmetric-scenarios", policy([*SYMMETRIC, (500, -200)]))
    assert finding.level == "warning"
    assert (
        "1 of 6 shocks have no opposite: that of scenario 5 is a spot of -500 and a volatility of +200"
        in (finding.what)
    )
    (missing,) = finding.evidence["missing"]
    assert missing == {"of": 5, "spotBps": "-500", "volatilityBps": "200", "weightBps": "10000"}


def test_an_opposite_of_another_weight_is_none():
    rule = policy(SYMMETRIC)._replace(weightsBps=(10_000, 3_500, 10_000, 10_000, 10_000))
    (finding,) = by("symmetric-scenarios", rule)
    assert [missing["of"] for missing in finding.evidence["missing"]] == [0, 1]


def test_what_cannot_be_is_not_missing():
    """A spot that doubles has no opposite: none falls to nothing."""
    assert levels("symmetric-scenarios", policy([*SYMMETRIC, (10_000, 0), (20_000, 30_000)])) == ["ok"]
    assert levels("symmetric-scenarios", policy([*SYMMETRIC, (9_999, 0)])) == ["warning"]


def test_each_table_is_judged():
    both = policy(SYMMETRIC)
    both = both._replace(shocks=(*both.shocks, *policy([(100, 0), *SYMMETRIC[1:]]).shocks))
    found = by("symmetric-scenarios", both)
    assert [(f.level, f.evidence["table"]) for f in found] == [("ok", 0), ("warning", 1)]


def test_gains_count_for_no_more_than_losses():
    assert levels("conservative-discount", policy(creditBps=10_000)) == ["ok"]
    (finding,) = by("conservative-discount", policy(creditBps=10_001))
    assert (finding.level, finding.evidence["creditBps"]) == ("violation", "10001")
