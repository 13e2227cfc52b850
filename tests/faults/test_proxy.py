"""The proxy itself, seen by a plain HTTP client: it passes on what is true, and lies as it was told to."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.conftest import Bench
from tests.faults.watchdog import watched
from vmargin.chain.faults import FAULTS, Effect, FaultyNode
from vmargin.errors import UsageError


class Client:
    """Posts JSON over one connection that is kept alive, and opens another when that has ended."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    def post(self, document: Any) -> Any:
        status, _, body = self.raw(document)
        assert status == 200
        return json.loads(body)

    def raw(self, document: Any) -> tuple[int, dict[str, str], bytes]:
        try:
            self.connection.request("POST", "/", json.dumps(document), {"Content-Type": "application/json"})
            response = self.connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise


@pytest.fixture
def node(bench: Bench) -> Iterator[FaultyNode]:
    with FaultyNode(bench.ground.chain.url) as node:
        yield node


@pytest.fixture
def client(node: FaultyNode) -> Iterator[Client]:
    client = Client(node.url)
    yield client
    client.connection.close()


def request(method: str, *params: Any, number: int = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


CHAIN = request("eth_chainId")


def everything(bench: Bench) -> list[dict[str, Any]]:
    """One request of each method that any fault strikes."""
    ground = bench.ground
    head = hex(ground.head)
    call = {"to": ground.ledger, "data": "0x" + "b30906d4" + f"{2:064x}"}
    methods: list[tuple[str, list[Any]]] = [
        ("eth_chainId", []),
        ("eth_blockNumber", []),
        ("eth_getBlockByNumber", [head, False]),
        ("eth_getBalance", [ground.accounts[0], head]),
        ("eth_getTransactionCount", [ground.accounts[0], {"blockNumber": head}]),
        ("eth_getCode", [ground.contracts[0], "latest"]),
        ("eth_getStorageAt", [ground.ledger, f"0x{ground.slots[3]:064x}", head]),
        ("eth_call", [call, head]),
        ("eth_getLogs", [{"fromBlock": hex(ground.head - 8), "toBlock": head, "address": ground.ledger}]),
        ("eth_getBlockReceipts", [head]),
        ("eth_getProof", [ground.ledger, [f"0x{ground.slots[i]:064x}" for i in (3, 4)], head]),
    ]
    return [request(method, *params, number=at) for at, (method, params) in enumerate(methods)]


def test_passes_on_what_the_node_says(bench: Bench, client: Client) -> None:
    requests = everything(bench)
    direct = Client(bench.ground.chain.url)
    assert client.post(requests) == direct.post(requests)
    for one in requests:
        assert client.post(one) == direct.post(one)
    assert client.post([CHAIN | {"id": "a text"}])[0]["id"] == "a text"
    assert client.post([]) == []
    direct.connection.close()


WITHOUT_A_TRACE_HERE = {"reorg", "head_goes_back", "slow", "slow_drip", "slow_drip_of_headers"}
"""Tested below: they show in time, or in more than one POST, or do lasting damage."""


@pytest.fixture(scope="module")
def remembering(bench: Bench) -> Iterator[tuple[Client, Any]]:
    """A client of the good node, and what it says to everything as long as it is good."""
    client = Client(bench.good.url)
    yield client, client.raw(everything(bench))
    client.connection.close()


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind not in WITHOUT_A_TRACE_HERE])
def test_each_fault_shows_where_it_should_and_goes(
    bench: Bench, remembering: tuple[Client, Any], kind: str
) -> None:
    (client, true), requests = remembering, everything(bench)
    bench.good.inject(kind, **bench.options(kind))
    try:
        if kind in ("refused", "reset", "cut"):
            with pytest.raises((OSError, http.client.HTTPException)):
                client.raw(requests)
        else:
            lies = client.raw(requests)
            assert lies != true
            if methods := {*FAULTS[kind].methods}:
                answers = zip(requests, json.loads(true[2]), json.loads(lies[2]), strict=True)
                changed = {asked["method"] for asked, was, now in answers if was != now}
                assert changed and changed <= methods
    finally:
        bench.good.clear()
    assert client.raw(requests) == true


def test_methods_where_after_and_times(bench: Bench, node: FaultyNode, client: Client) -> None:
    first, second = (request("eth_getBalance", account, "latest") for account in bench.ground.accounts[:2])
    true = client.post(first)["result"], client.post(second)["result"]

    node.inject("lying_balance", where=lambda method, params: params[0] == second["params"][0])
    assert client.post(first)["result"] == true[0]
    assert client.post(second)["result"] == hex(int(true[1], 16) ^ 1)
    assert client.post([first, second])[0]["result"] == true[0]
    node.clear()

    node.inject("internal_error", methods=["eth_getBalance"], after=2, times=1)
    posts = [first, CHAIN, second, first, CHAIN, first]
    assert [at for at, post in enumerate(posts) if "error" in client.post(post)] == [3]
    assert [seen.method for seen in node.requests[-6:] if seen.faults] == ["eth_getBalance"]


def test_faults_add_up_in_order(bench: Bench, node: FaultyNode, client: Client) -> None:
    node.inject("internal_error", times=1)
    node.inject("wrong_id")
    one, other = client.post(CHAIN), client.post(CHAIN)
    assert one["error"]["code"] == -32603 and one["id"] == other["id"] == 1_000_001
    assert other["result"] == hex(bench.ground.chain.chain_id)
    assert [seen.faults for seen in node.requests] == [("internal_error", "wrong_id"), ("wrong_id",)]


