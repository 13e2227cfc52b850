"""Expected shortfall of a list of losses, by the aggregate SHORTFALL."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil

from vmargin.crosscheck.risk.given import Answer, Case, InexpressibleError
from vmargin.crosscheck.risk.numbers import unit
from vmargin.crosscheck.risk.words import word
from vmargin.errors import UsageError
from vmargin.margin.dials import SCHEMA, SHORTFALL
from vmargin.margin.tails import depth, shortfall, sort
from vmargin.margin.types import Terms
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

MOST = 100_000
"""Losses in a list."""
QUICK = 1 << 18
"""Losses times those in the tail: beyond it the kernel is given them in the order that it would make."""
_RANGE = re.compile(r"(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})")


def discrete_es(case: Case) -> Answer:
    """In a unit in which the mean is whole, so that rounding up changes nothing; and in whole numbers."""
    losses, alpha = _losses(case), case.given.number("alpha")
    if not 0 < alpha <= 1:
        raise InexpressibleError("a tail that is not between nothing and all")
    if len(losses) > MOST:
        raise InexpressibleError("more losses than are sorted here")
    if len(losses) ** 2 * alpha > QUICK:
        losses.sort(reverse=True)
    fine = unit(*losses)
    # the divisor of the mean: scenarios times the numerator of alpha
    whole = fine * len(losses) * alpha.numerator
    exact = Fraction(_es(losses, alpha, whole), whole)
    return {"exact": exact, "ceil": _es(losses, alpha, 1) if fine == 1 else ceil(exact)}


def _es(losses: list[Fraction], alpha: Fraction, scale: int) -> int:
    terms = Terms(*map(uint256, (SCHEMA, 0, 0, SHORTFALL, 0, alpha.numerator, alpha.denominator, *[0] * 11)))
    scenarios = uint256(len(losses))
    count = depth(terms, scenarios)
    top = Scratch(int256, int(count))
    sort(Words(int256, [word(loss, scale, "the loss") for loss in losses]), count, top)
    return int(shortfall(top, terms, scenarios))


def _losses(case: Case) -> list[Fraction]:
    given = case.given.any("losses")
    if isinstance(given, str):
        ends = _RANGE.fullmatch(given)
        if not ends or int(ends[1]) > int(ends[2]):
            raise UsageError(f'{case.given.where}.losses: "{given[:40]}" is no range such as "1..250"')
        first, last = int(ends[1]), int(ends[2])
        if last - first >= MOST:
            raise InexpressibleError("more losses than are sorted here")
        return [Fraction(n) for n in range(first, last + 1)]
    losses = case.given.numbers("losses")
    if not losses:
        raise UsageError(f"{case.given.where}.losses: there is none")
    return losses
