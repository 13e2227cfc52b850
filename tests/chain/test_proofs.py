"""Merkle proofs: every honest one is read as it is, and every other one is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import rlp
from eth_hash.auto import keccak
from trie import HexaryTrie

from vmargin.chain import wire
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import Unproven
from vmargin.chain.proofs import (
    EMPTY_ACCOUNT,
    EMPTY_CODE,
    EMPTY_TRIE,
    Account,
    Nodes,
    verify_account,
    verify_slot,
)

ADDRESS = "0x" + "ab" * 20
CLOSE = (247476, 515151)
"""Slots whose hashes share nine nibbles, so that short leaves of theirs are nested in their parent."""


def key_of(slot: int) -> bytes:
    return bytes(keccak(slot.to_bytes(32, "big")))


def trie_of(words: dict[int, int]) -> HexaryTrie:
    trie = HexaryTrie({})
    for slot, word in words.items():
        trie.set(key_of(slot), rlp.encode(word))
    return trie


def proof_of(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    """As geth gives it: without nodes that are nested in their parents."""
    nodes = [rlp.encode(node) for node in trie.get_proof(key)]
    return tuple(node for at, node in enumerate(nodes) if at == 0 or len(node) >= 32)


# Honest proofs


def test_words_of_tries_of_every_size(long: bool) -> None:
    random = Random(1)
    for size in [0, 1, 2, 3, 17, 100, 1000] + [random.randrange(400) for _ in range(30 if long else 3)]:
        words = {
            random.randrange(1 << random.choice((4, 12, 256))): random.getrandbits(256) or 1
            for _ in range(size)
        }
        trie, seen = trie_of(words), Nodes()
        absent = [random.randrange(1 << random.choice((4, 256))) for _ in range(20)]
        for slot in [*random.sample(list(words), min(20, len(words))), *absent]:
            proof = proof_of(trie, key_of(slot))
            assert verify_slot(trie.root_hash, slot, proof, seen) == words.get(slot, 0)
            assert verify_slot(trie.root_hash, slot, proof) == words.get(slot, 0)


def test_an_account_with_all_it_holds() -> None:
    largest = Account((1 << 64) - 1, (1 << 256) - 1, bytes(keccak(b"storage")), bytes(keccak(b"code")))
    trie = HexaryTrie({})
    for address, account in ((ADDRESS, largest), ("0x" + "cd" * 20, EMPTY_ACCOUNT)):
        trie.set(keccak(bytes.fromhex(address[2:])), rlp.encode(list(account)))
        proof = proof_of(trie, keccak(bytes.fromhex(address[2:])))
        assert verify_account(trie.root_hash, address, proof) == account
    absent = "0x" + "ef" * 20
    assert verify_account(trie.root_hash, absent, proof_of(trie, keccak(b"\xef" * 20))) == EMPTY_ACCOUNT


@pytest.mark.parametrize("proof", [(), (b"\x80",), (b"",), (b"", b"\x80")])
def test_an_empty_trie_in_every_form_that_servers_give_it(proof: tuple[bytes, ...]) -> None:
    assert verify_slot(EMPTY_TRIE, 7, proof) == 0
    assert verify_account(EMPTY_TRIE, ADDRESS, proof) == EMPTY_ACCOUNT
    with pytest.raises(Unproven, match="missing"):
        verify_slot(bytes(keccak(b"\xc0")), 7, proof[:0])


def test_a_nested_leaf_in_every_form_that_servers_give_it() -> None:
    trie = trie_of(dict.fromkeys((*CLOSE, 1, 2, 3), 7))
    nodes = [rlp.encode(node) for node in trie.get_proof(key_of(CLOSE[0]))]
    hashed, nested = nodes[:-1], nodes[-1]
    assert len(nested) < 32 <= min(map(len, hashed))
    for form in (hashed, [*hashed, nested], [*hashed, b""]):  # geth's, reth's, Nethermind's
        assert verify_slot(trie.root_hash, CLOSE[0], form) == 7
    sibling = rlp.encode(trie.get_proof(key_of(CLOSE[1]))[-1])
    for form in ([*hashed, sibling], [*hashed, nested, nested], [nested, *hashed], [*hashed[:-1], nested]):
        with pytest.raises(Unproven):
            verify_slot(trie.root_hash, CLOSE[0], form)


def test_an_absent_slot_beside_nested_leaves() -> None:
    """The one leaf on the path is another slot's."""
    trie = trie_of({CLOSE[0]: 7, 1: 7})
    assert verify_slot(trie.root_hash, CLOSE[1], proof_of(trie, key_of(CLOSE[1]))) == 0


