"""A block as the nodes of a connection have it now: every answer is tied to the block's hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from vmargin.chain import wire
from vmargin.chain.connection import Connection, header_question
from vmargin.chain.errors import (
    AllNodesFailed,
    BadAnswer,
    ChainError,
    ProofUnavailable,
    Reorged,
    Unavailable,
    Unsupported,
)
from vmargin.chain.header import Header
from vmargin.chain.live.pinning import admit, by_hash, present
from vmargin.chain.questions import Log, LogQuery, Pin, ProofQuery, RawCall, RawOutcome, RawProof
from vmargin.chain.rpc.classify import Action, Fault
from vmargin.chain.rpc.exchange import TRIES, Question
from vmargin.chain.rpc.node import Node
from vmargin.chain.view import BlockView
from vmargin.errors import VmarginError


class LiveView(BlockView):
    """A view that asks nodes.

    Use :meth:`Connection.at <vmargin.chain.connection.Connection.at>` to open one.
    """

    def __init__(self, connection: Connection, header: Header, pin: Pin, nodes: Sequence[Node]) -> None:
        self.connection = connection
        self.chain_id = connection.chain_id
        self.header = header
        self.pin = pin
        self.nodes = tuple(nodes)
        """Who may be asked; a single one unless the pin is the hash."""

    @classmethod
    def open(cls, connection: Connection, header: Header, node: Node) -> LiveView:
        """View a block that this node had; by its hash if any node can."""
        nodes = [node, *(other for other in connection.candidates() if other is not node)]
        problem: VmarginError | None = None
        for tries in (1, TRIES) if len(nodes) > 1 else (TRIES,):
            for one in nodes:
                fault = admit(connection, header, one, tries=tries)
                if fault is None:
                    able = [n for n in nodes if n.pins_by_hash is not False]
                    return cls(connection, header, Pin.HASH, able)
                problem = problem or (None if one.pins_by_hash is False else fault.error)
        if node.pins_by_hash is False:
            return cls(connection, header, Pin.NUMBER, [node])
        assert problem is not None
        raise problem

    @property
    def block_parameter(self) -> dict[str, Any] | str:
        """The block, as requests name it."""
        if self.pin is Pin.NUMBER:
            return wire.to_quantity(self.number)
        return by_hash(self.hash)

    def ensure_canonical(self) -> None:
        """Check that the chain still has this block at its number.

        Raises
        ------
        Reorged
            If it has another.
        """
        found = self.connection.exchange([header_question(self.number)], nodes=self.nodes).answers[0]
        if isinstance(found, VmarginError):
            raise found
        if found.hash != self.hash:
            raise self._reorged(found)

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        if len(calls) > 1:
            from vmargin.chain.multicall import aggregate

            return aggregate(self, calls)
        outcomes = self.eth_calls(calls)
        for outcome in outcomes:
            if isinstance(outcome, ChainError):
                raise outcome
        return cast("list[RawOutcome]", outcomes)

    def eth_calls(
        self, calls: Sequence[RawCall], codes: Mapping[str, bytes] | None = None, time: int | None = None
    ) -> list[RawOutcome | ChainError]:
        """Make one ``eth_call`` for each call; one that no node makes gives its error as a value.

        `codes` are put at addresses for as long as a call lasts, and `time` is the block's: overrides of
        state and of the block, which not every node has.
        """
        overrides: list[Any] = [{at: {"code": wire.to_data(code)} for at, code in (codes or {}).items()}]
        if time is not None:
            overrides.append({"time": wire.to_quantity(time)})
        elif not codes:
            overrides = []
        return self.ask(
            [self._question("eth_call", [_transaction(call)], wire.data, overrides) for call in calls]
        )

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        return self._values(
            self._question("eth_getStorageAt", [address, wire.word(slot)], _word) for address, slot in slots
        )

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        return self._values(self._question("eth_getBalance", [one], wire.quantity) for one in addresses)

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        return self._values(self._question("eth_getTransactionCount", [one], _nonce) for one in addresses)

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        return self._values(self._question("eth_getCode", [one], wire.data) for one in addresses)

    def ask_logs(self, query: LogQuery) -> list[Log]:
        from vmargin.chain.live.log_reading import read_logs

        return read_logs(self, query)

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        questions = [
            self._question(
                "eth_getProof",
                [query.address, [wire.word(slot) for slot in query.slots]],
                partial(_proof, query),
            )
            for query in queries
        ]
        answers = self.ask(questions)
        for error in answers:
            causes = error.causes if isinstance(error, AllNodesFailed) else (error,)
            if any(isinstance(cause, (Unavailable, Unsupported)) for cause in causes):
                raise ProofUnavailable(
                    f"no proof at block {self.number}: {error}; "
                    "take a later block, or a node that serves proofs of old ones"
                )
        return _all(answers)

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        questions = [header_question(number) for number in numbers if number != self.number]
        found = iter(self._values(questions))
        return [self.header if number == self.number else next(found) for number in numbers]

    def ask_receipts(self, header: Header) -> list[bytes]:
        from vmargin.chain.live.receipt_reading import read_receipts

        return read_receipts(self, header)

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        """Put questions to the view's nodes: what was read, or the error as a value.

        Raises
        ------
        Reorged
            If any of them has no answer because the block is no longer part of the chain.
        """
        if not questions:
            return []
        answers = self.connection.exchange(
            questions, nodes=self.nodes, admit=self._admit, diagnose=self._diagnose
        ).answers
        for answer in answers:
            if isinstance(answer, Reorged):
                raise answer
        if self.pin is Pin.NUMBER:
            self.ensure_canonical()
        return answers

    def _values(self, questions: Iterable[Question]) -> list[Any]:
        """Answers to questions, all of them."""
        return _all(self.ask(list(questions)))

    def _question(
        self, method: str, params: list[Any], read: Callable[[Any], Any], after: Sequence[Any] = ()
    ) -> Question:
        """Ask about this block; `after` are the parameters that follow it."""
        return Question(method, [*params, self.block_parameter, *after], partial(present, read))

    def _admit(self, node: Node) -> Fault | None:
        if self.pin is Pin.NUMBER:
            return self.connection.admit(node)
        return admit(self.connection, self.header, node)

    def _diagnose(self, node: Node, faults: dict[int, Fault]) -> dict[int, Fault]:
        """Tell a block that a node has not yet, or no longer, from one that is not on its chain."""
        if not any(isinstance(fault.error, Unavailable) for fault in faults.values()):
            return faults
        found = self.connection.exchange([header_question(self.number)], nodes=[node], tries=1).answers[0]
        if isinstance(found, VmarginError) or found.hash == self.hash:
            return faults
        gone = Fault(self._reorged(found), Action.NEXT)
        return {at: gone if isinstance(fault.error, Unavailable) else fault for at, fault in faults.items()}

    def _reorged(self, found: Header) -> Reorged:
        return Reorged(
            f"block {self.number} is 0x{found.hash.hex()} now and no longer {wire.to_data(self.hash)}: "
            "the chain was reorganised; read again, at a new block"
        )


def _all(answers: list[Any]) -> list[Any]:
    """Answers none of which is an error."""
    for answer in answers:
        if isinstance(answer, VmarginError):
            raise answer
    return answers


def _transaction(call: RawCall) -> dict[str, str]:
    transaction = {"to": call.to, "data": wire.to_data(call.data), "from": call.sender}
    if call.value:
        transaction["value"] = wire.to_quantity(call.value)
    if call.gas is not None:
        transaction["gas"] = wire.to_quantity(call.gas)
    return transaction


def _word(answer: Any) -> int:
    return int.from_bytes(wire.data(answer, 32), "big")


def _nonce(answer: Any) -> int:
    return wire.quantity(answer, 64)


def _proof(query: ProofQuery, answer: Any) -> RawProof:
    """Take the nodes out of an answer of ``eth_getProof``; what it says that the values are is dropped."""
    if not isinstance(answer, dict) or not isinstance(answer.get("storageProof"), list):
        raise BadAnswer("an answer that is no proof")
    slots = answer["storageProof"]
    if len(slots) != len(query.slots):
        raise BadAnswer(f"{len(slots)} proofs for {len(query.slots)} slots")
    for entry, slot in zip(slots, query.slots, strict=True):
        if not isinstance(entry, dict) or not _is_slot(entry.get("key"), slot):
            raise BadAnswer(f"a proof of another slot than {slot:#x} of {query.address}")
    # Erigon says null of the slots of an account that does not exist
    return RawProof(
        _nodes(answer.get("accountProof")), tuple(_nodes(entry.get("proof") or []) for entry in slots)
    )


def _is_slot(key: Any, slot: int) -> bool:
    """Whether a key names the slot; nodes write it with and without leading zeros."""
    try:
        return isinstance(key, str) and key[:2] == "0x" and len(key) <= 66 and int(key, 16) == slot
    except ValueError:
        return False


def _nodes(answer: Any) -> tuple[bytes, ...]:
    if not isinstance(answer, list):
        raise BadAnswer("a proof that is no list of nodes")
    return tuple(wire.data(node) for node in answer)
