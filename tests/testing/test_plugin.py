"""The fixtures that pytest finds in vmargin, as a suite that uses them meets them."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

# what the suites below import stays loaded when they are over
import vmargin.chain.connection
import vmargin.chain.faults
import vmargin.chain.live
import vmargin.chain.rpc.provider  # noqa: F401

pytest_plugins = ["pytester"]

HEAVY = ("Crypto", "eth_abi", "numpy", "pyrevm", "requests", "rich", "rlp", "trie", "web3", "websockets")


def passes(pytester: pytest.Pytester, suite: str, *, passed: int) -> None:
    pytester.makepyfile(suite)
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest").assert_outcomes(
        passed=passed
    )


def test_pytest_finds_the_plugin() -> None:
    (plugin,) = entry_points(group="pytest11", name="vmargin")
    assert plugin.value == "vmargin.testing.plugin"


def test_the_plugin_costs_other_suites_nothing() -> None:
    show = "import sys, vmargin.testing.plugin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "pytest" in loaded
    assert not loaded & set(HEAVY)
    assert not {name for name in done.stdout.split() if name.startswith("vmargin.chain")}


def test_what_a_test_does_to_its_chain_is_taken_back(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
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


def test_a_chain_that_cannot_be_taken_back_is_replaced(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
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


def test_a_suite_chooses_the_options_of_its_chain(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def devnet_options():
            return {"hardfork": "prague", "chain_id": 5}
        """
    )
    passes(
        pytester,
        """
        def test_options(devnet):
            assert (devnet.hardfork, devnet.chain_id) == ("prague", 5)
            assert devnet.rpc("anvil_nodeInfo")["hardFork"] == "Prague"
        """,
        passed=1,
    )


def test_a_node_misbehaves_on_demand(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
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
