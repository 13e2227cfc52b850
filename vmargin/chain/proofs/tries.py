"""Merkle proofs of accounts and slots: what a server says counts only as far as the root says it, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import rlp
from eth_hash.auto import keccak
from rlp.exceptions import RLPException

from vmargin.chain import wire
from vmargin.chain.errors import Unproven

EMPTY_TRIE = bytes(keccak(b"\x80"))
"""The root of a trie that holds nothing."""
EMPTY_CODE = bytes(keccak(b""))

_EMPTY_NODE = b"\x80"
_LONGEST_NODE = 3 + 16 * 33 + 1
"""Of a branch whose sixteen children are all there; leaves of these tries are shorter."""
_MOST_NODES = 65
"""One for each nibble of a key, and the leaf."""

_Node: TypeAlias = list[Any]
"""A branch of 17 items or a leaf or extension of 2, as RLP decodes to; a short child is nested in it."""


class Account(NamedTuple):
    """What the state trie holds of an account."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


EMPTY_ACCOUNT = Account(0, 0, EMPTY_TRIE, EMPTY_CODE)
"""What the EVM sees where the trie holds no account."""


class Nodes:
    """Nodes seen so far, so that one which many proofs share is hashed, decoded and checked once.

    Threads may share it: an entry never changes, and at worst is made twice.
    """

    def __init__(self) -> None:
        self._read: dict[bytes, tuple[bytes, _Node]] = {}

    def read(self, encoded: bytes) -> tuple[bytes, _Node]:
        """Give the hash of a node, and what is in it.

        Raises
        ------
        Unproven
            If it is no node of a trie.
        """
        known = self._read.get(encoded)
        if known is None:
            if len(encoded) > _LONGEST_NODE:
                raise Unproven(f"a node of {len(encoded)} bytes: none is longer than {_LONGEST_NODE}")
            known = self._read[encoded] = bytes(keccak(encoded)), _decode(encoded)
        return known


def verify_account(
    state_root: bytes, address: str, proof: Sequence[bytes], seen: Nodes | None = None
) -> Account:
    """Read an account from its proof.

    Parameters
    ----------
    state_root
        Of the block.
    address
        Of the account.
    proof
        The nodes from the root to the account's leaf, or to where it would be, and no others.
    seen
        Nodes of earlier proofs of the block.

    Returns
    -------
    Account
        `EMPTY_ACCOUNT` only if the proof shows that the trie holds none.

    Raises
    ------
    Unproven
        If the nodes show neither, or are more than it takes.
    """
    what = f"the account {wire.checksummed(address)} under the state root {wire.to_data(state_root)}"
    leaf = _look_up(state_root, bytes.fromhex(address[2:]), proof, seen or Nodes(), what)
    if not leaf:
        return EMPTY_ACCOUNT
    fields = _decoded(leaf)
    if not isinstance(fields, list) or [type(field) for field in fields] != [bytes] * 4:
        raise Unproven(f"{what}: its leaf holds no account: {wire.to_data(leaf)}")
    nonce, balance, storage_root, code_hash = fields
    if len(storage_root) != 32 or len(code_hash) != 32:
        raise Unproven(f"{what}: its leaf holds hashes of {len(storage_root)} and {len(code_hash)} bytes")
    return Account(_integer(nonce, 8, what), _integer(balance, 32, what), storage_root, code_hash)


def verify_slot(storage_root: bytes, slot: int, proof: Sequence[bytes], seen: Nodes | None = None) -> int:
    """Read a word of storage from its proof.

    Parameters
    ----------
    storage_root
        Of a proven account.
    slot
        Its number.
    proof
        The nodes from the root to the slot's leaf, or to where it would be, and no others.
    seen
        Nodes of earlier proofs of the block.

    Returns
    -------
    int
        0 only if the proof shows that the trie does not hold the slot, or holds a zero.

    Raises
    ------
    Unproven
        If the nodes show neither, or are more than it takes.
    """
    what = f"slot {slot:#x} under the storage root {wire.to_data(storage_root)}"
    leaf = _look_up(storage_root, slot.to_bytes(32, "big"), proof, seen or Nodes(), what)
    if not leaf:
        return 0
    word = _decoded(leaf)
    if not isinstance(word, bytes):
        raise Unproven(f"{what}: its leaf holds no word: {wire.to_data(leaf)}")
    return _integer(word, 32, what)  # a zero only in anvil's tries, which keep what was set and cleared


