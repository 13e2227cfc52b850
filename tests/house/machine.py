"""Any sequence of what users, venues, modules and the market may do to the ledger and its mirror.

Rules for the other contracts are mixins beside `LedgerRules`: rules and invariants over `self.world`.
"""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.house.events import Reader
from tests.house.whole import WholeHouse
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
    SPOTS,
    UNIT,
    VENUE,
    WAD,
    instrument,
    policy,
    user,
)
from vmargin.margin.house import health
from vmargin.margin.house.accounts import CLEARING, INSURANCE
from vmargin.margin.house.cash import RATE_CEILING
from vmargin.margin.instruments import (
    CALL,
    FUTURE,
    INVERSE,
    PUT,
    SPOT,
    expiryOf,
    isOption,
    kindOf,
    underlyingOf,
)
from vmargin.margin.types import Portfolio, Position
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

DATES = (NOW + 2 * DAY, NOW + 20 * DAY)
LISTED = (
    SPOT_BITCOIN,
    PERP_BITCOIN,
    INVERSE_BITCOIN,
    PERP_ETHER,
    instrument(BITCOIN, FUTURE, DATES[0]),
    instrument(BITCOIN, CALL, DATES[0], 60_000 * WAD),
    instrument(BITCOIN, PUT, DATES[1], 55_000 * WAD),
    instrument(ETHER, CALL, DATES[1], 3_100 * WAD),
)
VOLATILITY = (6_500, 5_000, 20_000, 3_000, 7 * DAY, 1_800, 20 * DAY)
WHALE = 10**12


@cache
def ground() -> WholeHouse:
    """Made once: every run starts from the same house."""
    return WholeHouse(LISTED)


