"""Logs and receipts: cut short, doubled, invented, or of another block."""

from __future__ import annotations

from typing import Any

from vmargin.chain.faults.exchange import Request
from vmargin.chain.faults.registry import Effect, on_result

_LOGS = "eth_getLogs"
_RECEIPTS = ("eth_getBlockReceipts", "eth_getTransactionReceipt")


@on_result(Effect.NOTICEABLE, _LOGS)
def logs_cut_short(result: Any, request: Request) -> Any:
    """Leave out the second half of the logs."""
    return result[: len(result) // 2]


@on_result(Effect.NOTICEABLE, _LOGS)
def log_missing(result: Any, request: Request) -> Any:
    """Leave out one log from the middle."""
    at = len(result) // 2
    return result[:at] + result[at + 1 :]


@on_result(Effect.NOTICEABLE, _LOGS)
def log_invented(result: Any, request: Request) -> Any:
    """Add a log that was never emitted, after all others, in the form of the last."""
    if not result:
        return result
    last = result[-1]
    return [*result, last | {"logIndex": hex(int(last["logIndex"], 16) + 1)}]


@on_result(Effect.NOTICEABLE, _LOGS)
def log_doubled(result: Any, request: Request) -> Any:
    """Give the first log twice."""
    return result[:1] + result


@on_result(Effect.HARMLESS, _LOGS)
def logs_reordered(result: Any, request: Request) -> Any:
    """Give the logs backwards."""
    return result[::-1]


@on_result(Effect.NOTICEABLE, _LOGS)
def log_altered(result: Any, request: Request) -> Any:
    """Change the data of the first log."""
    return [log | {"data": log["data"] + "00" * 32} if not at else log for at, log in enumerate(result)]


@on_result(Effect.NOTICEABLE, _LOGS)
def log_of_another_contract(result: Any, request: Request) -> Any:
    """Give logs of a contract that was not asked about."""
    return [log | {"address": "0x" + "ee" * 20} for log in result]


@on_result(Effect.NOTICEABLE, _LOGS)
def logs_of_another_block(result: Any, request: Request) -> Any:
    """Name a block hash that is not that of the log's block, as after a reorganisation."""
    return [log | {"blockHash": "0x" + "ab" * 32} for log in result]


@on_result(Effect.NOTICEABLE, _LOGS)
def logs_of_another_range(result: Any, request: Request) -> Any:
    """Give logs of blocks far after those that were asked about."""
    return [log | {"blockNumber": hex(int(log["blockNumber"], 16) + 1_000_000)} for log in result]


@on_result(Effect.NOTICEABLE, _LOGS)
def logs_removed(result: Any, request: Request) -> Any:
    """Mark all logs as removed by a reorganisation."""
    return [log | {"removed": True} for log in result]


@on_result(Effect.NOTICEABLE, _RECEIPTS[0])
def receipts_cut_short(result: Any, request: Request) -> Any:
    """Leave out the last receipt of a block."""
    return result[:-1]


def _changed(receipt: dict[str, Any]) -> dict[str, Any]:
    return receipt | {"cumulativeGasUsed": hex(int(receipt["cumulativeGasUsed"], 16) + 1)}


@on_result(Effect.NOTICEABLE, *_RECEIPTS)
def receipt_altered(result: Any, request: Request) -> Any:
    """Change the gas that receipts state."""
    return [_changed(one) for one in result] if isinstance(result, list) else _changed(result)
