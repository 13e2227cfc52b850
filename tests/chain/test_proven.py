"""A proven view says what the live one says, or raises; whatever its source answers, it says nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from eth_hash.auto import keccak

from vmargin.chain.anchors import HashAnchor, QuorumAnchor, VerifiedRpcAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import (
    Inconsistent,
    NotVouched,
    ProofUnavailable,
    Unprovable,
    Unproven,
)
from vmargin.chain.faults import FaultyNode, InventedAccount, InventedChain
from vmargin.chain.header import Header
from vmargin.chain.proofs import EMPTY_ACCOUNT, EMPTY_CODE
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import Log, LogQuery, ProofQuery, RawCall, RawOutcome, RawProof
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

FILLED = 2000
NESTED = (247476, 515151)
"""Slots whose hashes share nine nibbles: their leaves are nested in one branch."""
NOBODY_YET = "0x" + "dd" * 20


class World(NamedTuple):
    """Contracts and accounts of every kind."""

    filled: str
    token: str
    proxy: str
    bare: str
    """Code, and no storage."""
    blocks: tuple[int, ...]
    """From before most of it to the head."""


@pytest.fixture(scope="module")
def world(chain: Devnet, build: Path) -> World:
    blocks = [chain.head]
    filled = chain.deploy(build / "FilledStorage.json")
    chain.send(filled, "fill(uint256,uint256)", [0, 500])
    blocks.append(chain.head)
    for first in range(500, FILLED, 500):
        chain.send(filled, "fill(uint256,uint256)", [first, 500])
    for slot in NESTED:
        chain.send(filled, "put(uint256,uint256)", [slot, 7])
    token = chain.deploy(build / "Erc20.json", ["Token", "T", 18])
    proxy = chain.deploy(
        bytes.fromhex(f"3d602d80600a3d3981f3363d3d373d3d3d363d73{token[2:]}5af43d82803e903d91602b57fd5bf3")
    )
    blocks.append(chain.head)
    chain.send(token, "mintMany(uint160,uint256,uint256)", [1 << 100, 50, 10**18])
    chain.send(proxy, "mintMany(uint160,uint256,uint256)", [1 << 100, 50, 3])
    chain.send(filled, "put(uint256,uint256)", [3, 0])
    bare = chain.deploy(bytes.fromhex("6001600c60003960016000f300"))
    chain.send(NOBODY_YET[:-2] + "01", "", value=5)
    chain.mine(3)
    blocks.append(chain.head)
    return World(filled, token, proxy, bare, tuple(blocks))


def balance_slot(holder: int, place: int = 3) -> int:
    """Of a mapping from addresses, by Solidity's rule."""
    return int.from_bytes(keccak(holder.to_bytes(32, "big") + place.to_bytes(32, "big")), "big")


def proven(view: BlockView) -> ProvenView:
    return ProvenView(view, HashAnchor(view.hash), fork="osaka")


class Source(BlockView):
    """A source that answers only what a proven view may ask, some of it otherwise than it should."""

    def __init__(self, view: BlockView) -> None:
        self.view = view
        self.chain_id, self.header, self.pin = view.chain_id, view.header, view.pin
        self.change: dict[str, Callable[[Any], Any]] = {}
        self.asked: list[str] = []

    def _pass(self, kind: str, answer: Any) -> Any:
        self.asked.append(kind)
        return self.change.get(kind, lambda answer: answer)(answer)

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        return self._pass("codes", self.view.ask_codes(addresses))

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        return self._pass("proofs", self.view.ask_proofs(queries))

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        return self._pass("headers", self.view.ask_headers(numbers))

    def ask_receipts(self, header: Header) -> list[bytes]:
        return self._pass("receipts", self.view.ask_receipts(header))

    def ask_logs(self, query: LogQuery) -> list[Log]:
        return self._pass("logs", self.view.ask_logs(query))

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        raise AssertionError("a call is executed, never asked for")

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        raise AssertionError("storage is proven, never asked for")

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        raise AssertionError("a balance is proven, never asked for")

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        raise AssertionError("a nonce is proven, never asked for")


# Honest sources


