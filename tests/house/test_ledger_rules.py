"""The arithmetic of the ledger: contract and mirror agree, and what is rounded is rounded as it says."""

from __future__ import annotations

import itertools
from fractions import Fraction
from random import Random

import pytest

from tests.differential.library import Library
from tests.house.twins import BUILD
from tests.house.world import BITCOIN, WAD, instrument
from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Hint
from vmargin.margin.errors import GridPriceOutOfRange, PriceOutOfRange
from vmargin.margin.house import cash, funding, health, portfolios
from vmargin.margin.instruments import INVERSE, PERP
from vmargin.margin.margin_view import plain
from vmargin.margin.types import Margin, Portfolio, Position
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

PERPETUALS = (instrument(BITCOIN, PERP), instrument(BITCOIN, INVERSE))
PRICES = (1, 2**96)
INDEX = (-(2**118), 2**118)
MONEY = (0, 2**156)

LIBRARIES = {
    "Cash": Library(
        "CashHarness",
        "vmargin.margin.house.cash",
        hints={
            "indexAt": {
                "index": Hint(edges=(10**27,), within=(10**27, 2**100)),
                "rate": Hint(within=(0, 2**67)),
                "elapsed": Hint(within=(0, 2**32)),
            },
            "interest": {
                "cash": Hint(within=(-(2**126), 2**100)),
                "indexThen": Hint(edges=(10**27,), within=(10**27, 2**110)),
                "indexNow": Hint(edges=(10**27,), within=(10**27, 2**128)),
            },
        },
    ),
    "Funding": Library(
        "FundingHarness",
        "vmargin.margin.house.funding",
        hints={
            "premiumOf": {
                "instrument": Hint(edges=PERPETUALS, within=PERPETUALS),
                "mark": Hint(within=PRICES),
                "spot": Hint(within=PRICES),
            },
            "priceAt": {"instrument": Hint(edges=PERPETUALS), "price": Hint(within=PRICES)},
            "indexAt": {
                "index": Hint(within=INDEX),
                "premium": Hint(within=(-(2**92), 2**92)),
                "elapsed": Hint(within=(0, 2**40)),
            },
            "payment": {
                "size": Hint(within=(-(2**112), 2**112)),
                "indexThen": Hint(within=INDEX),
                "indexNow": Hint(within=INDEX),
            },
        },
    ),
    "Health": Library(
        "HealthHarness",
        "vmargin.margin.house.health",
        hints={
            name: {
                "value": Hint(within=(-(2**156), 2**156)),
                "haircut": Hint(within=MONEY),
                "initialRequirement": Hint(within=MONEY),
                "maintenanceRequirement": Hint(within=MONEY),
            }
            for name in ("initial", "maintenance", "allows")
        },
    ),
}
FUNCTIONS = [(name, function) for name, library in LIBRARIES.items() for function in sorted(library.kernels)]


@pytest.mark.parametrize(("name", "function"), FUNCTIONS)
def test_contract_and_mirror_agree(name: str, function: str, long: bool) -> None:
    pair = LIBRARIES[name].pair(function)
    number = 20_000 if long else 400
    cases = list(itertools.islice(bias.seeded(pair.arguments, number, pair.seed, pair.given), number))
    differences, outcomes = pair.compare(cases)
    assert not differences, pair.describe(differences[0], len(differences), len(cases))
    assert sum(not isinstance(outcome, Revert) for outcome in outcomes) > number / 20


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
def test_every_function_has_its_kernel(library: Library) -> None:
    assert not library.unpaired()


def test_the_ceiling_of_rates_is_four_times_the_debt_in_a_year() -> None:
    assert int(cash.RATE_CEILING) == 4 * 10**27 // (365 * 86_400)


def test_a_debt_grows_by_the_index_and_never_by_less() -> None:
    draws = Random(1)
    for _ in range(300):
        then = draws.randint(10**27, 10**29)
        now = then + draws.randint(0, 10**28)
        debt = draws.randint(1, 10 ** draws.randint(1, 36))
        exact = Fraction(debt * now, then) - debt
        assert exact <= int(cash.interest(-debt, then, now)) < exact + 1


