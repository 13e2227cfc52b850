"""An account while its market moves over an interval: what stands still, and the lines of what does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vmargin.margin import limits
from vmargin.margin.bounds.lines import Lines
from vmargin.margin.types import Policy, Position, Quote, UnderlyingQuote

WAD, BPS, PRICE, PNL, QUAD_LOSS = (
    int(limit) for limit in (limits.WAD, limits.BPS, limits.PRICE, limits.PNL, limits.QUAD_LOSS)
)


class Moving(NamedTuple):
    """An account while its market moves over an interval in which nothing expires."""

    cash: int
    positions: Sequence[Position]
    time: int
    stable: Lines
    underlyings: Mapping[int, UnderlyingQuote]
    spots: Mapping[int, Lines]
    quotes: Sequence[Quote]
    forwards: Sequence[Lines]
    grid: Sequence[Sequence[Lines]]
    """Of each position the current price, then that of each scenario."""
    policy: Policy


def kind_of(instrument: int) -> int:
    """Of an instrument."""
    return instrument >> 176 & 0xFF


def expiry_of(instrument: int) -> int:
    """Unix seconds; 0 for what has none."""
    return instrument >> 184 & 0xFF_FFFFFFFF
