"""What an instrument is worth, now and in every scenario, while the price beneath it moves: between lines.

A price without a strike is affine, that of an inverse perpetual concave, that of an option convex by Black's
formula: so a chord bounds it on one side, and on the other the chord of prices beyond the interval, drawn
out. Integers miss these functions by what their roundings come to; options by what Options.sol states.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple

from vmargin.margin.bounds import option_boxes
from vmargin.margin.bounds.account_lines import PRICE, expiry_of, kind_of
from vmargin.margin.bounds.lines import Lines, Open, Refused, between, chord, exactly, negative, plus
from vmargin.margin.bounds.option_boxes import Box, Movement
from vmargin.margin.dials import TAYLOR
from vmargin.margin.instruments import CALL, INVERSE, PUT, SPOT
from vmargin.margin.limits import SHOCK_ONE
from vmargin.margin.options import Option, optionOf
from vmargin.margin.repricing import fill
from vmargin.margin.shocks import moveOf
from vmargin.margin.types import Market, Policy, Quote, Shock, UnderlyingQuote
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

ONE = int(SHOCK_ONE)


class Miss(NamedTuple):
    """By how much a function may be below an integer that stands for it, and above it."""

    below: int
    above: int


class Row:
    """One position's instrument under a policy, at any price beneath it.

    Parameters
    ----------
    instrument
        What is held.
    market, quote, underlying
        For all that does not move.
    policy
        For the shocks.
    """

    def __init__(
        self, instrument: int, market: Market, quote: Quote, underlying: UnderlyingQuote, policy: Policy
    ) -> None:
        self.instrument, self.kind = instrument, kind_of(instrument)
        self.time, self.quote, self.underlying, self.policy = market.time, quote, underlying, policy
        expired = 0 < expiry_of(instrument) <= int(market.time)
        self.settled = expired and quote.settlement != 0
        self.on_spot = self.kind == SPOT or expired
        self.taylor = policy.terms.repricing == TAYLOR
        self.option = self.kind in (CALL, PUT)
        scenarios = len(policy.weightsBps)
        tables = {int(cover.underlying): int(cover.table) for cover in policy.covers}
        self._first = tables[instrument >> 224] * scenarios
        own = policy.shocks[self._first : self._first + scenarios]
        scale = int256(underlying.shockScaleBps)
        self.moves = [int(moveOf(shock.spotBps, scale)) for shock in own]
        self.volatilities = [int(shock.volatilityBps) for shock in own]
        self._shocks = Words(Shock, policy.shocks)
        self._known: dict[int, tuple[int, ...] | Revert] = {}
        self._order: list[int] = []

    def beneath(self, underlying: UnderlyingQuote, quote: Quote) -> int:
        """The price that shocks move; of what is settled the price that it was settled at."""
        if self.settled:
            return int(quote.settlement)
        return int(underlying.spot if self.on_spot else quote.forward)

    def at(self, price: int) -> tuple[int, ...] | Revert:
        """The contract's own prices, or why there are none."""
        if price not in self._known:
            self._known[price] = self._filled(uint256(price))
            bisect.insort(self._order, price)
        return self._known[price]

    def _quotes(self, price: uint256) -> tuple[UnderlyingQuote, Quote]:
        if self.on_spot:
            return self.underlying._replace(spot=price), self.quote
        return self.underlying, self.quote._replace(forward=price)

    def _filled(self, price: uint256) -> tuple[int, ...] | Revert:
        scenarios = len(self.policy.weightsBps)
        prices = Scratch(int256, scenarios + 1)
        try:
            fill.checked(
                uint256(self.instrument),
                self.time,
                *self._quotes(price),
                self.policy.terms,
                self._shocks,
                uint256(self._first),
                uint256(scenarios),
                prices,
                uint256(0),
            )
        except Revert as revert:
            return revert
        return tuple(map(int, prices))

    def option_at(self, price: int) -> Option:
        """What the contract makes of the option."""
        _, quote = self._quotes(uint256(price))
        return optionOf(uint256(self.instrument), self.time, uint256(price), quote, self.policy.terms)

    def over(self, first: int, last: int, *, rounded: bool) -> list[Lines]:
        """Its prices while the one beneath it goes from the one to the other.

        Parameters
        ----------
        first, last
            The ends, which may be one.
        rounded
            Whether what is beneath is itself rounded down from what goes straight from end to end.

        Raises
        ------
        Refused
            If they revert throughout.
        Open
            If they may revert, and may not.
        """
        low, high = self.at(first), self.at(last)
        if isinstance(low, Revert) or isinstance(high, Revert):
            raise self._refusal(low, high, first, last)
        if first == last:
            return [exactly(price) for price in low]
        known = self._around(first, last)
        misses = self._misses(min(known), max(known))
        columns = zip(*known.values(), strict=True)
        if self.option and self.taylor:
            rows = self._foretold(known, first, last, misses[0])
        else:
            rows = [
                self._bounded(dict(zip(known, column, strict=True)), first, last, miss)
                for column, miss in zip(columns, misses, strict=True)
            ]
        if rounded:
            rows = [_widened(x, last - first) for x in rows]
        # the forwards in scenarios are in range at both ends; an option's own price need not be
        if self.option and any(x.most >= PRICE or (self.taylor and x.least <= -PRICE) for x in rows):
            raise Open
        return rows

    def near(self, price: int) -> list[Lines]:
        """Its prices at one price beneath, as far as shapes tell them: intervals tell hardly more.

        By twice the misses, so that where this is not enough narrower and narrower intervals are not, either.
        """
        known = self.at(price)
        if isinstance(known, Revert):
            raise Refused
        offs = [2 * (below + above) for below, above in self._misses(price, price)]
        return [between(x - off, x + off) for x, off in zip(known, offs, strict=True)]

    def _around(self, first: int, last: int) -> dict[int, tuple[int, ...]]:
        """The prices at the ends and the next ones on either side that are known."""
        at, end = bisect.bisect_left(self._order, first), bisect.bisect_right(self._order, last)
        near = [*self._order[max(0, at - 1) : at], first, last, *self._order[end : end + 1]]
        found = {price: self._known[price] for price in near}
        return {price: row for price, row in found.items() if not isinstance(row, Revert)}

    def _bounded(self, known: dict[int, int], first: int, last: int, miss: Miss) -> Lines:
        """One of its prices, by its shape."""
        if self.option:
            return convex(known, first, last, miss)
        if self.kind == INVERSE:
            flipped = {price: -value for price, value in known.items()}
            return negative(convex(flipped, first, last, Miss(miss.above, miss.below)))
        return chord(known[first], known[last], miss.above, miss.above)

    def _foretold(self, known: dict[int, tuple[int, ...]], first: int, last: int, miss: Miss) -> list[Lines]:
        """An option's price, and what its derivatives make of it in scenarios."""
        current = convex({price: row[0] for price, row in known.items()}, first, last, miss)
        movement = Movement(Box.of(self.option_at(first), self.option_at(last), first, last))
        pairs = zip(self.moves, self.volatilities, strict=True)
        return [current, *(plus(current, between(*movement.over(*pair))) for pair in pairs)]

    def _misses(self, low: int, high: int) -> list[Miss]:
        """Of each of its prices between two prices beneath."""
        moves = (0, *self.moves)
        if self.option:
            option = self.option_at(high)
            strike, discount = int(option.strike), int(option.discount)
            offs = [option_boxes.miss_of(high * (ONE + m) // ONE, strike, discount) for m in moves]
            return [Miss(off, off) for off in offs]
        if self.kind != INVERSE:
            return [Miss(0, int(m != 0)) for m in moves]
        if self.taylor:
            # of what is above, a share of what the current price misses is in it
            return [Miss(0, (ONE * ONE - ONE * m + m * m) // (ONE * ONE) + 2) for m in moves]
        return [Miss(0, 10**36 // (low * (ONE + m) // ONE) ** 2 + 2) for m in moves]

    def _refusal(
        self, low: tuple[int, ...] | Revert, high: tuple[int, ...] | Revert, first: int, last: int
    ) -> Exception:
        """Whether a revert at one end is one throughout: of a price that only gets further out of range."""
        if isinstance(low, Revert) and self._side(low, first) in (0, 1):
            return Refused()
        if isinstance(high, Revert) and self._side(high, last) in (0, -1):
            return Refused()
        return Open()

    def _side(self, revert: Revert, price: int) -> int | None:
        """1 where all higher prices revert, too; -1 where all lower do; 0 where all do; None if unknown."""
        name = str(revert).partition("(")[0]
        if self.settled or name not in ("PriceOutOfRange", "GridPriceOutOfRange"):
            return 0
        if price == 0:
            return -1
        shocked = not (self.taylor and (self.option or self.kind == INVERSE))
        if price >= PRICE or (shocked and price * (ONE + max((0, *self.moves))) // ONE >= PRICE):
            return 1
        # what is left but options are inverse perpetuals, which lose without end as the price falls
        return None if self.option else -1


def convex(known: dict[int, int], first: int, last: int, miss: Miss) -> Lines:
    """Between what lines the integers are that stand for a convex function which rises, or falls, throughout.

    Parameters
    ----------
    known
        Integers at the ends and, on either side, at one price beyond or none.
    first, last
        The ends.
    miss
        By how much the function may be below its integers, and above.
    """
    below, above = miss
    x, y, width = known[first], known[last], last - first
    lowest = min(x, y) - below - above
    low = [(lowest, lowest)]
    for price, value in known.items():
        if price < first:
            start = x - below
            end = start + (start - value - above) * width // (first - price)
            low.append((start - above, end - above))
        elif price > last:
            start = y - below
            end = start + (start - value - above) * width // (price - last)
            low.append((end - above, start - above))
    return Lines(*max(low, key=sum), x + above + below, y + above + below)


def _widened(x: Lines, width: int) -> Lines:
    """The same where the place between the ends is off by less than one."""
    down = -(-abs(x.low_last - x.low) // width)
    up = -(-abs(x.high_last - x.high) // width)
    return Lines(x.low - down, x.low_last - down, x.high + up, x.high_last + up)


def rows_of(instruments: Sequence[int], market: Market, policy: Policy) -> list[Row]:
    """A row for each instrument, quoted in the market."""
    underlyings = {int(u.underlying): u for u in market.underlyings}
    return [
        Row(instrument, market, quote, underlyings[instrument >> 224], policy)
        for instrument, quote in zip(instruments, market.quotes, strict=True)
    ]
