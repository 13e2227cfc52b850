"""HTTP to a node within one time limit: a body that drips, or never ends, is cut off like a silent one."""

from __future__ import annotations

import http.client
import io
import ipaddress
import logging
import socket
import time
from collections import deque
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HeaderParsingError, HTTPError
from urllib3.util.response import assert_header_parsing

MAX_BODY = 128 << 20
"""Bytes of an answer, decompressed; more would be a fault or an attack."""


_UNLOGGED: set[str] = set()
"""Hosts and paths of nodes, which may be keys."""


def _redact(record: logging.LogRecord) -> bool:
    """Keep keys out of what urllib3 writes of each request at the level DEBUG."""
    if isinstance(record.args, tuple):
        record.args = tuple("…" if isinstance(a, str) and a in _UNLOGGED else a for a in record.args)
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_redact)


class Response(NamedTuple):
    """What came back, whole."""

    status: int
    body: bytes
    retry_after: float | None
    """Seconds that the server asked us to wait."""


class TransportError(Exception):
    """No whole response; the text names neither the address nor a key."""


class TooLarge(TransportError):
    """The response is longer than any that could be meant."""


class Transport:
    """Posts to one address, from any number of threads."""

    def __init__(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> None:
        self._url = url
        self._timeout = timeout
        host = urlsplit(url).hostname or ""
        if not _is_loopback(host):
            _UNLOGGED.add(host)
        _UNLOGGED.add(requests.Request("POST", url).prepare().path_url)
        # a proxy that the environment names is not meant for this machine
        self._proxies = {"no_proxy": host} if _is_loopback(host) else {}
        self._headers = {"Content-Type": "application/json", **headers}
        self._idle: deque[requests.Session] = deque()
        self._closed = False

    def post(self, body: bytes) -> Response:
        """Send a body and wait for the whole answer."""
        deadline = time.monotonic() + self._timeout
        session = self._session()
        try:
            with session.post(
                self._url,
                data=body,
                headers=self._headers,
                proxies=self._proxies,
                timeout=cast("Any", urllib3.Timeout(total=self._timeout)),
                allow_redirects=False,
                stream=True,
            ) as response:
                pieces, size = [], 0
                for piece in response.iter_content(1 << 18):
                    size += len(piece)
                    if size > MAX_BODY:
                        raise TooLarge(f"an answer of more than {MAX_BODY >> 20} MiB")
                    pieces.append(piece)
                return Response(response.status_code, b"".join(pieces), _retry_after(response.headers))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            failure: Exception = error
        finally:
            self._put_back(session)
        if time.monotonic() >= deadline or isinstance(failure, requests.Timeout):
            raise TransportError(f"no whole answer within {self._timeout:g} s")
        raise TransportError(_reason(failure))

    def close(self) -> None:
        """Close what is open; requests still under way close theirs when they end."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _session(self) -> requests.Session:
        try:
            return self._idle.pop()
        except IndexError:
            session = requests.Session()
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter())
            return session

    def _put_back(self, session: requests.Session) -> None:
        self._idle.append(session)
        if self._closed:
            self.close()


class _TimedReader(io.RawIOBase):
    """A socket's bytes until a deadline.

    The socket's own time limit starts anew with every byte; a server that sends one now and then would
    hold us for ever.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """A response whose head and body have to arrive within the time that is left of the request's."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        deadline = time.monotonic() + (sock.gettimeout() or 0.0)
        self.fp = io.BufferedReader(_TimedReader(sock, deadline))

    def begin(self) -> None:
        super().begin()
        try:
            assert_header_parsing(self.msg)
        except HeaderParsingError:  # urllib3 itself would print a warning with the address in it
            raise http.client.HTTPException("malformed headers") from None


class _TimedHTTPConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedHTTPSConnection(HTTPSConnection):
    response_class = _TimedResponse


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _TimedHTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TimedHTTPSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from either form of the header; None where it is absent or makes no sense."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _reason(error: BaseException) -> str:
    """Say why a request failed, without what requests puts into its messages: the address."""
    pending: list[Any] = [error]
    seen: list[BaseException] = []
    while pending:
        one = pending.pop(0)
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            pending += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    for one in seen:
        if isinstance(one, OSError) and one.strerror and not isinstance(one, requests.RequestException):
            return str(one.strerror).lower()
    if any(isinstance(one, http.client.RemoteDisconnected) for one in seen):
        return "the connection was closed without an answer"
    if any(isinstance(one, http.client.IncompleteRead) for one in seen):
        return "the connection was closed within the answer"
    return f"no proper HTTP ({type(seen[-1]).__name__})"
