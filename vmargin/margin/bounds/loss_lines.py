"""Losses of groups on prices that lie between lines: what they come to together, or that the rule reverts."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from vmargin.margin.bounds.account_lines import BPS, PNL, QUAD_LOSS, WAD, Moving
from vmargin.margin.bounds.lines import (
    ZERO,
    Lines,
    Open,
    Refused,
    between,
    ceiled,
    floored,
    largest,
    least_of_multiples,
    minus,
    negative,
    ranked,
    require_between,
    scaled,
    topped,
    total,
    weighted,
)
from vmargin.margin.bounds.roundings import is_semidefinite
from vmargin.margin.dials import ACCOUNT, EXPIRY, POSITION, QUAD, UNDERLYING, VAR, WORST
from vmargin.margin.tails import SORTED
from vmargin.margin.types import Terms


def groups_of(m: Moving) -> list[list[int]]:
    """The positions of each group, in order; with ACCOUNT of each underlying."""
    shift = {POSITION: 0, EXPIRY: 184}.get(int(m.policy.terms.grouping), 224)
    found: dict[int, list[int]] = {}
    for i, position in enumerate(m.positions):
        found.setdefault(int(position.instrument) >> shift, []).append(i)
    return list(found.values())


def outcomes(m: Moving) -> list[list[Lines]]:
    """What each group gains in each scenario."""
    found = [list(_pnls(m, members)) for members in groups_of(m)]
    terms = m.policy.terms
    if terms.grouping != ACCOUNT or not found:
        return found
    credit = int(terms.creditBps)
    columns = zip(*found, strict=True)
    return [[floored(total(least_of_multiples(x, credit, BPS) for x in column), BPS) for column in columns]]


def _pnls(m: Moving, members: Sequence[int]) -> Iterator[Lines]:
    sizes = [int(m.positions[i].size) for i in members]
    held = weighted([m.grid[i][0] for i in members], sizes)
    for s in range(1, len(m.policy.weightsBps) + 1):
        moved = weighted([m.grid[i][s] for i in members], sizes)
        yield require_between(floored(minus(moved, held), WAD), -PNL, PNL)


def combined(m: Moving) -> Lines:
    """What all groups' losses come to."""
    terms, scenarios = m.policy.terms, len(m.policy.weightsBps)
    found = outcomes(m)
    if found and terms.aggregate != WORST and scenarios > SORTED:
        raise Refused  # nobody names the tail
    signed = terms.combine == QUAD and scenarios == 1
    losses = []
    for group in found:
        pairs = zip(group, m.policy.weightsBps, strict=True)
        loss = aggregate(terms, [negative(floored(scaled(x, int(w)), BPS)) for x, w in pairs])
        losses.append(loss if signed else largest([loss, ZERO]))
    return root(m, losses, signed) if terms.combine == QUAD else total(losses)


def aggregate(terms: Terms, losses: Sequence[Lines]) -> Lines:
    """What a group's losses come to."""
    if terms.aggregate == WORST:
        return largest(losses)
    if terms.aggregate == VAR:
        return ranked(losses, int(terms.tailNumerator))
    whole, part = divmod(len(losses) * int(terms.tailNumerator), int(terms.tailDenominator))
    factors = [int(terms.tailDenominator)] * whole + [part] * bool(part)
    return ceiled(topped(losses, factors), len(losses) * int(terms.tailNumerator))


def root(m: Moving, losses: Sequence[Lines], signed: bool) -> Lines:
    """The root of x'Cx: where it is a norm that rises with each loss, convex and above its tangents."""
    matrix = _matrix(m)
    for loss in losses:
        require_between(loss, -QUAD_LOSS, QUAD_LOSS)
    rising = not signed and all(c >= 0 for row in matrix for c in row)
    definite = is_norm(tuple(map(tuple, matrix)))
    if rising and definite:
        return _norm(matrix, losses)
    least = most = 0
    for i, x in enumerate(losses):
        for j, y in enumerate(losses[: i + 1]):
            corners = [a * b for a in (x.least, x.most) for b in (y.least, y.most)]
            if i == j:
                crosses = x.least < 0 < x.most
                low, high = 0 if crosses else min(corners), max(corners)
            else:
                low, high = 2 * min(corners), 2 * max(corners)
            c = matrix[i][j]
            least += min(c * low, c * high)
            most += max(c * low, c * high)
    if most < 0:
        raise Refused
    if least < 0 and not definite:
        raise Open
    return between(_root(max(0, least), up=False), _root(most, up=True))


def _matrix(m: Moving) -> list[list[int]]:
    """The groups' own correlations, out of the policy's."""
    terms, size = m.policy.terms, int(m.policy.terms.matrixSize)
    groups = groups_of(m)
    places = list(range(len(groups)))
    if terms.grouping == UNDERLYING:
        covers = [int(cover.underlying) for cover in m.policy.covers]
        places = [covers.index(int(m.positions[members[0]].instrument) >> 224) for members in groups]
    if any(place >= size for place in places):
        raise Refused
    return [[int(m.policy.correlationsBps[a * size + b]) for b in places] for a in places]


@functools.cache
def is_norm(matrix: tuple[tuple[int, ...], ...]) -> bool:
    """Whether x'Cx is negative for no x."""
    return is_semidefinite([[Fraction(c) for c in row] for row in matrix])


def _norm(matrix: list[list[int]], losses: Sequence[Lines]) -> Lines:
    """From above by its chord; from below, of any y, by x'Cy over the root of y'Cy."""

    def variance(x: Sequence[int]) -> int:
        return sum(c * a * b for a, row in zip(x, matrix, strict=True) for b, c in zip(x, row, strict=True))

    # one more, since between the ends the contract's root is rounded up, too
    high, high_last = (_root(variance([max(0, x[end]) for x in losses]), up=True) + 1 for end in (2, 3))
    middle = [max(0, (x[0] + x[1]) // 2) for x in losses]
    square = variance(middle)
    if square <= 0:
        return Lines(0, 0, high, high_last)
    along = [sum(c * y for c, y in zip(row, middle, strict=True)) for row in matrix]
    tangent = weighted(losses, along)
    # y'Cy has the square of the unit, and its root is rounded so that the quotient is not too large
    low, low_last = (
        x // (BPS * _root(square, up=x >= 0)) if _root(square, up=False) else 0 for x in tangent[:2]
    )
    return Lines(low, low_last, high, high_last)


def _root(variance: int, *, up: bool) -> int:
    """Of a variance in basis points, rounded down or up."""
    whole = math.isqrt(variance // BPS)
    return whole + (up and BPS * whole**2 < variance)
