"""Prices at which dates were settled: the mirror of Settlements.sol."""

from vmargin.margin.house.errors import (
    AlreadySettled,
    NoRoundBefore,
    NotExpired,
    RoundBeforeExpiry,
    RoundIncomplete,
    RoundNotFirst,
)
from vmargin.margin.house.mirror import Chain
from vmargin.margin.house.rounds import priceOf
from vmargin.margin.house.spot_feeds import SpotFeeds
from vmargin.solidity.integers import Word, uint64, uint80, uint256


class Settlements(SpotFeeds):
    """The first round of the underlying's feed at or after the date: anyone names it, and it stays."""

    def __init__(self, chain: Chain, address: str, owner: str) -> None:
        super().__init__(chain, address, owner)
        self._settlements: dict[tuple[int, int], uint256] = {}

    def settle(self, underlying: int | Word, expiry: int | Word, roundId: int | Word) -> uint256:
        """Record the price of a date: that of a round whose predecessor in its phase was before the date."""
        underlying, expiry, roundId = uint256(underlying), uint256(expiry), uint256(uint80(roundId))
        feed = self._spotFeed(underlying)
        time = self.chain.time
        if expiry == 0 or expiry > time:
            raise NotExpired(underlying, expiry, time)
        price = self.settlementOf(underlying, expiry)
        if price != 0:
            raise AlreadySettled(underlying, expiry, price)

        _, answer, _, updatedAt, _ = feed.aggregator.getRoundData(roundId)
        price = priceOf(underlying, feed.decimals, roundId, answer, updatedAt, time)
        if updatedAt < expiry:
            raise RoundBeforeExpiry(roundId, updatedAt, expiry)

        if uint64(roundId) <= 1:
            raise NoRoundBefore(roundId)
        _, _, _, previousUpdatedAt, _ = feed.aggregator.getRoundData(roundId - 1)
        if previousUpdatedAt == 0:
            raise RoundIncomplete(underlying, roundId - 1)
        if previousUpdatedAt >= expiry:
            raise RoundNotFirst(roundId, previousUpdatedAt, expiry)

        self._settlements[int(underlying), int(expiry)] = price
        return price

    def settlementOf(self, underlying: int | Word, expiry: int | Word) -> uint256:
        """0 until the date is settled."""
        return self._settlements.get((int(underlying), int(expiry)), uint256(0))
