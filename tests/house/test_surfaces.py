"""Surfaces: what posters may write, how it is packed, and the volatility between two strikes."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest

from tests.house.feed_pair import (
    BTC,
    BTC_FUTURE,
    BTC_PERP,
    DAY,
    EXPIRY,
    NOW,
    OTHER,
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
from vmargin.margin.house import rounds, surface_nodes
from vmargin.margin.house.surface_nodes import packed
from vmargin.margin.house.surfaces import Posting, surfaceOf
from vmargin.margin.instruments import CALL, FUTURE, INVERSE, PUT, SPOT
from vmargin.solidity.arrays import Words
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.reverts import Revert

TOP = 2**96 - 1


@cache
def harness() -> Contract:
    return Contract.deploy("contracts/build/FeedRulesHarness.json")


def both(module: Any, name: str, *arguments: Any) -> Any:
    """The one outcome of mirror and contract."""
    kernel = getattr(module, name)
    typed = [
        Words(uint256, a) if isinstance(a, list) else t(a)
        for a, t in zip(arguments, kernel.signature.types, strict=True)
    ]
    try:
        mine: Any = (kernel(*typed),)
    except Revert as revert:
        mine = revert
    theirs = harness().outcome(name, arguments)
    assert (theirs if isinstance(theirs, Revert) else tuple(map(int, theirs))) == (
        mine if isinstance(mine, Revert) else tuple(map(int, mine))
    ), f"{name}{arguments}"
    return mine if isinstance(mine, Revert) else int(mine[0])


def smile(random: Random, nodes: int, top: int = TOP) -> list[tuple[int, int]]:
    strikes = sorted(random.sample(range(1, 200), nodes)) if random.random() < 0.3 else None
    if strikes is None:
        strikes = sorted({random.randint(1, top) for _ in range(nodes)} | {top})[:nodes]
    return [(strike, random.choice((1, 10**9, random.randint(1, 10**9)))) for strike in strikes]


def test_volatility_is_on_the_line_rounded_up_and_flat_beyond(long: bool) -> None:
    random = Random("smile")
    for _ in range(20_000 if long else 1_500):
        nodes = smile(random, random.randint(1, 16), random.choice((TOP, 10**24)))
        words = packed(nodes)
        assert both(surface_nodes, "count", words) == len(nodes)
        low, high = nodes[0][0], nodes[-1][0]
        beyond = {max(low - 1, 1), high + 1, random.randint(1, TOP)}
        for strike in beyond | {random.randint(low, high), random.choice(nodes)[0]}:
            found = both(surface_nodes, "volatilityAt", words, len(nodes), strike)
            exact = exact_volatility(nodes, strike) * 10**10
            assert 0 <= found - exact < 1


def exact_volatility(nodes: list[tuple[int, int]], strike: int) -> Fraction:
    below = [node for node in nodes if node[0] <= strike]
    above = [node for node in nodes if node[0] > strike]
    if not below or not above:
        return Fraction((below[-1] if below else above[0])[1])
    (low, left), (high, right) = below[-1], above[0]
    return left + Fraction((right - left) * (strike - low), high - low)


def test_words_are_refused_where_they_are_no_smile(long: bool) -> None:
    random = Random("no smile")
    seen = set()
    for _ in range(20_000 if long else 1_000):
        words = packed(smile(random, random.randint(1, 16)))
        if random.random() < 0.5:
            words[random.randrange(len(words))] ^= 1 << random.randrange(256)
        else:
            words.insert(random.randrange(len(words) + 1), random.choice((0, 1 << 128, words[0])))
        outcome = both(surface_nodes, "count", words)
        seen.add(outcome.signature if isinstance(outcome, Revert) else int)
    assert len(seen) == 4  # three errors, and what is a smile all the same


def test_no_node_gives_no_volatility() -> None:
    assert both(surface_nodes, "count", []) == 0
    assert refused(both(surface_nodes, "volatilityAt", [], 0, 5), "VolatilityMissing", 5)
    # an empty lower half ends the list only in the last word
    assert refused(
        both(surface_nodes, "count", [(7 << 32 | 1) << 128, (8 << 32 | 1) << 128]), "NodesOutOfOrder", 7, 0
    )


def test_confidence_falls_in_a_straight_line(long: bool) -> None:
    random = Random("confidence")
    for _ in range(20_000 if long else 1_000):
        heartbeat = random.choice((1, 2, 3600, 2**24 - 1, random.randint(1, 10**6)))
        fresh = random.choice((0, heartbeat, random.randint(0, heartbeat)))
        top = random.choice((10_000, random.randint(0, 10_000)))
        floor = random.choice((0, top, random.randint(0, top)))
        assert both(rounds, "requireFreshness", heartbeat, fresh, top, floor) == 1
        ages = sorted(random.randint(0, heartbeat) for _ in range(3))
        found = [
            both(rounds, "confidenceAt", age, heartbeat, fresh, top, floor) for age in (0, *ages, heartbeat)
        ]
        assert found == sorted(found, reverse=True)
        assert found[0] == top
        assert found[-1] == (top if fresh == heartbeat else floor)
        for age, confidence in zip(ages, found[1:], strict=False):
            if fresh < age < heartbeat:
                exact = floor + Fraction((top - floor) * (heartbeat - age), heartbeat - fresh)
                assert 0 <= exact - confidence < 1
        # a poster that claims less than the floor is believed
        assert both(rounds, "confidenceAt", heartbeat, heartbeat, fresh, floor // 2, floor) == floor // 2


def post(pair: Pair, surface: int, sender: str = POSTER, **changes: Any) -> Any:
    posting = {"forward": 61_000 * WAD, "rate": WAD // 20, "confidenceBps": 9_500, "postedAt": pair.now}
    posting |= {"words": packed(SMILE) if surface == BTC_FUTURE else []} | changes
    return pair.do("post", [Posting(surface, **posting)], sender=sender)


def test_a_surface_is_named_by_what_is_worth_its_forward() -> None:
    for kind, strike in ((FUTURE, 0), (CALL, 5 * WAD), (PUT, 7 * WAD)):
        assert surfaceOf(uint256(instrument(BTC, kind, EXPIRY, strike))) == BTC_FUTURE
    inverse = instrument(BTC, INVERSE)
    assert surfaceOf(uint256(BTC_PERP)) == BTC_PERP
    assert surfaceOf(uint256(inverse)) == inverse


def test_each_perpetual_has_its_mark() -> None:
    pair = listed()
    post(pair, BTC_PERP, forward=60_100 * WAD)
    assert pair.event() == topic("Posted(uint256,uint256,int256,uint256,uint256,uint256[])")
    assert refused(pair.do("forwardOf", instrument(BTC, INVERSE)), "SurfaceMissing", instrument(BTC, INVERSE))
    post(pair, instrument(BTC, INVERSE), forward=60_200 * WAD)
    assert pair.do("forwardOf", BTC_PERP) == 60_100 * WAD
    assert pair.do("forwardOf", instrument(BTC, INVERSE)) == 60_200 * WAD


def test_a_posting_is_refused_where_anything_is_amiss() -> None:
    pair = listed()
    for changes, error in (
        ({"sender": OTHER}, ("NotAPoster", OTHER)),
        ({"forward": 0}, ("ForwardOutOfRange", BTC_FUTURE, 0)),
        ({"forward": 2**96}, ("ForwardOutOfRange", BTC_FUTURE, 2**96)),
        ({"rate": WAD + 1}, ("RateOutOfRange", WAD + 1)),
        ({"rate": -WAD - 1}, ("RateOutOfRange", -WAD - 1)),
        ({"confidenceBps": 10_001}, ("ConfidenceOutOfRange", 10_001)),
        ({"postedAt": NOW + 1}, ("SurfaceFromTheFuture", BTC_FUTURE, NOW + 1, NOW)),
        ({"postedAt": 0}, ("SurfaceOutdated", BTC_FUTURE, 0, 0)),
        ({"words": [0]}, ("NodesOutOfOrder", 0, 0)),
        ({"words": packed(SMILE) * 5}, ("TooManyNodes", 10, 8)),
        ({"words": packed([(1, 10**9 + 1)])}, ("NodeVolatilityOutOfRange", 1, 10**9 + 1)),
    ):
        assert refused(post(pair, BTC_FUTURE, **changes), *error), changes
    for surface, error in (
        (instrument(BTC, SPOT), "NotASurface"),
        (option(CALL, 5), "NotASurface"),
        (instrument(BTC, FUTURE), "InvalidInstrument"),
        (7, "InvalidInstrument"),
    ):
        assert refused(post(pair, surface), error, surface)
    assert refused(post(pair, instrument(9, FUTURE, EXPIRY)), "NotListed", 9)
    latest = NOW + 8 * 365 * DAY
    far = instrument(BTC, FUTURE, latest + 1)
    assert refused(post(pair, far), "ExpiryTooFar", far, latest)
    assert post(pair, instrument(BTC, FUTURE, latest), rate=-WAD) == ()
    assert refused(pair.do("forwardOf", BTC_FUTURE), "SurfaceMissing", BTC_FUTURE)


def test_a_posting_never_goes_back_in_time() -> None:
    pair = listed()
    assert post(pair, BTC_FUTURE, postedAt=NOW - 10) == ()
    assert refused(
        post(pair, BTC_FUTURE, postedAt=NOW - 11), "SurfaceOutdated", BTC_FUTURE, NOW - 11, NOW - 10
    )
    assert post(pair, BTC_FUTURE, postedAt=NOW - 10, forward=5) == ()
    assert pair.do("forwardOf", BTC_FUTURE) == 5


def test_a_stale_surface_is_refused_and_until_then_trusted_less() -> None:
    pair = listed()
    post(pair, BTC_FUTURE)
    for age, confidence in ((0, 9_500), (900, 9_500), (4050, 7_250), (7199, 5_000), (7200, 5_000)):
        pair.at(NOW + age)
        pair.write(0, 2 << 64 | 1, 10**8, pair.now)
        pair.write(1, 2 << 64 | 1, 60_000 * 10**8, pair.now)
        *_, quotes = pair.do("market", [BTC_FUTURE])
        assert quotes[0][4] == confidence
    pair.at(NOW + 7201)
    assert refused(pair.do("market", [BTC_FUTURE]), "SurfaceStale", BTC_FUTURE, NOW, NOW + 7201)
    assert refused(pair.do("forwardOf", option(PUT, 5)), "SurfaceStale", BTC_FUTURE, NOW, NOW + 7201)


def test_a_shorter_smile_leaves_nothing_of_the_longer() -> None:
    pair = listed()
    long_smile = [(i * 1000 * WAD, 10**6 * i) for i in range(1, 17)]
    post(pair, BTC_FUTURE, words=packed(long_smile))
    call = option(CALL, 15_500)
    assert pair.do("market", [call])[3][0][1] == 15_500_000 * 10**10
    post(pair, BTC_FUTURE, words=packed(long_smile[:3]))
    assert pair.do("market", [call])[3][0][1] == 3 * 10**6 * 10**10
    post(pair, BTC_FUTURE, words=[])
    assert refused(pair.do("market", [call]), "VolatilityMissing", 15_500 * WAD)
    assert not isinstance(pair.do("market", [BTC_FUTURE]), Revert)


def test_one_bad_posting_of_many_leaves_all_as_they_were() -> None:
    pair = listed()
    good = Posting(BTC_FUTURE, 5 * WAD, 0, 10_000, NOW, [])
    bad = Posting(BTC_PERP, 0, 0, 10_000, NOW, [])
    assert refused(pair.do("post", [good, bad], sender=POSTER), "ForwardOutOfRange", BTC_PERP, 0)
    assert refused(pair.do("forwardOf", BTC_FUTURE), "SurfaceMissing", BTC_FUTURE)
    assert pair.do("post", [good, good], sender=POSTER) == ()


def test_only_the_owner_says_who_posts_and_how_long_it_holds() -> None:
    pair = listed()
    assert refused(pair.do("setPoster", OTHER, True, sender=OTHER), "OwnableUnauthorizedAccount", OTHER)
    assert refused(pair.do("setFreshness", BTC, 5, 5, 5, sender=POSTER), "OwnableUnauthorizedAccount", POSTER)
    assert pair.do("setPoster", POSTER, False) == ()
    assert pair.event() == topic("PosterSet(address,bool)")
    assert refused(post(pair, BTC_FUTURE), "NotAPoster", POSTER)
    assert refused(pair.do("setFreshness", BTC, 10, 11, 0), "FreshnessInvalid", 10, 11, 10_000, 0)
    assert refused(pair.do("setFreshness", BTC, 0, 0, 0), "FreshnessInvalid", 0, 0, 10_000, 0)
    assert refused(pair.do("setFreshness", BTC, 10, 5, 10_001), "FreshnessInvalid", 10, 5, 10_000, 10_001)
    assert refused(pair.do("setFreshness", 9, 10, 5, 0), "NotListed", 9)
    assert pair.do("setFreshness", BTC, DAY, 5, 10_000) == ()
    assert pair.event() == topic("FreshnessSet(uint256,uint256,uint256,uint256)")
    assert pair.do("freshnessOf", BTC) == (DAY, 5, 10_000)


@pytest.mark.parametrize("name", ["priceOf", "requireFresh"])
def test_rounds_are_read_alike(name: str, long: bool) -> None:
    random = Random(name)
    seen = set()
    for _ in range(20_000 if long else 1_000):
        time = random.choice((NOW, 2**40 - 1, random.randint(1, 2**40)))
        updatedAt = random.choice((0, time, time + 1, random.randint(1, 2 * time)))
        if name == "priceOf":
            answer = random.choice(
                (0, -1, 1, 2**96 - 1, 2**96, -(2**255), random.getrandbits(random.randint(1, 97)))
            )
            arguments: tuple[int, ...] = (5, random.randint(0, 19), 7, int(int256(answer)), updatedAt, time)
        else:
            arguments = (5, updatedAt, time, random.choice((0, time, abs(time - updatedAt))))
        outcome = both(rounds, name, *arguments)
        seen.add(str(outcome).partition("(")[0] if isinstance(outcome, Revert) else "")
    expected = {
        "priceOf": {"", "RoundIncomplete", "RoundFromTheFuture", "SpotOutOfRange", "Panic"},
        "requireFresh": {"", "SpotStale", "Panic"},
    }
    assert seen == expected[name]
