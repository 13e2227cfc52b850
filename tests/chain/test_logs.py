"""A cursor hands out each log once, takes back those of replaced blocks, and skips none."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.chain.log_reader import NOTED, WORDINGS, Reader, at_most, emit, logs_of
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet
from vmargin.chain.errors import Inconsistent, Reorged, TooMuch
from vmargin.chain.faults import FaultyNode
from vmargin.chain.logs import LogCursor
from vmargin.chain.logs.ranges import Stride
from vmargin.errors import UsageError


@pytest.fixture(scope="module")
def emitters(chain: Devnet, build: Path) -> tuple[str, str]:
    return chain.deploy(build / "Emitter.json"), chain.deploy(build / "Emitter.json")


@pytest.fixture(scope="module")
def node(chain: Devnet) -> Iterator[FaultyNode]:
    with FaultyNode(chain.url) as node:
        yield node


@pytest.fixture
def connection(node: FaultyNode) -> Iterator[Connection]:
    """Through the node that misbehaves when told to."""
    node.requests.clear()
    with Connection(node.url, patience=0.5) as connection:
        yield connection
    node.clear()


def ranges(node: FaultyNode) -> list[tuple[int, int]]:
    """What was asked for, as long as it was by range."""
    asked = [seen.params[0] for seen in node.requests if seen.method == "eth_getLogs"]
    return [(int(one["fromBlock"], 16), int(one["toBlock"], 16)) for one in asked if "fromBlock" in one]


def test_a_replaced_block_is_taken_back_in_the_step_that_brings_the_new_one(
    chain: Devnet, connection: Connection, emitters: tuple[str, str], tmp_path: Path
) -> None:
    reader = Reader()
    with LogCursor(connection, tmp_path / "logs", addresses=emitters, start=chain.head + 1) as cursor:
        for value in range(3):
            emit(chain, emitters[0], count=1, value=value)
        reader.drain(cursor)
        gone = reader.logs[2:]
        chain.reorg(2)
        with cursor.step() as step:
            assert step.rolled_back == tuple(reversed(gone))
            assert step.applied == () and (step.first, step.last) == (chain.head - 1, chain.head)
            assert step.hash == connection.header("latest").hash
        assert (cursor.number, cursor.hash) == (step.last, step.hash)


def test_a_step_that_fails_is_handed_out_again_though_the_chain_has_changed(
    chain: Devnet, connection: Connection, emitters: tuple[str, str], tmp_path: Path
) -> None:
    start = chain.head + 1
    emit(chain, emitters[0])
    with LogCursor(connection, tmp_path / "logs", start=start) as cursor:
        with pytest.raises(ZeroDivisionError), cursor.step() as first:
            raise ZeroDivisionError
        assert cursor.number == start - 1
    chain.reorg(1)
    with LogCursor(connection, tmp_path / "logs", start=start) as cursor:
        with cursor.step() as again:
            assert again == first and len(again.applied) == 4
        with cursor.step() as step:
            assert step.sequence == first.sequence + 1 and step.rolled_back == first.applied[::-1]
        with cursor.step() as step:
            assert not step


def test_a_loop_that_is_left_gets_its_last_step_again(
    chain: Devnet, connection: Connection, tmp_path: Path
) -> None:
    chain.mine(5)
    told: list[tuple[int, int]] = []
    with LogCursor(connection, tmp_path / "logs", start=chain.head - 4, most_blocks=2) as cursor:
        left = next(cursor.follow())
        steps = list(cursor.follow(tell=lambda done, total: told.append((done, total))))
        assert steps[0] == left and [step.first - left.first for step in steps] == [0, 2, 4]
        assert told == [(2, 5), (4, 5), (5, 5)]
        assert list(cursor.follow()) == []


def test_follow_goes_on_when_it_is_to_poll(chain: Devnet, connection: Connection, tmp_path: Path) -> None:
    with LogCursor(connection, tmp_path / "logs", start=chain.head) as cursor:
        steps = cursor.follow(poll=0.01)
        assert next(steps).last == chain.head
        chain.mine()
        assert next(steps).first == chain.head
        steps.close()


def test_a_reorganisation_below_the_start_leaves_nothing(
    chain: Devnet, connection: Connection, emitters: tuple[str, str], tmp_path: Path
) -> None:
    chain.mine(3)
    start = chain.head + 1
    emit(chain, emitters[0])
    with LogCursor(connection, tmp_path / "logs", start=start, depth=1) as cursor:
        reader = Reader()
        reader.drain(cursor)
        chain.reorg(3)
        reader.drain(cursor)
        assert reader.rolled_back == 4 and not reader.logs


def test_a_reorganisation_that_is_too_deep_is_an_error_that_says_so(
    chain: Devnet, connection: Connection, tmp_path: Path
) -> None:
    chain.mine(8)
    with LogCursor(connection, tmp_path / "logs", start=chain.head - 7, depth=4) as cursor:
        reader = Reader()
        reader.drain(cursor, chain.head - 6)
        reader.drain(cursor)
        before = cursor.number
        chain.reorg(4)
        reader.drain(cursor)
        chain.reorg(7)
        with pytest.raises(Reorged, match=r"below block \d+.*depth=4.*new file"), cursor.step():
            pass
        assert cursor.number == before


def test_a_head_that_lags_is_no_reorganisation(
    chain: Devnet, connection: Connection, node: FaultyNode, emitters: tuple[str, str], tmp_path: Path
) -> None:
    emit(chain, emitters[0])
    chain.mine(8)
    with LogCursor(connection, tmp_path / "logs", start=chain.head - 8, depth=3) as cursor:
        reader = Reader()
        reader.drain(cursor, chain.head - 7)
        reader.drain(cursor)
        node.inject("head_lags")
        for to in ("latest", "safe", chain.head - 5):
            with cursor.step(to) as step:
                assert not step and cursor.number == chain.head


@pytest.mark.parametrize("blocks", (1, 7, 25))
def test_ranges_adapt_to_what_the_node_allows_and_none_is_skipped(
    chain: Devnet, connection: Connection, node: FaultyNode, tmp_path: Path, blocks: int
) -> None:
    chain.mine(60)
    start = chain.head - 59
    node.inject("range_refused", blocks=blocks)
    with LogCursor(connection, tmp_path / "logs", addresses=[chain.accounts[0]], start=start) as cursor:
        steps = list(cursor.follow())
    assert [step.first for step in steps] == [start, *(step.last + 1 for step in steps[:-1])]
    assert steps[-1].last == chain.head
    refused = [(first, last) for first, last in ranges(node) if last - first >= blocks]
    assert len(refused) < 9 and len(steps) < 9 + 60 * 1.5 / blocks


@pytest.mark.parametrize("wording", WORDINGS[1:])
def test_a_range_that_the_node_proposes_is_taken(
    chain: Devnet,
    connection: Connection,
    node: FaultyNode,
    emitters: tuple[str, str],
    tmp_path: Path,
    wording: str,
) -> None:
    start = chain.head + 1
    for _ in range(8):
        emit(chain, emitters[0], count=1)
    node.inject(at_most(10, wording))
    with LogCursor(connection, tmp_path / "logs", start=start) as cursor, cursor.step() as step:
        assert len(step.applied) == 10
    assert ranges(node)[:2] == [(start, chain.head), (start, start + 4)]


def test_a_block_that_is_too_much_by_itself_is_an_error(
    chain: Devnet, connection: Connection, node: FaultyNode, emitters: tuple[str, str], tmp_path: Path
) -> None:
    start = chain.head + 1
    chain.mine(3)
    emit(chain, emitters[0])
    chain.mine(9)
    with LogCursor(connection, tmp_path / "logs", start=start) as cursor:
        reader = Reader()
        node.inject(at_most(1, WORDINGS[0]))
        with pytest.raises(TooMuch, match="more than 10000"):
            reader.drain(cursor)
        assert cursor.number == start + 2
        node.clear()
        reader.drain(cursor)
        assert cursor.number == chain.head and len(reader.logs) == 4


def test_logs_that_a_node_keeps_back_are_missed_only_if_it_is_trusted(
    chain: Devnet, connection: Connection, node: FaultyNode, emitters: tuple[str, str], tmp_path: Path
) -> None:
    emit(chain, emitters[0])
    node.inject("logs_cut_short")
    with LogCursor(connection, tmp_path / "a", start=chain.head) as cursor:
        with pytest.raises(Inconsistent, match="left out"), cursor.step():
            pass
        assert cursor.number == chain.head - 1
    cursor = LogCursor(connection, tmp_path / "b", start=chain.head, trust_node=True)
    with cursor, cursor.step() as step:
        assert len(step.applied) == 2


@pytest.mark.parametrize("trust_node", (False, True))
@pytest.mark.parametrize("most_blocks", (2, 1000))
def test_a_chain_that_changes_under_the_read_is_read_again(
    chain: Devnet,
    connection: Connection,
    node: FaultyNode,
    emitters: tuple[str, str],
    tmp_path: Path,
    trust_node: bool,
    most_blocks: int,
) -> None:
    """A reorganisation before each request of a step, one at a time."""
    for after in range(8):
        reader, start = Reader(), chain.head + 1
        options = {"start": start, "trust_node": trust_node, "most_blocks": most_blocks}
        emit(chain, emitters[0], count=1)
        with LogCursor(connection, tmp_path / str(after), **options) as cursor:
            reader.drain(cursor)
            for value in range(3):
                emit(chain, emitters[0], count=1, value=value)
            before = logs_of(chain, {"start": start})
            node.inject("reorg", methods=(), after=after, times=1, depth=4)
            for step in cursor.follow():
                reader.take(step)
                upto = [log for log in before if log.block_number <= step.last]
                if step.hash == upto[-1].block_hash:
                    assert reader.logs == upto, (
                        "a block is handed out with its logs, even one that is replaced"
                    )
            node.clear()
            reader.drain(cursor)
        assert reader.logs == logs_of(chain, {"start": start})


def test_logs_of_a_replaced_block_are_refused_even_from_a_node_that_is_trusted(
    chain: Devnet, connection: Connection, node: FaultyNode, emitters: tuple[str, str], tmp_path: Path
) -> None:
    emit(chain, emitters[0])
    chain.mine()
    node.inject("logs_of_another_block")
    cursor = LogCursor(connection, tmp_path / "logs", start=chain.head - 1, trust_node=True)
    with cursor, pytest.raises(Reorged, match="was replaced"), cursor.step():
        pass


def test_only_logs_that_may_be_taken_back_are_kept(
    chain: Devnet, connection: Connection, emitters: tuple[str, str], tmp_path: Path
) -> None:
    with LogCursor(connection, tmp_path / "logs", start=chain.head + 1, depth=2) as cursor:
        reader = Reader()
        for _ in range(5):
            emit(chain, emitters[0], count=1)
            reader.drain(cursor)
        assert {log.block_number for log in cursor.kept()} == {chain.head - 1, chain.head}
        assert {log.block_number for log in cursor.kept(last=chain.head - 1)} == {chain.head - 1}


def test_one_step_at_a_time(chain: Devnet, connection: Connection, tmp_path: Path) -> None:
    cursor = LogCursor(connection, tmp_path / "logs", start=chain.head)
    with cursor, cursor.step(), pytest.raises(UsageError, match="still in hand"), cursor.step():
        pass


def test_a_file_serves_one_process_at_a_time(connection: Connection, tmp_path: Path) -> None:
    with LogCursor(connection, tmp_path / "logs", start=0):
        with pytest.raises(UsageError, match="another process"):
            LogCursor(connection, tmp_path / "logs", start=0)
        script = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('DELETE FROM logs')"
        other = subprocess.run(
            [sys.executable, "-c", script, tmp_path / "logs"], capture_output=True, text=True, check=False
        )
        assert "database is locked" in other.stderr
    LogCursor(connection, tmp_path / "logs", start=0).close()


def test_a_file_goes_with_one_chain_and_one_filter(connection: Connection, tmp_path: Path) -> None:
    asked = {"addresses": ["0x" + "ab" * 20], "topics": [NOTED], "start": 3}
    LogCursor(connection, tmp_path / "logs", **asked).close()
    LogCursor(connection, tmp_path / "logs", **asked | {"addresses": ["0x" + "AB" * 20]}).close()
    for other in ({"start": 4}, {"topics": [None, NOTED]}, {"addresses": []}):
        with pytest.raises(UsageError, match=r"follows chain 31337.*abab.*cannot go on with chain 31337"):
            LogCursor(connection, tmp_path / "logs", **asked | other)
    with closing(sqlite3.connect(tmp_path / "logs")) as database:
        database.execute("UPDATE bound SET chain_id = '1'")
        database.commit()
    with pytest.raises(UsageError, match=r"follows chain 1 .*cannot go on with chain 31337"):
        LogCursor(connection, tmp_path / "logs", **asked)


def test_other_files_are_left_alone(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, and long enough to be seen as none: " + "x" * 1000)
    with closing(sqlite3.connect(tmp_path / "other")) as database:
        database.execute("CREATE TABLE logs (number)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for name, message in (
        ("text", "not a database"),
        ("other", "not of a log cursor"),
        ("nowhere/logs", "does its folder exist"),
    ):
        with pytest.raises(UsageError, match=message):
            LogCursor(connection, tmp_path / name, start=0)
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UsageError, match="63 bits"):
        LogCursor(connection, tmp_path / "new", start=1 << 64)
    with LogCursor(connection, tmp_path / "closed", start=0) as cursor:
        pass
    with pytest.raises(UsageError, match="closed database"), cursor.step():
        pass


def test_a_stride_is_halved_and_grows() -> None:
    stride = Stride(1000, 10_000)
    for limit in (1000, 37, 1, 333):
        for _ in range(3 * 64):
            first, last = 5, 4 + stride.size
            if stride.size > limit:
                stride.refused(first, last, "too many")
            else:
                stride.fitted(first, last)
            assert 1 <= stride.size <= 10_000
        assert limit / 2 < stride.size
    stride.refused(0x10, 0xFFFF, "retry with 0x10-0x12, please")
    assert stride.size == 3
    stride.refused(0x10, 0x1F, "this range is not ours: [0x11, 0x12]")
    assert stride.size == 8