class LedgerRules(RuleBasedStateMachine):
    world: WholeHouse

    @initialize(draws=st.randoms(use_true_random=False), trades=st.integers(0, 16))
    def begin(self, draws: Random, trades: int) -> None:
        self.world = ground()
        self.start = (self.world.snapshot(), dict(self.world.rounds), dict(self.world.owners))
        self.prices = dict(SPOTS)
        self.reader = Reader()
        self.read = 0
        self.deposited = 0
        self.roundings = 0
        self.policies = [self.world.policy, self.world.allow(policy([(-4_000, 0), (4_000, 0)], creditBps=0))]
        self.post()
        self.customers = [
            self.world.open(user(number), dollars) for number, dollars in enumerate((20_000, 5_000, 300))
        ]
        self.whale = self.world.open(user(99), WHALE)
        self.deposited += (20_000 + 5_000 + 300 + WHALE) * UNIT
        self.world.do("ledger", "setBorrowRate", int(RATE_CEILING) // 10, sender=OWNER)
        self.world.do("feeds", "setVolatilityTerms", ETHER, VOLATILITY, sender=OWNER)
        for _ in range(trades):
            # nearly all that the account can bear, and less and less
            sides, which = [draws.choice(self.customers), self.whale], draws.choice(LISTED)
            draws.shuffle(sides)
            for power in range(19, 10, -1):
                if self.deal(*sides, which, draws.randint(1, 10**power)) == ():
                    break

    def teardown(self) -> None:
        if hasattr(self, "start"):
            snapshot, rounds, owners = self.start
            self.world.restore(snapshot)
            self.world.rounds, self.world.owners = rounds, owners

    def post(self) -> None:
        """Marks a little beside spot, forwards a little above it, and two volatilities."""
        for listed in LISTED:
            kind, spot = int(kindOf(uint256(listed))), self.prices[int(underlyingOf(uint256(listed)))]
            expiry = int(expiryOf(uint256(listed)))
            if kind == SPOT or (expiry and expiry <= self.world.time):
                continue
            if expiry:
                surface = instrument(int(underlyingOf(uint256(listed))), FUTURE, expiry)
                nodes = [(spot // 2, 8 * 10**7), (spot * 2, 6 * 10**7)]
                self.world.surface(surface, spot * 101 // 100, nodes, rate=WAD // 50)
            else:
                self.world.surface(listed, spot * 1003 // 1000)

    def ledger(self, function: str, *arguments: Any, sender: str) -> Any:
        outcome = self.world.outcome("ledger", function, *arguments, sender=sender)
        self.roundings += 4 + len(self.world.mirrors["ledger"].holdings)
        return outcome

    def account(self, number: int) -> int:
        everyone = [*self.customers, self.whale]
        return everyone[number % len(everyone)]

    def price(self, listed: int, skew: int) -> int:
        """What it is worth now, or so; 1 wei off where it can be."""
        market = self.world.mirrors["feeds"].market((uint256(listed),))
        forward = int(market.quotes[0].forward)
        kind = int(kindOf(uint256(listed)))
        if kind == INVERSE:
            return -(10**36) // forward + skew
        if isOption(uint256(kind)):
            return max(0, forward // 20 + skew)
        return max(1, forward + skew)

    numbers = st.integers(0, 10)
    skews = st.sampled_from((0, 0, 0, 1, -1, 333))

    @rule(number=numbers, amount=st.integers(0, 10**5 * UNIT))
    def deposit(self, number: int, amount: int) -> None:
        self.pay(self.account(number), amount)

    def pay(self, account: int, amount: int) -> None:
        """So many units of the asset, from anyone."""
        owner = user(50)
        self.world.fund(owner, amount)
        outcome = self.ledger("deposit", account, amount, sender=owner)
        assert outcome == ()
        self.deposited += amount

    @rule(number=numbers, amount=st.integers(0, 10**4 * UNIT), everything=st.booleans())
    def withdraw(self, number: int, amount: int, everything: bool) -> None:
        account = self.customers[number % len(self.customers)]
        if everything:
            amount = max(0, int(self.world.mirrors["ledger"].portfolioOf(uint256(account)).cash)) // 10**12
        outcome = self.ledger("withdraw", account, amount, user(60), sender=self.world.owners[account])
        if outcome == ():
            self.deposited -= amount
            self.requireInitial(account)

    @rule(
        buyer=numbers,
        seller=numbers,
        which=st.sampled_from(LISTED),
        size=st.sampled_from((1, 10**9, WAD // 1000, WAD // 100, WAD // 7, WAD, 10 * WAD)),
        skew=skews,
        odd=st.sampled_from((False, False, False, False, True)),
    )
    def trade(self, buyer: int, seller: int, which: int, size: int, skew: int, odd: bool) -> None:
        price = skew if odd else self.price(which, skew)
        self.ledger("trade", self.account(buyer), self.account(seller), which, size, price, sender=VENUE)

    @rule(buyer=numbers, which=st.sampled_from(LISTED), power=st.integers(12, 20), skew=skews)
    def buy(self, buyer: int, which: int, power: int, skew: int) -> None:
        self.deal(self.account(buyer), self.whale, which, 10**power, skew)

    @rule(seller=numbers, which=st.sampled_from(LISTED), power=st.integers(12, 20), skew=skews)
    def sell(self, seller: int, which: int, power: int, skew: int) -> None:
        self.deal(self.whale, self.account(seller), which, 10**power, skew)

    def deal(self, buyer: int, seller: int, which: int, size: int, skew: int = 0) -> Any:
        """At the market, where it is open; a unit of the inverse perpetual is worth little."""
        if 0 < expiryOf(uint256(which)) <= self.world.chain.time or buyer == seller:
            return None
        if kindOf(uint256(which)) == INVERSE:
            size *= 10_000
        return self.ledger("trade", buyer, seller, which, size, self.price(which, skew), sender=VENUE)

    @rule(number=numbers, place=numbers, parts=st.sampled_from((1, 1, 2, 7)), skew=skews)
    def derisk(self, number: int, place: int, parts: int, skew: int) -> None:
        """Give up some of a position to one who can bear it. Refused only where it does not help."""
        account = self.account(number)
        held = self.world.mirrors["ledger"].portfolioOf(uint256(account))
        open_ = [p for p in held.positions if not 0 < expiryOf(p.instrument) <= self.world.chain.time]
        if account == self.whale or not open_:
            return
        which, size = open_[place % len(open_)]
        amount = -(-abs(int(size)) // parts)
        price = self.price(int(which), skew)
        helps = self.helps(account, int(which), amount if size < 0 else -amount, price)
        sides = (account, self.whale) if size < 0 else (self.whale, account)
        outcome = self.ledger("trade", *sides, int(which), amount, price, sender=VENUE)
        assert (outcome == ()) == helps, outcome

    def helps(self, account: int, which: int, size: int, price: int) -> bool:
        """Whether a trade leaves initial margin, or raises both healths where there was none."""
        ledger, engine = self.world.mirrors["ledger"], self.world.mirrors["engine"]
        members, rule_ = ledger.scopeOf(uint256(account))
        if uint256(self.whale) in members:
            return True
        cash, positions = 0, {}
        for member in members:
            portfolio = ledger.portfolioOf(member)
            cash += int(portfolio.cash)
            for i, s in portfolio.positions:
                positions[int(i)] = positions.get(int(i), 0) + int(s)
        current = made(cash, positions)
        positions[which] = positions.get(which, 0) + size
        changed = made(cash - -(-size * price // WAD), positions)
        if not changed.positions and changed.cash >= 0:
            return True
        before, afterwards = engine.change(current, changed, rule_)
        if health.initial(afterwards) >= 0:
            return True
        return bool(
            health.initial(before) < 0
            and health.initial(afterwards) > health.initial(before)
            and health.maintenance(afterwards) > health.maintenance(before)
        )

    @rule(seconds=st.sampled_from((1, 59, 3600, 8 * 3600, DAY, 5 * DAY)))
    def wait(self, seconds: int) -> None:
        self.world.time += seconds

    @rule(underlying=st.sampled_from((BITCOIN, ETHER)), percent=st.sampled_from((70, 90, 97, 101, 106, 140)))
    def turn(self, underlying: int, percent: int) -> None:
        self.prices[underlying] = self.prices[underlying] * percent // 100 // 10**10 * 10**10
        self.world.spot(underlying, self.prices[underlying])
        self.post()

    @rule(
        underlying=st.sampled_from((BITCOIN, ETHER)),
        percent=st.sampled_from((50, 70, 140, 190)),
        data=st.data(),
    )
    def crash(self, underlying: int, percent: int, data: st.DataObject) -> None:
        """Some lose what they have, and give up positions, as long as they can."""
        self.turn(underlying, percent)
        for number, _ in enumerate(self.customers):
            place, parts = data.draw(self.numbers), data.draw(st.sampled_from((1, 2, 7)))
            self.derisk(number, place, parts, 0)
            self.both_are_the_same()

    @rule(which=st.sampled_from((PERP_BITCOIN, INVERSE_BITCOIN, PERP_ETHER, SPOT_BITCOIN)))
    def poke(self, which: int) -> None:
        self.ledger("pokeFunding", which, sender=user(70))

    @rule(underlying=st.sampled_from((BITCOIN, ETHER)), seconds=st.sampled_from((0, 3600, DAY)))
    def sample(self, underlying: int, seconds: int) -> None:
        """For the volatility by which one of them has its shocks scaled."""
        self.world.time += seconds
        self.world.outcome("feeds", "poke", underlying, sender=user(70))

    @rule(rate=st.sampled_from((0, 1, int(RATE_CEILING) // 50, int(RATE_CEILING), int(RATE_CEILING) + 1)))
    def lend(self, rate: int) -> None:
        self.ledger("setBorrowRate", rate, sender=OWNER)

    @rule(underlying=st.sampled_from((BITCOIN, ETHER)), date=st.sampled_from(DATES))
    def fix(self, underlying: int, date: int) -> None:
        """Settle a date, with a round of its own where it is due."""
        if date <= self.world.time:
            self.world.spot(underlying, self.prices[underlying])
        number = self.world.rounds[underlying]
        self.world.outcome("feeds", "settle", underlying, date, number, sender=user(70))

    @rule(late=st.sampled_from((0, 1, 3600)), numbers=st.lists(numbers, max_size=3, unique=True))
    def expire(self, late: int, numbers: list[int]) -> None:
        """The next date comes and is settled, and so are some accounts, which are worth what they were."""
        for date in DATES:
            if date > self.world.time:
                self.world.time = date + late
                self.fix(BITCOIN, date)
                self.fix(ETHER, date)
                break
        for number in numbers:
            self.settle(number)

    @rule(number=st.integers(-3, 10))
    def settle(self, number: int) -> None:
        account = self.account(number) if number >= 0 else (int(CLEARING), int(INSURANCE), 15)[number]
        before = self.world.see("ledger", "portfolioOf", account)
        outcome = self.ledger("settle", account, sender=user(70))
        if not isinstance(outcome, Revert) and account >= 16:
            assert self.world.see("ledger", "portfolioOf", account) == before

    @rule(number=numbers, which=numbers)
    def choose(self, number: int, which: int) -> None:
        account, chosen = self.account(number), self.policies[which % len(self.policies)]
        if self.ledger("choosePolicy", account, chosen, sender=self.world.owners[account]) == ():
            self.requireInitial(account)

    @rule(numbers=st.lists(numbers, min_size=1, max_size=3, unique=True), which=numbers)
    def join(self, numbers: list[int], which: int) -> None:
        members = sorted({self.account(number) for number in numbers})
        self.ledger("join", members, self.policies[which % len(self.policies)], 64, sender=MODULE)

    @rule(numbers=st.lists(numbers, min_size=1, max_size=2))
    def part(self, numbers: list[int]) -> None:
        """Of those in pools, if there are some."""
        ledger = self.world.mirrors["ledger"]
        everyone = [*self.customers, self.whale]
        inside = [a for a in everyone if ledger.poolOf(uint256(a)) != 0] or everyone
        self.ledger("part", [inside[number % len(inside)] for number in numbers], sender=MODULE)

    @rule(
        origin=numbers,
        to=numbers,
        which=st.lists(st.sampled_from(LISTED), max_size=3, unique=True),
        size=st.integers(-(10**15), 10**15),
        cash=st.integers(-(10**20), 10**20),
    )
    def move(self, origin: int, to: int, which: list[int], size: int, cash: int) -> None:
        """As modules do. The insurance has no more than what it was given."""
        positions = [(listed, size) for listed in sorted(which)]
        self.ledger("move", self.account(origin), self.account(to), positions, cash, sender=MODULE)

    def ruin(self, account: int, debt: int) -> None:
        """Leave a customer with a debt and without positions; the whale has what it held."""
        if account == self.whale:
            return
        portfolio = self.world.mirrors["ledger"].portfolioOf(uint256(account))
        positions = [(int(i), int(size)) for i, size in portfolio.positions]
        self.ledger("move", account, self.whale, positions, int(portfolio.cash) + debt, sender=MODULE)

    def requireInitial(self, account: int) -> None:
        portfolio = self.world.mirrors["ledger"].portfolioOf(uint256(account))
        if portfolio.positions or portfolio.cash < 0:
            margin, _ = self.world.mirrors["engine"].marginOf(uint256(account))
            assert health.initial(margin) >= 0

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def both_are_the_same(self) -> None:
        self.world.compare()

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def events_tell_all(self) -> None:
        address = self.world.contracts["ledger"].address
        for log in self.world.logs[self.read :]:
            if log.address == address:
                self.reader.read(log)
        self.read = len(self.world.logs)
        self.reader.requireSame(self.world.mirrors["ledger"])

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def nobody_gains_a_wei(self) -> None:
        """Were all settled now, CLEARING would hold what was rounded: neither less than nothing, nor more."""
        self.world.requireConserved()
        ledger = self.world.mirrors["ledger"]
        assert self.world.see("asset", "balanceOf", ledger.address) == self.deposited
        customers = 0
        interest = 0
        for account in self.world.accounts[2:]:
            customers += int(ledger.portfolioOf(uint256(account)).cash)
            interest += int(ledger._cashOf(uint256(account))[1])
        clearing = self.deposited * 10**12 - customers - interest - int(ledger.purseOf(INSURANCE).cash)
        assert 0 <= clearing <= self.roundings


def made(cash: int, positions: dict[int, int]) -> Portfolio:
    held = tuple(Position(uint256(i), int256(s)) for i, s in sorted(positions.items()) if s)
    return Portfolio(int256(cash), held)
