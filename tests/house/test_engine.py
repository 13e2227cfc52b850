"""What the engine says of accounts is what the stateless view says of their portfolios."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.house.twins import BUILD
from tests.house.world import (
    BITCOIN,
    DAY,
    ETHER,
    INVERSE_BITCOIN,
    MODULE,
    NOW,
    OWNER,
    PERP_BITCOIN,
    PERP_ETHER,
    SPOT_BITCOIN,
    WAD,
    World,
    instrument,
    policy,
    user,
)
from vmargin.margin import dials
from vmargin.margin.errors import CashOutOfRange, SizeOutOfRange, TooManyPositions
from vmargin.margin.house.errors import PolicyUnknown, SurfaceMissing
from vmargin.margin.instruments import CALL, FUTURE, PUT
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

DATE = NOW + 30 * DAY
FUTURES = [instrument(underlying, FUTURE, DATE) for underlying in (BITCOIN, ETHER)]
OPTIONS = [
    instrument(underlying, kind, DATE, strike * WAD)
    for underlying, strikes in ((BITCOIN, (50_000, 60_000, 75_000)), (ETHER, (2_000, 3_000)))
    for kind in (CALL, PUT)
    for strike in strikes
]
INSTRUMENTS = sorted([SPOT_BITCOIN, PERP_BITCOIN, INVERSE_BITCOIN, PERP_ETHER, *FUTURES, *OPTIONS])
RULES = {
    "cross": policy(),
    "isolated": policy(grouping=dials.POSITION),
    "greeks": policy([(-1, 0)], repricing=dials.TAYLOR, grouping=dials.UNDERLYING),
    "shortfall": policy(aggregate=dials.SHORTFALL, tailNumerator=2, tailDenominator=5),
}


class Market(World):
    def __init__(self) -> None:
        super().__init__()
        nodes = [(20_000 * WAD, 9 * 10**7), (60_000 * WAD, 5 * 10**7), (90_000 * WAD, 7 * 10**7)]
        self.surface(FUTURES[0], 61_000 * WAD, nodes, rate=WAD // 25, confidenceBps=9_900)
        self.surface(FUTURES[1], 3_020 * WAD, [(3_000 * WAD, 8 * 10**7)])
        self.rules = {name: self.allow(rule) for name, rule in RULES.items()}
        self.view = Contract.deploy(BUILD / "MarginView.json", evm=self.evm)

    def evaluated(self, account: int) -> Any:
        """By the stateless view, of what the engine gives it."""
        return self.view.outcome("evaluate", (*self.see("engine", "inputsOf", account), []))


@pytest.fixture(scope="module")
def ground() -> Market:
    return Market()


@pytest.fixture
def market(ground: Market) -> Any:
    snapshot, rounds, owners = ground.snapshot(), dict(ground.rounds), dict(ground.owners)
    try:
        yield ground
    finally:
        ground.restore(snapshot)
        ground.rounds, ground.owners = rounds, owners


def book(draws: Random, most: int) -> list[tuple[int, int]]:
    held = sorted(draws.sample(INSTRUMENTS, draws.randint(0, most)))
    return [(what, draws.choice((-1, 1)) * draws.randint(1, 10 ** draws.randint(1, 19))) for what in held]


@pytest.mark.parametrize("name", RULES)
def test_an_account_has_the_margin_of_its_portfolio(market: Market, name: str) -> None:
    draws = Random(name)
    accounts = [market.open(user(n), 10_000, market.rules[name]) for n in range(3)]
    whale = market.open(user(9), 10**9)
    for account in accounts:
        market.do(
            "ledger", "move", whale, account, book(draws, 10), draws.randint(-(10**20), 10**20), sender=MODULE
        )
        market.time += 1_000
        found = market.see("engine", "marginOf", account)
        assert found == market.evaluated(account)
        portfolio, _, _ = market.see("engine", "inputsOf", account)
        assert portfolio == market.see("ledger", "portfolioOf", account)


def test_a_pool_has_the_margin_of_its_combined_portfolio(market: Market) -> None:
    draws = Random(7)
    accounts = [market.open(user(n), 10_000 * n) for n in range(3)]
    whale = market.open(user(9), 10**9)
    books = [book(draws, 6) for _ in accounts]
    for account, positions in zip(accounts, books, strict=True):
        market.do("ledger", "move", whale, account, positions, 0, sender=MODULE)
    market.do("ledger", "join", accounts, market.rules["shortfall"], 64, sender=MODULE)
    sums: dict[int, int] = {}
    for what, size in (position for positions in books for position in positions):
        sums[what] = sums.get(what, 0) + size
    (cash, positions), _, rule = market.see("engine", "inputsOf", accounts[1])
    assert cash == 30_000 * WAD
    assert positions == tuple(sorted((what, size) for what, size in sums.items() if size))
    assert rule == market.see("policies", "get", market.rules["shortfall"])
    for account in accounts:
        assert market.see("engine", "marginOf", account) == market.evaluated(account)


@pytest.mark.parametrize("name", RULES)
def test_a_change_is_judged_on_one_grid_as_each_is_alone(market: Market, name: str) -> None:
    draws = Random(name)
    for _ in range(3):
        current, changed = ((draws.randint(-(10**22), 10**22), book(draws, 8)) for _ in range(2))
        before, after = market.see("engine", "change", current, changed, market.rules[name])
        for found, (cash, positions) in ((before, current), (after, changed)):
            quoted = market.see("feeds", "market", [what for what, _ in positions])
            rule = market.see("policies", "get", market.rules[name])
            margin, _ = market.view.call("evaluate", ((cash, positions), quoted, rule, []))
            assert found == margin


def test_only_who_has_too_many_positions_may_keep_more_than_the_policy_admits(market: Market) -> None:
    few = market.allow(policy(maxPositions=2))
    four, three = [[(what, WAD) for what in INSTRUMENTS[:n]] for n in (4, 3)]
    assert isinstance(market.outcome("engine", "change", (0, four), (0, three), few, sender=OWNER), tuple)
    assert market.outcome("engine", "change", (0, three), (0, four), few, sender=OWNER) == TooManyPositions(
        4, 3
    )
    assert market.outcome("engine", "change", (0, []), (0, three), few, sender=OWNER) == TooManyPositions(
        3, 2
    )


def test_what_is_no_portfolio_is_refused(market: Market) -> None:
    one, two = (PERP_BITCOIN, WAD), (PERP_ETHER, WAD)
    rule = market.policy
    for current, changed, which, error in (
        ((2**126, []), (0, []), rule, CashOutOfRange(2**126)),
        ((0, []), (-(2**126), []), rule, CashOutOfRange(-(2**126))),
        ((0, [(PERP_BITCOIN, 0)]), (0, []), rule, SizeOutOfRange(PERP_BITCOIN, 0)),
        ((0, []), (0, [(PERP_BITCOIN, 2**112)]), rule, SizeOutOfRange(PERP_BITCOIN, 2**112)),
        ((0, [one]), (0, []), bytes(32), PolicyUnknown(bytes(32))),
    ):
        assert market.outcome("engine", "change", current, changed, which, sender=OWNER) == error
    for disorder in ([two, one], [one, one]):
        outcome = market.outcome("engine", "change", (0, []), (0, disorder), rule, sender=OWNER)
        assert isinstance(outcome, Revert)
        assert outcome.values == (disorder[0][0], disorder[1][0])
    late = instrument(BITCOIN, FUTURE, DATE + 1)
    outcome = market.outcome("engine", "change", (0, [(late, 1)]), (0, []), rule, sender=OWNER)
    assert outcome == SurfaceMissing(late)


def test_what_has_no_policy_has_no_margin(market: Market) -> None:
    assert market.outcome("engine", "marginOf", 99, sender=OWNER) == PolicyUnknown(bytes(32))
