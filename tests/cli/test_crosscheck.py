"""`vmargin crosscheck` as a user meets it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crosscheck import patched
from tests.protocols.house import House, build
from vmargin.chain.devnet import devnet
from vmargin.chain.recorded import load
from vmargin.crosscheck.compare import Comparison, compare


@pytest.fixture(scope="module")
def house():
    with devnet(hardfork="prague") as chain:  # proven calls are the quicker under its rules
        yield build(chain)


@pytest.fixture
def deployment(house: House, tmp_path: Path) -> Path:
    path = tmp_path / "deployment.toml"
    path.write_text(house.deployment.to_toml())
    return path


@pytest.fixture
def crosscheck(house: House, deployment: Path, here):
    def crosscheck(*words: object, where: tuple[object, ...] = ("--deployment", deployment)):
        return here("crosscheck", "reference", *words, *where, "--rpc-url", house.chain.url)

    return crosscheck


def by_address(house: House) -> tuple[str, str]:
    return "--address", house.deployment.address("engine")


def test_all_accounts_are_equal(house, crosscheck):
    done = crosscheck("--all")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "account  outcome",
        *(f"{account}       equal" for account in house.accounts),
        "4 accounts compared: 4 equal, 0 differ, 0 unknown",
    ]
    assert done.stderr == f"vmargin: {house.chain.at().provenance}\n"


def test_json_is_that_of_the_call(house, crosscheck):
    done = crosscheck("16", "19", "--json")
    expected = compare(house.protocol, house.chain.at(), ["16", "19"])
    assert json.loads(done.stdout) == expected.as_json()
    assert expected.as_json()["schema"] == "vmargin/crosscheck/1"


def test_a_difference_is_exit_code_1_and_names_the_account(house, crosscheck):
    """Also where the deployment says what code there was: by address it is not known."""
    one = ["16", "17", "18", "19"]
    with patched.engine(house, lambda chain: compare(house.protocol, chain.at()).equal == 1) as chain:
        comparison = compare(house.protocol, chain.at())
        done = crosscheck("--all", where=by_address(house))
        refused = crosscheck("--all")
    assert done.returncode == 1
    assert done.stdout.splitlines() == list(comparison.lines())
    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines() if line[:2] in one}
    assert sorted(rows.values()) == ["differs"] * 3 + ["equal"]
    assert refused.returncode == 2
    assert "the engine of reference" in refused.stderr
    assert "has code of hash" in refused.stderr


def test_accounts_in_a_list_and_in_a_file(crosscheck, tmp_path):
    (tmp_path / "some.txt").write_text("# the first two\n16\n 17, 18  # and one\n\n")
    for words in (
        ["--accounts", "16,17,18"],
        ["--accounts", tmp_path / "some.txt"],
        ["16", "--accounts", "17,18"],
    ):
        found = json.loads(crosscheck(*words, "--json").stdout)
        assert [row["account"] for row in found["accounts"]] == ["16", "17", "18"]


def test_margin_takes_the_same_lists(house, here, deployment):
    where = ("--deployment", deployment, "--rpc-url", house.chain.url)
    listed = here("margin", "reference", "--accounts", "16,17", *where)
    assert listed.stdout == here("margin", "reference", "16", "17", *where).stdout != ""
    refused = here("margin", "reference", "--accounts", "16", "--state", "states.json")
    assert "says all that there is to judge" in refused.stderr


def test_proven_and_recorded(house, crosscheck, here, tmp_path):
    block = f"0x{house.chain.at().hash.hex()}"
    proof = ("--proven", "--anchor", f"hash:{block}", "--fork", house.chain.hardfork)
    done = crosscheck("17", *proof, "--save", tmp_path / "views", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["provenance"]["anchor"] == f"hash:{block}"
    (path,) = (tmp_path / "views").iterdir()
    assert path.name == f"block-{found['provenance']['block']}.json.xz"
    assert load(path).anchor == f"as recorded: hash:{block}"


def test_what_was_recorded_is_compared_again_with_no_node(house, crosscheck, here, deployment, tmp_path):
    done = crosscheck("--all", "--save", tmp_path, "--json")
    (path,) = tmp_path.glob("block-*.json.xz")
    words = ("crosscheck", "reference", "--all", "--deployment", deployment, "--recorded", path)
    again = here(*words, "--json")
    assert (again.returncode, again.stdout) == (0, done.stdout)
    refused = here(*words, "--block", "5")
    assert refused.returncode == 2
    assert "leave out --block" in refused.stderr


def test_unknown_is_exit_code_3(house, crosscheck, deployment, here, tmp_path):
    crosscheck("16", "--save", tmp_path)
    (path,) = tmp_path.glob("block-*.json.xz")
    done = here(
        "crosscheck", "reference", "16", "17", "--deployment", deployment, "--recorded", path, "--json"
    )
    assert done.returncode == 3
    found = Comparison.from_json(json.loads(done.stdout))
    assert (found.equal, found.unknown) == (1, 1)


def test_no_account_is_exit_code_3(house, crosscheck, here, tmp_path):
    done = crosscheck("--all", "--block", house.deployment.first_block + 9, where=by_address(house))
    assert done.returncode == 3
    assert done.stdout == "no account was compared: there is none\n"


def blocks(house: House, count: int) -> tuple[int, int]:
    """As many blocks in which the house is complete."""
    house.chain.mine(count)
    last = house.chain.at().number
    return last - count + 1, last


def test_many_blocks(house, crosscheck, tmp_path):
    first, last = blocks(house, 6)
    done = crosscheck(
        "--all", "--blocks", f"{first}..{last}", "--step", 2, "--save", tmp_path / "v", "--json"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == "vmargin/crosscheck/blocks/1"
    numbers = [block["provenance"]["block"] for block in found["blocks"]]
    assert numbers == list(range(first, last + 1, 2))
    assert (found["compared"], found["equal"], found["unread"]) == (12, 12, 0)
    assert {path.name for path in (tmp_path / "v").iterdir()} == {f"block-{n}.json.xz" for n in numbers}
    assert done.stderr == f"vmargin: chain 31337, blocks {first} to {last}, step 2\n"
    text = crosscheck("16", "--blocks", f"{first}..{first}").stdout.splitlines()
    assert text == [
        f"block {first}: 1 account compared: 1 equal, 0 differ, 0 unknown",
        "1 blocks; 1 account compared: 1 equal, 0 differ, 0 unknown",
    ]


def test_a_block_that_cannot_be_read_is_exit_code_3_unless_another_differs(house, crosscheck):
    first, last = blocks(house, 2)
    done = crosscheck("--all", "--blocks", f"{first}..{last + 2}", "--json")
    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert [block.get("error", "")[:3] == "" for block in found["blocks"]] == [True, True, False, False]
    assert (found["equal"], found["unread"]) == (8, 2)
    with patched.engine(house, lambda chain: compare(house.protocol, chain.at()).differs) as chain:
        last = chain.at().number
        done = crosscheck("--all", "--blocks", f"{last}..{last + 1}", where=by_address(house))
    assert done.returncode == 1
    assert f"block {last + 1}: not read: " in done.stdout


def test_a_run_that_was_killed_goes_on_where_it_was(house, crosscheck, deployment, tmp_path):
    first, last = blocks(house, 24)
    journal = tmp_path / "journal.jsonl"
    words = ("16", "--blocks", f"{first}..{last}", "--resume", journal, "--json")
    where = ("--deployment", deployment, "--rpc-url", house.chain.url, "--jobs", "1")
    command = [sys.executable, "-m", "vmargin", "crosscheck", "reference", *map(str, (*words, *where))]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not journal.exists() or journal.read_bytes().count(b"\n") < 4:
        assert time.monotonic() < deadline and run.poll() is None
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    assert run.communicate()[0] == b""
    kept = journal.read_bytes()
    kept = kept[: kept.rfind(b"\n") + 1]
    assert 4 <= kept.count(b"\n") < 25

    done = crosscheck(*words)
    assert done.returncode == 0, done.stderr
    assert journal.read_bytes().startswith(kept)
    assert journal.read_bytes().count(b"\n") == 25
    again = crosscheck(*words)
    whole = crosscheck(*(word for word in words if word not in ("--resume", journal)))
    assert done.stdout == again.stdout == whole.stdout

    refused = crosscheck("--all", *words[1:])
    assert refused.returncode == 2
    assert 'is the journal of another run: there accounts is ["16"], here null' in refused.stderr


def test_progress_is_shown_to_a_person_only(house, deployment):
    """On a terminal there is a bar with counts on stderr; stdout stays what it is."""
    first, last = blocks(house, 3)
    words = ("crosscheck", "reference", "--all", "--blocks", f"{first}..{last}", "--deployment", deployment)
    command = [sys.executable, "-m", "vmargin", *map(str, words), "--rpc-url", house.chain.url]
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment)
    os.close(theirs)
    out = run.communicate()[0].decode()
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert run.returncode == 0
    assert "3/3 blocks" in shown
    assert "0 accounts unequal" in shown
    assert out.splitlines()[-1] == "3 blocks; 12 accounts compared: 12 equal, 0 differ, 0 unknown"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name accounts (a number, as in 16), or --all of them"),
        (["16", "--all"], "name accounts (a number, as in 16), or --all of them"),
        (["sixteen"], "'sixteen' is no account of the reference clearing house"),
        (["--accounts", "16,sixteen"], "'sixteen' is no account"),
        (["--all", "--step", "2"], "--step is of use with many blocks only: add --blocks A..B"),
        (["--all", "--resume", "j"], "--resume is of use with many blocks only"),
        (["--all", "--blocks", "5"], "it takes the first and the last, as in 100..200"),
        (["--all", "--blocks", "5..4"], "it takes the first and the last, as in 100..200"),
        (["--all", "--blocks", "4..5", "--block", "4"], "leave out --block"),
        (["--all", "--blocks", "4..5", "--step", "0"], "--step 0: it takes a number above 0"),
        (["--all", "--blocks", "4..5", "--jobs", "0"], "--jobs 0: it takes a number from 1 to 64"),
        (
            ["--all", "--blocks", "4..5", "--proven", "--anchor", f"hash:0x{'ab' * 32}"],
            "vouches for one block, --blocks names 2",
        ),
    ],
)
def test_wrong_usage_is_answered_with_the_right_one(crosscheck, words, said):
    done = crosscheck(*words)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_file_of_accounts_says_where_it_is_wrong(crosscheck, tmp_path):
    (tmp_path / "some.txt").write_text("16\nsixteen\n")
    done = crosscheck("--accounts", tmp_path / "some.txt")
    assert done.returncode == 2
    assert "some.txt, line 2: 'sixteen' is no account" in done.stderr
    (tmp_path / "none.txt").write_text("# nobody\n")
    assert "names no account" in crosscheck("--accounts", tmp_path / "none.txt").stderr


def test_help_tells_every_exit_code(here):
    said = here("crosscheck", "--help").stdout.partition("exit code:")[2]
    for code, meaning in ((0, "equal"), (1, "differs"), (2, "wrong usage"), (3, "certainty"), (4, "stale")):
        assert f"{code} " in said.partition(meaning)[0]
