"""What every position's instrument is worth now and in every scenario: the mirror of Repricing.sol."""

from typing import Any

from vmargin.margin.dials import TAYLOR
from vmargin.margin.errors import GridPriceOutOfRange, PriceOutOfRange, UnderlyingNotCovered
from vmargin.margin.greeks import Greeks, greeksOf, movement
from vmargin.margin.instruments import (
    CALL,
    INVERSE,
    PUT,
    SPOT,
    expiryOf,
    isOption,
    kindOf,
    strikeOf,
    underlyingOf,
)
from vmargin.margin.limits import PRICE, SHOCK_ONE, WAD
from vmargin.margin.options import Option, optionOf, volatilityFactor
from vmargin.margin.options import priceOf as optionPriceOf
from vmargin.margin.rounding import floorDiv
from vmargin.margin.shocks import lnOf, moveOf, requirePrice, scaleOf, shocked
from vmargin.margin.types import Cover, Position, Quote, Shock, Terms, UnderlyingQuote
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import Panic

ZERO = int256(0)


@kernel
def grid(
    positions: Words[Position],
    time: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    terms: Terms,
    covers: Words[Cover],
    shocks: Words[Shock],
    scenarios: uint256,
    prices: Scratch[int256],
) -> uint256:
    """Each position's current price, then its price in every scenario; returns how many they are."""
    at = uint256(0)
    u = 0
    c = 0
    for row in range(len(positions)):
        instrument = positions[row].instrument
        underlying = underlyingOf(instrument)
        for _ in range(len(underlyings) + 1):
            if underlyings[u].underlying == underlying:
                break
            u += 1
        for _ in range(len(covers)):
            if c == len(covers) or covers[c].underlying >= underlying:
                break
            c += 1
        if c == len(covers) or covers[c].underlying != underlying:
            raise UnderlyingNotCovered(underlying)
        at = fill(
            instrument,
            time,
            underlyings[u],
            quotes[row],
            terms,
            shocks,
            covers[c].table * scenarios,
            scenarios,
            prices,
            at,
        )
    return at


@kernel
def fill(
    instrument: uint256,
    time: uint256,
    underlying: UnderlyingQuote,
    quote: Quote,
    terms: Terms,
    shocks: Words[Shock],
    first: uint256,
    scenarios: uint256,
    prices: Scratch[int256],
    at: uint256,
) -> uint256:
    """One row, from `at` on, and where the next begins."""
    next_ = at + scenarios + 1
    if first + scenarios > uint256(len(shocks)) or next_ > uint256(len(prices)):
        raise Panic(0x01)
    if settled(instrument, time, quote):
        paid = payoff(instrument, requirePrice(instrument, quote.settlement))
        for i in range(at, next_):
            prices[i] = paid
        return next_
    price = basis(instrument, time, underlying, quote)
    scale = scaleOf(underlying)
    taylor = terms.repricing == TAYLOR
    if isOption(kindOf(instrument)):
        option = optionOf(instrument, time, price, quote, terms)
        current = optionPriceOf(option, price, ZERO, ZERO)
        prices[at] = current
        if taylor:
            greeks = greeksOf(option, price, quote.rate)
            for i in range(scenarios):
                s = uint256(i)
                move = moveOf(shocks[first + s].spotBps, scale)
                volatilityBps = shocks[first + s].volatilityBps
                prices[at + 1 + s] = byGreeks(option, greeks, price, current, move, volatilityBps)
            return next_
        for i in range(scenarios):
            s = uint256(i)
            move = moveOf(shocks[first + s].spotBps, scale)
            forward = shocked(instrument, price, move)
            prices[at + 1 + s] = optionPriceOf(option, forward, lnOf(move), shocks[first + s].volatilityBps)
        return next_
    current = linear(instrument, price)
    prices[at] = current
    for i in range(scenarios):
        s = uint256(i)
        move = moveOf(shocks[first + s].spotBps, scale)
        if taylor:
            prices[at + 1 + s] = linearTaylor(instrument, price, current, move)
        else:
            prices[at + 1 + s] = linear(instrument, shocked(instrument, price, move))
    return next_


