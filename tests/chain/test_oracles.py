"""Prices are what a contract gets; what it would refuse is told beside them, to the second."""

from __future__ import annotations

from fractions import Fraction

import pytest

from vmargin.chain.anchors import HashAnchor
from vmargin.chain.errors import BadReturn, NoPrice
from vmargin.chain.oracles import (
    ChainlinkFeed,
    FutureTimestamp,
    GracePeriod,
    LowConfidence,
    NonPositive,
    PlainFeed,
    PythFeed,
    RoundIncomplete,
    SequencerDown,
    SequencerFeed,
    SequencerUnknown,
    StalePrice,
    read_price,
    read_prices,
)
from vmargin.chain.proven import ProvenView
from vmargin.chain.recorded import RecordingView
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Custom, Empty, Panic

ROUND = "set((uint80,int256,uint256,uint256,uint80))"
POSTED = "set(bytes32,(int64,uint64,int32,uint256))"
TAKE = "take(address,uint256)(int256)"
TAKE_ON_ROLLUP = "takeOnRollup(address,uint256,address,uint256)(int256)"
NO_OLDER = "getPriceNoOlderThan(bytes32,uint256)((int64,uint64,int32,uint256))"
ID = bytes(range(32))
REFUSALS = {
    "Stale()": StalePrice,
    "SequencerDown()": SequencerDown,
    "GracePeriodNotOver()": GracePeriod,
    "NoRoundYet()": SequencerUnknown,
}


class Oracles:
    def __init__(self, chain, build):
        self.chain = chain
        self.price = chain.deploy(build / "AggregatorFeed.json", [8])
        self.sequencer = chain.deploy(build / "AggregatorFeed.json", [0])
        self.broken = chain.deploy(build / "AggregatorFeed.json", [8])
        chain.send(self.broken, "breakDown()")
        self.pyth = chain.deploy(build / "PythPrices.json")
        self.plain = chain.deploy(build / "PlainPrice.json")
        self.taker = chain.deploy(build / "PriceTaker.json")
        self.now = chain.at().timestamp

    def round(self, feed, *, answer=1, started=None, updated=None, round_id=9, answered_in=9):
        started = self.now if started is None else started
        updated = self.now if updated is None else updated
        self.chain.send(feed, ROUND, [(round_id, answer, started, updated, answered_in)])
        return self.chain.at()

    def post(self, *price):
        self.chain.send(self.pyth, POSTED, [ID, price])
        return self.chain.at()


@pytest.fixture(scope="module")
def oracles(chain, build):
    return Oracles(chain, build)


def taken(view, taker, function, *arguments):
    """What the contract that takes prices makes of it."""
    return view.calls([(taker, function, arguments)], errors=REFUSALS)[0]


def test_a_round(oracles):
    view = oracles.round(oracles.price, answer=312_345_678_901)
    price = read_price(view, ChainlinkFeed(oracles.price, heartbeat_s=3600))
    assert (price.raw, price.exponent, price.at, price.round_id) == (312_345_678_901, -8, oracles.now, 9)
    assert price.exact == Fraction(312_345_678_901, 10**8)
    assert price.warnings == ()
    assert taken(view, oracles.taker, TAKE, oracles.price, 3600) == (price.raw,)


def test_decimals_that_are_given_are_not_asked_for(oracles):
    view = oracles.round(oracles.price)
    assert len(ChainlinkFeed(oracles.price).questions()) == 2
    feed = ChainlinkFeed(oracles.price, decimals=18)
    assert len(feed.questions()) == 1
    assert read_price(view, feed).exponent == -18
    with pytest.raises(UsageError, match="decimals of -1"):
        ChainlinkFeed(oracles.price, decimals=-1)


@pytest.mark.parametrize("left", [3600, 1, 0, -1, -86400])
def test_a_heartbeat_is_judged_as_contracts_do_it(oracles, left):
    view = oracles.round(oracles.price, updated=oracles.now - 100_000)
    heartbeat = view.timestamp - (oracles.now - 100_000) + left
    price = read_price(view, ChainlinkFeed(oracles.price, heartbeat_s=heartbeat))
    contract = taken(view, oracles.taker, TAKE, oracles.price, heartbeat)
    if left < 0:
        assert price.warnings == (StalePrice(heartbeat - left, heartbeat),)
        assert contract == Custom("Stale()")
    else:
        assert price.warnings == ()
        assert contract == (price.raw,)
    assert read_price(view, ChainlinkFeed(oracles.price)).warnings == ()


