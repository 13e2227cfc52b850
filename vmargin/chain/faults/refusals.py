"""Refusals: errors in the words of real nodes, in HTTP 200."""

from __future__ import annotations

import json
from typing import Any

from vmargin.chain.faults.blocks import STATE, block_of
from vmargin.chain.faults.exchange import Exchange, Reply, Request
from vmargin.chain.faults.registry import Effect, fail, on_exchange, on_reply


@on_reply(Effect.NOTICEABLE)
def error_in_200(reply: Reply, request: Request, code: int = -32000, message: str = "oops") -> None:
    """Answer with an error object, of any code, while HTTP says that all is well."""
    fail(reply, code, message)


@on_reply(Effect.NOTICEABLE)
def limit_exceeded(reply: Reply, request: Request) -> None:
    """Answer -32005, "limit exceeded", in HTTP 200."""
    fail(reply, -32005, "limit exceeded", {"see": "https://provider.example/rate-limits"})


@on_reply(Effect.NOTICEABLE)
def internal_error(reply: Reply, request: Request) -> None:
    """Answer -32603, "internal error"."""
    fail(reply, -32603, "Internal error")


@on_reply(Effect.NOTICEABLE)
def method_not_found(reply: Reply, request: Request) -> None:
    """Answer -32601: the node does not know the method."""
    fail(reply, -32601, f"the method {request['method']} does not exist/is not available")


@on_reply(Effect.NOTICEABLE)
def unauthorised(reply: Reply, request: Request) -> None:
    """Answer that the plan does not include this, with a code of the provider's own."""
    fail(reply, -32052, "API key is not allowed to access method")


@on_reply(Effect.NOTICEABLE, *STATE)
def header_not_found(reply: Reply, request: Request) -> None:
    """Answer "header not found", as a node behind a load balancer does that lags behind its sibling."""
    fail(reply, -32000, "header not found")


@on_reply(Effect.NOTICEABLE, *STATE)
def pruned(reply: Reply, request: Request) -> None:
    """Answer "missing trie node": the block's state has been thrown away."""
    fail(reply, -32000, f"missing trie node {'ab' * 32} (path ) state 0x{'ab' * 32} is not available")


@on_reply(Effect.NOTICEABLE, "eth_getProof")
def proof_window_exceeded(reply: Reply, request: Request) -> None:
    """Refuse a proof for a block that is older than the node proves."""
    fail(reply, -32000, "distance to target block exceeds maximum proof window")


@on_reply(Effect.HARMLESS, *STATE)
def eip1898_refused(reply: Reply, request: Request) -> None:
    """Refuse with -32602 a block that is given as an object: only numbers are understood."""
    if isinstance(block_of(request), dict):
        fail(
            reply,
            -32602,
            "invalid argument 1: json: cannot unmarshal object into Go value of type rpc.BlockNumber",
        )


@on_reply(Effect.HARMLESS, "eth_getLogs")
def range_refused(reply: Reply, request: Request, blocks: int = 4) -> None:
    """Refuse to search more than so many blocks for logs."""
    wanted: Any = request["params"][0]
    ends = [wanted.get("fromBlock"), wanted.get("toBlock")]
    if all(isinstance(end, str) and end.startswith("0x") for end in ends):
        if int(ends[1], 16) - int(ends[0], 16) >= blocks:
            fail(reply, -32005, f"query exceeds max block range {blocks}")


@on_exchange(Effect.HARMLESS)
def batch_refused(exchange: Exchange, size: int = 10) -> None:
    """Answer a batch of more requests than `size` with one error for all of it."""
    if len(exchange.requests) > size:
        error = {"code": -32600, "message": f"batch too large, the limit is {size}"}
        exchange.body = json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()


@on_reply(Effect.CREDIBLE, "eth_call")
def false_revert(reply: Reply, request: Request) -> None:
    """Say that a call reverted, in text, and without the data of a revert, as some nodes do of true ones."""
    fail(reply, 3, "execution reverted: says the node")


@on_reply(Effect.CREDIBLE, "eth_call")
def lying_revert(reply: Reply, request: Request) -> None:
    """Say that a call reverted with an error that a contract could give."""
    text = b"insufficient balance"
    data = (
        b"\x08\xc3\x79\xa0" + (32).to_bytes(32, "big") + len(text).to_bytes(32, "big") + text.ljust(32, b"\0")
    )
    fail(reply, 3, "execution reverted: insufficient balance", "0x" + data.hex())