def test_a_zero_that_a_trie_keeps() -> None:
    """As anvil's do for a slot that was set and cleared: the root covers it as any other word."""
    trie = trie_of({3: 3})
    trie.set(key_of(7), rlp.encode(b""))
    assert verify_slot(trie.root_hash, 7, proof_of(trie, key_of(7))) == 0


def test_a_cleared_slot_that_its_trie_keeps() -> None:
    """As anvil's do, whose roots differ from other nodes' by that."""
    trie = trie_of({7: 0, 8: 1})
    assert trie.root_hash != trie_of({8: 1}).root_hash
    proof = proof_of(trie, key_of(7))
    assert verify_slot(trie.root_hash, 7, proof) == 0
    with pytest.raises(Unproven):
        verify_slot(trie.root_hash, 7, proof[:-1])


# Tries that no chain has, which a server may invent with their root


@pytest.mark.parametrize(
    ("leaf", "why"),
    [
        (rlp.encode(b"\0"), "0x00, no integer"),
        (rlp.encode(b"\0\x07"), "0x0007, no integer"),
        (rlp.encode(b"\x01" * 33), "no integer of 256 bits"),
        (rlp.encode([7]), "no word"),
        (b"\x81\x07", "no word"),
        (b"\x07\x07", "no word"),
        (b"\xb8\x01\x80", "no word"),
    ],
)
def test_what_is_no_word_is_none(leaf: bytes, why: str) -> None:
    trie = trie_of({3: 3})
    trie.set(key_of(7), leaf)
    with pytest.raises(Unproven, match=why):
        verify_slot(trie.root_hash, 7, proof_of(trie, key_of(7)))


ROOT, CODE = EMPTY_TRIE, EMPTY_CODE


@pytest.mark.parametrize(
    ("leaf", "why"),
    [
        (rlp.encode([1, 1, ROOT]), "no account"),
        (rlp.encode([1, 1, ROOT, CODE, b""]), "no account"),
        (rlp.encode([1, [1], ROOT, CODE]), "no account"),
        (rlp.encode(b"account"), "no account"),
        (rlp.encode([1, 1, ROOT, CODE]) + b"\0", "no account"),
        (rlp.encode([1, 1, ROOT[1:], CODE]), "hashes of 31 and 32 bytes"),
        (rlp.encode([1, 1, ROOT, CODE + b"\0"]), "hashes of 32 and 33 bytes"),
        (rlp.encode([1 << 64, 1, ROOT, CODE]), "no integer of 64 bits"),
        (rlp.encode([1, 1 << 256, ROOT, CODE]), "no integer of 256 bits"),
        (rlp.encode([b"\0", 1, ROOT, CODE]), "0x00, no integer"),
        (rlp.encode([1, b"\0\1", ROOT, CODE]), "0x0001, no integer"),
    ],
)
def test_what_is_no_account_is_none(leaf: bytes, why: str) -> None:
    trie = HexaryTrie({})
    trie.set(keccak(bytes.fromhex(ADDRESS[2:])), leaf)
    with pytest.raises(Unproven, match=why):
        verify_account(trie.root_hash, ADDRESS, proof_of(trie, keccak(bytes.fromhex(ADDRESS[2:]))))


def nodes_that_are_none() -> Iterator[Any]:
    yield from ([], [b"\x20"], [b"\x20", b"x", b"x"], [b""] * 16, [b""] * 18)
    yield from ([b"", b"x"], [b"\x40", b"x"], [b"\x21\x01", b""], [b"\x20", [b"x"]], [[b"\x20"], b"x"])
    yield from (
        [b"\x0f", b"x" * 32],
        [b"\x00", b"x" * 32],
        [b"\x11", b"x" * 31],
        [b"\x11", b""],
        [b"\x2f", b"x"],
    )
    yield from ([b""] * 16 + [b"value"], [b"short"] + [b""] * 16, [[b"\x40", b"x"]] + [b""] * 16)
    yield [b""] * 16 + [[b""]]
    deep: Any = b""
    for _ in range(140):
        deep = [b"\x11", deep]
    yield deep


