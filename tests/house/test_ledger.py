"""What the ledger promises, one promise at a time, on chain and mirrored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.house.token import InsufficientAllowance, InsufficientBalance
from tests.house.twins import BUILD
from tests.house.world import (
    BITCOIN,
    CALL_BITCOIN,
    DAY,
    FUTURE_BITCOIN,
    INVERSE_BITCOIN,
    MODULE,
    NOW,
    OWNER,
    PERP_BITCOIN,
    PERP_ETHER,
    POSTER,
    SPOT_BITCOIN,
    UNIT,
    VENUE,
    WAD,
    World,
    instrument,
    policy,
    user,
)
from vmargin.margin.errors import (
    CashOutOfRange,
    InvalidInstrument,
    PositionsOutOfOrder,
    SizeOutOfRange,
    TooManyPositions,
)
from vmargin.margin.house.accounts import CLEARING, INSURANCE
from vmargin.margin.house.cash import RATE_CEILING
from vmargin.margin.house.errors import (
    AlreadyConnected,
    AmountOutOfRange,
    BorrowRateOutOfRange,
    DecimalsOutOfRange,
    FundingTooSoon,
    HealthTooLow,
    InPool,
    InstrumentExpired,
    MayNotAct,
    MembersOutOfOrder,
    MembersOutOfRange,
    NotInPool,
    NotModule,
    NotOwner,
    NotPerpetual,
    NotVenue,
    PolicyNotAllowed,
    SelfTrade,
    TradePriceOutOfRange,
    UnknownAccount,
    VenueNotAllowed,
)
from vmargin.margin.house.mirror import OwnableUnauthorizedAccount
from vmargin.margin.instruments import CALL, SPOT
from vmargin.solidity.bytecode import Contract, load_artifact
from vmargin.solidity.reverts import Revert

ALICE, BOB, CAROL, STRANGER = map(user, range(4))
YEAR = 365 * DAY


class House(World):
    """Two accounts that can bear a trade, and one with little."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.alice, self.bob = self.open(ALICE, 100_000), self.open(BOB, 100_000)
        self.carol = self.open(CAROL, 1_000)

    def cash(self, account: int) -> int:
        return int(self.see("ledger", "portfolioOf", account)[0])

    def positions(self, account: int) -> dict[int, int]:
        return dict(self.see("ledger", "portfolioOf", account)[1])

    def health(self, account: int) -> tuple[int, int]:
        (value, haircut, initial, maintenance, _, _), _ = self.see("engine", "marginOf", account)
        return value - haircut - initial, value - haircut - maintenance


@pytest.fixture(scope="module")
def ground() -> House:
    return House()


@pytest.fixture
def house(ground: House) -> Any:
    snapshot, rounds, owners = ground.snapshot(), dict(ground.rounds), dict(ground.owners)
    try:
        yield ground
        ground.compare()
        ground.requireConserved()
    finally:
        ground.restore(snapshot)
        ground.rounds, ground.owners = rounds, owners


def test_the_contracts_fit_a_chain() -> None:
    for name in ("Ledger", "Engine"):
        assert len(load_artifact(BUILD / f"{name}.json")["deployedBytecode"]) // 2 - 1 < 24_576


# accounts


def test_an_account_is_its_owners(house: House) -> None:
    account = house.open(STRANGER)
    assert account == house.carol + 1
    assert house.see("ledger", "ownerOf", account) == STRANGER
    assert house.see("ledger", "mayAct", STRANGER, account) is True
    assert house.see("ledger", "mayAct", ALICE, account) is False
    for function, arguments in (
        ("setDelegate", (account, ALICE, True)),
        ("withdraw", (account, 1, ALICE)),
        ("choosePolicy", (account, house.policy)),
    ):
        assert house.outcome("ledger", function, *arguments, sender=ALICE) == NotOwner(account, ALICE)
    assert house.outcome("ledger", "allowVenue", account, VENUE, True, sender=ALICE) == MayNotAct(
        account, ALICE
    )


