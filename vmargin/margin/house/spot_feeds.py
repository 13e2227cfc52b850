"""Spot prices of what the house lists, and of its cash asset: the mirror of SpotFeeds.sol."""

from typing import NamedTuple

from vmargin.margin.house.aggregator import Aggregator
from vmargin.margin.house.errors import NotListed, UnderlyingOutOfRange
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.ownable import Ownable2Step
from vmargin.margin.house.rounds import confidenceAt, priceOf, requireDecimals, requireFresh, requireFreshness
from vmargin.solidity.integers import Word, uint16, uint24, uint256


class SpotFeed(NamedTuple):
    """Where a spot price comes from and how long it holds."""

    aggregator: Aggregator
    decimals: uint256
    heartbeat: uint256
    fresh: uint256
    confidenceBps: uint256
    floorBps: uint256


class SpotFeeds(Ownable2Step):
    """The owner lists; listing anew replaces."""

    STABLE = 0

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self.spotFeeds: dict[int, SpotFeed] = {}

    def list(
        self,
        sender: str,
        underlying: int | Word,
        aggregator: Aggregator,
        heartbeat: int | Word,
        fresh: int | Word,
        confidenceBps: int | Word,
        floorBps: int | Word,
    ) -> None:
        """List an underlying, or the cash asset as `STABLE`."""
        self.onlyOwner(sender)
        underlying = uint256(underlying)
        if underlying >> 32 != 0:
            raise UnderlyingOutOfRange(underlying)
        times = uint256(uint24(heartbeat)), uint256(uint24(fresh))
        terms = *times, uint256(uint16(confidenceBps)), uint256(uint16(floorBps))
        requireFreshness(*terms)
        decimals = uint256(aggregator.decimals())
        requireDecimals(decimals)
        self.spotFeeds[int(underlying)] = SpotFeed(aggregator, decimals, *terms)

    def spotOf(self, underlying: int | Word) -> uint256:
        """The price now."""
        price, _ = self._spot(underlying)
        return price

    def spotFeedOf(self, underlying: int | Word) -> SpotFeed:
        """What is listed."""
        return self._spotFeed(underlying)

    def _spot(self, underlying: int | Word) -> tuple[uint256, uint256]:
        """The price now with 18 decimals, and its confidence at its age."""
        feed = self._spotFeed(underlying)
        time = self.chain.time
        roundId, answer, _, updatedAt, _ = feed.aggregator.latestRoundData()
        price = priceOf(uint256(underlying), feed.decimals, roundId, answer, updatedAt, time)
        requireFresh(uint256(underlying), updatedAt, time, feed.heartbeat)
        confidenceBps = confidenceAt(
            time - updatedAt, feed.heartbeat, feed.fresh, feed.confidenceBps, feed.floorBps
        )
        return price, confidenceBps

    def _spotFeed(self, underlying: int | Word) -> SpotFeed:
        feed = self.spotFeeds.get(int(underlying))
        if feed is None:
            raise NotListed(underlying)
        return feed
