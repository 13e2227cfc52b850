"""For any input: what must hold of the rule, and of the keeper's own arithmetic."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from vmargin.margin.margin_view import evaluate, tail_witness
from vmargin.protocols.reference.state import ReferenceState
from vmargin.protocols.registry import protocol
from vmargin.solidity import Revert
from vmargin.testing import accounts, conformance, prices, uint256s

import keeper

RATES = uint256s(high=10**18)


@given(prices(), RATES)
def test_the_fee_is_rounded_up_by_less_than_a_wei(amount, rate):
    exact = Fraction(int(amount) * int(rate), 10**18)
    assert 0 <= int(keeper.fee(amount, rate)) - exact < 1


def test_the_fee_is_what_was_agreed():
    conformance({"fee": keeper.fee}, Path(__file__).parent / "fee.json")


@settings(max_examples=20, deadline=None)
@given(accounts(positions=3, scenarios=4))
def test_maintenance_asks_for_no_more_than_initial(account):
    try:
        margin, _ = evaluate(*account, tail_witness(*account))
    except Revert:
        return  # as on chain: a price in the grid leaves its range
    assert margin.maintenanceRequirement <= margin.initialRequirement


@settings(max_examples=20, deadline=None)
@given(accounts(positions=3, scenarios=4))
def test_a_state_that_was_saved_is_judged_alike(account):
    state = ReferenceState("16", account)
    rule = protocol("reference")
    assert rule.margin(ReferenceState.from_json(state.as_json())) == rule.margin(state)