def test_a_price_from_the_future(oracles):
    view = oracles.round(oracles.price, updated=oracles.now + 100_000)
    price = read_price(view, ChainlinkFeed(oracles.price, heartbeat_s=3600))
    assert price.warnings == (FutureTimestamp(oracles.now + 100_000 - view.timestamp),)
    assert taken(view, oracles.taker, TAKE, oracles.price, 3600) == Panic(0x11)
    view = oracles.round(oracles.price, updated=view.timestamp)
    assert read_price(view, ChainlinkFeed(oracles.price, heartbeat_s=3600)).warnings == ()


@pytest.mark.parametrize(
    ("told", "warnings"),
    [
        ({"answer": 0}, (NonPositive(0),)),
        ({"answer": -(2**255)}, (NonPositive(-(2**255)),)),
        ({"updated": 0}, (RoundIncomplete(9, 9, 0),)),
        ({"answered_in": 10}, ()),
    ],
)
def test_what_a_round_may_lack(oracles, told, warnings):
    view = oracles.round(oracles.price, **told)
    price = read_price(view, ChainlinkFeed(oracles.price, heartbeat_s=10**6))
    assert price.warnings == warnings
    assert price.at == (told.get("updated", oracles.now) or None)


def test_a_round_that_carries_an_older_answer(oracles):
    view = oracles.round(oracles.price, round_id=2**80 - 1, answered_in=2**80 - 2, answer=-1)
    carried = RoundIncomplete(2**80 - 1, 2**80 - 2, oracles.now)
    assert read_price(view, ChainlinkFeed(oracles.price)).warnings == (NonPositive(-1), carried)


@pytest.mark.parametrize("down", [0, 1, 2, -1])
@pytest.mark.parametrize("past", [None, -1, 0, 1, 10**6, "future"])
def test_a_sequencer_is_judged_as_contracts_do_it(oracles, down, past):
    """`past`: seconds since the end of the grace period; None: there is no round yet."""
    oracles.round(oracles.price)
    started = {None: 0, "future": oracles.now + 100_000}.get(past, oracles.now - 2_000_000)
    view = oracles.round(oracles.sequencer, answer=down, started=started)
    grace = 3600 if past in (None, "future") else view.timestamp - started - past
    feed = ChainlinkFeed(oracles.price, 10**6, sequencer=SequencerFeed(oracles.sequencer, grace))
    price = read_price(view, feed)
    contract = taken(view, oracles.taker, TAKE_ON_ROLLUP, oracles.price, 10**6, oracles.sequencer, grace)
    assert price.raw == 1
    if not price.warnings:
        assert contract == (1,)
        assert past in (1, 10**6)
    elif isinstance(contract, Panic):
        assert price.warnings == (FutureTimestamp(started - view.timestamp),)
    else:
        (warning,) = price.warnings
        assert isinstance(warning, REFUSALS[contract.signature])


def test_the_grace_period_of_chainlinks_example(oracles):
    oracles.round(oracles.price)
    view = oracles.round(oracles.sequencer, answer=0, started=oracles.now)
    feed = ChainlinkFeed(oracles.price, sequencer=SequencerFeed(oracles.sequencer))
    assert read_price(view, feed).warnings == (GracePeriod(view.timestamp - oracles.now, 3600),)


@pytest.mark.parametrize("spare", [-1, 0, 1])
def test_pyth(oracles, spare):
    made = oracles.now - 100
    view = oracles.post(-6_543_210, 6_544, -5, made)
    age = view.timestamp - made
    price = read_price(view, PythFeed(oracles.pyth, ID, max_age_s=age + spare, max_confidence_bp=10 + spare))
    assert (price.raw, price.exponent, price.at, price.confidence) == (-6_543_210, -5, made, 6_544)
    assert price.exact == Fraction(-654_321, 10**4)
    contract = view.calls([(oracles.pyth, NO_OLDER, (ID, age + spare))], errors=["StalePrice()"])[0]
    # 6544 is just over ten ten-thousandths of 6543210
    uncertain = (LowConfidence(6_544, -6_543_210, 10 + spare),) if spare < 1 else ()
    stale = (StalePrice(age, age + spare),) if spare < 0 else ()
    assert price.warnings == (NonPositive(-6_543_210), *uncertain, *stale)
    assert (contract == Custom("StalePrice()")) == bool(stale)


