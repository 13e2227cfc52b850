"""The file behind a log cursor: where it stands, which blocks it may go back to, and the step under way.

A step is written down *before* it is handed out and struck off once it has been dealt with.  After a crash
the same step is handed out again, word for word and under its number, so that a caller who had stored all of
it can tell, and a log of a block that was reorganised away meanwhile is still taken back by a later step.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, NamedTuple

from vmargin.chain.questions import Log
from vmargin.errors import UsageError

_APPLICATION = 0x766D4C43  # "vmLC"
_FORMAT = 1

_LOG = """
    number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    block_hash BLOB NOT NULL,
    transaction_hash BLOB NOT NULL,
    transaction_index INTEGER NOT NULL,
    address BLOB NOT NULL,
    topics BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (number, log_index)
"""

_TABLES = f"""
    CREATE TABLE bound (chain_id TEXT NOT NULL, filter TEXT NOT NULL);
    CREATE TABLE position (number INTEGER NOT NULL, hash BLOB, sequence INTEGER NOT NULL);
    CREATE TABLE checkpoints (number INTEGER PRIMARY KEY, hash BLOB);
    CREATE TABLE logs ({_LOG}) WITHOUT ROWID;
    CREATE TABLE rolled_back ({_LOG}) WITHOUT ROWID;
    CREATE TABLE under_way (
        first INTEGER NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL, target INTEGER NOT NULL
    );
    PRAGMA user_version = {_FORMAT};
    PRAGMA application_id = {_APPLICATION};
"""

_CURES = {
    sqlite3.SQLITE_BUSY: "another process, or another cursor of this one, is using it: end that, or name "
    "another file",
    sqlite3.SQLITE_NOTADB: "name another file",
    sqlite3.SQLITE_CORRUPT: "it is damaged: begin again with a new file",
    sqlite3.SQLITE_CANTOPEN: "does its folder exist, and may we write there?",
    sqlite3.SQLITE_READONLY: "may we write there?",
    sqlite3.SQLITE_FULL: "make room and go on: nothing that was finished is lost",
}
"""What to do about what SQLite says."""


class Checkpoint(NamedTuple):
    """A block that the cursor has passed and can go back to."""

    number: int
    hash: bytes | None
    """None before the first block of the cursor: there any chain will do."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a cursor hands out: undo `rolled_back` in its order, then apply `applied` in its order."""

    sequence: int
    """One more than that of the step before.  A step that is handed out again keeps its number."""
    rolled_back: tuple[Log, ...]
    """Logs of blocks that are no longer part of the chain, the newest first."""
    applied: tuple[Log, ...]
    """Logs of the blocks `first` to `last`, in the order of the chain."""
    first: int
    last: int
    hash: bytes
    """Of block `last`."""
    target: int
    """The block that the cursor is on its way to."""

    def __bool__(self) -> bool:
        """Whether the step covers any block; there may be no log in them."""
        return self.first <= self.last


