"""`vmargin read` as a user meets it: data on stdout, all else on stderr, and a code for how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from vmargin.chain.faults import FaultyNode

BALANCE = "balanceOf(address)(uint256)"
NEGATE = "negate(int256)(int256)"
ERRORS = ("--errors", "WithText(string,uint8)", "--errors", "Bare()")


@pytest.fixture
def read(world, here):
    """Run `vmargin read` on the chain; the contract is RevertShapes unless another is given."""

    def read(*arguments, to=world.shapes, url=world.chain.url):
        return here("read", to, *arguments, "--rpc-url", url)

    return read


def test_a_balance_by_a_process_of_its_own(world):
    head = world.chain.at()
    words = ["read", world.token, BALANCE, world.holder]
    environment = os.environ | {"ETH_RPC_URL": world.chain.url}
    done = subprocess.run(
        [sys.executable, "-m", "vmargin", *words],
        env=environment,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{2**255}\n")
    assert done.stderr == (
        f"vmargin: chain 31337, block {head.number} (0x{head.hash.hex()}), not proven, pinned by hash\n"
    )


def test_json_names_everything(world, read):
    head = world.chain.at()
    done = read(BALANCE, world.holder, "--json", to=world.token)
    assert json.loads(done.stdout) == {
        "address": head.connection.web3.to_checksum_address(world.token),
        "function": BALANCE,
        "arguments": [world.holder],
        "values": [str(2**255)],
        "provenance": {
            "chainId": 31337,
            "block": head.number,
            "blockHash": f"0x{head.hash.hex()}",
            "timestamp": head.timestamp,
            "pin": "hash",
            "anchor": None,
        },
    }


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ([NEGATE, "-5"], "5"),
        ([NEGATE, "-1e18"], str(10**18)),
        ([NEGATE, "-0x10"], "16"),
        ([NEGATE, "1_000"], "-1000"),
        (
            ["succeed(uint256,int64,bool)(uint256,int64,bool)", "1.5e18", "-7", "true"],
            f"{15 * 10**17}\n-7\ntrue",
        ),
        (["pair((int64,bool))((int64,bool))", "(-3,true)"], "(-3, true)"),
        (["sum(uint256[])(uint256)", "[1, 2,3]"], "6"),
        (["text(string)(string)", "two words"], '"two words"'),
        (["text(string)(string)", "\x1b[31m\n"], r'"\u001b[31m\n"'),
        (["text(string)(string)", "-5e"], '"-5e"'),
        (["sender()(address)"], "0x0000000000000000000000000000000000000000"),
        (["nothing()()"], ""),
    ],
)
def test_what_is_typed_and_printed(read, words, printed):
    done = read(*words)
    assert (done.returncode, done.stdout) == (0, f"{printed}\n")


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["divide(uint256,uint256)(uint256)", "1", "0"], "reverted: Panic(0x12) (division by zero)"),
        (["error(string)()", "no\x1b[2J"], r"reverted: Error(no\x1b[2J)"),
        (["withText(string,uint8)()", "why", "7", *ERRORS], "reverted: WithText(why, 7)"),
        (["bare()()", *ERRORS], "reverted: Bare()"),
        (["bare()()"], "reverted: Unknown(0x"),
        (["empty()()"], "reverted: Empty"),
        (["invalid()()"], "halted: "),
    ],
)
def test_a_revert_is_a_finding(read, words, printed):
    done = read(*words)
    assert done.returncode == 1
    assert done.stdout.startswith(printed)
    assert done.stdout.count("\n") == 1
    assert "not proven, pinned by hash" in done.stderr
    document = json.loads(read(*words, "--json").stdout)
    assert ("halted" if printed.startswith("halted") else "reverted") in document
    assert "values" not in document
    assert document["provenance"]["chainId"] == 31337


def test_revert_data_in_json(read):
    document = json.loads(read("element(uint256)(uint256)", "9", "--json").stdout)
    data = "0x4e487b71" + f"{0x32:064x}"
    assert document["reverted"] == {"error": "Panic(0x32)", "data": data}


def test_every_way_to_name_a_block(world, read):
    head = world.chain.at()
    before = [world.chain.at(head.number - back) for back in (0, 1, 2)]
    names = {
        "latest": before[0],
        "safe": before[1],
        "finalized": before[2],
        str(before[1].number): before[1],
        hex(before[2].number): before[2],
        f"0x{before[1].hash.hex()}": before[1],
    }
    for name, view in names.items():
        done = read("stored()(uint256)", "--block", name)
        assert (done.returncode, done.stdout) == (0, "0\n")
        assert f"block {view.number} (0x{view.hash.hex()})" in done.stderr
    # before the token was there
    assert read("totalSupply()(uint256)", "--block", "1", to=world.token).returncode == 3


def test_the_environment_names_nodes(world, here, monkeypatch):
    for name in ("ETH_RPC_URL", "WEB3_PROVIDER_URI", "RPC_URL_31337"):
        monkeypatch.delenv(name, raising=False)
    words = ["read", world.shapes, "stored()(uint256)"]
    done = here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no node is named: set ETH_RPC_URL or WEB3_PROVIDER_URI" in done.stderr
    monkeypatch.setenv("WEB3_PROVIDER_URI", world.chain.url)
    assert here(*words).stdout == "0\n"
    monkeypatch.setenv("RPC_URL_31337", world.chain.url)
    monkeypatch.setenv("ETH_RPC_URL", "http://127.0.0.1:1")
    assert here(*words, "--chain-id", "31337").stdout == "0\n"


USAGE = {
    "a signature": (["stored"], "'stored' is no signature"),
    "no outputs": (
        ["stored()"],
        "'stored()' does not say what it returns: write it as in  balanceOf(address)(uint256), or",
    ),
    "too few": ([NEGATE], "negate(int256) takes 1 argument, not 0"),
    "too many": (["stored()(uint256)", "1"], "stored() takes 0 arguments, not 1"),
    "a value": ([NEGATE, "x"], "argument 1 of negate(int256): 'x' is no int256: write an integer"),
    "a type": (["f(uint7)(bool)", "1"], "'uint7' in 'f(uint7)(bool)' is no type of the ABI"),
    "an option": (["stored()(uint256)", "--nonsense"], "unrecognized arguments: --nonsense"),
    "a block": (
        ["stored()(uint256)", "--block", "soon"],
        "'soon' is no block: it takes latest, safe, finalized",
    ),
    "a time-out": (
        ["stored()(uint256)", "--timeout", "0"],
        "--timeout 0.0: it takes a number of seconds above 0",
    ),
    "an error": (["bare()()", "--errors", "Bare()(uint8)"], "'Bare()(uint8)' is no custom error"),
    "no anchor": (["stored()(uint256)", "--proven"], "a node can invent"),
    "an anchor": (
        ["stored()(uint256)", "--proven", "--anchor", "faith"],
        "'faith' is no anchor; there are hash:0x…",
    ),
    "an anchor alone": (
        ["stored()(uint256)", "--anchor", "quorum:2/3"],
        "--anchor is of use in a proven read only",
    ),
    "a fork alone": (["stored()(uint256)", "--fork", "osaka"], "--fork is of use in a proven read only"),
    "a small quorum": (["stored()(uint256)", "--proven", "--anchor", "quorum:2/3"], "takes 3 nodes"),
}


@pytest.mark.parametrize("flaw", USAGE)
def test_wrong_usage(read, tmp_path, flaw):
    words, said = USAGE[flaw]
    done = read(*words, "--record", tmp_path / "none.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_address(world, here):
    done = here("read", world.token[:-1] + "é", BALANCE, world.holder, "--rpc-url", world.chain.url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no address" in done.stderr


def test_the_chain_cannot_be_read(world, read, tmp_path):
    file = tmp_path / "none.json"
    done = read("stored()(uint256)", "--record", file, "--timeout", "1", url="http://127.0.0.1:1/secret-key")
    assert (done.returncode, done.stdout) == (3, "")
    assert "secret-key" not in done.stderr
    done = read("stored()(uint256)", "--record", file, "--chain-id", "1")
    assert (done.returncode, done.stdout) == (3, "")
    assert "is on chain 31337, not 1" in done.stderr
    done = read("name()(string)", "--record", file, to=world.holder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "returned nothing: is there a contract at this address?" in done.stderr
    assert not file.exists()


def test_a_block_that_was_reorganised_away(world, read):
    chain = world.chain
    before = chain.snapshot()
    chain.mine(2)
    with FaultyNode(chain.url) as node:
        node.inject("reorg", methods=["eth_call"], times=1)
        done = read("stored()(uint256)", url=node.url)
    chain.revert(before)
    assert (done.returncode, done.stdout) == (4, "")
    assert "the chain was reorganised; read again, at a new block" in done.stderr


def test_a_proven_read_names_its_anchor(world, read):
    head = f"0x{world.chain.at().hash.hex()}"
    proven = ["--proven", "--fork", "osaka", "--anchor", f"hash:{head}"]
    done = read(BALANCE, world.holder, *proven, to=world.token)
    assert (done.returncode, done.stdout) == (0, f"{2**255}\n")
    assert f"({head}), proven, anchor hash:{head}" in done.stderr
    document = json.loads(read(BALANCE, world.holder, *proven, "--json", to=world.token).stdout)
    assert (document["values"], document["provenance"]["anchor"]) == ([str(2**255)], f"hash:{head}")
    assert (
        read("element(uint256)(uint256)", "9", *proven).stdout
        == "reverted: Panic(0x32) (index out of bounds)\n"
    )


def test_a_quorum_of_nodes(world, read, tmp_path, here):
    other = world.chain.url.replace("127.0.0.1", "localhost")
    file = tmp_path / "quorum.json"
    proven = ["--rpc-url", other, "--proven", "--fork", "osaka", "--anchor", "quorum:2/2", "--record", file]
    done = read("stored()(uint256)", *proven)
    assert (done.returncode, done.stdout) == (0, "0\n")
    assert "proven, anchor quorum:2/2" in done.stderr
    assert "proven, anchor as recorded: quorum:2/2" in here("replay", file).stderr
    done = here("replay", file, "--anchor", "quorum:2/2")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_proven_read_is_at_its_anchors_block(world, read):
    head = world.chain.at()
    parent = f"0x{head.header.parent_hash.hex()}"
    done = read("stored()(uint256)", "--proven", "--fork", "osaka", "--anchor", f"hash:{parent}")
    assert done.returncode == 0
    assert f"block {head.number - 1} ({parent}), proven" in done.stderr
    other = ["--proven", "--fork", "osaka", "--anchor", f"hash:{parent}", "--block", "latest"]
    done = read("stored()(uint256)", *other)
    assert (done.returncode, done.stdout) == (3, "")
    assert "read at the block of this hash instead" in done.stderr


def test_a_lie_is_not_proven(world, read):
    head = f"0x{world.chain.at().hash.hex()}"
    proven = ["--proven", "--fork", "osaka", "--anchor", f"hash:{head}"]
    with FaultyNode(world.chain.url) as node:
        node.inject("lying_call")
        node.inject("lying_storage")
        assert read(BALANCE, world.holder, to=world.token, url=node.url).stdout == f"{2**255 + 1}\n"
        assert read(BALANCE, world.holder, *proven, to=world.token, url=node.url).stdout == f"{2**255}\n"
        node.inject("proof_node_changed")
        done = read(BALANCE, world.holder, *proven, to=world.token, url=node.url)
    assert (done.returncode, done.stdout) == (3, "")
