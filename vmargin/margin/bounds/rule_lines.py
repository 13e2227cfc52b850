"""The rule on prices that lie between lines: between which lines its health does, or that it reverts.

What it does with a grid of prices, a step after another as the kernels do, in numbers of :mod:`lines`. Sums
keep how prices move together, so that what hedges cancels; a maximum is bounded by a chord from above and by
one of its terms from below. That the kernels are within these lines a test holds, for all settings.
"""

from __future__ import annotations

from vmargin.margin.bounds.account_lines import BPS, PNL, PRICE, WAD, Moving, expiry_of, kind_of
from vmargin.margin.bounds.lines import (
    ZERO,
    Lines,
    Open,
    Refused,
    ceiled,
    exactly,
    floored,
    largest,
    minus,
    negative,
    plus,
    product,
    require_between,
    scaled,
    total,
    weighted,
)
from vmargin.margin.bounds.loss_lines import combined
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PUT, SPOT


def health(m: Moving) -> Lines:
    """Value less haircut less maintenance requirement: the account can be liquidated where it is negative.

    Raises
    ------
    Refused
        If the rule reverts throughout.
    Open
        If it may revert, and may not.
    """
    maintenance = ceiled(scaled(base(m), int(m.policy.terms.maintenanceBps)), BPS)
    return minus(minus(value(m), haircut(m)), maintenance)


# what is added


def base(m: Moving) -> Lines:
    """The combined loss, at least the short-option minimum, and all that is added."""
    amount = largest([combined(m), short_option_minimum(m)])
    amount = plus(plus(amount, concentration(m)), confidence(m))
    terms = m.policy.terms
    gap = largest([ZERO, minus(exactly(int(terms.pegThreshold)), m.stable)])
    return plus(amount, ceiled(scaled(product(amount, gap), int(terms.depegBps)), WAD * BPS))


def short_option_minimum(m: Moving) -> Lines:
    """For options sold, a share of what they are written on."""
    share = int(m.policy.terms.shortOptionBps)
    sold = [i for i, p in enumerate(m.positions) if p.size < 0 and kind_of(int(p.instrument)) in (CALL, PUT)]
    if share == 0:
        return ZERO
    notional = total(scaled(notional_price(m, i), -int(m.positions[i].size)) for i in sold)
    return ceiled(scaled(notional, share), WAD * BPS)


def concentration(m: Moving) -> Lines:
    """For what is held of an underlying beyond its depth."""
    held: dict[int, list[Lines]] = {}
    for i, position in enumerate(m.positions):
        units = scaled(units_of(m, i), abs(int(position.size)))
        held.setdefault(int(position.instrument) >> 224, []).append(units)
    covers = {int(cover.underlying): cover for cover in m.policy.covers}
    terms = []
    for name, parts in held.items():
        cover, units = covers[name], ceiled(total(parts), WAD)
        excess = largest([ZERO, minus(units, exactly(int(cover.depth)))])
        if cover.concentrationBps == 0 or excess.most <= 0:
            continue
        try:
            require_between(m.spots[name], 0, PRICE)
            notional = ceiled(product(excess, m.spots[name]), WAD)
            require_between(notional, -PNL, PNL)
        except Refused:
            # where there may be no excess nothing is asked of the spot
            raise Refused if excess.least > 0 else Open from None
        terms.append(scaled(notional, int(cover.concentrationBps)))
    return ceiled(total(terms), BPS)


def confidence(m: Moving) -> Lines:
    """For sources that are less than certain, a share of each position's notional."""
    share = int(m.policy.terms.confidenceBps)
    terms = []
    for i, position in enumerate(m.positions):
        quoted = m.underlyings[int(position.instrument) >> 224]
        certain = min(int(m.quotes[i].confidenceBps), int(quoted.confidenceBps))
        if share and certain < BPS:
            terms.append(scaled(notional_price(m, i), abs(int(position.size)) * (BPS - certain)))
    return ceiled(scaled(total(terms), share), WAD * BPS * BPS)


def notional_price(m: Moving, i: int) -> Lines:
    """What one unit is exposed to, in cash."""
    instrument, quote = int(m.positions[i].instrument), m.quotes[i]
    kind, spot = kind_of(instrument), m.spots[instrument >> 224]
    if kind == SPOT:
        return spot
    if kind == INVERSE:
        return negative(m.grid[i][0])
    if kind < FUTURE or m.time < expiry_of(instrument):
        return m.forwards[i]
    return spot if quote.settlement == 0 else ZERO


def units_of(m: Moving, i: int) -> Lines:
    """Units of the underlying in one unit of an instrument."""
    instrument = int(m.positions[i].instrument)
    if kind_of(instrument) == INVERSE:
        return negative(m.grid[i][0])
    if kind_of(instrument) < FUTURE or m.time < expiry_of(instrument):
        return exactly(WAD)
    return exactly(WAD if m.quotes[i].settlement == 0 else 0)


# what it is worth


def value(m: Moving) -> Lines:
    """Cash and positions at current prices."""
    worth = weighted([row[0] for row in m.grid], [int(p.size) for p in m.positions])
    return plus(exactly(m.cash), floored(worth, WAD))


def haircut(m: Moving) -> Lines:
    """A share of spot that is held, up to a cap, and all of it beyond: the larger of two lines."""
    covers = {int(cover.underlying): cover for cover in m.policy.covers}
    terms = []
    for position in m.positions:
        name = int(position.instrument) >> 224
        if kind_of(int(position.instrument)) == SPOT and position.size > 0:
            share, cap = int(covers[name].haircutBps), int(covers[name].collateralCap) * WAD
            notional = scaled(m.spots[name], int(position.size))
            beyond = plus(scaled(notional, BPS), exactly(cap * (share - BPS)))
            terms.append(largest([scaled(notional, share), beyond]))
    return ceiled(total(terms), WAD * BPS)
