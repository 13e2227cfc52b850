"""Options in scenarios and their derivatives: equal to their mirrors, as close to the truth as they say."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from tests.differential.library import Library
from vmargin.fixedpoint.solady import lnWad
from vmargin.margin import instruments, options
from vmargin.margin.errors import RateOutOfRange, TotalVolatilityOutOfRange
from vmargin.margin.greeks import Greeks, greeksOf, movement
from vmargin.margin.options import Option, optionOf, priceOf, termScaleOf, totalVolatility, volatilityFactor
from vmargin.margin.shocks import lnOf
from vmargin.margin.types import Quote, Terms
from vmargin.solidity import exact
from vmargin.solidity.integers import uint256
from vmargin.solidity.reverts import Revert

WAD = 10**18
DAY = 86_400
YEAR = 365 * DAY
NOW = 1_700_000_000
DOLLAR = WAD
UNSHOCKED = int(options.VOLATILITY_ONE)

LIBRARY = Library("OptionsHarness", "vmargin.margin.options", "vmargin.margin.greeks")


class Draw(NamedTuple):
    """An option's identifier and what is quoted, the forward among it."""

    instrument: int
    forward: int
    quote: Quote
    terms: Terms

    def option(self) -> Option:
        return optionOf(self.instrument, NOW, self.forward, tuple(self.quote), tuple(self.terms))  # type: ignore[arg-type]


def terms(power: int = 3000, floor: int = DAY) -> Terms:
    plain = dict.fromkeys(Terms._fields, 0) | {"termPowerBps": power, "termFloor": floor}
    return Terms(*map(uint256, plain.values()))


