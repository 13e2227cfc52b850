"""Value and haircut: the contract against its mirror, and both against their definition in fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest

from tests.margin import draws
from tests.margin.draws import WAD, Book, mirrored
from vmargin.margin import collateral, instruments
from vmargin.margin.types import Cover, Position, UnderlyingQuote
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/CollateralHarness.json")


def books(seed: str, count: int, **options):
    random = Random(seed)
    for number in range(count):
        yield draws.book(random, random.choice((0, 1, 2, 5, 8, 20, 64)), 1 + number % 3, **options)


def valued(book: Book) -> tuple:
    return (book.cash, book.positions, book.grid, book.rows, book.scenarios)


def test_contract_and_mirror_agree(contract: Contract, long: bool) -> None:
    cut = 0
    for book in books("collateral", 2000 if long else 150):
        assert mirrored(collateral.value, *valued(book)) == contract.outcome("value", valued(book)), book
        arguments = (book.positions, book.underlyings, book.covers)
        expected = contract.outcome("haircut", arguments)
        assert mirrored(collateral.haircut, *arguments) == expected, book
        cut += expected != (0,)
    assert cut > 50


def test_value_is_the_exact_one_rounded_down() -> None:
    for book in books("value", 100):
        prices = book.grid[:: book.scenarios + 1]
        held = zip(book.positions, book.rows, strict=True)
        exact = book.cash + sum(Fraction(p.size * prices[row], WAD) for p, row in held)
        assert mirrored(collateral.value, *valued(book)) == (math.floor(exact),)


def test_haircut_is_the_exact_one_rounded_up() -> None:
    seen = 0
    for book in books("haircut", 100):
        spots = {u.underlying: u.spot for u in book.underlyings}
        covers = {c.underlying: c for c in book.covers}
        exact = Fraction(0)
        for identifier, size in book.positions:
            underlying = identifier >> 224
            if size > 0 and identifier == underlying << 224:
                worth = Fraction(size * spots[underlying], WAD)
                within = min(worth, covers[underlying].collateralCap)
                exact += within * Fraction(covers[underlying].haircutBps, 10_000) + worth - within
        result = mirrored(collateral.haircut, book.positions, book.underlyings, book.covers)
        assert result == (math.ceil(exact),)
        seen += exact.denominator > 1
    assert seen > 10


def test_spot_counts_up_to_the_cap_and_only_spot_that_is_held() -> None:
    def cut(kind: int, size: int) -> int:
        held = [Position(draws.instrument(7, kind), size)]
        cover = Cover(7, 0, 2_000, 1_000 * WAD, 0, 0)
        return mirrored(collateral.haircut, held, [UnderlyingQuote(7, 100 * WAD, 10_000, 10_000)], [cover])[0]

    assert cut(instruments.SPOT, 10 * WAD) == 200 * WAD
    assert cut(instruments.SPOT, 12 * WAD) == 400 * WAD
    assert cut(instruments.SPOT, 1) == 20
    assert cut(instruments.SPOT, -12 * WAD) == 0
    assert cut(instruments.PERP, 12 * WAD) == 0


def test_a_row_outside_the_grid_is_a_panic_in_both(contract: Contract) -> None:
    arguments = (0, [Position(draws.instrument(7, instruments.SPOT), 1)], [1, 1], [1], 1)
    outcome = contract.outcome("value", arguments)
    assert isinstance(outcome, Revert)
    assert mirrored(collateral.value, *arguments) == outcome
