"""What the tests of log cursors share: a reader who does as the guide says, and nodes that give few logs."""

from __future__ import annotations

from typing import Any

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.devnet import Devnet
from vmargin.chain.faults import Effect, Fault
from vmargin.chain.faults.exchange import Exchange
from vmargin.chain.live.log_reading import read_log
from vmargin.chain.logs import LogCursor
from vmargin.chain.logs.store import Step
from vmargin.chain.questions import Log
from vmargin.solidity.abi import Function

NOTED = bytes(keccak(b"Noted(uint256,address,uint256)"))
EMIT = Function.parse("emitMany(uint256,uint256,uint256)")


class Reader:
    """A caller who keeps what it is given together with the number of the step, as the guide says."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.last: Step | None = None
        self.rolled_back = 0

    def take(self, step: Step) -> None:
        if not step:
            assert not step.applied and not step.rolled_back
            return
        if self.last is not None and step.sequence == self.last.sequence:
            assert step == self.last, "a step that is handed out again is the same step"
            return
        assert step.sequence == (self.last.sequence + 1 if self.last else 1)
        assert self.last is None or step.first <= self.last.last + 1, "a range was skipped"
        for log in step.rolled_back:
            assert self.logs.pop() == log
        assert all(step.first <= log.block_number <= step.last for log in step.applied)
        self.logs += step.applied
        self.rolled_back += len(step.rolled_back)
        self.last = step

    def drain(self, cursor: LogCursor, to: int | str = "latest") -> None:
        while True:
            with cursor.step(to) as step:
                self.take(step)
            if not step:
                return


def emit(chain: Devnet, emitter: str, kind: int = 1, count: int = 2, value: int = 0) -> None:
    chain.send(emitter, EMIT, (kind, count, value))


def logs_of(chain: Devnet, cursor: dict[str, Any]) -> list[Log]:
    """The chain's own logs, asked of the node itself."""
    criteria: dict[str, Any] = {"fromBlock": hex(cursor["start"]), "toBlock": "latest"}
    if "addresses" in cursor:
        criteria["address"] = cursor["addresses"]
    if "topics" in cursor:
        criteria["topics"] = [topic and [wire.to_data(one) for one in topic] for topic in cursor["topics"]]
    return [read_log(log) for log in chain.rpc("eth_getLogs", criteria)]


def at_most(results: int, wording: str) -> Fault:
    """A node that gives no more than so many logs, and says so in words of its own."""

    def act(exchange: Exchange) -> None:
        for position in exchange.hits:
            reply, criteria = exchange.reply(position), exchange.requests[position]["params"][0]
            blocks = [int(log["blockNumber"], 16) for log in reply.get("result", ())]
            if len(blocks) > results:
                first, last = int(criteria.get("fromBlock", "0x0"), 16), blocks[results] - 1
                reply["error"] = {"code": -32602, "message": wording.format(first=first, last=last)}
                del reply["result"]

    return Fault("at_most", "events", Effect.HARMLESS, ("eth_getLogs",), act, {}, "Refuse many results.")


WORDINGS = (
    "query returned more than 10000 results",
    "query returned more than 10000 results. Try with this block range [{first:#x}, {last:#x}].",
    "query exceeds max results 20000, retry with the range {first}-{last}",
    "Log response size exceeded. Based on these parameters, this range should work: [{first:#x}, {last:#x}]",
)
