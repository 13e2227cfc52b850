"""Chainlink's AggregatorV3: the latest round of a feed, and the feed that watches a rollup's sequencer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vmargin.chain import wire
from vmargin.chain.oracles.cautions import (
    Caution,
    FutureTimestamp,
    GracePeriod,
    NonPositive,
    RoundIncomplete,
    SequencerDown,
    SequencerUnknown,
)
from vmargin.chain.oracles.reading import Feed, Price, check_decimals, judged_by_age
from vmargin.chain.view import Call

_ROUND = "latestRoundData()(uint80,int256,uint256,uint256,uint80)"
_DECIMALS = "decimals()(uint8)"


@dataclass(frozen=True)
class SequencerFeed:
    """A feed that says since when a rollup's sequencer is up (0) or down (1)."""

    address: str
    grace_s: int = 3600
    """How long after it is up again contracts still refuse to act; the very last second is refused, too."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", wire.given_address(self.address))

    def judged(self, answer: tuple[Any, ...], block_time: int) -> tuple[Caution, ...]:
        """Say what its latest round means at a block's time."""
        _, down, started_at, _, _ = answer
        if not started_at:
            return (SequencerUnknown(),)
        if down:
            return (SequencerDown(started_at),)
        if started_at > block_time:
            return (FutureTimestamp(started_at - block_time),)
        elapsed = block_time - started_at
        return (GracePeriod(elapsed, self.grace_s),) if elapsed <= self.grace_s else ()


@dataclass(frozen=True)
class ChainlinkFeed(Feed):
    """A price feed."""

    address: str
    heartbeat_s: int | None = None
    """How old a price may grow; each feed has its own.  None: its age is not judged."""
    decimals: int | None = None
    """None: the feed is asked."""
    sequencer: SequencerFeed | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", wire.given_address(self.address))
        if self.decimals is not None:
            check_decimals(self.decimals)

    def questions(self) -> tuple[Call, ...]:
        calls = [Call(self.address, _ROUND)]
        if self.sequencer is not None:
            calls.append(Call(self.sequencer.address, _ROUND))
        if self.decimals is None:
            calls.append(Call(self.address, _DECIMALS))
        return tuple(calls)

    def price(self, answers: Sequence[tuple[Any, ...]], block_time: int) -> Price:
        round_id, answer, _, updated_at, answered_in = answers[0]
        decimals = answers[-1][0] if self.decimals is None else self.decimals
        warnings: list[Caution] = []
        if answer <= 0:
            warnings.append(NonPositive(answer))
        if not updated_at or answered_in < round_id:
            warnings.append(RoundIncomplete(round_id, answered_in, updated_at))
        if updated_at:
            warnings += judged_by_age(updated_at, block_time, self.heartbeat_s)
        if self.sequencer is not None:
            warnings += self.sequencer.judged(answers[1], block_time)
        return Price(answer, -decimals, updated_at or None, self, warnings=tuple(warnings), round_id=round_id)
