"""The envelope of JSON-RPC: bodies that are none, ids that do not match, batches that do not add up."""

from __future__ import annotations

import json
from typing import Any

from vmargin.chain.faults.exchange import Exchange, Reply, Request
from vmargin.chain.faults.registry import Effect, on_exchange, on_reply, on_result


@on_reply(Effect.NOTICEABLE)
def wrong_id(reply: Reply, request: Request) -> None:
    """Answer under an id that was not asked."""
    known = request.get("id")
    reply["id"] = known + 1_000_000 if isinstance(known, int) else f"{known}?"


@on_exchange(Effect.CREDIBLE)
def swapped_ids(exchange: Exchange) -> None:
    """Answer the first and the last request of a batch each under the id of the other.

    Where both ask for the same thing, nothing but a proof shows it.
    """
    first, last = (exchange.reply(at) for at in (exchange.hits[0], exchange.hits[-1]))
    first["id"], last["id"] = last["id"], first["id"]


@on_reply(Effect.NOTICEABLE)
def missing_id(reply: Reply, request: Request) -> None:
    """Answer without an id."""
    del reply["id"]


@on_reply(Effect.NOTICEABLE)
def list_as_id(reply: Reply, request: Request) -> None:
    """Answer with an id that is a list, which cannot be looked up."""
    reply["id"] = [request.get("id")]


@on_reply(Effect.NOTICEABLE)
def result_and_error(reply: Reply, request: Request) -> None:
    """Answer with a result and with an error."""
    reply["error"] = {"code": -32000, "message": "and yet it failed"}


@on_reply(Effect.NOTICEABLE)
def neither_result_nor_error(reply: Reply, request: Request) -> None:
    """Answer with neither a result nor an error."""
    for name in ("result", "error"):
        reply.pop(name, None)


@on_reply(Effect.NOTICEABLE)
def error_as_text(reply: Reply, request: Request) -> None:
    """Answer with an error that is a string, not an object with a code."""
    reply.pop("result", None)
    reply["error"] = "something went wrong"


@on_reply(Effect.NOTICEABLE)
def error_without_code(reply: Reply, request: Request) -> None:
    """Answer with an error object that lacks code and message."""
    reply.pop("result", None)
    reply["error"] = {}


@on_result(Effect.NOTICEABLE)
def result_of_another_type(result: Any, request: Request) -> Any:
    """Answer with a number where a string belongs, and with a string where an object does."""
    return 7 if isinstance(result, str) else "0x7"


@on_result(Effect.NOTICEABLE)
def null_result(result: Any, request: Request) -> Any:
    """Answer null."""
    return None


@on_exchange(Effect.NOTICEABLE)
def not_json(exchange: Exchange) -> None:
    """Send a line of text."""
    exchange.body = b"upstream connect error or disconnect/reset before headers"


@on_exchange(Effect.NOTICEABLE)
def html_body(exchange: Exchange) -> None:
    """Send a web page, with status 200, as captive portals do."""
    exchange.headers["Content-Type"] = "text/html"
    exchange.body = b"<!doctype html><title>Just a moment...</title>"


@on_exchange(Effect.NOTICEABLE)
def empty_body(exchange: Exchange) -> None:
    """Send no body at all."""
    exchange.body = b""


@on_exchange(Effect.NOTICEABLE)
def truncated_body(exchange: Exchange) -> None:
    """Send the first half of the body as if it were all."""
    body = exchange.rendered()
    exchange.body = body[: len(body) // 2]


@on_exchange(Effect.NOTICEABLE)
def not_utf8(exchange: Exchange) -> None:
    """Send a byte that no text begins with."""
    exchange.body = b"\xff" + exchange.rendered()


@on_exchange(Effect.NOTICEABLE)
def not_gzip(exchange: Exchange) -> None:
    """Say that the body is compressed, and send it plain."""
    exchange.headers["Content-Encoding"] = "gzip"


@on_exchange(Effect.NOTICEABLE)
def deep_json(exchange: Exchange) -> None:
    """Send a hundred thousand brackets, which a recursive reader does not survive."""
    exchange.body = b"[" * 100_000 + b"]" * 100_000


@on_exchange(Effect.NOTICEABLE)
def endless_number(exchange: Exchange) -> None:
    """Send a number of ten thousand digits, which Python refuses to read."""
    replies = json.loads(exchange.rendered())
    for reply in replies if isinstance(replies, list) else [replies]:
        reply["result"] = "?"
    exchange.body = json.dumps(replies).encode().replace(b'"?"', b"9" * 10_000)


@on_exchange(Effect.NOTICEABLE)
def bare_list(exchange: Exchange) -> None:
    """Answer with a list of numbers."""
    exchange.body = b"[1, 2, 3]"


@on_exchange(Effect.NOTICEABLE)
def short_batch(exchange: Exchange) -> None:
    """Leave the last answer out of a batch; a single request is answered with an empty batch."""
    exchange.body = json.dumps(exchange.replies[:-1]).encode()


@on_exchange(Effect.HARMLESS)
def reordered_batch(exchange: Exchange) -> None:
    """Answer a batch in another order than it was asked in, as JSON-RPC allows."""
    exchange.replies.reverse()


@on_exchange(Effect.NOTICEABLE)
def duplicated_item(exchange: Exchange) -> None:
    """Answer the first of a batch twice, and the last not at all; a single request as a batch of two."""
    replies = exchange.replies
    exchange.body = json.dumps([replies[0], *replies[:-1]] if len(replies) > 1 else replies * 2).encode()


@on_exchange(Effect.NOTICEABLE)
def surplus_item(exchange: Exchange) -> None:
    """Answer everything, and one more thing that was not asked."""
    replies = exchange.replies
    exchange.body = json.dumps([*replies, {"jsonrpc": "2.0", "id": "more", "result": "0x1"}]).encode()


@on_exchange(Effect.NOTICEABLE)
def batch_as_object(exchange: Exchange) -> None:
    """Answer a batch with one object, and a single request with a batch of one."""
    replies = exchange.replies
    exchange.body = json.dumps(replies[0] if exchange.batched else replies).encode()
