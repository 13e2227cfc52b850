"""What the strategies draw: valid for the contract, biased to edges, and small when it fails."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

import vmargin.testing
from vmargin import artifacts
from vmargin.crosscheck import portfolios as drawing
from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.portfolios import DAY, NOW, PRICE, SETTINGS
from vmargin.errors import UsageError
from vmargin.margin import dials
from vmargin.margin.instruments import CALL, PERP, kindOf
from vmargin.margin.margin_view import evaluate, plain, tail_witness
from vmargin.margin.types import Market, Policy, Portfolio
from vmargin.protocols.reference.state import Inputs, ReferenceState
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert
from vmargin.testing import (
    accounts,
    arguments,
    int256s,
    markets,
    policies,
    portfolios,
    prices,
    uint256s,
)

QUICK = settings(
    derandomize=True, max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def view() -> Contract:
    return Contract.deploy(artifacts.load("MarginView"))


def drawn(strategy: st.SearchStrategy[object], number: int = 400) -> list[object]:
    """The same each time."""
    found: list[object] = []

    @seed(0)
    @settings(max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(value: object) -> None:
        found.append(value)

    draw()
    return found


@pytest.mark.parametrize("extreme", [False, True])
def test_an_account_is_one_that_the_contract_judges(view: Contract, extreme: bool) -> None:
    """The contract's answer is the mirror's, and what it refuses is no input but a price that it makes."""
    judged = 0

    @QUICK
    @seed(1)
    @given(accounts(extreme=extreme))
    def judge(account: Inputs) -> None:
        nonlocal judged
        tail = tail_witness(*account)
        try:
            mirror = plain(evaluate(*account, tail))
            judged += 1
        except Revert as revert:
            mirror = revert
        outcome = view.outcome("evaluate", plain((*account, tail)))
        assert outcome == mirror
        assert not isinstance(outcome, Revert) or str(outcome).startswith("GridPriceOutOfRange")

    judge()
    assert judged >= 15


def test_what_is_drawn_is_of_the_words_that_its_type_names() -> None:
    @QUICK
    @given(st.data(), portfolios(positions=3))
    def test(data: st.DataObject, portfolio: Portfolio) -> None:
        market = data.draw(markets(portfolio))
        policy = data.draw(policies(portfolio, scenarios=3))
        assert isinstance(market, Market) and isinstance(policy, Policy)
        state = ReferenceState("1", Inputs(portfolio, market, policy))
        assert ReferenceState.from_json(state.as_json()) == state  # which takes words, and no plain integers

    test()


def test_options_are_kept_to() -> None:
    @QUICK
    @given(accounts(positions=2, kinds=[PERP, CALL], setting=SETTINGS[0], scenarios=2, now=NOW + DAY))
    def test(account: Inputs) -> None:
        portfolio, market, policy = account
        assert len(portfolio.positions) <= 2
        assert {kindOf(p.instrument) for p in portfolio.positions} <= {PERP, CALL}
        assert len(policy.weightsBps) <= 2
        assert market.time == NOW + DAY
        assert policy.terms.grouping == SETTINGS[0].grouping

    test()


def test_any_setting_of_the_dials_is_drawn_or_the_one_that_is_wanted() -> None:
    chooser = Seeded("two positions")
    portfolio = drawing.portfolio(chooser, drawing.instruments(chooser, 2))
    found = {tuple(map(int, p.terms[1:5])) for p in drawn(policies(portfolio, scenarios=1), 60)}
    assert len(found) > 12
    for setting in SETTINGS[::7]:
        (policy,) = drawn(policies(portfolio, setting=setting, scenarios=1), 1)
        assert tuple(map(int, policy.terms[1:5])) == setting


EDGES = {sign * power + step for power in (0, *(2**n for n in range(257)), *(10**n for n in range(78)))
         for step in (-1, 0, 1) for sign in (1, -1)}  # fmt: skip


def test_integers_are_drawn_where_code_breaks() -> None:
    for strategy, word in ((uint256s(), uint256), (int256s(), int256)):
        found = drawn(strategy, 300)
        assert {type(value) for value in found} == {word}
        assert sum(int(value) in EDGES for value in found) > 60
        assert int(max(found)) > int(word.max) >> 20 and int(min(found)) <= int(word.min) >> 20
    some = [int(value) for value in drawn(prices(), 200)]
    assert min(some) < 10**6 and max(some) > PRICE // 2**20
    assert sum(10**15 <= value <= 10**24 for value in some) > 60
    assert {int(value) for value in drawn(uint256s(5, 7), 60)} == {5, 6, 7}


def test_arguments_are_those_of_the_function() -> None:
    found = drawn(arguments("f(uint8,(int16,bool)[2],address)"), 50)
    for small, pairs, address in found:  # type: ignore[misc]
        assert 0 <= small < 256
        assert all(-(2**15) <= number < 2**15 and isinstance(flag, bool) for number, flag in pairs)
        assert len(address) == 42


def test_what_fails_becomes_small() -> None:
    def short(portfolio: Portfolio) -> bool:
        return any(int(position.size) < -100 for position in portfolio.positions)

    portfolio = find(portfolios(positions=2), short, settings=QUICK)
    assert min(int(position.size) for position in portfolio.positions) >= -128 and portfolio.cash <= 1
    (policy,) = drawn(policies(portfolio), 1)  # the first to be tried is the simplest
    assert len(policy.weightsBps) == 1 and len(policy.covers) <= len(portfolio.positions)
    assert policy.terms.grouping == dials.ACCOUNT
    assert int(find(uint256s(), lambda x: int(x) > 1000, settings=QUICK)) < 20_000


def test_a_failure_shows_the_words_that_it_is_about() -> None:
    @settings(QUICK, phases=[Phase.generate])
    @given(uint256s(), accounts(positions=1))
    def test(price: uint256, account: Inputs) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as raised:
        test()
    told = "\n".join(raised.value.__notes__)
    assert "price=uint256(" in told
    assert "portfolio=Portfolio(cash=int256(" in told


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: uint256s(-1), "uint256s from -1 to 1157.*: no range of a uint256"),
        (lambda: prices(5, 4), "prices from 5 to 4"),
        (lambda: portfolios(positions=65), "65 positions: a portfolio has 0 to 64"),
        (lambda: portfolios(kinds=[9]), "kinds .9,.: they are some of"),
        (lambda: policies(Portfolio(int256(0), ()), setting=(0, 3, 0, 1)), "no setting of the dials"),
        (lambda: policies(Portfolio(int256(0), ()), scenarios=0), "0 scenarios: a policy has 1 to 256"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call()


@pytest.mark.parametrize("name", vmargin.testing.__all__)
def test_all_that_is_public_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(vmargin.testing, name).__doc__


def test_nothing_else_is_public() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'whatever'"):
        vmargin.testing.whatever  # noqa: B018