def reads(world: World, chain: Devnet, random: Random) -> Iterator[Callable[[BlockView], object]]:
    """Random reads of what is there and of what is not."""
    contracts = [world.filled, world.token, world.proxy, world.bare, NOBODY_YET]
    accounts = [*contracts, *chain.accounts[:3], NOBODY_YET[:-2] + "01", "0x" + "00" * 20]

    def place() -> tuple[str, int]:
        likely = (world.filled, random.randrange(FILLED + 200))
        holder = (1 << 100) + random.randrange(60)
        balance = (random.choice((world.token, world.proxy)), balance_slot(holder))
        other = (random.choice(contracts), random.choice((*range(6), *NESTED, random.getrandbits(256))))
        return random.choice((likely, balance, other))

    while True:
        address = random.choice(accounts)
        one, several = place(), [place() for _ in range(random.randrange(2, 8))]
        yield random.choice(
            [
                lambda view, one=one: view.storage(*one),
                lambda view, several=several: view.storages(several),
                lambda view, a=address: (view.balance(a), view.nonce(a)),
                lambda view, a=address: (view.code(a), view.code_hash(a)),
            ]
        )


def test_honest_reads_are_those_of_the_live_view(chain: Devnet, world: World, long: bool) -> None:
    random = Random(1)
    count = 1000 if long else 200
    pairs = [(live, proven(Source(live))) for live in map(chain.at, world.blocks)]
    values = set()
    for read, _ in zip(reads(world, chain, random), range(count), strict=False):
        live, view = random.choice(pairs)
        value = read(view)
        assert value == read(live), live.header
        values.add(str(value))
    assert len(values) > 50
    for live, view in pairs:
        assert view.header == live.header and view.timestamp == live.timestamp
        assert str(view.provenance).endswith(f"proven, anchor hash:0x{live.hash.hex()}")


def test_calls_are_run_here(chain: Devnet, world: World) -> None:
    """What runs them has tests of its own; here, that what it is given is all proven."""
    live = chain.at()
    source = Source(live)
    view = proven(source)
    calls = [
        (token, "balanceOf(address)(uint256)", ["0x" + f"{(1 << 100) + at:040x}"])
        for token in (world.token, world.proxy)
        for at in (0, 7, 49, 60)
    ]
    calls += [
        (world.proxy, "name()(string)"),
        (world.token, "decimals()(uint8)"),
        (NOBODY_YET, "decimals()(uint8)"),
    ]
    results = view.calls(calls)
    assert [str(result) for result in results] == [str(result) for result in live.calls(calls)]
    assert results[1:8:4] == [(8 * 10**18,), (24,)]
    asked = len(source.asked)
    assert view.calls(calls[:-1]) == results[:-1]
    assert len(source.asked) == asked


def test_the_fork_is_the_tables_or_the_callers(chain: Devnet, world: World) -> None:
    with pytest.raises(UsageError, match="no fork 'osak'"):
        ProvenView(chain.at(), HashAnchor(chain.at().hash), fork="osak")
    unknown = ProvenView(chain.at(), HashAnchor(chain.at().hash))
    assert unknown.storage(world.token, 2) == chain.at().storage(world.token, 2)  # which takes no rules
    with pytest.raises(Unprovable, match="chain 31337 is not in the fork table"):
        unknown.call(world.token, "decimals()(uint8)")


def test_all_slots_of_a_deep_trie_in_few_requests(chain: Devnet, world: World) -> None:
    source = Source(chain.at())
    view = proven(source)
    expected = {slot: slot + 1 for slot in range(FILLED)} | {3: 0} | dict.fromkeys(NESTED, 7)
    expected |= dict.fromkeys((FILLED, 1 << 200, (1 << 256) - 1), 0)
    assert view.storages((world.filled, slot) for slot in expected) == list(expected.values())
    assert source.asked == ["proofs"]
    view.prove([ProofQuery(world.filled, tuple(expected)), ProofQuery(world.filled)])
    assert source.asked == ["proofs", "codes"]
    assert [view.slot(world.filled, slot) for slot in expected] == list(expected.values())
    assert source.asked == ["proofs", "codes"]  # what is proven is not asked for again