def test_a_delegate_acts_but_takes_nothing(house: House) -> None:
    house.do("ledger", "setDelegate", house.alice, STRANGER, True, sender=ALICE)
    assert house.see("ledger", "mayAct", STRANGER, house.alice) is True
    house.do("ledger", "allowVenue", house.alice, STRANGER, True, sender=STRANGER)
    outcome = house.outcome("ledger", "withdraw", house.alice, 1, STRANGER, sender=STRANGER)
    assert outcome == NotOwner(house.alice, STRANGER)
    house.do("ledger", "setDelegate", house.alice, STRANGER, False, sender=ALICE)
    assert house.see("ledger", "mayAct", STRANGER, house.alice) is False


def test_nobody_acts_for_what_has_no_owner(house: House) -> None:
    nobody = "0x" + "00" * 20
    for account in (0, int(CLEARING), int(INSURANCE), 15, house.carol + 1):
        assert house.see("ledger", "mayAct", nobody, account) is False
        assert house.outcome("ledger", "withdraw", account, 0, ALICE, sender=ALICE) == NotOwner(
            account, ALICE
        )
    assert house.outcome("ledger", "deposit", 15, 1, sender=ALICE) == UnknownAccount(15)
    assert house.outcome("ledger", "settle", house.carol + 1, sender=ALICE) == UnknownAccount(house.carol + 1)


def test_the_owner_of_the_house_says_who_may_do_what(house: House) -> None:
    refused = OwnableUnauthorizedAccount(ALICE)
    for function, arguments in (
        ("connect", ("engine", "feeds")),
        ("setVenue", (ALICE, True)),
        ("setModule", (ALICE, True)),
        ("allowPolicy", (bytes(32), True)),
        ("setBorrowRate", (1,)),
    ):
        assert house.outcome("ledger", function, *arguments, sender=ALICE) == refused
    engine = house.contracts["engine"].address
    assert house.outcome("ledger", "connect", "engine", "feeds", sender=OWNER) == AlreadyConnected(engine)
    sell = (house.alice, house.bob, PERP_BITCOIN, WAD, WAD)
    assert house.outcome("ledger", "trade", *sell, sender=ALICE) == NotVenue(ALICE)
    for function, arguments in (
        ("move", (house.alice, house.bob, [], 1)),
        ("join", ([house.alice], house.policy, 64)),
        ("part", ([house.alice],)),
    ):
        assert house.outcome("ledger", function, *arguments, sender=ALICE) == NotModule(ALICE)


def test_a_policy_must_be_allowed_and_borne(house: House) -> None:
    strict = house.do("policies", "register", policy([(-9_000, 0), (9_000, 0)]), sender=ALICE)[0]
    assert house.outcome("ledger", "open", strict, sender=ALICE) == PolicyNotAllowed(strict)
    choose = ("ledger", "choosePolicy", house.alice, strict)
    assert house.outcome(*choose, sender=ALICE) == PolicyNotAllowed(strict)
    house.do("ledger", "allowPolicy", strict, True, sender=OWNER)
    assert house.trade(house.alice, house.bob, PERP_BITCOIN, 4 * WAD, 60_000 * WAD) == ()
    assert house.health(house.alice)[0] > 0
    refused = house.outcome(*choose, sender=ALICE)
    assert refused.signature == HealthTooLow.signature
    assert house.see("ledger", "policyOf", house.alice) == house.policy
    assert house.trade(house.bob, house.alice, PERP_BITCOIN, 3 * WAD, 60_000 * WAD) == ()
    house.do(*choose, sender=ALICE)
    assert house.see("ledger", "policyOf", house.alice) == strict
    # one that has it keeps it
    house.do("ledger", "allowPolicy", strict, False, sender=OWNER)
    assert house.trade(house.bob, house.alice, PERP_BITCOIN, WAD, 60_000 * WAD) == ()


# cash


