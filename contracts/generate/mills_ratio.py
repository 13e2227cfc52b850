"""Finds the coefficients of `NormalDistribution.millsRatio`: run it and it prints them.

The best rational approximation P / Q, in the sense of the largest error, of the tail of the standard normal
distribution over its bell, N(-z) exp(z^2 / 2), for z from 0 to 15: by Remez' exchange, whose systems are
solved with 400 bits.  At the best one the error has `P_DEGREE + Q_DEGREE + 2` extremes, equal in size and of
alternating sign.  Q is scaled to the leading coefficient 1, and all are rounded to 2^-96.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from flint import arb, arb_mat, arb_poly, ctx

P_DEGREE = 10
Q_DEGREE = 11
END = 15
UNIT = 2**96
BITS = 400
EXTREMES = P_DEGREE + Q_DEGREE + 2
GRID = 30 * EXTREMES


class Fit(NamedTuple):
    """Coefficients from the constant on, in 2^-96, and the largest error before they are rounded."""

    p: list[int]
    q: list[int]
    error: Fraction


def fitted() -> Fit:
    """The approximation; the precision in force is left as it was."""
    before = ctx.prec
    ctx.prec = BITS
    try:
        return _exchanged()
    finally:
        ctx.prec = before


def _ratio(z: Any) -> Any:
    """What is approximated."""
    return (z * z / 2).exp() * (z / arb(2).sqrt()).erfc() / 2


def _exchanged() -> Fit:
    p, q = _through(_spread(EXTREMES - 1, half=True))
    grid = _spread(GRID, half=False)
    for _ in range(12):
        extremes = _extremes(grid, arb_poly(p), arb_poly(q))
        sizes = [float(abs(error)) for _, error in extremes]
        if max(sizes) < (1 + 1e-12) * min(sizes):
            lead = q[-1]
            return Fit([_rounded(c / lead) for c in p], [_rounded(c / lead) for c in q], _fraction(sizes))
        level = arb(sum(sizes) / len(sizes))
        p, q = _levelled([z for z, _ in extremes], q, level if extremes[0][1] > 0 else -level)
    raise ArithmeticError("the exchange has not settled")


def _spread(count: int, *, half: bool) -> list[Any]:
    """Points that crowd at both ends, and at 0 more: evenly spread angles of u, where z = 3 u / (1 - u)."""
    end = arb(END) / (END + 3)
    points = []
    for i in range(count):
        angle = arb.pi() * (2 * i + 1) / (2 * count) if half else arb.pi() * i / (count - 1)
        u = end * (1 - angle.cos()) / 2
        points.append((3 * u / (1 - u)).mid())
    return points


def _through(points: list[Any]) -> tuple[list[Any], list[Any]]:
    """The rational function of constant term 1 below that goes through the function at the points."""
    rows, right = [], arb_mat(len(points), 1)
    for i, z in enumerate(points):
        f = _ratio(z)
        rows.append([z**j for j in range(P_DEGREE + 1)] + [-f * z**j for j in range(1, Q_DEGREE + 1)])
        right[i, 0] = f
    found = arb_mat(rows).solve(right)
    return _parts(found)


def _levelled(points: list[Any], q: list[Any], level: Any) -> tuple[list[Any], list[Any]]:
    """The rational function whose error is the same at all points, but for its sign: by Newton's steps."""
    for _ in range(20):
        below = arb_poly(q)
        rows, right = [], arb_mat(EXTREMES, 1)
        for i, z in enumerate(points):
            side = 1 - 2 * (i % 2)
            wanted = _ratio(z) - side * level
            powers = [-wanted * z**j for j in range(1, Q_DEGREE + 1)]
            rows.append([z**j for j in range(P_DEGREE + 1)] + powers + [side * below(z)])
            right[i, 0] = wanted + side * level * below(z)
        found = arb_mat(rows).solve(right)
        p, q = _parts(found)
        step = found[EXTREMES - 1, 0].mid() - level
        level = level + step
        if abs(step) < abs(level) * arb(2) ** -100:
            return p, q
    raise ArithmeticError("the level has not settled")


def _parts(found: Any) -> tuple[list[Any], list[Any]]:
    p = [found[j, 0].mid() for j in range(P_DEGREE + 1)]
    return p, [arb(1)] + [found[j, 0].mid() for j in range(P_DEGREE + 1, P_DEGREE + Q_DEGREE + 1)]


def _extremes(grid: list[Any], p: Any, q: Any) -> list[tuple[Any, Any]]:
    """Between any two changes of the error's sign the point where it is largest, and the error there."""

    def error(z: Any) -> Any:
        return (_ratio(z) - p(z) / q(z)).mid()

    errors = [error(z) for z in grid]
    ends = [0, *(i for i in range(1, len(grid)) if (errors[i] > 0) != (errors[i - 1] > 0)), len(grid)]
    found = []
    for start, end in pairwise(ends):
        best = max(range(start, end), key=lambda i: float(abs(errors[i])))
        z = grid[best]
        if 0 < best < len(grid) - 1:
            z = _vertex(grid[best - 1 : best + 2], errors[best - 1 : best + 2])
        found.append((z, error(z)))
    if len(found) != EXTREMES:
        raise ArithmeticError(f"{len(found)} extremes instead of {EXTREMES}")
    return found


def _vertex(points: list[Any], values: list[Any]) -> Any:
    """Where the parabola through three points turns."""
    (a, b, c), (u, v, w) = points, values
    rise, fall = (b - a) * (v - w), (b - c) * (v - u)
    return (b - ((b - a) * rise - (b - c) * fall) / (2 * (rise - fall))).mid()


def _rounded(c: Any) -> int:
    return int((c * UNIT + arb(1) / 2).floor().unique_fmpz())


def _fraction(sizes: list[float]) -> Fraction:
    return Fraction(max(sizes))


if __name__ == "__main__":
    fit = fitted()
    for name, coefficients in (("P", fit.p), ("Q", fit.q)):
        for power, coefficient in enumerate(coefficients):
            print(f"{name}{power} = {coefficient}")
    print(f"error {float(fit.error):.4g}")
