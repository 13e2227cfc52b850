"""Prices and greeks of European options by our Black-76, with their parity and discounting."""

from __future__ import annotations

from fractions import Fraction

from vmargin.crosscheck.risk.given import Answer, Case, Given, InexpressibleError
from vmargin.crosscheck.risk.words import WAD, nearest_wad, wad
from vmargin.fixedpoint.solady.fixed_point import expWad, lnWad
from vmargin.fixedpoint.solady.general_numbers import fullMulDiv, sqrt
from vmargin.margin.black76 import price
from vmargin.margin.greeks import chanceAndDensity, greeksOf
from vmargin.margin.options import VOLATILITY_ONE, Option, totalVolatility
from vmargin.solidity.integers import int256, uint256

FAR = 1 << 180
"""In the place of the logarithm of a quotient by zero: an option that is always called."""
LONGEST = 1 << 20
"""Years: a term beyond this would not fit the words."""


def option(
    call: bool, forward: int, strike: int, years: Fraction, volatility: Fraction, discount: int
) -> Option:
    """An option that no scenario has moved."""
    if years >= LONGEST:
        raise InexpressibleError("the term is too long")
    root_years = sqrt(uint256((years.numerator << 200) // years.denominator))
    vol = uint256(nearest_wad(volatility, "the volatility"))
    moneyness = int256(FAR if forward else -FAR)
    if forward and strike:
        moneyness = lnWad(int256(forward)) - lnWad(int256(strike))
    return Option(
        instrument=uint256(0),
        call=call,
        strike=uint256(strike),
        moneyness=moneyness,
        discount=uint256(discount),
        volatility=vol,
        rootYears=root_years,
        deviation=vol * root_years >> 50,
        termScale=int256(WAD),
    )


def value(of: Option, forward: int) -> Fraction:
    """The discounted price."""
    total = totalVolatility(of, uint256(VOLATILITY_ONE))
    undiscounted = price(of.call, uint256(forward), of.strike, of.moneyness, total)
    return Fraction(int(fullMulDiv(undiscounted, of.discount, uint256(WAD))), WAD)


def growth(exponent: Fraction) -> int:
    """The exponential, with 18 decimals."""
    return int(expWad(int256(nearest_wad(exponent, "the exponent"))))


def bsm_price(case: Case) -> Answer:
    """Black-Scholes-Merton as Black-76 on the forward."""
    call = case.given.choice("type", "Call", "Put") == "Call"
    of, forward, _ = _bsm(case.given, call)
    found = value(of, forward)
    return {"price_published": found, "price_exact_25sd": found}


def _bsm(given: Given, call: bool) -> tuple[Option, int, Fraction]:
    """The option, its forward, and how much the forward moves with spot."""
    spot, strike, vol = given.amount("spot"), given.amount("strike"), given.amount("vol")
    years, rate, dividend = given.amount("T"), given.number("r"), given.number("q")
    carry = Fraction(growth((rate - dividend) * years), WAD)
    forward = int(spot * carry * WAD)
    of = option(call, forward, wad(strike, "the strike"), years, vol, growth(-rate * years))
    return of, forward, carry


def black76_price(case: Case) -> Answer:
    """Both options of a strike, and the chance N(d1)."""
    given = case.given
    if given.number("year") <= 0:
        raise InexpressibleError("a year without length")
    years = given.amount("sec_to_expiry") / given.number("year")
    strike, forward = wad(given.amount("strike"), "the strike"), wad(given.amount("forward"), "the forward")
    terms = (forward, strike, years, given.amount("vol"), wad(given.amount("discount"), "the discount"))
    call, put = option(True, *terms), option(False, *terms)
    total = totalVolatility(call, uint256(VOLATILITY_ONE))
    chance = chanceAndDensity(call, uint256(forward), total).chance
    prices = {"call": value(call, forward), "put": value(put, forward)}
    return {
        **prices,
        **{f"exact_{name}": found for name, found in prices.items()},
        "call_delta_undiscounted": Fraction(int(chance), WAD),
    }


def bsm_greek(case: Case) -> Answer:
    """Greeks to spot: those to the forward, by how much it moves with spot."""
    spot = case.given.amount("spot")
    if not spot:
        raise InexpressibleError("the spot is zero")
    call, forward, carry = _bsm(case.given, True)
    put, _, _ = _bsm(case.given, False)
    of_call, of_put = (greeksOf(of, uint256(forward), int256(0)) for of in (call, put))
    greeks = {
        "delta_call": Fraction(int(of_call.delta), WAD) * carry,
        "delta_put": Fraction(int(of_put.delta), WAD) * carry,
        "gamma": Fraction(int(of_call.gammaCash), WAD) / spot**2,
        "vega": Fraction(int(of_call.vega), WAD),
    }
    return {f"{name}_{kind}": x for name, x in greeks.items() for kind in ("published", "exact")}