def test_what_is_no_node_is_none() -> None:
    def look(child: Any) -> int:
        branch = rlp.encode([child, b"x" * 32, *[b""] * 15])  # a short node is only ever nested
        return verify_slot(bytes(keccak(branch)), 7, (branch,))

    assert look([b"\x31", b"x"]) == 0  # a leaf: the branch is well formed, and has nothing on the path
    for node in nodes_that_are_none():
        with pytest.raises(Unproven, match="no node of a trie"):
            look(node)


@pytest.mark.parametrize(
    ("encoded", "why"),
    [
        (b"x" * 533, "533 bytes"),
        (b"\xf8\x20" + b"x" * 33, "no node"),
        (b"\xb7" * 40, "no node"),
        (b"x" * 32, "no node"),
    ],
)
def test_what_is_no_rlp_is_no_node(encoded: bytes, why: str) -> None:
    with pytest.raises(Unproven, match=why):
        verify_slot(bytes(keccak(encoded)), 7, (encoded,))


def test_a_path_that_is_longer_than_a_key() -> None:
    nibbles = key_of(7).hex()
    end = rlp.encode([b"\0" + bytes.fromhex(nibbles[63] + "0"), b"x" * 32])  # two nibbles, where one is left
    start = rlp.encode([bytes.fromhex("1" + nibbles[:63]), keccak(end)])
    with pytest.raises(Unproven, match="longer than a key"):
        verify_slot(bytes(keccak(start)), 7, (start, end))


def test_too_many_nodes_are_not_even_hashed() -> None:
    with pytest.raises(Unproven, match="66 nodes"):
        verify_slot(b"\1" * 32, 7, [b"x" * 32] * 66)


# What a server that lies, or a wire that errs, makes of a proof


class Fact(NamedTuple):
    """Something proven, and how."""

    verify: Callable[..., Any]
    root: bytes
    name: Any
    proof: tuple[bytes, ...]
    value: Any


def fetch(chain: Devnet, block: int, address: str, slots: list[int]) -> list[Fact]:
    """Proofs of an account and its slots, with the values that the server names beside them."""
    number = wire.to_quantity(block)
    header = chain.rpc("eth_getBlockByNumber", number, False)
    answer = chain.rpc("eth_getProof", address, [wire.word(slot) for slot in slots], number)
    root = wire.data(answer["storageHash"], 32)
    account = Account(
        wire.quantity(answer["nonce"]),
        wire.quantity(answer["balance"]),
        root,
        wire.data(answer["codeHash"], 32),
    )
    facts = [
        Fact(verify_account, wire.data(header["stateRoot"]), address, nodes(answer["accountProof"]), account)
    ]
    return facts + [
        Fact(verify_slot, root, slot, nodes(entry["proof"]), wire.quantity(entry["value"]))
        for slot, entry in zip(slots, answer["storageProof"], strict=True)
    ]


def nodes(proof: list[str]) -> tuple[bytes, ...]:
    return tuple(map(wire.data, proof))


@pytest.fixture(scope="module")
def facts(chain: Devnet, build: Path) -> list[Fact]:
    """Of a contract with 600 slots, nested leaves among them, at two blocks; present and absent."""
    contract = chain.deploy(build / "FilledStorage.json")
    chain.send(contract, "fill(uint256,uint256)", [0, 600])
    old = chain.head
    for slot in (*CLOSE, 5, 300):
        chain.send(contract, "put(uint256,uint256)", [slot, 9])
    slots = [*range(0, 600, 23), *CLOSE, 5, 1000, 2000, 3000, (1 << 256) - 1]
    found = []
    for block in (old, chain.head):
        found += fetch(chain, block, contract, slots)
        found += fetch(chain, block, chain.accounts[0], [0])
        found += fetch(chain, block, "0x" + "dd" * 20, [0])
    return found