def test_the_record_tells_what_was_asked_in_which_post(node: FaultyNode, client: Client) -> None:
    client.post([CHAIN, request("eth_getBlockByNumber", "0x1", False, number=2)])
    node.inject("head_lags")
    client.post(request("eth_getBlockByNumber", "latest", False))
    assert [tuple(seen) for seen in node.requests] == [
        (0, "eth_chainId", [], ()),
        (0, "eth_getBlockByNumber", ["0x1", False], ()),
        (1, "eth_getBlockByNumber", ["latest", False], ("head_lags",)),
    ]


def test_refuses_connections_until_cleared(node: FaultyNode, client: Client) -> None:
    assert client.post(CHAIN)
    node.inject("refused")
    with pytest.raises((OSError, http.client.HTTPException)):
        client.raw(CHAIN)
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            client.raw(CHAIN)
    node.clear()
    assert client.post(CHAIN)
    node.inject("refused", after=1)
    assert client.post(CHAIN)
    with pytest.raises((OSError, http.client.HTTPException)):
        client.raw(CHAIN)
    with pytest.raises(ConnectionRefusedError):
        client.raw(CHAIN)


def test_a_reset_is_one(node: FaultyNode, client: Client) -> None:
    node.inject("reset")
    with pytest.raises(ConnectionResetError):
        client.raw(CHAIN)


def test_a_body_is_cut_with_and_without_its_length_saying_so(node: FaultyNode, client: Client) -> None:
    whole = client.raw(CHAIN)[2]
    node.inject("cut", times=1)
    with pytest.raises(http.client.IncompleteRead) as cut:
        client.raw(CHAIN)
    node.inject("truncated_body")
    assert cut.value.partial == client.raw(CHAIN)[2] == whole[: len(whole) // 2]


def test_clearing_lets_go_what_is_slow(node: FaultyNode, client: Client) -> None:
    injection = node.inject("slow", seconds=3600)
    clearing = threading.Timer(0.1, node.clear)
    clearing.start()
    assert watched(lambda: client.post(CHAIN))["id"] == 1
    clearing.join()
    assert injection.struck == 1


@pytest.mark.parametrize(("kind", "head"), [("slow_drip", True), ("slow_drip_of_headers", False)])
def test_bytes_drip(node: FaultyNode, kind: str, head: bool) -> None:
    node.inject(kind, pause=0.0001)
    body = json.dumps(CHAIN).encode()
    with socket.create_connection(("127.0.0.1", int(node.url.rpartition(":")[2]))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        first = connection.recv(4096)
        assert (b"\r\n\r\n" in first) is head  # the head comes at once, or not even the head
        rest = b"".join(iter(lambda: connection.recv(1), b"}"))
        assert (first + rest).endswith(b'"result": "0x7a69"')


def test_closing_ends_what_is_under_way(bench: Bench) -> None:
    ended: list[Any] = []

    def ask(client: Client) -> None:
        with pytest.raises((OSError, http.client.HTTPException)):
            client.raw(CHAIN)
        ended.append(client)

    with FaultyNode(bench.ground.chain.url) as node:
        node.inject("slow_drip", pause=3600)
        idle, busy = Client(node.url), threading.Thread(target=ask, args=(Client(node.url),))
        idle.connection.connect()
        busy.start()
        watched(lambda: [None for _ in iter(lambda: bool(node.requests), True)])
    watched(busy.join)
    assert ended
    idle.connection.close()


def test_a_head_that_goes_back(bench: Bench, node: FaultyNode, client: Client) -> None:
    head = bench.ground.head
    node.inject("head_goes_back", blocks=3)
    heads = [int(client.post(request("eth_blockNumber"))["result"], 16) for _ in range(4)]
    assert heads == [head, head - 3, head, head - 3]


def test_a_head_that_lags_is_all_of_one_piece(bench: Bench, node: FaultyNode, client: Client) -> None:
    head, account = bench.ground.head, bench.ground.accounts[0]
    balance = request("eth_getBalance", account, hex(head - 1))
    there = client.post(request("eth_getBlockByNumber", hex(head), False))["result"]["hash"]
    before = client.post(balance)
    node.inject("head_lags", blocks=1)
    newest = client.post(request("eth_getBlockByNumber", "latest", False))["result"]
    assert int(newest["number"], 16) == head - 1
    assert client.post(request("eth_getBlockByHash", there, False))["result"] is None
    assert client.post(request("eth_getBlockByNumber", hex(head), False))["result"] is None
    assert "error" in client.post(request("eth_getBalance", account, {"blockHash": there}))
    assert client.post(balance) == before == client.post(request("eth_getBalance", account, "latest"))


def test_another_node_answers(bench: Bench, node: FaultyNode, client: Client) -> None:
    node.inject("other_node", after=1, upstream=bench.astray)
    assert [client.post(CHAIN)["result"] for _ in range(2)] == [hex(31337), hex(31338)]


def test_a_node_that_is_away_is_a_502(bench: Bench) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with FaultyNode(f"http://127.0.0.1:{nobody.getsockname()[1]}") as node:
            client = Client(node.url)
            status, _, body = client.raw(CHAIN)
            assert status == 502 and b"ConnectionRefusedError" in body and b"127.0.0.1" not in body
            client.connection.close()


def test_misuse_is_told(node: FaultyNode) -> None:
    with pytest.raises(UsageError, match="is it wrong_id"):
        node.inject("wrongid")
    with pytest.raises(UsageError, match="slow has no option minutes: there are seconds"):
        node.inject("slow", minutes=1)
    with pytest.raises(UsageError, match="no http:// or https:// URL"):
        FaultyNode("ws://127.0.0.1:1")


def test_the_registry_says_what_there_is() -> None:
    assert len(FAULTS) >= 30
    assert {fault.effect for fault in FAULTS.values()} == set(Effect)
    for name, fault in FAULTS.items():
        assert fault.name == name and fault.summary.endswith((".", ":")), name
