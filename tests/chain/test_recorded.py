"""A recording answers as the node did, or says what it lacks; a file that was touched is refused."""

from __future__ import annotations

import copy
import json
import lzma
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from eth_hash.auto import keccak

from vmargin.chain.anchors import HashAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.errors import BadRecording, Inconsistent, Missing, NotVouched, Unproven
from vmargin.chain.faults import FaultyNode
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import NOBODY, LogQuery, ProofQuery, RawCall
from vmargin.chain.recorded import RecordedAnchor, RecordedView, load, record
from vmargin.errors import UsageError, VmarginError
from vmargin.solidity.reverts import Revert, selector

HOLDER = "0x" + "ab" * 20
NOTED = ("balanceOf(address)(uint256)", (HOLDER,))


class World(NamedTuple):
    token: str
    twin: str
    """With the same code, and other storage."""
    empty: str
    """A contract that stores nothing."""
    first: int
    """Number of the block at which there was something to see."""


@pytest.fixture(scope="module")
def world(chain, build):
    token, twin = (chain.deploy(build / "Erc20.json", [name, "T", 18]) for name in ("One", "Two"))
    empty = chain.deploy(build / "RevertShapes.json")
    chain.set_storage(empty, 1, 0)
    first = chain.head
    for value in (1, 2**255):
        chain.send(token, "mint(address,uint256)", [HOLDER, value])
    chain.send(twin, "mint(address,uint256)", [HOLDER, 3])
    chain.send(token, "mintMany(uint160,uint256,uint256)", [1, 3, 7])
    return World(token, twin, empty, first)


def reads(world):
    """A read of each kind, and some that end badly."""
    token, twin = world.token, world.twin
    return [
        lambda v: v.call(token, *NOTED),
        lambda v: v.calls([(twin, *NOTED), (token, *NOTED), (token, "totalSupply()(uint256)")]),
        lambda v: v.calls([(world.empty, "divide(uint256,uint256)(uint256)", (1, 0))]),
        lambda v: v.calls(
            [(world.empty, "withText(string,uint8)", ("é", 7))], errors=["WithText(string,uint8)"]
        ),
        lambda v: v.call(world.empty, "sender()(address)", sender=HOLDER, gas=100_000),
        lambda v: v.storages([(token, slot) for slot in (0, 1, 2, 2**256 - 1)]),
        lambda v: (v.balance(token), v.balance(NOBODY), v.nonce(twin), v.nonce(HOLDER)),
        lambda v: (v.code_hash(twin), v.code(token), v.code(HOLDER)),
        lambda v: v.logs([token], first=world.first),
        lambda v: v.logs([twin, token], [None, None], first=world.first, trust_node=True),
        lambda v: v.ask_proofs([ProofQuery(token, (2, 3)), ProofQuery(HOLDER)]),
        lambda v: v.ask_proofs([ProofQuery(token, (0,))]),
        lambda v: [header.hash for header in v.ask_headers([world.first, v.number])],
        lambda v: v.ask_receipts(v.header),
    ]


def notes(world):
    return [(address, *NOTED) for address in (world.token, world.twin, HOLDER, NOBODY)]


def results(view, wanted):
    found = []
    for read in wanted:
        try:
            found.append(read(view))
        except Revert as revert:
            found.append(revert)
    return found


@pytest.fixture(scope="module")
def recorded(chain, world, tmp_path_factory):
    """A recording of every read, and what they gave."""
    recording = record(chain.at())
    found = results(recording, reads(world))
    for noted in notes(world):
        recording.note(*noted)
    path = tmp_path_factory.mktemp("recorded") / "all.json"
    recording.save(path)
    return path, found


def test_a_replay_answers_as_the_node_did(chain, world, recorded):
    path, found = recorded
    view = load(path)
    assert isinstance(view, RecordedView)
    live = chain.at(view.hash)
    assert results(view, reads(world)) == found == results(live, reads(world))
    assert view.provenance == live.provenance
    assert set(view.reads) == set(notes(world))
    document = json.loads(path.read_text())
    assert all(document["answers"].values())


