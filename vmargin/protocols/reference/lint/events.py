"""What a reader of the house's events alone knows: accounts, cash, positions, pools, roles and policies."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

from eth_hash.auto import keccak

from vmargin import artifacts
from vmargin.chain.errors import BadReturn
from vmargin.chain.questions import Log
from vmargin.chain.view import BlockView
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.reference.contracts import functions
from vmargin.solidity.abi import Coder, Parameter, Undecodable

RAY = 10**27
RANGE = 10_000
"""Blocks whose logs are read at once."""


class Event(NamedTuple):
    """An event of a contract, and how its values are coded."""

    name: str
    topics: tuple[Coder, ...]
    data: Coder
    indexed: tuple[bool, ...]

    def values(self, log: Log) -> list[Any]:
        """The event's values in the order of its declaration."""
        try:
            topics = iter([coder.decode(t)[0] for coder, t in zip(self.topics, log.topics[1:], strict=True)])
            data = iter(self.data.decode(log.data))
        except (Undecodable, ValueError) as error:
            raise BadReturn(
                f"an event {self.name} in block {log.block_number} is malformed: {error}"
            ) from None
        return [next(topics) if indexed else next(data) for indexed in self.indexed]


class Books:
    """What the events of a house have told so far."""

    def __init__(self, scale: int) -> None:
        self.scale = scale
        """Of one unit of the asset, in cash."""
        self.read = 0
        """How many events were read."""
        self.owners: dict[int, str] = {}
        self.policies: dict[int, bytes] = {}
        self.purses: dict[int, tuple[int, int]] = {}
        self.deposits: dict[int, int] = {}
        """In units of the asset."""
        self.holdings: dict[int, dict[int, tuple[int, int]]] = {}
        self.pools: dict[int, tuple[bytes, list[int]]] = {}
        self.premiums: dict[int, tuple[int, int]] = {}
        self.borrowing: tuple[int, int] = (0, RAY)
        self.connected = ("0x" + "00" * 20,) * 2
        self.venues: dict[str, bool] = {}
        self.modules: dict[str, bool] = {}
        self.allowed: dict[bytes, bool] = {}
        self.delegates: dict[tuple[int, str], bool] = {}
        self.permits: dict[tuple[int, str], bool] = {}
        self.registered: set[bytes] = set()

    def held(self, account: int) -> dict[int, tuple[int, int]]:
        """An account's positions in the order of instruments."""
        return dict(sorted(self.holdings.get(account, {}).items()))

    def pool_of(self, account: int) -> int:
        """The pool that has an account; 0 for none."""
        return next((pool for pool, (_, members) in self.pools.items() if account in members), 0)

    def take(self, event: str, values: list[Any]) -> None:
        """Take in what an event says; what it does not know changes nothing that is compared."""
        self.read += 1
        match event, values:
            case "Opened", [account, owner]:
                self.owners[account] = owner
            case "PolicyChosen", [account, policy]:
                self.policies[account] = policy
            case "DelegateSet", [account, who, allowed]:
                self.delegates[account, who] = allowed
            case "VenueAllowed", [account, venue, allowed]:
                self.permits[account, venue] = allowed
            case "CashChanged", [account, cash, index]:
                self.purses[account] = (cash, index)
            case "Deposited", [account, _, amount]:
                self.deposits[account] = self.deposits.get(account, 0) + amount
            case "Withdrawn", [account, _, amount]:
                self.deposits[account] = self.deposits.get(account, 0) - amount
            case "PositionChanged", [account, instrument, size, index]:
                held = self.holdings.setdefault(account, {})
                held.pop(instrument, None)
                if size != 0:
                    held[instrument] = (size, index)
            case "FundingPoked", [instrument, index, premium]:
                self.premiums[instrument] = (index, premium)
            case "BorrowRateSet", [rate, index]:
                self.borrowing = (rate, index)
            case "Joined", [pool, policy, members]:
                self.pools[pool] = (policy, list(members))
            case "Parted", [pool, account]:
                self.pools[pool][1].remove(account)
            case "Connected", [engine, feeds]:
                self.connected = (engine, feeds)
            case "VenueSet", [venue, allowed]:
                self.venues[venue] = allowed
            case "ModuleSet", [module, allowed]:
                self.modules[module] = allowed
            case "PolicyAllowed", [policy, allowed]:
                self.allowed[policy] = allowed
            case "Registered", [policy, _]:
                self.registered.add(policy)


def books_of(view: BlockView, deployment: Deployment) -> Books:
    """Read all that a house has told up to a block."""
    (scale,) = view.call(deployment.address("ledger"), functions("Ledger")["scale"])
    books = Books(scale)
    for log in _logs(view, deployment):
        event = events().get(log.topics[0] if log.topics else b"")
        if event is None:
            what = f"a log in block {log.block_number} of {log.address}"
            raise BadReturn(f"{what} is no event of ledger or policies: are these their addresses?")
        books.take(event.name, event.values(log))
    return books


@functools.cache
def events() -> dict[bytes, Event]:
    """The events of ledger and policies by their first topic."""
    found = {}
    for contract in ("Ledger", "Policies"):
        for entry in artifacts.load(contract)["abi"]:
            if entry["type"] == "event":
                inputs = [Parameter.read(part) for part in entry["inputs"]]
                indexed = tuple(bool(part["indexed"]) for part in entry["inputs"])
                signature = f"{entry['name']}({','.join(p.type for p in inputs)})"
                found[bytes(keccak(signature.encode()))] = Event(
                    entry["name"],
                    tuple(Coder((p,)) for p, topic in zip(inputs, indexed, strict=True) if topic),
                    Coder(tuple(p for p, topic in zip(inputs, indexed, strict=True) if not topic)),
                    indexed,
                )
    return found


def _logs(view: BlockView, deployment: Deployment) -> Iterator[Log]:
    """What a node leaves out shows as a difference, so that its word is taken where nothing is proven."""
    addresses = [deployment.address(role) for role in ("ledger", "policies")]
    for first in range(deployment.first_block, view.number + 1, RANGE):
        last = min(first + RANGE - 1, view.number)
        yield from view.logs(addresses, first=first, last=last, trust_node=view.anchor is None)
