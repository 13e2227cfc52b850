"""The fixtures that pytest finds in vmargin, as a suite that uses them meets them."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from tests.testing.conftest import Run

pytest_plugins = ["pytester"]

HEAVY = (
    "Crypto",
    "eth_abi",
    "hypothesis",
    "numpy",
    "pyrevm",
    "requests",
    "rich",
    "rlp",
    "trie",
    "web3",
    "websockets",
)


def test_pytest_finds_the_plugin() -> None:
    (plugin,) = entry_points(group="pytest11", name="vmargin")
    assert plugin.value == "vmargin.testing.plugin"


def test_the_plugin_costs_other_suites_nothing() -> None:
    show = "import sys, vmargin.testing.plugin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "pytest" in loaded
    assert not {name.partition(".")[0] for name in loaded} & set(HEAVY)
    ours = {name for name in loaded if name.startswith("vmargin.") and not name.startswith("vmargin.testing")}
    assert not ours


def test_options_markers_and_fixtures_are_told(pytester: pytest.Pytester) -> None:
    told = pytester.runpytest_inprocess("--help", "-p", "no:cacheprovider").stdout.str()
    assert all(option in told for option in ("--vm-rpc-url", "--vm-block", "--vm-record", "--vm-key-env"))
    told = pytester.runpytest_inprocess("--markers", "-p", "no:cacheprovider").stdout.str()
    assert all(f"@pytest.mark.{marker}(" in told for marker in ("vm_funded", "vm_slow_chain", "vm_cassette"))
    told = pytester.runpytest_inprocess("--fixtures", "-p", "no:cacheprovider").stdout.str()
    for fixture in (
        "cassette",
        "devnet",
        "forked",
        "rpc_faults",
        "vm_chain",
        "vm_deploy",
        "vm_view",
        "vm_wait",
    ):
        assert re.search(rf"^{fixture} -- .*\n    \S", told, re.MULTILINE), fixture


def test_the_header_says_that_there_is_a_remote_chain_and_not_where(run: Run) -> None:
    urls = "https://one.example/a-secret, https://two.example"
    result = run("def test_nothing(): pass", "--vm-rpc-url", urls, "--vm-block", "5", passed=1)
    result.stdout.fnmatch_lines(["vmargin: a remote chain behind 2 nodes, block 5, cassettes: once"])
    assert "example" not in result.stdout.str()
    assert "vmargin: " not in run("def test_nothing(): pass", passed=1).stdout.str()


def test_what_a_test_does_to_its_chain_is_taken_back(run: Run) -> None:
    run(
        """
        import pytest
        processes = set()

        @pytest.mark.parametrize("turn", range(3))
        def test_the_chain_is_as_it_started(devnet, turn):
            assert devnet.head == 1
            assert devnet.at().balance("0x" + "5e" * 20) == 0
            assert devnet.at().timestamp < 2**32
            devnet.set_balance("0x" + "5e" * 20, 1)
            devnet.warp(2**32 + turn)
            assert devnet.at().balance("0x" + "5e" * 20) == 1
            processes.add(devnet.pid)
            assert len(processes) == 1
        """,
        passed=3,
    )


def test_a_chain_that_cannot_be_taken_back_is_replaced(run: Run) -> None:
    run(
        """
        import os, signal
        processes = []

        def test_ended(devnet):
            processes.append(devnet.pid)
            os.kill(devnet.pid, signal.SIGKILL)

        def test_reorganised(devnet):
            processes.append(devnet.pid)
            devnet.reorg(1)

        def test_as_it_started(devnet):
            processes.append(devnet.pid)
            assert devnet.head == 1
            assert len(set(processes)) == 3
        """,
        passed=3,
    )


def test_a_suite_chooses_the_options_of_its_chain(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def devnet_options():
            return {"hardfork": "prague", "chain_id": 5}
        """
    )
    run(
        """
        def test_options(devnet):
            assert (devnet.hardfork, devnet.chain_id) == ("prague", 5)
            assert devnet.rpc("anvil_nodeInfo")["hardFork"] == "Prague"
        """,
        passed=1,
    )


def test_a_node_misbehaves_on_demand(run: Run) -> None:
    run(
        """
        import pytest
        from vmargin.chain.connection import Connection
        from vmargin.chain.errors import ChainError

        def test_faults(devnet, rpc_faults):
            with Connection(rpc_faults.url, patience=1) as connection:
                assert connection.at().hash == devnet.at().hash
                rpc_faults.inject("wrong_id")
                with pytest.raises(ChainError):
                    connection.at()
                rpc_faults.clear()
                assert connection.at().hash == devnet.at().hash
        """,
        passed=1,
    )
