"""One POST on its way through the proxy: what a fault gets into its hands."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeAlias

from vmargin.chain.faults.upstream import Upstream, UpstreamFailed

Request: TypeAlias = dict[str, Any]
"""A JSON-RPC request, with `method` and `params`."""
Reply: TypeAlias = dict[str, Any]
"""A JSON-RPC reply, with `id` and `result` or `error`."""


class Delivery(Enum):
    """How the bytes of the answer travel."""

    WHOLE = "at once"
    CUT = "half of the body, then the connection ends"
    RESET = "no byte, but a reset of the connection"
    DRIP_BODY = "the head at once, the body byte by byte"
    DRIP = "byte by byte from the first one"


class Exchange:
    """A POST, its requests and, once they are asked for, its replies.

    A fault changes `requests` before the node sees them, `replies` after it has answered, or `status`,
    `headers`, `body` and `delivery`, which are what the client sees of it all.
    """

    def __init__(self, requests: list[Request], *, batched: bool, upstream: Upstream) -> None:
        self.requests = requests
        self.batched = batched
        self.upstream = upstream
        self.hits: Sequence[int] = ()
        """Positions of the requests that the fault at work strikes."""
        self.struck = 0
        """How many POSTs the fault at work has struck before this one."""
        self.over = threading.Event()
        """Set when the fault at work has been cleared: what waits may stop waiting."""
        self.status = 200
        self.headers: dict[str, str] = {"Content-Type": "application/json"}
        self.body: bytes | None = None
        """Sent in place of the replies, if a fault sets it."""
        self.delivery = Delivery.WHOLE
        self.pause = 0.0
        """Seconds between two bytes that drip."""
        self.deaf = False
        """No further connection is accepted once this one is done."""
        self._asked: dict[str, Any] = {}
        self._answers: list[Reply] | None = None
        self._replies: list[Any] = []

    def ask(self, method: str, *params: Any) -> Any:
        """Ask the node behind the proxy, for the fault's own use; the same thing is asked once."""
        key = json.dumps([method, params])
        if key not in self._asked:
            reply = self.upstream.answer([{"method": method, "params": list(params)}])[0]
            if "result" not in reply:
                raise UpstreamFailed(f"the node behind the proxy cannot do {method}: {reply.get('error')}")
            self._asked[key] = reply["result"]
        return self._asked[key]

    def reply(self, position: int) -> Reply:
        """Reply to the request at this position, wherever another fault has put it."""
        if self._answers is None:
            self._forward()
        assert self._answers is not None
        return self._answers[position]

    @property
    def replies(self) -> list[Any]:
        """What will be sent, in order: asked of the node when this is first read."""
        if self._answers is None:
            self._forward()
        return self._replies

    def rendered(self) -> bytes:
        """Body that goes to the client."""
        if self.body is not None:
            return self.body
        document = self.replies if self.batched else self.replies[0]
        return json.dumps(document).encode()

    def _forward(self) -> None:
        self._answers = []
        for request, answer in zip(self.requests, self.upstream.answer(self.requests), strict=True):
            reply = {"jsonrpc": "2.0", "id": request.get("id")}
            reply.update({name: answer[name] for name in ("result", "error") if name in answer})
            self._answers.append(reply)
        self._replies = list(self._answers)
