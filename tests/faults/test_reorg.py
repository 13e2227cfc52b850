"""A reorganisation during a read: all values are of the pinned block, or the read fails with `Reorged`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.ground import ENTER, ENTRIES, ENTRY, LEDGER, Ground, ask, ground
from tests.faults.reads import READS as EVERY
from tests.faults.watchdog import watched
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import MULTICALL3, Devnet, devnet
from vmargin.chain.errors import Inconsistent, Reorged
from vmargin.chain.faults import FaultyNode
from vmargin.chain.live import LiveView
from vmargin.chain.questions import Pin
from vmargin.solidity.abi import Function

ACCOUNTS = 5000
BASE = 0xACC0 << 144
PAY = Function.parse("pay(uint160,uint160,uint160,uint256)")


class Crowd:
    """Accounts, each with a balance and an entry in a ledger, all of which change with each turn."""

    def __init__(self, chain: Devnet) -> None:
        self.chain = chain
        self.ledger = chain.deploy(LEDGER)
        self.accounts = [f"0x{BASE + i:040x}" for i in range(ACCOUNTS)]
        chain.rpc("evm_setAutomine", False)
        self.seed = 1

    def turn(self) -> int:
        """Add a block in which everything changes, and return its number."""
        self.seed += 1_000_003
        for first in range(0, ACCOUNTS, 400):
            last = min(first + 400, ACCOUNTS)
            self._send(PAY.calldata([BASE, first, last, self.seed]), 400 * (self.seed + ACCOUNTS))
            self._send(ENTER.calldata([first, last, self.seed]), 0)
        self.chain.mine()
        return self.chain.head

    def _send(self, data: bytes, value: int) -> None:
        transaction = {"from": self.chain.accounts[0], "to": self.ledger, "data": "0x" + data.hex()}
        self.chain.rpc("eth_sendTransaction", transaction | {"gas": hex(16_000_000), "value": hex(value)})

    def truth(self, read: str, block: int, count: int = ACCOUNTS) -> list[int]:
        """What anvil itself says at a block, of the first accounts."""
        at = hex(block)
        if read == "balances":
            accounts = self.accounts[:count]
            answers = ask(self.chain.url, [("eth_getBalance", [account, at]) for account in accounts])
            return [int(answer, 16) for answer in answers]
        call = {"to": self.ledger, "data": "0x" + Function.parse(ENTRIES).calldata([count]).hex()}
        (answer,) = ask(self.chain.url, [("eth_call", [call, at])])
        return list(Function.parse(ENTRIES).results(bytes.fromhex(answer[2:]))[0])

    def hash(self, block: int) -> str:
        return str(self.chain.rpc("eth_getBlockByNumber", hex(block), False)["hash"])

    def balances(self, view: LiveView) -> list[int]:
        return view.ask_balances(self.accounts)

    def entries(self, view: LiveView) -> list[int]:
        return [outcome[0] for outcome in view.calls((self.ledger, ENTRY, [i]) for i in range(ACCOUNTS))]


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with devnet(gas_limit=10**9) as chain:
        yield Crowd(chain)


READS: dict[str, Callable[[Crowd, LiveView], list[int]]] = {
    "balances": Crowd.balances,
    "entries": Crowd.entries,
}
ROADS = {
    "calls by Multicall3": ("entries", True, (1,)),
    "calls in batches": ("entries", False, (2,)),
    "balances in batches": ("balances", True, (2,)),
}
"""What is read, whether the chain has Multicall3, and after how many POSTs the block is replaced."""


@pytest.mark.parametrize("pin", list(Pin))
@pytest.mark.parametrize("road", ROADS)
def test_a_read_of_5000_accounts(crowd: Crowd, long: bool, pin: Pin, road: str) -> None:
    read, _, moments = ROADS[road]
    if long:
        block = crowd.turn()
        posts, values = watched(lambda: reading(crowd, pin, road, None))
        assert values == crowd.truth(read, block)
        moments = tuple(range(posts))
    for moment in moments:
        block = crowd.turn()
        true, name = crowd.truth(read, block), crowd.hash(block)
        try:
            _, values = watched(lambda at=moment: reading(crowd, pin, road, at))
        except Reorged as reorged:
            said = str(reorged)
        else:
            said = name
            assert values == true
        assert name in said
        assert crowd.hash(block) != name and crowd.truth(read, block, 10) != true[:10]


def reading(crowd: Crowd, pin: Pin, road: str, moment: int | None) -> tuple[int, list[int]]:
    """Read at the newest block; after that many POSTs of it, the block is replaced.

    Returns how many POSTs there were, and what was read.
    """
    read, multicall, _ = ROADS[road]
    with FaultyNode(crowd.chain.url) as node, Connection(node.url) as connection:
        if pin is Pin.NUMBER:
            node.inject("eip1898_refused")
        if not multicall:
            node.inject("lying_code", where=lambda method, params: params[0] == MULTICALL3)
        view = connection.at("latest")
        assert view.pin is pin
        before = node.requests[-1].post
        reorg = None if moment is None else node.inject("reorg", after=moment)
        values = READS[read](crowd, view)
        assert reorg is None or reorg.struck
        return node.requests[-1].post - before, values


@pytest.fixture(scope="module")
def small(long: bool) -> Iterator[Ground]:
    with ground(1000 if long else 100) as small:
        yield small


@pytest.mark.parametrize("pin", list(Pin))
@pytest.mark.parametrize("read", EVERY)
def test_every_kind_of_read(small: Ground, long: bool, pin: Pin, read: str) -> None:
    for moment in range(5) if long else [0 if read == "call" else 1]:
        small.turn(1_000_003 + small.head, spawn=True)
        head = small.head
        true = small.truth(head)[read]
        with FaultyNode(small.chain.url) as node, Connection(node.url) as connection:
            if pin is Pin.NUMBER:
                node.inject("eip1898_refused")
            view = connection.at("latest")
            for one in connection.nodes:
                one.batch_limit = small.count // 3
            reorg = node.inject("reorg", after=moment, depth=2)
            try:
                values = watched(lambda view=view: EVERY[read](small, view))
            except (Reorged, Inconsistent) as error:
                said = str(error)
            else:
                said = str(head)
                assert values == true
            assert str(head) in said
        assert reorg.struck or long
        if not reorg.struck:  # the read had fewer POSTs
            small.chain.reorg(2)
        assert small.truth(small.head)[read] != true
