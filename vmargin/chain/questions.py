"""What a view may be asked, and what it answers: the vocabulary between views and their sources."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeAlias

from vmargin.chain import wire
from vmargin.chain.errors import Unprovable
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Halt, Revert

NOBODY = "0x" + "00" * 20
"""Who calls, unless it is said: what nodes put into ``eth_call``, too."""


class Pin(Enum):
    """What ties the answers of a node to one block."""

    HASH = "hash"
    """Every request names the block's hash (EIP-1898)."""
    NUMBER = "number"
    """The node knows numbers only; number and hash are compared again after every read."""


class RawCall(NamedTuple):
    """A call as the EVM sees it."""

    to: str
    data: bytes
    sender: str = NOBODY
    value: int = 0
    gas: int | None = None
    """None: as much as the node gives, or the block's limit where the call is proven."""
    alone: bool = False
    """Whether it matters who makes it: Multicall3 must not, then."""


RawOutcome: TypeAlias = bytes | Revert | Halt | Unprovable
"""What came back: data, or as a value the revert, the halt, or what a proven view cannot run of it."""


class Log(NamedTuple):
    """An event that a contract emitted."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    transaction_index: int
    log_index: int
    """Within the block."""


class LogQuery(NamedTuple):
    """Which logs: JSON-RPC's filter, in one form."""

    first: int
    last: int
    addresses: tuple[str, ...] = ()
    """Of any of these; of all contracts if empty."""
    topics: tuple[tuple[bytes, ...], ...] = ()
    """At each position any of these; anything where empty."""

    def allows(self, log: Log) -> bool:
        """Whether a log is what is asked for, the range aside."""
        if self.addresses and log.address not in self.addresses:
            return False
        if len(self.topics) > len(log.topics):
            return False
        return all(
            not wanted or topic in wanted for topic, wanted in zip(log.topics, self.topics, strict=False)
        )


class ProofQuery(NamedTuple):
    """An account and the slots of it to prove."""

    address: str
    slots: tuple[int, ...] = ()


class RawProof(NamedTuple):
    """The nodes of the tries as a server gave them: nothing here is verified yet.

    What the server *says* the values are is not kept; they are read from the nodes.
    """

    account: tuple[bytes, ...]
    slots: tuple[tuple[bytes, ...], ...]
    """In the order of the query."""


def log_query(
    addresses: Iterable[str], topics: Iterable[bytes | Iterable[bytes] | None], first: int, last: int
) -> LogQuery:
    """Bring a filter into its one form."""
    if not 0 <= first <= last:
        raise UsageError(f"blocks {first} to {last} are no range")
    positions = []
    for topic in topics:
        wanted = (topic,) if isinstance(topic, bytes) else tuple(topic or ())
        if any(len(one) != 32 for one in wanted):
            raise UsageError(f"{topic!r} is no topic: it takes 32 bytes")
        positions.append(tuple(sorted(set(wanted))))
    while positions and not positions[-1]:
        positions.pop()
    return LogQuery(first, last, tuple(sorted({wire.given_address(a) for a in addresses})), tuple(positions))
