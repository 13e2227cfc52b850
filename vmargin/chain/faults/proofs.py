"""Merkle proofs: nodes changed, missing, swapped, or of another place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmargin.chain import wire
from vmargin.chain.faults.blocks import answers_from_parent
from vmargin.chain.faults.exchange import Exchange, Request
from vmargin.chain.faults.registry import Effect, on_exchange, on_result

_PROOF = "eth_getProof"
_Nodes = list[Any]


def _each(result: Any, change: Callable[[_Nodes], _Nodes]) -> Any:
    """Change the nodes of the account's proof and those of each slot's."""
    slots = [slot | {"proof": change(slot["proof"])} for slot in result["storageProof"]]
    return result | {"accountProof": change(result["accountProof"]), "storageProof": slots}


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_node_changed(result: Any, request: Request) -> Any:
    """Change the last bit of the last node of each proof."""

    def change(nodes: _Nodes) -> _Nodes:
        return [*nodes[:-1], f"{nodes[-1][:-1]}{int(nodes[-1][-1], 16) ^ 1:x}"] if nodes else nodes

    return _each(result, change)


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_root_changed(result: Any, request: Request) -> Any:
    """Change the first bit of the first node of each proof."""

    def change(nodes: _Nodes) -> _Nodes:
        return [f"0x{int(nodes[0][2], 16) ^ 8:x}{nodes[0][3:]}", *nodes[1:]] if nodes else nodes

    return _each(result, change)


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_node_missing(result: Any, request: Request) -> Any:
    """Leave out the last node of each proof."""
    return _each(result, lambda nodes: nodes[:-1])


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_empty(result: Any, request: Request) -> Any:
    """Give no nodes at all, as if nothing were there."""
    return _each(result, lambda nodes: [])


@on_result(Effect.HARMLESS, _PROOF)
def proof_node_extra(result: Any, request: Request) -> Any:
    """Add a node that belongs to nothing."""
    return _each(result, lambda nodes: [*nodes, "0xc22080"])


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_node_no_rlp(result: Any, request: Request) -> Any:
    """Put bytes that are no RLP in the place of the last node."""
    return _each(result, lambda nodes: [*nodes[:-1], "0xff00"])


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_node_deep(result: Any, request: Request) -> Any:
    """Put lists within lists in the place of the last node, as many as a node has room for."""
    deep = b"\xc0"
    while len(deep) < 530:
        size = len(deep)
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        deep = (bytes([0xC0 + size]) if size < 56 else bytes([0xF7 + len(length)]) + length) + deep
    return _each(result, lambda nodes: [*nodes[:-1], wire.to_data(deep)])


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_node_truncated(result: Any, request: Request) -> Any:
    """Leave out the second half of the last node."""
    return _each(
        result, lambda nodes: [*nodes[:-1], nodes[-1][: len(nodes[-1]) // 4 * 2]] if nodes else nodes
    )


@on_result(Effect.HARMLESS, _PROOF)
def proof_values_lie(result: Any, request: Request) -> Any:
    """State values that are not those that the nodes prove."""
    slots = [slot | {"value": "0x7"} for slot in result["storageProof"]]
    empty = "0x" + "00" * 32
    lies = {"balance": "0x7", "nonce": "0x7", "storageHash": empty, "codeHash": empty}
    return result | lies | {"storageProof": slots}


@on_exchange(Effect.NOTICEABLE, _PROOF)
def proof_of_another_account(exchange: Exchange) -> None:
    """Prove another account than was asked about."""
    for position in exchange.hits:
        request = exchange.requests[position]
        request["params"] = ["0x" + "ee" * 20, *request["params"][1:]]


@on_exchange(Effect.NOTICEABLE, _PROOF)
def proof_of_another_slot(exchange: Exchange) -> None:
    """Prove other slots than were asked about, and name those that were."""
    for position in exchange.hits:
        request = exchange.requests[position]
        asked, slots, *rest = request["params"]
        others = [f"0x{int(slot, 16) ^ 1 << 255:064x}" for slot in slots]
        request["params"] = [asked, others, *rest]
        for proof, slot in zip(exchange.reply(position)["result"]["storageProof"], slots, strict=True):
            proof["key"] = slot


@on_exchange(Effect.NOTICEABLE, _PROOF)
def proof_from_parent(exchange: Exchange) -> None:
    """Prove the state of the parent block."""
    answers_from_parent(exchange)


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_slot_missing(result: Any, request: Request) -> Any:
    """Leave out the last slot; for an account alone, the last node."""
    if not result["storageProof"]:
        return proof_node_missing(result, request)
    return result | {"storageProof": result["storageProof"][:-1]}


@on_result(Effect.HARMLESS, _PROOF)
def proof_slots_reordered(result: Any, request: Request) -> Any:
    """Give the slots' proofs backwards, each with its key."""
    return result | {"storageProof": result["storageProof"][::-1]}


@on_result(Effect.NOTICEABLE, _PROOF)
def proof_slots_swapped(result: Any, request: Request) -> Any:
    """Give the slots' proofs backwards, each with the key of another; of a single one, another key."""
    slots = result["storageProof"]
    if len(slots) == 1:
        return result | {"storageProof": [slots[0] | {"key": "0x" + "ee" * 32, "proof": []}]}
    keys = [slot["key"] for slot in slots]
    return result | {
        "storageProof": [slot | {"key": key} for slot, key in zip(slots[::-1], keys, strict=True)]
    }
