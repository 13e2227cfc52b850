"""Feeds: listing, spot prices, settlement and the market as a whole, contract and model side by side."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.house.feed_pair import (
    BTC,
    BTC_FUTURE,
    BTC_PERP,
    DAY,
    ETH,
    EXPIRY,
    NOW,
    OTHER,
    OWNER,
    PHASE,
    POSTER,
    SMILE,
    WAD,
    Pair,
    instrument,
    listed,
    option,
    refused,
    topic,
)
from vmargin.margin.house.mirror import NOBODY
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.house.surfaces import Posting
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PERP, PUT, SPOT
from vmargin.solidity.bytecode import Contract, load_artifact
from vmargin.solidity.reverts import Error, Revert

BTC_SPOT, ETH_SPOT = instrument(BTC, SPOT), instrument(ETH, SPOT)


def posting(surface: int, forward: int, pair: Pair, words: Any = ()) -> Posting:
    return Posting(surface, forward, WAD // 50, 9_800, pair.now, list(words))


def quoting() -> Pair:
    """With a mark, a date with a smile, and an estimate of BTC's volatility."""
    pair = listed()
    pair.do(
        "post",
        [
            posting(BTC_PERP, 60_010 * WAD, pair),
            posting(BTC_FUTURE, 60_500 * WAD, pair, packed(SMILE)),
            posting(instrument(ETH, FUTURE, EXPIRY), 3_030 * WAD, pair),
        ],
        sender=POSTER,
    )
    return pair


def test_prices_have_18_decimals_and_lose_trust_as_they_age() -> None:
    pair = listed()
    assert pair.do("spotOf", BTC) == 60_000 * WAD
    assert pair.do("spotOf", ETH) == 3_000 * WAD
    assert pair.do("spotOf", 0) == WAD
    for age, confidence in ((60, 9_900), (600, 9_900), (2_100, 9_450), (3_600, 9_000)):
        pair.at(NOW - 60 + age)
        _, _, underlyings, _ = pair.do("market", [BTC_SPOT, ETH_SPOT])
        assert underlyings == (
            (BTC, 60_000 * WAD, confidence, 10_000),
            (ETH, 3_000 * WAD, confidence, 10_000),
        )
    pair.at(NOW - 60 + 3_601)
    assert refused(pair.do("spotOf", BTC), "SpotStale", BTC, NOW - 60, NOW + 3_541)


