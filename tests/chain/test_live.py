"""Reads of one block from nodes: what they give belongs to that block, or is no value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chain.raw_server import Proxy, RawServer, answer, forward, refusal
from vmargin.chain import wire
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import (
    AllNodesFailed,
    BadReturn,
    ProofUnavailable,
    Refused,
    Reorged,
    Unavailable,
    Unreachable,
)
from vmargin.chain.live import LiveView
from vmargin.chain.questions import LogQuery, Pin, ProofQuery, RawCall
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Empty, Halt, Unknown

pytestmark = pytest.mark.usefixtures("quick_retries")

READER = "0x" + "11" * 20
NUMBER = "0x" + "33" * 20
RICH = "0x" + "44" * 20
OUTCOME = "0x" + "55" * 20
NOBODY_THERE = "0x" + "66" * 20
NOWHERE = "http://127.0.0.1:1"

CODES = {
    READER: "5f545f5260205ff3",  # returns slot 0
    NUMBER: "435f5260205ff3",  # returns the block's number
}


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    with devnet() as chain:
        for address, code in CODES.items():
            chain.set_code(address, bytes.fromhex(code))
        chain.set_storage(READER, 0, 5)
        chain.set_balance(RICH, 7)
        yield chain


@pytest.fixture
def connection(chain: Devnet) -> Iterator[Connection]:
    with Connection(chain.url) as connection:
        yield connection


def slot(view: LiveView) -> int:
    return view.storage(READER, 0)


def called(view: LiveView) -> int:
    return int(view.call(READER, "f()(uint256)")[0])


def block_by_hash(asked: Any) -> Any:
    """Where a request names its block by hash, if it does."""
    return next((one for one in asked["params"] if isinstance(one, dict) and "blockHash" in one), None)


def by_number_only(asked: Any) -> Any:
    """A node that never heard of EIP-1898."""
    if asked["method"] != "eth_getLogs" and block_by_hash(asked):
        return refusal(
            asked, -32602, "invalid argument 1: json: cannot unmarshal object into Go value of type string"
        )
    return None


# What can be read


def test_every_kind_of_read(chain: Devnet, connection: Connection) -> None:
    view = connection.at("latest")
    assert (view.pin, view.chain_id, view.number) == (Pin.HASH, chain.chain_id, chain.head)
    assert str(view.provenance).endswith("not proven, pinned by hash")
    assert slot(view) == called(view) == 5
    assert view.storages([(READER, 0), (READER, 1), (RICH, 2**256 - 1)]) == [5, 0, 0]
    assert view.balance(RICH) == 7 and view.balance(NOBODY_THERE) == 0
    assert view.nonce(RICH) == 0
    assert view.code(READER).hex() == CODES[READER] and view.code(NOBODY_THERE) == b""
    assert view.code_hash(NOBODY_THERE).hex().startswith("c5d2460186f7")
    assert view.call(NUMBER, "f()(uint256)") == (view.number,)
    assert view.calls([(NUMBER, "f()(uint256)"), (READER, "f()(uint256)")]) == [(view.number,), (5,)]
    assert view.ask_headers([1, view.number])[1] is view.header
    assert view.ask_headers([1])[0].number == 1
    proof = view.ask_proofs([ProofQuery(READER, (0, 1)), ProofQuery(RICH)])
    assert [len(one.slots) for one in proof] == [2, 0] and all(one.account for one in proof)
    assert view.calls([]) == view.storages([]) == view.ask_proofs([]) == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("5f5ffd", Empty()),
        ("fe", Halt("invalid opcode")),
        ("2f", Halt("invalid opcode")),
        ("50", Halt("stack underflow")),
        ("5b5f80600056", Halt("stack overflow")),
        ("5f5f5f5f5f5f5f5f5f56", Halt("invalid jump")),
        ("5b5f56", Halt("out of gas")),
        ("60015f5f3e", Halt("out of offset")),
        ("638baa579f5f526004601cfd", Unknown(bytes.fromhex("8baa579f"))),
    ],
)
def test_how_calls_end(chain: Devnet, connection: Connection, code: str, outcome: Any) -> None:
    with chain.isolated():
        chain.set_code(OUTCOME, bytes.fromhex(code))
        [found] = connection.at().ask_calls([RawCall(OUTCOME, b"")])
    assert found == outcome


def test_calls_with_a_sender_a_value_and_a_limit(chain: Devnet, connection: Connection) -> None:
    with chain.isolated():
        chain.set_code(OUTCOME, bytes.fromhex("335f52346020525a60405260605ff3"))
        view = connection.at()
        sender, value, gas = view.call(
            OUTCOME, "f()(address,uint256,uint256)", sender=RICH, value=3, gas=50_000
        )
        assert (sender, value) == (RICH, 3) and gas < 50_000
        with pytest.raises(Refused, match=r"(?i)insufficient funds|outoffunds|lack of funds"):
            view.call(OUTCOME, "f()(uint256)", sender=NOBODY_THERE, value=3)


def test_returns_that_do_not_fit(connection: Connection) -> None:
    view = connection.at()
    with pytest.raises(
        BadReturn, match=f"f\\(\\) of 0x1111111111111111111111111111111111111111 at block {view.number}"
    ):
        view.call(READER, "f()(uint256,uint256)")
    with pytest.raises(BadReturn, match="is there a contract"):
        view.call(NOBODY_THERE, "f()(uint256)")


# One block


@pytest.mark.parametrize("way", [slot, called])
def test_a_view_stays_at_its_block(
    chain: Devnet, connection: Connection, way: Callable[[LiveView], int]
) -> None:
    with chain.isolated():
        view = connection.at()
        chain.set_storage(READER, 0, 6)
        assert (way(view), way(connection.at()), way(connection.at(view.number))) == (5, 6, 5)
        assert way(connection.at(view.hash)) == way(connection.at("0x" + view.hash.hex())) == 5
        view.ensure_canonical()


@pytest.mark.parametrize("change", [lambda _: None, by_number_only], ids=["hash", "number"])
@pytest.mark.parametrize("way", [slot, called], ids=["storage", "call"])
def test_a_block_that_was_replaced_has_no_values(
    way: Callable[[LiveView], int], change: Callable[[Any], Any]
) -> None:
    with (
        devnet() as chain,
        RawServer(Proxy(chain.url, change)) as server,
        Connection(server.url) as connection,
    ):
        chain.set_code(READER, bytes.fromhex(CODES[READER]))
        chain.set_storage(READER, 0, 5)
        chain.mine(1)
        view = connection.at()
        assert view.pin is (Pin.NUMBER if change is by_number_only else Pin.HASH)
        assert way(view) == 5
        chain.reorg(1)
        for read in (way, lambda view: view.storages([(READER, 0)] * 9), LiveView.ensure_canonical):
            with pytest.raises(
                Reorged, match=f"block {view.number} is 0x.* now and no longer {wire.to_data(view.hash)}"
            ):
                read(view)
        assert way(connection.at()) == 5


@pytest.mark.parametrize(
    "text", ["header not found", "hash is not currently canonical", "unknown block", "", "null"]
)
def test_ways_of_saying_that_a_block_is_gone(chain: Devnet, text: str) -> None:
    """After a reorganisation, and where the node only does not have the block."""
    gone, moved = [False], [False]

    def change(asked: Any) -> Any:
        if gone[0] and block_by_hash(asked):
            return answer(asked, None) if text == "null" else refusal(asked, -32001, text)
        if moved[0] and asked["method"] == "eth_getBlockByNumber":
            return forward(other.url, asked)
        return None

    with devnet(timestamp=1_000_000_000) as other:
        other.mine(chain.head)
        with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
            view = connection.at()
            gone[0] = True
            with pytest.raises(Unavailable):
                slot(view)
            moved[0] = True
            with pytest.raises(Reorged):
                slot(view)
        with RawServer(Proxy(chain.url, change)) as server, Connection([server.url, chain.url]) as connection:
            assert slot(connection.at(view.hash)) == 5


# Weaker nodes


def test_a_node_that_knows_numbers_only(chain: Devnet) -> None:
    proxy = Proxy(chain.url, by_number_only)
    with RawServer(proxy) as server, Connection(server.url) as connection:
        view = connection.at()
        assert view.pin is Pin.NUMBER and view.block_parameter == hex(view.number)
        assert str(view.provenance).endswith("not proven, pinned by number")
        assert slot(view) == called(view) == 5
        assert view.calls([(NUMBER, "f()(uint256)"), (READER, "f()(uint256)")]) == [(view.number,), (5,)]
        read = [asked["method"] for asked in proxy.asked].index("eth_getStorageAt")
        assert proxy.asked[read + 1]["method"] == "eth_getBlockByNumber"  # checked before the value was given
        proxy.asked.clear()
        assert connection.at().pin is Pin.NUMBER
        assert not any(map(block_by_hash, proxy.asked))  # it is known by now


def test_a_node_that_takes_any_hash_is_not_believed(chain: Devnet) -> None:
    """It answers for its head, whatever it is asked for."""

    def change(asked: Any) -> Any:
        if asked["method"] == "eth_getLogs" or not block_by_hash(asked):
            return None
        return forward(chain.url, asked | {"params": [*asked["params"][:-1], "latest"]})

    with (
        chain.isolated(),
        RawServer(Proxy(chain.url, change)) as server,
        Connection(server.url) as connection,
    ):
        view = connection.at()
        assert view.pin is Pin.NUMBER
        chain.set_storage(READER, 0, 6)
        assert slot(view) == 5


def test_a_node_that_pins_is_preferred(chain: Devnet) -> None:
    with RawServer(Proxy(chain.url, by_number_only)) as server:
        for urls in ([server.url, chain.url], [chain.url, server.url], [NOWHERE, server.url, chain.url]):
            with Connection(urls) as connection:
                view = connection.at()
                assert view.pin is Pin.HASH and slot(view) == 5
        with Connection([NOWHERE, server.url]) as connection:
            view = connection.at()
            assert view.pin is Pin.NUMBER and slot(view) == 5 and len(view.nodes) == 1


def test_a_node_without_old_states_still_has_headers_and_logs(chain: Devnet) -> None:
    head = chain.head

    def change(asked: Any) -> Any:
        named = block_by_hash(asked)
        recent = wire.to_data(connection.header(head).hash)
        if asked["method"] == "eth_getLogs" or named is None or named["blockHash"] == recent:
            return None
        return refusal(asked, -32000, "missing trie node 01 (path )")

    with RawServer(Proxy(chain.url, change)) as server, Connection(chain.url) as connection:
        with Connection(server.url) as weak:
            view = weak.at(1)
            assert view.pin is Pin.HASH and view.ask_logs(LogQuery(0, 1)) == []
            with pytest.raises(Unavailable, match="ask an archive node, or a later block"):
                slot(view)
            with pytest.raises(ProofUnavailable, match="take a later block"):
                view.ask_proofs([ProofQuery(READER)])
        with Connection([server.url, chain.url]) as both:
            assert both.at(1).balance(RICH) == 0


def test_a_view_fails_over(chain: Devnet) -> None:
    broken = [False]

    def change(asked: Any) -> Any:
        return refusal(asked, -32601, "gone") if broken[0] else None

    with RawServer(Proxy(chain.url, change)) as server, Connection([server.url, chain.url]) as connection:
        view = connection.at()
        broken[0] = True
        assert slot(view) == called(view) == 5
        assert view.ask_proofs([ProofQuery(READER)])


def test_when_no_node_can_be_reached(chain: Devnet) -> None:
    with Connection([NOWHERE, NOWHERE]) as connection, pytest.raises(AllNodesFailed):
        connection.at()
    with RawServer(Proxy(chain.url, lambda _: None)) as server, Connection(server.url) as connection:
        view = connection.at()
    with pytest.raises(Unreachable):
        slot(view)


def test_what_a_view_cannot_be_asked(connection: Connection) -> None:
    view = connection.at(1)
    for wrong in (
        lambda: view.balance("0x12"),
        lambda: view.storage(READER, -1),
        lambda: view.logs(first=2, last=1),
        lambda: view.logs(last=2),
    ):
        with pytest.raises(UsageError):
            wrong()