def test_what_an_evm_reads(chain: Devnet, world: World) -> None:
    source = Source(chain.at())
    view = proven(source)
    view.prove([ProofQuery(world.token, (0, 1)), ProofQuery(world.bare), ProofQuery(NOBODY_YET)])
    assert source.asked == ["proofs", "codes"]
    account = view.account(world.token)
    assert view.slot(world.token, 0) == int.from_bytes(b"Token".ljust(31, b"\0") + b"\x0a", "big")
    assert keccak(view.code(world.token)) == account.code_hash != EMPTY_CODE
    assert view.code(world.bare) == b"\0"
    assert view.account(NOBODY_YET) == EMPTY_ACCOUNT
    # an empty trie needs no proof of what it does not hold
    assert {view.slot(address, slot) for address in (NOBODY_YET, world.bare) for slot in range(50)} == {0}
    assert source.asked == ["proofs", "codes"]
    assert view.ask_codes([world.proxy, world.bare, world.proxy, NOBODY_YET])[1:] == [
        b"\0",
        view.code(world.proxy),
        b"",
    ]
    assert view.code(world.proxy)[10:30].hex() == world.token[2:]
    assert source.asked == ["proofs", "codes"] * 2


def test_ancestors_are_linked(chain: Devnet, world: World) -> None:
    chain.mine(260)
    source = Source(chain.at())
    view = proven(source)
    assert view.ancestor_hash(view.number - 1) == view.header.parent_hash
    assert source.asked == []
    for number in (view.number - 2, view.number - 256, view.number - 259, view.number - 100):
        assert (
            "0x" + view.ancestor_hash(number).hex()
            == chain.rpc("eth_getBlockByNumber", hex(number), False)["hash"]
        )
    numbers = [view.number - 5, view.number, view.number - 30]
    assert view.ask_headers(numbers) == source.view.ask_headers(numbers)
    assert view.ask_headers([]) == []


