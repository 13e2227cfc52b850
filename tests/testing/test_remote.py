"""One suite on a devnet or on a chain that is not ours: keys, balances, waits, and standard methods only."""

from __future__ import annotations

import threading
import time

import pytest

from tests.testing.conftest import BUILD, HOLDER, KEY, Remote, Run
from vmargin.chain.devnet import devnet
from vmargin.chain.errors import NotMined
from vmargin.chain.faults import FaultyNode
from vmargin.errors import UsageError
from vmargin.solidity.reverts import Custom
from vmargin.testing import NotFunded, RemoteChain, Wait, WaitedTooLong
from vmargin.testing.deployed import Deployed
from vmargin.testing.funding import alone
from vmargin.testing.settings import Secret

pytest_plugins = ["pytester"]

UNCHANGED = f"""
import json
import pytest
from pathlib import Path
from vmargin.solidity.reverts import Custom

TOKEN = Path({str(BUILD / "Erc20.json")!r})

@pytest.mark.vm_funded(ether=1)
def test_deploy_send_and_read(vm_chain, vm_deploy, vm_wait):
    artifact = json.loads(TOKEN.read_text())
    foundry = {{**artifact, "bytecode": {{"object": artifact["bytecode"]}}}}
    for form in (TOKEN, artifact, foundry):
        token = vm_deploy(form, ["Token", "T", 6])
        assert token.call("decimals") == (6,)
    payer = vm_chain.accounts[0]
    receipt = token.send("mint", [payer, 3])
    assert vm_wait.transaction(receipt["transactionHash"], confirmations=2) == receipt
    assert vm_chain.head > int(receipt["blockNumber"], 16)
    assert token.call("balanceOf", [payer]) == (3,)
    assert token.call("balanceOf(address)", [payer], block=int(receipt["blockNumber"], 16) - 1) == (0,)
    with pytest.raises(Custom, match="InsufficientBalance"):
        token.send("transfer", ["{HOLDER}", 4])
    vm_chain.send("{HOLDER}", "", value=5)
    at = vm_chain.at()
    assert at.balance("{HOLDER}") == 5
    assert vm_wait.block(at.number + 1).number == at.number + 1
    assert vm_wait.until(lambda view: view.number > at.number + 1, what="no further block")

def test_read(vm_view, vm_chain):
    assert vm_view.chain_id == vm_chain.chain_id
    assert vm_view.number <= vm_chain.head
"""

STANDARD = {
    "eth_call", "eth_chainId", "eth_estimateGas", "eth_gasPrice", "eth_getBalance", "eth_getBlockByHash",
    "eth_getBlockByNumber", "eth_getCode", "eth_getTransactionCount", "eth_getTransactionReceipt",
    "eth_sendRawTransaction",
}  # fmt: skip


def test_a_suite_runs_unchanged_on_a_devnet_and_on_a_remote_chain(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(UNCHANGED, passed=2)
    with devnet(chain_id=1234, accounts=1, block_time=1) as slow, FaultyNode(slow.url) as node:
        monkeypatch.setenv("ELSEWHERE", slow.keys[0])
        started = slow.head
        run(UNCHANGED, "--vm-rpc-url", node.url, "--vm-key-env", "ELSEWHERE", passed=2)
        assert slow.head >= started + 5  # one for each that was mined
        assert {seen.method for seen in node.requests} <= STANDARD


def test_the_block_may_be_named(run: Run, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = f"""
    def test_read(vm_view):
        assert vm_view.call("{remote.token}", "totalSupply()(uint256)") == (EXPECTED,)
    """
    first = remote.chain.head - 2
    hash_ = "0x" + remote.chain.at(first + 1).hash.hex()
    monkeypatch.setenv("VMARGIN_TEST_RPC_URL", remote.chain.url)
    monkeypatch.setenv("VMARGIN_TEST_BLOCK", hash_)
    run(suite.replace("EXPECTED", "5"), "--vm-block", str(first), passed=1)
    run(suite.replace("EXPECTED", "12"), passed=1)
    run(suite.replace("EXPECTED", "23"), "--vm-block", "latest", passed=1)


def test_a_block_that_is_none_is_refused_before_any_test_runs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_inprocess("--vm-block", "lastest")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--vm-block lastest: a block is latest, safe, finalized, a number*"])


FUNDED = """
import pytest

@pytest.mark.vm_funded(ether="0.5")
def test_pays(vm_chain):
    assert vm_chain.at().balance(vm_chain.accounts[0]) >= 5 * 10**17
"""


def test_what_has_to_pay_is_skipped_without_a_key(run: Run, remote: Remote) -> None:
    result = run(FUNDED, "--vm-rpc-url", remote.chain.url, skipped=1)
    result.stdout.fnmatch_lines([f"SKIPPED*set {KEY} to the private key of an account*--vm-key-env*"])
    result = run(FUNDED, "--vm-rpc-url", remote.chain.url, "--vm-key-env", "OTHER_KEY", skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*set OTHER_KEY to the private key*"])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "0x" + "c4" * 32,
            "*NotFunded: 0x*, the account of the key in {KEY}, holds 0 ether on chain 1234, and the test *",
        ),
        ("c4" * 32, "*NotFunded: {KEY}: what is given as a private key is none*"),
    ],
    ids=["poor", "none"],
)
def test_a_key_that_cannot_pay_fails_and_is_never_shown(
    run: Run, remote: Remote, monkeypatch: pytest.MonkeyPatch, key: str, said: str
) -> None:
    monkeypatch.setenv(KEY, key)
    options = ("--vm-rpc-url", remote.chain.url, "--showlocals", "--full-trace", "-vv")
    result = run(FUNDED, *options, errors=1)
    result.stdout.fnmatch_lines([said.replace("{KEY}", KEY)])
    shown = result.stdout.str() + result.stderr.str()
    assert "sign_with" in shown or "require" in shown
    assert key.removeprefix("0x") not in shown


