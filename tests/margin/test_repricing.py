"""The grid of prices: contract, checked and native reading alike, and what instruments do in scenarios."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from vmargin.margin import errors
from vmargin.margin.dials import FULL, TAYLOR
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, PUT, SPOT, expiryOf, kindOf, strikeOf
from vmargin.margin.repricing import grid, priceOf
from vmargin.margin.types import Cover, Position, Quote, Shock, Terms, UnderlyingQuote
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256
from vmargin.solidity.reverts import Panic, Revert

WAD = 10**18
DAY = 86_400
NOW = 1_700_000_000
MOST = 2**96 - 1


class Case(NamedTuple):
    """What a grid is made of."""

    positions: list[Position]
    underlyings: list[UnderlyingQuote]
    quotes: list[Quote]
    terms: Terms
    covers: list[Cover]
    shocks: list[Shock]
    scenarios: int

    def abi(self) -> tuple[Any, ...]:
        market = (NOW, WAD, self.underlyings, self.quotes)
        policy = (self.terms, self.covers, self.shocks, [10_000] * self.scenarios, [])
        return self.positions, market, policy

    def arguments(self) -> tuple[Any, ...]:
        return (
            Words(Position, self.positions),
            NOW,
            Words(UnderlyingQuote, self.underlyings),
            Words(Quote, self.quotes),
            tuple(self.terms),
            Words(Cover, self.covers),
            Words(Shock, self.shocks),
            self.scenarios,
        )

    def prices(self, *, native: bool = False) -> Any:
        """The grid as the contract gives it, or the revert."""
        prices = Scratch(int256, len(self.positions) * (self.scenarios + 1))
        if native:
            columns = [a if isinstance(a, Words) else [a] for a in self.arguments()]
            result = grid.batch(*columns, prices, threads=1)
            return ([int(p) for p in prices],) if result.ok[0] else "reverts"
        try:
            assert int(grid(*self.arguments(), prices)) == len(prices)
        except Revert as revert:
            return revert
        return ([int(p) for p in prices],)


def terms(repricing: int = FULL, power: int = 3000, floor: int = DAY) -> Terms:
    plain = dict.fromkeys(Terms._fields, 0)
    plain |= {"schema": 1, "repricing": repricing, "termPowerBps": power, "termFloor": floor}
    return Terms(*plain.values())


def instrument(underlying: int, kind: int, expiry: int = 0, strike: int = 0) -> int:
    return underlying << 224 | expiry << 184 | kind << 176 | strike


def held(rng: random.Random, underlying: int, around: int) -> int:
    kind = rng.choice([SPOT, PERP, INVERSE, FUTURE, CALL, CALL, PUT, PUT])
    expiry = 0 if kind < FUTURE else NOW + rng.choice([-DAY, 0, 1, DAY, 30 * DAY, 400 * DAY])
    near = int(around * rng.lognormvariate(0, 0.3))
    strike = max(1, min(near, MOST)) if kind > FUTURE else 0
    return instrument(underlying, kind, expiry, strike)


def drawn(rng: random.Random, repricing: int) -> Case:
    """A portfolio in a market, under a policy."""
    scenarios = rng.randint(0, 5)
    tables = rng.randint(1, 3)
    covers = sorted(rng.sample(range(1, 9), rng.randint(2, 5)))
    spots = {u: int(rng.lognormvariate(5, 4) * WAD) % MOST + 1 for u in covers}
    ids = {
        held(rng, u, spots[u])
        for u in rng.sample(covers, rng.randint(1, 2))
        for _ in range(rng.randint(1, 4))
    }
    positions = [Position(i, rng.choice([-1, 1]) * rng.randint(1, 2**100)) for i in sorted(ids)]
    underlyings = [
        UnderlyingQuote(u, spots[u], 10_000, rng.choice([10_000, 5_000, 15_000]))
        for u in sorted({i >> 224 for i in ids})
    ]
    quotes = [
        Quote(
            max(1, min(MOST, int(spots[p.instrument >> 224] * rng.lognormvariate(0, 0.05)))),
            rng.randrange(3 * WAD),
            rng.randrange(-WAD // 10, WAD // 4),
            rng.choice([0, spots[p.instrument >> 224]]),
            10_000,
        )
        for p in positions
    ]
    return Case(
        positions,
        underlyings,
        quotes,
        terms(repricing, rng.choice([0, 3000, 10_000])),
        [Cover(u, rng.randrange(tables), 0, 0, 0, 0) for u in covers],
        [Shock(rng.randint(-6600, 20_000), rng.randint(-10_000, 15_000)) for _ in range(tables * scenarios)],
        scenarios,
    )


def spoiled(rng: random.Random, case: Case) -> Case:
    """One number out of range, or one part missing."""

    def with_one(rows: list[Any], **numbers: int) -> list[Any]:
        at = rng.randrange(len(rows))
        return [row._replace(**numbers) if i == at else row for i, row in enumerate(rows)]

    edge = rng.choice([0, 1, 7, 2**88, 2**95, MOST, MOST + 1, 2**255, 2**256 - 1])
    signed = rng.choice([-10_000, -9_999, 2**15, -(2**15)])
    quotes, underlyings, shocks = case.quotes, case.underlyings, case.shocks
    changes: list[dict[str, Any]] = [
        {"quotes": with_one(quotes, forward=edge)},
        {"quotes": with_one(quotes, volatility=edge)},
        {"quotes": with_one(quotes, settlement=edge)},
        {"quotes": with_one(quotes, rate=signed)},
        {"quotes": with_one(quotes, rate=rng.choice([-16, -5, 5, 16]) * WAD)},
        {"underlyings": with_one(underlyings, spot=edge)},
        {"underlyings": with_one(underlyings, shockScaleBps=rng.choice([0, 2**15, 2**15 + 1, 2**256 - 1]))},
        {"underlyings": underlyings[:-1]},
        {"covers": [c for c in case.covers if c.underlying != underlyings[-1].underlying]},
        {"covers": [c._replace(table=rng.choice([9, 2**255])) for c in case.covers]},
        {"terms": case.terms._replace(termFloor=edge)},
        {"terms": case.terms._replace(termPowerBps=edge)},
        {"shocks": shocks[:-1]},
    ]
    if shocks:
        changes += [
            {"shocks": with_one(shocks, spotBps=signed)},
            {"shocks": with_one(shocks, volatilityBps=signed)},
        ]
    return case._replace(**rng.choice(changes))


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/RepricingHarness.json")


@pytest.mark.parametrize("repricing", [FULL, TAYLOR])
def test_equals_the_contract(contract: Contract, repricing: int, long: bool) -> None:
    rng = random.Random(f"grid {repricing}")
    values = reverts = 0
    for _ in range(5000 if long else 250):
        case = drawn(rng, repricing)
        case = spoiled(rng, case) if rng.random() < 0.4 else case
        expected, found = contract.outcome("grid", case.abi()), case.prices()
        if isinstance(expected, Revert):
            assert isinstance(found, Revert) and found.data == expected.data, (found, expected, case)
            assert case.prices(native=True) == "reverts"
            reverts += 1
        else:
            assert found == (list(expected[0]),), case
            assert case.prices(native=True) == found
            values += 1
    assert values > reverts > 20


@pytest.mark.parametrize("repricing", [FULL, TAYLOR])
def test_one_price_is_that_of_the_grid(repricing: int) -> None:
    rng = random.Random(f"one {repricing}")
    for _ in range(100):
        case = drawn(rng, repricing)
        found = case.prices()
        if isinstance(found, Revert):
            continue
        for row, position in enumerate(case.positions):
            at = position.instrument >> 224
            underlying = next(u for u in case.underlyings if u.underlying == at)
            first = next(c.table for c in case.covers if c.underlying == at) * case.scenarios
            quote = case.quotes[row]
            shocks = [Shock(0, 0), *case.shocks[first : first + case.scenarios]]
            prices = [
                int(priceOf(position.instrument, NOW, *map(tuple, (underlying, quote, case.terms, shock))))
                for shock in shocks
            ]
            assert prices == found[0][row * len(shocks) : (row + 1) * len(shocks)]


def row(
    held: int,
    quote: Quote,
    shocks: list[Shock],
    repricing: int = FULL,
    spot: int = 100 * WAD,
    scale: int = 10_000,
) -> list[int]:
    """The prices of one position; a revert is raised."""
    found = Case(
        [Position(held, 1)],
        [UnderlyingQuote(held >> 224, spot, 10_000, scale)],
        [quote],
        terms(repricing),
        [Cover(held >> 224, 0, 0, 0, 0, 0)],
        shocks,
        len(shocks),
    ).prices()
    if isinstance(found, Revert):
        raise found
    return list(found[0])


QUOTE = Quote(110 * WAD, WAD // 2, WAD // 20, 0, 10_000)
UP, DOWN = Shock(2000, 0), Shock(-2000, 0)


def test_linear_instruments_move_with_their_price() -> None:
    assert row(instrument(1, SPOT), QUOTE, [UP, DOWN]) == [100 * WAD, 120 * WAD, 80 * WAD]
    assert row(instrument(1, SPOT), QUOTE, [UP], scale=5000) == [100 * WAD, 110 * WAD]
    assert row(instrument(1, PERP), QUOTE, [UP, DOWN]) == [110 * WAD, 132 * WAD, 88 * WAD]
    assert row(instrument(1, FUTURE, NOW + 1), QUOTE, [UP, DOWN]) == [110 * WAD, 132 * WAD, 88 * WAD]
    assert row(instrument(1, SPOT), QUOTE, [Shock(-1, 0)], spot=7) == [7, 6]  # 6.9993


def test_an_inverse_perpetual_is_minus_the_reciprocal_rounded_down() -> None:
    prices = row(instrument(1, INVERSE), QUOTE, [UP, DOWN])
    assert prices == [-(10**36) // (p * WAD) for p in (110, 132, 88)]
    current, up, down = row(instrument(1, INVERSE), QUOTE, [UP, DOWN], TAYLOR)
    assert (up, down) == (current * 84 // 100, current * 124 // 100)  # 1 - m + m^2


@pytest.mark.parametrize("repricing", [FULL, TAYLOR])
def test_settled_dates_pay_and_move_no_more(repricing: int) -> None:
    settled = QUOTE._replace(settlement=90 * WAD)
    for kind, strike, paid in ((FUTURE, 0, 90), (CALL, 70, 20), (CALL, 95, 0), (PUT, 95, 5), (PUT, 70, 0)):
        held = instrument(1, kind, NOW, strike * WAD)
        assert row(held, settled, [UP, DOWN], repricing) == [paid * WAD] * 3
        assert row(held, settled, [UP], repricing, spot=0) == [paid * WAD] * 2  # reads nothing else


def test_expired_and_not_yet_settled_are_worth_their_payoff_at_the_spot() -> None:
    broken = Quote(0, 2**255, 2**200, 0, 0)  # which is not read
    assert row(instrument(1, FUTURE, NOW - 1), broken, [UP]) == [100 * WAD, 120 * WAD]
    assert row(instrument(1, CALL, NOW - 1, 90 * WAD), broken, [UP, DOWN]) == [10 * WAD, 30 * WAD, 0]
    assert row(instrument(1, PUT, NOW, 90 * WAD), broken, [UP, DOWN]) == [0, 0, 10 * WAD]
    prices = row(instrument(1, CALL, NOW, 90 * WAD), broken, [UP, DOWN], TAYLOR)
    assert prices == [10 * WAD, 30 * WAD, -10 * WAD]  # a delta of one


def test_options_rise_with_volatility_and_calls_and_puts_stay_at_parity() -> None:
    shocks = [UP, DOWN, Shock(0, 5000), Shock(0, -5000), Shock(0, -10_000), Shock(2000, 5000)]
    expiry = NOW + 30 * DAY
    calls, puts = (row(instrument(1, kind, expiry, 105 * WAD), QUOTE, shocks) for kind in (CALL, PUT))
    assert calls[1] > calls[0] > calls[2] and puts[1] < puts[0] < puts[2]
    for prices in (calls, puts):
        assert prices[3] > prices[0] > prices[4] > prices[5]
    discount = Fraction(calls[5], 5 * WAD)  # no volatility: the discounted payoff
    assert puts[5] == 0 and 0.995 < discount < 0.997
    for call, put, shock in zip(calls, puts, [Shock(0, 0), *shocks], strict=True):
        forward = 110 * WAD * (10_000 + shock.spotBps) // 10_000
        assert abs(call - put - discount * (forward - 105 * WAD)) <= 30


def test_greeks_foretell_small_moves_and_less_of_large_ones() -> None:
    held = instrument(1, CALL, NOW + 90 * DAY, 105 * WAD)
    shocks = [Shock(10, 0), Shock(-10, 0), Shock(0, 10), Shock(3000, 0)]
    full, taylor = (row(held, QUOTE, shocks, repricing) for repricing in (FULL, TAYLOR))
    assert full[0] == taylor[0]
    for exact, foretold in zip(full[1:3], taylor[1:3], strict=True):
        assert abs(exact - foretold) < WAD // 10**7 < abs(exact - full[0])
    assert abs(full[3] - taylor[3]) < WAD // 10**5 < abs(full[3] - full[0])
    assert abs(full[4] - taylor[4]) > WAD // 100


def test_a_scaled_shock_leaves_a_hundredth_of_the_price() -> None:
    spot, fallen = instrument(1, SPOT), [Shock(bps, 0) for bps in (-3_959, -3_960, -3_961, -9_999)]
    prices = row(spot, QUOTE, fallen, spot=100 * WAD, scale=25_000)
    assert prices == [100 * WAD, WAD + 25 * WAD // 1_000, WAD, WAD, WAD]


def test_what_is_out_of_range_is_refused() -> None:
    option = instrument(1, CALL, NOW + DAY, WAD)
    spot, perp, inverse = (instrument(1, kind) for kind in (SPOT, PERP, INVERSE))
    refused: list[tuple[Any, Any]] = [
        (lambda: row(spot, QUOTE, [], spot=0), errors.PriceOutOfRange(spot, 0)),
        (lambda: row(perp, QUOTE._replace(forward=2**96), []), errors.PriceOutOfRange(perp, 2**96)),
        (lambda: row(spot, QUOTE, [], scale=2**15 + 1), errors.ShockOutOfRange(1, 2**15 + 1)),
        (lambda: row(spot, QUOTE, [Shock(10_000, 0)], spot=2**95), errors.GridPriceOutOfRange(spot, 2**96)),
        (lambda: row(spot, QUOTE, [UP], spot=MOST), errors.GridPriceOutOfRange(spot, MOST * 12 // 10)),
        (
            lambda: row(inverse, QUOTE._replace(forward=1), [DOWN]),
            errors.GridPriceOutOfRange(inverse, -(10**36)),
        ),
        (lambda: row(option, QUOTE._replace(rate=16 * WAD), []), errors.RateOutOfRange(16 * WAD)),
        (lambda: row(option, QUOTE._replace(volatility=2**88), []), errors.TotalVolatilityOutOfRange(2**88)),
    ]
    for ask, expected in refused:
        with pytest.raises(Revert) as raised:
            ask()
        assert raised.value.data == expected.data
    uncovered = drawn(random.Random(1), FULL)._replace(covers=[])
    assert uncovered.prices().data == errors.UnderlyingNotCovered(uncovered.underlyings[0].underlying).data
    short = drawn(random.Random(3), FULL)
    assert short.scenarios and short._replace(shocks=[]).prices().data == Panic(0x01).data


def cost(contract: Contract, kinds: list[int], repricing: int, positions: int, scenarios: int) -> int:
    """Gas of a grid alone."""
    ids = sorted(
        instrument(
            1 + i % 2,
            kinds[i % len(kinds)],
            NOW + DAY * (7 + 30 * (i % 4)) if kinds[0] >= FUTURE else 0,
            (2000 + 100 * i) * WAD if kinds[0] > FUTURE else 0,
        )
        for i in range(positions)
    )
    case = Case(
        [Position(i, WAD) for i in ids],
        [UnderlyingQuote(u, 3000 * WAD, 10_000, 10_000) for u in sorted({i >> 224 for i in ids})],
        [Quote(3000 * WAD, WAD * 6 // 10, WAD // 20, 0, 10_000)] * positions,
        terms(repricing),
        [Cover(u, 0, 0, 0, 0, 0) for u in (1, 2)],
        [Shock(-2000 + 500 * (s % 9), (-3000, 0, 4000)[s // 9]) for s in range(scenarios)],
        scenarios,
    )
    return int(contract.call("gasOf", case.abi())[0])


def test_gas(contract: Contract, capsys: pytest.CaptureFixture[str]) -> None:
    """All in, for each of 30 positions in each of 27 scenarios."""
    prices = 30 * 27
    options_, greeks, futures = (
        cost(contract, kinds, repricing, 30, 27) / prices
        for kinds, repricing in (([CALL, PUT], FULL), ([CALL, PUT], TAYLOR), ([FUTURE], FULL))
    )
    with capsys.disabled():
        print(f"\ngas per price: option {options_:.0f}, option by greeks {greeks:.0f}, future {futures:.0f}")
    assert options_ <= 5000 and greeks <= 2000 and futures <= 1000


def test_identifiers_are_as_the_library_reads_them() -> None:
    held = instrument(3, PUT, NOW, 5)
    assert (int(kindOf(held)), int(expiryOf(held)), int(strikeOf(held))) == (PUT, NOW, 5)
