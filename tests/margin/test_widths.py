"""Widths: nothing wraps and all fits the field; and the intervals, which say so, hold what the kernels do."""

from __future__ import annotations

from random import Random

import pytest

from tests.margin import draws
from tests.margin.draws import mirrored
from vmargin.margin import dials, policy_checks
from vmargin.margin.bounds import intervals, widths
from vmargin.margin.bounds.intervals import IntervalReading
from vmargin.margin.bounds.spans import Array, Span, Struct
from vmargin.margin.bounds.widths import PROVABLE, SETTINGS, Setting
from vmargin.margin.margins import onGrid
from vmargin.margin.types import Cover, Terms
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import Word, int256, uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError, Revert

ABOVE = CustomError("Above(int256)")
SUMMED = Setting(dials.UNDERLYING, dials.SHORTFALL, dials.SUM)
SQUARED = Setting(dials.EXPIRY, dials.VAR, dials.QUAD)


def unfit(reading: IntervalReading) -> list[str]:
    found = [w for w in widths.widths(reading) if widths.is_amount(w) and not widths.fits(w.span)]
    return [f"{w.site} {w.symbol}: {widths.bits(w.span)} bits" for w in found]


@pytest.fixture(scope="module")
def provable() -> IntervalReading:
    return widths.measure(PROVABLE, 3)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_no_result_wraps_and_every_amount_fits_the_field(setting: Setting, long: bool) -> None:
    shapes = [] if long else [widths.TOGETHER, "options apart"]
    for scenarios in (3, 1) if long else (1 + setting.aggregate,):
        reading = widths.measure(setting, scenarios, only=shapes)
        assert not reading.overflows
        assert not unfit(reading)


def test_of_the_rule_for_a_circuit_every_shape_fits(provable: IntervalReading) -> None:
    assert not provable.overflows
    assert not unfit(provable)


def test_a_tail_of_all_scenarios_that_there_may_be_fits() -> None:
    reading = widths.measure(SUMMED, widths.LIMITS["SCENARIOS"], only=[widths.TOGETHER])
    assert not reading.overflows
    assert not unfit(reading)


def width_of(reading: IntervalReading, function: str, name: str) -> int:
    spans = [w.span for w in widths.quantities(reading) if (w.site.function, w.symbol) == (function, name)]
    return max(map(widths.bits, spans))


def test_widths_are_those_that_the_issue_names(provable: IntervalReading) -> None:
    sums = [w.span for w in widths.widths(provable) if w.site.function == "addMoves" and w.symbol == "+"]
    assert max(map(widths.bits, sums)) == 215
    assert width_of(provable, "toPnls", "pnl") == 156
    assert width_of(provable, "base", "amount") <= 166
    assert width_of(provable, "onGrid", "basis") <= 174


@pytest.mark.parametrize(
    ("name", "bits", "setting", "shape"),
    [
        ("SIZE", 130, PROVABLE, "spot apart"),
        ("PRICE", 114, PROVABLE, "spot apart"),
        ("CASH", 255, PROVABLE, "spot apart"),
        ("PNL", 176, PROVABLE, "inverse perpetuals apart"),
        ("FACTOR_BPS", 40, PROVABLE, "options apart"),
        ("PEG", 80, PROVABLE, "spot apart"),
        ("QUAD_LOSS", 118, SQUARED, "spot apart"),
    ],
)
def test_a_limit_that_is_raised_is_one_too_many(name: str, bits: int, setting: Setting, shape: str) -> None:
    """Each limit is needed, and the calculator sees it: a few bits more, and a number has no room."""
    reading = widths.measure(setting, 1, bounds={name: 2**bits}, only=[shape])
    assert reading.overflows or unfit(reading)