@kernel
def priceOf(
    instrument: uint256, time: uint256, underlying: UnderlyingQuote, quote: Quote, terms: Terms, shock: Shock
) -> int256:
    """One price of a row, for those who need no grid: the current one where the shock is of zeros."""
    if settled(instrument, time, quote):
        return payoff(instrument, requirePrice(instrument, quote.settlement))
    price = basis(instrument, time, underlying, quote)
    scale = scaleOf(underlying)
    taylor = terms.repricing == TAYLOR
    if isOption(kindOf(instrument)):
        option = optionOf(instrument, time, price, quote, terms)
        move = moveOf(shock.spotBps, scale)
        if taylor:
            current = optionPriceOf(option, price, ZERO, ZERO)
            greeks = greeksOf(option, price, quote.rate)
            return byGreeks(option, greeks, price, current, move, shock.volatilityBps)
        return optionPriceOf(option, shocked(instrument, price, move), lnOf(move), shock.volatilityBps)
    move = moveOf(shock.spotBps, scale)
    if taylor:
        return linearTaylor(instrument, price, linear(instrument, price), move)
    return linear(instrument, shocked(instrument, price, move))


@kernel
def byGreeks(
    option: Option, greeks: Greeks, price: uint256, current: int256, move: int256, volatilityBps: int256
) -> int256:
    """An option in a scenario, by its derivatives."""
    factor = volatilityFactor(option, volatilityBps)
    value = current + movement(option, greeks, price, move, factor)
    if value <= -int256(PRICE) or value >= int256(PRICE):
        raise GridPriceOutOfRange(option.instrument, value)
    return value


@kernel
def linearTaylor(instrument: uint256, price: uint256, current: int256, move: int256) -> int256:
    """What has no strike, up to the square of a relative move: only an inverse perpetual is not exact."""
    if kindOf(instrument) == INVERSE:
        return secondOrder(instrument, current, move)
    return linear(instrument, shocked(instrument, price, move))


@kernel
def settled(instrument: uint256, time: uint256, quote: Quote) -> bool:
    """Whether it is dated, and its date's price is known: then no scenario moves it."""
    expiry = expiryOf(instrument)
    return expiry != 0 and time >= expiry and quote.settlement != 0


@kernel
def basis(instrument: uint256, time: uint256, underlying: UnderlyingQuote, quote: Quote) -> uint256:
    """The price that shocks move: the spot for spot and for what has expired unsettled, else the forward."""
    expiry = expiryOf(instrument)
    spot = kindOf(instrument) == SPOT or (expiry != 0 and time >= expiry)
    return requirePrice(instrument, underlying.spot if spot else quote.forward)


@kernel
def payoff(instrument: uint256, price: uint256) -> int256:
    """What a dated instrument pays at the price; the price itself where there is no strike. Exact."""
    kind = kindOf(instrument)
    strike = strikeOf(instrument)
    if kind == CALL:
        return int256(price - strike) if price > strike else ZERO
    if kind == PUT:
        return int256(strike - price) if price < strike else ZERO
    return int256(price)


def _linear(instrument: Any, price: Any) -> Any:
    """Its price, or minus the reciprocal."""
    return -(10**36) / price if kindOf(uint256(int(instrument))) == INVERSE else price


@kernel(truth=_linear)
def linear(instrument: uint256, price: uint256) -> int256:
    """Its price, exactly; of an inverse perpetual minus the reciprocal of it, rounded down."""
    if kindOf(instrument) != INVERSE:
        return int256(price)
    if price == 0:
        raise PriceOutOfRange(instrument, price)
    value = -int256((WAD * WAD + price - 1) / price)
    if value <= -int256(PRICE):
        raise GridPriceOutOfRange(instrument, value)
    return value


@kernel
def secondOrder(instrument: uint256, current: int256, move: int256) -> int256:
    """An inverse perpetual's value up to the square of a relative move; rounded down."""
    one = int256(SHOCK_ONE)
    value = floorDiv(current * (one * one - one * move + move * move), uint256(one * one))
    if value <= -int256(PRICE):
        raise GridPriceOutOfRange(instrument, value)
    return value
