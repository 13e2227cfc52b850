"""Many blocks: at a time, in order, none twice, and none lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.crosscheck import patched
from tests.crosscheck.compare.shares import deployed
from tests.crosscheck.compare.test_account import RoundsUp
from tests.protocols.house import House
from vmargin.chain.errors import Unavailable
from vmargin.crosscheck.compare import Comparison, Comparisons, Journal, Unread, compare, compare_blocks
from vmargin.errors import UsageError

RUN = {"protocol": "shares", "blocks": "1..20", "accounts": ["7/2", "8/2"]}
ACCOUNTS = ["7/2", "8/2"]


@pytest.fixture
def opened(house: House, shapes: str) -> Callable[..., Any]:
    """Opens a block of the house's chain, and keeps a list of those."""

    def opened(before: Callable[[int], None] = lambda number: None) -> Callable[[int], Any]:
        protocol = deployed(shapes, house.chain.chain_id, kind=RoundsUp)

        @contextmanager
        def open_block(number: int) -> Iterator[Any]:
            before(number)
            yield protocol, house.chain.at(number)

        return open_block

    return opened


def test_each_block_is_as_compare_says_of_it(house: House):
    """An engine whose code changes between two blocks: right before, wrong after."""
    with patched.engine(house, lambda chain: compare(house.protocol, chain.at()).differs) as chain:
        chain.mine()
        last = chain.at().number

        @contextmanager
        def open_block(number: int) -> Iterator[Any]:
            yield house.protocol, chain.at(number)

        blocks = list(compare_blocks(range(last - 4, last + 1), open_block, house.accounts))
        single = [compare(house.protocol, chain.at(n), house.accounts) for n in range(last - 4, last + 1)]
    assert [block.differs for block in blocks] == [one.differs for one in single]
    assert blocks[0].differs == 0 < blocks[-1].differs
    for block, one in zip(blocks, single, strict=True):
        assert block.accounts == tuple(a for a in one.accounts if a.status.value != "equal")
        assert block.provenance == one.provenance
    all_of_it = Comparisons("reference", tuple(blocks))
    assert (all_of_it.compared, all_of_it.agrees) == (20, False)
    assert all_of_it.differs == sum(block.differs for block in blocks)
    lines = list(all_of_it.lines())
    assert lines[0] == f"block {last - 4}: 4 accounts compared: 4 equal, 0 differ, 0 unknown"
    assert lines[-1].startswith("5 blocks; 20 accounts compared: ")


def test_blocks_are_worked_on_at_the_same_time_and_come_in_order(opened, first: int):
    meeting = threading.Barrier(3, timeout=20)

    def before(number: int) -> None:
        if number < first + 3:
            meeting.wait()

    found = list(compare_blocks(range(first, first + 7), opened(before), ACCOUNTS, jobs=3))
    assert [block.provenance.number for block in found] == list(range(first, first + 7))
    assert all((block.equal, block.differs) == (1, 1) for block in found)


def test_no_more_is_done_ahead_than_is_kept(opened, first: int):
    """However many blocks there are, while the first is still worked on."""
    started: list[int] = []
    go = threading.Event()

    def before(number: int) -> None:
        started.append(number)
        if number == first:
            assert go.wait(20)

    results = compare_blocks(iter(range(first, first + 10**9)), opened(before), ACCOUNTS, jobs=2)
    threading.Timer(0.3, go.set).start()
    assert next(results).provenance.number == first
    assert len(started) <= 8
    results.close()


def test_a_block_that_cannot_be_read_is_named_and_the_run_goes_on(opened, first: int, house: House):
    last = house.chain.at().number
    found = list(compare_blocks([first, last + 1_000, first + 1], opened(), ACCOUNTS))
    assert [type(block) for block in found] == [Comparison, Unread, Comparison]
    assert found[1].number == last + 1_000
    assert f"there is no block {last + 1_000}" in found[1].error
    all_of_it = Comparisons("shares", tuple(found))
    assert (len(all_of_it.unread), all_of_it.agrees) == (1, False)
    assert all_of_it.as_json()["blocks"][1] == found[1].as_json()
    assert any(line.startswith(f"block {last + 1_000}: not read: ") for line in all_of_it.lines())