def extreme(random: Random, value):
    """A member of what the arguments may be: mostly an end, or beside one."""
    if isinstance(value, Struct):
        return tuple(extreme(random, span) for span in value.values)
    if isinstance(value, Array):
        return [extreme(random, cell) for cell in value.cells]
    assert isinstance(value, Span)
    low, high = value.low, value.high
    return random.choice(
        (low, high, high, low + (high - low) // 2, min(high, max(low, 1)), random.randint(low, high))
    )


def drawn(random: Random, spans: list) -> list:
    """Arguments within the spans; spot, where it is read, has a price that is checked."""
    values = []
    for name, kind, span in zip(onGrid.signature.names, onGrid.signature.types, spans, strict=True):
        value = extreme(random, span)
        if name == "underlyings":
            value = [(u, min(spot, draws.PRICE), *rest) for u, spot, *rest in value]
        if isinstance(span, Array):
            element = kind.__args__[0]
            values.append(
                Scratch(element, len(value)) if kind.__origin__ is Scratch else Words(element, value)
            )
        else:
            values.append(Terms(*value) if isinstance(span, Struct) else value)
    return values


@pytest.mark.parametrize("setting", [PROVABLE, SUMMED, SQUARED], ids=str)
def test_what_kernels_do_with_extreme_numbers_is_within_the_intervals(setting: Setting, long: bool) -> None:
    """The trace of each run, operation by operation: the calculator is tied to the code that it speaks of."""
    random = Random(f"trace{setting}")
    tail = {dials.WORST: (0, 0), dials.SHORTFALL: (2**15 - 1, 2**15), dials.VAR: (1, 0)}[setting.aggregate]
    most: dict = {}
    bits: dict = {}
    for held in widths.shapes(8).values():
        spans = widths.arguments(setting, held, 2, tail, widths.LIMITS)
        traces = [onGrid.trace(*drawn(random, spans)) for _ in range(60 if long else 5)]
        reading = IntervalReading(widths.LIMITS)
        reading.call(onGrid, spans)
        for operation in (o for trace in traces for o in trace.arithmetic):
            if operation.site.function in PRIMITIVES:
                continue
            key, result = (operation.site, operation.symbol), operation.result
            assert not isinstance(result, Revert), str(operation)
            span = reading.operations[key]
            assert span.low <= int(result) <= span.high, str(operation)
            most[key] = max(most.get(key, 0), abs(int(result)))
            bits[key] = max(bits.get(key, 0), widths.bits(span))
    close = [key for key, value in most.items() if value.bit_length() >= bits[key] - 4]
    assert len(most) > 30
    assert len(close) > 0.7 * len(most), "the intervals are far wider than what happens"


PRIMITIVES = {kernel.body.__name__ for kernel in intervals.PRIMITIVES}


EDGES = {
    "creditBps": 10_000,
    "confidenceBps": 10_000,
    "initialBps": 2**15,
    "shortOptionBps": 2**15,
    "depegBps": 2**15,
    "pegThreshold": widths.LIMITS["PEG"] - 1,
}


@pytest.mark.parametrize("field", EDGES)
def test_terms_are_assumed_as_wide_as_policies_may_have_them_and_no_wider(field: str) -> None:
    spans = widths.terms(PROVABLE, widths.LIMITS, (0, 0), 0)
    assert spans.values[spans.names.index(field)].high == EDGES[field]
    terms = draws.drawn_terms(Random(0), 1, initialBps=2**15, maintenanceBps=1)
    rest = ([Cover(1, 0, 10_000, draws.SIZE, draws.SIZE, 2**15)], [draws.Shock(0, 0)], [2**15], [], 1)
    for value, valid in ((EDGES[field], True), (EDGES[field] + 1, False)):
        outcome = mirrored(policy_checks.requireValid, terms._replace(**{field: value}), *rest)
        assert (outcome == (1,)) is valid


@kernel
def grown(x: uint256, y: int256, values: Words[int256], room: Scratch[int256]) -> int256:
    """What the reading has rules of its own for: guards, loops, both ways, places of arrays."""
    total = int256(0)
    for i in range(len(values)):
        value = values[i]
        if value > 100 or value < -100:
            raise ABOVE(value)
        if value < 0 and y > 0:
            continue
        if x == 7:
            break
        if value > 90:
            value = -value
        room[x % 2] = value * y
        total += value
    least = total if total < y else y
    return least - room[0] if x > 3 else -least


def test_intervals_hold_every_result_and_the_ends_are_met() -> None:
    random = Random("grown")
    spans = [Span(0, 9, uint256), Span(-5, 5, int256), Array([Span(-150, 150, int256)] * 3)]
    reading = IntervalReading()
    result = reading.call(grown, [*spans, Array([Span(0, 0, int256)] * 2)])
    assert isinstance(result, Span)
    results = []
    for _ in range(3000):
        x, y = random.randint(0, 9), random.randint(-5, 5)
        values = [random.choice((-100, 100, 0, random.randint(-150, 150))) for _ in range(3)]
        trace = grown.trace(x, y, Words(int256, values), Scratch(int256, 2))
        for operation in trace.operations:
            key = operation.site, operation.symbol
            if isinstance(operation.result, Word) and operation.kind == "arithmetic":
                assert reading.operations[key].low <= int(operation.result) <= reading.operations[key].high
        if trace.revert is None:
            results.append(int(trace.value))
            assert result.low <= results[-1] <= result.high
    assert min(results) < result.low // 2
    assert max(results) > result.high // 2
    assert not reading.overflows


@kernel
def written(x: uint256, room: Scratch[int256]) -> int256:
    """A place that is written on one way, and one that is written where a loop may have ended."""
    room[0] = int256(5)
    room[1] = int256(5)
    if x > 3:
        room[0] = int256(7)
    for i in range(2):
        if x == uint256(i):
            break
        room[1] = int256(9)
    return room[0] + room[1]


def test_a_write_that_may_not_happen_leaves_what_was_there() -> None:
    zero = Span(0, 0, int256)
    result = IntervalReading().call(written, [Span(0, 9, uint256), Array([zero] * 2)])
    assert isinstance(result, Span)
    found = [int(written(x, Scratch(int256, 2))) for x in range(10)]
    assert (result.low, result.high) == (10, 16) == (min(found), max(found))


def test_the_table_names_every_quantity_once() -> None:
    lines = list(widths.rows([(PROVABLE, widths.measure(PROVABLE, 2))]))
    assert any(line[:2] == ("toPnls", "pnl") and line[3] == "156" for line in lines)
    assert len({line[:2] for line in lines}) == len(lines)
