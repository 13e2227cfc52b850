"""A receipt as JSON-RPC has it, in the bytes that the receipts root is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rlp

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer, Unprovable

POST_EXECUTION, DEPOSIT = 0x7D, 0x7E
"""Types of the OP stack; the receipts of deposits have two fields more."""

_TYPES = frozenset({0, 1, 2, 3, 4, POST_EXECUTION, DEPOSIT})


def encode_receipt(receipt: Mapping[str, Any]) -> bytes:
    """Encode a receipt as consensus does: EIP-2718's type byte, then the RLP of its fields."""
    kind = wire.quantity(receipt.get("type", "0x0"), 8)
    if kind not in _TYPES:
        raise Unprovable(f"a receipt of type {kind:#x}: its encoding is not known")
    fields: list[Any] = [
        _outcome(receipt),
        _number(receipt.get("cumulativeGasUsed")),
        wire.data(receipt.get("logsBloom"), 256),
        [_log(log) for log in _list(receipt.get("logs"))],
    ]
    if kind == DEPOSIT and receipt.get("depositReceiptVersion") is not None:  # from Canyon on
        fields += [_number(receipt.get("depositNonce")), _number(receipt["depositReceiptVersion"])]
    encoded = bytes(rlp.encode(fields))
    return bytes([kind]) + encoded if kind else encoded


def _outcome(receipt: Mapping[str, Any]) -> bytes:
    """Before Byzantium the state root, since then whether it succeeded."""
    if receipt.get("root") is not None and receipt.get("status") is None:
        return wire.data(receipt["root"], 32)
    status = wire.quantity(receipt.get("status"), 8)
    if status > 1:
        raise BadAnswer(f"a receipt with the status {status}")
    return b"\1" if status else b""


def _log(log: Any) -> list[Any]:
    if not isinstance(log, Mapping):
        raise BadAnswer("a receipt's log that is no object")
    return [
        bytes.fromhex(wire.address(log.get("address"))[2:]),
        [wire.data(topic, 32) for topic in _list(log.get("topics"))],
        wire.data(log.get("data")),
    ]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadAnswer("a receipt without its lists")
    return value


def _number(value: Any) -> bytes:
    number = wire.quantity(value)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
