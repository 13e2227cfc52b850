"""How wide each number of a rule can get: that no word wraps, and what fits the field of BN254.

From the bounds of Limits.sol and PolicyChecks.sol, and the checks of a portfolio and a market, follows
between what numbers every intermediate result of the rule lies, operation by operation: the kernels are read
over intervals. No result can wrap, which is why the contracts may leave out Solidity's own checks.

This is asked of a few shapes of portfolio, which bound all others: sizes of 0 are in the interval, so that a
shape stands for every portfolio within it, and what a group, an underlying or an account comes to is largest
where all positions are in one, or where each is in one of its own.

    python -m vmargin.margin.bounds.widths
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from vmargin.margin import dials, instruments, limits, policy_checks
from vmargin.margin.bounds.intervals import IntervalReading, Width
from vmargin.margin.bounds.spans import Array, Span, Struct
from vmargin.margin.margins import onGrid
from vmargin.margin.tails import SORTED
from vmargin.margin.types import Cover, Position, Quote, Terms, UnderlyingQuote
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.sites import aligned

FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617
"""The order of BN254's scalar field. A number with a sign fits where twice its magnitude is below it."""

BITS = frozenset({"instrument", "key", "named", "previous"})
"""Names of identifiers and of sets of scenarios, which take a whole word: a circuit has their parts."""

NOW = 1_800_000_000
LIMITS = {
    name: int(getattr(limits, name))
    for name in ("POSITIONS", "SCENARIOS", "SIZE", "PRICE", "CASH", "PNL", "QUAD_LOSS", "FACTOR_BPS")
} | {"PEG": int(policy_checks.PEG)}


class Setting(NamedTuple):
    """Of the dials; how prices come about makes no difference here."""

    grouping: int
    aggregate: int
    combine: int

    def __str__(self) -> str:
        names = (
            ("POSITION", "EXPIRY", "UNDERLYING", "ACCOUNT"),
            ("WORST", "SHORTFALL", "VAR"),
            ("SUM", "QUAD"),
        )
        return " ".join(choices[value] for choices, value in zip(names, self, strict=True))


SETTINGS = [
    Setting(*setting)
    for setting in itertools.product(range(4), range(3), range(2))
    if setting[0] != dials.ACCOUNT or setting[2] == dials.SUM
]
PROVABLE = Setting(dials.ACCOUNT, dials.WORST, dials.SUM)
"""The rule of which there is to be a circuit."""


def unsigned(most: int) -> Span:
    """From 0 up to and with `most`."""
    return Span(0, most, uint256)


def signed(most: int) -> Span:
    """Of a magnitude up to and with `most`."""
    return Span(-most, most, int256)


def exactly(value: int, kind: type = uint256) -> Span:
    """One number."""
    return Span(value, value, kind)


ANY = unsigned(2**256 - 1)


def struct(kind: Any, *values: Span) -> Struct:
    """A row of words, as arrays hold them."""
    return Struct(kind._fields, values)


def _instrument(underlying: int, kind: int, strike: int = 0) -> int:
    expiry = NOW + 1 if kind >= instruments.FUTURE else 0
    return underlying << 224 | expiry << 184 | kind << 176 | strike


TOGETHER = "one underlying"


def shapes(positions: int) -> dict[str, list[int]]:
    """The instruments of portfolios that bound all others; their underlyings have the greatest numbers."""
    last = 2**32 - 1
    names = range(last - positions + 1, last + 1)
    one = [instruments.SPOT, instruments.PERP, instruments.INVERSE, instruments.FUTURE]
    strikes = range(1, positions - len(one) + 1)
    together = [_instrument(last, kind) for kind in one] + [
        _instrument(last, instruments.CALL, strike) for strike in strikes
    ]
    return {
        TOGETHER: sorted(together),
        "spot apart": [_instrument(u, instruments.SPOT) for u in names],
        "inverse perpetuals apart": [_instrument(u, instruments.INVERSE) for u in names],
        "options apart": [_instrument(u, instruments.PUT, 1) for u in names],
    }


def terms(setting: Setting, bounds: dict[str, int], tail: tuple[int, int], size: int) -> Struct:
    """All that PolicyChecks lets through."""
    factor, share = unsigned(bounds["FACTOR_BPS"]), unsigned(10_000)
    fields = dict.fromkeys(Terms._fields, ANY) | {
        "grouping": exactly(setting.grouping),
        "aggregate": exactly(setting.aggregate),
        "combine": exactly(setting.combine),
        "tailNumerator": exactly(tail[0]),
        "tailDenominator": exactly(tail[1]),
        "creditBps": share,
        "initialBps": factor,
        "maintenanceBps": factor,
        "shortOptionBps": factor,
        "confidenceBps": share,
        "depegBps": factor,
        "pegThreshold": unsigned(bounds["PEG"] - 1),
        "matrixSize": exactly(size),
    }
    return struct(Terms, *fields.values())


