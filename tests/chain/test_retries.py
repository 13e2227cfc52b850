"""What is asked again, of whom, how often, and when that ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.chain.raw_server import Proxy, RawServer, answer, http, refusal
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import (
    AllNodesFailed,
    BadAnswer,
    RateLimited,
    Refused,
    Unavailable,
    Unreachable,
    Unsupported,
)

pytestmark = pytest.mark.usefixtures("quick_retries")

NOWHERE = "http://127.0.0.1:1"
ACCOUNT = "0x" + "11" * 20


def first(times: int, reply: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reply in one way so many times, and in another from then on."""
    left = iter(range(times))
    return lambda asked: then(asked) if next(left, None) is None else reply(asked)


@pytest.fixture(scope="module", autouse=True)
def state(chain: Devnet) -> None:
    chain.set_balance(ACCOUNT, 7)


def balance(connection: Connection) -> Any:
    return connection.request("eth_getBalance", [ACCOUNT, "latest"])


@pytest.mark.parametrize(
    "refuse",
    [
        lambda asked: refusal(asked, -32005, "limit exceeded"),
        lambda asked: refusal(asked, -32000, "header not found"),
        lambda asked: refusal(asked, -32603, "internal error"),
        lambda asked: answer(asked, "0x7") | {"id": asked["id"] + 99},
        lambda asked: http(b"", 502),
        lambda asked: None,
    ],
)
def test_what_passes_is_asked_again(chain: Devnet, refuse: Callable[[Any], Any]) -> None:
    proxy = Proxy(chain.url)
    proxy.methods["eth_getBalance"] = first(2, refuse, lambda asked: answer(asked, "0x7"))
    with RawServer(proxy) as server, Connection(server.url) as connection:
        assert balance(connection) == "0x7"
    assert proxy.count("eth_getBalance") == 3


@pytest.mark.parametrize(
    ("refuse", "kind", "times"),
    [
        (lambda asked: refusal(asked, -32602, "invalid argument 0"), Refused, 1),
        (lambda asked: refusal(asked, -32000, "missing trie node 01 (path )"), Unavailable, 1),
        (lambda asked: refusal(asked, -32601, "method not found"), Unsupported, 1),
        (lambda asked: http(b"", 403), Unreachable, 1),
        (lambda asked: refusal(asked, -32000, "header not found"), Unavailable, 5),
        (lambda asked: refusal(asked, -32603, "internal error"), Refused, 5),
        (lambda asked: [], BadAnswer, 5),
    ],
)
def test_what_does_not_pass_is_raised(
    chain: Devnet, refuse: Callable[[Any], Any], kind: type[Exception], times: int
) -> None:
    proxy = Proxy(chain.url, eth_getBalance=refuse)
    with RawServer(proxy) as server:
        with Connection(server.url) as connection, pytest.raises(kind):
            balance(connection)
        assert proxy.count("eth_getBalance") == times
        with Connection([server.url, chain.url]) as connection:
            assert balance(connection) == "0x7"


def test_a_method_that_a_node_lacks_is_not_asked_again(chain: Devnet) -> None:
    proxy = Proxy(chain.url, eth_foo=lambda asked: refusal(asked, -32601, "no such method"))
    with RawServer(proxy) as server, Connection([server.url, chain.url]) as connection:
        for _ in range(2):
            with pytest.raises(AllNodesFailed):
                connection.request("eth_foo", [])
    assert proxy.count("eth_foo") == 1


def test_retry_after_is_obeyed(chain: Devnet) -> None:
    times: list[float] = []

    def reply(asked: Any) -> Any:
        times.append(time.monotonic())
        return http(b"", 429, {"Retry-After": "1"}) if len(times) == 1 else answer(asked, "0x7")

    with RawServer(Proxy(chain.url, eth_getBalance=reply)) as server, Connection(server.url) as connection:
        assert balance(connection) == "0x7"
    assert len(times) == 2 and times[1] - times[0] >= 1.0


def test_a_wait_beyond_patience_is_not_begun(chain: Devnet) -> None:
    proxy = Proxy(chain.url, eth_getBalance=lambda _: http(b"", 429, {"Retry-After": "3600"}))
    with RawServer(proxy) as server:
        with Connection(server.url) as connection:
            for _ in range(2):
                with pytest.raises(RateLimited, match=r"asks us to wait 3\d\d\d s"):
                    balance(connection)
        assert proxy.count("eth_getBalance") == 1
        with Connection([server.url, chain.url]) as connection:
            assert balance(connection) == "0x7"


def test_a_limit_that_stays_is_waited_for_as_long_as_there_is_patience(chain: Devnet) -> None:
    proxy = Proxy(chain.url, eth_getBalance=lambda asked: refusal(asked, -32005, "limit exceeded"))
    with RawServer(proxy) as server, Connection(server.url, patience=0.5) as connection:
        error = connection.batch([("eth_getBalance", [ACCOUNT, "latest"])])[0]
    assert isinstance(error, RateLimited) and "limit exceeded" in str(error)
    assert 3 <= proxy.count("eth_getBalance") <= 8


def test_the_last_node_is_asked_although_the_first_has_used_up_the_time(chain: Devnet) -> None:
    done = threading.Event()
    with RawServer(Proxy(chain.url, eth_getBalance=lambda _: done.wait(20) and None)) as server:
        with Connection([server.url, chain.url], timeout=0.3, patience=0.1) as connection:
            assert balance(connection) == "0x7"
        done.set()


def test_silence_has_an_end(chain: Devnet) -> None:
    done = threading.Event()
    proxy = Proxy(chain.url, eth_getBalance=lambda _: done.wait(20) and None)
    with RawServer(proxy) as server:
        with Connection(server.url, timeout=0.1, patience=0.5) as connection:
            with pytest.raises(Unreachable, match=r"no whole answer within 0\.1 s"):
                balance(connection)
            with pytest.raises(Unreachable):
                raise connection.batch([("eth_getBalance", [])] * 3)[2]
        done.set()


def test_what_changes_something_is_not_done_twice(chain: Devnet) -> None:
    proxy = Proxy(chain.url, eth_sendTransaction=lambda _: None)
    with RawServer(proxy) as server, Connection([server.url, chain.url]) as connection:
        assert isinstance(connection.batch([("eth_sendTransaction", [{}])])[0], Unreachable)
    assert proxy.count("eth_sendTransaction") == 1
