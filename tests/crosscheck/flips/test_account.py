"""An account's flips: every interval of a price and of time, and the contract's word at their ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.crosscheck.flips.accounts import BUTTERFLY, EXPIRY, NOW, account, on_chain
from tests.margin.draws import WAD
from vmargin.crosscheck.flips.account import Flips, price_flips, time_flips
from vmargin.errors import UsageError
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, PUT, SPOT
from vmargin.protocols.reference.protocol import Reference
from vmargin.protocols.reference.state import ReferenceState
from vmargin.protocols.verdict import Standing
from vmargin.solidity.reverts import Empty

DAY = 86_400
FIVE = [(-1_000, 0), (-500, 2_500), (0, -2_500), (500, 2_500), (1_000, 0)]


def ends_hold(flips: Flips, moved: Callable[[int], ReferenceState]) -> None:
    """At both ends of every interval, which are one integer apart, the contract says so."""
    for interval in flips.intervals:
        for value in (interval.low, interval.high):
            if interval.standing is not None:
                assert on_chain(moved(value)) is interval.standing, value
        if interval.change is not None:
            assert on_chain(moved(interval.change)) is not on_chain(moved(interval.change + 1))


def standings(flips: Flips) -> list[str]:
    return [interval.standing.name[0] for interval in flips.intervals if interval.standing is not None]


def test_every_change_of_a_verdict_that_is_not_monotone_is_found() -> None:
    """Worth something in two ranges only: four changes, of which bisection between the ends sees none."""
    state = account(-1_000 * WAD, BUTTERFLY, volatility=15 * WAD // 100, shocks=[(-200, 0), (200, 0)])
    flips = price_flips(Reference, state, "1", 1_500 * WAD, 9_000 * WAD)
    assert standings(flips) == ["L", "H", "L", "H", "L"]
    assert flips.proven
    assert flips.undecided < WAD // 10**9
    ends_hold(flips, lambda price: Reference.at_price(state, "1", price))
    assert [c.after.standing for c in flips.changes(1)] == [Standing.HEALTHY, Standing.LIQUIDATABLE]
    assert [c.after.standing for c in flips.changes(-1)] == [Standing.HEALTHY, Standing.LIQUIDATABLE]
    near, far = flips.changes(-1)
    assert far.first < far.last < near.first < near.last < flips.now < flips.changes(1)[0].last


def test_what_is_linear_is_decided_to_the_last_integer() -> None:
    held = [
        (1, SPOT, 0, 0, 2 * WAD),
        (1, PERP, 0, 0, -5 * WAD),
        (1, FUTURE, EXPIRY, 0, WAD),
        (1, INVERSE, 0, 0, 9 * WAD),
    ]
    state = account(12_000 * WAD, [*held, (2, PERP, 0, 0, 2 * WAD)], shocks=FIVE, confidenceBps=1_000)
    flips = price_flips(Reference, state, "1", 300 * WAD, 30_000 * WAD)
    assert "HL" in "".join(standings(flips))
    assert flips.undecided == 0
    ends_hold(flips, lambda price: Reference.at_price(state, "1", price))


@pytest.mark.parametrize(
    "terms",
    [
        {"repricing": 1, "grouping": 2, "combine": 1},
        {"grouping": 0, "aggregate": 1, "tailNumerator": 1, "tailDenominator": 2},
        {"grouping": 1, "aggregate": 2, "tailNumerator": 2, "shortOptionBps": 300},
    ],
    ids=["greeks", "shortfall", "value at risk"],
)
def test_other_rules_than_portfolio_margin(terms: dict[str, int]) -> None:
    held = [
        (1, CALL, EXPIRY, 3_200 * WAD, -6 * WAD),
        (1, PUT, EXPIRY + DAY, 2_800 * WAD, -7 * WAD),
        (2, PERP, 0, 0, WAD),
    ]
    state = account(6_000 * WAD, held, shocks=FIVE, **terms)
    flips = price_flips(Reference, state, "1", 1_500 * WAD, 6_000 * WAD)
    assert standings(flips) == ["L", "H", "L"]
    assert flips.undecided < WAD // 10**6
    ends_hold(flips, lambda price: Reference.at_price(state, "1", price))


def brute(state: ReferenceState, name: str, low: int, high: int) -> list[tuple[int, int, Standing]]:
    """Each integer by itself."""
    found: list[tuple[int, int, Standing]] = []
    for value in range(low, high + 1):
        standing = Reference.margin(Reference.at_price(state, name, value)).verdict.standing
        if found and found[-1][2] is standing:
            found[-1] = (found[-1][0], value, standing)
        else:
            found.append((value, value, standing))
    return found


def test_at_prices_of_a_few_units_it_is_what_each_by_itself_says(long: bool) -> None:
    """Where roundings are as large as prices, from 0 on, on all of an account's prices."""
    random = Random("tiny")
    changes = 0
    for _ in range(40 if long else 6):
        held = {
            (1, kind, EXPIRY if kind >= FUTURE else 0, random.randint(20, 150) if kind >= CALL else 0)
            for kind in random.sample((SPOT, PERP, FUTURE, CALL, PUT), random.randint(1, 3))
        }
        sized = [(*what, random.choice((-1, 1)) * random.randint(1, 40) * WAD // 8) for what in held]
        state = account(
            random.randint(-300, 300), sized, spot=100, forward=random.randint(80, 120), shocks=FIVE[1:4]
        )
        name = random.choice([n for n in Reference.prices(state) if n != "cash"])
        high = 1_500 if long else 250
        flips = price_flips(Reference, state, name, 0, high)
        for low, last, standing in brute(state, name, 0, high):
            found = [i for i in flips.intervals if i.low <= last and i.high >= low]
            assert {i.standing for i in found} <= {standing, None}
            assert long or {i.standing for i in found} == {standing}
        changes += len(flips.intervals) - 1
    assert changes > 3


def test_the_cash_assets_price_flips_the_depegged() -> None:
    state = account(
        -1_900 * WAD, [(1, PERP, 0, 0, WAD)], shocks=[(-3_000, 0)], depegBps=10_000, pegThreshold=WAD
    )
    flips = price_flips(Reference, state, "cash", 0, WAD)
    assert standings(flips) == ["L", "H"]
    assert flips.undecided == 0
    ends_hold(flips, lambda price: Reference.at_price(state, "cash", price))


def test_prices_at_which_the_contract_reverts_have_intervals_of_their_own() -> None:
    state = account(0, [(1, PERP, 0, 0, WAD)], shocks=FIVE)
    flips = price_flips(Reference, state, "1.perp", 0, 2**100)
    assert standings(flips) == ["U", "H", "U"]
    assert flips.undecided == 0
    first, _, last = flips.intervals
    assert (first.low, first.high) == (0, 0)
    assert last.low == -(-(2**96) * 10**8 // (11 * 10**7))
    assert "PriceOutOfRange" in str(first.verdict)
    assert "GridPriceOutOfRange" in str(last.verdict)
    ends_hold(flips, lambda price: Reference.at_price(state, "1.perp", price))


def test_a_price_moves_what_its_name_says_and_nothing_else() -> None:
    held = [
        (1, SPOT, 0, 0, WAD),
        (1, PERP, 0, 0, WAD),
        (1, CALL, EXPIRY, WAD, WAD),
        (2, FUTURE, EXPIRY, 0, WAD),
    ]
    state = account(0, held, spot=3_000, forward=1_000)
    assert list(Reference.prices(state)) == [
        "1", "2", "1.spot", "2.spot", "1.perp", f"1.{EXPIRY}", f"2.{EXPIRY}", "cash",
    ]  # fmt: skip

    def at(name: str) -> list[int]:
        _, market, _ = Reference.at_price(state, name, 4_000).inputs
        return [
            *(int(u.spot) for u in market.underlyings),
            *(int(q.forward) for q in market.quotes),
            int(market.stablePrice),
        ]

    assert at("1") == [4_000, 3_000, 4_000, 1_333, 1_333, 1_000, WAD]
    assert at("1.spot") == [4_000, 3_000, 4_000, 1_000, 1_000, 1_000, WAD]
    assert at("1.perp") == [3_000, 3_000, 1_000, 4_000, 1_000, 1_000, WAD]
    assert at(f"2.{EXPIRY}") == [3_000, 3_000, 1_000, 1_000, 1_000, 4_000, WAD]
    assert at("cash") == [3_000, 3_000, 1_000, 1_000, 1_000, 1_000, 4_000]
    now = Reference.prices(state)["1"].now
    assert Reference.at_price(state, "1.perp", 1_000) == state
    assert now == 3_000


def test_time_flips_what_decays() -> None:
    """A straddle is bought on credit; it expires at its strike, and waits there to be settled."""
    held = [(1, kind, EXPIRY, 3_000 * WAD, 10 * WAD) for kind in (CALL, PUT)]
    state = account(-1_500 * WAD, held, shocks=FIVE)
    flips = time_flips(Reference, state, EXPIRY + DAY)
    assert standings(flips) == ["H", "L"]
    assert flips.undecided == 0
    assert not flips.below
    assert NOW < flips.changes(1)[0].last < EXPIRY
    ends_hold(flips, lambda then: Reference.at_time(state, then))


def test_time_flips_at_an_expiry() -> None:
    """A future far above spot: from its date on it is worth spot."""
    state = account(-3_500 * WAD, [(1, FUTURE, EXPIRY, 0, WAD)], forward=5_000 * WAD, shocks=FIVE)
    flips = time_flips(Reference, state, EXPIRY + DAY)
    assert [(i.low, i.high) for i in flips.intervals] == [(NOW, EXPIRY - 1), (EXPIRY, EXPIRY + DAY)]
    assert standings(flips) == ["H", "L"]
    ends_hold(flips, lambda then: Reference.at_time(state, then))


class Unsure(Reference):
    """A protocol that is certain of nothing."""

    @classmethod
    def within(cls, state: ReferenceState, name: str | None) -> Any:
        return None


def test_without_certainty_samples_are_taken_and_said_to_be() -> None:
    state = account(-1_000 * WAD, BUTTERFLY[:3], volatility=15 * WAD // 100, shocks=[(-200, 0), (200, 0)])
    flips = price_flips(Unsure, state, "1", 1_500 * WAD, 9_000 * WAD, samples=64)
    assert not flips.proven
    assert standings(flips) == ["L", "H", "L"]
    assert any("sampled, not proven" in line for line in flips.lines())
    ends_hold(flips, lambda price: Reference.at_price(state, "1", price))


def test_as_json_and_as_text() -> None:
    state = account(-2_000 * WAD, [(1, PERP, 0, 0, WAD)], shocks=FIVE)
    flips = price_flips(Reference, state, "1", 1_000 * WAD, 9_000 * WAD)
    again = json.loads(json.dumps(flips.as_json()))
    assert again["schema"] == "vmargin/flips/1"
    assert again["standing"] == "healthy"
    assert again["here"]["to"] == again["to"] == str(9_000 * WAD)
    assert again["below"] == [
        {"from": str(1_000 * WAD), "to": str(int(again["here"]["from"]) - 1), "standing": "liquidatable"}
    ]
    assert again["undecided"] == "0"
    assert flips.as_json() == price_flips(Reference, state, "1", 1_000 * WAD, 9_000 * WAD).as_json()
    text = list(flips.lines())
    assert text[1].endswith("3,000.000000000000000000  HEALTHY")
    assert text[-1].strip() == "proven for each integer of the range"


def test_ranges_and_names_that_there_are_not() -> None:
    state = account(0, [(1, PERP, 0, 0, WAD)])
    with pytest.raises(UsageError, match=r"depends on no price '3': there are 1, 1.spot, 1.perp, cash"):
        price_flips(Reference, state, "3", 0, 1)
    with pytest.raises(UsageError, match="from 2 to 1"):
        price_flips(Reference, state, "1", 2, 1)
    with pytest.raises(UsageError, match="only later times"):
        Reference.at_time(state, NOW - 1)
    refused = ReferenceState("16", Empty())
    assert Reference.prices(refused) == {}
    with pytest.raises(UsageError, match="so nothing can be varied"):
        Reference.time(refused)
