"""Logs and receipts as nodes give them: of the range, of the filter, in order, of one chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chain.raw_server import Proxy, RawServer, answer, forward, refusal
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import BadAnswer, Inconsistent, Reorged, TooMuch
from vmargin.chain.questions import LogQuery

pytestmark = pytest.mark.usefixtures("quick_retries")

READER = "0x" + "11" * 20
LOGGER = "0x" + "22" * 20
TOPIC = bytes.fromhex("aa" * 32)


@pytest.fixture(scope="module", autouse=True)
def state(chain: Devnet) -> None:
    """A contract that logs its argument beside a topic."""
    chain.set_code(LOGGER, bytes.fromhex("600435" + "7f" + "aa" * 32 + "60205fa2"))


@pytest.fixture
def connection(chain: Devnet) -> Iterator[Connection]:
    with Connection(chain.url) as connection:
        yield connection


@pytest.fixture
def logged(chain: Devnet) -> Iterator[tuple[int, int]]:
    """Blocks with a log each."""
    with chain.isolated():
        first = chain.head + 1
        for number in range(6):
            chain.send(LOGGER, "f(uint256)", [number])
        yield first, chain.head


def test_logs(connection: Connection, logged: tuple[int, int]) -> None:
    first, last = logged
    view = connection.at()
    found = view.ask_logs(LogQuery(0, last))
    assert [log.block_number for log in found] == list(range(first, last + 1))
    assert {log.topics[0] for log in found} == {TOPIC} and {log.address for log in found} == {LOGGER}
    assert [log.block_hash for log in found] == [
        header.hash for header in view.ask_headers(range(first, last + 1))
    ]
    assert [len(log.topics) for log in found] == [2] * 6
    one = view.ask_logs(LogQuery(first, last, (LOGGER,), ((), ((3).to_bytes(32, "big"), bytes(32)))))
    assert [log.block_number for log in one] == [first, first + 3]
    assert view.ask_logs(LogQuery(last, last)) == found[-1:]
    assert view.ask_logs(LogQuery(0, last, (READER,))) == view.ask_logs(LogQuery(0, first - 1)) == []


@pytest.mark.parametrize("most", [1, 2, 3])
def test_ranges_that_are_too_much_are_halved(chain: Devnet, logged: tuple[int, int], most: int) -> None:
    def change(asked: Any) -> Any:
        if asked["method"] == "eth_getLogs" and "fromBlock" in asked["params"][0]:
            blocks = int(asked["params"][0]["toBlock"], 16) - int(asked["params"][0]["fromBlock"], 16) + 1
            if blocks > most:
                return refusal(asked, -32005, "query returned more than 10000 results")
        return None

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        query = LogQuery(0, logged[1])
        assert connection.at().ask_logs(query) == _plain_logs(chain, query)


def _plain_logs(chain: Devnet, query: LogQuery) -> Any:
    with Connection(chain.url) as connection:
        return connection.at().ask_logs(query)


def test_a_block_with_too_many_logs(chain: Devnet, logged: tuple[int, int]) -> None:
    def change(asked: Any) -> Any:
        return (
            refusal(asked, -32005, "query returned more than 1 result") if "Logs" in asked["method"] else None
        )

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        view = connection.at()
        with pytest.raises(TooMuch):
            view.ask_logs(LogQuery(*logged))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda logs: logs[::-1],
        lambda logs: [*logs, logs[-1]],
        lambda logs: [log | {"address": READER} for log in logs],
        lambda logs: [logs[0] | {"blockNumber": "0x0"}, *logs[1:]],
        lambda logs: [logs[0], logs[0] | {"logIndex": "0x1", "blockHash": "0x" + "01" * 32}, *logs[1:]],
        lambda logs: [logs[0] | {"transactionIndex": "0x1"}, logs[0] | {"logIndex": "0x1"}, *logs[1:]],
        lambda logs: [log | {"topics": []} for log in logs],
        lambda logs: [log | {"topics": log["topics"] * 3} for log in logs],
        lambda logs: [log | {"removed": True} for log in logs],
        lambda logs: [{name: value for name, value in log.items() if name != "logIndex"} for log in logs],
        lambda logs: [log | {"data": "0x0"} for log in logs],
        lambda logs: [log | {"blockHash": None} for log in logs],
        lambda logs: {"logs": logs},
        lambda logs: [None],
    ],
)
def test_logs_that_are_none(chain: Devnet, logged: tuple[int, int], spoil: Callable[[Any], Any]) -> None:
    def change(asked: Any) -> Any:
        if asked["method"] != "eth_getLogs":
            return None
        return answer(asked, spoil(forward(chain.url, asked)["result"]))

    query = LogQuery(*logged, (LOGGER,), ((TOPIC,),))
    with RawServer(Proxy(chain.url, change)) as server:
        with Connection(server.url) as connection, pytest.raises(BadAnswer):
            connection.at().ask_logs(query)
        with Connection([server.url, chain.url]) as connection:
            assert connection.at().ask_logs(query) == _plain_logs(chain, query)


def test_logs_of_another_block_of_that_number(chain: Devnet, logged: tuple[int, int]) -> None:
    def change(asked: Any) -> Any:
        if asked["method"] != "eth_getLogs":
            return None
        said = forward(chain.url, asked)["result"]
        return answer(asked, [log | {"blockHash": "0x" + "01" * 32} for log in said])

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        view = connection.at()
        for query in (LogQuery(*logged), LogQuery(logged[1], logged[1])):
            with pytest.raises((Inconsistent, BadAnswer)):
                view.ask_logs(query)


def test_logs_of_a_chain_that_is_replaced_meanwhile(chain: Devnet, logged: tuple[int, int]) -> None:
    """A range is asked for by numbers, so they may be those of other blocks by then."""

    def change(asked: Any) -> Any:
        if asked["method"] != "eth_getLogs":
            return None
        said = forward(chain.url, asked)
        chain.reorg(1)
        return said

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        view = connection.at()
        with pytest.raises(Reorged):
            view.ask_logs(LogQuery(logged[0], logged[1] - 1))


def test_receipts(chain: Devnet, connection: Connection, logged: tuple[int, int]) -> None:
    view = connection.at()
    for number in (1, *logged):
        header = view.ask_headers([number])[0]
        receipts = view.ask_receipts(header)
        assert len(receipts) == (number >= logged[0])
        assert all(receipt[0] == 2 or receipt[0] >= 0xC0 for receipt in receipts)


def test_receipts_one_by_one(chain: Devnet, logged: tuple[int, int]) -> None:
    """Where a node does not give a block's receipts at once."""

    def change(asked: Any) -> Any:
        return refusal(asked, -32601, "no") if asked["method"] == "eth_getBlockReceipts" else None

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        view = connection.at()
        with Connection(chain.url) as plain:
            assert view.ask_receipts(view.header) == plain.at().ask_receipts(view.header) != []
            genesis = plain.header(0)
        assert view.ask_receipts(genesis) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda receipts: [one | {"blockHash": "0x" + "01" * 32} for one in receipts],
        lambda receipts: receipts * 2,
        lambda receipts: [one | {"transactionIndex": "0x1"} for one in receipts],
        lambda receipts: [one | {"status": "0x2"} for one in receipts],
        lambda receipts: [one | {"logsBloom": "0x"} for one in receipts],
        lambda receipts: [one | {"logs": None} for one in receipts],
        lambda receipts: [one | {"cumulativeGasUsed": "0x00"} for one in receipts],
    ],
)
def test_receipts_that_are_none(chain: Devnet, logged: tuple[int, int], spoil: Callable[[Any], Any]) -> None:
    def change(asked: Any) -> Any:
        if asked["method"] != "eth_getBlockReceipts":
            return None
        return answer(asked, spoil(forward(chain.url, asked)["result"]))

    with RawServer(Proxy(chain.url, change)) as server, Connection(server.url) as connection:
        view = connection.at()
        with pytest.raises(BadAnswer):
            view.ask_receipts(view.header)
