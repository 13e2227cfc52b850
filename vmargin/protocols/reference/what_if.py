"""One portfolio under the settings that the field knows by name, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from vmargin.margin import dials
from vmargin.margin.limits import BPS
from vmargin.margin.margin_view import evaluate, tail_witness
from vmargin.margin.types import Policy
from vmargin.protocols.base import Alternative, Answer
from vmargin.protocols.reference.rules import figures
from vmargin.protocols.reference.state import Inputs
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

TAIL = (1, 10)
"""Of the scenarios, for a shortfall where the policy names no tail."""


class Setting(NamedTuple):
    """A named setting of the four dials."""

    name: str
    repricing: int
    grouping: int
    aggregate: int
    combine: int


SETTINGS = (
    Setting("isolated", dials.FULL, dials.POSITION, dials.WORST, dials.SUM),
    Setting("cross", dials.FULL, dials.UNDERLYING, dials.WORST, dials.SUM),
    Setting("portfolio", dials.FULL, dials.ACCOUNT, dials.WORST, dials.SUM),
    Setting("greeks", dials.TAYLOR, dials.UNDERLYING, dials.WORST, dials.QUAD),
    Setting("shortfall", dials.FULL, dials.ACCOUNT, dials.SHORTFALL, dials.SUM),
)


def what_if(inputs: Inputs) -> Iterator[Alternative]:
    """The policy's own answer, then each setting with the policy's shocks, weights, add-ons and factors."""
    own = under(inputs, inputs.policy)
    yield Alternative("policy", own, required(own), None)
    isolated = None
    for setting in SETTINGS:
        answer = under(inputs, turned(inputs.policy, setting))
        needed = required(answer)
        if setting is SETTINGS[0]:
            isolated = needed
        saving = None if needed is None or isolated is None else isolated - needed
        yield Alternative(setting.name, answer, needed, saving)


def required(answer: Answer) -> int | None:
    """The initial requirement, where there is one."""
    return None if isinstance(answer, Exception) else cast(int, answer["initialRequirement"])


def under(inputs: Inputs, policy: Policy) -> Answer:
    """What a policy says of the portfolio, or how it refuses."""
    portfolio, market, _ = inputs
    try:
        return figures(*evaluate(portfolio, market, policy, tail_witness(portfolio, market, policy)))
    except Revert as revert:
        return revert


def turned(policy: Policy, setting: Setting) -> Policy:
    """The policy with its dials set.

    A policy that names no correlations is taken to have none to offer: all are 1, so that QUAD adds
    losses up.  One that names no tail is given :data:`TAIL`.
    """
    terms = policy.terms._replace(
        repricing=uint256(setting.repricing),
        grouping=uint256(setting.grouping),
        aggregate=uint256(setting.aggregate),
        combine=uint256(setting.combine),
    )
    if setting.aggregate == dials.SHORTFALL and policy.terms.aggregate != dials.SHORTFALL:
        terms = terms._replace(tailNumerator=uint256(TAIL[0]), tailDenominator=uint256(TAIL[1]))
    elif setting.aggregate != dials.SHORTFALL:
        terms = terms._replace(tailNumerator=uint256(0), tailDenominator=uint256(0))
    if setting.combine != dials.QUAD:
        return policy._replace(terms=terms._replace(matrixSize=uint256(0)), correlationsBps=())
    if policy.terms.combine == dials.QUAD and policy.terms.grouping == setting.grouping:
        return policy._replace(terms=terms)
    size = len(policy.covers)
    ones = (int256(int(BPS)),) * size**2
    return policy._replace(terms=terms._replace(matrixSize=uint256(size)), correlationsBps=ones)