def test_interest_in_parts_is_that_of_the_whole_and_a_wei_for_each() -> None:
    draws = Random(2)
    for _ in range(300):
        debt = whole = draws.randint(1, 10 ** draws.randint(1, 36))
        index = start = 10**27
        parts = draws.randint(1, 20)
        for _ in range(parts):
            later = int(
                cash.indexAt(index, draws.randint(0, int(cash.RATE_CEILING)), draws.randint(0, 10**6))
            )
            debt += int(cash.interest(-debt, index, later))
            index = later
        once = whole + int(cash.interest(-whole, start, index))
        # each wei rounded up on the way has grown with the rest
        assert once <= debt <= once + parts * (-(-index // start))


def worth(which: int, price: int) -> int:
    """An inverse perpetual's is rounded down, which is away from zero."""
    return -(10**36) // price if which == PERPETUALS[1] else price


@pytest.mark.parametrize("which", PERPETUALS, ids=["linear", "inverse"])
def test_the_premium_is_what_a_unit_is_worth_more_at_the_mark(which: int) -> None:
    draws = Random(3)
    bounded = 0
    for _ in range(300):
        spot = draws.randint(10**10, 10**24)
        mark = spot * draws.randint(930, 1_070) // 1_000 + draws.randint(1, 1_000)
        premium = int(funding.premiumOf(which, mark, spot))
        bound = abs(worth(which, spot)) * 4 // 100
        assert premium == max(-bound, min(bound, worth(which, mark) - worth(which, spot)))
        assert premium == 0 or (premium > 0) == (mark > spot)
        bounded += abs(premium) == bound
    assert 20 < bounded < 280


def test_no_premium_without_prices() -> None:
    linear, inverse = PERPETUALS
    for mark, spot in ((0, WAD), (WAD, 0), (2**96, WAD), (WAD, 2**96)):
        with pytest.raises(Revert) as raised:
            funding.premiumOf(linear, mark, spot)
        assert raised.value == PriceOutOfRange(linear, mark if spot == WAD else spot)
    with pytest.raises(Revert) as raised:
        funding.priceAt(inverse, 1)
    assert raised.value == GridPriceOutOfRange(inverse, -(10**36))


def test_payers_pay_no_less_than_receivers_receive() -> None:
    draws = Random(4)
    for _ in range(300):
        size = draws.randint(1, 10 ** draws.randint(1, 30))
        then, now = (draws.randint(-(10**24), 10**24) for _ in range(2))
        exact = Fraction(size * (now - then), WAD)
        for side in (1, -1):
            paid = int(funding.payment(side * size, then, now))
            assert side * exact <= paid < side * exact + 1


def book(draws: Random, most: int) -> Portfolio:
    numbers = sorted(draws.sample(range(1, 12), draws.randint(0, most)))
    sizes = [draws.choice((-2, -1, 1, 2)) for _ in numbers]
    held = tuple(Position(uint256(n), int256(s)) for n, s in zip(numbers, sizes, strict=True))
    return Portfolio(int256(draws.randint(-(10**30), 10**30)), held)


def test_portfolios_add_up_as_sums_by_instrument() -> None:
    contract = Contract.deploy(BUILD / "PortfoliosHarness.json")
    draws = Random(5)
    for _ in range(300):
        a, b = book(draws, 10), book(draws, 10)
        sums = dict(a.positions)
        for number, size in b.positions:
            sums[number] = sums.get(number, 0) + size
        merged = portfolios.merge(a, b)
        assert merged.cash == a.cash + b.cash
        assert merged.positions == tuple(sorted((n, s) for n, s in sums.items() if s != 0))
        assert contract.call("merge", (plain(a), plain(b))) == (plain(merged),)

        either, rowsA, rowsB = portfolios.union(a.positions, b.positions)
        assert [p.instrument for p in either] == sorted(sums)
        assert [either[row].instrument for row in rowsA] == [p.instrument for p in a.positions]
        assert [either[row].instrument for row in rowsB] == [p.instrument for p in b.positions]
        found = contract.call("union", (plain(a.positions), plain(b.positions)))
        assert found == plain((either, rowsA, rowsB))


HEALTHS = [(-5, -3), (-5, -2), (-4, -3), (-4, -2), (-1, 5), (0, 1)]


@pytest.mark.parametrize("before", HEALTHS)
@pytest.mark.parametrize("after", HEALTHS)
def test_a_change_ends_with_margin_or_raises_both_healths(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    def margin(initial: int, maintenance: int) -> Margin:
        required = [uint256(100 - health) for health in (initial, maintenance)]
        return Margin(int256(107), uint256(7), *required, uint256(0), uint256(0))

    assert (int(health.initial(margin(*after))), int(health.maintenance(margin(*after)))) == after
    raised = before[0] < 0 and after[0] > before[0] and after[1] > before[1]
    assert health.allows(margin(*before), margin(*after)) == (after[0] >= 0 or raised)