def test_every_kind_of_outcome_is_kept(chain, world, tmp_path):
    calls = [
        RawCall(world.empty, selector("sender()"), HOLDER),
        RawCall(world.empty, selector("empty()")),
        RawCall(world.empty, selector("divide(uint256,uint256)") + bytes(64)),
        RawCall(world.token, b"", gas=21_000),
        RawCall("0x" + "01" * 20, b""),
        RawCall(world.empty, selector("invalid()")),
    ]
    chain.set_code("0x" + "01" * 20, b"\xfe")
    recording = record(chain.at())
    outcomes = recording.ask_calls(calls)
    assert {type(one).__name__ for one in outcomes} >= {"bytes", "Empty", "Halt"}
    recording.save(tmp_path / "calls.json")
    assert load(tmp_path / "calls.json").ask_calls(calls[::-1]) == outcomes[::-1]


def test_the_file_depends_on_what_was_asked_alone(chain, world, recorded, tmp_path, long):
    path, _ = recorded
    rng = random.Random(3)
    block = load(path).hash
    for _ in range(20 if long else 2):
        recording = record(chain.at(block))
        for noted in notes(world)[::-1]:
            recording.note(*noted)
        wanted = reads(world) * 2
        rng.shuffle(wanted)
        together = threading.Barrier(4)

        def run(wanted, recording=recording, together=together):
            together.wait(30)
            return results(recording, wanted)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(run, [wanted[start::4] for start in range(4)]))
        recording.save(tmp_path / "again.json")
        assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_a_replay_recorded_gives_the_same_bytes(world, recorded, tmp_path):
    path, _ = recorded
    again = record(load(path))
    results(again, reads(world)[::-1])
    for noted in load(path).reads:
        again.note(*noted)
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
    again.save(tmp_path / "again.json.xz")
    assert lzma.decompress((tmp_path / "again.json.xz").read_bytes()) == path.read_bytes()
    assert results(load(tmp_path / "again.json.xz"), reads(world)) == results(load(path), reads(world))


