"""ISDA SIMM's equity delta margin as QUAD of QUADs, and the combination of risk classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import permutations
from typing import Any, NamedTuple

from vmargin.crosscheck.risk import simm_2_5
from vmargin.crosscheck.risk.given import Answer, Case, Given, InexpressibleError, as_list
from vmargin.crosscheck.risk.words import WAD, bps, nearest_wad, wad
from vmargin.errors import UsageError
from vmargin.fixedpoint.solady.general_numbers import sqrt
from vmargin.margin.quadrature import root
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256

RESIDUAL = "Residual"
MOST = 256
"""Names in a bucket: the matrix has the square of it."""


class Equities(NamedTuple):
    """A table of parameters, by bucket."""

    weights: dict[str, Fraction]
    within_bps: dict[str, int]
    between_bps: dict[tuple[str, str], int]
    thresholds: dict[str, Fraction]


def quad(losses: list[int], correlations_bps: list[int]) -> int:
    """The root of x'Cx, by the kernel."""
    n = len(losses)
    found = root(
        Words(int256, losses), uint256(n), Words(uint256, range(n)),
        Words(int256, correlations_bps), uint256(n),
    )  # fmt: skip
    return int(found)


def matrix(n: int, off_diagonal: Mapping[tuple[int, int], int] | int) -> list[int]:
    """Correlations with one on the diagonal, all others the same or by row and column, else 0."""
    if isinstance(off_diagonal, int):
        return [10_000 if i == j else off_diagonal for i in range(n) for j in range(n)]
    return [10_000 if i == j else off_diagonal.get((i, j), 0) for i in range(n) for j in range(n)]


def equity_delta(case: Case) -> Answer:
    """Product classes add up; in each, buckets are a QUAD of what names are a QUAD of, plus the residual."""
    table = _table(case.sets)
    net: dict[str, dict[str, dict[str, Fraction]]] = {}
    for row in case.given.objects("sensitivities"):
        bucket, name = row.text("bucket"), row.text("qualifier")
        if bucket not in table.weights:
            raise InexpressibleError(f"there are no parameters for the bucket {bucket}")
        names = net.setdefault(row.text("product_class"), {}).setdefault(bucket, {})
        names[name] = names.get(name, Fraction(0)) + row.number("amount")
    return {"total": Fraction(sum(_product_class(table, buckets) for buckets in net.values()), WAD)}


def _product_class(table: Equities, buckets: dict[str, dict[str, Fraction]]) -> int:
    residual, sums, margins = 0, {}, {}
    for bucket, names in buckets.items():
        margin, total = _bucket(table, bucket, list(names.values()))
        if bucket == RESIDUAL:
            residual = margin
        else:
            margins[bucket] = margin
            sums[bucket] = max(-margin, min(margin, total))
    return residual + _across(table, sums, margins)


def _across(table: Equities, sums: dict[str, int], margins: dict[str, int]) -> int:
    """Each bucket twice: its clamped sum, correlated with the others', and what of its margin that leaves."""
    left = [int(sqrt(uint256(margins[b] ** 2 - sums[b] ** 2))) for b in sums]
    between = {
        (i, j): table.between_bps[b, c] for i, b in enumerate(sums) for j, c in enumerate(sums) if i != j
    }
    return quad([*sums.values(), *left], matrix(2 * len(left), between))


def _bucket(table: Equities, bucket: str, amounts: list[Fraction]) -> tuple[int, int]:
    """The margin of a bucket, and the sum of its weighted sensitivities.

    Concentration enters a product of two names as the lesser of their factors' squares, which are
    rational.  As the lesser of two numbers is the sum of all steps that both have climbed, the margin
    is a QUAD of independent layers: in each the names that reach it, weighted by the root of the step.
    """
    if len(amounts) > MOST:
        raise InexpressibleError(f"more than {MOST} names in a bucket")
    weight, threshold = table.weights[bucket], table.thresholds[bucket]
    squares = [max(Fraction(1), abs(amount) / threshold) for amount in amounts]
    steps = sorted(set(squares))
    layers = []
    for below, step in zip([Fraction(0), *steps], steps, strict=False):
        factor = _root(step - below)
        reach = [weight * a * factor for a, s in zip(amounts, squares, strict=True) if s >= step]
        layers.append(quad([_down(x) for x in reach], matrix(len(reach), table.within_bps[bucket])))
    total = sum(_down(weight * a * _root(s)) for a, s in zip(amounts, squares, strict=True))
    return quad(layers, matrix(len(layers), 0)), total