def arguments(
    setting: Setting, held: list[int], scenarios: int, tail: tuple[int, int], bounds: dict[str, int]
) -> list[Any]:
    """Of `onGrid`: every number is all that it may be, and spot all where no one has checked it."""
    underlyings = sorted({i >> 224 for i in held})
    count, size = len(held), bounds["SIZE"] - 1
    price, share, factor = bounds["PRICE"] - 1, unsigned(10_000), unsigned(bounds["FACTOR_BPS"])
    quad = setting.combine == dials.QUAD
    matrix = (len(underlyings) if setting.grouping == dials.UNDERLYING else count) if quad else 0
    named = 0
    if scenarios > SORTED and setting.aggregate != dials.WORST:
        groups = len({i >> {0: 0, 1: 184, 2: 224, 3: 255}[setting.grouping] for i in held})
        named = groups * (tail[0] if setting.aggregate == dials.VAR else -(-scenarios * tail[0] // tail[1]))
    checked = {i >> 224 for i in held if i >> 176 & 0xFF == instruments.SPOT}

    def scratch(length: int, kind: type) -> Array:
        return Array([exactly(0, kind)] * length)

    return [
        signed(bounds["CASH"] - 1),
        Array([struct(Position, exactly(i), signed(size)) for i in held]),
        exactly(NOW),
        ANY,
        Array([
            struct(UnderlyingQuote, exactly(u), unsigned(price) if u in checked else ANY, share, ANY)
            for u in underlyings
        ]),
        Array([struct(Quote, unsigned(price), ANY, signed(2**255 - 1), ANY, share)] * count),
        terms(setting, bounds, tail, matrix),
        Array([
            struct(Cover, exactly(u), ANY, share, unsigned(size), unsigned(size), factor) for u in underlyings
        ]),
        Array([factor] * scenarios),
        Array([signed(10_000)] * matrix**2),
        Array([signed(price)] * (count * (scenarios + 1))),
        Array([exactly(row) for row in range(count)]),
        Array([unsigned(scenarios - 1)] * named),
        scratch(count * scenarios, int256),
        scratch(scenarios, int256),
        scratch(scenarios, int256),
        scratch(scenarios, int256),
        scratch(count, int256),
        scratch(count, uint256),
    ]  # fmt: skip


def measure(
    setting: Setting,
    scenarios: int,
    bounds: dict[str, int] | None = None,
    only: Sequence[str] = (),
) -> IntervalReading:
    """Read the rule over all that there may be, for each shape, or some, and the widest tails."""
    bounds = LIMITS | (bounds or {})
    reading = IntervalReading(bounds)
    most = bounds["FACTOR_BPS"]
    tails = {
        dials.WORST: [(0, 0)],
        dials.SHORTFALL: [(most, most), (most - 1, most)],
        dials.VAR: [(scenarios, 0)],
    }[setting.aggregate]
    for shape, held in shapes(bounds["POSITIONS"]).items():
        for tail in tails if shape in only or not only else []:
            reading.call(onGrid, arguments(setting, held, scenarios, tail, bounds))
    return reading


def readings() -> Iterator[tuple[Setting, IntervalReading]]:
    """Every setting on every shape with few scenarios; with the most of them where a tail is a sum."""
    for setting in SETTINGS:
        yield setting, measure(setting, 3)
        if setting.combine == dials.QUAD:
            yield setting, measure(setting, 1)
    for aggregate in (dials.SHORTFALL, dials.VAR):
        setting = Setting(dials.UNDERLYING, aggregate, dials.SUM)
        yield setting, measure(setting, LIMITS["SCENARIOS"], only=[TOGETHER])


def widths(reading: IntervalReading) -> list[Width]:
    """Of all operations, in order of the source."""
    return [Width(site, symbol, span) for (site, symbol), span in sorted(reading.operations.items())]


def quantities(reading: IntervalReading) -> list[Width]:
    """Of all names that numbers are given."""
    return [Width(site, name, span) for (site, name), span in sorted(reading.names.items())]


def bits(span: Span) -> int:
    """Of the magnitude."""
    return max(abs(span.low), abs(span.high)).bit_length()


def is_amount(width: Width) -> bool:
    """Whether it is a number to compute with: an identifier, or a set of scenarios, is bits."""
    return width.symbol not in {"<<", ">>", "&", "|"} | BITS


def fits(span: Span) -> bool:
    """Whether the field has a place of its own for each of the numbers, with their signs."""
    return 2 * max(abs(span.low), abs(span.high)) < FIELD


def rows(measured: Iterable[tuple[Setting, IntervalReading]]) -> list[tuple[str, ...]]:
    """Every named number, with the most that it is in any of the readings."""
    merged: dict[tuple[str, str], Span] = {}
    for _, reading in measured:
        for site, name, span in quantities(reading):
            key = site.function, name
            merged[key] = merged[key].joined(span) if key in merged else span
    return [
        (
            *key,
            span.kind.__name__,
            str(bits(span)),
            "bits" if key[1] in BITS else "yes" if fits(span) else "no",
        )
        for key, span in merged.items()
        if bits(span)
    ]


def table() -> list[str]:
    """All of it, as text."""
    measured = list(readings())
    unfit = {
        str(setting)
        for setting, reading in measured
        for width in widths(reading)
        if is_amount(width) and not fits(width.span)
    }
    overflows = sum(len(reading.overflows) for _, reading in measured)
    return [
        *aligned(("kernel", "name", "type", "bits", "in the field"), rows(measured)),
        "",
        f"results that may leave their word: {overflows or 'none'}",
        f"settings with results that the field cannot hold: {', '.join(sorted(unfit)) or 'none'}",
    ]


if __name__ == "__main__":
    print("\n".join(table()))
