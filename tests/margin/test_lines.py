"""Lines: what the kernels say is between them, whatever moves; and they are near to it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.margin.draws import NOW, WAD, instrument
from tests.margin.portfolios import SETTINGS, Setting, draw_case, name_of
from vmargin.margin import dials
from vmargin.margin.bounds import lines, option_boxes
from vmargin.margin.bounds.lines import Lines, Open, Refused
from vmargin.margin.bounds.loss_lines import _norm
from vmargin.margin.bounds.moved_prices import Miss, convex
from vmargin.margin.bounds.moving import OverPrices, OverTimes
from vmargin.margin.bounds.option_boxes import Bounds, Box, Movement
from vmargin.margin.greeks import greeksOf, movement
from vmargin.margin.instruments import CALL, PERP, PUT, SPOT
from vmargin.margin.margin_view import evaluate
from vmargin.margin.options import Option, optionOf, priceOf, volatilityFactor
from vmargin.margin.quadrature import root
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
from vmargin.protocols.reference import vary
from vmargin.protocols.reference.reader import typed
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

DAY = 86_400
INTEGERS = st.integers(-(10**30), 10**30)


@st.composite
def enclosed(draw: st.DrawFn, least: int = -(10**30)) -> tuple[Lines, tuple[int, int]]:
    """Lines and, between them, a number that moves straight, by its values at the ends."""
    ends = [sorted(draw(st.tuples(*[st.integers(least, 10**30)] * 3))) for _ in range(2)]
    low, value, high = zip(*ends, strict=True)
    return Lines(low[0], low[1], high[0], high[1]), (value[0], value[1])


SHARES = [Fraction(n, 7) for n in range(8)]


def holds(found: Lines, value: Callable[[Fraction], Any]) -> None:
    for share in SHARES:
        low = found.low + share * (found.low_last - found.low)
        high = found.high + share * (found.high_last - found.high)
        assert low <= value(share) <= high


def at(ends: tuple[int, int], share: Fraction) -> Fraction:
    return ends[0] + share * (ends[1] - ends[0])


@given(st.lists(enclosed(), min_size=1, max_size=5), st.data())
def test_what_is_made_of_numbers_is_between_what_is_made_of_their_lines(found, data: st.DataObject) -> None:
    bounds, values = [x for x, _ in found], [ends for _, ends in found]
    place = data.draw(st.integers(1, len(found)))
    factors = sorted(data.draw(st.lists(st.integers(0, 99), max_size=len(found))), reverse=True)
    weights = data.draw(st.lists(INTEGERS, min_size=len(found), max_size=len(found)))
    divisor = data.draw(st.integers(1, 10**18))
    one, other = data.draw(st.tuples(st.integers(0, 99), st.integers(0, 99)))

    def ordered(share: Fraction) -> list[Fraction]:
        return sorted((at(ends, share) for ends in values), reverse=True)

    holds(lines.largest(bounds), lambda s: ordered(s)[0])
    holds(lines.ranked(bounds, place), lambda s: ordered(s)[place - 1])
    holds(
        lines.topped(bounds, factors),
        lambda s: sum(x * f for x, f in zip(ordered(s), factors, strict=False)),
    )
    holds(
        lines.weighted(bounds, weights),
        lambda s: sum(at(v, s) * w for v, w in zip(values, weights, strict=True)),
    )
    first, own = bounds[0], values[0]
    holds(lines.floored(first, divisor), lambda s: at(own, s) // divisor)
    holds(lines.ceiled(first, divisor), lambda s: -(-at(own, s) // divisor))
    holds(lines.negative(first), lambda s: -at(own, s))
    holds(lines.least_of_multiples(first, one, other), lambda s: min(at(own, s) * one, at(own, s) * other))
    holds(lines.minus(first, bounds[-1]), lambda s: at(own, s) - at(values[-1], s))


@given(enclosed(0), enclosed(0), st.integers(0, 99))
def test_products_of_what_is_not_negative(x, y, constant: int) -> None:
    holds(lines.product(x[0], y[0]), lambda s: at(x[1], s) * at(y[1], s))
    holds(lines.product(lines.exactly(constant), y[0]), lambda s: constant * at(y[1], s))


SHAPES: list[Callable[[int], int]] = [lambda x: x * x, lambda x: 3 * x, lambda x: abs(x - 100), lambda x: 5]


@given(st.sampled_from(SHAPES), st.tuples(*[st.integers(1, 40)] * 4), st.integers(0, 9), st.integers(0, 9**9))
def test_integers_of_a_convex_function_are_between_its_lines(
    shape: Callable[[int], int], steps: tuple[int, int, int, int], off: int, seed: int
) -> None:
    """Which falls or rises, each integer off by what it may be."""
    random = Random(seed)
    start, first, last, end = itertools.accumulate(steps)
    if shape is SHAPES[2] and start < 100 < end:
        return
    values = {x: shape(x) + random.choice((-off, 0, off)) for x in range(start, end + 1)}
    for beyond in ((), (start,), (end,), (start, end)):
        known = {x: values[x] for x in (first, last, *beyond)}
        found = convex(known, first, last, Miss(off, off))
        for x in range(first, last + 1):
            share = Fraction(x - first, last - first)
            assert found.low + share * (found.low_last - found.low) <= values[x]
            assert values[x] <= found.high + share * (found.high_last - found.high)


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 2), min_size=1, max_size=4), st.data())
def test_a_root_of_a_few_units_is_between_its_lines(ends, data: st.DataObject) -> None:
    """Where it is rounded up by as much as it is."""
    beta = data.draw(st.lists(st.integers(0, 100), min_size=len(ends), max_size=len(ends)))
    matrix = [[10_000 if a == b else beta[a] * beta[b] for b in range(len(ends))] for a in range(len(ends))]
    found = _norm(matrix, [Lines(x, y, x, y) for x, y in ends])
    flat = Words(int256, [c for row in matrix for c in row])
    places = Words(uint256, range(len(ends)))
    for share in SHARES:
        exact = [at(end, share) for end in ends]
        if all(x.denominator == 1 for x in exact):
            value = root(Words(int256, map(int, exact)), len(ends), places, flat, len(ends))
            assert found.low + share * (found.low_last - found.low) <= int(value)
            assert int(value) <= found.high + share * (found.high_last - found.high)


def option(random: Random) -> tuple[int, Quote, Terms]:
    forward = int(random.lognormvariate(7, 1) * WAD)
    strike = max(1, int(forward * random.lognormvariate(0, 0.3)))
    expiry = NOW + random.choice((3_600, 30 * DAY, 300 * DAY))
    volatility = random.choice((random.randrange(WAD // 20, 2 * WAD), random.randrange(WAD, 25 * WAD)))
    quote = Quote(forward, volatility, random.randrange(-WAD // 10, WAD // 4), 0, 10_000)
    plain = dict.fromkeys(Terms._fields, 0) | {"termPowerBps": 3_000, "termFloor": DAY}
    kind = random.choice((CALL, PUT))
    return instrument(1, kind, expiry, strike), typed(Quote, quote), typed(Terms, tuple(plain.values()))


def test_what_derivatives_foretell_is_within_what_their_boxes_do(long: bool) -> None:
    """Over intervals that the density has its top in, and others."""
    random = Random("boxes")
    for _ in range(2_000 if long else 60):
        held, quote, terms = option(random)
        ends = [int(quote.forward), int(quote.forward) * random.randint(1_001, 15_000) // 10_000 + 1]
        random.shuffle(ends)

        def made(forward: int, held: int = held, quote: Quote = quote, terms: Terms = terms) -> Option:
            return optionOf(held, NOW, forward, quote, terms)

        box = Movement(Box.of(made(ends[0]), made(ends[1]), *ends))
        for _ in range(6):
            forward = random.randint(min(ends), max(ends))
            move, bps = random.randint(-(10**8) + 1, 10**8), random.randint(-9_000, 20_000)
            made_there = made(forward)
            greeks = greeksOf(made_there, forward, quote.rate)
            low, high = box.over(move, bps)
            factor = volatilityFactor(made_there, bps)
            assert low <= movement(made_there, greeks, forward, move, factor) <= high


def test_prices_are_within_boxes_however_little_a_volatility_moves(long: bool) -> None:
    random = Random("noise")
    for _ in range(5_000 if long else 200):
        held, quote, terms = option(random)
        made = optionOf(held, NOW, quote.forward, quote, terms)
        width = random.choice((1, 2, 10**6, 10**17)) << 50
        box = Box.of(made, made, quote.forward, quote.forward)
        box = box._replace(deviation=Bounds(box.deviation.low, box.deviation.low + width))
        low, high = option_boxes.price(box, int(quote.forward), 0, 0)
        for deviation in (box.deviation.low, random.randint(*box.deviation), box.deviation.high):
            value = priceOf(made._replace(deviation=uint256(deviation)), quote.forward, 0, 0)
            assert low <= int(value) <= high


def account(random: Random, setting: Setting) -> ReferenceState:
    case = draw_case(random, setting, most=8, scenarios=random.choice((1, random.randint(2, 9))))
    return ReferenceState("drawn", typed(Inputs, case[:3]))


def over_prices(state: ReferenceState, name: str) -> OverPrices:
    portfolio, _, policy = state.inputs
    now = vary.prices(state)[name].now
    return OverPrices(portfolio, policy, lambda p: vary.at_price(state, name, p).inputs.market, now)


def health(state: ReferenceState) -> int | None:
    assert isinstance(state.inputs, Inputs)
    try:
        margin, _ = evaluate(*state.inputs)
    except Revert:
        return None
    return int(margin.value) - int(margin.haircut) - int(margin.maintenanceRequirement)


def check(
    over: OverPrices | OverTimes,
    moved: Callable[[int], ReferenceState],
    ends: tuple[int, int],
    random: Random,
) -> str:
    """That health is between its lines, and reverts where it is said to."""
    first, last = ends
    places = [first, last, *(random.randint(first, last) for _ in range(3))]
    try:
        found = over.health(first, last)
    except Open:
        return "open"
    except Refused:
        assert {health(moved(place)) for place in places} == {None}
        return "refused"
    for place in places:
        value, share = health(moved(place)), Fraction(place - first, last - first)
        assert value is not None
        assert found.low + share * (found.low_last - found.low) <= value
        assert value <= found.high + share * (found.high_last - found.high)
    return "between"


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_health_is_between_its_lines_while_a_price_moves(setting: Setting, long: bool) -> None:
    """With prices known beyond the ends of the interval, and without."""
    random = Random(f"price {setting}")
    for _ in range(150 if long else 2):
        state = account(random, setting)
        name, price = random.choice(list(vary.prices(state).items()))
        over, moved = over_prices(state, name), partial(vary.at_price, state, name)
        now = max(1, price.now * random.randint(1, 300) // 100)
        width = now // random.choice((2, 10, 100, 10**4, 10**8, 10**12, 10**18)) + 1
        first = max(1, now - random.randint(0, width))
        last = first + random.randint(1, 2 * width)
        if random.random() < 0.5:
            check(over, moved, (max(0, first - width), first), random)
            check(over, moved, (last, last + width), random)
        check(over, moved, (first, last), random)


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_health_is_between_its_lines_while_time_passes(setting: Setting, long: bool) -> None:
    random = Random(f"time {setting}")
    for _ in range(150 if long else 2):
        state = account(random, setting)
        portfolio, market, policy = state.inputs
        over = OverTimes(
            portfolio, policy, lambda t, s=state: vary.at_time(s, t).inputs.market, vary.time(state)
        )
        first = int(market.time) + random.choice((0, random.randint(0, 40 * DAY)))
        ends = (first, first + random.choice((1, 10, 3_600, 3 * DAY)))
        check(over, partial(vary.at_time, state), ends, random)


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_at_prices_of_a_few_units_health_is_between_its_lines(setting: Setting, long: bool) -> None:
    """Where forwards in proportion to spot are rounded by as much as they are."""
    random = Random(f"tiny {setting}")
    for _ in range(100 if long else 2):
        state = account(random, setting)
        portfolio, market, policy = state.inputs
        spots = tuple(u._replace(spot=uint256(random.randint(50, 150))) for u in market.underlyings)
        quotes = tuple(
            q._replace(forward=uint256(random.randint(20, 90)), settlement=uint256(0)) for q in market.quotes
        )
        sizes = (random.choice((-1, 1)) * random.randint(1, 4_000) * WAD // 4 for _ in portfolio.positions)
        held = tuple(p._replace(size=int256(s)) for p, s in zip(portfolio.positions, sizes, strict=True))
        moved = Inputs(
            portfolio._replace(positions=held), market._replace(underlyings=spots, quotes=quotes), policy
        )
        state = ReferenceState("tiny", moved)
        for name in random.choices(list(vary.prices(state)), k=2):
            first = random.randint(1, 150)
            over = over_prices(state, name)
            check(over, partial(vary.at_price, state, name), (first, first + random.randint(1, 60)), random)


def gap(state: ReferenceState, name: str, first: int, last: int) -> int | None:
    """Between the lines of health, in wei; None where it is open or refused."""
    try:
        found = over_prices(state, name).health(first, last)
    except (Open, Refused):
        return None
    return max(found.high - found.low, found.high_last - found.low_last)


def test_lines_are_close() -> None:
    """Over a thousandth of a price, mostly within a hundredth of what is held, as often as it is weighed."""
    random, said = Random("close"), Counter()
    for setting in SETTINGS:
        state = account(random, setting)
        portfolio, market, policy = state.inputs
        name, price = random.choice(list(vary.prices(state).items()))
        found = gap(state, name, price.now, price.now + price.now // 1000 + 1)
        pairs = zip(portfolio.positions, market.quotes, strict=True)
        notional = sum(abs(int(p.size)) * (int(q.forward) + WAD) // WAD for p, q in pairs)
        weight = 1 + sum(int(w) for w in policy.weightsBps) // 10_000 + int(policy.terms.initialBps) // 10_000
        said[found is not None and found <= notional * weight**2 // 100 + 10**6] += 1
    assert said[True] >= 0.8 * len(SETTINGS), said


def linear(cash: int, spot: int, forward: int, held: dict[int, int], **terms: int) -> ReferenceState:
    """Of one underlying, by kind: sizes of spot and perpetuals."""
    chosen: dict[str, int] = dict.fromkeys(Terms._fields, 0) | {
        "schema": 1,
        "grouping": dials.ACCOUNT,
        "creditBps": 5_000,
        "initialBps": 12_000,
        "maintenanceBps": 10_000,
        "maxPositions": 16,
    }
    positions = tuple(Position(1 << 224 | kind << 176, size) for kind, size in held.items())
    quotes = (Quote(forward, 0, 0, 0, 9_000),) * len(held)
    market = Market(NOW, WAD, (UnderlyingQuote(1, spot, 10_000, 10_000),), quotes)
    shocks = tuple(Shock(bps, 0) for bps in (-1_000, 500, 1_000))
    cover = Cover(1, 0, 1_000, 10**24, 10**24, 0)
    policy = Policy(Terms(**chosen | terms), (cover,), shocks, (10_000,) * 3, ())
    return ReferenceState("linear", typed(Inputs, (Portfolio(cash, positions), market, policy)))


def test_of_what_is_linear_nothing_but_roundings_is_between_the_lines() -> None:
    """Over a tenfold price; and so of futures and spot a verdict can be told to the wei."""
    held = {SPOT: 3 * WAD, PERP: -2 * WAD}
    found = gap(linear(-5_000 * WAD, 3_000 * WAD, 3_000 * WAD, held), "1", 3_000 * WAD, 30_000 * WAD)
    assert found is not None
    assert found < 100


@pytest.mark.parametrize("size", [-(10**5), 10**5])
def test_what_forwards_in_proportion_are_rounded_by_counts_where_they_are_notional(size: int) -> None:
    """Each of a hundred prices, of an account that is large for them."""
    state = linear(0, 100, 37, {PERP: size * WAD}, confidenceBps=10_000)
    found = over_prices(state, "1").health(100, 200)
    for price in range(100, 201):
        value, share = health(vary.at_price(state, "1", price)), Fraction(price - 100, 100)
        assert value is not None
        assert found.low + share * (found.low_last - found.low) <= value
        assert value <= found.high + share * (found.high_last - found.high)