@pytest.mark.parametrize("decimals", [0, 6, 8, 18])
def test_the_asset_may_have_up_to_eighteen_decimals(decimals: int) -> None:
    world = World(decimals=decimals)
    account = world.open(ALICE)
    world.fund(ALICE, 7)
    world.do("ledger", "deposit", account, 5, sender=ALICE)
    assert world.see("ledger", "purseOf", account) == (5 * 10 ** (18 - decimals), 0)
    world.do("ledger", "withdraw", account, 3, BOB, sender=ALICE)
    assert world.see("asset", "balanceOf", BOB) == 3
    world.compare()
    world.requireConserved()


def test_more_decimals_are_refused() -> None:
    asset = Contract.deploy(BUILD / "Erc20.json", ("Fine", "FINE", 19))
    with pytest.raises(Revert) as raised:
        Contract.deploy(BUILD / "Ledger.json", (asset.address, OWNER), evm=asset.evm)
    assert raised.value == DecimalsOutOfRange(19)


def test_deposits_are_what_arrives_from_anyone_for_anyone(house: House) -> None:
    house.fund(STRANGER, 10)
    house.do("ledger", "deposit", house.carol, 4, sender=STRANGER)
    house.do("ledger", "deposit", int(INSURANCE), 6, sender=STRANGER)
    assert house.cash(house.carol) == 1_000 * WAD + 4 * 10**12
    assert house.cash(int(INSURANCE)) == 6 * 10**12
    ledger = house.contracts["ledger"].address
    short = house.outcome("ledger", "deposit", house.carol, 1, sender=STRANGER)
    assert short == InsufficientBalance(STRANGER, 0, 1)
    shy = house.outcome("ledger", "deposit", house.carol, 1, sender=user(9))
    assert shy == InsufficientAllowance(user(9), ledger, 0, 1)


def test_amounts_are_bounded(house: House) -> None:
    house.fund(STRANGER, 2**130)
    outcome = house.outcome("ledger", "deposit", house.carol, 2**126, sender=STRANGER)
    assert outcome == AmountOutOfRange(2**126)
    outcome = house.outcome("ledger", "deposit", house.carol, 2**126 - 1, sender=STRANGER)
    assert outcome == CashOutOfRange((2**126 - 1) * 10**12 + 1_000 * WAD)
    assert house.outcome("ledger", "withdraw", house.carol, 2**126, CAROL, sender=CAROL) == AmountOutOfRange(
        2**126
    )
    assert house.outcome("ledger", "withdraw", house.carol, 2**255, CAROL, sender=CAROL) == AmountOutOfRange(
        2**255
    )


def test_all_can_be_withdrawn_and_not_a_wei_more(house: House) -> None:
    whole = 1_000 * UNIT
    more = house.outcome("ledger", "withdraw", house.carol, whole + 1, CAROL, sender=CAROL)
    assert more == HealthTooLow(house.carol, -(10**12), -(10**12))
    house.do("ledger", "withdraw", house.carol, whole, CAROL, sender=CAROL)
    assert house.cash(house.carol) == 0
    assert house.see("asset", "balanceOf", CAROL) == whole


def test_what_holds_nothing_leaves_when_no_price_is_known(house: House) -> None:
    house.time = NOW + YEAR
    assert isinstance(house.outcome("feeds", "market", [], sender=ALICE), Revert)
    house.do("ledger", "withdraw", house.carol, 1_000 * UNIT, CAROL, sender=CAROL)


