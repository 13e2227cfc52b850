"""Paradex's cross margin: each position by itself, POSITION · WORST · SUM over its own move."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from vmargin.crosscheck.risk.given import Answer, Case, InexpressibleError, as_list, as_number, as_text
from vmargin.crosscheck.risk.scan import reprice, scan
from vmargin.crosscheck.risk.words import WAD, wad
from vmargin.errors import UsageError
from vmargin.margin.instruments import PERP

OPTION_MMF = Fraction(1, 2)
"""Maintenance of an option that is held, as a share of its premium; its row does not say."""
NUMBERS = ("mark", "imf", "mmf_factor", "spot")
"""What the texts of a row may tell; others are not needed."""
SIDES = {"BUY": 1, "LONG": 1, "SELL": -1, "SHORT": -1}


class Held(NamedTuple):
    """A row: what is held of what, and the numbers that go with it."""

    name: str
    kind: str
    size: Fraction
    numbers: dict[str, Fraction]

    def number(self, key: str) -> Fraction:
        """One of its numbers."""
        if key not in self.numbers:
            raise InexpressibleError(f"{key} of {self.name} is not in the file")
        return self.numbers[key]


def totals(case: Case) -> Answer:
    """Requirements of perpetuals and of options held, and their sum; a provision for fees is not in it."""
    rows = [
        _held(row, f"{case.given.where}.positions[{i}]")
        for i, row in enumerate(case.given.items("positions"))
    ]
    answer: Answer = {"exchange_IMR": Fraction(0), "exchange_MMR": Fraction(0)}
    for row in rows:
        if row.kind == "perp":
            initial = _perpetual(row.size, row.number("mark"), row.number("imf"))
            share = row.number("mmf_factor")
        else:
            initial = _premium(row)
            share = row.numbers.get("mmf_factor", OPTION_MMF)
        for name, amount in (("IMR", initial), ("MMR", initial * share)):
            for kind in (row.kind, "exchange"):
                answer[f"{kind}_{name}"] = answer.get(f"{kind}_{name}", Fraction(0)) + amount
    return answer


def orders(case: Case) -> Answer:
    """What is required of the larger of the positions that the orders of either side would make."""
    given = case.given
    position, mark, fee = given.number("position"), given.amount("mark"), given.amount("fee")
    size = {"BUY": Fraction(0), "SELL": Fraction(0)}
    for i, row in enumerate(given.items("orders")):
        where = f"{given.where}.orders[{i}]"
        cells = as_list(row, where)
        if len(cells) != 3 or cells[0] not in list(size):
            raise UsageError(f"{where}: expected BUY or SELL, a size and a price")
        size[cells[0]] += as_number(cells[1], where)
        as_number(cells[2], where)
    buys, sells = max(Fraction(0), position + size["BUY"]), max(Fraction(0), size["SELL"] - position)
    worst = max(buys, sells)
    imf = given.amount("imf")
    held = _perpetual(abs(position), mark, imf) * given.amount("mmf_factor")
    return {
        "buy_open": buys,
        "sell_open": sells,
        "net_imr": max(_perpetual(buys, mark, imf), _perpetual(-sells, mark, imf)),
        "fee_imr": worst * mark * fee,
        "MMR": held + abs(position) * mark * fee,
    }


def _perpetual(size: Fraction, mark: Fraction, imf: Fraction) -> Fraction:
    """The loss in the worse of two moves, up and down."""
    if not size:
        return Fraction(0)
    row = reprice(PERP, wad(mark, "the mark"), [imf, -imf])
    return Fraction(scan([wad(size, "the size")], [row], "POSITION").requirement, WAD)


def _premium(row: Held) -> Fraction:
    """An option that is held loses all that it is worth, and no more."""
    if row.size < 0:
        raise InexpressibleError("what is required for an option sold is not in the file")
    mark = wad(row.number("mark"), "the mark")
    found = scan([wad(row.size, "the size")], [[mark, mark, 0]], "POSITION")
    return Fraction(found.requirement, WAD)


def _held(row: Any, where: str) -> Held:
    cells = as_list(row, where)
    if len(cells) < 3 or cells[1] not in list(SIDES):
        raise UsageError(f"{where}: expected an instrument, a side, a size and texts")
    name = as_text(cells[0], where)
    numbers = {}
    for cell in cells[3:]:
        key, _, value = as_text(cell, where).partition(" ")
        if key in NUMBERS:
            numbers[key] = as_number(value, f"{where}: {key}")
    size = as_number(cells[2], where) * SIDES[cells[1]]
    kinds = {"-PERP": "perp", "-C": "call", "-P": "put"}
    kind = next((kind for end, kind in kinds.items() if name.endswith(end)), None)
    if kind is None:
        raise InexpressibleError(f"{name} is neither a perpetual nor an option")
    return Held(name, kind, size, numbers)