def test_a_run_goes_on_where_it_was(opened, first: int, tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    whole = list(compare_blocks(range(first, first + 20), opened(), ACCOUNTS))
    with Journal.open(path, RUN) as journal:
        results = compare_blocks(range(first, first + 20), opened(), ACCOUNTS, jobs=1, journal=journal)
        assert [next(results) for _ in range(3)] == whole[:3]
        results.close()
    kept = {json.loads(line)["provenance"]["block"] for line in path.read_text().splitlines()[1:]}
    assert {first, first + 1, first + 2} <= kept < set(range(first, first + 20))

    started: list[int] = []
    with Journal.open(path, RUN) as journal:
        again = list(
            compare_blocks(range(first, first + 20), opened(started.append), ACCOUNTS, journal=journal)
        )
    assert again == whole
    assert sorted(started) == sorted(set(range(first, first + 20)) - kept)


def test_a_line_that_was_being_written_is_written_again(opened, first: int, tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    with Journal.open(path, RUN) as journal:
        whole = list(compare_blocks(range(first, first + 4), opened(), ACCOUNTS, jobs=1, journal=journal))
    lines = path.read_bytes().splitlines(keepends=True)
    for cut in (1, len(lines[-1]) // 2, len(lines[-1]) - 1):
        path.write_bytes(b"".join(lines[:-1]) + lines[-1][:cut])
        started: list[int] = []
        with Journal.open(path, RUN) as journal:
            assert (
                list(
                    compare_blocks(range(first, first + 4), opened(started.append), ACCOUNTS, journal=journal)
                )
                == whole
            )
        assert started == [first + 3]
        assert path.read_bytes() == b"".join(lines)
    path.write_bytes(lines[0][:20])  # killed when it had hardly begun
    with Journal.open(path, RUN) as journal:
        assert journal.done == {}
    assert path.read_bytes() == lines[0]


def test_a_block_that_could_not_be_read_is_tried_again(opened, first: int, tmp_path: Path):
    def absent(number: int) -> None:
        if number == first + 1:
            raise Unavailable(-32001, f"there is no block {number}")

    with Journal.open(tmp_path / "journal", RUN) as journal:
        found = list(compare_blocks(range(first, first + 3), opened(absent), ACCOUNTS, journal=journal))
    assert isinstance(found[1], Unread)
    with Journal.open(tmp_path / "journal", RUN) as journal:
        assert sorted(journal.done) == [first, first + 2]
        found = list(compare_blocks(range(first, first + 3), opened(), ACCOUNTS, journal=journal))
    assert all(isinstance(block, Comparison) for block in found)


def test_what_is_kept_of_a_block_that_is_gone_is_not_believed(
    opened, first: int, house: House, tmp_path: Path
):
    with Journal.open(tmp_path / "journal", RUN) as journal:
        whole = list(compare_blocks(range(first, first + 3), opened(), ACCOUNTS, journal=journal))

    def hash_of(number: int) -> bytes:
        return b"\1" * 32 if number == first + 1 else house.chain.at(number).hash

    started: list[int] = []
    with Journal.open(tmp_path / "journal", RUN) as journal:
        found = compare_blocks(
            range(first, first + 3), opened(started.append), ACCOUNTS, journal=journal, hash_of=hash_of
        )
        assert list(found) == whole
    assert started == [first + 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"accounts": None}, 'there accounts is ["7/2", "8/2"], here null'),
        ({"blocks": "1..30"}, 'there blocks is "1..20", here "1..30"'),
        ({"more": 1}, "there more is null, here 1"),
    ],
)
def test_a_journal_of_another_run_is_refused(tmp_path: Path, change, said):
    path = tmp_path / "journal"
    Journal.open(path, RUN).close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is the journal of another run") as refused:
        Journal.open(path, {**RUN, **change})
    assert said in str(refused.value)
    assert path.read_bytes() == before


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path):
    for text, said in (
        ("text\n", "line 1 is no JSON"),
        ('{"schema": "x"}\n', "is no journal"),
        ("[]\n", "is no"),
    ):
        (tmp_path / "other").write_text(text)
        with pytest.raises(UsageError, match=said):
            Journal.open(tmp_path / "other", RUN)
        assert (tmp_path / "other").read_text() == text
    with pytest.raises(UsageError, match="cannot be written"):
        Journal.open(tmp_path / "absent" / "journal", RUN)
    Journal.open(tmp_path / "journal", RUN).close()
    with (tmp_path / "journal").open("a") as journal:
        journal.write("{}\n")
    with pytest.raises(UsageError, match="journal, line 2: no comparison"):
        Journal.open(tmp_path / "journal", RUN)


def test_two_runs_do_not_write_one_journal(tmp_path: Path):
    with (
        Journal.open(tmp_path / "journal", RUN),
        pytest.raises(UsageError, match="is being written by another run"),
    ):
        Journal.open(tmp_path / "journal", RUN)
    Journal.open(tmp_path / "journal", RUN).close()
