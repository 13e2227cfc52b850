"""How each kind of question that a view answers is written to a recording, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vmargin.chain import wire
from vmargin.chain.header import Header
from vmargin.chain.questions import Log, LogQuery, RawCall, RawOutcome
from vmargin.solidity.reverts import Halt, Revert, decode


class Kind(NamedTuple):
    """A kind of question, and how it and its answer are written."""

    question: Callable[[Any], Any]
    answer: Callable[[Any], Any]
    read_question: Callable[[Any], Any]
    read_answer: Callable[[Any], Any]
    about: Callable[[Any], str]
    """The question in words."""


def text(value: Any) -> str:
    """Take text, and nothing else."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _call(call: RawCall) -> dict[str, Any]:
    return {
        "to": call.to,
        "data": wire.to_data(call.data),
        "sender": call.sender,
        "value": str(call.value),
        "gas": None if call.gas is None else str(call.gas),
    }


def _read_call(value: Any) -> RawCall:
    gas = value["gas"]
    return RawCall(
        wire.address(value["to"]),
        wire.data(value["data"]),
        wire.address(value["sender"]),
        int(value["value"]),
        None if gas is None else int(gas),
    )


def _about_call(call: RawCall) -> str:
    data = call.data.hex()
    return f"the call of {call.to} with 0x{data[:200]}" + ("…" if len(data) > 200 else "")


def _outcome(outcome: bytes | Revert | Halt) -> dict[str, str]:
    if isinstance(outcome, Revert):
        return {"revert": wire.to_data(outcome.data)}
    if isinstance(outcome, Halt):
        return {"halt": outcome.reason}
    return {"returned": wire.to_data(outcome)}


def _read_outcome(value: Any) -> RawOutcome:
    if "revert" in value:
        return decode(wire.data(value["revert"]))
    return Halt(text(value["halt"])) if "halt" in value else wire.data(value["returned"])


def _query(query: LogQuery) -> dict[str, Any]:
    return {
        "first": str(query.first),
        "last": str(query.last),
        "addresses": list(query.addresses),
        "topics": [_many(position) for position in query.topics],
    }


def _read_query(value: Any) -> LogQuery:
    return LogQuery(
        int(value["first"]),
        int(value["last"]),
        tuple(map(wire.address, value["addresses"])),
        tuple(_read_many(position, 32) for position in value["topics"]),
    )


def _log(log: Log) -> dict[str, Any]:
    return {
        "address": log.address,
        "topics": _many(log.topics),
        "data": wire.to_data(log.data),
        "block": str(log.block_number),
        "blockHash": wire.to_data(log.block_hash),
        "transaction": str(log.transaction_index),
        "transactionHash": wire.to_data(log.transaction_hash),
        "log": str(log.log_index),
    }


def _read_log(value: Any) -> Log:
    return Log(
        address=wire.address(value["address"]),
        topics=_read_many(value["topics"], 32),
        data=wire.data(value["data"]),
        block_number=int(value["block"]),
        block_hash=wire.data(value["blockHash"], 32),
        transaction_hash=wire.data(value["transactionHash"], 32),
        transaction_index=int(value["transaction"]),
        log_index=int(value["log"]),
    )


def _many(items: tuple[bytes, ...]) -> list[str]:
    return [wire.to_data(item) for item in items]


def _read_many(values: Any, length: int | None = None) -> tuple[bytes, ...]:
    return tuple(wire.data(value, length) for value in values)


def _slot(slot: tuple[str, int]) -> list[str]:
    return [slot[0], wire.word(slot[1])]


def _read_slot(value: Any) -> tuple[str, int]:
    address, slot = value
    return wire.address(address), _read_word(slot)


def _read_word(value: Any) -> int:
    return int.from_bytes(wire.data(value, 32), "big")


def _same(value: Any) -> Any:
    return value


KINDS: Mapping[str, Kind] = {
    "calls": Kind(_call, _outcome, _read_call, _read_outcome, _about_call),
    "storage": Kind(
        _slot, wire.word, _read_slot, _read_word, lambda s: f"the storage of {s[0]} at slot {wire.word(s[1])}"
    ),
    "balances": Kind(_same, str, wire.address, int, lambda a: f"the balance of {a}"),
    "nonces": Kind(_same, str, wire.address, int, lambda a: f"the nonce of {a}"),
    "codes": Kind(_same, wire.to_data, wire.address, wire.data, lambda a: f"the code of {a}"),
    "logs": Kind(
        _query,
        lambda logs: list(map(_log, logs)),
        _read_query,
        lambda logs: tuple(map(_read_log, logs)),
        lambda q: f"the logs of {', '.join(q.addresses) or 'all contracts'} in blocks {q.first} to {q.last}",
    ),
    "accountProofs": Kind(_same, _many, wire.address, _read_many, lambda a: f"the proof of account {a}"),
    "slotProofs": Kind(
        _slot, _many, _read_slot, _read_many, lambda s: f"the proof of slot {wire.word(s[1])} of {s[0]}"
    ),
    "headers": Kind(
        str,
        lambda header: wire.to_data(header.encoded),
        int,
        lambda encoded: Header.decode(wire.data(encoded)),
        lambda number: f"the header of block {number}",
    ),
    "receipts": Kind(
        wire.to_data,
        _many,
        lambda hash_: wire.data(hash_, 32),
        _read_many,
        lambda hash_: f"the receipts of block 0x{hash_.hex()}",
    ),
}
"""By the name that the file has for it."""
