"""Proven calls: equal to the node's where the node is honest, and no value at all where it is not."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from eth_hash.auto import keccak

from tests.chain.evm.programs import CONTRACTS, TOP, Holding, InMemory, assemble, header, settle
from tests.chain.test_proven import Source, proven
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import Unprovable, Unproven
from vmargin.chain.evm import specification
from vmargin.chain.evm.execution import Executor
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import ProofQuery, RawCall, RawProof
from vmargin.errors import MissingExtra
from vmargin.solidity.abi import Function

HOLDERS = 40
FIRST_HOLDER = 1 << 100


class World(NamedTuple):
    """Contracts of our own, some behind proxies, one of which calls all the others."""

    tokens: tuple[str, ...]
    portfolio: str
    behind: str
    """The portfolio through a proxy: of other storage, which is empty."""
    heavy: str
    filled: str


@pytest.fixture(scope="module")
def world(chain: Devnet, build: Path) -> World:
    token = chain.deploy(build / "Erc20.json", ["Token", "T", 18])
    tokens = [
        token,
        chain.deploy(build / "Proxy1967.json", [token]),
        chain.deploy(build / "Erc20.json", ["A name that is longer than thirty-one bytes", "LONG", 6]),
    ]
    portfolio = chain.deploy(build / "Portfolio.json", [tokens])
    for place, at in enumerate(tokens):
        chain.send(at, "mintMany(uint160,uint256,uint256)", [FIRST_HOLDER, HOLDERS, 10**6 + place])
        chain.send(at, "mint(address,uint256)", [portfolio, 1000])
    behind = chain.deploy(build / "Proxy1967.json", [portfolio])
    heavy, filled = chain.deploy(build / "HeavyView.json"), chain.deploy(build / "FilledStorage.json")
    chain.send(filled, "fill(uint256,uint256)", [0, 50])
    chain.mine(3)
    return World(tuple(tokens), portfolio, behind, heavy, filled)


def holder(random: Random) -> str:
    """Most of them hold something."""
    return f"0x{FIRST_HOLDER + random.randrange(HOLDERS + 10):040x}"


def random_call(random: Random, world: World, accounts: tuple[str, ...]) -> RawCall:
    someone, amount, sender = holder(random), random.randrange(10**8), random.choice(accounts)
    held = 10**6 * random.randrange(60) * 9
    portfolio = random.choice((world.portfolio, world.portfolio, world.behind))
    to, function, arguments = random.choice([
        (random.choice(world.tokens), "balanceOf(address)", [someone]),
        (random.choice(world.tokens), "balanceOf(address)", [someone]),
        (random.choice(world.tokens), random.choice(("name()", "symbol()", "decimals()")), []),
        (random.choice(world.tokens), "totalSupply()", []),
        (random.choice(world.tokens), "transfer(address,uint256)", [someone, amount]),
        (random.choice(world.tokens), "transferFrom(address,address,uint256)", [someone, sender, amount]),
        (portfolio, "value(address)", [someone]),
        (portfolio, "need(address,uint256)", [someone, held]),
        (portfolio, "attempt(address,uint256)", [someone, held]),
        (portfolio, "starve(address,uint256,uint256)", [someone, held, random.randrange(60_000)]),
        (portfolio, "rehearse(uint256,address,uint256)", [random.randrange(4), someone, amount % 1500]),
        (portfolio, "nested(uint256,address)", [random.randrange(12), someone]),
        (portfolio, "account(address)", [random.choice((someone, sender, world.behind, *world.tokens))]),
        (portfolio, "weather(uint256)", [random.randrange(12)]),
        (portfolio, "hashes(bytes)", [random.randbytes(random.randrange(100))]),
        (portfolio, "tokens(uint256)", [random.randrange(5)]),
        (world.heavy, "work(uint256,uint256)", [amount, random.randrange(30)]),
        (world.heavy, "long(uint256)", [random.randrange(200)]),
        (world.filled, "nothing()", []),
    ])  # fmt: skip
    value = random.choice((0, 0, 0, 1))
    return RawCall(to, Function.parse(f"{function}()").calldata(arguments), sender, value)


def test_random_honest_calls(chain: Devnet, world: World, long: bool) -> None:
    random = Random(3)
    live = chain.at()
    view = proven(live)
    calls = [random_call(random, world, chain.accounts) for _ in range(1000 if long else 200)]
    outcomes = view.ask_calls(calls)
    for call, ours, theirs in zip(calls, outcomes, live.eth_calls(calls), strict=True):
        assert type(ours) is type(theirs)
        assert ours == theirs, call
    kinds = {type(outcome) for outcome in outcomes}
    assert len(kinds) > 2
    assert view.ask_calls(calls) == outcomes


# Few requests


def test_what_is_proven_is_not_asked_for_again(chain: Devnet, world: World) -> None:
    source = Source(chain.at())
    view = proven(source)
    value = view.call(world.portfolio, "value(address)(uint256)", [f"0x{FIRST_HOLDER:040x}"])
    asked = len(source.asked)
    assert value == chain.at().call(world.portfolio, "value(address)(uint256)", [f"0x{FIRST_HOLDER:040x}"])
    assert asked <= 18  # each token is known only when the one before it was asked
    assert view.call(world.portfolio, "value(address)(uint256)", [f"0x{FIRST_HOLDER:040x}"]) == value
    assert len(source.asked) == asked


def test_many_calls_are_proven_together(chain: Devnet, world: World) -> None:
    source = Source(chain.at())
    view = proven(source)
    who = [f"0x{FIRST_HOLDER + n:040x}" for n in range(60)]
    calls = [(world.tokens[1], "balanceOf(address)(uint256)", [one]) for one in who]
    assert view.calls(calls) == chain.at().calls(calls)
    assert source.asked.count("proofs") <= 4


def test_an_empty_storage_needs_no_proof_of_its_slots() -> None:
    code = assemble(3, "SLOAD", 4, "SLOAD ADD", TOP)
    for storage, rounds in (({}, 1), ({5: 5}, 2)):
        source = InMemory("osaka", {CONTRACTS[0]: Holding(code, storage=storage)})
        assert Executor(source).run([RawCall(CONTRACTS[0], b"")]) == [bytes(32)]
        assert len(source.asked) == rounds


# Sources that lie


def test_nothing_that_is_false_becomes_a_value(chain: Devnet, world: World, long: bool) -> None:
    """One answer on the way is altered: left out, cut, mixed up, or with a bit turned."""
    random = Random(4)
    live = chain.at()
    call = (world.portfolio, "value(address)(uint256)", [f"0x{FIRST_HOLDER + 1:040x}"])
    honest = Source(live)
    truth = proven(honest).call(*call)
    assert truth == live.call(*call)
    refused = 0
    for _ in range(1000 if long else 60):
        source = Source(live)
        alter = alteration(random, random.randrange(len(honest.asked)))
        source.change = {"proofs": alter, "codes": alter}
        try:
            assert proven(source).call(*call) == truth
        except Unproven:
            refused += 1
    assert refused > (900 if long else 54)


def alteration(random: Random, turn: int) -> Callable[[list[Any]], list[Any]]:
    """Alter what a source answers at its turn."""
    turns = count()

    def change(answer: list[Any]) -> list[Any]:
        if next(turns) != turn:
            return answer
        place = random.randrange(len(answer))
        return [*answer[:place], altered(random, answer[place]), *answer[place + 1 :]]

    return change


def altered(random: Random, one: Any) -> Any:
    """A code or a proof with something wrong in one place."""
    if isinstance(one, bytes):
        return broken(random, one)
    proofs = [list(one.account), *map(list, one.slots)]
    nodes = random.choice(proofs)
    place = random.randrange(len(nodes))
    if random.randrange(2):
        nodes[place] = broken(random, nodes[place])
    else:
        nodes[place:] = nodes[place + 1 :]
    return RawProof(tuple(proofs[0]), tuple(map(tuple, proofs[1:])))


def broken(random: Random, data: bytes) -> bytes:
    place = random.randrange(len(data))
    turned = bytes([data[place] ^ 1 << random.randrange(8)])
    return data[:place] + random.choice((b"", turned, turned + turned)) + data[place + 1 :]


def test_a_proof_of_something_else_is_refused(chain: Devnet, world: World) -> None:
    live = chain.at()
    token, other = world.tokens[0], world.tokens[2]
    slot = int.from_bytes(keccak(FIRST_HOLDER.to_bytes(32, "big") + (3).to_bytes(32, "big")), "big")
    call = (token, "balanceOf(address)(uint256)", [f"0x{FIRST_HOLDER:040x}"])
    assert proven(live).call(*call) == (live.storage(token, slot),)
    for lie in live.ask_proofs([ProofQuery(other, (slot,)), ProofQuery(token, (slot + 1,))]):
        source = Source(live)
        source.change["proofs"] = lambda proofs, lie=lie: [lie if proof.slots else proof for proof in proofs]
        with pytest.raises(Unproven):
            proven(source).call(*call)


def test_a_code_is_checked_against_its_account() -> None:
    source = InMemory("osaka", {CONTRACTS[0]: Holding(assemble(5, TOP))})
    source.code = lambda address: assemble(6, TOP)  # type: ignore[method-assign]
    with pytest.raises(Unproven, match=f"the code of {CONTRACTS[0]} does not hash to"):
        Executor(source).run([RawCall(CONTRACTS[0], b"")])


# What cannot be proven


def test_an_unknown_fork_is_unprovable(chain: Devnet, world: World) -> None:
    live = chain.at()
    view = ProvenView(live, HashAnchor(live.hash))
    assert view.balance(chain.accounts[0]) == live.balance(chain.accounts[0])
    with pytest.raises(Unprovable, match=r"chain 31337 is not in the fork table: .* --fork osaka"):
        view.call(world.tokens[0], "totalSupply()(uint256)")


@pytest.mark.parametrize(
    "fork", ["frontier", "homestead", "dao_fork", "tangerine_whistle", "spurious_dragon"]
)
def test_the_oldest_forks_are_unprovable(fork: str) -> None:
    source = InMemory(fork, {CONTRACTS[0]: Holding(assemble(5, TOP))})
    (outcome,) = Executor(source).run([RawCall(CONTRACTS[0], b"")])
    assert isinstance(outcome, Unprovable) and f"calls at {fork} are not run here" in str(outcome)


def chase(slots: int, first: bytes) -> InMemory:
    """A contract that goes from slot to slot until one holds 0, and answers with the last."""
    start = len(first) + 2
    loop = assemble("JUMPDEST DUP1 SLOAD DUP1 ISZERO", start + 13, "JUMPI SWAP1 POP", start, "JUMP")
    code = first + assemble(0) + loop + assemble("JUMPDEST POP", TOP)
    return InMemory("osaka", {CONTRACTS[0]: Holding(code, storage={slot: slot + 1 for slot in range(slots)})})


@pytest.mark.parametrize("first", [b"", assemble(0, "CLZ POP")], ids=["for revm", "for the specification"])
def test_one_thing_after_the_other_is_followed_to_an_end(
    monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    call = RawCall(CONTRACTS[0], b"")
    source = chase(30, first)
    assert Executor(source).run([call]) == [(30).to_bytes(32, "big")]
    assert len(source.asked) == 32
    monkeypatch.setattr("vmargin.chain.evm.execution.ROUNDS", 20)
    other = RawCall(CONTRACTS[1], b"")
    outcomes = Executor(chase(50, first)).run([other, call, other])
    assert outcomes[0] == outcomes[2] == b"", "the others do not suffer"
    assert isinstance(outcomes[1], Unprovable) and "needs more of the state 20 times" in str(outcomes[1])


def test_a_call_that_nests_too_deeply_for_python_is_unprovable() -> None:
    code = assemble("CLZ", 0, 0, 0, 0, 0, "ADDRESS GAS CALL", TOP)
    source = InMemory("osaka", {CONTRACTS[0]: Holding(assemble(0) + code)})
    call = RawCall(CONTRACTS[0], b"")
    assert settle(specification.run, source, call) == (1).to_bytes(32, "big")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(500)
    try:
        with pytest.raises(Unprovable, match="nests deeper than Python can follow"):
            settle(specification.run, source, call)
    finally:
        sys.setrecursionlimit(limit)


def test_a_thousand_nested_calls_in_a_thread() -> None:
    """With as much gas as the depth takes, and a stack as small as a thread's may be."""
    code = assemble(0, "CLZ POP", 32, 0, 0, 0, 0, "ADDRESS GAS CALL POP", 1, 0, "MLOAD ADD", TOP)
    source = InMemory("osaka", {CONTRACTS[0]: Holding(code)})
    found = []
    before = threading.stack_size(256 << 10)
    try:
        call = RawCall(CONTRACTS[0], b"", gas=1 << 50)
        thread = threading.Thread(target=lambda: found.append(settle(specification.run, source, call)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert found == [(1025).to_bytes(32, "big")]


@pytest.mark.parametrize("number", [0, 1, 5, 256, 257])
def test_short_chains_have_few_ancestors(number: int) -> None:
    code = assemble(0, "CALLDATALOAD BLOCKHASH", TOP)
    source = InMemory("osaka", {CONTRACTS[0]: Holding(code)})
    source.header = header("osaka", number=number)
    asked = [0, 1, max(number, 1) - 1, number, number + 1, 1 << 255]
    outcomes = Executor(source).run([RawCall(CONTRACTS[0], n.to_bytes(32, "big")) for n in asked])
    known = [number - 256 <= n < number for n in asked]
    assert outcomes == [
        source.ancestor_hash(n) if ancestor else bytes(32) for n, ancestor in zip(asked, known, strict=True)
    ]


# What is not installed


@pytest.mark.parametrize(
    ("module", "package"), [("pyrevm", "pyrevm"), ("ethereum_types", "ethereum-execution")]
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, module: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("vmargin.chain.evm.rules._loaded", {})
    source = InMemory("osaka", {CONTRACTS[0]: Holding(assemble(1, "CLZ", TOP))})
    with pytest.raises(MissingExtra, match=rf"{package}: install it with  pip install 'vmargin\[proven\]'"):
        Executor(source).run([RawCall(CONTRACTS[0], b"")])