def test_a_key_is_not_shown_by_what_fails_later_either(
    run: Run, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, remote.chain.keys[0])
    suite = f"""
    import pytest

    @pytest.mark.vm_funded
    def test_fails(vm_chain, vm_settings, vm_deploy):
        sent = vm_chain.send("{remote.token}", "nothing()", [])
    """
    result = run(suite, "--vm-rpc-url", remote.chain.url, "--showlocals", "--full-trace", "-vv", failed=1)
    assert remote.chain.keys[0][2:] not in result.stdout.str() + result.stderr.str()


def test_the_node_s_address_is_not_shown(run: Run) -> None:
    suite = "def test_read(vm_view, vm_settings): pass"
    url = "http://127.0.0.1:1/v2/a-secret-of-the-provider"
    result = run(suite, "--vm-rpc-url", url, "-vv", errors=1)
    assert "a-secret-of-the-provider" not in result.stdout.str() + result.stderr.str()


def test_a_test_that_sends_to_a_remote_chain_has_to_say_so(
    run: Run, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, remote.chain.keys[0])
    suite = f"""
    import pytest
    from vmargin.testing import NotFunded

    def test_sends(vm_chain):
        assert vm_chain.accounts == ()
        with pytest.raises(NotFunded, match="takes nothing back.*vm_funded"):
            vm_chain.send("{HOLDER}", "", value=1)
    """
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("vm_funded(ether='much')", "vm_funded(ether='much'): it takes a number of ether"),
        ("vm_funded(wei=5)", "vm_funded takes ether=… and nothing else"),
        ("vm_slow_chain(timeout=0)", "vm_slow_chain(timeout=0): it takes seconds above 0"),
    ],
)
def test_a_marker_that_makes_no_sense_is_an_error(run: Run, marker: str, said: str) -> None:
    suite = f"import pytest\n@pytest.mark.{marker}\ndef test_it(vm_chain, vm_wait): pass"
    result = run(suite, errors=1)
    assert said in result.stdout.str()


def test_a_devnet_has_what_a_marker_asks_for(run: Run) -> None:
    run(
        """
        import pytest

        @pytest.mark.vm_funded(ether=123_456_789)
        def test_rich(vm_chain):
            vm_chain.send("0x" + "5e" * 20, "", value=123_456_789 * 10**18)
        """,
        passed=1,
    )


@pytest.fixture
def funded(remote: Remote, monkeypatch: pytest.MonkeyPatch):
    """The remote chain behind a node that may misbehave, and a key that pays."""
    monkeypatch.setenv(KEY, remote.chain.keys[1])
    monkeypatch.setattr("vmargin.testing.remote.POLL", 0.02)
    with remote.node() as node:
        chain = RemoteChain([node.url], patience=1)
        chain.sign_with(Secret(KEY))
        yield chain, node
        chain.close()


