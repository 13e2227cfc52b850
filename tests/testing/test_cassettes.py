"""Cassettes: recorded once, replayed without a node, whole or not at all, and loud about what they lack."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.conftest import HOLDER, Remote, Run
from vmargin.chain.recorded import load

pytest_plugins = ["pytester"]

BALANCE = "balanceOf(address)(uint256)"
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def suite(remote: Remote) -> str:
    return f"""
def test_reads(cassette):
    view = cassette.at()
    assert view.call("{remote.token}", "{BALANCE}", ["{HOLDER}"]) == (23,)
    assert view.chain_id == 1234
"""


def cassettes(pytester: pytest.Pytester) -> list[str]:
    return sorted(
        str(p.relative_to(pytester.path)) for p in pytester.path.rglob("cassettes/**/*") if p.is_file()
    )


def test_what_was_recorded_once_is_replayed_with_no_node(
    pytester: pytest.Pytester, run: Run, remote: Remote, suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with remote.node() as node:
        run(suite, "--vm-rpc-url", node.url, passed=1)
        asked = len(node.requests)
        assert asked
        (file,) = cassettes(pytester)
        assert re.fullmatch(r"cassettes/test_\w+/test_reads\.json", file)
        raw = (pytester.path / file).read_bytes()
        run(suite, "--vm-rpc-url", node.url, passed=1)  # there is a file: it is replayed
        assert len(node.requests) == asked
    run(suite, passed=1)
    monkeypatch.setenv("CI", "true")
    run(suite, "--vm-rpc-url", NOWHERE, passed=1)
    assert (pytester.path / file).read_bytes() == raw


def test_what_is_recorded_anew_has_the_same_bytes(
    pytester: pytest.Pytester, run: Run, remote: Remote, suite: str
) -> None:
    block = ("--vm-block", str(remote.chain.head), "--vm-rpc-url", remote.chain.url)
    run(suite, *block, passed=1)
    (file,) = cassettes(pytester)
    raw = (pytester.path / file).read_bytes()
    (pytester.path / file).write_text("damaged")
    result = run(suite, *block, failed=1)
    result.stdout.fnmatch_lines(["*BadRecording*"])
    run(suite, *block, "--vm-record", "all", passed=1)
    assert (pytester.path / file).read_bytes() == raw


@pytest.mark.parametrize(
    ("options", "ci", "said"),
    [
        ([], "", "and no chain to record it from"),
        (["--vm-rpc-url", NOWHERE], "true", "and none is recorded here"),
        (["--vm-rpc-url", NOWHERE, "--vm-record", "none"], "", "and none is recorded here"),
    ],
    ids=["no chain", "CI", "none"],
)
def test_without_a_file_it_says_how_to_record(
    run: Run, suite: str, monkeypatch: pytest.MonkeyPatch, options: list[str], ci: str, said: str
) -> None:
    monkeypatch.setenv("CI", ci)
    result = run(suite, *options, failed=1)
    how = "to record it: pytest *::test_reads --vm-record all --vm-rpc-url URL"
    result.stdout.fnmatch_lines([f"*Missing: there is no cassette */test_reads.json, {said}; {how}*"])


def test_a_read_that_was_not_recorded_fails(
    pytester: pytest.Pytester, run: Run, remote: Remote, suite: str
) -> None:
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)
    (file,) = cassettes(pytester)
    raw = (pytester.path / file).read_bytes()
    more = suite + f"    view.balance('{HOLDER}')\n"
    result = run(more, "--vm-rpc-url", remote.chain.url, failed=1)  # once is once
    result.stdout.fnmatch_lines(
        [f"*test_reads.json does not hold the balance of {HOLDER}; to record it: pytest *--vm-record all*"]
    )
    assert (pytester.path / file).read_bytes() == raw
    run(more, "--vm-rpc-url", remote.chain.url, "--vm-record", "all", passed=1)
    run(more, passed=1)


def test_a_read_that_was_not_recorded_fails_also_where_the_code_under_test_catches_it(
    run: Run, remote: Remote, suite: str
) -> None:
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)
    careless = f"""
{suite}
    from vmargin.errors import VmarginError
    try:
        view.balance("{HOLDER}")
    except VmarginError:
        pass
