"""Logs from a node, strictly: each one is of the range, of the filter, and in the order of the chain."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer, Inconsistent, TooMuch
from vmargin.chain.questions import Log, LogQuery
from vmargin.chain.rpc.exchange import Question
from vmargin.errors import VmarginError

if TYPE_CHECKING:
    from vmargin.chain.live import LiveView


def read_logs(view: LiveView, query: LogQuery) -> list[Log]:
    """Fetch the logs of a query; a range that is too much for the nodes is halved down to single blocks."""
    logs: list[Log] = []
    pending = [(query.first, query.last)]
    while pending:
        first, last = pending.pop()
        try:
            logs += read_range(view, query._replace(first=first, last=last))
        except TooMuch:
            if first == last:
                raise
            middle = (first + last) // 2
            pending += [(middle + 1, last), (first, middle)]
    if query.first < view.number:
        view.ensure_canonical()  # a range is named by numbers, which a reorganisation gives to other blocks
    return logs


def read_range(view: LiveView, query: LogQuery) -> list[Log]:
    """Fetch the logs of a query with one request.

    Raises
    ------
    TooMuch
        If that is too much for the nodes; the reason may name a range that is not.
    """
    [answer] = view.ask([_question(view, query)])
    if isinstance(answer, VmarginError):
        raise answer
    logs: list[Log] = answer
    _check_blocks(view, logs)
    return logs


def _question(view: LiveView, query: LogQuery) -> Question:
    criteria: dict[str, Any] = {}
    if query.first == query.last == view.number:
        criteria["blockHash"] = wire.to_data(view.hash)
    else:
        criteria["fromBlock"] = wire.to_quantity(query.first)
        criteria["toBlock"] = wire.to_quantity(query.last)
    if query.addresses:
        criteria["address"] = list(query.addresses)
    if query.topics:
        criteria["topics"] = [
            [wire.to_data(topic) for topic in position] or None for position in query.topics
        ]
    return Question("eth_getLogs", [criteria], lambda answer: _logs(answer, query))


def _logs(answer: Any, query: LogQuery) -> list[Log]:
    if not isinstance(answer, list):
        raise BadAnswer("an answer to eth_getLogs that is no list")
    logs = [read_log(entry) for entry in answer]
    for log in logs:
        if not query.first <= log.block_number <= query.last:
            raise BadAnswer(f"a log of block {log.block_number}, asked for {query.first} to {query.last}")
        if not query.allows(log):
            raise BadAnswer(f"log {log.log_index} of block {log.block_number} does not match the filter")
    for one, other in pairwise(logs):
        if (one.block_number, one.log_index) >= (other.block_number, other.log_index):
            raise BadAnswer(f"logs of block {other.block_number} out of order")
        if one.block_number == other.block_number:
            if one.block_hash != other.block_hash:
                raise BadAnswer(f"logs of two blocks {one.block_number}")
            if one.transaction_index > other.transaction_index:
                raise BadAnswer(f"logs of block {other.block_number} out of the order of transactions")
    return logs


def read_log(entry: Any) -> Log:
    """Read a log as JSON-RPC has it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("topics"), list) or len(entry["topics"]) > 4:
        raise BadAnswer("an entry that is no log")
    if entry.get("removed"):
        raise BadAnswer("a log that was removed by a reorganisation")
    return Log(
        wire.address(entry.get("address")),
        tuple(wire.data(topic, 32) for topic in entry["topics"]),
        wire.data(entry.get("data")),
        wire.quantity(entry.get("blockNumber"), 64),
        wire.data(entry.get("blockHash"), 32),
        wire.data(entry.get("transactionHash"), 32),
        wire.quantity(entry.get("transactionIndex"), 64),
        wire.quantity(entry.get("logIndex"), 64),
    )


def _check_blocks(view: LiveView, logs: list[Log]) -> None:
    """Check what the logs say of this view's block against its hash."""
    for log in logs:
        if log.block_number == view.number and log.block_hash != view.hash:
            raise Inconsistent(
                f"a log of block {view.number} names the hash 0x{log.block_hash.hex()}, "
                f"which is not the view's {wire.to_data(view.hash)}"
            )
