"""What a careful operator would mind about a price that a contract takes: each a value, none a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class StalePrice:
    """Older, at the block's time, than the feed is meant to let a price grow."""

    age_s: int
    heartbeat_s: int

    def __str__(self) -> str:
        return f"the price is {self.age_s} s old, its heartbeat {self.heartbeat_s} s"


@dataclass(frozen=True)
class FutureTimestamp:
    """Dated after the block: a contract that subtracts the two reverts."""

    ahead_s: int

    def __str__(self) -> str:
        return f"it is dated {self.ahead_s} s after the block"


@dataclass(frozen=True)
class NonPositive:
    """Zero or less."""

    raw: int

    def __str__(self) -> str:
        return f"the price is {self.raw}"


@dataclass(frozen=True)
class RoundIncomplete:
    """A round that has no answer yet, or carries that of an earlier one."""

    round_id: int
    answered_in: int
    updated_at: int

    def __str__(self) -> str:
        if not self.updated_at:
            return f"round {self.round_id} has no answer yet"
        return f"round {self.round_id} carries the answer of round {self.answered_in}"


@dataclass(frozen=True)
class LowConfidence:
    """An interval of confidence that is wide, measured by the price."""

    confidence: int
    """In the unit of the price."""
    raw: int
    most_bp: int
    """What there may be at most, in ten-thousandths of the price."""

    def __str__(self) -> str:
        return (
            f"the price is {self.raw} ± {self.confidence}, which is more than {self.most_bp} ten-thousandths"
        )


@dataclass(frozen=True)
class SequencerDown:
    """The chain's sequencer does not run: nobody can answer to a change of the price."""

    since: int
    """Block time, in seconds."""

    def __str__(self) -> str:
        return f"the sequencer is down since {self.since}"


@dataclass(frozen=True)
class GracePeriod:
    """The sequencer runs again, but has not for long: users have had no time to act."""

    elapsed_s: int
    grace_s: int

    def __str__(self) -> str:
        return f"the sequencer is up again for {self.elapsed_s} s, of {self.grace_s} s of grace"


@dataclass(frozen=True)
class SequencerUnknown:
    """The sequencer's feed has had no round yet, so that what it says of its state means nothing."""

    def __str__(self) -> str:
        return "the sequencer's feed has not begun"


Caution: TypeAlias = (
    StalePrice
    | FutureTimestamp
    | NonPositive
    | RoundIncomplete
    | LowConfidence
    | SequencerDown
    | GracePeriod
    | SequencerUnknown
)
"""Any of them."""
