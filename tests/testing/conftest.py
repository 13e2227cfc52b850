"""A second anvil that plays the remote chain, and suites that are run as users run theirs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyrevm  # noqa: F401
import pytest

# what the suites import stays loaded when they are over
import vmargin.chain.connection
import vmargin.chain.faults
import vmargin.chain.live
import vmargin.chain.rpc.provider
import vmargin.crosscheck.compare
import vmargin.crosscheck.conform
import vmargin.testing.cassettes
import vmargin.testing.deployed
import vmargin.testing.remote
import vmargin.testing.strategies
import vmargin.testing.waiting  # noqa: F401
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.faults import FaultyNode

BUILD = Path(__file__).parents[2] / "contracts" / "build"
KEY = "VMARGIN_TEST_KEY"
HOLDER = "0x" + "5e" * 20


class Remote(NamedTuple):
    """A chain with blocks and a token, and a node before it that keeps a record of what is asked."""

    chain: Devnet
    token: str

    def node(self) -> FaultyNode:
        return FaultyNode(self.chain.url)


@pytest.fixture(scope="session")
def remote() -> Iterator[Remote]:
    """Another chain than any devnet: nobody's accounts are known to it but by their signatures."""
    with devnet(chain_id=1234, accounts=2) as chain:
        token = chain.deploy(BUILD / "Erc20.json", ["Token", "T", 18])
        for value in (5, 7, 11):
            chain.send(token, "mint(address,uint256)", [HOLDER, value])
        yield Remote(chain, token)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment of our own tests says is not said to theirs."""
    for name in ("CI", KEY, "VMARGIN_TEST_RPC_URL", "VMARGIN_TEST_BLOCK"):
        monkeypatch.delenv(name, raising=False)


Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a suite in this process: its text, options, and how its tests end."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # one suite is not taken for the one before

    def run(suite: str, *options: str, **outcomes: int) -> pytest.RunResult:
        pytester.makepyfile(suite)
        result = pytester.runpytest_inprocess(
            "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-ra", "--strict-markers", *options
        )
        result.assert_outcomes(**outcomes)
        return result

    return run
