"""The state of an invented chain, its tries and its headers: all of it as true to itself as a real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer
from vmargin.chain.faults.upstream import HttpNode
from vmargin.chain.header import LAYOUT, Header
from vmargin.errors import UsageError

_EMPTY_ROOT = keccak(b"\x80")
_WITHOUT_TRANSACTIONS = {
    "sha3Uncles": keccak(b"\xc0"),
    "transactionsRoot": _EMPTY_ROOT,
    "receiptsRoot": _EMPTY_ROOT,
    "logsBloom": bytes(256),
    "gasUsed": b"",
    "withdrawalsRoot": _EMPTY_ROOT,
    "blobGasUsed": b"",
    # sha256 of nothing
    "requestsHash": bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
}
_PLAIN = {"number": 1000, "gasLimit": 30_000_000, "timestamp": 1_750_000_000, "baseFeePerGas": 7}
_PRAGUE = 21
"""Fields of a header."""


@dataclass(frozen=True)
class InventedAccount:
    """What an account is to hold; ``dataclasses.replace`` makes a lie of a true one."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def as_at(
        cls, url: str, address: str, slots: Sequence[int] = (), block: str = "latest"
    ) -> InventedAccount:
        """Read an account and some of its slots from a real node."""
        methods = ("eth_getBalance", "eth_getTransactionCount", "eth_getCode")
        requests: list[dict[str, Any]] = [
            {"method": method, "params": [address, block]} for method in methods
        ]
        requests += [
            {"method": "eth_getStorageAt", "params": [address, wire.word(slot), block]} for slot in slots
        ]
        node = HttpNode(url)
        try:
            balance, nonce, code, *words = [reply["result"] for reply in node.answer(requests)]
        except KeyError:
            raise BadAnswer(f"the node does not give the account {address} at {block}") from None
        finally:
            node.close()
        storage = {slot: int(word, 16) for slot, word in zip(slots, words, strict=True)}
        return cls(wire.quantity(balance), wire.quantity(nonce), wire.data(code), storage)


NOTHING = InventedAccount()


class State:
    """Accounts, and the tries over them."""

    def __init__(self, accounts: Mapping[str, InventedAccount]) -> None:
        self.accounts = {wire.given_address(address): account for address, account in accounts.items()}
        self._storage = {address: _storage(account) for address, account in self.accounts.items()}
        leaves = {
            bytes.fromhex(address[2:]): [
                account.nonce,
                account.balance,
                self._storage[address].root_hash,
                keccak(account.code),
            ]
            for address, account in self.accounts.items()
        }
        self._trie = _trie(leaves)
        self.root: bytes = self._trie.root_hash

    def account(self, address: str) -> InventedAccount:
        """Look up an account; one that was not given is empty."""
        return self.accounts.get(address.lower(), NOTHING)

    def proof(self, address: str, slots: Sequence[str]) -> dict[str, Any]:
        """Answer ``eth_getProof``."""
        address = address.lower()
        account, storage = self.account(address), self._storage.get(address) or _storage(NOTHING)
        proofs = [
            {
                "key": slot,
                "value": hex(account.storage.get(int(slot, 16), 0)),
                "proof": _nodes(storage, int(slot, 16).to_bytes(32, "big")),
            }
            for slot in slots
        ]
        return {
            "address": address,
            "accountProof": _nodes(self._trie, bytes.fromhex(address[2:])),
            "balance": hex(account.balance),
            "nonce": hex(account.nonce),
            "codeHash": wire.to_data(keccak(account.code)),
            "storageHash": wire.to_data(storage.root_hash),
            "storageProof": proofs,
        }


def headers_of(state_root: bytes, like: Header | None, before: int) -> dict[int, Header]:
    """Make linked headers, by number; the newest is like the one that was given."""
    names = [name for name, _ in LAYOUT]
    if like is None:
        plain = [
            _integer(_PLAIN.get(name, 0)) if length is None else bytes(length)
            for name, length in LAYOUT[:_PRAGUE]
        ]
        fields = dict(zip(names, plain, strict=False))
    else:
        fields = dict(zip(names, like.fields, strict=False))
    fields |= {name: value for name, value in _WITHOUT_TRANSACTIONS.items() if name in fields}
    fields["stateRoot"] = state_root
    newest, time = (int.from_bytes(fields[name], "big") for name in ("number", "timestamp"))
    first = max(1, newest - before)
    if newest < first or time < newest - first:
        raise UsageError(f"no chain of {newest - first} blocks can end at block {newest}, second {time}")
    headers: dict[int, Header] = {}
    parent = keccak(b"the parent that nobody asks for")
    for number in range(first, newest + 1):
        fields |= {"parentHash": parent, "number": _integer(number)}
        fields["timestamp"] = _integer(time - (newest - number))
        headers[number] = Header.decode(rlp.encode(list(fields.values())))
        parent = headers[number].hash
    return headers


def _storage(account: InventedAccount) -> Any:
    return _trie({slot.to_bytes(32, "big"): value for slot, value in account.storage.items() if value})


def _trie(leaves: Mapping[bytes, Any]) -> Any:
    from trie import HexaryTrie

    trie = HexaryTrie({})
    for key, value in leaves.items():
        trie[keccak(key)] = rlp.encode(value)
    return trie


def _nodes(trie: Any, key: bytes) -> list[str]:
    """Nodes from the root to a key; those that are written into the one before are no nodes of their own."""
    encoded = [rlp.encode(node) for node in trie.get_proof(keccak(key))]
    return [wire.to_data(node) for at, node in enumerate(encoded) if at == 0 or len(node) >= 32]


def _integer(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