@pytest.mark.parametrize(
    ("answer", "updatedAt", "error"),
    [
        (0, NOW, ("SpotOutOfRange", BTC, 0)),
        (-1, NOW, ("SpotOutOfRange", BTC, -1)),
        (2**96, NOW, ("SpotOutOfRange", BTC, 2**96)),
        (2**96 // 10**10 + 1, NOW, ("SpotOutOfRange", BTC, 2**96 // 10**10 + 1)),
        (1, 0, ("RoundIncomplete", BTC, PHASE + 2)),
        (1, NOW + 1, ("RoundFromTheFuture", BTC, NOW + 1, NOW)),
        (1, NOW - 3_601, ("SpotStale", BTC, NOW - 3_601, NOW)),
    ],
)
def test_a_round_that_is_no_price(answer: int, updatedAt: int, error: tuple[Any, ...]) -> None:
    pair = quoting()
    pair.write(1, PHASE + 2, answer, updatedAt)
    for name, arguments in (
        ("spotOf", BTC),
        ("market", [BTC_SPOT]),
        ("market", [BTC_PERP, ETH_SPOT]),
        ("forwardOf", BTC_SPOT),
    ):
        assert refused(pair.do(name, arguments), *error)
    assert pair.do("spotOf", ETH) == 3_000 * WAD
    assert pair.do("forwardOf", BTC_PERP) == 60_010 * WAD  # a mark is not spot
    # without the cash asset's price there is no market at all
    pair.write(0, PHASE + 2, answer, updatedAt)
    assert refused(pair.do("market", [ETH_SPOT]), error[0], 0, *(error[2:]))


def test_what_the_feed_itself_refuses_comes_through() -> None:
    pair = listed()
    silent = pair.aggregator()
    pair.list(BTC, silent, 3_600, 600, 10_000, 10_000)
    assert pair.do("spotOf", BTC) == Error("No data present")
    assert pair.do("settle", ETH, NOW - 10, PHASE + 9) == Error("No data present")


def test_only_the_owner_lists_and_only_what_can_be_read() -> None:
    pair = listed()
    feed = pair.aggregator(19)
    assert refused(pair.list(3, feed, 60, 6, 10, 1), "DecimalsOutOfRange", 19)
    assert refused(pair.list(3, 0, 60, 6, 10, 1, sender=OTHER), "OwnableUnauthorizedAccount", OTHER)
    assert refused(pair.list(2**32, 0, 60, 6, 10, 1), "UnderlyingOutOfRange", 2**32)
    assert refused(pair.list(3, 0, 60, 61, 10, 1), "FreshnessInvalid", 60, 61, 10, 1)
    assert refused(pair.list(3, 0, 60, 6, 10_001, 1), "FreshnessInvalid", 60, 6, 10_001, 1)
    assert refused(pair.list(3, 0, 60, 6, 10, 11), "FreshnessInvalid", 60, 6, 10, 11)
    for name, arguments in (("spotOf", (3,)), ("spotFeedOf", (3,)), ("settle", (3, 5, 7))):
        assert refused(pair.do(name, *arguments), "NotListed", 3)
    assert pair.list(2**32 - 1, 0, 60, 60, 10_000, 0) == ()
    assert pair.event() == topic("Listed(uint256,address,uint256,uint256,uint256,uint256,uint256)")
    assert pair.do("spotOf", 2**32 - 1) == WAD
    address, *rest = pair.contract.call("spotFeedOf", (2**32 - 1,))[0]
    assert address.lower() == pair.aggregators[0][0].address.lower() and rest == [8, 60, 60, 10_000, 0]


def test_ownership_passes_in_two_steps() -> None:
    pair = listed()
    assert refused(pair.do("transferOwnership", OTHER, sender=OTHER), "OwnableUnauthorizedAccount", OTHER)
    assert pair.do("transferOwnership", OTHER) == ()
    assert refused(pair.do("acceptOwnership"), "OwnableUnauthorizedAccount", OWNER)
    assert pair.do("setPoster", OTHER, True) == ()
    assert pair.do("acceptOwnership", sender=OTHER) == ()
    assert refused(pair.do("acceptOwnership", sender=OTHER), "OwnableUnauthorizedAccount", OTHER)
    assert pair.contract.call("owner") == (OTHER,) and pair.contract.call("pendingOwner") == (NOBODY,)
    assert refused(pair.do("setPoster", OTHER, False), "OwnableUnauthorizedAccount", OWNER)
    assert pair.do("renounceOwnership", sender=OTHER) == ()
    assert refused(pair.do("setPoster", OTHER, False, sender=OTHER), "OwnableUnauthorizedAccount", OTHER)
    with pytest.raises(Revert, match="OwnableInvalidOwner"):
        Contract.deploy("contracts/build/Feeds.json", (NOBODY,))


def test_the_market_of_every_kind() -> None:
    pair = quoting()
    call, put = option(CALL, 50_000), option(PUT, 90_001)
    eth = instrument(ETH, FUTURE, EXPIRY)
    time, stable, underlyings, quotes = pair.do("market", [BTC_SPOT, BTC_PERP, BTC_FUTURE, call, put, eth])
    assert (time, stable) == (NOW, WAD)
    assert [u[0] for u in underlyings] == [BTC, ETH]
    rate = WAD // 50
    assert quotes == (
        (60_000 * WAD, 0, 0, 0, 10_000),
        (60_010 * WAD, 0, rate, 0, 9_800),
        (60_500 * WAD, 0, rate, 0, 9_800),
        (60_500 * WAD, 60 * WAD // 100, rate, 0, 9_800),
        (60_500 * WAD, 65 * WAD // 100, rate, 0, 9_800),
        (3_030 * WAD, 0, rate, 0, 9_800),
    )
    for held, quote in zip([BTC_SPOT, BTC_PERP, BTC_FUTURE, call, put, eth], quotes, strict=True):
        assert pair.do("forwardOf", held) == quote[0]
    assert pair.do("market", []) == (NOW, WAD, (), ())


@pytest.mark.parametrize(
    ("instruments", "error"),
    [
        ([BTC_PERP, BTC_SPOT], ("InstrumentsOutOfOrder", BTC_PERP, BTC_SPOT)),
        ([BTC_SPOT, BTC_SPOT], ("InstrumentsOutOfOrder", BTC_SPOT, BTC_SPOT)),
        ([ETH_SPOT, BTC_SPOT], ("InstrumentsOutOfOrder", ETH_SPOT, BTC_SPOT)),
        ([0], ("InvalidInstrument", 0)),
        ([BTC_SPOT, 5], ("InvalidInstrument", 5)),
        ([BTC_SPOT, instrument(BTC, INVERSE)], ("SurfaceMissing", instrument(BTC, INVERSE))),
        ([instrument(ETH, CALL, EXPIRY, 7)], ("VolatilityMissing", 7)),
        ([instrument(3, SPOT)], ("NotListed", 3)),
    ],
)
def test_no_market_for_what_is_not_quoted(instruments: list[int], error: tuple[Any, ...]) -> None:
    assert refused(quoting().do("market", instruments), *error)


def test_what_has_expired_needs_no_surface() -> None:
    pair = listed()
    call = option(CALL, 50_000)
    assert refused(pair.do("market", [call]), "SurfaceMissing", BTC_FUTURE)
    pair.at(EXPIRY)
    for number, answer in ((0, 10**8), (1, 61_000 * 10**8)):
        pair.write(number, PHASE + 2, answer, EXPIRY)
    assert pair.do("market", [BTC_FUTURE, call])[3] == ((61_000 * WAD, 0, 0, 0, 10_000),) * 2
    assert pair.do("forwardOf", call) == 61_000 * WAD
    assert pair.do("settle", BTC, EXPIRY, PHASE + 2) == 61_000 * WAD
    assert pair.event() == topic("Settled(uint256,uint256,uint256,uint256)")
    pair.write(1, PHASE + 3, 70_000 * 10**8, EXPIRY)
    settled = (61_000 * WAD, 0, 0, 61_000 * WAD, 10_000)
    assert pair.do("market", [BTC_SPOT, call])[3] == ((70_000 * WAD, 0, 0, 0, 10_000), settled)
    assert pair.do("forwardOf", call) == 61_000 * WAD
    assert pair.do("settlementOf", BTC, EXPIRY) == 61_000 * WAD
    assert pair.do("settlementOf", ETH, EXPIRY) == 0


def test_a_date_is_settled_by_the_first_round_at_or_after_it_and_once() -> None:
    pair = listed()
    date = NOW + 1_000
    times = [date - 50, date - 1, date, date, date + 7]
    for i, time in enumerate(times, start=2):
        pair.write(1, PHASE + i, i * 10**8, time)
    assert refused(pair.do("settle", BTC, date, PHASE + 4), "NotExpired", BTC, date, NOW)
    assert refused(pair.do("settle", BTC, 0, PHASE + 4), "NotExpired", BTC, 0, NOW)
    pair.at(date + 6)
    for round_, error in (
        (1, ("RoundBeforeExpiry", PHASE + 1, NOW - 60, date)),
        (3, ("RoundBeforeExpiry", PHASE + 3, date - 1, date)),
        (5, ("RoundNotFirst", PHASE + 5, date, date)),
        (6, ("RoundFromTheFuture", BTC, date + 7, date + 6)),
    ):
        assert refused(pair.do("settle", BTC, date, PHASE + round_), *error)
    assert pair.do("settle", BTC, date, PHASE + 7) == Error("No data present")
    assert pair.do("settle", BTC, date, PHASE + 4, sender=OTHER) == 4 * WAD
    assert refused(pair.do("settle", BTC, date, PHASE + 4), "AlreadySettled", BTC, date, 4 * WAD)
    # a round that was begun and not answered proves nothing, and the first of a phase has none before it
    pair.write(1, PHASE + 10, 5, 0)
    pair.write(1, PHASE + 11, 5, date + 1)
    assert refused(pair.do("settle", BTC, date + 1, PHASE + 11), "RoundIncomplete", BTC, PHASE + 10)
    assert refused(pair.do("settle", BTC, date + 1, PHASE + 10), "RoundIncomplete", BTC, PHASE + 10)
    for first in (2 * PHASE + 1, 2 * PHASE, 1):
        pair.write(1, first, 5, date + 2)
        assert refused(pair.do("settle", BTC, date + 2, first), "NoRoundBefore", first)


def test_any_sequence_of_calls(long: bool) -> None:
    """Whatever is called in whatever order: the same values and the same reverts."""
    random = Random("feeds")
    reverts, values = set(), 0
    for _ in range(100 if long else 12):
        pair = quoting()
        pair.do("setVolatilityTerms", BTC, (8_000, 5_000, 25_000, 2_000, 10 * DAY, 900, DAY))
        rounds = [1, 1, 1]
        for _ in range(150):
            outcome = step(pair, random, rounds)
            if isinstance(outcome, Revert):
                reverts.add(outcome.args[0].partition("(")[0])
            else:
                values += 1
    assert len(reverts) > 9 and values > 100, reverts


def step(pair: Pair, random: Random, rounds: list[int]) -> Any:
    """One call, or the passing of time."""
    underlying = random.choice((BTC, BTC, ETH, 3))
    expiry = random.choice((NOW + DAY, NOW + 2 * DAY, EXPIRY))
    kind = random.randrange(8)
    if kind == 0:
        pair.at(pair.now + random.choice((1, 60, 900, 3_000, 8_000, 30_000)))
        return None
    if kind == 1:
        feed = random.randrange(3)
        rounds[feed] += 1
        answer = random.choice((1, 10**8, random.randint(1, 10**13), random.choice((0, -5, 2**200))))
        updatedAt = pair.now - random.choice((0, 0, 0, 60, 4_000, -1, pair.now))
        return pair.write(feed, PHASE + rounds[feed], answer, updatedAt)
    if kind == 2:
        for feed in range(3):
            rounds[feed] += 1
            pair.write(feed, PHASE + rounds[feed], random.randint(10**7, 10**10), pair.now)
        return None
    if kind == 3:
        nodes = sorted(random.sample(range(1, 60), random.randint(0, 16)))
        words = packed([(k * 1_000 * WAD, random.randint(1, 10**9)) for k in nodes])
        surface = random.choice(
            (instrument(underlying, FUTURE, expiry), instrument(underlying, random.choice((1, 2))))
        )
        sent = Posting(
            surface,
            random.choice((0, 1, random.randint(1, 2**96))),
            random.randint(-WAD - WAD // 8, WAD),
            random.randint(0, 10_001),
            pair.now - random.choice((0, 0, 0, 5, -1)),
            words,
        )
        return pair.do("post", [sent], sender=random.choice((POSTER, POSTER, POSTER, OTHER)))
    if kind == 4:
        return pair.do("poke", underlying)
    if kind == 5:
        return pair.do("settle", underlying, expiry, PHASE + rounds[min(underlying, 2)] - random.randrange(3))
    held = {
        instrument(random.choice((BTC, ETH)), random.choice((SPOT, PERP, INVERSE))),
        *(
            instrument(
                random.choice((BTC, BTC, ETH)), k, date, random.randint(1, 70_000) * WAD * (k != FUTURE)
            )
            for k in (FUTURE, CALL, PUT)
            for date in (NOW + DAY, EXPIRY)
            if random.random() < 0.4
        ),
    }
    if kind == 6:
        return pair.do("forwardOf", random.choice(sorted(held)))
    return pair.do("market", sorted(held))


@pytest.mark.parametrize(
    ("struct", "words"),
    [("SpotFeed", 1), ("Freshness", 1), ("Surface", 1 + 8), ("VolatilityTerms", 1), ("Sample", 1)],
)
def test_what_is_read_together_is_kept_together(struct: str, words: int) -> None:
    types = load_artifact("contracts/build/Feeds.json")["storageLayout"]["types"]
    (size,) = (t["numberOfBytes"] for t in types.values() if t["label"].split(".")[-1].split()[-1] == struct)
    assert int(size) == 32 * words


def test_the_gas_of_a_full_portfolio() -> None:
    """64 instruments on 16 surfaces of full length over 4 underlyings, every slot read for the first time."""
    pair = listed()
    for underlying in (3, 4):
        pair.list(underlying, 1, 3_600, 600, 10_000, 9_000)
        pair.do("setFreshness", underlying, 7_200, 900, 5_000)
    held = []
    for underlying in (1, 2, 3, 4):
        pair.do("setVolatilityTerms", underlying, (8_000, 5_000, 25_000, 2_000, 10 * DAY, 900, DAY))
        pair.do("poke", underlying)
        for i in range(4):
            expiry = EXPIRY + i * DAY
            words = packed([(k * 5_000 * WAD, 5 * 10**7 + k) for k in range(1, 17)])
            sent = posting(instrument(underlying, FUTURE, expiry), 60_500 * WAD, pair, words)
            assert pair.do("post", [sent], sender=POSTER) == ()
            held += [
                instrument(underlying, CALL, expiry, 43_000 * WAD),
                instrument(underlying, CALL, expiry, 78_000 * WAD),
                instrument(underlying, PUT, expiry, 22_000 * WAD),
                instrument(underlying, PUT, expiry, 57_000 * WAD),
            ]
    assert len(pair.do("market", held)[3]) == 64
    gas = pair.contract.evm.gas_used
    assert gas < 1_000_000, gas
