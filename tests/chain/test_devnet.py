"""A local chain starts, does as it is told, and is gone afterwards, whatever happens to who started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from vmargin import artifacts
from vmargin.chain import wire
from vmargin.chain.devnet import CHAIN_ID, MULTICALL3, Devnet, devnet
from vmargin.chain.errors import DevnetFailed, Refused, Reorged, Unreachable
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Empty, Error, Halt, Revert

SOMEBODY = "0x" + "5e" * 20
CONTRACT = "0x" + "c0" * 20


def listens(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=1).close()
    except OSError:
        return False
    return True


def comes_true(happened: Callable[[], bool]) -> bool:
    """Wait for something, at most ten seconds."""
    for _ in range(1000):
        if happened():
            return True
        time.sleep(0.01)
    return False


def block(chain: Devnet, which: str | int = "latest") -> dict[str, str]:
    which = which if isinstance(which, str) else hex(which)
    return chain.rpc("eth_getBlockByNumber", which, False)


# What there is at the start


def test_a_chain_starts_with_multicall_in_its_place_and_accounts_with_ether() -> None:
    with devnet() as chain:
        assert (chain.head, chain.chain_id, chain.hardfork) == (1, CHAIN_ID, "osaka")
        view = chain.at()
        assert view.code(MULTICALL3).hex() == artifacts.load("Multicall3")["deployedBytecode"][2:]
        assert view.call(MULTICALL3, "getBasefee()(uint256)") == (view.header.base_fee,)
        assert len(chain.accounts) == len(chain.keys) == 10
        assert {view.balance(account) for account in chain.accounts} == {10_000 * 10**18}


def test_safe_and_finalized_follow_the_head(chain: Devnet) -> None:
    chain.mine(5)
    numbers = [int(block(chain, tag)["number"], 16) for tag in ("latest", "safe", "finalized")]
    assert numbers == [chain.head, chain.head - 1, chain.head - 2]


def test_keys_are_those_of_the_accounts(chain: Devnet) -> None:
    from eth_account import Account

    assert [Account.from_key(key).address.lower() for key in chain.keys] == list(chain.accounts)


def test_options_reach_the_node() -> None:
    options = {"accounts": 2, "chain_id": 7, "timestamp": 1_000_000_000, "gas_limit": 5_000_000}
    with devnet(**options, options=("--base-fee", "0")) as chain:
        assert (len(chain.accounts), chain.chain_id) == (2, 7)
        genesis = block(chain, 0)
        assert [int(genesis[key], 16) for key in ("timestamp", "gasLimit", "baseFeePerGas")] == [
            10**9,
            5_000_000,
            0,
        ]


def test_the_hard_fork_is_the_one_asked_for(chain: Devnet) -> None:
    leading_zeros = {"to": CONTRACT, "data": "0x"}
    clz = bytes.fromhex("60011e60005260206000f3")  # CLZ(1), an instruction of osaka
    chain.set_code(CONTRACT, clz)
    assert int(chain.rpc("eth_call", leading_zeros, "latest"), 16) == 255
    with devnet(hardfork="prague") as earlier:
        earlier.set_code(CONTRACT, clz)
        with pytest.raises(Halt):
            earlier.rpc("eth_call", leading_zeros, "latest")


def test_a_fork_continues_the_chain_that_it_is_of(chain: Devnet) -> None:
    chain.set_balance(SOMEBODY, 5)
    forked, before = chain.head, block(chain)["hash"]
    chain.set_balance(SOMEBODY, 6)
    with devnet(fork_url=chain.url, fork_block_number=forked) as fork:
        assert fork.chain_id == chain.chain_id
        assert block(fork, forked)["hash"] == before
        assert fork.at().balance(SOMEBODY) == 5
        assert fork.head == forked  # Multicall3 was there: no block had to be added for it
        fork.set_balance(SOMEBODY, 7)
        assert (fork.at().balance(SOMEBODY), chain.at().balance(SOMEBODY)) == (7, 6)


def test_with_a_block_time_a_transaction_waits_for_its_block() -> None:
    with devnet(block_time=0.2) as chain:
        receipt = chain.send(SOMEBODY, "", value=3)
        assert chain.at(int(receipt["blockNumber"], 16)).balance(SOMEBODY) == 3


def test_a_transaction_that_nobody_mines_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmargin.chain.devnet.chain.MINED_WITHIN", 0.1)
    given_up = pytest.raises(DevnetFailed, match=r"is in no block after 0\.1 s: is it mining")
    with devnet(options=("--no-mining",)) as chain, given_up:
        chain.send(SOMEBODY, "", value=3)


# What it does


def test_state_that_is_set_is_in_the_head_and_provable(chain: Devnet) -> None:
    chain.set_code(CONTRACT, b"\x60\x00")
    chain.set_storage(CONTRACT, 3, 2**255)
    chain.set_balance(CONTRACT, 11)
    view = chain.at()
    found = (view.code(CONTRACT), view.storage(CONTRACT, 3), view.balance(CONTRACT))
    assert found == (b"\x60\x00", 2**255, 11)
    proof = chain.rpc("eth_getProof", CONTRACT, [wire.word(3)], "latest")
    assert wire.quantity(proof["balance"]) == 11
    root = view.header.state_root
    assert root == keccak(wire.data(proof["accountProof"][0]))


def keccak(data: bytes) -> bytes:
    from eth_hash.auto import keccak

    return bytes(keccak(data))


def test_setting_state_leaves_the_blocks_before_as_they_were(chain: Devnet) -> None:
    chain.set_balance(SOMEBODY, 21)
    before = chain.at()
    chain.set_balance(SOMEBODY, 22)
    assert (before.balance(SOMEBODY), chain.at().balance(SOMEBODY)) == (21, 22)
    before.ensure_canonical()


def test_contracts_are_deployed_and_called(chain: Devnet, build: Path) -> None:
    address = chain.deploy(build / "RevertShapes.json")
    receipt = chain.send(address, "write(uint256)", [42])
    assert receipt["status"] == "0x1"
    assert chain.at().call(address, "stored()(uint256)") == (42,)
    token = chain.deploy(build / "Erc20.json", ["Name", "SYM", 6])
    assert chain.at().call(token, "decimals()(uint8)") == (6,)
    plain = artifacts.load("Multicall3")
    for contract in (plain, bytes.fromhex(plain["bytecode"][2:])):
        address = chain.deploy(contract)
        assert chain.at().code(address) == chain.at().code(MULTICALL3)


def test_anybody_can_send(chain: Devnet) -> None:
    chain.set_balance(SOMEBODY, 10**18)
    chain.send(CONTRACT, "", sender=SOMEBODY, value=9)
    with pytest.raises(Refused, match=r"(?i)insufficient funds"):
        chain.send(CONTRACT, "", sender="0x" + "77" * 20, value=9)


def test_a_revert_is_raised_and_nothing_is_mined(chain: Devnet, build: Path) -> None:
    head = chain.head
    with pytest.raises(Error, match="Multicall3: call failed"):
        chain.send(MULTICALL3, "aggregate((address,bytes)[])", [[(MULTICALL3, b"\xff" * 4)]])
    with pytest.raises(Empty):
        chain.deploy(bytes.fromhex("60006000fd"))
    with pytest.raises(Halt, match="invalid opcode"):
        chain.deploy(b"\xfe")
    custom = bytes.fromhex("63") + keccak(b"Bare()")[:4] + bytes.fromhex("6000526004601cfd")
    with pytest.raises(Revert, match=r"^Bare\(\)$"):
        chain.deploy(custom, errors=["Bare()"])
    assert chain.head == head


def test_arguments_beside_plain_code_are_refused(chain: Devnet) -> None:
    with pytest.raises(UsageError, match="plain creation code takes no arguments"):
        chain.deploy(b"\x00", [1])


def test_a_snapshot_serves_once_and_ends_those_after_it(
    chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(seconds: float) -> None:
        assert not seconds, "the chain is taken for one that lags"

    head, before = chain.head, chain.at().balance(SOMEBODY)
    snapshot = chain.snapshot()
    chain.set_balance(SOMEBODY, before + 1)
    later = chain.snapshot()
    chain.mine(10)
    assert (chain.at().number, chain.at().balance(SOMEBODY)) == (head + 12, before + 1)
    chain.revert(snapshot)
    monkeypatch.setattr(time, "sleep", sleep)
    assert (chain.head, chain.at().balance(SOMEBODY)) == (head, before)
    for used in (snapshot, later):
        with pytest.raises(UsageError, match=f"no snapshot {used}"):
            chain.revert(used)


def test_what_is_done_in_isolation_is_taken_back(chain: Devnet) -> None:
    before = block(chain)
    with chain.isolated() as scratch:
        scratch.warp(int(before["timestamp"], 16) + 10**9)
        scratch.set_balance(SOMEBODY, 123)
        assert scratch.at().balance(SOMEBODY) == 123
    assert block(chain) == before
    chain.mine()
    assert int(block(chain)["timestamp"], 16) < int(before["timestamp"], 16) + 10**8


def test_a_reorg_replaces_blocks_and_the_snapshots_of_them(chain: Devnet) -> None:
    chain.mine(3)
    snapshot = chain.snapshot()
    head = chain.head
    before = [block(chain, number)["hash"] for number in range(head - 2, head + 1)]
    chain.reorg(2)
    after = [block(chain, number)["hash"] for number in range(head - 2, head + 1)]
    assert (chain.head, after[0]) == (head, before[0])
    assert not set(after[1:]) & set(before[1:])
    with pytest.raises(Reorged, match=f"block {head} of snapshot {snapshot} was replaced"):
        chain.revert(snapshot)
    assert block(chain)["hash"] == after[-1]


def test_time_is_set(chain: Devnet) -> None:
    later = int(block(chain)["timestamp"], 16) + 1000
    chain.warp(later)
    assert chain.at().timestamp == later


def test_states_of_old_blocks_stay_and_nothing_is_left_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with devnet() as chain:
        chain.set_balance(SOMEBODY, 1)
        was = chain.head
        chain.set_balance(SOMEBODY, 2)
        chain.mine(600)  # anvil keeps the last 500 in memory
        assert (chain.at(was).balance(SOMEBODY), chain.at().balance(SOMEBODY)) == (1, 2)
    assert list(tmp_path.iterdir()) == []


def test_a_proxy_of_the_environment_is_not_used(chain: Devnet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert chain.head


def test_a_connection_is_closed_with_the_chain() -> None:
    with devnet() as chain:
        connection = chain.connection(chain_id=CHAIN_ID)
        assert connection.at(1).number == 1
    with pytest.raises(Unreachable):
        connection.at(1)


# How it fails


def taken(stack: ExitStack) -> int:
    """A port that is in use."""
    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return int(taken.getsockname()[1])


def test_what_anvil_says_is_in_the_error() -> None:
    with pytest.raises(DevnetFailed, match=r"anvil did not start; it said:\n.*Unknown hardfork: nonsense"):
        devnet(hardfork="nonsense").__enter__()
    with pytest.raises(DevnetFailed, match="unexpected argument '--nonsense'"):
        devnet(options=("--nonsense",)).__enter__()
    with ExitStack() as stack, pytest.raises(DevnetFailed, match="Address already in use"):
        devnet(port=taken(stack)).__enter__()


def test_the_address_of_a_forked_node_is_not_shown() -> None:
    with pytest.raises(DevnetFailed, match="Connection refused") as failure:
        devnet(fork_url="http://user:secret@127.0.0.1:9/key").__enter__()
    assert "secret" not in str(failure.value) and "key" not in str(failure.value)


def test_patience_ends() -> None:
    with ExitStack() as stack:
        silent = f"http://127.0.0.1:{taken(stack)}"
        with pytest.raises(DevnetFailed, match=r"anvil did not listen within 0\.2 s"):
            devnet(fork_url=silent, patience=0.2).__enter__()


@pytest.mark.parametrize("ask", [Devnet.wait, Devnet.mine])
def test_a_chain_that_has_ended_says_so(ask: Callable[[Devnet], None]) -> None:
    with devnet() as chain:
        os.kill(chain.pid, signal.SIGKILL)
        with pytest.raises(DevnetFailed, match=r"^anvil has ended") as failure:
            ask(chain)
    assert "Gas Limit" not in str(failure.value)  # nor the rest of the banner


# How it ends


@pytest.mark.parametrize("leave", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_it_is_gone_after_the_block_however_that_is_left(leave: type[BaseException] | None) -> None:
    with ExitStack() as stack:
        if leave:
            stack.enter_context(pytest.raises(leave))
        with devnet() as chain:
            assert listens(chain.url)
            if leave:
                raise leave
    assert not listens(chain.url)
    with pytest.raises(ProcessLookupError):
        os.kill(chain.pid, 0)


def test_it_outlives_the_thread_that_started_it() -> None:
    with ExitStack() as stack:
        started: list[Devnet] = []
        thread = threading.Thread(target=lambda: started.append(stack.enter_context(devnet())))
        thread.start()
        thread.join()
        assert started[0].head == 1
    assert not listens(started[0].url)


PROGRAM = """
import time
from vmargin.chain.devnet import devnet
with devnet() as chain:
    try:
        print(chain.url, flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print(chain.head, flush=True)
    time.sleep(60)
"""


def test_an_interrupt_is_for_the_program_and_a_killed_program_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as program:
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        os.killpg(program.pid, signal.SIGINT)  # what Ctrl-C sends: to all that the terminal runs
        assert program.stdout.readline() == "1\n"
        assert listens(url)
        assert len(list(tmp_path.iterdir())) == 1
        program.kill()
    assert comes_true(lambda: not listens(url))
    assert comes_true(lambda: not list(tmp_path.iterdir()))