MISSING = {
    "the call of 0x": lambda v, w: v.call(w.token, "decimals()(uint8)"),
    "the storage of 0x": lambda v, w: v.storages([(w.token, 0), (w.token, 77), (w.token, 78)]),
    "the balance of 0x": lambda v, w: v.balance(HOLDER),
    "the nonce of 0x": lambda v, w: v.nonce(w.token),
    "the code of 0x": lambda v, w: v.code(w.empty),
    "the logs of all contracts in blocks": lambda v, w: v.logs(),
    "the proof of account 0x": lambda v, w: v.ask_proofs([ProofQuery(w.empty)]),
    "the proof of slot 0x": lambda v, w: v.ask_proofs([ProofQuery(w.token, (2, 4))]),
    "the header of block 1": lambda v, w: v.ask_headers([1]),
    "the receipts of block 0x": lambda v, w: v.ask_receipts(v.ask_headers([w.first])[0]),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_missing_answer_is_no_zero(world, recorded, what):
    path, _ = recorded
    view = load(path)
    with pytest.raises(Missing) as missing:
        MISSING[what](view, world)
    assert f"{path} does not hold {what}" in str(missing.value)
    assert ("and 1 more of its kind" in str(missing.value)) == (what == "the storage of 0x")
    assert f"at block 0x{view.hash.hex()}" in str(missing.value)
    assert "--record" in str(missing.value)
    assert missing.value.exit_code == 3


@pytest.mark.parametrize("other", [{"sender": HOLDER}, {"value": 1}, {"gas": 99_999}])
def test_another_call_is_another_question(world, recorded, other):
    with pytest.raises(Missing):
        load(recorded[0]).call(world.token, *NOTED, **other)


def test_two_answers_to_one_question(chain, world):
    with FaultyNode(chain.url) as node, Connection(node.url) as connection:
        recording = record(connection.at())
        asked = [recording.balance(HOLDER), recording.balance(world.token)]
        node.inject("lying_balance")
        with pytest.raises(
            Inconsistent, match=f"the balance of {HOLDER} was answered twice, differently, at block"
        ):
            recording.balance(HOLDER)
        node.clear()
        assert [recording.balance(HOLDER), recording.balance(world.token)] == asked


# Files that are not as they were written


def refused(path, raw):
    path.write_bytes(raw)
    with pytest.raises(BadRecording) as error:
        load(path)
    assert str(path) in str(error.value)
    assert error.value.exit_code == 2
    return str(error.value)


@pytest.mark.parametrize("form", ["json", "json.xz"])
def test_every_edit_of_a_byte_is_refused(recorded, tmp_path, form, long):
    whole = recorded[0].read_bytes()
    raw = lzma.compress(whole) if form.endswith("xz") else whole
    path = tmp_path / f"edited.{form}"
    path.write_bytes(raw)
    assert load(path).number
    rng = random.Random(len(raw))
    for _ in range(5000 if long else 60):
        at = rng.randrange(len(raw))
        kind = rng.choice(["other", "cut", "more", "short"])
        edited = {
            "other": raw[:at] + bytes([raw[at] ^ rng.randrange(1, 256)]) + raw[at + 1 :],
            "cut": raw[:at] + raw[at + 1 :],
            "more": raw[:at] + bytes([rng.randrange(256)]) + raw[at:],
            "short": raw[:at],
        }[kind]
        refused(path, edited)


def resealed(document):
    """Write a document with the hash that it should have, as somebody with bad intentions would."""
    document.pop("keccak", None)
    text = json.dumps(document, sort_keys=True, indent=1) + "\n"
    document["keccak"] = "0x" + keccak(text.encode()).hex()
    return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()


def change(*path):
    """Put the last of these where the others lead."""

    def change(document):
        *way, last, value = path
        for step in way:
            document = document[step]
        if value is None:
            del document[last]
        else:
            document[last] = value

    return change


def swap(document):
    document["answers"]["storage"].reverse()


CRAFTED = {
    "format": (change("format", "another"), "it lacks the format 'vmargin recording'"),
    "version": (change("version", 2), "a recording of version 2; this program reads 1"),
    "version of another type": (change("version", 1.0), "the same content has another form"),
    "no chain": (change("chainId", None), "KeyError"),
    "a number": (change("chainId", 1), "another form"),
    "another way to write a number": (change("chainId", "031337"), "another form"),
    "a header": (change("header", "0xc0"), "BadAnswer"),
    "another hash": (change("blockHash", "0x" + "11" * 32), "another form"),
    "pin": (change("pin", "faith"), "ValueError"),
    "proven": (change("proven", {"anchor": 7, "fork": None}), "7 is no text"),
    "an argument": (change("reads", 0, "arguments", [7]), "7 is no text"),
    "no arguments": (change("reads", 0, "arguments", None), "KeyError"),
    "a noted address": (change("reads", 0, "address", "0x12"), "is no address"),
    "a kind of answer": (change("answers", "codes", None), "KeyError"),
    "a new kind": (change("answers", "others", []), "another form"),
    "more": (change("more", 1), "another form"),
    "an address": (change("answers", "balances", 0, "ask", "0x12"), "is no address"),
    "upper case": (change("answers", "balances", 0, "ask", "0x" + "AB" * 20), "another form"),
    "a word": (change("answers", "storage", 0, "answer", "0x12"), "is 1 bytes long, not 32"),
    "null": (change("answers", "calls", 0, "answer", [None]), "TypeError"),
    "order": (swap, "another form"),
    "a list": (lambda document: [document], "it lacks the format"),
}


@pytest.mark.parametrize("flaw", CRAFTED)
def test_a_file_that_was_never_written_here(recorded, tmp_path, flaw):
    spoil, said = CRAFTED[flaw]
    document = json.loads(recorded[0].read_text())
    document = spoil(document) or document
    raw = resealed(document) if isinstance(document, dict) else json.dumps(document).encode()
    assert said in refused(tmp_path / "crafted.json", raw)


def test_what_was_edited_is_said(recorded, tmp_path):
    path = tmp_path / "edited.json"
    raw = recorded[0].read_bytes()
    assert "its content does not hash to 0x" in refused(
        path, raw.replace(b'"pin": "hash"', b'"pin": "number"')
    )
    assert "the same content has another form" in refused(path, raw.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"\xff", b"[" * 100_000, b"\xfd7zXZ\x00", b"NaN"])
