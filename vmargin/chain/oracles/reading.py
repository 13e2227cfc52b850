"""Reads prices from feeds of any kind, as many as there are in one go.

What the contract would do decides: a price that a contract gets is a price here, and what is wrong with it is
said beside it.  There is none only where the contract would get none either, or where an answer is malformed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vmargin.chain import wire
from vmargin.chain.errors import BadReturn, NoPrice, Unprovable
from vmargin.chain.oracles.cautions import Caution, FutureTimestamp, StalePrice
from vmargin.chain.view import BlockView, Call
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Halt, Revert


@dataclass(frozen=True)
class Price:
    """A price as a contract sees it."""

    raw: int
    """The integer that the contract computes with."""
    exponent: int
    """The price is ``raw * 10**exponent``; -8 for a feed of 8 decimals."""
    at: int | None
    """When its source says that it was made, in seconds; None where the source does not say."""
    source: Feed
    warnings: tuple[Caution, ...] = ()
    """Judged at the block's time."""
    confidence: int | None = None
    """Half the width of the interval, in the unit of `raw`, from sources that give one."""
    round_id: int | None = None
    """From sources that count rounds."""

    @property
    def exact(self) -> Fraction:
        """The price as a number."""
        return self.raw * Fraction(10) ** self.exponent

    def __str__(self) -> str:
        noted = "".join(f"; {warning}" for warning in self.warnings)
        return f"{self.raw}e{self.exponent} of {self.source}{noted}"


class Feed(ABC):
    """Where a price comes from, and what is expected of it."""

    address: str

    errors: tuple[str, ...] = ()
    """Custom errors that its contract reverts with."""

    @abstractmethod
    def questions(self) -> tuple[Call, ...]:
        """Calls that it takes to read a price."""

    @abstractmethod
    def price(self, answers: Sequence[tuple[Any, ...]], block_time: int) -> Price:
        """Read the price from what the calls returned."""

    def __str__(self) -> str:
        return f"{type(self).__name__} {wire.checksummed(self.address)}"


def read_prices(view: BlockView, feeds: Iterable[Feed]) -> list[Price | NoPrice]:
    """Read many feeds at the same block: for each its price or, as a value, why there is none.

    A call that several feeds need, such as that of their chain's sequencer feed, is made once.
    """
    wanted = list(feeds)
    calls = list(dict.fromkeys(call for feed in wanted for call in feed.questions()))
    errors = dict.fromkeys(error for feed in wanted for error in feed.errors)
    outcomes = dict(zip(calls, view.calls(calls, errors=errors), strict=True))
    prices: list[Price | NoPrice] = []
    for feed in wanted:
        answers = []
        for call in feed.questions():
            outcome = outcomes[call]
            if isinstance(outcome, Exception):
                prices.append(_none(view, feed, call, outcome))
                break
            answers.append(outcome)
        else:
            prices.append(feed.price(answers, view.timestamp))
    return prices


def read_price(view: BlockView, feed: Feed) -> Price:
    """Read a feed.

    Raises
    ------
    NoPrice
        If a contract that asks it would revert, or what it returned is of other types; `cause` tells.
    """
    price = read_prices(view, [feed])[0]
    if isinstance(price, NoPrice):
        raise price
    return price


def _none(view: BlockView, feed: Feed, call: Call, cause: Revert | Halt | BadReturn | Unprovable) -> NoPrice:
    if isinstance(cause, (BadReturn, Unprovable)):
        return NoPrice(f"{feed}: {cause}", cause)
    ends = "reverts with" if isinstance(cause, Revert) else "halts:"
    where = f"{call.function} of {wire.checksummed(call.to)} at {view.header}"
    return NoPrice(f"{feed}: {where} {ends} {cause}", cause)


def check_decimals(decimals: int) -> None:
    """Refuse what no contract's ``decimals()`` can return."""
    if not 0 <= decimals < 256:
        raise UsageError(f"decimals of {decimals}: they are 0 to 255")


def judged_by_age(at: int, block_time: int, heartbeat_s: int | None) -> tuple[Caution, ...]:
    """Compare a time with the block's: a price as old as its heartbeat is still good."""
    if at > block_time:
        return (FutureTimestamp(at - block_time),)
    if heartbeat_s is not None and block_time - at > heartbeat_s:
        return (StalePrice(block_time - at, heartbeat_s),)
    return ()
