"""Black's formula on chain: equal to its mirror, as close to the truth as it says, and without arbitrage."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import NamedTuple

import pytest

from tests.differential.library import Library
from tests.margin.domains import cases
from vmargin.fixedpoint.solady import lnWad
from vmargin.margin.black76 import outOfTheMoney, price
from vmargin.solidity import exact

WAD = 10**18
MOST = 2**96 - 1
MOST_TOTAL = 2**124 - 1
BOUND = Fraction(3, 10**18)
"""Of a price's error, as a share of the lesser of forward and strike, beside one unit of the price."""

LIBRARY = Library("Black76Harness", "vmargin.margin.black76")


class Case(NamedTuple):
    call: bool
    forward: int
    strike: int
    total: int

    def arguments(self) -> tuple[int, ...]:
        moneyness = int(lnWad(self.forward)) - int(lnWad(self.strike)) if self.forward else 0
        return self.call, self.forward, self.strike, moneyness, self.total

    def price(self) -> int:
        return int(price(*self.arguments()))


def drawn(rng: random.Random) -> Case:
    """Of every size and moneyness; total volatilities from one unit to far beyond where they matter."""
    forward = rng.choice([rng.randrange(1, 2 ** rng.randint(1, 96)), rng.randrange(WAD, 10**5 * WAD)])
    near = int(forward * 2 ** rng.gauss(0, rng.choice([0.001, 0.1, 1, 5])))
    strike = rng.choice([rng.randrange(1, 2 ** rng.randint(1, 96)), near, forward + rng.randint(-3, 3)])
    total = rng.choice(
        [rng.randrange(1, 25 * WAD), rng.randrange(1, WAD), rng.randrange(1, 2 ** rng.randint(1, 124))]
    )
    return Case(rng.random() < 0.5, forward, min(max(strike, 1), MOST), total)


def draws(number: int, seed: str) -> list[Case]:
    rng = random.Random(seed)
    return [drawn(rng) for _ in range(number)]


def truth(case: Case) -> tuple[Fraction, Fraction]:
    """The price in the books, between two bounds."""
    call, forward, strike, total = case
    s = Fraction(total, WAD)
    d1 = exact.ln(Fraction(forward, strike)) / s + s / 2
    side = 1 if call else -1
    value = side * (forward * exact.normal_cdf(side * d1) - strike * exact.normal_cdf(side * (d1 - s)))
    return exact.bounds(exact.maximum(value, 0))


def test_every_function_has_its_mirror() -> None:
    assert LIBRARY.unpaired() == []


def test_prices_equal_the_contracts(long: bool) -> None:
    pair = LIBRARY.pair("price")
    edges = [(1, 1), (1, MOST), (MOST, 1), (MOST, MOST), (WAD, WAD), (0, WAD), (2**90, 1), (WAD, WAD + 1)]
    given = draws(50_000 if long else 1500, "contract")
    given += [
        Case(call, forward, strike, total)
        for call in (True, False)
        for forward, strike in edges
        for total in (0, 1, 2, WAD, 24 * WAD, 25 * WAD, MOST_TOTAL)
    ]
    # a rounded logarithm may have the wrong sign
    given += [Case(call, WAD, WAD + step, 1) for call in (True, False) for step in (-1, 1)]
    cases_ = [case.arguments() for case in given]
    cases_ += [(*case[:3], -case[3], case[4]) for case in cases_ if abs(case[3]) < 10**6]
    pair.check(cases_)


def test_shares_equal_the_contracts(long: bool) -> None:
    pair = LIBRARY.pair("outOfTheMoney")
    domain = {"lesser": (0, MOST), "x": (0, 66_600_000_000_000_000_000), "s": (0, MOST_TOTAL)}
    near = {**domain, "s": (1, 25 * WAD)}
    pair.check(cases(pair, domain, 20_000 if long else 700))
    pair.check([case for case in cases(pair, near, 20_000 if long else 1400) if case[2]][::2])


def test_prices_are_as_close_as_they_say(long: bool) -> None:
    worst = Fraction(0)
    with exact.precision(512):
        for case in draws(50_000 if long else 1200, "truth"):
            low, high = truth(case)
            off = max(case.price() - low, high - case.price())
            worst = max(worst, (off - 1) / min(case.forward, case.strike))
    assert Fraction(1, 10**19) < worst < BOUND, float(worst)


def test_calls_and_puts_are_at_parity_and_within_their_bounds() -> None:
    for case in draws(700, "parity"):
        call, put = case._replace(call=True).price(), case._replace(call=False).price()
        assert call - put == case.forward - case.strike
        assert max(0, case.forward - case.strike) <= call <= case.forward
        assert max(0, case.strike - case.forward) <= put <= case.strike


def test_prices_rise_with_volatility_and_fall_with_the_strike_up_to_the_bound() -> None:
    rng = random.Random("monotone")
    for case in draws(500, "monotone"):
        slack = 2 * (1 + BOUND * min(case.forward, case.strike))
        higher = case._replace(total=min(MOST_TOTAL, case.total + rng.choice([1, 1000, case.total])))
        assert higher.price() >= case.price() - slack
        further = case._replace(strike=min(MOST, case.strike + rng.choice([1, 1000, case.strike])))
        change = further.price() - case.price()
        slack += 2 * BOUND * (further.strike - case.strike)
        assert -(further.strike - case.strike) - slack <= (change if case.call else -change) <= slack


@pytest.mark.parametrize(
    ("forward", "strike"), [(WAD, WAD), (2**90, 1), (1, 2**90), (3000 * WAD, 3100 * WAD)]
)
def test_without_volatility_the_price_is_the_payoff(forward: int, strike: int) -> None:
    assert Case(True, forward, strike, 0).price() == max(0, forward - strike)
    assert Case(False, forward, strike, 0).price() == max(0, strike - forward)


def test_with_boundless_volatility_the_price_is_its_most() -> None:
    for total in (25 * WAD, MOST_TOTAL):
        for forward, strike in ((WAD, WAD), (MOST, 1), (1, MOST)):
            assert Case(True, forward, strike, total).price() == forward
            assert Case(False, forward, strike, total).price() == strike


def test_a_unit_of_volatility_is_worth_what_it_is() -> None:
    """At the money, a share of 0.3989 of a forward of 2^96: the least that a price can show."""
    assert abs(Case(True, MOST, MOST, 1).price() / MOST * WAD - 0.39894) <= 3
    low, high = exact.bounds(outOfTheMoney.truth(Fraction(MOST), Fraction(0), Fraction(1)))
    assert low / MOST * WAD < Fraction(39895, 10**5) and high / MOST * WAD > Fraction(39894, 10**5)
