"""Several nodes as one: who is asked, and what is said when nobody answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chain.raw_server import Proxy, RawServer, answer, forward
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import (
    AllNodesFailed,
    BadAnswer,
    Stale,
    Unavailable,
    Unreachable,
    WrongChain,
)
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Empty

pytestmark = pytest.mark.usefixtures("quick_retries")

NOWHERE = "http://127.0.0.1:1"
ACCOUNT = "0x" + "11" * 20
REVERTING = "0x" + "22" * 20


@pytest.fixture(scope="module")
def other() -> Iterator[Devnet]:
    """Another chain, on which there is less."""
    with devnet() as other:
        yield other


@pytest.fixture(scope="module", autouse=True)
def state(chain: Devnet) -> None:
    chain.set_balance(ACCOUNT, 7)
    chain.set_code(REVERTING, bytes.fromhex("5f5ffd"))
    chain.mine(10)


def balance(connection: Connection) -> Any:
    return connection.request("eth_getBalance", [ACCOUNT, "latest"])


# Nodes


def test_the_first_node_that_answers_is_taken(chain: Devnet) -> None:
    with Connection([NOWHERE, chain.url]) as connection:
        assert balance(connection) == "0x7"
        assert connection.chain_id == chain.chain_id
        assert connection.nodes[0].chain_id is None


def test_a_node_on_another_chain_is_left_out(chain: Devnet) -> None:
    proxy = Proxy(chain.url, eth_chainId=lambda asked: answer(asked, "0x5"))
    with RawServer(proxy) as server:
        with Connection([server.url, chain.url], chain_id=chain.chain_id) as connection:
            assert balance(connection) == balance(connection) == "0x7"
        assert [asked["method"] for asked in proxy.asked] == ["eth_chainId"]
        with Connection(server.url, chain_id=chain.chain_id) as connection:
            with pytest.raises(WrongChain, match=f"is on chain 5, not {chain.chain_id}"):
                balance(connection)
            with pytest.raises(WrongChain):
                connection.header()


def test_the_first_that_answers_says_which_chain_it_is(chain: Devnet) -> None:
    proxy = Proxy(chain.url, eth_chainId=lambda asked: answer(asked, "0x5"))
    with RawServer(proxy) as server, Connection([NOWHERE, server.url, chain.url]) as connection:
        assert connection.chain_id == 5
        with pytest.raises(AllNodesFailed, match=f"is on chain {chain.chain_id}, not 5"):
            connection.request("eth_foo", [])


@pytest.mark.parametrize("said", ["0x05", 5, None, "five"])
def test_a_chain_id_that_is_none(chain: Devnet, said: Any) -> None:
    proxy = Proxy(chain.url, eth_chainId=lambda asked: answer(asked, said))
    with RawServer(proxy) as server, Connection([server.url, chain.url]) as connection:
        assert balance(connection) == "0x7"
        assert connection.nodes[0].chain_id is None


def test_a_node_that_lags_is_left_out(chain: Devnet, other: Devnet) -> None:
    with Connection([other.url, chain.url]) as connection:
        assert connection.header("latest").number == chain.head
        assert [node.lags for node in connection.nodes] == [True, False]
        assert balance(connection) == "0x7"
    with Connection([other.url, chain.url], max_lag=1000) as connection:
        assert connection.header("latest").number == other.head


def test_a_head_that_goes_back_is_stale(other: Devnet) -> None:
    with Connection(other.url) as connection:
        snapshot, before = other.snapshot(), other.head
        other.mine(4)
        assert connection.header().number == before + 4
        other.revert(snapshot)
        with pytest.raises(Stale, match=f"block is {before}, but there was a block {before + 4}"):
            connection.header()
        connection.forget()
        assert connection.header().number == before
        other.mine(3)
        assert connection.header().number == before + 3


def test_when_nobody_answers(chain: Devnet) -> None:
    urls = [NOWHERE, NOWHERE + "/0123456789abcdef"]
    with Connection(urls) as connection, pytest.raises(AllNodesFailed) as caught:
        balance(connection)
    assert [type(cause) for cause in caught.value.causes] == [Unreachable, Unreachable]
    assert "no node could answer eth_getBalance" in str(caught.value)
    assert "node 1 (127.0.0.1:1): connection refused" in str(caught.value)
    assert "0123456789abcdef" not in str(caught.value)


# Headers


def test_headers(chain: Devnet) -> None:
    with Connection(chain.url) as connection:
        header = connection.header(3)
        assert header.number == 3
        assert connection.header(header.hash) == connection.header("0x" + header.hash.hex()) == header
        assert connection.header("safe").number == chain.head - 1
        assert connection.header("finalized").number == chain.head - 2
        with pytest.raises(Unavailable, match="there is no block 1000000"):
            connection.header(10**6)
        with pytest.raises(Unavailable, match="there is no block 0x0101"):
            connection.header(b"\1" * 32)


@pytest.mark.parametrize("block", ["0x3", "newest", b"\1" * 31, -1, "pending"])
def test_blocks_that_are_none(chain: Devnet, block: Any) -> None:
    with Connection(chain.url) as connection, pytest.raises(UsageError):
        connection.header(block)


@pytest.mark.parametrize(
    "lie",
    [
        lambda said: said | {"stateRoot": "0x" + "00" * 32},
        lambda said: said | {"hash": "0x" + "00" * 32},
        lambda said: said | {"number": "0x4"},
        lambda said: said | {"timestamp": "0x01"},
        lambda said: {name: value for name, value in said.items() if name != "stateRoot"},
        lambda said: [said],
    ],
)
def test_a_header_that_lies_is_not_taken(chain: Devnet, lie: Callable[[Any], Any]) -> None:
    def spoil(asked: Any) -> Any:
        said = forward(chain.url, asked)
        return said | {"result": lie(said["result"])}

    with RawServer(Proxy(chain.url, eth_getBlockByNumber=spoil)) as server:
        with Connection(server.url) as connection, pytest.raises(BadAnswer, match=r"node 1 \(127"):
            connection.header(3)
        with Connection([server.url, chain.url]) as connection:
            assert connection.header(3).number == 3


def test_a_header_of_another_block_is_not_taken(chain: Devnet) -> None:
    def fourth(asked: Any) -> Any:
        return forward(chain.url, {**asked, "method": "eth_getBlockByNumber", "params": ["0x4", False]})

    proxy = Proxy(chain.url, eth_getBlockByNumber=fourth, eth_getBlockByHash=fourth)
    with RawServer(proxy) as server, Connection(server.url) as connection:
        for block in (3, b"\1" * 32):
            with pytest.raises(BadAnswer, match="that was asked for"):
                connection.header(block)


# Around it


def test_addresses_from_the_environment(chain: Devnet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RPC_URL_1", f"RPC_URL_{chain.chain_id}", "ETH_RPC_URL", "WEB3_PROVIDER_URI"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match=r"set RPC_URL_1 or ETH_RPC_URL or WEB3_PROVIDER_URI"):
        Connection.from_environment(1)
    monkeypatch.setenv("WEB3_PROVIDER_URI", NOWHERE)
    monkeypatch.setenv(f"RPC_URL_{chain.chain_id}", f"{NOWHERE}, {chain.url}")
    with Connection.from_environment(chain.chain_id, timeout=5.0) as connection:
        assert len(connection.nodes) == 2 and balance(connection) == "0x7"
    with Connection.from_environment() as connection:
        assert [node.label for node in connection.nodes] == ["node 1 (127.0.0.1:1)"]
    with pytest.raises(UsageError):
        Connection([])


def test_web3_over_the_connection(chain: Devnet) -> None:
    with Connection([NOWHERE, chain.url]) as connection:
        web3 = connection.web3
        assert web3.eth.block_number == chain.head
        assert web3.eth.get_balance(web3.to_checksum_address(ACCOUNT)) == 7
        with web3.batch_requests() as batch:
            batch.add(web3.eth.get_block(3))
            batch.add(web3.eth.get_block(4))
            assert [block["number"] for block in batch.execute()] == [3, 4]
        with pytest.raises(Empty):
            web3.eth.call({"to": web3.to_checksum_address(REVERTING)})
        with web3.batch_requests() as batch:
            batch.add(web3.eth.call({"to": web3.to_checksum_address(REVERTING)}))
            with pytest.raises(Empty):
                batch.execute()


def test_a_call_through_web3_is_one_request(chain: Devnet) -> None:
    proxy = Proxy(chain.url)
    with RawServer(proxy) as server, Connection(server.url) as connection:
        connection.web3.eth.call({"to": connection.web3.to_checksum_address(ACCOUNT)})
    assert [asked["method"] for asked in proxy.asked] == ["eth_chainId", "eth_call"]


def test_headers_are_sent_and_not_shown(chain: Devnet) -> None:
    with Connection(chain.url, headers={"Authorization": "Bearer 0123456789abcdef"}) as connection:
        assert balance(connection) == "0x7"
        assert "0123456789abcdef" not in repr(connection) + repr(connection.nodes)
