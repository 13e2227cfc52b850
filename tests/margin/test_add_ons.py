"""Add-ons: the contract against its mirror, and both against their definition in fractions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from tests.margin import draws
from tests.margin.draws import NOW, WAD, Book, mirrored
from vmargin.margin import add_ons, instruments
from vmargin.margin.types import Cover, Position, Quote, UnderlyingQuote
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

CONTRACT = "contracts/build/AddOnsHarness.json"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy(CONTRACT)


def calls(book: Book) -> dict[str, tuple]:
    shared = (book.positions, book.rows, NOW, book.underlyings, book.quotes)
    priced = (book.grid, book.scenarios)
    return {
        "shortOptionMinimum": (*shared, book.terms.shortOptionBps, *priced),
        "concentration": (*shared, book.covers, *priced),
        "confidence": (*shared, book.terms.confidenceBps, *priced),
        "depeg": (2**150 // (1 + len(book.rows)), book.stablePrice, book.terms),
    }


def base(book: Book, combined: int) -> tuple[tuple, tuple]:
    """Arguments for the contract, and for the mirror."""
    mirror = (combined, book.positions, book.rows, *book.market, book.terms, book.covers, book.grid)
    original = (combined, book.positions, book.rows, book.market, book.policy, book.grid)
    return original, (*mirror, book.scenarios)


def books(seed: str, count: int, **options):
    random = Random(seed)
    for number in range(count):
        yield draws.book(random, random.choice((0, 1, 2, 5, 8, 20, 64)), 1 + number % 3, **options)


def test_contract_and_mirror_agree(contract: Contract, long: bool) -> None:
    values = 0
    for book in books("add-ons", 2000 if long else 150):
        for name, arguments in calls(book).items():
            expected = contract.outcome(name, arguments)
            assert mirrored(getattr(add_ons, name), *arguments) == expected, (name, book)
            if isinstance(expected, Revert):  # inverse perpetuals at next to no price
                assert "NotionalOutOfRange" in str(expected), (name, book)
            else:
                values += expected != (0,)
        original, mirror = base(book, 2**160 if len(book.rows) % 2 else 0)
        assert mirrored(add_ons.base, *mirror) == contract.outcome("base", original), book
    assert values > 200


def ceil(x: Fraction) -> int:
    return -(-x.numerator // x.denominator)


def definition(book: Book, combined: int) -> int:
    """The base, from the words of the specification."""
    spots = {u.underlying: u for u in book.underlyings}
    minimum = charged = lacking = Fraction(0)
    units: dict[int, Fraction] = {}
    for (identifier, size), row in zip(book.positions, book.rows, strict=True):
        quote, held = book.quotes[row], abs(Fraction(size, WAD))
        underlying, kind = spots[identifier >> 224], identifier >> 176 & 0xFF
        expired = kind >= instruments.FUTURE and identifier >> 184 & 0xFFFFFFFFFF <= NOW
        settled = expired and quote.settlement != 0
        price = quote.forward
        if kind == instruments.INVERSE:
            price = -book.grid[row * (book.scenarios + 1)]
            held_units = held * Fraction(price, WAD)
        else:
            if kind == instruments.SPOT or expired:
                price = 0 if settled else underlying.spot
            held_units = Fraction(0) if settled else held
        units[identifier >> 224] = units.get(identifier >> 224, Fraction(0)) + held_units
        if size < 0 and kind in (instruments.CALL, instruments.PUT):
            minimum += held * price * book.terms.shortOptionBps / 10_000
        doubt = 10_000 - min(quote.confidenceBps, underlying.confidenceBps)
        lacking += held * price * Fraction(doubt, 10_000) * book.terms.confidenceBps / 10_000
    for cover in book.covers:
        excess = ceil(units.get(cover.underlying, Fraction(0)) * WAD) - cover.depth
        if excess > 0:
            notional = ceil(Fraction(excess * spots[cover.underlying].spot, WAD))
            charged += notional * Fraction(cover.concentrationBps, 10_000)
    so_far = max(combined, ceil(minimum)) + ceil(charged) + ceil(lacking)
    gap = max(0, book.terms.pegThreshold - book.stablePrice)
    return so_far + ceil(Fraction(so_far * gap * book.terms.depegBps, WAD * 10_000))


def test_base_is_what_it_is_defined_as(long: bool) -> None:
    different = 0
    for book in books("definition", 1000 if long else 100, extreme=False):
        combined = 10**22 * len(book.rows)
        result = mirrored(add_ons.base, *base(book, combined)[1])
        assert result == (definition(book, combined),), book
        different += result != (combined,)
    assert different > 50


SOLD_CALL = draws.instrument(7, instruments.CALL, NOW + 86_400, 100 * WAD)


def sold(quote: dict[str, int], time: int = NOW, size: int = -2 * WAD, price: int = 200 * WAD) -> int:
    fields = {"forward": price, "volatility": 0, "rate": 0, "settlement": 0, "confidenceBps": 10_000}
    book = (
        [Position(SOLD_CALL, size)],
        [0],
        time,
        [UnderlyingQuote(7, 50 * WAD, 10_000, 10_000)],
        [Quote(**{**fields, **quote})],
    )
    return mirrored(add_ons.shortOptionMinimum, *book, 1_000, [0, 0], 1)[0]


def test_options_sold_have_a_minimum_and_options_held_none() -> None:
    assert sold({}) == 40 * WAD
    assert sold({}, size=2 * WAD) == 0
    assert sold({}, size=-1, price=1) == 1
    assert sold({}, time=NOW + 86_400) == 10 * WAD
    assert sold({"settlement": 150 * WAD}, time=NOW + 86_400) == 0


def test_only_what_exceeds_the_depth_is_concentrated() -> None:
    quote = Quote(100 * WAD, 0, 0, 0, 10_000)
    spot, perp = draws.instrument(7, instruments.SPOT), draws.instrument(7, instruments.PERP)
    shared = ([0, 1], NOW, [UnderlyingQuote(7, 100 * WAD, 10_000, 10_000)], [quote, quote])

    def charge(depth: int, first: int, second: int) -> int:
        held = [Position(spot, first), Position(perp, second)]
        covers = [Cover(7, 0, 0, 0, depth, 500)]
        return mirrored(add_ons.concentration, held, *shared, covers, [1, 1, 1, 1], 1)[0]

    assert charge(30 * WAD, 20 * WAD, -10 * WAD) == 0
    assert charge(30 * WAD, 20 * WAD, -15 * WAD) == 25 * WAD
    assert charge(30 * WAD, 20 * WAD, -10 * WAD - 1) == 5
    assert charge(0, 1, 0) == 5


def test_units_of_an_inverse_perpetual_that_no_word_holds_revert(contract: Contract) -> None:
    book = (
        [Position(draws.instrument(7, instruments.INVERSE), draws.SIZE)],
        [0],
        NOW,
        [UnderlyingQuote(7, draws.PRICE, 10_000, 10_000)],
        [Quote(1, 0, 0, 0, 10_000)],
        [Cover(7, 0, 0, 0, 0, 1)],
        [-draws.PRICE, 0],
        1,
    )
    outcome = contract.outcome("concentration", book)
    assert isinstance(outcome, Revert)
    assert "NotionalOutOfRange" in str(outcome)
    assert mirrored(add_ons.concentration, *book) == outcome


def test_what_is_neither_quoted_nor_covered_reverts(contract: Contract) -> None:
    quote = Quote(1, 0, 0, 0, 0)
    held = [Position(draws.instrument(7, instruments.PERP), 1)]
    for name, known, covers in (
        ("UnderlyingNotQuoted", [UnderlyingQuote(8, 1, 0, 0)], [Cover(7, 0, 0, 0, 0, 1)]),
        ("UnderlyingNotCovered", [UnderlyingQuote(7, 1, 0, 0)], []),
    ):
        arguments = (held, [0], NOW, known, [quote], covers, [1, 1], 1)
        outcome = contract.outcome("concentration", arguments)
        assert name in str(outcome)
        assert mirrored(add_ons.concentration, *arguments) == outcome
