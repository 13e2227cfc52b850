"""Options in scenarios, term, discount and volatility around Black's formula: the mirror of Options.sol."""

from typing import NamedTuple

from vmargin.fixedpoint.solady.fixed_point import expWad, lnWad
from vmargin.fixedpoint.solady.general_numbers import sqrt
from vmargin.margin.black76 import price as black
from vmargin.margin.errors import (
    GridPriceOutOfRange,
    RateOutOfRange,
    TotalVolatilityOutOfRange,
)
from vmargin.margin.instruments import CALL, expiryOf, kindOf, strikeOf
from vmargin.margin.limits import BPS, PRICE, WAD
from vmargin.margin.types import Quote, Terms
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


class Option(NamedTuple):
    """What of an option is the same in every scenario."""

    instrument: uint256
    call: bool
    strike: uint256
    moneyness: int256
    discount: uint256
    volatility: uint256
    rootYears: uint256
    deviation: uint256
    termScale: int256


ZERO = uint256(0)
YEAR = uint256(365 * 24 * 60 * 60)
THIRTY_DAYS = int256(30 * 24 * 60 * 60)
VOLATILITY_ONE = int256(10**22)
VOLATILITY = uint256(1 << 88)
TERM_SCALE = int256(1 << 80)
RATE = int256(16 * 10**18)
GROWTH = int256(8 * 10**18)


@kernel
def optionOf(instrument: uint256, time: uint256, price: uint256, quote: Quote, terms: Terms) -> Option:
    """An option on its way to expiry, or at its end, where only its payoff matters."""
    call = kindOf(instrument) == CALL
    strike = strikeOf(instrument)
    expiry = expiryOf(instrument)
    if time >= expiry:
        return Option(instrument, call, strike, int256(0), WAD, ZERO, ZERO, ZERO, int256(0))
    term = expiry - time
    if quote.volatility >= VOLATILITY:
        raise TotalVolatilityOutOfRange(quote.volatility)
    moneyness = lnWad(int256(price)) - lnWad(int256(strike))
    discount = discountOf(quote.rate, term)
    rootYears = sqrt((term << 200) / YEAR)
    deviation = quote.volatility * rootYears >> 50
    return Option(
        instrument,
        call,
        strike,
        moneyness,
        discount,
        quote.volatility,
        rootYears,
        deviation,
        termScaleOf(term, terms),
    )


@kernel
def discountOf(rate: int256, term: uint256) -> uint256:
    """What a unit paid after a term is worth."""
    if rate <= -RATE or rate >= RATE:
        raise RateOutOfRange(rate)
    exponent = -rate * int256(term) / int256(YEAR)
    if exponent > GROWTH:
        raise RateOutOfRange(rate)
    return uint256(expWad(exponent))


@kernel
def termScaleOf(term: uint256, terms: Terms) -> int256:
    """(30 days / max(term, floor)) ^ power, an approximation; exactly one where the power is 0."""
    if terms.termPowerBps == 0:
        return int256(WAD)
    least = int256(terms.termFloor if term < terms.termFloor else term)
    ln = lnWad(THIRTY_DAYS) - lnWad(least)
    scale = expWad(int256(terms.termPowerBps) * ln / int256(BPS))
    return scale if scale < TERM_SCALE else TERM_SCALE


@kernel
def volatilityFactor(option: Option, volatilityBps: int256) -> uint256:
    """What a shock multiplies volatilities by, with 22 decimals: exact, and not below 0."""
    factor = VOLATILITY_ONE + volatilityBps * option.termScale
    return ZERO if factor < 0 else uint256(factor)


@kernel
def totalVolatility(option: Option, factor: uint256) -> uint256:
    """Volatility after the shock over the whole term, rounded down."""
    return option.deviation * factor / uint256(VOLATILITY_ONE) >> 50


@kernel
def priceOf(option: Option, forward: uint256, lnMove: int256, volatilityBps: int256) -> int256:
    """The discounted price at a forward after a move, of which `lnMove` is the logarithm; rounded down."""
    total = totalVolatility(option, volatilityFactor(option, volatilityBps))
    undiscounted = black(option.call, forward, option.strike, option.moneyness + lnMove, total)
    value = int256(undiscounted * option.discount / WAD)
    if value >= int256(PRICE):
        raise GridPriceOutOfRange(option.instrument, value)
    return value