def usual(rng: random.Random) -> Draw:
    """As markets have them."""
    forward = int(rng.lognormvariate(7, 2) * DOLLAR)
    strike = max(1, int(forward * rng.lognormvariate(0, 0.4)))
    expiry = NOW + rng.choice(
        [rng.randrange(1, 3600), rng.randrange(DAY, 60 * DAY), rng.randrange(DAY, 3 * YEAR)]
    )
    kind = rng.choice([4, 5])
    quote = Quote(forward, rng.randrange(WAD // 20, 3 * WAD), rng.randrange(-WAD // 10, WAD // 4), 0, 10_000)
    return Draw(
        int(instruments.pack(1, expiry, kind, strike)), forward, quote, terms(rng.choice([0, 1300, 3000]))
    )


def wild(rng: random.Random) -> Draw:
    """As the widths allow them, and some beyond."""
    strike, forward = (rng.randrange(1, 2 ** rng.randint(1, 96)) for _ in range(2))
    expiry = rng.choice([NOW, NOW - 5, NOW + 1, NOW + rng.randrange(1, 10 ** rng.randint(1, 9)), 2**40 - 1])
    volatility = rng.choice([0, rng.randrange(2 ** rng.randint(1, 89)), 2**88, 2**88 - 1])
    rate = rng.choice([0, rng.randrange(-(2**65), 2**65), rng.choice([-1, 1]) * rng.randrange(WAD)])
    quote = Quote(forward, volatility, rate, 0, 10_000)
    power = rng.choice([0, 3000, 10_000, rng.randrange(2**16)])
    floor = rng.choice([0, 1, 3600, DAY, rng.randrange(2**41)])
    kind = rng.choice([4, 5])
    return Draw(int(instruments.pack(1, expiry, kind, strike)), forward, quote, terms(power, floor))


def draws(number: int, seed: str) -> list[Draw]:
    rng = random.Random(seed)
    return [rng.choice([usual, wild])(rng) for _ in range(number)]


def made(number: int, seed: str) -> list[tuple[Draw, Option]]:
    """Draws of which there are options."""
    found = []
    for draw in draws(number, seed):
        try:
            found.append((draw, draw.option()))
        except Revert:
            continue
    assert len(found) > number // 3
    return found


def flat(*values: Any) -> tuple[int, ...]:
    return tuple(int(leaf) for value in values for leaf in (value if isinstance(value, tuple) else (value,)))


def test_every_function_has_its_mirror() -> None:
    assert LIBRARY.unpaired() == []


def test_options_equal_the_contracts(long: bool) -> None:
    given = draws(20_000 if long else 500, "options")
    LIBRARY.pair("optionOf").check([flat(d.instrument, NOW, d.forward, d.quote, d.terms) for d in given])
    rng = random.Random("terms")
    spans = [rng.choice([1, 3600, rng.randrange(1, 2**40)]) for _ in given]
    LIBRARY.pair("termScaleOf").check([flat(t, d.terms) for t, d in zip(spans, given, strict=True)])
    LIBRARY.pair("discountOf").check([flat(d.quote.rate, t) for t, d in zip(spans, given, strict=True)])


def test_prices_equal_the_contracts(long: bool) -> None:
    rng = random.Random("prices")
    given = made(20_000 if long else 600, "prices")
    shocks = [rng.choice([0, -10_000, 2**15, -(2**15), rng.randrange(-9999, 2**15)]) for _ in given]
    LIBRARY.pair("volatilityFactor").check([flat(o, v) for (_, o), v in zip(given, shocks, strict=True)])
    factors = [rng.choice([UNSHOCKED, rng.randrange(2 ** rng.randint(1, 100))]) for _ in given]
    LIBRARY.pair("totalVolatility").check([flat(o, f) for (_, o), f in zip(given, factors, strict=True)])
    forwards = [rng.choice([0, d.forward, rng.randrange(2**96)]) for d, _ in given]
    moves = [rng.choice([0, rng.randrange(-WAD, WAD), -18 * WAD, 6 * WAD]) for _ in given]
    LIBRARY.pair("priceOf").check(
        [flat(o, f, m, v) for (_, o), f, m, v in zip(given, forwards, moves, shocks, strict=True)]
    )


def test_derivatives_equal_the_contracts(long: bool) -> None:
    rng = random.Random("derivatives")
    given = made(20_000 if long else 600, "derivatives")
    rates = [max(-16 * WAD, min(16 * WAD, int(d.quote.rate))) for d, _ in given]
    LIBRARY.pair("greeksOf").check([flat(o, d.forward, r) for (d, o), r in zip(given, rates, strict=True)])
    totals = [rng.choice([0, 1, rng.randrange(2 ** rng.randint(1, 96))]) for _ in given]
    LIBRARY.pair("chanceAndDensity").check(
        [flat(o, d.forward, s) for (d, o), s in zip(given, totals, strict=True)]
    )
    cases = []
    for (draw, option), rate in zip(given, rates, strict=True):
        try:
            greeks = greeksOf(option, draw.forward, rate)
        except Revert:
            continue
        move = rng.choice([0, 1 - 10**8, rng.randrange(1 - 10**8, 2**31), rng.randrange(-(10**7), 10**8)])
        cases.append(
            flat(option, greeks, draw.forward, move, rng.choice([0, UNSHOCKED, rng.randrange(2**96)]))
        )
    LIBRARY.pair("movement").check(cases)


def books(draw: Draw, move: int = 0, raised: Fraction = Fraction(1)) -> dict[str, Any]:
    """Price and derivatives from the formulas, over balls; after a move, with the volatility raised."""
    forward = Fraction(draw.forward * (10**8 + move) // 10**8)
    strike = Fraction(int(instruments.strikeOf(draw.instrument)))
    side = 1 if int(instruments.kindOf(draw.instrument)) == 4 else -1
    term = Fraction(int(instruments.expiryOf(draw.instrument)) - NOW, YEAR)
    volatility, rate = (Fraction(int(part), WAD) for part in (draw.quote.volatility, draw.quote.rate))
    volatility *= raised
    discount, root = exact.exp(-rate * term), exact.sqrt(term)
    s = volatility * root
    d1 = exact.ln(forward / strike) / s + s / 2
    called, paid = exact.normal_cdf(side * d1), exact.normal_cdf(side * (d1 - s))
    value = side * discount * (forward * called - strike * paid)
    bell = discount * forward * exact.normal_pdf(d1)
    return {
        "s": s,
        "discount": discount,
        "price": value,
        "delta": side * discount * called * WAD,
        "gammaCash": bell / s,
        "vega": bell * root,
        "theta": rate * value - bell * volatility / (2 * root),
    }


def test_price_and_derivatives_are_as_close_as_they_say(long: bool) -> None:
    rng = random.Random("books")
    for draw in (usual(rng) for _ in range(10_000 if long else 250)):
        option, truth, forward = draw.option(), books(draw), draw.forward
        s, discount = (exact.bounds(truth[name])[1] for name in ("s", "discount"))
        greeks = greeksOf(option, forward, draw.quote.rate)
        # an exponential, two logarithms and a volatility in 18 decimals each
        share = 4 + 1 / s
        bounds = {
            "price": 2 + 5 * max(1, discount) * max(forward, int(option.strike)) / WAD,
            "delta": 2 + discount * share,
            "gammaCash": 2 + discount * forward / WAD * (share / s + 1 / s**2),
            "vega": 2 + discount * forward / WAD * share * 2,
            "theta": 4 + (discount * forward / WAD) * share * 2 * int(draw.quote.volatility) / WAD / s,
        }
        found = {**greeks._asdict(), "price": priceOf(option, forward, 0, 0)}
        for name, bound in bounds.items():
            low, high = exact.bounds(truth[name])
            assert max(int(found[name]) - low, high - int(found[name])) <= bound, (name, draw)


def test_price_after_a_shock_is_as_close_as_it_says(long: bool) -> None:
    rng = random.Random("shocked")
    for draw in (usual(rng) for _ in range(10_000 if long else 250)):
        option = draw.option()
        move, bps = rng.randrange(1 - 10**8, 3 * 10**8), rng.randrange(-9000, 2**15)
        factor = int(volatilityFactor(option, bps))
        forward = draw.forward * (10**8 + move) // 10**8
        if factor == 0 or forward == 0:
            continue
        truth = books(draw, move, Fraction(factor, UNSHOCKED))
        found = int(priceOf(option, forward, lnOf(move), bps))
        low, high = exact.bounds(truth["price"])
        discount = max(1, exact.bounds(truth["discount"])[1])
        bound = 2 + 5 * discount * max(forward, int(option.strike)) / WAD
        assert max(found - low, high - found) <= bound, (draw, move, bps)


def test_derivatives_are_those_of_the_price() -> None:
    """Of the integers themselves: by differences at a distance at which curvature and rounding are small."""
    rng = random.Random("differences")
    for draw in (usual(rng) for _ in range(150)):
        option, forward = draw.option(), draw.forward
        s = int(totalVolatility(option, UNSHOCKED))
        step = forward * s // WAD // 10_000
        if s < WAD // 1000 or step < 10**12:
            continue
        greeks: Greeks = greeksOf(option, forward, draw.quote.rate)
        up, here, down = (
            int(priceOf(option, there, lnWad(there) - lnWad(forward), 0))
            for there in (forward + step, forward, forward - step)
        )
        assert abs((up - down) * WAD // (2 * step) - int(greeks.delta)) < WAD // 10**6
        gamma = Fraction((up - 2 * here + down) * forward**2, step**2)
        assert abs(gamma - int(greeks.gammaCash)) < forward * WAD // s // 1000


def test_movement_is_the_sum_of_its_terms() -> None:
    rng = random.Random("terms")
    for draw, option in made(200, "movement"):
        try:
            greeks = greeksOf(option, draw.forward, max(-16 * WAD, min(16 * WAD, int(draw.quote.rate))))
        except Revert:
            continue
        move, bps = rng.randrange(1 - 10**8, 10**8), rng.randrange(-9999, 20_000)
        factor = volatilityFactor(option, bps)
        m = Fraction(move, 10**8)
        gained = Fraction(int(option.volatility) * int(factor), UNSHOCKED) - int(option.volatility)
        terms_ = (
            Fraction(int(greeks.delta) * draw.forward, WAD) * m,
            int(greeks.gammaCash) * m**2 / 2,
            int(greeks.vega) * gained / WAD,
        )
        total = int(movement(option, greeks, draw.forward, move, factor))
        assert sum(terms_) - 3 - Fraction(int(greeks.vega), WAD) < total <= sum(terms_)


def test_a_term_of_thirty_days_scales_by_one_and_a_longer_one_by_less() -> None:
    assert int(termScaleOf(30 * DAY, terms())) == WAD
    for days, power in ((1, 3000), (7, 1300), (120, 3000), (400, 10_000)):
        truth = exact.power(Fraction(30, days), Fraction(power, 10_000)) * WAD
        low, high = exact.bounds(truth)
        found = int(termScaleOf(days * DAY, terms(power)))
        assert abs(found - low) < 5 * max(1, low / WAD) and abs(found - high) < 5 * max(1, high / WAD)
    assert int(termScaleOf(60, terms(3000, DAY))) == int(termScaleOf(DAY, terms(3000, 0)))
    assert int(termScaleOf(60, terms(0, DAY))) == WAD


def test_rates_and_volatilities_out_of_range_are_refused() -> None:
    draw = usual(random.Random(1))
    for rate in (16 * WAD, -16 * WAD, 2**255 - 1, -(2**255)):
        with pytest.raises(Revert) as refused:
            draw._replace(quote=draw.quote._replace(rate=rate)).option()
        assert refused.value.data == RateOutOfRange(rate).data
    with pytest.raises(Revert) as refused:
        options.discountOf(-WAD, 9 * YEAR)
    assert refused.value.data == RateOutOfRange(-WAD).data
    assert int(options.discountOf(-WAD, 8 * YEAR)) // WAD == 2980
    with pytest.raises(Revert) as refused:
        draw._replace(quote=draw.quote._replace(volatility=2**88)).option()
    assert refused.value.data == TotalVolatilityOutOfRange(2**88).data
