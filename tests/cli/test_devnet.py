"""`vmargin devnet` as a user meets it: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from vmargin.chain.devnet import devnet
from vmargin.cli import main

ROOT = Path(__file__).parents[2]
FIRST = {
    "address": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "key": "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
}


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "vmargin", "devnet", "--port", "0", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(url: str, method: str, *params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return requests.post(url, json=request, timeout=10).json()["result"]


def listens(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=1).close()
    except OSError:
        return False
    return True


def ended(process: subprocess.Popen[str], by: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(by)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_it_runs_until_it_is_interrupted_and_says_where_it_is() -> None:
    with running(
        "--json", "--accounts", "2", "--chain-id", "99", "--hardfork", "prague", "--", "--base-fee", "0"
    ) as it:
        assert it.stdout is not None
        facts = json.loads(it.stdout.readline())
        assert (facts["chainId"], facts["hardfork"]) == (99, "prague")
        assert facts["accounts"][0] == FIRST and len(facts["accounts"]) == 2
        assert int(ask(facts["url"], "eth_chainId"), 16) == 99
        assert len(ask(facts["url"], "eth_getCode", facts["multicall3"], "latest")) > 1000
        head = ask(facts["url"], "eth_getBlockByNumber", "latest", False)
        assert head["baseFeePerGas"] == "0x0"
        code, out, err = ended(it, signal.SIGINT)
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "vmargin: everybody knows these keys: they are for tests",
        "vmargin: running until Ctrl-C",
    ]
    assert not listens(facts["url"])


def test_it_shows_people_the_same_and_ends_cleanly_when_told_to() -> None:
    with running() as it:
        assert it.stdout is not None
        shown = [it.stdout.readline().rstrip() for _ in range(16)]
        url = shown[0].removeprefix("url         ")
        assert shown[1:3] == ["chain id    31337", "hardfork    osaka"]
        assert f"{FIRST['address']}  {FIRST['key']}" in shown
        assert ask(url, "eth_blockNumber") == "0x1"
        code, out, _ = ended(it, signal.SIGTERM)
    assert (code, out) == (0, "")
    assert not listens(url)


def test_a_fork_is_of_the_chain_that_is_named() -> None:
    with devnet(chain_id=5) as chain:
        chain.mine(3)
        with running("--json", "--fork-url", chain.url, "--fork-block-number", "2") as it:
            assert it.stdout is not None
            facts = json.loads(it.stdout.readline())
            assert (facts["chainId"], ask(facts["url"], "eth_blockNumber")) == (5, "0x2")


def test_an_anvil_that_is_killed_ends_it_with_3() -> None:
    with running("--json") as it:
        assert it.stdout is not None
        os.kill(json.loads(it.stdout.readline())["pid"], signal.SIGKILL)
        _, err = it.communicate(timeout=30)
    assert it.returncode == 3
    assert "vmargin: anvil has ended" in err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ("--hardfork", "nonsense"),
            3,
            "vmargin: anvil did not start; it said:\n  Error: Unknown hardfork: nonsense\n",
        ),
        (("--fork-url", "http://secret@127.0.0.1:9"), 3, "Connection refused"),
        (("--", "--nonsense"), 3, "unexpected argument '--nonsense'"),
    ],
)
def test_what_goes_wrong_is_said_on_stderr(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, message: str
) -> None:
    assert main(["devnet", "--port", "0", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "secret" not in err


def test_a_binary_that_is_named_and_is_none_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMARGIN_ANVIL", "/nowhere/anvil")
    assert main(["devnet", "--port", "0"]) == 2
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert capsys.readouterr().err == (
        "vmargin: VMARGIN_ANVIL: /nowhere/anvil cannot be run: No such file or directory\n"
    )
