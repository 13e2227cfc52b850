"""The chain: heads that lag, reorganisations, headers that are not what was asked for."""

from __future__ import annotations

from typing import Any

from vmargin.chain.faults.exchange import Exchange, Request
from vmargin.chain.faults.registry import Effect, fail, on_exchange, on_result
from vmargin.chain.faults.upstream import Upstream

STATE = (
    "eth_call",
    "eth_getBalance",
    "eth_getCode",
    "eth_getProof",
    "eth_getStorageAt",
    "eth_getTransactionCount",
)
"""Methods that need a block's state."""
BLOCKS = ("eth_getBlockByHash", "eth_getBlockByNumber")
_PLACE = dict.fromkeys(STATE, 1) | {"eth_getProof": 2, "eth_getStorageAt": 2}
_PLACE |= dict.fromkeys((*BLOCKS, "eth_getBlockReceipts"), 0)
_TAGS = ("latest", "safe", "finalized", "pending", None)


def block_of(request: Request) -> Any:
    """Give the block that a request is about, as it was named; None if it names none."""
    place, params = _PLACE.get(request["method"]), request.get("params", [])
    return params[place] if place is not None and place < len(params) else None


def _at(request: Request, block: Any) -> list[Any]:
    """Parameters of the request, about another block."""
    params = list(request["params"])
    place = _PLACE[request["method"]]
    return [*params[:place], block, *params[place + 1 :]]


def _number(exchange: Exchange, block: Any) -> int | None:
    """Look up the number of a block, however it is named; None if there is no such block."""
    if isinstance(block, dict):
        block = block.get("blockNumber", block.get("blockHash"))
    if isinstance(block, str) and block.startswith("0x") and len(block) < 66:
        return int(block, 16)
    by_hash = isinstance(block, str) and block.startswith("0x")
    method = "eth_getBlockByHash" if by_hash else "eth_getBlockByNumber"
    found = exchange.ask(method, block or "latest", False)
    return int(found["number"], 16) if found else None


def _lag(exchange: Exchange, head: int) -> None:
    """Answer as if `head` were the newest block."""
    for position in exchange.hits:
        request = exchange.requests[position]
        block = block_of(request)
        if request["method"] in _PLACE and block in _TAGS:
            request["params"] = _at(request, hex(head))
    for position in exchange.hits:
        request, reply = exchange.requests[position], exchange.reply(position)
        if request["method"] == "eth_blockNumber":
            reply["result"] = hex(head)
        elif request["method"] in _PLACE:
            number = _number(exchange, block_of(request))
            if number is not None and number > head:
                if request["method"] in BLOCKS:
                    reply["result"] = None
                else:
                    fail(reply, -32000, "header not found")


@on_exchange(Effect.HARMLESS)
def head_lags(exchange: Exchange, blocks: int = 2) -> None:
    """Know nothing of the last few blocks."""
    _lag(exchange, max(0, int(exchange.ask("eth_blockNumber"), 16) - blocks))


@on_exchange(Effect.HARMLESS)
def head_goes_back(exchange: Exchange, blocks: int = 2) -> None:
    """Know nothing of the last few blocks at every second POST, as two nodes behind one URL do."""
    if exchange.struck % 2:
        _lag(exchange, max(0, int(exchange.ask("eth_blockNumber"), 16) - blocks))


@on_exchange(Effect.HARMLESS)
def reorg(exchange: Exchange, depth: int = 1) -> None:
    """Replace the last blocks by empty ones, once: a real reorganisation of an anvil behind the proxy.

    With `after`, it comes between two requests of one read.
    """
    if exchange.struck == 0:
        head = exchange.ask("eth_getBlockByNumber", "latest", False)
        # blocks that were empty would come back as they were: their miner has to be another
        exchange.ask("anvil_setCoinbase", "0x" + head["hash"][-40:])
        exchange.ask("anvil_reorg", depth, [])


@on_exchange(Effect.NOTICEABLE)
def other_node(exchange: Exchange, upstream: Upstream) -> None:
    """Pass everything to another node, as a load balancer does that mixes chains."""
    exchange.upstream = upstream


@on_exchange(Effect.CREDIBLE, *STATE)
def answers_from_parent(exchange: Exchange) -> None:
    """Answer from the state of the parent block, whatever block was named."""
    for position in exchange.hits:
        request = exchange.requests[position]
        if request["method"] in STATE:
            number = _number(exchange, block_of(request))
            if number:
                request["params"] = _at(request, hex(number - 1))


@on_exchange(Effect.CREDIBLE, *STATE)
def state_of_another_chain(exchange: Exchange, upstream: Upstream) -> None:
    """Answer from the newest state of another chain, whatever block was named: values, codes and proofs."""
    for position in exchange.hits:
        request = exchange.requests[position]
        if request["method"] in STATE:
            answer = upstream.answer([request | {"params": _at(request, "latest")}])[0]
            reply = exchange.reply(position)
            for name in ("result", "error"):
                reply.pop(name, None)
            reply.update({name: answer[name] for name in ("result", "error") if name in answer})


@on_exchange(Effect.NOTICEABLE, *BLOCKS)
def header_of_parent(exchange: Exchange) -> None:
    """Answer with the parent of the block that was asked for, true in itself."""
    for position in exchange.hits:
        request = exchange.requests[position]
        number = _number(exchange, block_of(request))
        if number:
            rest = request["params"][1:]
            exchange.reply(position)["result"] = exchange.ask("eth_getBlockByNumber", hex(number - 1), *rest)


@on_result(Effect.NOTICEABLE, *BLOCKS)
def null_block(result: Any, request: Request) -> Any:
    """Answer null: there is no such block."""
    return None


@on_result(Effect.NOTICEABLE, *BLOCKS)
def header_field_changed(result: Any, request: Request, field: str = "stateRoot") -> Any:
    """Change one field of the header and leave its hash."""
    value = result[field]
    return result | {field: value[:-1] + ("0" if value[-1] != "0" else "1")}


@on_result(Effect.NOTICEABLE, *BLOCKS)
def header_field_missing(result: Any, request: Request, field: str = "stateRoot") -> Any:
    """Leave out one field of the header."""
    return {name: value for name, value in result.items() if name != field}