"""
    result = run(careless, passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [f"*passed without an answer to a question: *the balance of {HOLDER}; to record*"]
    )


def test_nothing_is_written_of_a_test_that_fails(
    pytester: pytest.Pytester, run: Run, remote: Remote, suite: str
) -> None:
    run(suite + "    assert False\n", "--vm-rpc-url", remote.chain.url, failed=1)
    assert not cassettes(pytester)
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)
    (file,) = cassettes(pytester)
    raw = (pytester.path / file).read_bytes()
    longer = suite + f"    view.balance('{HOLDER}')\n    assert False\n"
    run(longer, "--vm-rpc-url", remote.chain.url, "--vm-record", "all", failed=1)
    assert (pytester.path / file).read_bytes() == raw


def test_nothing_is_written_of_a_run_that_is_killed(
    pytester: pytest.Pytester, remote: Remote, suite: str
) -> None:
    killed = suite + "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    path = pytester.makepyfile(killed)
    done = subprocess.run([sys.executable, "-m", "pytest", str(path), "--vm-rpc-url", remote.chain.url],
                          capture_output=True, check=False)  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert not cassettes(pytester)


def test_each_block_and_each_test_has_a_file_of_its_own(
    pytester: pytest.Pytester, run: Run, remote: Remote
) -> None:
    head = remote.chain.head
    suite = f"""
    import pytest

    def supply(view):
        return view.call("{remote.token}", "totalSupply()(uint256)")[0]

    def test_blocks(cassette):
        assert [supply(cassette.at(block)) for block in ({head - 2}, {head - 1}, "latest")] == [5, 12, 23]
        assert cassette.at("latest") is cassette.at("latest")

    @pytest.mark.parametrize("name", ["a/b", "A/B", "x" * 300])
    def test_names(cassette, name):
        supply(cassette.at())

    class TestClass:
        def test_method(self, cassette):
            supply(cassette.at())
    """
    run(suite, "--vm-rpc-url", remote.chain.url, passed=5)
    files = [Path(file).name for file in cassettes(pytester)]
    assert {f"test_blocks@{head - 2}.json", f"test_blocks@{head - 1}.json", "test_blocks@latest.json"} < set(
        files
    )
    assert len({file.lower() for file in files}) == len(files) == 7
    assert max(map(len, files)) < 130
    run(suite, passed=5)
    (folder,) = {(pytester.path / file).parent for file in cassettes(pytester)}
    (folder / f"test_blocks@{head - 2}.json").rename(folder / f"test_blocks@{head - 1}.json")
    result = run(suite.replace(f"({head - 2}, ", "("), failed=1, passed=4)
    result.stdout.fnmatch_lines([f"*holds block {head - 2}, not the one that is asked for; to record it:*"])


def test_tests_may_share_a_cassette(pytester: pytest.Pytester, run: Run, remote: Remote) -> None:
    suite = f"""
    import pytest
    pytestmark = pytest.mark.vm_cassette("book/all")

    def test_supply(cassette):
        assert cassette.at().call("{remote.token}", "totalSupply()(uint256)") == (23,)

    def test_balance(cassette):
        assert cassette.at().call("{remote.token}", "{BALANCE}", ["{HOLDER}"]) == (23,)
    """
    run(suite, "--vm-rpc-url", remote.chain.url, passed=2)
    assert cassettes(pytester) == ["cassettes/book/all.json"]
    run(suite, passed=2)
    run(suite, "--vm-rpc-url", remote.chain.url, "--vm-record", "all", passed=2)
    run(suite, passed=2)
    more = (
        suite.replace("totalSupply", "decimals").replace("(uint256)", "(uint8)").replace("(23,)", "(18,)", 1)
    )
    result = run(more, failed=1, passed=1)
    result.stdout.fnmatch_lines(
        ["*to record it: pytest test_*.py, and all else that shares it, --vm-record all*"]
    )
    result = run(suite.replace("book/all", "../all"), errors=2)
    result.stdout.fnmatch_lines(["*vm_cassette takes a name, which may have folders*"])


def test_a_cassette_may_hold_proofs(pytester: pytest.Pytester, run: Run, remote: Remote) -> None:
    hash_ = remote.chain.at().hash.hex()
    suite = f"""
    def test_proven(cassette):
        view = cassette.at("0x{hash_}", anchor="hash:0x{hash_}", fork="osaka")
        assert view.call("{remote.token}", "totalSupply()(uint256)") == (23,)
        assert view.anchor == "hash:0x{hash_}"
    """
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)
    run(suite, passed=1)
    (file,) = cassettes(pytester)
    assert load(pytester.path / file).anchor == f"as recorded: hash:0x{hash_}"
    other = suite.replace(f'anchor="hash:0x{hash_}"', f'anchor="hash:0x{"ab" * 32}"')
    run(other, failed=1).stdout.fnmatch_lines(["*NotVouched*"])


REACHES = [
    "with Connection(URL, patience=1) as connection: connection.at()",
    "urlopen(URL)",
    "socket.create_connection(('127.0.0.1', PORT)).close()",
    "with socket.socket() as s: s.connect_ex(('127.0.0.1', PORT))",
    "socket.getaddrinfo('localhost', 80)",
]


@pytest.mark.parametrize("reach", REACHES)
def test_a_replay_has_no_network(run: Run, remote: Remote, suite: str, reach: str) -> None:
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)
    reaching = f"""
import socket
from urllib.request import urlopen
from vmargin.chain.connection import Connection
URL, PORT = "{remote.chain.url}", {remote.chain.url.rpartition(":")[2]}
{suite}
    try:
        {reach}
    except Exception:
        pass

def test_after():
    if "socket" in {reach!r}:
        {reach}
"""
    result = run(reaching, "--vm-rpc-url", NOWHERE, failed=1, passed=1)
    result.stdout.fnmatch_lines(["*the network is not to be used, and something connects to *: this test*"])


def test_a_replay_may_go_beside_a_devnet(run: Run, remote: Remote, suite: str) -> None:
    beside = suite.replace("(cassette)", "(cassette, devnet)") + "    assert devnet.at().chain_id == 31337\n"
    run(beside, "--vm-rpc-url", remote.chain.url, passed=1)
    run(beside, passed=1)


def test_what_is_missing_is_recorded_while_the_rest_is_replayed(run: Run, remote: Remote, suite: str) -> None:
    run(suite, "--vm-rpc-url", remote.chain.url, passed=1)
    more = suite + f"    assert cassette.at({remote.chain.head - 1}).balance('{HOLDER}') == 0\n"
    run(more, "--vm-rpc-url", remote.chain.url, passed=1)
    run(more, passed=1)


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(
    pytester: pytest.Pytester, run: Run, remote: Remote, suite: str
) -> None:
    (pytester.path / "cassettes").write_text("a file")
    result = run(suite, "--vm-rpc-url", remote.chain.url, passed=1, errors=1)
    result.stdout.fnmatch_lines(["*UsageError: *cassettes* cannot be written: *"])
