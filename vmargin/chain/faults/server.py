"""The HTTP side of the proxy: connections kept alive, answers delivered as badly as wanted."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from http.client import responses
from typing import Any

from vmargin.chain.faults.exchange import Delivery, Exchange
from vmargin.chain.faults.upstream import UpstreamFailed

Serve = Callable[[Any], Exchange]
"""From what a client posted to the exchange that is to be delivered."""


class Server(socketserver.TCPServer):
    """Listens on a port of 127.0.0.1; can stop listening, and listen on the same port again."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, serve: Serve, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.serve = serve
        self.port: int = self.server_address[1]
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._accepting = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._accepting.start()
        self._open = True
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        self._connections[thread] = request
        thread.start()

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        try:
            with contextlib.suppress(ConnectionError):  # the client has gone
                self.finish_request(request, client_address)
        finally:
            self._connections.pop(threading.current_thread(), None)
            request.close()  # without a shutdown before it, so that a reset is one

    def stop_listening(self) -> None:
        """Refuse connections from now on."""
        with self._lock:
            if not self._open:
                return
            self._open = False
        self.shutdown()
        self._accepting.join()
        self.server_close()

    def close(self) -> None:
        """End all connections, and wait until they have ended."""
        self.stop_listening()
        for thread, connection in list(self._connections.items()):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        posted = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            document = json.loads(posted)
        except ValueError:
            self._send(400, {}, b"the body is no JSON")
            return
        try:
            exchange = self.server.serve(document)
            body = b"" if exchange.delivery is Delivery.RESET else exchange.rendered()
        except UpstreamFailed as error:
            self._send(502, {}, str(error).encode())
            return
        if exchange.delivery is Delivery.RESET:
            self._reset()
        else:
            self._send(exchange.status, exchange.headers, body, exchange)
        if exchange.deaf:
            self.server.stop_listening()

    def _send(
        self, status: int, headers: dict[str, str], body: bytes, exchange: Exchange | None = None
    ) -> None:
        lines = [f"HTTP/1.1 {status} {responses.get(status, '')}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode()
        delivery = exchange.delivery if exchange else Delivery.WHOLE
        if exchange and delivery in (Delivery.DRIP, Delivery.DRIP_BODY):
            whole = delivery is Delivery.DRIP
            self._drip(b"" if whole else head, head + body if whole else body, exchange)
        elif delivery is Delivery.CUT:
            self.wfile.write(head + body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(head + body)

    def _drip(self, first: bytes, rest: bytes, exchange: Exchange) -> None:
        """Byte by byte, until the fault has been cleared; the connection ends then."""
        self.wfile.write(first)
        for position in range(len(rest)):
            if exchange.over.wait(exchange.pause):
                self.close_connection = True
                return
            self.wfile.write(rest[position : position + 1])

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: what was asked is in the record."""
