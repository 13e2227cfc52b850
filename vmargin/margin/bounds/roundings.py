"""What rounding adds to a requirement: a bound on the gap between the exact one and what the rule returns.

Statement (i), of the rule: a grid's integers taken as prices, what a rule returns is at least the exact
requirement and exceeds it by at most the sum over its roundings, each of less than one wei, of the largest
factor applied after it. The exception is QUAD where a correlation or a loss may be negative: more of one loss
is then less in all, and the gap is at most the same to either side.

Statement (ii), of the grid, and apart: against real prices, which those of the grid miss by some bound, the
exact requirement is off by at most the positions' sizes times those bounds times the same factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from vmargin.margin.bounds.definition import (
    Inputs,
    correlations,
    depeg_share,
    group_losses,
    groups_of,
    is_signed,
    kind_of,
    outcomes,
    root,
    share,
    underlying_of,
    wad,
)
from vmargin.margin.dials import ACCOUNT, QUAD, SHORTFALL
from vmargin.margin.instruments import INVERSE


class Gap(NamedTuple):
    """How far below and above the exact requirement a rule's may be, in wei; below is mostly 0."""

    below: Fraction
    above: Fraction


def combined_gap(inputs: Inputs) -> Gap:
    """Of the combined loss: one wei for each rounding, times the factors after it."""
    grouping = int(inputs.terms.grouping)
    groups = groups_of(inputs, grouping)
    # PnLs of one outcome, and the credited sum that they make
    rounded = len(groups) + 1 if grouping == ACCOUNT else 1
    count = 1 if grouping == ACCOUNT and groups else len(groups)
    each = rounded * max((share(w) for w in inputs.weightsBps), default=Fraction(0)) + 1
    each += int(inputs.terms.aggregate == SHORTFALL)
    if inputs.terms.combine != QUAD:
        return Gap(Fraction(0), count * each)
    matrix = correlations(inputs)
    if is_semidefinite(matrix):
        off = count * each  # the root is a norm, and of each group's loss at most itself
    else:
        off = root(_variance_gap(inputs, matrix, each))[1]
    signed = is_signed(inputs) or any(c < 0 for row in matrix for c in row)
    return Gap(off if signed else Fraction(0), off + 1)


def _variance_gap(inputs: Inputs, matrix: list[list[Fraction]], each: Fraction) -> Fraction:
    """By how much x'Cx moves as every loss moves by `each`: what is left where it is no norm's square."""
    losses = group_losses(inputs, outcomes(inputs))
    return sum(
        ((2 * abs(x) + each) * abs(c) * each for x, row in zip(losses, matrix, strict=True) for c in row),
        Fraction(0),
    )


def is_semidefinite(matrix: list[list[Fraction]]) -> bool:
    """Whether x'Cx is negative for no x: by exact elimination."""
    rest = [row[:] for row in matrix]
    while rest:
        pivot, *along = rest[0]
        if pivot < 0 or (pivot == 0 and any(along)):
            return False
        rest = [
            [c - (row[0] * a / pivot if pivot else 0) for c, a in zip(row[1:], along, strict=True)]
            for row in rest[1:]
        ]
    return True


def addition_gap(inputs: Inputs) -> Fraction:
    """Of concentration and confidence: units of inverse perpetuals, notionals, and the two themselves."""
    spots = {int(u.underlying): int(u.spot) for u in inputs.underlyings}
    covers = {int(cover.underlying): cover for cover in inputs.covers}
    kinds: dict[int, set[int]] = {}
    for position in inputs.positions:
        kinds.setdefault(underlying_of(position.instrument), set()).add(kind_of(position.instrument))
    gap = Fraction(2)
    for name, held in kinds.items():
        charged = share(covers[name].concentrationBps)
        gap += charged + (wad(spots[name]) * charged if INVERSE in held else 0)
    return gap


def bound(inputs: Inputs, levelBps: int) -> Gap:
    """Statement (i): of the requirement at a level."""
    below, above = combined_gap(inputs)
    rise, level = 1 + depeg_share(inputs), share(levelBps)
    # at least the short-option minimum, which is one rounding of its own
    above = (max(above, Fraction(1)) + addition_gap(inputs)) * rise + 1
    return Gap(below * rise * level, above * level + 1)


def price_gap(inputs: Inputs, misses: Sequence[Fraction], levelBps: int) -> Fraction:
    """Statement (ii): of the exact requirement, where a price of position `i` misses by `misses[i]` at most.

    In wei, to either side. Not for QUAD with a matrix that is not positive semidefinite.
    """
    spots = {int(u.underlying): int(u.spot) for u in inputs.underlyings}
    covers = {int(cover.underlying): cover for cover in inputs.covers}
    weight = max((share(w) for w in inputs.weightsBps), default=Fraction(0))
    off = Fraction(0)
    for position, miss in zip(inputs.positions, misses, strict=True):
        moved = abs(wad(position.size)) * miss
        off += 2 * moved * weight
        if kind_of(position.instrument) == INVERSE:
            name = underlying_of(position.instrument)
            units = moved * wad(spots[name]) * share(covers[name].concentrationBps)
            off += units + moved * share(inputs.terms.confidenceBps)
    return off * (1 + depeg_share(inputs)) * share(levelBps)


def value_gap(inputs: Inputs, misses: Sequence[Fraction]) -> Fraction:
    """Statement (ii) of the exact value, to either side."""
    sizes = (abs(wad(p.size)) * miss for p, miss in zip(inputs.positions, misses, strict=True))
    return sum(sizes, Fraction(0))
