"""What a call sees besides the state: the table in the documentation, row by row, and as anvil has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from math import exp
from pathlib import Path

import pytest
from ethereum_types.numeric import U256, Uint

from tests.chain.evm.programs import ABSENT, RICH, TOP, Holding, InMemory, assemble
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import Refused
from vmargin.chain.evm import specification
from vmargin.chain.evm.environment import SEEN, intrinsic_gas
from vmargin.chain.evm.execution import Executor
from vmargin.chain.forks import FORKS
from vmargin.chain.header import Header
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import NOBODY, RawCall
from vmargin.errors import UsageError

PAGE = Path(__file__).parents[3] / "docs" / "concepts" / "proven-calls.md"
HERE = "0x" + "aa" * 20


def test_the_page_has_the_table() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|", PAGE.read_text(), re.MULTILINE)
    assert [(", ".join(names.split("`, `")), seen) for names, seen in rows] == list(SEEN.items())


def number(code: bytes, chain: Devnet, call: RawCall) -> int:
    """What a program says of its call, of which anvil says the same."""
    chain.set_code(HERE, code)
    live = chain.at()
    proven = ProvenView(live, HashAnchor(live.hash), fork=chain.hardfork)
    outcomes = proven.ask_calls([call])
    assert live.eth_calls([call]) == outcomes
    assert isinstance(outcomes[0], bytes)
    return int.from_bytes(outcomes[0], "big")


@pytest.fixture
def odd() -> Iterator[Devnet]:
    """A chain whose id is nobody's default."""
    with devnet(chain_id=4242) as chain:
        yield chain


def test_each_row(odd: Devnet) -> None:
    """Every instruction of the table, in a block whose fields are all different from 0."""
    odd.rpc("anvil_setCoinbase", RICH)
    odd.mine(2)
    sender = odd.accounts[3]
    odd.set_balance(HERE, 100)
    plain, given = RawCall(HERE, b"\0\1"), RawCall(HERE, b"\0\1", sender, 7, 54_321)

    def see(name: str, call: RawCall = plain, *before: str | int) -> int:
        return number(assemble(*before, name, TOP), odd, call)

    def header() -> Header:
        header = odd.at().header
        assert header.base_fee and header.timestamp and any(header.mix_hash) and any(header.coinbase)
        return header

    checked = []
    for name in ("CALLER", "ORIGIN"):
        assert see(name) == int(NOBODY, 16)
        assert see(name, given) == int(sender, 16)
        checked.append(name)
    assert (see("CALLVALUE"), see("CALLVALUE", given)) == (0, 7)
    assert see("GASPRICE") == see("GASPRICE", given) == 0
    assert see("GAS") == header().gas_limit - 21000 - 4 - 16 - 2
    assert see("GAS", given) == 54_321 - 21000 - 4 - 16 - 2
    assert see("CHAINID") == 4242
    assert see("NUMBER") == header().number == odd.head
    assert see("TIMESTAMP") == header().timestamp
    assert see("COINBASE") == int.from_bytes(header().coinbase, "big") == int(RICH, 16)
    assert see("GASLIMIT") == header().gas_limit
    assert see("BASEFEE") == header().base_fee
    assert see("PREVRANDAO") == int.from_bytes(header().mix_hash, "big")
    assert see("BLOBHASH", plain, 0) == 0
    assert see("BLOBBASEFEE") == 1
    newest = see("BLOCKHASH", plain, 1, "NUMBER SUB")
    assert newest == int.from_bytes(odd.at().header.parent_hash, "big")
    assert see("BLOCKHASH", plain, "NUMBER") == 0
    assert see("SELFBALANCE") == 100
    assert see("SELFBALANCE", given) == see("BALANCE", given, "ADDRESS") == 107
    checked += ["CALLVALUE", "GASPRICE", "GAS", "CHAINID", "NUMBER", "TIMESTAMP", "COINBASE", "GASLIMIT"]
    checked += ["BASEFEE", "PREVRANDAO", "BLOBHASH", "BLOBBASEFEE", "BLOCKHASH", "SELFBALANCE", "BALANCE"]
    assert sorted(checked) == sorted(name for names in SEEN for name in names.split(", "))


@pytest.mark.parametrize("fork", [name for name, fork in FORKS.items() if fork.since(specification.FIRST)])
def test_each_fork_prices_blobs_and_transactions_as_it_does(fork: str) -> None:
    transactions = import_module(f"ethereum.forks.{fork}.transactions")
    types = import_module(f"ethereum.forks.{fork}.fork_types")
    kind = getattr(transactions, "LegacyTransaction", None) or transactions.Transaction
    zero = U256(0)
    for data in (b"", b"\0", b"\1", b"\0\1\2\0\0", bytes(300) + b"\xff" * 200):
        transaction = kind(zero, Uint(0), Uint(0), types.Address(bytes(20)), zero, data, zero, zero, zero)
        cost = transactions.calculate_intrinsic_cost(transaction)
        paid, least = cost if isinstance(cost, tuple) else (cost, cost)
        call = RawCall(HERE, data)
        assert intrinsic_gas(FORKS[fork], call) == paid
        least = max(paid, least)
        assert intrinsic_gas(FORKS[fork], call._replace(gas=int(least))) == paid
        with pytest.raises(UsageError, match=f"takes {least} gas, not {int(least) - 1}"):
            intrinsic_gas(FORKS[fork], call._replace(gas=int(least) - 1))


def test_blobs_cost_what_the_fork_makes_of_the_excess() -> None:
    prices = {}
    for fork in ("cancun", "prague", "osaka", "bpo1", "bpo2"):
        source = InMemory(fork, {HERE: Holding(assemble("BLOBBASEFEE", TOP))}, excess=120_000_000)
        prices[fork] = int.from_bytes(settle(source), "big")
    fractions = {fork: FORKS[fork].blobs.update_fraction for fork in prices}  # type: ignore[union-attr]
    for fork, price in prices.items():
        assert price == pytest.approx(exp(120_000_000 / fractions[fork]), rel=1e-6)
    assert len(set(prices.values())) == 4


def settle(source: InMemory) -> bytes:
    outcome = Executor(source).run([RawCall(HERE, b"")])[0]
    assert isinstance(outcome, bytes)
    return outcome


def test_before_paris_there_is_a_difficulty() -> None:
    for fork, expected in (("london", 0), ("paris", 7)):
        source = InMemory(fork, {HERE: Holding(assemble(b"\x44", TOP))})
        assert settle(source)[0] == expected


def test_a_call_that_no_node_runs_is_refused(chain: Devnet) -> None:
    """Anvil's words for these are its own."""
    live = chain.at()
    proven = ProvenView(live, HashAnchor(live.hash), fork=chain.hardfork)
    poor = RawCall(ABSENT, b"", ABSENT, 5)
    starved = RawCall(ABSENT, b"\1" * 100, gas=24_999)
    for call, words in (
        (poor, "holds 0 wei and cannot send the 5 wei"),
        (starved, "takes 25000 gas, not 24999"),
    ):
        (answer,) = live.eth_calls([call])
        assert isinstance(answer, Refused)
        with pytest.raises(UsageError, match=words):
            proven.ask_calls([call])
    with pytest.raises(UsageError, match="cannot send the -1 wei"):
        proven.ask_calls([poor._replace(value=-1)])
    enough = starved._replace(gas=25_000)
    assert proven.ask_calls([enough]) == live.eth_calls([enough]) == [b""]
