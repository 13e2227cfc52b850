"""A chain as it was at one block: what every reader reads through, wherever the answers come from.

A kind of view answers the `ask_…` questions; the typed reads are built on them here, once.  Live, recorded
and proven views are therefore interchangeable, and a reader cannot tell one from another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.errors import BadReturn, Unprovable
from vmargin.chain.header import Header
from vmargin.chain.questions import (
    NOBODY,
    Log,
    LogQuery,
    Pin,
    ProofQuery,
    RawCall,
    RawOutcome,
    RawProof,
    log_query,
)
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function, Undecodable
from vmargin.solidity.reverts import CustomError, Halt, Revert, decode


class Call(NamedTuple):
    """A call for :meth:`BlockView.calls`."""

    to: str
    function: str | Function
    """As in ``balanceOf(address)(uint256)``."""
    arguments: Sequence[Any] = ()


Outcome: TypeAlias = tuple[Any, ...] | Revert | Halt | BadReturn | Unprovable
"""A call's results in a tuple, or why there are none."""


@dataclass(frozen=True)
class Provenance:
    """Where an answer comes from; printed with it."""

    chain_id: int
    number: int
    hash: str
    timestamp: int
    pin: str
    anchor: str | None
    """Who vouches for the hash of a proven view; None where nothing is proven."""

    def __str__(self) -> str:
        proof = f"proven, anchor {self.anchor}" if self.anchor else f"not proven, pinned by {self.pin}"
        return f"chain {self.chain_id}, block {self.number} ({self.hash}), {proof}"

    def as_json(self) -> dict[str, Any]:
        """The same in JSON's types."""
        return {
            "chainId": self.chain_id,
            "block": self.number,
            "blockHash": self.hash,
            "timestamp": self.timestamp,
            "pin": self.pin,
            "anchor": self.anchor,
        }


