"""A program that follows a chain and is killed at its n-th move, for each n that it reads; at 0, it lives.

A move is a statement by which the cursor changes its file, rows of logs and headers aside, or a write of the
reader's own.  It forks for each n, since importing costs more than a run does.
"""

from __future__ import annotations

import base64
import os
import pickle
import signal
import sqlite3
import sys
from itertools import count
from pathlib import Path
from typing import Any

import vmargin.chain.rpc.provider  # noqa: F401  it imports web3, for all children
from vmargin.chain.connection import Connection
from vmargin.chain.logs import LogCursor

STILL = ("SELECT", "PRAGMA", "INSERT INTO logs", "INSERT INTO checkpoints")


def follow(url: str, folder: Path, start: int, fatal: int) -> None:
    moves = count(1)
    connect = sqlite3.connect

    def move(statement: str = "") -> None:
        if not statement.startswith(STILL) and next(moves) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(*args: Any, **options: Any) -> sqlite3.Connection:
        database = connect(*args, **options)
        database.set_trace_callback(move)
        return database

    sqlite3.connect = watched
    with (
        Connection(url) as connection,
        LogCursor(connection, folder / "cursor", start=start, keep_all=True) as cursor,
        (folder / "steps").open("ab", buffering=0) as file,
    ):
        for step in cursor.follow():
            move()
            file.write(base64.b64encode(pickle.dumps(step)) + b"\n")
            move()


def main(url: str, folder: str, start: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            follow(url, Path(folder), int(start), int(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
