"""Heads come once each, linked by their parents, asked for or announced, and through cuts of the socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import pytest
import rlp
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import BadAnswer, ChainError, Reorged, Stale, Unreachable
from vmargin.chain.faults import FaultyNode
from vmargin.chain.header import Header
from vmargin.chain.heads import Head, Heads
from vmargin.chain.rpc.subscription import Subscription
from vmargin.errors import UsageError

EAGER: dict[str, Any] = {"poll": 0.01, "stall": 30}
"""No test waits long; one that would wait for ever fails."""
NEVER: dict[str, Any] = {"poll": 1e5, "quiet": 1e5}
"""Nothing is learnt by waiting."""


class Relay:
    """TCP before the chain's port: it can be cut, barred, or left deaf to what the chain says."""

    def __init__(self, port: int) -> None:
        self.port, self.barred, self.deaf = 0, False, False
        self._upstream = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self.cut()
        for thread in self._threads:
            thread.join()
        for one in (self._listener, *self._open):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            if self.barred:
                client.close()
                continue
            node = socket.create_connection(("127.0.0.1", self._upstream))
            self._open += [client, node]
            for source, sink in ((client, node), (node, client)):
                self._threads.append(
                    threading.Thread(target=self._pass_on, args=(source, sink, source is node))
                )
                self._threads[-1].start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, from_node: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not (from_node and self.deaf):
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


class Follower:
    """Someone who believes what the heads say."""

    def __init__(self, first: Header) -> None:
        self.chain = [first]
        self.rolled_back = 0

    def take(self, head: Head) -> None:
        for header in head.rolled_back:
            assert self.chain.pop() == header
        assert head.header.parent_hash == self.chain[-1].hash
        assert head.header.number == self.chain[-1].number + 1
        self.chain.append(head.header)
        self.rolled_back += len(head.rolled_back)

    def catch_up(self, heads: Heads, chain: Devnet) -> None:
        newest = chain.rpc("eth_getBlockByNumber", "latest", False)["hash"]
        while "0x" + self.chain[-1].hash.hex() != newest:
            self.take(next(heads))