def test_what_is_no_recording_at_all(tmp_path, raw):
    refused(tmp_path / "foreign.json", raw)


def test_resealing_is_what_the_files_hash_cannot_see(recorded, tmp_path):
    """Of what is not proven, a file is as good as whoever made it."""
    path = tmp_path / "resealed.json"
    path.write_bytes(resealed(json.loads(recorded[0].read_text())))
    assert path.read_bytes() == recorded[0].read_bytes()
    document = json.loads(path.read_text())
    change("answers", "balances", 0, "answer", "12345")(document)
    path.write_bytes(resealed(document))
    assert load(path).balance(document["answers"]["balances"][0]["ask"]) == 12345


# Writing


def test_a_file_is_written_whole_or_not_at_all(chain, tmp_path):
    recording = record(chain.at())
    recording.balance(HOLDER)
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "nowhere" / "a.json", tmp_path / "folder"):
        with pytest.raises(UsageError, match=f"{path} cannot be written"):
            recording.save(path)
    kept = tmp_path / "kept.json"
    recording.save(kept)
    before = kept.read_bytes()
    recording.nonce(HOLDER)
    recording.save(str(kept))
    assert kept.read_bytes() != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "kept.json"]
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load(tmp_path / "nowhere.json")


# Beneath a proven view


def proven_reads(world):
    return [
        lambda v: (v.balance(world.token), v.nonce(HOLDER), v.balance(HOLDER)),
        lambda v: (v.code_hash(world.token), v.code_hash(world.empty)),
        lambda v: v.code(world.twin),
        lambda v: v.storages([(world.token, slot) for slot in (0, 1, 2, 9)]),
        lambda v: v.storages([(world.twin, 2), (HOLDER, 5), (HOLDER, 6)]),
        lambda v: v.call(world.token, *NOTED),
        lambda v: v.calls([(world.twin, *NOTED), (world.empty, "negate(int256)(int256)", (-5,))]),
        lambda v: v.logs([world.twin], first=world.first),
    ]


def recorded_proof(chain, wanted, path, block="latest"):
    recording = record(chain.at(block))
    view = ProvenView(recording, HashAnchor(recording.hash), fork="osaka")
    found = results(view, wanted)
    recording.save(path, reader=view)
    return found


def test_a_proven_recording_is_proven_again(chain, world, tmp_path):
    path = tmp_path / "proven.json"
    found = recorded_proof(chain, proven_reads(world), path)
    view = load(path)
    assert isinstance(view, ProvenView)
    block_hash = f"hash:0x{view.hash.hex()}"
    assert view.anchor == f"as recorded: {block_hash}"
    assert f"proven, anchor as recorded: {block_hash}" in str(view.provenance)
    assert results(view, proven_reads(world)) == found == results(chain.at(view.hash), proven_reads(world))
    again = load(path, block_hash)
    assert again.anchor == block_hash
    assert results(again, proven_reads(world)[::-1]) == found[::-1]
    with pytest.raises(NotVouched):
        load(path, HashAnchor(bytes(32)))
    with pytest.raises(NotVouched, match="is not the block of the recording"):
        ProvenView(chain.at(1), RecordedAnchor("quorum:2/3", view.header))
    document = json.loads(path.read_text())
    assert not document["answers"]["calls"] and not document["answers"]["storage"]