def test_only_one_account_sends_on_a_remote_chain(funded) -> None:
    chain, _ = funded
    with pytest.raises(UsageError, match="cannot send on a remote chain, whose only account"):
        chain.send(HOLDER, "", value=1, sender=HOLDER)
    chain.send(HOLDER, "", value=1, sender=chain.accounts[0])
    with pytest.raises(NotFunded, match=r"holds \d+\.\d+ ether on chain 1234, and the test asks for 10000:"):
        chain.require(10**22, Secret(KEY))


def test_what_was_sent_is_seen_although_the_node_lags(funded) -> None:
    chain, node = funded
    token = Deployed.put(chain, BUILD / "Erc20.json", ["Token", "T", 18])
    token.send("mint", [HOLDER, 1])
    node.inject("head_lags", blocks=1)
    with pytest.raises(WaitedTooLong, match=r"lacks block \d+ after 1 s, although that was mined: it lags"):
        token.call("balanceOf", [HOLDER])
    node.clear()
    assert token.call("balanceOf", [HOLDER]) == (1,)
    assert isinstance(token.call("balanceOf", [HOLDER], block=chain.head)[0], int)


def test_plain_code_is_deployed_and_ether_goes_along(funded) -> None:
    chain, _ = funded
    address = chain.deploy(bytes.fromhex("60016000f3"), value=7)  # returns one byte of memory, which is 0
    view = chain.at()
    assert (view.code(address), view.balance(address)) == (b"\0", 7)
    with pytest.raises(UsageError, match="plain creation code takes no arguments"):
        chain.deploy(b"\0", [1])


def test_functions_are_found_by_name(funded, remote: Remote) -> None:
    chain, _ = funded
    token = Deployed(chain, remote.token, [{"type": "function", "name": "f", "inputs": [{"type": t}],
                     "outputs": [], "stateMutability": "view"} for t in ("uint8", "int8")])  # fmt: skip
    assert token.function("f(int8)").signature == "f(int8)"
    with pytest.raises(UsageError, match=r"several functions 'f': there are f\(int8\), f\(uint8\)"):
        token.function("f")
    with pytest.raises(UsageError, match=r"no function 'g': there are f\(int8\), f\(uint8\)"):
        token.function("g")
    with pytest.raises(UsageError, match="of abi and bytecode it has abi"):
        Deployed.put(chain, {"abi": []})


def test_a_wait_ends_at_its_bound(funded) -> None:
    chain, node = funded
    wait = Wait(chain, 0.4)
    started = time.monotonic()
    with pytest.raises(WaitedTooLong, match=r"there is no block 9999 after 0.4 s; the latest block is \d+;"):
        wait.block(9999)
    with pytest.raises(WaitedTooLong, match=r"ether is dear after 0.4 s; .*vm_slow_chain\(timeout="):
        wait.until(lambda _: False, what="ether is dear")
    with pytest.raises(WaitedTooLong, match=r"transaction 0xab.* is not in a block"):
        wait.transaction("0x" + "ab" * 32)
    assert time.monotonic() - started < 30
    node.inject("refused")
    with pytest.raises(WaitedTooLong, match=r"there is no block 0 after 0.4 s; the last look failed: "):
        wait.block(0)


def test_a_wait_gets_over_a_node_that_is_down_for_a_while(funded) -> None:
    chain, node = funded
    wait = Wait(chain, 20)
    node.inject("http_503", times=4)
    assert wait.block(1).number == 1


def test_what_the_condition_raises_ends_the_wait(funded, remote: Remote) -> None:
    chain, _ = funded
    errors = ["InsufficientBalance(address,uint256,uint256)"]
    transfer = (remote.token, "transfer(address,uint256)(bool)", [HOLDER, 1])
    with pytest.raises(Custom, match="InsufficientBalance"):
        Wait(chain, 20).until(lambda view: view.call(*transfer, errors=errors))


def test_one_account_pays_for_one_test_at_a_time() -> None:
    order = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with alone(HOLDER):
            order.append("second")

    other = threading.Thread(target=second)
    with alone(HOLDER):
        other.start()
        waiting.wait(10)
        time.sleep(0.1)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]


def test_a_transaction_that_failed_is_told(remote: Remote) -> None:
    chain = remote.chain
    call = {"from": chain.accounts[0], "to": remote.token, "data": "0x12345678", "gas": "0x30000"}
    key = chain.rpc("eth_sendTransaction", call)
    with pytest.raises(NotMined, match=r"failed in block \d+"):
        Wait(RemoteChain([chain.url], patience=1), 5).transaction(key)
    with pytest.raises(UsageError, match="0 confirmations"):
        Wait(chain, 5).transaction(key, confirmations=0)