def test_proofs_of_a_node_show_what_it_says(facts: list[Fact]) -> None:
    for fact in facts:
        assert fact.verify(fact.root, fact.name, fact.proof) == fact.value
    assert len({fact.value for fact in facts}) > 30


def flipped(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    at = random.randrange(len(proof))
    node = bytearray(proof[at])
    node[random.randrange(len(node))] ^= 1 << random.randrange(8)
    return [*proof[:at], bytes(node), *proof[at + 1 :]]


def removed(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    at = random.randrange(len([node for node in proof if len(node) >= 32]))
    return proof[:at] + proof[at + 1 :]


def repeated(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    at = random.randrange(len(proof))
    return [*proof[:at], proof[at], *proof[at:]]


def added(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    strangers = [node for other in others for node in other.proof if node not in proof]
    node = random.choice([random.choice(strangers), random.randbytes(random.randrange(1, 600)), b"\x80"])
    at = random.randrange(len(proof) + 1)
    return [*proof[:at], node, *proof[at:]]


def swapped(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    if len(proof) < 2:
        return removed(proof, random, others)
    a, b = random.sample(range(len(proof)), 2)
    proof[a], proof[b] = proof[b], proof[a]
    return proof


def cut(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    at = random.randrange(len(proof))
    length = random.randrange(1, len(proof[at]))
    return [*proof[:at], random.choice([proof[at][:length], proof[at][length:]]), *proof[at + 1 :]]


def lengthened(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    at = random.randrange(len(proof))
    return [*proof[:at], proof[at] + random.randbytes(random.randrange(1, 40)), *proof[at + 1 :]]


def respelt(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    """The same node as lax RLP: a length that is longer than it need be."""
    at = random.randrange(len(proof))
    payload = b"".join(map(rlp.encode, rlp.decode(proof[at])))
    return [*proof[:at], b"\xfa" + len(payload).to_bytes(3, "big") + payload, *proof[at + 1 :]]


def revalued(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    """Another leaf, and every hash above it made true again: an invented trie."""
    nodes = [rlp.decode(node) for node in proof if len(node) >= 32]
    child, last = rlp.encode(nodes[-1]), nodes[-1]
    last[-1] = (last[-1] or b"x" * 32)[:-1] + bytes([(last[-1] or b"\0")[-1] ^ 1])
    for parent in reversed(nodes[:-1]):
        old, new = keccak(child), keccak(rlp.encode(last))
        child, last = rlp.encode(parent), parent
        parent[:] = [new if item == old else item for item in parent]
    return [rlp.encode(node) for node in nodes]


def exchanged(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    """The proof of another name, or of another block."""
    return list(random.choice([other.proof for other in others if list(other.proof) != proof]))


def spliced(proof: list[bytes], random: Random, others: list[Fact]) -> list[bytes]:
    """The beginning of one proof and the end of another."""
    other = exchanged(proof, random, others)
    at = random.randrange(1, len(proof) + 1)
    joint = proof[:at] + other[min(at, len(other) - 1) :]
    return other if joint == proof else joint


MUTATIONS = (
    flipped, removed, repeated, added, swapped, cut, lengthened, respelt, revalued, exchanged, spliced
)  # fmt: skip


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_mutated_proof_is_refused(
    facts: list[Fact], mutate: Callable[[list[bytes], Random, list[Fact]], list[bytes]], long: bool
) -> None:
    random = Random(mutate.__name__)
    worth = [fact for fact in facts if fact.proof not in ((), (b"\x80",))]
    for _ in range(1000 if long else 100):
        fact = random.choice(worth)
        mutant = mutate(
            list(fact.proof), random, [other for other in worth if other.root == fact.root or other.proof]
        )
        with pytest.raises(Unproven):
            fact.verify(fact.root, fact.name, mutant)


def test_a_proof_proves_nothing_under_another_root(facts: list[Fact]) -> None:
    roots = {fact.root for fact in facts}
    for fact in facts:
        for root in roots - {fact.root}:
            if fact.proof != (b"\x80",) or root != EMPTY_TRIE:
                with pytest.raises(Unproven):
                    fact.verify(root, fact.name, fact.proof)
