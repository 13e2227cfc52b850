"""Accounts of the reference house whose verdict changes with a price, and the contract's word on them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from tests.margin.draws import WAD, instrument
from vmargin import artifacts
from vmargin.margin.instruments import CALL, PUT
from vmargin.margin.margin_view import plain
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
from vmargin.protocols.reference.reader import typed
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.protocols.verdict import Standing
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

NOW = 1_797_408_000
EXPIRY = 1_800_000_000
SHOCKS = [(spot, volatility) for spot in (-2_000, -1_000, 1_000, 2_000) for volatility in (-2_500, 2_500)]

Held = tuple[int, int, int, int, int]
"""Underlying, kind, expiry, strike, size."""


def account(
    cash: int,
    held: Sequence[Held],
    *,
    spot: int = 3_000 * WAD,
    forward: int | None = None,
    volatility: int = 65 * WAD // 100,
    rate: int = 3 * WAD // 100,
    shocks: Sequence[tuple[int, int]] = SHOCKS,
    **terms: int,
) -> ReferenceState:
    """An account with one price for all underlyings, and a rule of portfolio margin unless it is changed."""
    positions = sorted(Position(instrument(u, k, e, s), size) for u, k, e, s, size in held)
    names = sorted({p.instrument >> 224 for p in positions})
    options = [p.instrument >> 176 & 255 in (CALL, PUT) for p in positions]
    quotes = tuple(
        Quote(forward or spot, volatility if option else 0, rate if option else 0, 0, 10_000)
        for option in options
    )
    chosen: dict[str, Any] = dict.fromkeys(Terms._fields, 0) | {
        "schema": 1,
        "grouping": 3,
        "creditBps": 5_000,
        "initialBps": 12_000,
        "maintenanceBps": 10_000,
        "maxPositions": 64,
        "termPowerBps": 3_000,
        "termFloor": 86_400,
        "pegThreshold": 99 * WAD // 100,
    }
    size = len(names) if terms.get("combine") else 0
    matrix = tuple(10_000 if a == b else 5_000 for a in range(size) for b in range(size))
    policy = Policy(
        Terms(**{**chosen, "matrixSize": size, **terms}),
        tuple(Cover(u, 0, 1_000, 10**24, 10**24, 1_000) for u in names),
        tuple(Shock(*shock) for shock in shocks),
        (10_000,) * len(shocks),
        matrix,
    )
    market = Market(NOW, WAD, tuple(UnderlyingQuote(u, spot, 10_000, 10_000) for u in names), quotes)
    return ReferenceState("of a test", typed(Inputs, (Portfolio(cash, tuple(positions)), market, policy)))


BUTTERFLY = [
    (1, PUT, EXPIRY, 2_000 * WAD, 10 * WAD),
    (1, PUT, EXPIRY, 2_500 * WAD, -20 * WAD),
    (1, PUT, EXPIRY, 3_000 * WAD, 10 * WAD),
    (1, CALL, EXPIRY, 4_000 * WAD, 10 * WAD),
    (1, CALL, EXPIRY, 5_000 * WAD, -20 * WAD),
    (1, CALL, EXPIRY, 6_000 * WAD, 10 * WAD),
]
"""Two butterflies: worth something near 2,500 and near 5,000, and little elsewhere."""


@functools.cache
def view() -> Contract:
    """MarginView's bytecode in an EVM."""
    return Contract.deploy(artifacts.load("MarginView"))


def on_chain(state: ReferenceState) -> Standing:
    """What the contract makes of an account."""
    assert isinstance(state.inputs, Inputs)
    outcome = view().outcome("evaluate", (*plain(state.inputs), ()))
    if isinstance(outcome, Revert):
        return Standing.UNKNOWN
    assert isinstance(outcome, tuple), outcome
    value, haircut, _, maintenance, *_ = outcome[0]
    return Standing.LIQUIDATABLE if value - haircut - maintenance < 0 else Standing.HEALTHY
