"""A price feed as Chainlink's AggregatorV3Interface has it: what is read of one, and one that is told."""

from typing import NamedTuple, Protocol

from vmargin.margin.house.mirror import Chain, Mirror
from vmargin.solidity.integers import Word, int256, uint256
from vmargin.solidity.reverts import Error


class Round(NamedTuple):
    """What the feed said at one time."""

    roundId: uint256
    answer: int256
    startedAt: uint256
    updatedAt: uint256
    answeredInRound: uint256


class Aggregator(Protocol):
    """What the house reads of a feed."""

    address: str

    def decimals(self) -> int: ...
    def latestRoundData(self) -> Round: ...
    def getRoundData(self, roundId: int | Word) -> Round: ...


class RoundsFeed(Mirror):
    """Rounds that are written; a round that is not there is refused, as Chainlink's proxies do."""

    def __init__(self, chain: Chain, address: str, decimals: int) -> None:
        super().__init__(chain, address)
        self._decimals = decimals
        self._latest = 0
        self._rounds: dict[int, Round] = {}

    def write(self, roundId: int, answer: int, updatedAt: int) -> None:
        """Add a round, which is then the latest; `updatedAt` 0 is one without an answer yet."""
        number, time = uint256(roundId), uint256(updatedAt)
        self._rounds[roundId] = Round(number, int256(answer), time, time, number)
        self._latest = roundId

    def decimals(self) -> int:
        """Of its answers."""
        return self._decimals

    def latestRoundData(self) -> Round:
        """The round that was written last."""
        return self.getRoundData(self._latest)

    def getRoundData(self, roundId: int | Word) -> Round:
        """One round by its number."""
        try:
            return self._rounds[int(roundId)]
        except KeyError:
            raise Error("No data present") from None