def test_threads_may_share_a_view(chain: Devnet, world: World) -> None:
    view, live = proven(chain.at()), chain.at()
    found: dict[int, list[object]] = {}

    def work(seed: int) -> None:
        some = zip(reads(world, chain, Random(seed)), range(12), strict=False)
        found[seed] = [read(view) for read, _ in some]

    threads = [threading.Thread(target=work, args=(seed % 3,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in range(3):
        assert found[seed] == [
            read(live) for read, _ in zip(reads(world, chain, Random(seed)), range(12), strict=False)
        ]


def test_logs_are_complete(chain: Devnet, world: World) -> None:
    live = chain.at()
    view = proven(Source(live))
    topic = bytes(keccak(b"Transfer(address,address,uint256)"))
    logs = view.logs([world.token, world.proxy], [topic], first=1)
    assert logs == live.logs([world.token, world.proxy], [topic], first=1, trust_node=True)
    assert len(logs) == 100
    with pytest.raises(UsageError, match="takes no node's word"):
        view.logs([world.token], trust_node=True)
    [header] = view.ask_headers([logs[0].block_number])
    assert view.ask_receipts(header) == live.ask_receipts(header)


# Sources that lie


def test_lies_are_refused(chain: Devnet, world: World) -> None:
    """Whatever one answer is replaced by that another question has as its answer."""
    live, before = chain.at(), chain.at(world.blocks[2])
    [token, proxy] = live.ask_proofs([ProofQuery(world.token, (0, 2)), ProofQuery(world.proxy, (0, 2))])
    [old] = before.ask_proofs([ProofQuery(world.token, (0, 2))])
    lies: list[list[RawProof]] = [
        [proxy],
        [old],
        [RawProof(token.account, proxy.slots)],
        [RawProof(token.account, old.slots)],
        [RawProof(proxy.account, token.slots)],
        [RawProof(token.account, token.slots[::-1])],
        [RawProof(token.account, token.slots[:1])],
        [RawProof(token.account, (*token.slots, token.slots[0]))],
        [RawProof(token.account, ((), ()))],
        [RawProof((), token.slots)],
        [RawProof(token.account[:-1], token.slots)],
        [RawProof((*token.account, token.slots[0][0]), token.slots)],
    ]
    for lie in lies:
        source = Source(live)
        source.change["proofs"] = lambda answer, lie=lie: lie
        view = proven(source)
        with pytest.raises(Unproven):
            view.storages([(world.token, 0), (world.token, 2)])
        source.change.clear()  # and nothing of it has stayed
        assert view.storages([(world.token, 0), (world.token, 2)]) == [
            live.storage(world.token, slot) for slot in (0, 2)
        ]


def test_another_code_is_refused(chain: Devnet, world: World) -> None:
    for lie in (b"", b"\0", chain.at().code(world.proxy), chain.at().code(world.token) + b"\0"):
        source = Source(chain.at())
        source.change["codes"] = lambda answer, lie=lie: [lie]
        with pytest.raises(Unproven, match="do not have its code hash"):
            proven(source).code(world.token)


def test_logs_left_out_are_missed(chain: Devnet, world: World) -> None:
    source = Source(chain.at())
    view = proven(source)
    source.change["logs"] = lambda logs: logs[:-1]
    with pytest.raises(Inconsistent, match="left out"):
        view.logs([world.token], first=1)
    with pytest.raises(Inconsistent, match="left out"):
        view.ask_logs(LogQuery(1, view.number, (world.token,)))
    source.change = {"receipts": lambda receipts: receipts[:-1]}
    with pytest.raises(Unproven):
        view.logs([world.token], first=1)
    [header] = view.ask_headers([world.blocks[1]])
    with pytest.raises(Unproven):
        view.ask_receipts(header)


def test_headers_of_another_branch_are_refused(chain: Devnet, world: World) -> None:
    source = Source(chain.at())
    view = proven(source)
    stranger = InventedChain({}, like=source.view.ask_headers([view.number - 2])[0], chain_id=31337).header
    source.change["headers"] = lambda headers: [
        stranger if h.number == stranger.number else h for h in headers
    ]
    for ask in (lambda: view.ancestor_hash(view.number - 3), lambda: view.ask_headers([view.number - 2])):
        with pytest.raises(Inconsistent, match="does not come before"):
            ask()
    assert view.ancestor_hash(view.number - 2) != stranger.hash
    with pytest.raises(Inconsistent, match="is not before"):
        view.ask_receipts(stranger)


# Chains that never were


def test_an_invented_chain_is_refused_by_every_anchor_that_can_see_it(chain: Devnet, world: World) -> None:
    """It has the number and the chain id of the real one, and all its proofs are right."""
    real = chain.at()
    rich = InventedAccount(balance=10**30, storage={0: 5})
    invented = InventedChain({NOBODY_YET: rich}, like=real.header, chain_id=31337)
    with FaultyNode(invented) as liar, FaultyNode(chain.url) as second:
        urls = [liar.url, chain.url, second.url]
        with Connection(liar.url) as connection, Connection(urls) as providers:
            live = connection.at()
            assert live.hash == invented.header.hash and live.number == real.number
            assert live.balance(NOBODY_YET) == 10**30  # a live view believes it
            for anchor in (HashAnchor(real.hash), QuorumAnchor(providers, 2), VerifiedRpcAnchor(chain.url)):
                with pytest.raises(NotVouched):
                    ProvenView(live, anchor)
                ProvenView(real, anchor)
            # a hash that is the liar's own sees nothing, nor does a light client that is the liar
            for blind in (HashAnchor(live.hash), VerifiedRpcAnchor(liar.url)):
                view = ProvenView(live, blind)
                assert (view.balance(NOBODY_YET), view.storage(NOBODY_YET, 0)) == (10**30, 5)


# Sources that give no proof


@pytest.mark.parametrize("fault", ["proof_window_exceeded", "pruned", "method_not_found"])
def test_no_proof_is_said_to_be_none(chain: Devnet, world: World, fault: str) -> None:
    with FaultyNode(chain.url) as one, FaultyNode(chain.url) as two:
        one.inject(fault, methods=["eth_getProof"])
        two.inject(fault, methods=["eth_getProof"])
        for urls in ([one.url], [one.url, two.url]):
            with Connection(urls) as connection, pytest.raises(ProofUnavailable, match="later block"):
                proven(connection.at()).storage(world.token, 2)
        with Connection([one.url, chain.url]) as connection:
            assert proven(connection.at()).storage(world.token, 2) == chain.at().storage(world.token, 2)
