"""Portfolios whose positions are in ascending order of instrument: the mirror of Portfolios.sol."""

from __future__ import annotations

from vmargin.margin.types import Portfolio, Position
from vmargin.solidity.integers import int256, uint256

Positions = tuple[Position, ...]


def merge(a: Portfolio, b: Portfolio) -> Portfolio:
    """Both together; what they hold against each other is gone."""
    return Portfolio(a.cash + b.cash, mergePositions(a.positions, b.positions))


def mergePositions(a: Positions, b: Positions) -> Positions:
    """The sum of positions."""
    merged: list[Position] = []
    i, j = 0, 0
    while i < len(a) or j < len(b):
        if j == len(b) or (i < len(a) and a[i].instrument < b[j].instrument):
            merged.append(a[i])
            i += 1
        elif i == len(a) or b[j].instrument < a[i].instrument:
            merged.append(b[j])
            j += 1
        else:
            size = a[i].size + b[j].size
            if size != 0:
                merged.append(Position(a[i].instrument, size))
            i += 1
            j += 1
    return tuple(merged)


def single(instrument: uint256, size: int256, cash: int256) -> Portfolio:
    """A portfolio of one position, to be merged with another."""
    return Portfolio(cash, (Position(instrument, size),))


def instrumentsOf(positions: Positions) -> tuple[uint256, ...]:
    """What is held."""
    return tuple(position.instrument for position in positions)


def union(a: Positions, b: Positions) -> tuple[Positions, tuple[uint256, ...], tuple[uint256, ...]]:
    """The instruments of either, as positions of nothing; and where among them each portfolio's are."""
    either: list[Position] = []
    rowsA: list[uint256] = []
    rowsB: list[uint256] = []
    i, j = 0, 0
    while i < len(a) or j < len(b):
        first = j == len(b) or (i < len(a) and a[i].instrument < b[j].instrument)
        instrument = a[i].instrument if first else b[j].instrument
        if i < len(a) and a[i].instrument == instrument:
            rowsA.append(uint256(len(either)))
            i += 1
        if j < len(b) and b[j].instrument == instrument:
            rowsB.append(uint256(len(either)))
            j += 1
        either.append(Position(instrument, int256(0)))
    return tuple(either), tuple(rowsA), tuple(rowsB)
