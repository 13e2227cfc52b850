"""What a requirement has on top of losses in scenarios: the mirror of AddOns.sol."""

from vmargin.margin.errors import NotionalOutOfRange, UnderlyingNotCovered, UnderlyingNotQuoted
from vmargin.margin.instruments import (
    FUTURE,
    INVERSE,
    SPOT,
    expiryOf,
    isOption,
    isPerpetual,
    kindOf,
    underlyingOf,
)
from vmargin.margin.limits import BPS, PNL, WAD
from vmargin.margin.rounding import ceilDiv_unsigned
from vmargin.margin.shocks import requirePrice
from vmargin.margin.types import Cover, Position, Quote, Terms, UnderlyingQuote
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def base(
    combined: uint256,
    positions: Words[Position],
    rows: Words[uint256],
    time: uint256,
    stablePrice: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    terms: Terms,
    covers: Words[Cover],
    grid: Words[int256],
    scenarios: uint256,
) -> uint256:
    """The combined loss, at least the short-option minimum, and all that is added."""
    least = shortOptionMinimum(
        positions, rows, time, underlyings, quotes, terms.shortOptionBps, grid, scenarios
    )
    amount = least if combined < least else combined
    concentrated = concentration(positions, rows, time, underlyings, quotes, covers, grid, scenarios)
    uncertain = confidence(positions, rows, time, underlyings, quotes, terms.confidenceBps, grid, scenarios)
    amount = amount + concentrated + uncertain
    return amount + depeg(amount, stablePrice, terms)


@kernel
def shortOptionMinimum(
    positions: Words[Position],
    rows: Words[uint256],
    time: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    shortOptionBps: uint256,
    grid: Words[int256],
    scenarios: uint256,
) -> uint256:
    """For options sold, a share of what they are written on. Rounded up."""
    if shortOptionBps == 0:
        return uint256(0)
    total = uint256(0)
    u = uint256(0)
    for i in range(len(positions)):
        position = positions[i]
        if position.size < 0 and isOption(kindOf(position.instrument)):
            u = quoted(underlyings, u, underlyingOf(position.instrument))
            row = rows[i]
            current = grid[row * (scenarios + 1)]
            price = notionalPrice(position.instrument, time, underlyings[u].spot, quotes[row], current)
            total += magnitude(position.size) * price
    return ceilDiv_unsigned(total * shortOptionBps, WAD * BPS)


@kernel
def concentration(
    positions: Words[Position],
    rows: Words[uint256],
    time: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    covers: Words[Cover],
    grid: Words[int256],
    scenarios: uint256,
) -> uint256:
    """For what is held of an underlying beyond its depth. Units, notionals and their sum are rounded up."""
    total = uint256(0)
    units = uint256(0)
    u = uint256(0)
    c = uint256(0)
    for i in range(len(positions)):
        position = positions[i]
        underlying = underlyingOf(position.instrument)
        row = rows[i]
        current = grid[row * (scenarios + 1)]
        units += magnitude(position.size) * unitsOf(position.instrument, time, quotes[row], current)
        if i + 1 < len(positions) and underlyingOf(positions[i + 1].instrument) == underlying:
            continue

        u = quoted(underlyings, u, underlying)
        c = covered(covers, c, underlying)
        units = ceilDiv_unsigned(units, WAD)
        cover = covers[c]
        if units > cover.depth and cover.concentrationBps != 0:
            excess = units - cover.depth
            spot = requirePrice(underlying << 224, underlyings[u].spot)
            notional = ceilDiv_unsigned(excess * spot, WAD)
            if notional >= PNL:
                raise NotionalOutOfRange(underlying, notional)
            total += notional * cover.concentrationBps
        units = uint256(0)
    return ceilDiv_unsigned(total, BPS)


@kernel
def confidence(
    positions: Words[Position],
    rows: Words[uint256],
    time: uint256,
    underlyings: Words[UnderlyingQuote],
    quotes: Words[Quote],
    confidenceBps: uint256,
    grid: Words[int256],
    scenarios: uint256,
) -> uint256:
    """For sources that are less than certain, a share of each position's notional. Rounded up."""
    if confidenceBps == 0:
        return uint256(0)
    total = uint256(0)
    u = uint256(0)
    for i in range(len(positions)):
        position = positions[i]
        u = quoted(underlyings, u, underlyingOf(position.instrument))
        row = rows[i]
        own = quotes[row].confidenceBps
        certain = underlyings[u].confidenceBps if underlyings[u].confidenceBps < own else own
        if certain < BPS:
            current = grid[row * (scenarios + 1)]
            price = notionalPrice(position.instrument, time, underlyings[u].spot, quotes[row], current)
            total += magnitude(position.size) * price * (BPS - certain)
    return ceilDiv_unsigned(total * confidenceBps, WAD * BPS * BPS)


@kernel
def depeg(amount: uint256, stablePrice: uint256, terms: Terms) -> uint256:
    """For a cash asset that is worth less than it should be, a share of an amount. Rounded up."""
    if stablePrice >= terms.pegThreshold:
        return uint256(0)
    gap = terms.pegThreshold - stablePrice
    return ceilDiv_unsigned(amount * gap * terms.depegBps, WAD * BPS)


@kernel
def notionalPrice(
    instrument: uint256, time: uint256, spot: uint256, quote: Quote, current: int256
) -> uint256:
    """What one unit is exposed to, in cash: nothing once it is settled, spot while it waits for that."""
    kind = kindOf(instrument)
    if kind == SPOT:
        return spot
    if kind == INVERSE:
        return magnitude(current)
    if isPerpetual(kind) or time < expiryOf(instrument):
        return quote.forward
    return spot if quote.settlement == 0 else uint256(0)


@kernel
def unitsOf(instrument: uint256, time: uint256, quote: Quote, current: int256) -> uint256:
    """Units of the underlying in one unit of an instrument, with 18 decimals."""
    kind = kindOf(instrument)
    if kind == INVERSE:
        return magnitude(current)
    if kind < FUTURE or time < expiryOf(instrument):
        return WAD
    return WAD if quote.settlement == 0 else uint256(0)


@kernel
def quoted(underlyings: Words[UnderlyingQuote], start: uint256, underlying: uint256) -> uint256:
    """Where an underlying is quoted, from `start` on."""
    for u in range(start, len(underlyings)):
        if underlyings[u].underlying == underlying:
            return uint256(u)
    raise UnderlyingNotQuoted(underlying)


@kernel
def covered(covers: Words[Cover], start: uint256, underlying: uint256) -> uint256:
    """Where an underlying is covered, from `start` on."""
    for c in range(start, len(covers)):
        if covers[c].underlying == underlying:
            return uint256(c)
    raise UnderlyingNotCovered(underlying)


@kernel
def magnitude(x: int256) -> uint256:
    """How far from zero."""
    return uint256(-x) if x < 0 else uint256(x)