def _look_up(root: bytes, name: bytes, proof: Sequence[bytes], seen: Nodes, what: str) -> bytes:
    """Find what the trie holds under the hash of a name; nothing if the proof shows that it holds nothing.

    Nodes that are nested in their parents are part of the proofs of some servers (reth, anvil) and not of
    others (geth); Nethermind writes an empty one in their place.  Anything else that could be left out, or
    stand elsewhere, is refused, so that there is one proof for one fact.
    """
    from trie.exceptions import MissingTrieNode, ValidationError

    from vmargin.chain.proofs.trie_path import TriePath

    given = [node for node in proof if node]
    if root == EMPTY_TRIE:
        if given not in ([], [_EMPTY_NODE]):
            raise Unproven(f"{what}: {len(given)} nodes of a trie that is empty")
        return b""
    if len(given) > _MOST_NODES:
        raise Unproven(f"{what}: {len(given)} nodes, where no path has more than {_MOST_NODES}")
    nodes: dict[bytes, _Node] = {}
    labels = []
    for encoded in given:
        label = encoded
        if len(encoded) >= 32:
            try:
                label, node = seen.read(encoded)
            except Unproven as error:
                raise Unproven(f"{what}: {error}") from None
            nodes[label] = node
        labels.append(label)

    path = TriePath(root, nodes)
    try:
        value: bytes = path.get(keccak(name))
    except MissingTrieNode as error:
        missing = wire.to_data(bytes(error.missing_node_hash))
        raise Unproven(f"{what}: the node {missing} of its path is missing or altered") from None
    except ValidationError:
        raise Unproven(f"{what}: its path is longer than a key") from None
    if labels not in (path.hashes, path.hashes + [rlp.encode(node) for node in path.nested]):
        raise Unproven(
            f"{what}: the proof holds nodes beside the {len(path.hashes)} of its path, or out of order"
        )
    return value


def _decode(encoded: bytes) -> _Node:
    """Decode a node, and see that it is one: what walks the path takes that for granted."""
    node: _Node = _decoded(encoded)
    if not _is_node(node):
        raise Unproven(f"no node of a trie: {wire.to_data(encoded)}")
    return node


def _decoded(encoded: bytes) -> Any:
    """Decode RLP, or give None, which is nothing that a trie holds."""
    try:
        return rlp.decode(encoded)
    except (RLPException, RecursionError):
        return None


def _is_node(node: Any) -> bool:
    if not isinstance(node, list):
        return False
    if len(node) == 17:
        return node[16] == b"" and all(child == b"" or _is_pointer(child) for child in node[:16])
    if len(node) != 2 or not isinstance(node[0], bytes) or not node[0]:
        return False
    path, content = node
    flag, nibble = divmod(path[0], 16)
    if flag > 3 or (flag % 2 == 0 and nibble):
        return False
    if flag >= 2:  # a leaf
        return isinstance(content, bytes) and content != b""
    return path != b"\0" and _is_pointer(content)


def _is_pointer(child: Any) -> bool:
    return len(child) == 32 if isinstance(child, bytes) else _is_node(child)


def _integer(field: bytes, length: int, what: str) -> int:
    if len(field) > length or field[:1] == b"\0":
        raise Unproven(f"{what}: its leaf holds {wire.to_data(field)}, no integer of {length * 8} bits")
    return int.from_bytes(field, "big")
