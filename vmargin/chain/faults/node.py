"""`FaultyNode`: a JSON-RPC proxy before a real node that misbehaves on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, NamedTuple, Self

from vmargin.chain.faults.exchange import Exchange, Request
from vmargin.chain.faults.registry import Fault, fault_named
from vmargin.chain.faults.server import Server
from vmargin.chain.faults.upstream import HttpNode, Upstream
from vmargin.errors import UsageError

Where = Callable[[str, list[Any]], bool]
"""Whether a request, by its method and parameters, is to be struck."""


class Seen(NamedTuple):
    """A request that came through the proxy."""

    post: int
    """Which POST it came in, from 0; the requests of a batch share it."""
    method: str
    params: list[Any]
    faults: tuple[str, ...]
    """Names of the faults that struck it."""


class Injection:
    """A fault at work, and how often it has struck."""

    def __init__(
        self,
        fault: Fault,
        methods: frozenset[str],
        times: int | None,
        after: int,
        where: Where | None,
        options: dict[str, Any],
    ) -> None:
        self.fault = fault
        self.struck = 0
        """POSTs that it has struck."""
        self._methods = methods
        self._times = times
        self._passes = after
        self._where = where
        self._options = options
        self._over = threading.Event()

    def claim(self, exchange: Exchange) -> tuple[tuple[int, ...], int]:
        """Say which requests are struck, and how many POSTs were before; called under the node's lock."""
        hits = tuple(at for at, request in enumerate(exchange.requests) if self._matches(request))
        if not hits or self.struck == self._times:
            return (), self.struck
        if self._passes:
            self._passes -= 1
            return (), self.struck
        self.struck += 1
        return hits, self.struck - 1

    def strike(self, exchange: Exchange, hits: tuple[int, ...], struck: int) -> None:
        """Do it."""
        exchange.hits, exchange.struck, exchange.over = hits, struck, self._over
        self.fault.act(exchange, **self._options)

    def end(self) -> None:
        """Release whatever waits because of it."""
        self._over.set()

    def _matches(self, request: Request) -> bool:
        if self._methods and request["method"] not in self._methods:
            return False
        return self._where is None or self._where(request["method"], request.get("params", []))


class FaultyNode:
    """A node at a URL of its own that passes on what another says, with the faults that are injected.

    Parameters
    ----------
    upstream
        The URL of a real node, or an :class:`Upstream`, such as an :class:`InventedChain`.

    Examples
    --------
    ``with FaultyNode(url) as node: node.inject("wrong_id", times=1)``, and point your client at ``node.url``.
    """

    def __init__(self, upstream: str | Upstream) -> None:
        self._upstream = HttpNode(upstream) if isinstance(upstream, str) else upstream
        self._lock = threading.Lock()
        self._injections: list[Injection] = []
        self._posts = 0
        self.requests: list[Seen] = []
        """What was asked, in the order in which it came in."""
        self._server = Server(self._serve)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def inject(
        self,
        kind: str | Fault,
        *,
        methods: Iterable[str] | None = None,
        times: int | None = None,
        after: int = 0,
        where: Where | None = None,
        **options: Any,
    ) -> Injection:
        """Misbehave from now on.  Several faults act in the order in which they were injected.

        Parameters
        ----------
        kind
            The name of a fault in :data:`FAULTS`.
        methods
            The methods that are struck; those of the fault if not given.
        times
            How many POSTs are struck; all if not given.
        after
            How many POSTs that would be struck pass unharmed before.
        where
            Whether a request, by its method and parameters, is to be struck.
        options
            Of the fault.
        """
        fault = fault_named(kind) if isinstance(kind, str) else kind
        unknown = sorted(set(options) - set(fault.options))
        if unknown:
            known = ", ".join(fault.options) or "none"
            raise UsageError(f"{fault.name} has no option {', '.join(unknown)}: there are {known}")
        struck = frozenset(fault.methods if methods is None else methods)
        injection = Injection(fault, struck, times, after, where, options)
        if fault.name == "refused" and not after:
            self._server.stop_listening()
        with self._lock:
            self._injections.append(injection)
        return injection

    def clear(self) -> None:
        """Behave again; answers that faults held back are let go."""
        with self._lock:
            ended, self._injections = self._injections, []
        for injection in ended:
            injection.end()
        if any(injection.fault.name == "refused" for injection in ended):
            self._server.close()
            self._server = Server(self._serve, self._server.port)

    def close(self) -> None:
        """Stop, and end every connection."""
        with self._lock:
            ended, self._injections = self._injections, []
        for injection in ended:
            injection.end()
        self._server.close()
        self._upstream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _serve(self, document: Any) -> Exchange:
        batched = isinstance(document, list)
        requests = [dict(item) for item in (document if batched else [document])]
        exchange = Exchange(requests, batched=batched, upstream=self._upstream)
        with self._lock:
            strikes = [(injection, *injection.claim(exchange)) for injection in self._injections]
            for at, request in enumerate(requests):
                faults = tuple(one.fault.name for one, hits, _ in strikes if at in hits)
                self.requests.append(Seen(self._posts, request["method"], request.get("params", []), faults))
            self._posts += 1
        for injection, hits, struck in strikes:
            if hits:
                injection.strike(exchange, hits, struck)
        return exchange
