"""An invented chain is true to itself: only somebody who knows better unmasks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.faults.conftest import Bench
from tests.faults.ground import ENTRY
from tests.faults.reads import READS
from vmargin.chain.anchors import Anchor, HashAnchor, QuorumAnchor, VerifiedRpcAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import MULTICALL3
from vmargin.chain.errors import NotVouched, Reorged, Unavailable, Unproven
from vmargin.chain.faults import FaultyNode, InventedAccount, InventedChain
from vmargin.chain.questions import Pin
from vmargin.solidity.reverts import Halt, Revert

RICHER = 10**24


@dataclass(frozen=True)
class Deception:
    """The true chain and one that is like it, but for the wealth of everybody on it."""

    bench: Bench
    chain: InventedChain
    node: FaultyNode
    lies: dict[str, list[Any]]


@pytest.fixture(scope="module")
def deception(bench: Bench) -> Iterator[Deception]:
    ground, truth = bench.ground, bench.truth[bench.ground.head]
    url = ground.chain.url
    accounts = {address: InventedAccount.as_at(url, address) for address in [MULTICALL3, *ground.contracts]}
    for address, balance, nonce in zip(ground.accounts, truth["balance"], truth["nonce"], strict=True):
        accounts[address] = InventedAccount(balance + RICHER, nonce + 1)
    ledger = InventedAccount.as_at(url, ground.ledger, ground.slots)
    accounts[ground.ledger] = replace(ledger, storage={s: w + RICHER for s, w in ledger.storage.items()})
    with Connection(url) as connection:
        like = connection.header("latest")
    chain = InventedChain(accounts, like=like, chain_id=ground.chain.chain_id)
    entries = [entry + RICHER for entry in truth["call"]]
    lies = {
        "call": entries,
        "calls": entries,
        "calls_alone": entries,
        "storage": entries,
        "balance": [balance + RICHER for balance in truth["balance"]],
        "nonce": [nonce + 1 for nonce in truth["nonce"]],
        "code_hash": truth["code_hash"],
    }
    with FaultyNode(chain) as node:
        yield Deception(bench, chain, node, lies)


@pytest.mark.parametrize("proven", [False, True])
def test_it_deceives_who_takes_its_word_for_the_block(deception: Deception, proven: bool) -> None:
    """What `hash:` cannot see: where the user has the hash from."""
    with Connection(deception.node.url) as connection:
        view = connection.at("latest")
        assert view.pin is Pin.HASH
        assert view.header.number == deception.bench.ground.head
        for read, lies in deception.lies.items():
            seen = deception.bench.prove(view, HashAnchor(deception.chain.header.hash)) if proven else view
            assert READS[read](deception.bench.ground, seen) == lies, read
        assert view.logs([deception.bench.ground.ledger], first=view.number - 3) == []


def test_the_true_hash_unmasks_it(deception: Deception) -> None:
    true = deception.bench.head_hash
    refused(deception, HashAnchor(true), "is not the hash of block")
    with Connection(deception.node.url, patience=0.15) as connection, pytest.raises(Unavailable) as error:
        connection.at(true)
    assert "there is no block" in str(error.value)


def test_honest_providers_unmask_it(deception: Deception) -> None:
    honest = [deception.bench.ground.chain.url, deception.bench.good.url]
    with Connection([*honest, deception.node.url]) as connection:
        refused(deception, QuorumAnchor(connection, 2), "1 of 3 nodes have block")


def test_a_quorum_of_liars_does_not(deception: Deception) -> None:
    with FaultyNode(deception.chain) as accomplice:
        urls = [deception.bench.good.url, deception.node.url, accomplice.url]
        with Connection(urls) as quorum, Connection(deception.node.url) as connection:
            view = deception.bench.prove(connection.at("latest"), QuorumAnchor(quorum, 2))
            assert view.balance(deception.bench.ground.accounts[0]) == deception.lies["balance"][0]


def test_a_light_client_unmasks_it(deception: Deception) -> None:
    refused(deception, VerifiedRpcAnchor(deception.bench.good.url), "verified-rpc does not vouch for block")


def test_mixed_into_the_true_chain_it_is_noticed(deception: Deception) -> None:
    """Behind one URL the true node gives the block, and the invented one what is under it."""
    bench = deception.bench
    for read in deception.lies:
        with FaultyNode(bench.ground.chain.url) as node, Connection(node.url) as connection:
            view = connection.at("latest")
            node.inject("other_node", upstream=deception.chain)
            with pytest.raises(Reorged):
                READS[read](bench.ground, view)
            node.clear()
            # it could also answer for any block: then only a proof helps
            proven = bench.see(connection)
            node.inject("state_of_another_chain", upstream=deception.chain)
            with pytest.raises(Unproven):
                READS[read](bench.ground, proven)


def test_calls_on_it_end_as_calls_do(deception: Deception) -> None:
    """What reverts and what halts does so here, alone and within Multicall3."""
    code = {"0x" + "01" * 20: bytes.fromhex("60aa5f5260205ffd"), "0x" + "02" * 20: b"\xfe"}
    chain = InventedChain(
        {MULTICALL3: deception.chain.state.accounts[MULTICALL3]}
        | {address: InventedAccount(code=code) for address, code in code.items()}
    )
    with FaultyNode(chain) as node, Connection(node.url) as connection:
        view = connection.at("latest")
        reverting, halting = view.calls([(address, ENTRY, [1]) for address in code])
        assert isinstance(reverting, Revert) and int.from_bytes(reverting.data, "big") == 0xAA
        assert isinstance(halting, Halt)
        with pytest.raises(Revert):
            view.call("0x" + "01" * 20, ENTRY, [1])


def refused(deception: Deception, anchor: Anchor, reason: str) -> None:
    with Connection(deception.node.url) as connection:
        view = connection.at("latest")
        with pytest.raises(NotVouched, match=reason):
            deception.bench.prove(view, anchor)
