"""Whether a node ties its answers to a block's hash (EIP-1898): tried out, because not all that say so do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.connection import Connection, header_question
from vmargin.chain.errors import Refused, TooMuch, Unavailable, Unsupported
from vmargin.chain.header import Header
from vmargin.chain.questions import NOBODY
from vmargin.chain.rpc.classify import Action, Fault
from vmargin.chain.rpc.exchange import Diagnosis, Question
from vmargin.chain.rpc.node import Node
from vmargin.errors import VmarginError


def by_hash(block_hash: bytes) -> dict[str, Any]:
    """Name a block by its hash, and by nothing that a reorganisation could give to another."""
    return {"blockHash": wire.to_data(block_hash), "requireCanonical": True}


def present(read: Callable[[Any], Any], answer: Any) -> Any:
    """Read an answer; some nodes say null where they do not have the block."""
    if answer is None:
        raise Unavailable(-32001, "null, as for a block that it does not have")
    return read(answer)


def admit(connection: Connection, header: Header, node: Node, *, tries: int = 1) -> Fault | None:
    """Find out whether a node pins by hash; a fault if it does not, or does not say.

    What goes wrong is tried again by whoever asks, after the other nodes.
    """
    fault = connection.admit(node)
    if fault is not None:
        return fault
    if node.pins_by_hash is None:
        found = _probe(connection, header, node, tries)
        if isinstance(found, VmarginError):
            return Fault(found, Action.RETRY)
        node.pins_by_hash = found
    if node.pins_by_hash:
        return None
    error = Unsupported(-32602, "it takes no block hash (EIP-1898)", node=node.label)
    return Fault(error, Action.NEXT)


def _probe(connection: Connection, header: Header, node: Node, tries: int) -> bool | VmarginError:
    """Whether a node answers for a block by its hash, and not for a hash that no block has."""

    def ask(block: Any, diagnose: Diagnosis | None = None) -> Any:
        question = Question("eth_getBalance", [NOBODY, block], partial(present, wire.quantity))
        return connection.exchange([question], nodes=[node], diagnose=diagnose, tries=tries).answers[0]

    known = ask(by_hash(header.hash))
    if isinstance(known, Unavailable):  # perhaps too old for its state, which says nothing of hashes
        newest = connection.exchange([header_question("latest")], nodes=[node], tries=tries).answers[0]
        if isinstance(newest, VmarginError):
            return newest
        header = newest
        known = ask(by_hash(header.hash))
    if isinstance(known, Refused) and not isinstance(known, (Unavailable, TooMuch)):
        by_number = ask(wire.to_quantity(header.number))
        return known if isinstance(by_number, VmarginError) else False
    if isinstance(known, VmarginError):
        return known
    invented = ask(by_hash(keccak(header.hash)), _take_refusals)
    if isinstance(invented, Refused):
        return True
    return invented if isinstance(invented, VmarginError) else False


def _take_refusals(_: Node, faults: dict[int, Fault]) -> dict[int, Fault]:
    """Ask again for what went wrong, not for what was refused."""
    return {
        at: replace(fault, action=Action.RAISE) if isinstance(fault.error, Refused) else fault
        for at, fault in faults.items()
    }
