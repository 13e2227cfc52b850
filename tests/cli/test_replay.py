"""`vmargin replay` prints what `vmargin read` printed, with no node anywhere near."""

from __future__ import annotations

import json

import pytest

from vmargin.chain.recorded import record

BALANCE = "balanceOf(address)(uint256)"


@pytest.fixture
def proven(world):
    head = world.chain.at()
    return ["--proven", "--fork", "osaka", "--anchor", f"hash:0x{head.hash.hex()}"]


@pytest.fixture
def recording(world, here, tmp_path, monkeypatch):
    """Record a read; afterwards no node can be found."""

    def recording(*words, name="read.json"):
        path = tmp_path / name
        done = here("read", *words, "--rpc-url", world.chain.url, "--record", path)
        for variable in ("ETH_RPC_URL", "WEB3_PROVIDER_URI"):
            monkeypatch.setenv(variable, "http://127.0.0.1:1")
        return path, done

    return recording


@pytest.mark.parametrize("json_wanted", [[], ["--json"]])
@pytest.mark.parametrize("name", ["read.json", "read.json.xz"])
def test_what_was_read_is_printed_again(world, here, recording, json_wanted, name):
    path, read = recording(world.token, BALANCE, world.holder, *json_wanted, name=name)
    replay = here("replay", path, *json_wanted)
    assert (read.returncode, replay.returncode) == (0, 0)
    assert (replay.stdout, replay.stderr) == (read.stdout, read.stderr)
    assert (str(2**255) in replay.stdout) and ("not proven" in replay.stderr)


def test_a_revert_is_replayed(world, here, recording):
    words = [world.shapes, "withText(string,uint8)()", "why", "7"]
    path, read = recording(*words)
    assert read.returncode == 1
    assert here("replay", path).stdout == read.stdout
    done = here("replay", path, "--errors", "WithText(string,uint8)")
    assert (done.returncode, done.stdout) == (1, "reverted: WithText(why, 7)\n")


def test_a_negative_argument_is_replayed(world, here, recording):
    path, _ = recording(world.shapes, "negate(int256)(int256)", "-1e3")
    assert here("replay", path).stdout == "1000\n"
    assert here("replay", path, world.shapes, "negate(int256)(int256)", "-1000").stdout == "1000\n"
    done = here("replay", path, world.shapes, "negate(int256)(int256)", "-1001")
    assert (done.returncode, done.stdout) == (3, "")
    assert "does not hold the call of 0x" in done.stderr


def test_everything_is_proven_again(world, here, recording, proven):
    path, read = recording(world.token, BALANCE, world.holder, *proven)
    anchor = proven[-1]
    done = here("replay", path)
    assert (done.returncode, done.stdout) == (0, read.stdout)
    assert f"proven, anchor as recorded: {anchor}" in done.stderr
    provenance = json.loads(here("replay", path, "--json").stdout)["provenance"]
    assert provenance["anchor"] == f"as recorded: {anchor}"
    done = here("replay", path, "--anchor", anchor)
    assert (done.stdout, done.stderr) == (read.stdout, read.stderr)
    done = here("replay", path, "--anchor", "hash:0x" + "11" * 32)
    assert (done.returncode, done.stdout) == (3, "")
    # the code is there, so whatever needs no more than that can be proven, too
    assert here("replay", path, world.token, "decimals()(uint8)").stdout == "18\n"
    done = here("replay", path, world.token, BALANCE, world.token)
    assert (done.returncode, done.stdout) == (3, "")
    assert "does not hold the proof of slot 0x" in done.stderr


def test_an_edited_file(world, here, recording):
    path, _ = recording(world.token, BALANCE, world.holder)
    path.write_bytes(path.read_bytes().replace(b'"returned": "0x8', b'"returned": "0x9'))
    done = here("replay", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{path} is not as it was written" in done.stderr


def test_wrong_usage(world, here, recording, tmp_path):
    path, _ = recording(world.token, BALANCE, world.holder)
    for words, said in [
        ((tmp_path / "nowhere.json",), "cannot be read: No such file"),
        ((path, world.token), f"which function of {world.token}?"),
        ((path, world.token, BALANCE), "takes 1 argument, not 0"),
        ((path, "--anchor", "hash:0x" + "11" * 32), "holds no proofs"),
        ((), "the following arguments are required: FILE"),
    ]:
        done = here("replay", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_recordings_of_programs_name_many_reads_or_none(world, here, tmp_path):
    view = record(world.chain.at())
    view.call(world.token, BALANCE, (world.holder,))
    path = tmp_path / "many.json"
    view.save(path)
    done = here("replay", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "names no read to answer again: name one" in done.stderr
    assert here("replay", path, world.token, BALANCE, world.holder).stdout == f"{2**255}\n"
    view.call(world.token, "symbol()(string)")
    view.note(world.token, BALANCE, [world.holder])
    view.note(world.token, "symbol()(string)")
    view.save(path)
    done = here("replay", path)
    assert done.stdout == f'{2**255}\n"T"\n'
    assert done.stderr.count(f"{BALANCE} {world.holder}\n") == 1