def test_a_proven_recording_depends_on_what_was_read_alone(chain, world, tmp_path):
    rng = random.Random(5)
    block, wanted = chain.at().hash, proven_reads(world)
    recorded_proof(chain, wanted, tmp_path / "one.json", block)
    for turn in range(3):
        wanted = wanted[::-1] if turn == 0 else rng.sample(wanted, len(wanted))
        recorded_proof(chain, wanted, tmp_path / "two.json", block)
        assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()
        results(load(tmp_path / "one.json"), wanted)
    view = load(tmp_path / "one.json")
    recording = record(view.source)
    anchor = RecordedAnchor(f"hash:0x{view.hash.hex()}", view.header)
    replayed = ProvenView(recording, anchor, fork=view.fork_name)
    results(replayed, wanted)
    recording.save(tmp_path / "two.json", reader=replayed)
    assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()


def test_who_reseals_a_proven_recording_proves_nothing_else(chain, world, tmp_path):
    path = tmp_path / "proven.json"
    recorded_proof(chain, proven_reads(world), path)
    raw = json.loads(path.read_text())
    spoiled = 0
    for kind in ("accountProofs", "slotProofs", "codes", "receipts"):
        for at, entry in enumerate(raw["answers"][kind]):
            document = copy.deepcopy(raw)
            answer = entry["answer"]
            last = answer if isinstance(answer, str) else answer[-1]
            other = last[:-1] + ("0" if last[-1] != "0" else "1")
            document["answers"][kind][at]["answer"] = (
                other if isinstance(answer, str) else [*answer[:-1], other]
            )
            path.write_bytes(resealed(document))
            with pytest.raises((Unproven, Inconsistent, Missing)):
                results(load(path), proven_reads(world))
            spoiled += 1
    assert spoiled > 12


def test_a_file_claims_no_proofs_that_it_lacks(chain, world, tmp_path):
    recording = record(chain.at())
    elsewhere = ProvenView(chain.at(), HashAnchor(recording.hash))
    for reader in (elsewhere, chain.at(), record(elsewhere)):
        with pytest.raises(UsageError, match="a proven view whose source is this recording"):
            recording.save(tmp_path / "none.json", reader=reader)
    above = record(elsewhere)
    above.balance(HOLDER)
    assert above.provenance.anchor == elsewhere.anchor
    above.save(tmp_path / "plain.json", reader=above)
    assert load(tmp_path / "plain.json").provenance.anchor is None


def test_what_is_noted_can_be_read_again(chain, world, tmp_path):
    recording = record(chain.at())
    recording.note("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "f(uint256)()", ["1"])
    recording.save(tmp_path / "noted.json")
    assert [read.arguments for read in load(tmp_path / "noted.json").reads] == [("1",)]
    for address, function in (("0x12", "f()()"), (HOLDER, "f")):
        with pytest.raises(UsageError, match=r"is no address|is no signature"):
            recording.note(address, function)


def test_an_anchor_is_of_use_for_proofs_only(recorded, tmp_path):
    with pytest.raises(
        UsageError, match="holds no proofs, so there is nothing that an anchor could vouch for"
    ):
        load(recorded[0], "hash:0x" + "11" * 32)


def test_a_query_of_logs_is_kept_whole(chain, world, tmp_path):
    recording = record(chain.at())
    query = LogQuery(world.first, recording.number, (world.token,), ((b"\x11" * 32, b"\x22" * 32), ()))
    assert recording.ask_logs(query) == []
    recording.save(tmp_path / "logs.json")
    assert load(tmp_path / "logs.json").ask_logs(query) == []
    with pytest.raises(VmarginError):
        load(tmp_path / "logs.json").ask_logs(query._replace(topics=query.topics[:1]))
