"""A server that answers whatever bytes a test wants, for what no real node can be made to do."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import requests

Reply = bytes | Iterable[bytes] | None
"""What goes over the wire: at once, piece by piece, or, if None, a reset."""


class RawServer:
    """An HTTP server on this machine; `reply` gets what was asked, as JSON, and says what to send."""

    def __init__(self, reply: Callable[[Any], Reply]) -> None:
        self.reply = reply
        self.asked: list[Any] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.close_all()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    owner: RawServer

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.sockets: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.sockets.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""

    def close_all(self) -> None:
        for one in self.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.owner.asked.append(asked)
        reply = self.server.owner.reply(asked)
        if reply is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        for piece in [reply] if isinstance(reply, bytes) else reply:
            self.wfile.write(piece)
        self.close_connection = b"Connection: close" in (reply if isinstance(reply, bytes) else b"")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def http(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """A response of HTTP."""
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


def answer(asked: Any, result: Any) -> dict[str, Any]:
    """The answer to one request."""
    return {"jsonrpc": "2.0", "id": asked["id"], "result": result}


def refusal(asked: Any, code: int, message: str, data: Any = None) -> dict[str, Any]:
    """The refusal of one request."""
    error = {"code": code, "message": message} | ({} if data is None else {"data": data})
    return {"jsonrpc": "2.0", "id": asked["id"], "error": error}


def ok(value: Any) -> bytes:
    """A response of HTTP with JSON in it."""
    return http(json.dumps(value).encode())


def forward(url: str, asked: Any) -> Any:
    """What a real node answers."""
    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, json=asked, timeout=30).json()


class Proxy:
    """A node that is real but for what a test changes.

    Parameters
    ----------
    url
        Of the real node.
    change
        Says what to answer to a request; where it says None, the real node answers.
    methods
        The same for one method each, where None is an answer: the reset of the connection.
    """

    def __init__(
        self, url: str, change: Callable[[Any], Any] | None = None, **methods: Callable[[Any], Any]
    ) -> None:
        self.url = url
        self.change = change
        self.methods = methods
        self.asked: list[Any] = []

    def count(self, method: str) -> int:
        """How often a method was asked for."""
        return [asked["method"] for asked in self.asked].count(method)

    def one(self, asked: Any) -> Any:
        """Answer one request."""
        self.asked.append(asked)
        if asked["method"] in self.methods:
            return self.methods[asked["method"]](asked)
        said = self.change(asked) if self.change else None
        return forward(self.url, asked) if said is None else said

    def __call__(self, asked: Any) -> Reply:
        said = [self.one(one) for one in asked] if isinstance(asked, list) else self.one(asked)
        return said if said is None or isinstance(said, bytes) else ok(said)