class BlockView(ABC):
    """One block of one chain."""

    chain_id: int
    header: Header
    pin: Pin
    anchor: str | None = None

    @property
    def number(self) -> int:
        """Of the block."""
        return self.header.number

    @property
    def hash(self) -> bytes:
        """Of the block."""
        return self.header.hash

    @property
    def timestamp(self) -> int:
        """Of the block: the only clock that a verdict may use."""
        return self.header.timestamp

    @property
    def provenance(self) -> Provenance:
        """Say where answers of this view come from."""
        return Provenance(
            self.chain_id,
            self.number,
            wire.to_data(self.hash),
            self.timestamp,
            self.pin.value,
            self.anchor,
        )

    # What a kind of view answers.  Addresses are in lower case.  Each answers in the order of the questions,
    # and raises a ChainError if any of them cannot be answered.

    @abstractmethod
    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        """Run each call on the state after the block, independently of the others."""

    @abstractmethod
    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        """Words of storage, by address and slot."""

    @abstractmethod
    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        """In wei."""

    @abstractmethod
    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        """Transaction counts of accounts."""

    @abstractmethod
    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        """The code at each address, empty where there is none."""

    @abstractmethod
    def ask_logs(self, query: LogQuery) -> list[Log]:
        """Logs in the order of the chain, as the source has them."""

    @abstractmethod
    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        """Merkle proofs at the block, not verified."""

    @abstractmethod
    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        """Headers of the block and blocks before it, each true to its hash but not linked to the others."""

    @abstractmethod
    def ask_receipts(self, header: Header) -> list[bytes]:
        """All receipts of a block in their consensus encoding, not verified."""

    # Typed reads

    def call(
        self,
        to: str,
        function: str | Function,
        arguments: Sequence[Any] = (),
        *,
        sender: str = NOBODY,
        value: int = 0,
        gas: int | None = None,
        errors: Iterable[CustomError | str] = (),
    ) -> tuple[Any, ...]:
        """Call a function: its results in a tuple, however many there are.

        Parameters
        ----------
        to
            The contract.
        function
            As in ``"balanceOf(address)(uint256)"``.
        arguments
            As many as the function takes.
        sender, value, gas
            Of the call; by default nobody, nothing and what the node allows.
        errors
            Custom errors that it may revert with.

        Raises
        ------
        Revert, Halt
            If the call did.
        BadReturn
            If what came back is not the one encoding of the types that the function returns.
        """
        function = _function(function)
        raw = RawCall(
            wire.given_address(to), function.calldata(arguments), wire.given_address(sender), value, gas
        )
        outcome = self._read(raw, function, self.ask_calls([raw])[0], tuple(errors))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def calls(
        self,
        calls: Iterable[Call | tuple[Any, ...]],
        *,
        sender: str | None = None,
        errors: Iterable[CustomError | str] = (),
    ) -> list[Outcome]:
        """Call many functions: for each its results, or as a value why there are none.

        Parameters
        ----------
        calls
            Contract, function and arguments of each.
        sender
            Of all of them.  None is for functions that do not ask who calls: a live view may let Multicall3
            call them, one after the other, in few requests.
        errors
            Custom errors that they may revert with.
        """
        origin = NOBODY if sender is None else wire.given_address(sender)
        wanted = [Call(*call) for call in calls]
        functions = [_function(call.function) for call in wanted]
        raw = [
            RawCall(
                wire.given_address(call.to),
                function.calldata(call.arguments),
                origin,
                alone=sender is not None,
            )
            for call, function in zip(wanted, functions, strict=True)
        ]
        errors = tuple(errors)
        return [
            self._read(call, function, outcome, errors)
            for call, function, outcome in zip(raw, functions, self.ask_calls(raw), strict=True)
        ]

    def storage(self, address: str, slot: int) -> int:
        """Read one word of a contract's storage."""
        return self.storages([(address, slot)])[0]

    def storages(self, slots: Iterable[tuple[str, int]]) -> list[int]:
        """Words of storage, by address and slot."""
        wanted = [(wire.given_address(address), slot) for address, slot in slots]
        for address, slot in wanted:
            if not 0 <= slot < 1 << 256:
                raise UsageError(f"slot {slot} of {address} is no uint256")
        return self.ask_storage(wanted)

    def balance(self, address: str) -> int:
        """Wei that an account holds."""
        return self.ask_balances([wire.given_address(address)])[0]

    def nonce(self, address: str) -> int:
        """Transaction count of an account."""
        return self.ask_nonces([wire.given_address(address)])[0]

    def code(self, address: str) -> bytes:
        """Read the code of a contract; empty where there is none."""
        return self.ask_codes([wire.given_address(address)])[0]

    def code_hash(self, address: str) -> bytes:
        """keccak-256 of the code, also where there is none."""
        return bytes(keccak(self.code(address)))

    def logs(
        self,
        addresses: Iterable[str] = (),
        topics: Iterable[bytes | Iterable[bytes] | None] = (),
        *,
        first: int | None = None,
        last: int | None = None,
        trust_node: bool = False,
    ) -> list[Log]:
        """Logs of this block, or of a range that ends at or before it, in the order of the chain.

        Parameters
        ----------
        addresses
            The contracts; all if there are none.
        topics
            For each position a topic, several of which one must be there, or None for any.
        first, last
            Numbers of the first and the last block; this block if not given.
        trust_node
            Take the node's word that these are all the logs.  Otherwise every block whose bloom filter
            allows a match is checked against its receipts root, at the price of a request each.
        """
        from vmargin.chain.receipts import check_complete

        query = log_query(
            addresses, topics, self.number if first is None else first, self.number if last is None else last
        )
        if query.last > self.number:
            raise UsageError(f"block {query.last} is after this view's, {self.number}")
        logs = self.ask_logs(query)
        if not trust_node:
            check_complete(self, query, logs)
        return logs

    def _read(
        self, call: RawCall, function: Function, outcome: RawOutcome, errors: tuple[CustomError | str, ...]
    ) -> Outcome:
        """Read what a call gave, in the types of its function."""
        if isinstance(outcome, Revert):
            return decode(outcome.data, errors)
        if isinstance(outcome, (Halt, Unprovable)):
            return outcome
        try:
            return function.results(outcome)
        except Undecodable:
            where = f"{function.signature} of {wire.checksummed(call.to)} at block {self.number}"
            if not outcome:
                return BadReturn(f"{where} returned nothing: is there a contract at this address?")
            shape = function.shape.partition(" -> ")[2]
            return BadReturn(
                f"{where} returned {len(outcome)} bytes that are no {shape}: 0x{outcome[:256].hex()}"
                + ("…" if len(outcome) > 256 else "")
            )


def _function(function: str | Function) -> Function:
    return Function.parse(function) if isinstance(function, str) else function