class LogStore:
    """One cursor's file, held by one process at a time.

    Parameters
    ----------
    path
        Of the SQLite file, which is made if it does not exist.
    chain_id, wanted
        What the file is bound to: the filter, as JSON can hold it; opened with another, it is refused.
    start
        The first block that the cursor reads.
    """

    def __init__(self, path: str | PathLike[str], chain_id: int, wanted: dict[str, Any], start: int) -> None:
        self.path = fspath(path)
        with self._told():
            # autocommit, so that transactions begin where we say; a second process is told at once
            self._database = sqlite3.connect(
                self.path, timeout=0, isolation_level=None, check_same_thread=False
            )
        try:
            self._configure()
            with self._transaction():
                self._prepare(chain_id, json.dumps(wanted | {"start": start}, sort_keys=True), start)
        except BaseException:
            self.close()
            raise

    def _configure(self) -> None:
        with self._told():
            run = self._database.execute
            # EXCLUSIVE before WAL: the lock is kept from the first access on, without shared memory
            run("PRAGMA locking_mode = EXCLUSIVE")
            is_new = not self._one("SELECT count(*) FROM sqlite_schema")[0]
            if not is_new and self._one("PRAGMA application_id")[0] != _APPLICATION:
                raise UsageError(f"{self.path} is a database, but not of a log cursor: name another file")
            run("PRAGMA journal_mode = WAL")
            # Not NORMAL: that may forget the last commits when the power fails, and with them a step that was
            # dealt with.  Were its blocks reorganised meanwhile, nothing would take it back.
            run("PRAGMA synchronous = FULL")

    def _prepare(self, chain_id: int, wanted: str, start: int) -> None:
        if not self._one("SELECT count(*) FROM sqlite_schema")[0]:
            for statement in _TABLES.split(";"):
                self._database.execute(statement)
            self._database.execute("INSERT INTO bound VALUES (?, ?)", (str(chain_id), wanted))
            self._database.execute("INSERT INTO position VALUES (?, NULL, 0)", (start - 1,))
            self._database.execute("INSERT INTO checkpoints VALUES (?, NULL)", (start - 1,))
        elif (version := self._one("PRAGMA user_version")[0]) != _FORMAT:
            raise UsageError(f"{self.path} has format {version}; this version reads {_FORMAT}")
        else:
            bound = self._one("SELECT chain_id, filter FROM bound")
            if bound != (str(chain_id), wanted):
                raise UsageError(
                    f"{self.path} follows chain {bound[0]} by the filter {bound[1]}, "
                    f"and cannot go on with chain {chain_id} by {wanted}: name another file"
                )

    @property
    def position(self) -> Checkpoint:
        """The last block that has been dealt with."""
        with self._told():
            return Checkpoint(*self._one("SELECT number, hash FROM position"))

    def checkpoints(self) -> list[Checkpoint]:
        """Where the cursor can go back to, the newest first."""
        with self._told():
            rows = self._database.execute("SELECT number, hash FROM checkpoints ORDER BY number DESC")
            return [Checkpoint(*row) for row in rows]

    def logs(self, first: int, last: int) -> Iterator[Log]:
        """The logs that are kept of a range of blocks, those of a step under way among them."""
        with self._told():
            rows = self._database.execute(
                "SELECT * FROM logs WHERE number BETWEEN ? AND ? ORDER BY number, log_index", (first, last)
            )
            for row in rows:
                yield _read(row)

    def under_way(self) -> Step | None:
        """The step that was begun and not struck off."""
        with self._told():
            row = self._database.execute("SELECT first, last, hash, target FROM under_way").fetchone()
            if row is None:
                return None
            first, last, hash, target = row
            undone = self._database.execute("SELECT * FROM rolled_back ORDER BY number DESC, log_index DESC")
            return Step(
                sequence=self._one("SELECT sequence FROM position")[0] + 1,
                rolled_back=tuple(map(_read, undone)),
                applied=tuple(self.logs(first, last)),
                first=first,
                last=last,
                hash=hash,
                target=target,
            )

    def begin(
        self, ancestor: Checkpoint, passed: Sequence[Checkpoint], logs: Iterable[Log], target: int
    ) -> Step:
        """Write a step down: back to a checkpoint, and from the block after it to the last one passed."""
        first, (last, hash) = ancestor.number + 1, passed[-1]
        with self._transaction():
            run = self._database.execute
            run("INSERT INTO under_way VALUES (?, ?, ?, ?)", (first, last, hash, target))
            run("INSERT INTO rolled_back SELECT * FROM logs WHERE number >= ?", (first,))
            run("DELETE FROM logs WHERE number >= ?", (first,))
            run("DELETE FROM checkpoints WHERE number >= ?", (first,))
            many = self._database.executemany
            many("INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, logs))
            many("INSERT INTO checkpoints VALUES (?, ?)", passed)
        step = self.under_way()
        assert step is not None
        return step

    def finish(self, depth: int, keep_all: bool) -> None:
        """Strike off the step under way, and forget what lies too deep to go back to."""
        with self._transaction():
            run = self._database.execute
            run(
                "UPDATE position SET (number, hash) = (SELECT last, hash FROM under_way), "
                "sequence = sequence + 1"
            )
            run("DELETE FROM under_way")
            run("DELETE FROM rolled_back")
            deepest = self._one(
                "SELECT max(number) FROM checkpoints WHERE number <= (SELECT number FROM position) - ?", depth
            )[0]
            if deepest is not None:
                run("DELETE FROM checkpoints WHERE number < ?", (deepest,))
                if not keep_all:
                    run("DELETE FROM logs WHERE number <= ?", (deepest,))

    def close(self) -> None:
        """Let go of the file."""
        with self._told():
            self._database.close()

    def _one(self, query: str, *values: int) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._database.execute(query, values).fetchone()
        return row

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                # SQLite rolls back by itself where a statement has failed for want of space
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite says into what to do about it."""
        try:
            yield
        except OverflowError:
            raise UsageError(f"the cursor's file {self.path} holds no number of more than 63 bits") from None
        except sqlite3.Error as error:
            cure = _CURES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            raise UsageError(
                f"the cursor's file {self.path}: {error}" + (f"; {cure}" if cure else "")
            ) from None


def _row(log: Log) -> tuple[Any, ...]:
    return (
        log.block_number,
        log.log_index,
        log.block_hash,
        log.transaction_hash,
        log.transaction_index,
        bytes.fromhex(log.address[2:]),
        b"".join(log.topics),
        log.data,
    )


def _read(row: tuple[Any, ...]) -> Log:
    number, log_index, block_hash, transaction_hash, transaction_index, address, topics, data = row
    return Log(
        address="0x" + address.hex(),
        topics=tuple(topics[at : at + 32] for at in range(0, len(topics), 32)),
        data=data,
        block_number=number,
        block_hash=block_hash,
        transaction_hash=transaction_hash,
        transaction_index=transaction_index,
        log_index=log_index,
    )
