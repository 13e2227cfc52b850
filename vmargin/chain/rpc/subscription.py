"""New heads as a node announces them over a WebSocket: what it says is checked, and the socket kept up."""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer, NodeError, Unreachable, Unsupported, WrongChain
from vmargin.chain.rpc import nesting
from vmargin.errors import UsageError

_LABEL = "websocket"
_GOODBYE = 0.3
"""Seconds that a node has to answer our closing of the socket."""
_UNREAD = 16
"""Heads that are kept for a reader who is slow; those before them he fetches."""
_LONGEST_PAUSE = 60.0


class Subscription:
    """One socket, and one subscription on it, from the first moment on.

    Parameters
    ----------
    url
        Of the node, with ``ws://`` or ``wss://``.  It is kept out of every message, since it may hold a key.
    chain_id
        The chain that the node has to be on.
    timeout
        Seconds to connect within, and to answer.
    """

    def __init__(self, url: str, chain_id: int, *, timeout: float) -> None:
        from websockets.sync.client import connect

        silent = logging.Logger(_LABEL)
        silent.setLevel(logging.CRITICAL + 1)  # it would write the address
        self._timeout = timeout
        self._stack = ExitStack()
        with _told("cannot connect"):
            self._socket = self._stack.enter_context(
                connect(url, open_timeout=timeout, close_timeout=_GOODBYE, logger=silent)
            )
        try:
            found = wire.quantity(self._request(1, "eth_chainId"))
            if found != chain_id:
                raise WrongChain(f"is on chain {found}, not {chain_id}", node=_LABEL)
            self._id = self._request(2, "eth_subscribe", "newHeads")
        except BaseException:
            self.close()
            raise

    def _request(self, number: int, method: str, *params: str) -> Any:
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        with _told(f"cannot send {method}"):
            self._socket.send(json.dumps(request))
        answer = self._message(self._timeout)
        if answer is None:
            raise Unreachable(f"no answer to {method} within {self._timeout:g} s", node=_LABEL)
        if answer.get("id") != number:
            raise BadAnswer(f"the answer to request {number} has another id, or none", node=_LABEL)
        if "error" in answer:
            error = answer["error"] if isinstance(answer["error"], dict) else {}
            code = error.get("code")  # its words are not repeated: they may hold the key
            raise Unsupported(code if isinstance(code, int) else 0, f"no {method}", node=_LABEL)
        if not isinstance(answer.get("result"), str):
            raise BadAnswer(f"the result of {method} is no text", node=_LABEL)
        return answer["result"]

    def next(self, timeout: float) -> dict[str, Any] | None:
        """Wait for the next head, as the node wrote it; None if none comes in time."""
        message = self._message(timeout)
        if message is None:
            return None
        params = message.get("params")
        if message.get("method") != "eth_subscription" or not isinstance(params, dict):
            raise BadAnswer("a message that is no notification", node=_LABEL)
        if params.get("subscription") != self._id:
            raise BadAnswer("a notification of another subscription", node=_LABEL)
        if not isinstance(params.get("result"), dict) or not params["result"]:
            raise BadAnswer("a head that is no block", node=_LABEL)
        return dict(params["result"])

    def ping(self) -> None:
        """Ask for a sign of life."""
        with _told("cannot ping"):
            answered = self._socket.ping().wait(self._timeout)
        if not answered:
            raise Unreachable(f"no answer to a ping within {self._timeout:g} s", node=_LABEL)

    def close(self) -> None:
        """Close the socket, whatever state it is in."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _message(self, timeout: float) -> dict[str, Any] | None:
        with _told("cannot receive"):
            try:
                text = self._socket.recv(timeout=timeout)
            except TimeoutError:
                return None
        try:
            message = json.loads(nesting.checked(text if isinstance(text, bytes) else text.encode()))
        except (ValueError, RecursionError):
            raise BadAnswer("a message is no JSON", node=_LABEL) from None
        if not isinstance(message, dict):
            raise BadAnswer("a message is no object", node=_LABEL)
        return message


class Announcer:
    """A subscription that is made anew when it breaks, by a thread of its own.

    Parameters
    ----------
    url, chain_id
        Of the node, and of the chain that it has to be on.
    pause
        Seconds before the first attempt to come back; each pause is twice the last, up to a minute,
        until there is a head again.
    quiet
        Seconds without a head after which the socket has to give a sign of life.
    timeout
        As for :class:`Subscription`.
    """

    def __init__(self, url: str, chain_id: int, *, pause: float, quiet: float, timeout: float) -> None:
        if not _is_websocket(url):
            raise UsageError("the WebSocket's URL is none: it takes ws:// or wss:// and a host")
        self._url = url
        self._chain_id = chain_id
        self._pause = pause
        self._quiet = quiet
        self._timeout = timeout
        self._heads: deque[dict[str, Any]] = deque(maxlen=_UNREAD)
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._subscription: Subscription | None = None
        self._reason: NodeError | None = None
        self.trouble: NodeError | None = None
        """Why the last subscription ended, until there is a head again."""
        self._thread = threading.Thread(target=self._run, name="vmargin-heads", daemon=True)
        self._thread.start()

    @property
    def subscribed(self) -> bool:
        """Whether heads are being announced."""
        return self._subscription is not None

    def next(self, timeout: float) -> dict[str, Any] | None:
        """Wait for the next head; None if nothing comes in time.

        An empty one says that heads may have gone by unseen, since a socket was opened or lost.
        """
        with self._news:
            self._news.wait_for(lambda: self._heads or self._closed.is_set(), timeout)
            return self._heads.popleft() if self._heads else None

    def renew(self, reason: NodeError) -> None:
        """Give up a subscription that does not do what it should."""
        if (subscription := self._subscription) is not None:
            self._reason = reason
            subscription.close()

    def close(self) -> None:
        """End the thread, or if it is waiting for a connection, let it end by itself."""
        self._closed.set()
        with self._news:
            self._news.notify_all()
        if (subscription := self._subscription) is not None:
            subscription.close()
        if self._thread is not threading.current_thread():
            self._thread.join(_GOODBYE)

    def _run(self) -> None:
        pause = self._pause
        while not self._closed.is_set():
            try:
                with Subscription(self._url, self._chain_id, timeout=self._timeout) as self._subscription:
                    self._put({})
                    while not self._closed.is_set():
                        block = self._subscription.next(self._quiet)
                        if block is None:
                            self._subscription.ping()
                        else:
                            pause, self.trouble = self._pause, None
                            self._put(block)
            except NodeError as error:
                self.trouble, self._reason = self._reason or error, None
            self._subscription = None
            self._put({})
            self._closed.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _put(self, block: dict[str, Any]) -> None:
        with self._news:
            self._heads.append(block)
            self._news.notify_all()


def _is_websocket(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn what websockets and the system raise into errors of ours, without their words: they hold URLs."""
    from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

    try:
        yield
    except ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd else "no reason given"
        error: NodeError = Unreachable(f"{what}: the socket was closed ({code})", node=_LABEL)
    except InvalidStatus as refused:
        error = Unreachable(f"{what}: HTTP status {refused.response.status_code}", node=_LABEL)
    except TimeoutError:
        error = Unreachable(f"{what}: timed out", node=_LABEL)
    except OSError as failed:
        error = Unreachable(f"{what}: {(failed.strerror or type(failed).__name__).lower()}", node=_LABEL)
    except (WebSocketException, EOFError, LookupError, RuntimeError, ValueError) as failed:
        # of a malformed handshake, old versions of websockets let the last four through
        error = Unreachable(f"{what}: {type(failed).__name__}", node=_LABEL)
    else:
        return
    raise error from None