def test_confidence_at_its_limit(oracles):
    view = oracles.post(10_000, 25, 2, oracles.now)
    price = read_price(view, PythFeed(oracles.pyth, ID, max_confidence_bp=25))
    assert (price.exact, price.warnings) == (1_000_000, ())
    assert read_price(view, PythFeed(oracles.pyth, ID, max_confidence_bp=24)).warnings == (
        LowConfidence(25, 10_000, 24),
    )
    assert read_price(view, PythFeed(oracles.pyth, ID)).warnings == ()
    nothing = read_price(oracles.post(0, 0, 2, oracles.now), PythFeed(oracles.pyth, ID, max_confidence_bp=1))
    assert nothing.warnings == (NonPositive(0),)


def test_plain_numbers(oracles, chain):
    chain.send(oracles.plain, "set(uint256,int256)", [2**256 - 1, -7])
    view = chain.at()
    price, answer = read_prices(
        view, [PlainFeed(oracles.plain, 36), PlainFeed(oracles.plain, 8, "latestAnswer()(int256)")]
    )
    assert (price.raw, price.exponent, price.at, price.warnings) == (2**256 - 1, -36, None, ())
    assert (answer.raw, answer.warnings) == (-7, (NonPositive(-7),))
    for function in ("price(uint256)(uint256)", "price()", "price()(address)", "price()(uint256,uint256)"):
        with pytest.raises(UsageError, match="reads no price"):
            PlainFeed(oracles.plain, 8, function)


def test_no_price_is_said_for_each_feed_of_many(oracles):
    oracles.round(oracles.price)
    view = oracles.post(1, 1, 0, oracles.now)
    feeds = [
        ChainlinkFeed(oracles.price),
        ChainlinkFeed(oracles.broken),
        ChainlinkFeed(oracles.price, sequencer=SequencerFeed(oracles.broken)),
        PythFeed(oracles.pyth, bytes(32)),
        PythFeed(oracles.pyth, ID),
        PlainFeed(oracles.taker, 8),
        PlainFeed("0x" + "77" * 20, 8),
        ChainlinkFeed(oracles.taker, decimals=8),
    ]
    prices = read_prices(view, feeds)
    assert [isinstance(price, NoPrice) for price in prices] == [
        False,
        True,
        True,
        True,
        False,
        True,
        True,
        True,
    ]
    causes = [price.cause for price in prices if isinstance(price, NoPrice)]
    assert causes[1] == causes[0]
    assert causes[0].data[-1:] == b"\7"
    assert causes[2] == Custom("PriceFeedNotFound()")
    assert causes[3] == causes[5] == Empty()
    assert isinstance(causes[4], BadReturn)
    assert "latestRoundData()(uint80,int256,uint256,uint256,uint80) of 0x" in str(prices[1])
    assert "reverts with PriceFeedNotFound()" in str(prices[3])
    assert "returned nothing" in str(prices[6])
    with pytest.raises(NoPrice, match="reverts with PriceFeedNotFound"):
        read_price(view, feeds[3])


def test_many_feeds_are_read_in_one_go(oracles):
    asked = []

    class Counting(RecordingView):
        def ask_calls(self, calls):
            asked.append(list(calls))
            return super().ask_calls(calls)

    oracles.round(oracles.sequencer, started=oracles.now - 10**6, answer=0)
    view = oracles.round(oracles.price)
    sequencer = SequencerFeed(oracles.sequencer)
    feeds = [ChainlinkFeed(oracles.price, beat, sequencer=sequencer) for beat in range(50)]
    prices = read_prices(Counting(view), feeds)
    age = view.timestamp - oracles.now
    assert [price.warnings == () for price in prices] == [beat >= age for beat in range(50)]
    assert [len(calls) for calls in asked] == [3]  # its round, the sequencer's, its decimals


def test_a_proven_price(oracles):
    oracles.round(oracles.sequencer, started=oracles.now, answer=0)
    live = oracles.round(oracles.price, updated=oracles.now - 5000)
    feed = ChainlinkFeed(oracles.price, 3600, sequencer=SequencerFeed(oracles.sequencer))
    price = read_price(ProvenView(live, HashAnchor(live.hash), fork="osaka"), feed)
    assert price == read_price(live, feed)
    assert [type(warning) for warning in price.warnings] == [StalePrice, GracePeriod]


def test_a_price_in_print(oracles):
    view = oracles.round(oracles.price, answer=5, updated=oracles.now - 50)
    text = str(read_price(view, ChainlinkFeed(oracles.price, 10)))
    age = view.timestamp - oracles.now + 50
    assert text.startswith("5e-8 of ChainlinkFeed 0x")
    assert text.endswith(f"; the price is {age} s old, its heartbeat 10 s")


def test_an_id_is_32_bytes(oracles):
    with pytest.raises(UsageError, match="takes 32 bytes"):
        PythFeed(oracles.pyth, b"\0" * 31)