def _root(x: Fraction) -> Fraction:
    return Fraction(int(sqrt(uint256(int(x * WAD * WAD)))), WAD)


def _down(x: Fraction) -> int:
    return nearest_wad(Fraction(int(x * WAD), WAD), "the sensitivity")


def _table(sets: Mapping[str, Any]) -> Equities:
    """The file's own parameters where it has some, else those of version 2.5."""
    own = [
        name
        for name, values in sets.items()
        if isinstance(values, dict) and set(simm_2_5.TABLE) <= set(values)
    ]
    if len(own) > 1 and simm_2_5.NAME not in own:
        raise InexpressibleError("the file has several tables of parameters, and no case names its own")
    name = simm_2_5.NAME if simm_2_5.NAME in own or not own else own[0]
    try:
        return table_of(Given(sets[name] if own else simm_2_5.TABLE, name))
    except UsageError as error:
        raise InexpressibleError(f"the file's own parameters cannot be read: {error}") from None


def table_of(given: Given) -> Equities:
    """Read a table as parameter sets write it."""
    weights = given.named_numbers("rw")
    buckets = sorted((bucket for bucket in weights if bucket != RESIDUAL), key=lambda b: (len(b), b))
    within = given.numbers("rho_intra_pct")
    rows = [as_list(row, f"{given.where}.gamma_pct") for row in given.items("gamma_pct")]
    if len(within) != len(buckets) or any(len(row) != len(buckets) for row in (rows, *rows)):
        raise UsageError(f"{given.where}: correlations of another number of buckets than the {len(buckets)}")
    thresholds: dict[str, Fraction] = {}
    for span, amount in given.named_numbers("delta_threshold_musd").items():
        thresholds |= dict.fromkeys(_buckets(span), amount * 10**6)
    for bucket in weights:
        if thresholds.get(bucket, 0) <= 0:
            raise UsageError(f"{given.where}: there is no threshold for the bucket {bucket}")
    percent = {
        (b, c): bps(Given({"gamma": rows[i][j]}, given.where).number("gamma") / 100, "gamma")
        for i, b in enumerate(buckets)
        for j, c in enumerate(buckets)
    }
    within_bps = {b: bps(rho / 100, "rho") for b, rho in zip(buckets, within, strict=True)}
    return Equities(weights, within_bps | {RESIDUAL: 0}, percent, thresholds)


def _buckets(span: str) -> Iterable[str]:
    ends = re.fullmatch(r"([0-9]{1,3})-([0-9]{1,3})", span)
    return map(str, range(int(ends[1]), int(ends[2]) + 1)) if ends else [span]


def risk_class(case: Case) -> Answer:
    """A product class: a QUAD of its risk classes' margins; other product classes are added."""
    if not isinstance(case.given.any("class_margins"), dict):
        raise InexpressibleError("the margins of risk classes have no names")
    margins = case.given.named_numbers("class_margins")
    other = case.given.number("other_product_class_add")
    names = list(margins)
    pairs = {}
    for key, percent in _pairs(case.given.any("psi_pct"), names, case.given.where):
        i, j = (names.index(name) for name in key)
        pairs[i, j] = pairs[j, i] = bps(percent / 100, "psi")
    if len(pairs) != len(names) * (len(names) - 1):
        raise InexpressibleError("psi is not given for every pair of risk classes")
    losses = [wad(margin, "the margin") for margin in margins.values()]
    total = Fraction(quad(losses, matrix(len(names), pairs)), WAD) + other
    return {"total": total, "exact": total}


def _pairs(psi: Any, names: list[str], where: str) -> Iterable[tuple[tuple[str, str], Fraction]]:
    """Pairs are written as two names with anything between them that is neither letter nor digit."""
    if not isinstance(psi, dict):
        raise InexpressibleError("psi is not given by pair")
    given = Given(psi, f"{where}.psi_pct")
    for key in psi:
        for first, second in permutations(names, 2):
            between = key[len(first) : len(key) - len(second)]
            apart = between != "" and not any(c.isalnum() for c in between)
            if apart and key == f"{first}{between}{second}":
                yield (first, second), given.number(key)
