"""What stands behind the proxy: a real node, or anything else that answers JSON-RPC."""

from __future__ import annotations

import http.client
import json
import queue
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from vmargin.errors import UsageError, VmarginError

PATIENCE = 60.0
"""Seconds that a real node may take."""


class UpstreamFailed(VmarginError):
    """The node behind the proxy did not answer; the proxy says so with a 502."""


class Upstream(Protocol):
    """A node, as the proxy sees it."""

    def answer(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answer each request with a reply that holds `result` or `error`, in the order of the requests."""

    def close(self) -> None:
        """Let go of what is held."""


class HttpNode:
    """A real node, at a URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("the node behind the proxy is no http:// or https:// URL")
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._idle: queue.SimpleQueue[http.client.HTTPConnection] = queue.SimpleQueue()

    def answer(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send all of them in one POST, under ids of the proxy's own."""
        if not requests:
            return []
        numbered = [{**request, "jsonrpc": "2.0", "id": at} for at, request in enumerate(requests)]
        replies = self._post(numbered if len(numbered) > 1 else numbered[0])
        found = {reply.get("id"): reply for reply in (replies if isinstance(replies, list) else [replies])}
        missing = [request["method"] for at, request in enumerate(requests) if at not in found]
        if missing:
            raise UpstreamFailed(f"the node behind the proxy gave no answer to {', '.join(missing[:5])}")
        return [found[at] for at in range(len(requests))]

    def _post(self, document: Any) -> Any:
        body = json.dumps(document).encode()
        try:
            raw = self._exchange(body)
        except (OSError, http.client.HTTPException) as error:
            raise UpstreamFailed(f"the node behind the proxy failed with {type(error).__name__}") from None
        try:
            return json.loads(raw)
        except ValueError:
            raise UpstreamFailed(
                "the node behind the proxy answered with something that is no JSON"
            ) from None

    def _exchange(self, body: bytes) -> bytes:
        """One POST; a connection that was idle may have been closed meanwhile, so another is then opened."""
        while True:
            try:
                connection, fresh = self._idle.get_nowait(), False
            except queue.Empty:
                connection, fresh = self._kind(self._host, self._port, timeout=PATIENCE), True
            try:
                connection.request("POST", self._target, body, {"Content-Type": "application/json"})
                raw = connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                connection.close()
                if fresh:
                    raise
            else:
                self._idle.put(connection)
                return raw

    def close(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return
