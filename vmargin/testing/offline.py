"""No network, while a cassette is replayed: what reaches out all the same fails, and says so."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

_CALLS = ("connect", "connect_ex")


@contextmanager
def offline(why: str, *, local: bool) -> Iterator[None]:
    """Refuse this process every connection, but for sockets of the file system.

    Parameters
    ----------
    why
        For the message.
    local
        Whether this machine's own ports are free to use: by a test that also has a devnet.
    """

    def refuse(address: Any) -> None:
        if not (local and _is_local(address)):
            where = ":".join(map(str, address[:2])) if isinstance(address, tuple) else address
            # an outcome and no error of ours, so that no client takes it for a node that is down
            pytest.fail(f"the network is not to be used, and something connects to {where}: {why}")

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                refuse(address)
            return original(self, address)

        return connect

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host is not None:
            refuse((host, port))
        return real_resolve(host, port, *rest, **options)

    real_resolve = socket.getaddrinfo
    patch = pytest.MonkeyPatch()
    try:
        for name in _CALLS:
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", resolve)
        yield
    finally:
        patch.undo()


def _is_local(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else address
    host = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
