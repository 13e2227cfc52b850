"""An account of the house at another price or another time: what moves with it, and what is certain of it.

A price is named by what says it in the house: ``2.spot`` the feed of underlying 2, ``2.perp`` and
``2.inverse`` the marks of its perpetuals, ``2.1800000000`` the forward of a date, ``cash`` the price of the
cash asset. ``2`` is all that is quoted of underlying 2 at once: its spot, and marks and forwards in
proportion to it, rounded down. Volatilities, rates and confidences stay, and so do other underlyings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vmargin.errors import UsageError
from vmargin.margin.bounds.lines import Lines, Open, Refused
from vmargin.margin.bounds.moving import OverPrices, OverTimes
from vmargin.margin.instruments import INVERSE, PERP, SPOT, expiryOf, kindOf, underlyingOf
from vmargin.margin.limits import BPS
from vmargin.margin.types import Market, Portfolio, Quote
from vmargin.protocols.base import Price, Within
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.protocols.verdict import HEALTHY, LIQUIDATABLE, Verdict
from vmargin.solidity.integers import int256, uint256

CASH = "cash"
MARKS = {PERP: "perp", INVERSE: "inverse"}


def prices(state: ReferenceState) -> dict[str, Price]:
    """Every price that the account's rule reads, each underlying's own first."""
    if not isinstance(state.inputs, Inputs):
        return {}
    portfolio, market, _ = state.inputs
    found: dict[str, Price] = {}
    for quoted in market.underlyings:
        name, spot = str(int(quoted.underlying)), int(quoted.spot)
        found[name] = Price(spot, 18, f"spot of underlying {name}, and its marks and forwards in proportion")
    for quoted in market.underlyings:
        name, spot = str(int(quoted.underlying)), int(quoted.spot)
        found[f"{name}.spot"] = Price(spot, 18, f"spot of underlying {name} alone")
    for position, quote in zip(portfolio.positions, market.quotes, strict=True):
        surface = _surface(position.instrument, market)
        if surface is not None:
            of, _, part = surface.partition(".")
            what = f"forward of underlying {of} at {part}" if part.isdigit() else f"mark of {part} {of}"
            found[surface] = Price(int(quote.forward), 18, f"{what} alone")
    return {**found, CASH: Price(int(market.stablePrice), 18, "price of the cash asset alone")}


def at_price(state: ReferenceState, name: str, price: int) -> ReferenceState:
    """The account where a price is another one."""
    inputs = _inputs(state)
    if name not in prices(state):
        raise UsageError(
            f"account {state.account} depends on no price {name!r}: there are {', '.join(prices(state))}"
        )
    if not 0 <= price < 1 << 256:
        raise UsageError(f"{name} at {price}: a price is a number of 256 bits, with 18 decimals")
    market = _moved(inputs.portfolio, inputs.market, name, price)
    return ReferenceState(state.account, inputs._replace(market=market))


def time(state: ReferenceState) -> int:
    """Of the block that the state is of."""
    return int(_inputs(state).market.time)


def at_time(state: ReferenceState, then: int) -> ReferenceState:
    """The account at a later block's time, if until then nobody posts, trades, pokes or settles anything.

    What expires in between waits for its settlement at spot. What the state does not hold stands still:
    funding, interest, the age of prices and that of volatility samples.
    """
    inputs = _inputs(state)
    if not time(state) <= then < 1 << 64:
        raise UsageError(f"time {then}: the state is of {time(state)}, and only later times can be foreseen")
    market = _later(inputs.portfolio, inputs.market, then)
    return ReferenceState(state.account, inputs._replace(market=market))


def within(state: ReferenceState, name: str | None) -> Within:
    """Verdicts that are certain for whole intervals of a price, or of time where no price is named."""
    if not isinstance(state.inputs, Inputs):
        refused = Verdict.unknown(f"the engine reverts: {state.inputs}")
        return lambda low, high: refused
    portfolio, market, policy = state.inputs
    if name is None:

        def at(then: int) -> Market:
            return _later(portfolio, market, then)

        return _certain(OverTimes(portfolio, policy, at, time(state)).health)

    def moved(price: int) -> Market:
        return _moved(portfolio, market, name, price)

    return _certain(OverPrices(portfolio, policy, moved, prices(state)[name].now).health)


def _certain(health: Callable[[int, int], Lines]) -> Within:
    def judge(low: int, high: int) -> Verdict | None:
        try:
            lines = health(low, high)
        except Refused:
            return Verdict.unknown("the engine reverts")
        except Open:
            return None
        if lines.least >= 0:
            return HEALTHY
        return LIQUIDATABLE if lines.most < 0 else None

    return judge


def _inputs(state: ReferenceState) -> Inputs:
    if not isinstance(state.inputs, Inputs):
        raise UsageError(
            f"account {state.account}: the engine gave no inputs but {state.inputs}, so nothing can be varied"
        )
    return state.inputs


def _surface(instrument: uint256, market: Market) -> str | None:
    """The name of the mark or the forward that is read of an instrument, if one is."""
    kind, expiry = int(kindOf(instrument)), int(expiryOf(instrument))
    if kind == SPOT or 0 < expiry <= int(market.time):
        return None
    return f"{int(underlyingOf(instrument))}.{MARKS.get(kind) or expiry}"


def _moved(portfolio: Portfolio, market: Market, name: str, price: int) -> Market:
    """The market where a price is another one."""
    if name == CASH:
        return market._replace(stablePrice=uint256(price))
    of, _, part = name.partition(".")
    spots = {int(quoted.underlying): int(quoted.spot) for quoted in market.underlyings}
    quotes = []
    for position, quote in zip(portfolio.positions, market.quotes, strict=True):
        surface = _surface(position.instrument, market)
        underlying = int(underlyingOf(position.instrument))
        if underlying != int(of):
            quotes.append(quote)
        elif surface is None:
            # the feed's spot stands for a forward, unless it is settled
            on_spot = part in ("", "spot") and quote.settlement == 0
            quotes.append(quote._replace(forward=uint256(price)) if on_spot else quote)
        elif part == "" and spots[underlying] != 0:
            proportional = int(quote.forward) * price // spots[underlying]
            quotes.append(quote._replace(forward=uint256(proportional)))
        elif surface == name:
            quotes.append(quote._replace(forward=uint256(price)))
        else:
            quotes.append(quote)
    underlyings = tuple(
        quoted._replace(spot=uint256(price))
        if part in ("", "spot") and int(quoted.underlying) == int(of)
        else quoted
        for quoted in market.underlyings
    )
    return market._replace(underlyings=underlyings, quotes=tuple(quotes))


def _later(portfolio: Portfolio, market: Market, then: int) -> Market:
    """The market at a later time: of what has expired since then the feeds read no surface."""
    spots = {int(quoted.underlying): quoted.spot for quoted in market.underlyings}

    def quotes() -> Iterator[Quote]:
        for position, quote in zip(portfolio.positions, market.quotes, strict=True):
            if int(market.time) < int(expiryOf(position.instrument)) <= then:
                spot = spots[int(underlyingOf(position.instrument))]
                price = spot if quote.settlement == 0 else quote.settlement
                yield Quote(price, uint256(0), int256(0), quote.settlement, BPS)
            else:
                yield quote

    return market._replace(time=uint256(then), quotes=tuple(quotes()))
