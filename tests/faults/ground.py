"""A chain of which everything is known, and which is another one at each block."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import rlp
from eth_hash.auto import keccak

from vmargin.chain.devnet import MULTICALL3, Devnet, devnet
from vmargin.chain.faults import Upstream
from vmargin.chain.faults.upstream import HttpNode
from vmargin.solidity.abi import Function

LEDGER = Path(__file__).parents[2] / "contracts" / "build" / "BankLedger.json"
ENTRY = "entry(uint256)(uint128)"
ENTER = Function.parse("enter(uint256,uint256,uint128)")
SPAWN = Function.parse("spawn(uint256,uint256)")
ENTRIES = "entries(uint256)(uint128[])"


def ask(url: str, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """Ask a node itself, in one batch, with nothing of ours in between but HTTP."""
    node = HttpNode(url)
    try:
        replies = node.answer([{"method": method, "params": list(params)} for method, params in requests])
    finally:
        node.close()
    return [reply["result"] for reply in replies]


def _uint(word: bytes) -> int:
    return int.from_bytes(word, "big")


@dataclass(frozen=True)
class Ground:
    """A chain whose head and its parent differ in every value; what is true was read without our code."""

    chain: Devnet
    count: int
    """Values of each kind."""
    ledger: str
    accounts: tuple[str, ...]

    @property
    def head(self) -> int:
        return self.chain.head

    def turn(self, seed: int, *, spawn: bool = False) -> None:
        """Add a block in which every value changes; codes do if contracts are spawned, for the first time.

        By transactions: what a node is told to set takes effect in a block that is there already.
        """
        ask(self.chain.url, [_sending(account, account, b"", 21_000) for account in self.accounts])
        for first in range(0, self.count, 200):
            part = (first, min(first + 200, self.count))
            operator = self.chain.accounts[0]
            ask(self.chain.url, [_sending(operator, self.ledger, ENTER.calldata([*part, seed]), 10**7)])
            if spawn:
                ask(self.chain.url, [_sending(operator, self.ledger, SPAWN.calldata(part), 15 * 10**6)])
        self.chain.mine()

    @cached_property
    def slots(self) -> list[int]:
        """Where the ledger's entries are."""
        return [_uint(keccak(i.to_bytes(32, "big") + bytes(32))) for i in range(self.count)]

    @cached_property
    def contracts(self) -> list[str]:
        """What the ledger made."""
        made = (keccak(rlp.encode([bytes.fromhex(self.ledger[2:]), 1 + i])) for i in range(self.count))
        return ["0x" + key[12:].hex() for key in made]

    def truth(self, block: int) -> dict[str, list[Any]]:
        """What each read has to give at a block."""
        at = hex(block)
        entry = Function.parse(ENTRY)
        calls = [{"to": self.ledger, "data": "0x" + entry.calldata([i]).hex()} for i in range(self.count)]
        logs = {"fromBlock": hex(block - 1), "toBlock": at, "address": self.ledger}
        entries = [int(x, 16) for x in ask(self.chain.url, [("eth_call", [call, at]) for call in calls])]
        words = ask(
            self.chain.url, [("eth_getStorageAt", [self.ledger, f"0x{s:064x}", at]) for s in self.slots]
        )
        codes = ask(self.chain.url, [("eth_getCode", [a, at]) for a in self.contracts])
        numbers = range(block - self.count + 1, block + 1)
        return {
            "call": entries,
            "calls": entries,
            "calls_alone": entries,
            "storage": [int(x, 16) for x in words],
            "balance": self._quantities("eth_getBalance", at),
            "at": self._quantities("eth_getBalance", at),
            "nonce": self._quantities("eth_getTransactionCount", at),
            "code_hash": [keccak(bytes.fromhex(code[2:])) for code in codes],
            "logs": [
                (
                    int(log["blockNumber"], 16),
                    int(log["logIndex"], 16),
                    log["blockHash"],
                    log["topics"],
                    log["data"],
                )
                for log in ask(self.chain.url, [("eth_getLogs", [logs])])[0]
            ],
            "header": [
                (block["hash"], int(block["timestamp"], 16), block["stateRoot"])
                for block in ask(self.chain.url, [("eth_getBlockByNumber", [hex(n), False]) for n in numbers])
            ],
        }

    def _quantities(self, method: str, block: str) -> list[int]:
        return [
            int(x, 16) for x in ask(self.chain.url, [(method, [account, block]) for account in self.accounts])
        ]


@contextmanager
def ground(count: int, **options: Any) -> Iterator[Ground]:
    """Start such a chain."""
    with devnet(gas_limit=10**9, **options) as chain:
        accounts = tuple(f"0x{0xACC0 << 144 | 0x10001 * i:040x}" for i in range(count))
        ask(chain.url, [("anvil_setBalance", [one, hex(10**18 + i)]) for i, one in enumerate(accounts)])
        ask(chain.url, [("anvil_setNonce", [one, hex(i)]) for i, one in enumerate(accounts)])
        here = Ground(chain, count, chain.deploy(LEDGER), accounts)
        chain.mine(count)
        chain.rpc("evm_setAutomine", False)
        here.turn(1_000_003)
        here.turn(7_000_001, spawn=True)
        yield here


def _sending(sender: str, to: str, data: bytes, gas: int) -> tuple[str, list[Any]]:
    transaction = {"from": sender, "to": to, "data": "0x" + data.hex(), "gas": hex(gas)}
    return "eth_sendTransaction", [transaction]


class Remembering(Upstream):
    """A node's own answers, each of which it is asked for once: the chain behind it stands still."""

    def __init__(self, url: str) -> None:
        self._node = HttpNode(url)
        self._known: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def answer(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [json.dumps([request["method"], request.get("params")]) for request in requests]
        with self._lock:
            missing = {
                key: request for key, request in zip(keys, requests, strict=True) if key not in self._known
            }
            self._known.update(zip(missing, self._node.answer(list(missing.values())), strict=True))
            return [dict(self._known[key]) for key in keys]

    def close(self) -> None:
        self._node.close()


class WithoutMulticall3(Remembering):
    """The same chain as if nobody had put Multicall3 on it."""

    def answer(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        answers = super().answer(requests)
        for request, answer in zip(requests, answers, strict=True):
            if request["method"] == "eth_getCode" and request["params"][0].lower() == MULTICALL3:
                answer["result"] = "0x"
        return answers
