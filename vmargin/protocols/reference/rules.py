"""The mirror's answer about a state: figures to the bit, a verdict, and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vmargin.margin.instruments import expiryOf
from vmargin.margin.limits import BPS
from vmargin.margin.margin_view import evaluate
from vmargin.margin.types import Margin as Rule
from vmargin.protocols.base import Answer, Figures, Margin
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.protocols.verdict import HEALTHY, LIQUIDATABLE, Verdict, Warned
from vmargin.solidity.integers import int256
from vmargin.solidity.reverts import Revert


def margin(state: ReferenceState) -> Margin:
    """Judge an account as the engine does."""
    if not isinstance(state.inputs, Inputs):
        answer: Answer = state.inputs
    else:
        try:
            answer = figures(*evaluate(*state.inputs))
        except Revert as revert:
            answer = revert
    if isinstance(answer, Exception):
        return Margin("reference", state.account, answer, Verdict.unknown(f"the engine reverts: {answer}"))
    assert isinstance(state.inputs, Inputs)
    left = health(answer)
    verdict = LIQUIDATABLE if left["maintenanceHealth"] < 0 else HEALTHY
    return Margin(
        "reference", state.account, answer, verdict, tuple(warnings(state.inputs)), {**left, **calls(left)}
    )


def figures(rule: Rule, outcomes: tuple[int256, ...]) -> Figures:
    """A margin's integers by name; the outcomes of each group in each scenario at the end."""
    return {
        **{name: int(value) for name, value in zip(rule._fields, rule, strict=True)},
        "outcomes": tuple(int(value) for value in outcomes),
    }


def health(figures: Figures) -> dict[str, int]:
    """What is left above each requirement."""
    numbers = {name: value for name, value in figures.items() if isinstance(value, int)}
    equity = numbers["value"] - numbers["haircut"]
    return {f"{level}Health": equity - numbers[f"{level}Requirement"] for level in ("initial", "maintenance")}


def calls(health: Mapping[str, int]) -> dict[str, int]:
    """The cash that brings each level's health to 0 if it is deposited now; 0 where none is needed.

    Cash counts one for one and no requirement depends on it, so the amount is exact.
    """
    return {f"{level}Call": max(0, -health[f"{level}Health"]) for level in ("initial", "maintenance")}


def warnings(inputs: Inputs) -> Iterator[Warned]:
    """What does not change the verdict."""
    portfolio, market, policy = inputs
    confidences = [quote.confidenceBps for quote in market.underlyings]
    confidences += [quote.confidenceBps for quote in market.quotes]
    least = min(confidences, default=BPS)
    if least < BPS:
        yield Warned("low-confidence", f"a price is known with {int(least)} of 10000 only")
    if market.stablePrice < policy.terms.pegThreshold:
        yield Warned("depeg", f"the cash asset is worth {int(market.stablePrice)}e-18 dollars")
    expired = [
        position.instrument
        for position, quote in zip(portfolio.positions, market.quotes, strict=True)
        if 0 < expiryOf(position.instrument) <= market.time and quote.settlement == 0
    ]
    if expired:
        yield Warned(
            "not-settled", f"{len(expired)} positions have expired and wait for their settlement price"
        )
