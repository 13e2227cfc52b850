"""Many requests at once: whatever becomes of the batch, each value is that of its own request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.chain.raw_server import Proxy, RawServer, Reply, answer, http, ok, refusal
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import (
    TooMuch,
    Unavailable,
    Unsupported,
)
from vmargin.errors import VmarginError
from vmargin.solidity.reverts import Empty, Halt

pytestmark = pytest.mark.usefixtures("quick_retries")

CLOSE = {"Connection": "close"}
NOWHERE = "http://127.0.0.1:1"
ACCOUNT = "0x" + "11" * 20
REVERTING, HALTING = "0x" + "22" * 20, "0x" + "33" * 20


@pytest.fixture(scope="module", autouse=True)
def state(chain: Devnet) -> None:
    chain.set_balance(ACCOUNT, 7)
    chain.set_code(REVERTING, bytes.fromhex("5f5ffd"))
    chain.set_code(HALTING, bytes.fromhex("fe"))


def test_batches_hold_results_and_errors(chain: Devnet) -> None:
    with Connection(chain.url) as connection:
        found = connection.batch(
            [
                ("eth_getBalance", [ACCOUNT, "latest"]),
                ("eth_foo", []),
                ("eth_call", [{"to": REVERTING}, "latest"]),
                ("eth_call", [{"to": HALTING}, "latest"]),
                ("eth_getBalance", [ACCOUNT, "0x0"]),
            ]
        )
        assert found[0] == "0x7" and isinstance(found[1], Unsupported)
        assert found[2:] == [Empty(), Halt("invalid opcode"), "0x0"]
        assert connection.batch([]) == []
        with pytest.raises(Empty):
            connection.request("eth_call", [{"to": REVERTING}, "latest"])


def numbers(count: int) -> list[tuple[str, list[Any]]]:
    return [("eth_getBalance", [f"0x{at:040x}", "latest"]) for at in range(count)]


def echo(asked: Any) -> Any:
    return answer(asked, asked["params"][0])


class Batches(Proxy):
    """A node with a way of its own with batches."""

    def __init__(self, chain: Devnet, way: Callable[[list[Any], list[Any]], Any]) -> None:
        super().__init__(chain.url, eth_getBalance=echo)
        self.way = way
        self.sizes: list[int] = []

    def __call__(self, asked: Any) -> Reply:
        if not isinstance(asked, list):
            self.sizes.append(1)
            return super().__call__(asked)
        self.sizes.append(len(asked))
        said = self.way(asked, [self.one(request) for request in asked])
        return said if said is None or isinstance(said, bytes) else ok(said)


def no_id(code: int, message: str) -> Any:
    return {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}


@pytest.mark.parametrize(
    ("way", "most"),
    [
        (lambda asked, said: said, 60),
        (lambda asked, said: said[::-1], 60),
        (lambda asked, said: said[:7], 60),
        (lambda asked, said: said if len(said) <= 7 else no_id(-32600, "batch too large"), 7),
        (lambda asked, said: said if len(said) <= 7 else [refusal(asked[0], -32600, "batch too large")], 7),
        (lambda asked, said: said if len(said) <= 7 else http(b"", 413), 7),
        (lambda asked, said: said[:9] + [refusal(a, -32003, "response too large") for a in asked[9:]], 60),
        (lambda asked, said: no_id(-32600, "batches are not supported"), 1),
        (lambda asked, said: http(b"no arrays", 400), 1),
        (lambda asked, said: [said[0]] * len(said), 60),
        (lambda asked, said: said if len(said) <= 7 else http(b"", 502), 60),
        (lambda asked, said: said if len(said) <= 7 else http(b"[" * 9, headers=CLOSE)[:-5], 60),
        (lambda asked, said: said if len(said) <= 7 else None, 60),
        (lambda asked, said: [refusal(a, -32005, "limit exceeded") if a["id"] % 9 == 0 else s
                              for a, s in zip(asked, said, strict=True)], 60),
    ],
    ids=["plain", "reordered", "short", "refused", "refused in a list", "413", "in part", "unsupported",
         "400", "repeated", "502", "cut", "reset", "limited"],
)  # fmt: skip
def test_ways_with_batches(chain: Devnet, way: Any, most: int) -> None:
    """Whatever a node does to a batch, each value is that of its own request."""
    proxy = Batches(chain, way)
    with RawServer(proxy) as server, Connection(server.url, timeout=2.0) as connection:
        requests = numbers(60)
        for _ in range(2):
            assert connection.batch(requests) == [params[0] for _, params in requests]
            proxy.sizes, sizes = [], proxy.sizes
        assert max(sizes) <= most


def test_a_body_that_was_too_long_says_nothing_of_shorter_requests(chain: Devnet) -> None:
    def way(asked: list[Any], said: list[Any]) -> Any:
        return http(b"", 413) if sum(len(request["params"][0]) for request in asked) > 4_100 else said

    proxy = Batches(chain, way)
    long = [("eth_getBalance", ["0x" + f"{at:0999x}", "latest"]) for at in range(8)]
    with RawServer(proxy) as server, Connection(server.url) as connection:
        for requests, sizes in ((long, [1, 8, 4, 4]), (long, [4, 4]), (numbers(60), [60])):
            assert connection.batch(requests) == [params[0] for _, params in requests]
            assert proxy.sizes == sizes
            proxy.sizes = []


def test_one_bad_request_does_not_slow_the_others(chain: Devnet) -> None:
    """Nor is what it asks for taken to be a matter of the batch."""
    bad = numbers(60)[30]
    proxy = Batches(chain, lambda asked, said: said)
    proxy.methods["eth_getBalance"] = lambda asked: (
        refusal(asked, -32000, "header not found") if asked["params"][0] == bad[1][0] else echo(asked)
    )
    with RawServer(proxy) as server, Connection(server.url) as connection:
        found = connection.batch(numbers(60))
    assert isinstance(found[30], Unavailable)
    assert [value for value in found if not isinstance(value, VmarginError)] == [
        params[0] for _, params in numbers(60) if params != bad[1]
    ]
    assert proxy.sizes == [1, 60, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("way", "sizes"),
    [
        (lambda asked, said: [refusal(a, -32003, "response too large") if s["result"][-2:] == "05" else s
                              for a, s in zip(asked, said, strict=True)], [20, 1, 20, 20]),
        (lambda asked, said: said if len(said) <= 10 else said[:5], [20, 8, 7, 10, 10, 10, 10]),
    ],
    ids=["one", "all"],
)  # fmt: skip
def test_batches_shrink_only_if_most_of_one_fails(chain: Devnet, way: Any, sizes: list[int]) -> None:
    proxy = Batches(chain, way)
    with RawServer(proxy) as server, Connection(server.url) as connection:
        connection.nodes[0].batch_limit = 20
        assert connection.batch(numbers(60)) == [params[0] for _, params in numbers(60)]
    assert proxy.sizes == [1, *sizes]


def test_what_is_too_much_alone_is_too_much(chain: Devnet) -> None:
    proxy = Proxy(
        chain.url, eth_getLogs=lambda asked: refusal(asked, -32005, "query returned more than 10000 results")
    )
    with RawServer(proxy) as server:
        for urls in ([server.url], [server.url, NOWHERE]):
            with Connection(urls) as connection, pytest.raises(TooMuch, match="10000 results"):
                connection.request("eth_getLogs", [{}])


def test_each_request_of_a_batch_fails_over(chain: Devnet) -> None:
    proxy = Proxy(
        chain.url, eth_getBalance=lambda asked: refusal(asked, -32000, "missing trie node 01 (path )")
    )
    with RawServer(proxy) as server, Connection([server.url, chain.url]) as connection:
        found = connection.batch([("eth_getBalance", [ACCOUNT, "latest"]), ("eth_blockNumber", [])] * 2)
        assert found == ["0x7", hex(chain.head)] * 2