def test_spot_is_collateral_to_borrow_against_at_interest(house: House) -> None:
    assert house.trade(house.alice, house.bob, SPOT_BITCOIN, WAD, 60_000 * WAD) == ()
    assert house.trade(house.carol, house.alice, SPOT_BITCOIN, WAD // 100, 60_000 * WAD) == ()
    # worth 59,400, of which 5,940 are haircut and 14,256 required: some may be withdrawn beyond the cash
    house.do("ledger", "withdraw", house.alice, 70_000 * UNIT, ALICE, sender=ALICE)
    assert house.cash(house.alice) == -29_400 * WAD
    house.do("ledger", "setBorrowRate", int(RATE_CEILING) // 40, sender=OWNER)
    house.time += YEAR // 4
    interest = -29_400 * WAD - house.cash(house.alice)
    assert 734 * WAD < interest <= 735 * WAD
    # it reaches the insurance when it is settled, whoever says so
    assert house.cash(int(INSURANCE)) == 0
    house.do("ledger", "settle", house.alice, sender=STRANGER)
    assert house.cash(int(INSURANCE)) == interest
    house.fund(ALICE, 40_000 * UNIT)
    house.do("ledger", "deposit", house.alice, 40_000 * UNIT, sender=ALICE)
    assert house.see("ledger", "purseOf", house.alice)[1] == 0
    house.time += YEAR // 4
    assert house.cash(house.alice) == 40_000 * WAD - 29_400 * WAD - interest


def test_borrow_rates_are_bounded(house: House) -> None:
    ceiling = int(RATE_CEILING)
    outcome = house.outcome("ledger", "setBorrowRate", ceiling + 1, sender=OWNER)
    assert outcome == BorrowRateOutOfRange(ceiling + 1)
    house.do("ledger", "setBorrowRate", ceiling, sender=OWNER)
    house.time += YEAR
    index = house.see("ledger", "borrowIndex")
    assert 5 * 10**27 - 10**20 < index <= 5 * 10**27


# trades


def test_a_wei_of_rounding_stays_with_the_house(house: House) -> None:
    assert house.trade(house.alice, house.bob, PERP_BITCOIN, 1, 60_000 * WAD + 1) == ()
    assert house.cash(house.alice) == 100_000 * WAD - 60_001
    assert house.cash(house.bob) == 100_000 * WAD + 60_000
    assert house.cash(int(CLEARING)) == 1
    assert house.positions(house.alice) == {PERP_BITCOIN: 1}
    assert house.positions(house.bob) == {PERP_BITCOIN: -1}


def test_an_inverse_perpetual_has_a_negative_price(house: House) -> None:
    price = -(10**36) // (60_000 * WAD)
    assert house.trade(house.alice, house.bob, INVERSE_BITCOIN, 10**6 * WAD + 1, price) == ()
    gained = house.cash(house.alice) - 100_000 * WAD
    assert gained == -((10**6 * WAD + 1) * price // WAD) - 1
    for what, wrong in (
        (INVERSE_BITCOIN, 0),
        (INVERSE_BITCOIN, 1),
        (PERP_BITCOIN, -1),
        (PERP_BITCOIN, 2**96),
        (INVERSE_BITCOIN, -(2**96)),
    ):
        assert house.trade(house.alice, house.bob, what, WAD, wrong) == TradePriceOutOfRange(what, wrong)


def test_trades_are_refused_in_their_order(house: House) -> None:
    house.do("ledger", "allowVenue", house.bob, VENUE, False, sender=BOB)
    a, b, c = house.alice, house.bob, house.carol
    bad = PERP_BITCOIN | 1
    past = instrument(BITCOIN, CALL, NOW, WAD)
    assert house.trade(a, a, bad, 0, -1) == SelfTrade(a)
    assert house.trade(a, b, bad, 0, -1) == VenueNotAllowed(b, VENUE)
    assert house.trade(b, a, bad, 0, -1) == VenueNotAllowed(b, VENUE)
    assert house.trade(99, a, bad, 0, -1) == VenueNotAllowed(99, VENUE)
    assert house.trade(a, c, bad, 0, -1) == InvalidInstrument(bad)
    assert house.trade(a, c, past, 0, -1) == InstrumentExpired(past)
    for size in (0, 2**112, 2**255, 2**256 - 1):
        signed = size - 2**256 if size >= 2**255 else size
        assert house.trade(a, c, PERP_BITCOIN, size, -1) == SizeOutOfRange(PERP_BITCOIN, signed)
    assert house.trade(a, c, PERP_BITCOIN, 1, -1) == TradePriceOutOfRange(PERP_BITCOIN, -1)


def test_both_sides_must_bear_a_trade(house: House) -> None:
    size = WAD // 12
    outcome = house.trade(house.alice, house.carol, PERP_BITCOIN, size, 60_000 * WAD)
    assert outcome.signature == HealthTooLow.signature
    assert outcome.values[0] == house.carol
    assert house.trade(house.carol, house.alice, PERP_BITCOIN, size, 60_000 * WAD).values[0] == house.carol
    assert house.trade(house.carol, house.alice, PERP_BITCOIN, size * 5 // 6, 60_000 * WAD) == ()


def test_positions_have_bounds(house: House) -> None:
    giant = 2**112 - 1
    house.do("ledger", "move", house.alice, house.bob, [(PERP_BITCOIN, giant)], 0, sender=MODULE)
    more = house.outcome("ledger", "move", house.alice, house.bob, [(PERP_BITCOIN, 1)], 0, sender=MODULE)
    assert more == SizeOutOfRange(PERP_BITCOIN, -(2**112))
    house.do("ledger", "move", house.bob, house.alice, [(PERP_BITCOIN, giant)], 0, sender=MODULE)
    assert house.positions(house.alice) == {}


def test_an_account_that_lost_its_margin_may_always_give_up_risk(house: House) -> None:
    assert house.trade(house.carol, house.alice, PERP_BITCOIN, WAD // 15, 60_000 * WAD) == ()
    house.spot(BITCOIN, 48_000 * WAD)
    house.surface(PERP_BITCOIN, 48_000 * WAD)
    initial, maintenance = house.health(house.carol)
    assert initial < 0 and maintenance < 0
    more = house.trade(house.carol, house.alice, PERP_BITCOIN, 1, 48_000 * WAD)
    assert more.signature == HealthTooLow.signature
    less = (house.alice, house.carol, PERP_BITCOIN)
    # at the mark, in parts, although what is left still lacks margin
    for parts in (1_000, 100, 30):
        before = house.health(house.carol)
        assert house.trade(*less, WAD // parts, 48_000 * WAD) == ()
        after = house.health(house.carol)
        assert after[0] > before[0] and after[1] > before[1]
    assert house.health(house.carol)[0] < 0
    # but not at a price that costs more than it releases
    dear = house.trade(*less, WAD // 1_000, 30_000 * WAD)
    assert dear.signature == HealthTooLow.signature
    # a little below the mark is still worth it
    assert house.trade(*less, WAD // 1_000, 47_000 * WAD) == ()


def test_withdrawals_are_refused_to_whom_lacks_margin_even_of_a_wei(house: House) -> None:
    assert house.trade(house.carol, house.alice, PERP_BITCOIN, WAD // 15, 60_000 * WAD) == ()
    house.spot(BITCOIN, 50_000 * WAD)
    house.surface(PERP_BITCOIN, 50_000 * WAD)
    house.fund(CAROL, 1)
    house.do("ledger", "deposit", house.carol, 1, sender=CAROL)
    outcome = house.outcome("ledger", "withdraw", house.carol, 1, CAROL, sender=CAROL)
    assert outcome.signature == HealthTooLow.signature


# funding


def test_longs_pay_shorts_while_the_mark_is_above_spot(house: House) -> None:
    house.surface(PERP_BITCOIN, 60_600 * WAD)
    third = WAD // 3
    assert house.trade(house.alice, house.bob, PERP_BITCOIN, third, 60_600 * WAD) == ()
    before = house.cash(house.alice), house.cash(house.bob)
    house.do("ledger", "pokeFunding", PERP_BITCOIN, sender=STRANGER)
    house.time += 4 * 3600
    # half of 1% of spot
    assert house.cash(house.alice) == before[0] - third * 300
    assert house.cash(house.bob) == before[1] + third * 300
    house.surface(PERP_BITCOIN, 50_000 * WAD)
    house.do("ledger", "pokeFunding", PERP_BITCOIN, sender=STRANGER)
    assert house.see("ledger", "premiumOf", PERP_BITCOIN)[1] == -2_400 * WAD
    house.time += 8 * 3600 + 1
    # 2,400 a period, less 300: no whole wei, of which the payer bears the rest
    index = house.see("ledger", "fundingIndex", PERP_BITCOIN)
    assert index == 300 * WAD - 2_400 * WAD * 28_801 // 28_800
    assert house.cash(house.alice) == before[0] + third * -index // WAD
    assert house.cash(house.bob) == before[1] - third * -index // WAD - 1
    assert house.trade(house.bob, house.alice, PERP_BITCOIN, third, 60_000 * WAD) == ()
    assert house.positions(house.alice) == {}
    total = sum(map(house.cash, (house.alice, house.bob, int(CLEARING))))
    assert total == 200_000 * WAD
    assert 0 <= house.cash(int(CLEARING)) <= 3


def test_funding_is_looked_at_once_in_an_hour_and_of_perpetuals_only(house: House) -> None:
    house.do("ledger", "pokeFunding", INVERSE_BITCOIN, sender=STRANGER)
    house.time += 3599
    assert house.outcome("ledger", "pokeFunding", INVERSE_BITCOIN, sender=ALICE) == FundingTooSoon(
        INVERSE_BITCOIN, NOW + 3600
    )
    house.time += 1
    house.do("ledger", "pokeFunding", INVERSE_BITCOIN, sender=STRANGER)
    for what in (SPOT_BITCOIN, CALL_BITCOIN, FUTURE_BITCOIN):
        assert house.outcome("ledger", "pokeFunding", what, sender=ALICE) == NotPerpetual(what)
    assert house.outcome("ledger", "pokeFunding", PERP_BITCOIN | 1, sender=ALICE) == InvalidInstrument(
        PERP_BITCOIN | 1
    )


# expiry


def test_at_its_date_a_position_becomes_cash_for_anyone_to_settle(house: House) -> None:
    house.surface(FUTURE_BITCOIN, 61_000 * WAD, [(50_000 * WAD, 6 * 10**7), (70_000 * WAD, 5 * 10**7)])
    assert house.trade(house.alice, house.bob, CALL_BITCOIN, WAD // 3 + 1, 3_000 * WAD) == ()
    assert house.trade(house.alice, house.bob, FUTURE_BITCOIN, WAD // 7, 61_000 * WAD) == ()
    house.time = NOW + 30 * DAY + 5
    for what in (CALL_BITCOIN, FUTURE_BITCOIN):
        assert house.trade(house.bob, house.alice, what, 1, WAD) == InstrumentExpired(what)
    # nothing is settled before the price is
    before = house.see("ledger", "portfolioOf", house.alice)
    house.do("ledger", "settle", house.alice, sender=STRANGER)
    assert house.see("ledger", "portfolioOf", house.alice) == before
    assert house.positions(house.alice) == {CALL_BITCOIN: WAD // 3 + 1, FUTURE_BITCOIN: WAD // 7}
    number = house.spot(BITCOIN, 62_000 * WAD)
    house.do("feeds", "settle", BITCOIN, NOW + 30 * DAY, number, sender=STRANGER)
    # from now on it is cash, whether it is settled or not
    expected = (WAD // 3 + 1) * 2_000 + WAD // 7 * 62_000
    assert house.positions(house.alice) == {}
    assert house.cash(house.alice) == before[0] + expected
    assert len(house.see("ledger", "instrumentsOf", house.alice)) == 2
    house.do("ledger", "settle", house.alice, sender=STRANGER)
    assert house.see("ledger", "instrumentsOf", house.alice) == ()
    assert house.cash(house.alice) == before[0] + expected
    assert house.cash(int(CLEARING)) == -expected
    house.do("ledger", "settle", house.bob, sender=STRANGER)
    assert house.cash(int(CLEARING)) == 0
    house.do("ledger", "withdraw", house.alice, house.cash(house.alice) // 10**12, ALICE, sender=ALICE)


# modules


def test_a_module_moves_what_it_says(house: House) -> None:
    assert house.trade(house.alice, house.bob, PERP_BITCOIN, WAD, 60_000 * WAD) == ()
    parts = [(PERP_BITCOIN, WAD // 4), (PERP_ETHER, -WAD)]
    house.do("ledger", "move", house.alice, house.carol, parts, -7, sender=MODULE)
    assert house.positions(house.carol) == {PERP_BITCOIN: WAD // 4, PERP_ETHER: -WAD}
    assert house.positions(house.alice) == {PERP_BITCOIN: WAD - WAD // 4, PERP_ETHER: WAD}
    assert house.cash(house.carol) == 1_000 * WAD - 7
    a, c = house.alice, house.carol
    for arguments, error in (
        ((a, a, [], 1), SelfTrade(a)),
        ((a, 99, [], 1), UnknownAccount(99)),
        ((99, a, [], 1), UnknownAccount(99)),
        ((a, c, [parts[1], parts[0]], 0), PositionsOutOfOrder(PERP_ETHER, PERP_BITCOIN)),
        ((a, c, [parts[0], parts[0]], 0), PositionsOutOfOrder(PERP_BITCOIN, PERP_BITCOIN)),
        ((a, c, [(PERP_BITCOIN | 1, 1)], 0), InvalidInstrument(PERP_BITCOIN | 1)),
        ((a, c, [], 2**126), CashOutOfRange(2**126 + 1_000 * WAD - 7)),
    ):
        assert house.outcome("ledger", "move", *arguments, sender=MODULE) == error
    for extreme in (
        (a, c, [], -(2**255)),
        (a, c, [(PERP_BITCOIN, -(2**255))], 0),
        (a, c, [(PERP_BITCOIN, 2**255 - 1)], 0),
    ):
        assert isinstance(house.outcome("ledger", "move", *extreme, sender=MODULE), Revert)


def spots(number: int, first: int = 100) -> list[tuple[int, int]]:
    return [(instrument(first + i, SPOT), 1) for i in range(number)]


def test_an_account_holds_sixty_four_positions_and_no_more(house: House) -> None:
    house.do("ledger", "move", house.bob, house.alice, spots(64), 0, sender=MODULE)
    assert len(house.positions(house.alice)) == 64
    outcome = house.outcome("ledger", "move", house.carol, house.alice, spots(1, 5), 0, sender=MODULE)
    assert outcome == TooManyPositions(65, 64)
    # one in, one out, at either end
    swap = [(instrument(5, SPOT), 1), (instrument(163, SPOT), -1)]
    house.do("ledger", "move", house.bob, house.alice, swap, 0, sender=MODULE)
    held = house.see("ledger", "instrumentsOf", house.alice)
    assert held == tuple(sorted(held)) and held[0] == instrument(5, SPOT) and len(held) == 64


def test_what_is_settled_makes_room_once_it_is_settled(house: House) -> None:
    dated = [(instrument(BITCOIN, CALL, NOW + DAY, strike), 1) for strike in range(1, 65)]
    house.do("ledger", "move", house.bob, house.alice, dated, 0, sender=MODULE)
    house.time = NOW + 2 * DAY
    house.do("feeds", "settle", BITCOIN, NOW + DAY, house.spot(BITCOIN, 70_000 * WAD), sender=STRANGER)
    assert house.positions(house.alice) == {}
    outcome = house.trade(house.alice, house.carol, PERP_BITCOIN, 1, WAD)
    assert outcome == TooManyPositions(65, 64)
    house.do("ledger", "settle", house.alice, sender=STRANGER)
    assert house.trade(house.alice, house.carol, PERP_BITCOIN, 1, WAD) == ()


# pools


def test_members_of_a_pool_are_margined_together(house: House) -> None:
    loose = house.allow(policy([(-1_000, 0), (1_000, 0)], maxPositions=8))
    house.do("ledger", "join", [house.alice, house.carol], loose, 64, sender=MODULE)
    assert house.see("ledger", "scopeOf", house.carol) == ((house.alice, house.carol), loose)
    # carol could not bear it alone
    assert house.trade(house.carol, house.bob, PERP_BITCOIN, WAD, 60_000 * WAD) == ()
    assert house.see("engine", "marginOf", house.carol) == house.see("engine", "marginOf", house.alice)
    # nor could both: 101,000 and 6,000 of each more
    outcome = house.trade(house.carol, house.bob, PERP_BITCOIN, 20 * WAD, 60_000 * WAD)
    assert outcome.values[0] == house.carol
    # what they trade with each other changes nothing but a wei
    before = house.health(house.alice)
    assert house.trade(house.alice, house.carol, PERP_BITCOIN, WAD // 3, 1) == ()
    assert house.health(house.alice) == (before[0] - 1, before[1] - 1)
    outcome = house.outcome("ledger", "choosePolicy", house.alice, house.policy, sender=ALICE)
    assert outcome == InPool(house.alice, 1)
    house.do("ledger", "part", [house.carol], sender=MODULE)
    assert house.see("ledger", "scopeOf", house.alice) == ((house.alice,), loose)
    assert house.see("ledger", "scopeOf", house.carol) == ((house.carol,), house.policy)
    assert house.outcome("ledger", "part", [house.carol], sender=MODULE) == NotInPool(house.carol)
    house.do("ledger", "join", [house.carol], loose, 64, sender=MODULE)


def test_pools_are_made_of_customers_in_order(house: House) -> None:
    a, b, c = house.alice, house.bob, house.carol
    rule = house.policy
    for members, which, error in (
        ([a], bytes(32), PolicyNotAllowed(bytes(32))),
        ([], rule, MembersOutOfRange(0)),
        (list(range(16, 33)), rule, MembersOutOfRange(17)),
        ([b, a], rule, MembersOutOfOrder(b, a)),
        ([int(INSURANCE)], rule, UnknownAccount(int(INSURANCE))),
        ([a, 99], rule, UnknownAccount(99)),
    ):
        assert house.outcome("ledger", "join", members, which, 64, sender=MODULE) == error
    house.do("ledger", "join", [a, b], rule, 64, sender=MODULE)
    assert house.outcome("ledger", "join", [b, c], rule, 64, sender=MODULE) == InPool(b, 1)
    house.do("ledger", "part", [b, a], sender=MODULE)
    house.do("ledger", "join", [a, b, c], rule, 64, sender=MODULE)
    house.do("ledger", "part", [b], sender=MODULE)
    assert house.see("ledger", "scopeOf", a)[0] == (a, c)


def test_a_pool_holds_as_many_positions_as_an_account(house: House) -> None:
    a, b, c = house.alice, house.bob, house.carol
    house.do("ledger", "move", b, a, spots(40), 0, sender=MODULE)
    house.do("ledger", "move", b, c, spots(24), 0, sender=MODULE)
    house.do("ledger", "join", [a, c], house.policy, 64, sender=MODULE)
    outcome = house.outcome("ledger", "move", b, c, spots(1, 5), 0, sender=MODULE)
    assert outcome == TooManyPositions(65, 64)
    house.do("ledger", "part", [a, c], sender=MODULE)
    house.do("ledger", "move", b, c, spots(1, 5), 0, sender=MODULE)
    assert house.outcome("ledger", "join", [a, c], house.policy, 64, sender=MODULE) == TooManyPositions(
        65, 64
    )


def test_a_pool_holds_no_more_instruments_than_its_policy_admits(house: House) -> None:
    """Also those that its members hold against each other: a liquidation would part them."""
    a, b, c = house.alice, house.bob, house.carol
    house.do("ledger", "move", a, c, spots(3), 0, sender=MODULE)
    assert house.outcome("ledger", "join", [a, c], house.policy, 2, sender=MODULE) == TooManyPositions(3, 2)
    house.do("ledger", "join", [a, c], house.policy, 3, sender=MODULE)
    house.do("ledger", "move", b, c, spots(1), 0, sender=MODULE)
    assert house.outcome("ledger", "move", b, c, spots(4), 0, sender=MODULE) == TooManyPositions(4, 3)


def test_posters_are_no_venues(house: House) -> None:
    assert house.outcome(
        "ledger", "trade", house.alice, house.bob, PERP_BITCOIN, 1, 1, sender=POSTER
    ) == NotVenue(POSTER)
