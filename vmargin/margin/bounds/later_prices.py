"""What an instrument is worth, now and in every scenario, while time passes and nothing expires.

Only options decay: between the prices that the least and the greatest volatility over the term, and the
least and the greatest discount, give.
"""

from __future__ import annotations

from vmargin.margin.bounds import option_boxes
from vmargin.margin.bounds.account_lines import PRICE
from vmargin.margin.bounds.lines import Lines, Open, Refused, between, exactly
from vmargin.margin.bounds.moved_prices import ONE, Row
from vmargin.margin.bounds.option_boxes import Box, Movement
from vmargin.margin.options import optionOf
from vmargin.margin.shocks import lnOf
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert


def later(row: Row, price: int, last: int) -> list[Lines]:
    """The prices of a row from its own time until another, with the same price beneath.

    Raises
    ------
    Refused
        If they revert throughout.
    Open
        If they may revert, and may not.
    """
    if not row.option or row.on_spot:
        now = row.at(price)
        if isinstance(now, Revert):
            raise Refused
        return [exactly(value) for value in now]
    if not 0 < price < PRICE:
        raise Refused
    box = _box(row, price, last)
    forwards = [price * (ONE + move) // ONE for move in row.moves]
    if not row.taylor and max(forwards) >= PRICE:
        raise Refused
    current = option_boxes.price(box, price, 0, 0)
    rows = [between(*current)]
    if row.taylor:
        movement = Movement(box)
        for move, volatility in zip(row.moves, row.volatilities, strict=True):
            low, high = movement.over(move, volatility)
            rows.append(between(current.low + low, current.high + high))
    else:
        for move, volatility, forward in zip(row.moves, row.volatilities, forwards, strict=True):
            ln_move = int(lnOf(int256(move)))
            rows.append(between(*option_boxes.price(box, forward, ln_move, volatility)))
    if any(x.most >= PRICE or (row.taylor and x.least <= -PRICE) for x in rows):
        raise Open
    return rows


def _box(row: Row, price: int, last: int) -> Box:
    """All that the option is between the two times. Discounts that no rule takes are of long terms."""
    arguments = uint256(price), row.quote._replace(forward=uint256(price)), row.policy.terms
    try:
        end = optionOf(uint256(row.instrument), uint256(last), *arguments)
    except Revert:
        raise Refused from None
    try:
        start = optionOf(uint256(row.instrument), row.time, *arguments)
    except Revert:
        raise Open from None
    return Box.of(start, end, price, price)