def promptly(heads: Heads, work: Callable[[], object]) -> None:
    """Do something with heads that may not wait."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            future.result(timeout=60)
        finally:
            if not future.done():
                heads.close()


@pytest.fixture
def connection(chain: Devnet) -> Iterator[Connection]:
    with Connection(chain.url, patience=0.5) as connection:
        yield connection


@pytest.fixture
def relay(chain: Devnet) -> Iterator[Relay]:
    relay = Relay(int(chain.url.rpartition(":")[2]))
    yield relay
    relay.close()


def until(heads: Heads, condition: Callable[[], bool], follower: Follower, chain: Devnet) -> None:
    """Keep the chain and its heads going until something has happened behind them."""
    for _ in range(500):
        if condition():
            return
        chain.mine()
        follower.catch_up(heads, chain)
    pytest.fail(f"it did not happen: {heads.subscribed=}, {heads.trouble=}")


@pytest.mark.parametrize("announced", (False, True))
def test_heads_are_the_chain_whatever_happens(
    chain: Devnet, connection: Connection, relay: Relay, long: bool, announced: bool
) -> None:
    for seed in range(20 if long else 2):
        rng = Random(seed)
        websocket = f"ws://127.0.0.1:{relay.port}" if announced else None
        chain.mine(10)
        with Heads(connection, websocket=websocket, **EAGER) as heads:
            follower = Follower(next(heads).header)
            for _ in range(100 if long else 40):
                match rng.randrange(8):
                    case 0 | 1:
                        chain.mine(rng.choice((1, 2, 70)))
                    case 2 | 3 if chain.head > follower.chain[0].number:
                        chain.reorg(rng.randrange(1, 1 + min(6, chain.head - follower.chain[0].number)))
                    case 4:
                        relay.cut()
                    case 5:
                        relay.barred = rng.random() < 0.3
                    case _:
                        follower.catch_up(heads, chain)
            follower.catch_up(heads, chain)
        assert follower.rolled_back
        numbers = [header.number for header in follower.chain]
        assert connection.at("latest").ask_headers(numbers) == follower.chain


@pytest.mark.parametrize("announced", (False, True))
def test_heads_begin_after_the_last_that_is_known(
    chain: Devnet, connection: Connection, announced: bool
) -> None:
    known = connection.header()
    chain.mine(150)
    websocket = chain.url.replace("http", "ws") if announced else None
    follower = Follower(known)
    with Heads(connection, websocket=websocket, since=known, **NEVER) as heads:
        promptly(heads, lambda: follower.catch_up(heads, chain))
    assert len(follower.chain) == 151


def test_a_cut_is_bridged_and_the_socket_comes_back(
    chain: Devnet, connection: Connection, relay: Relay
) -> None:
    with Heads(connection, websocket=f"ws://127.0.0.1:{relay.port}/?key", quiet=60, **EAGER) as heads:
        follower = Follower(next(heads).header)
        until(heads, lambda: heads.subscribed and heads.trouble is None, follower, chain)
        relay.barred = True
        relay.cut()
        chain.mine(150)
        chain.reorg(3)
        follower.catch_up(heads, chain)
        until(heads, lambda: not heads.subscribed and heads.trouble is not None, follower, chain)
        assert str(heads.trouble).startswith("websocket: ") and "key" not in str(heads.trouble)
        relay.barred = False
        until(heads, lambda: heads.subscribed and heads.trouble is None, follower, chain)


def test_a_socket_that_went_dead_is_noticed(chain: Devnet, connection: Connection, relay: Relay) -> None:
    websocket = f"ws://127.0.0.1:{relay.port}"
    with Heads(connection, websocket=websocket, quiet=0.05, timeout=0.2, **EAGER) as heads:
        follower = Follower(next(heads).header)
        until(heads, lambda: heads.subscribed, follower, chain)
        relay.deaf = True
        until(heads, lambda: heads.trouble is not None, follower, chain)


def test_a_ping_is_answered_or_an_error(relay: Relay) -> None:
    with Subscription(f"ws://127.0.0.1:{relay.port}", 31337, timeout=0.2) as subscription:
        subscription.ping()
        relay.deaf = True
        with pytest.raises(Unreachable, match=r"no answer to a ping within 0\.2 s"):
            subscription.ping()


@contextmanager
def node_that_says(*messages: Any) -> Iterator[str]:
    """A WebSocket server that answers two requests as told, says the rest, and then only pings back.

    A function is not said but called; after it as the last thing, the connection is closed.
    """

    def handle(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            requests = 2
            for message in messages:
                if callable(message):
                    message()
                    continue
                if requests:
                    connection.recv()
                    requests -= 1
                connection.send(message if isinstance(message, str) else json.dumps(message))
            if not callable(messages[-1]):
                connection.recv()

    with serve(handle, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/secret"
        finally:
            server.shutdown()
            thread.join()


ON_CHAIN = {"jsonrpc": "2.0", "id": 1, "result": hex(31337)}
SUBSCRIBED = {"jsonrpc": "2.0", "id": 2, "result": "0xab"}


def notification(result: Any, subscription: str = "0xab") -> dict[str, Any]:
    params = {"subscription": subscription, "result": result}
    return {"jsonrpc": "2.0", "method": "eth_subscription", "params": params}


@pytest.mark.parametrize(
    ("messages", "trouble"),
    [
        ([ON_CHAIN | {"id": 7}], "another id"),
        ([ON_CHAIN | {"result": "0x1"}], "is on chain 1, not 31337"),
        ([ON_CHAIN | {"result": None}], "is no text"),
        (["no JSON"], "is no JSON"),
        (["[" * 100_000], "is no JSON"),
        ([[]], "is no object"),
        ([ON_CHAIN, SUBSCRIBED | {"id": 1}], "another id"),
        (
            [ON_CHAIN, {"id": 2, "error": {"code": -32601, "message": "no /secret"}}],
            "-32601: no eth_subscribe",
        ),
        ([ON_CHAIN, SUBSCRIBED], "was not announced"),
        ([ON_CHAIN, SUBSCRIBED, notification({"number": "0x1"}, "0xac")], "another subscription"),
        ([ON_CHAIN, SUBSCRIBED, {"id": 3, "result": "0x1"}], "no notification"),
        ([ON_CHAIN, SUBSCRIBED, notification(None)], "no block"),
        ([ON_CHAIN, SUBSCRIBED, notification({"hash": "0x1"})], "websocket: '0x1' is no"),
    ],
)
def test_a_node_that_says_what_it_should_not_is_left_out(
    chain: Devnet, connection: Connection, messages: list[Any], trouble: str
) -> None:
    with (
        node_that_says(*messages) as websocket,
        Heads(connection, websocket=websocket, quiet=0.05, **EAGER) as heads,
    ):
        follower = Follower(next(heads).header)
        until(heads, lambda: trouble in str(heads.trouble), follower, chain)
        assert "secret" not in str(heads.trouble)


def test_an_announcement_is_followed_as_far_as_the_connection_knows_it(chain: Devnet) -> None:
    """By asking for its latest block, nothing is to be learnt from the connection here."""
    first = chain.head
    chain.mine(2)
    block = chain.rpc("eth_getBlockByNumber", "latest", False)
    partial = {"hash": block["hash"], "number": block["number"]}
    with FaultyNode(chain.url) as node, Connection(node.url, patience=0.3) as connection:
        known = connection.header(first)
        node.inject("head_lags", blocks=2, where=lambda method, params: params[:1] == ["latest"])
        said = [{"hash": "0x" + "ab" * 32}, with_parent(block, bytes(32)), partial]
        with (
            node_that_says(ON_CHAIN, SUBSCRIBED, *map(notification, said)) as websocket,
            Heads(connection, websocket=websocket, since=known, quiet=60, **EAGER) as heads,
        ):
            Follower(known).catch_up(heads, chain)
        said = [with_parent(block, known.hash), block]
        with (
            node_that_says(ON_CHAIN, SUBSCRIBED, *map(notification, said)) as websocket,
            Heads(connection, websocket=websocket, since=known, quiet=60, **EAGER) as heads,
        ):
            with pytest.raises(BadAnswer, match=f"block {first + 2} .* has the parent block {first} "):
                next(heads)
            Follower(known).catch_up(heads, chain)


def with_parent(block: dict[str, Any], parent: bytes) -> dict[str, Any]:
    """A header that is true to its hash, but has another parent."""
    header = Header.decode(rlp.encode([parent, *Header.from_rpc(block).fields[1:]]))
    return block | {"parentHash": "0x" + parent.hex(), "hash": "0x" + header.hash.hex()}


def test_a_socket_that_opens_or_closes_is_reason_to_ask(chain: Devnet, connection: Connection) -> None:
    opened, closed = threading.Event(), threading.Event()
    with (
        node_that_says(opened.wait, ON_CHAIN, SUBSCRIBED, closed.wait) as websocket,
        Heads(connection, websocket=websocket, **NEVER) as heads,
    ):
        follower = Follower(next(heads).header)
        for event in (opened, closed):
            chain.mine()
            event.set()
            promptly(heads, lambda: follower.catch_up(heads, chain))


@pytest.mark.parametrize("way", ("asked", "announced", "mute"))
def test_closing_ends_the_iteration_of_another_thread(
    chain: Devnet, connection: Connection, way: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = chain.url.rpartition(":")[2] if way == "announced" else mute.getsockname()[1]
        websocket = None if way == "asked" else f"ws://127.0.0.1:{port}"
        heads = Heads(connection, websocket=websocket, timeout=1e5, **NEVER)
        first = next(heads)
        closer = threading.Timer(0.05, heads.close)
        closer.start()
        promptly(heads, lambda: list(heads))
        closer.join()
        assert first and list(heads) == []
    for thread in threading.enumerate():
        if thread.name == "vmargin-heads":  # whoever was mute has gone by now
            thread.join(60)
            assert not thread.is_alive()


def test_a_head_that_stays_is_stale_and_the_iteration_can_go_on(
    chain: Devnet, connection: Connection
) -> None:
    with Heads(connection, poll=0.01, stall=0.05) as heads:
        first = next(heads).header
        with pytest.raises(Stale, match=rf"no new head for 0\.05 s, the last one is block {first.number}"):
            next(heads)
        chain.mine()
        assert next(heads).header.number == first.number + 1


def test_errors_of_the_connection_lose_nothing(chain: Devnet) -> None:
    with (
        FaultyNode(chain.url) as node,
        Connection(node.url, patience=0.3) as connection,
        Heads(connection, **EAGER) as heads,
    ):
        follower = Follower(next(heads).header)
        for fault in ("http_503", "short_batch", "header_of_parent"):
            chain.mine(100)
            node.inject(fault, after=1)
            with pytest.raises(ChainError):
                follower.catch_up(heads, chain)
            node.clear()
            follower.catch_up(heads, chain)


def test_a_node_that_lags_is_no_reorganisation(chain: Devnet) -> None:
    with (
        FaultyNode(chain.url) as node,
        Connection(node.url, patience=0.5) as connection,
        Heads(connection, **EAGER) as heads,
    ):
        follower = Follower(next(heads).header)
        chain.mine(4)
        follower.catch_up(heads, chain)
        node.inject("head_goes_back")
        for _ in range(4):
            chain.mine()
            follower.catch_up(heads, chain)
        assert not follower.rolled_back


def test_a_reorganisation_that_is_too_deep_is_an_error(chain: Devnet, connection: Connection) -> None:
    with Heads(connection, depth=3, **EAGER) as heads:
        follower = Follower(next(heads).header)
        chain.mine(6)
        follower.catch_up(heads, chain)
        chain.reorg(3)
        follower.catch_up(heads, chain)
        chain.reorg(4)
        with pytest.raises(Reorged, match=r"depth=3.*greater depth"):
            next(heads)


def test_wrong_options_are_told_without_the_url(connection: Connection) -> None:
    for url in ("http://127.0.0.1/key", "key", "ws://", "ws://[key", "ws://host:key"):
        with pytest.raises(UsageError, match="WebSocket") as told:
            Heads(connection, websocket=url)
        assert "key" not in str(told.value)
    with pytest.raises(UsageError, match="poll=0"):
        Heads(connection, poll=0)
