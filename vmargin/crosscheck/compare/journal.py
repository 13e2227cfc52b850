"""What is done of a run over many blocks, a line for each: who was killed goes on where it was."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from vmargin.crosscheck.compare.block import Comparison
from vmargin.errors import UsageError


class Journal:
    """A file that only grows, of one run: made by :meth:`open`, of use in a ``with`` block.

    Its first line says which run; each further one is the comparison of a block, as soon as it is done.
    """

    SCHEMA: ClassVar[str] = "vmargin/crosscheck/journal/1"

    def __init__(self, path: Path, descriptor: int, done: dict[int, Comparison]) -> None:
        self.path = path
        self.done = done
        """By number, the blocks that need not be compared again."""
        self._descriptor = descriptor
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, arguments: Mapping[str, Any]) -> Journal:
        """Begin a journal, or go on with one of the same run.

        Parameters
        ----------
        path
            Of the file.
        arguments
            In JSON's types, all that the results depend on.

        Raises
        ------
        UsageError
            If the file is of a run with other arguments, of no run, or in use.
        """
        first = {"schema": cls.SCHEMA, "arguments": json.loads(json.dumps(arguments))}
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
        try:
            _claim(descriptor, path)
            text = path.read_bytes()
            whole = text[: text.rfind(b"\n") + 1]
            os.ftruncate(descriptor, len(whole))  # a line without its end was being written when it ended
            lines = [_line(path, at, line) for at, line in enumerate(whole.splitlines(), 1)]
            if not lines:
                journal = cls(path, descriptor, {})
                journal._write(first)
                return journal
            _require_same(path, lines[0], first)
            found = [_comparison(path, at, line) for at, line in enumerate(lines[1:], 2)]
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor, {one.provenance.number: one for one in found})

    def add(self, comparison: Comparison) -> None:
        """Keep what came of a block; from any thread."""
        self._write(comparison.as_json())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        try:
            with self._lock:
                while data:
                    data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise UsageError(f"{self.path} cannot be written: {error.strerror}") from None


def _claim(descriptor: int, path: Path) -> None:
    """Keep a second run from the file for as long as this process has it open."""
    try:
        import fcntl
    except ImportError:  # no such locks here
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UsageError(f"{path} is being written by another run: wait for it, or end it") from None


def _line(path: Path, at: int, line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise UsageError(f"{path} is no journal of a cross-check: line {at} is no JSON") from None


def _comparison(path: Path, at: int, line: Any) -> Comparison:
    try:
        return Comparison.from_json(line)
    except UsageError as error:
        raise UsageError(f"{path}, line {at}: {error}") from None


def _require_same(path: Path, found: Any, wanted: Mapping[str, Any]) -> None:
    if not isinstance(found, dict) or found.get("schema") != wanted["schema"]:
        raise UsageError(f"{path} is no journal of a cross-check: its `schema` is not {wanted['schema']!r}")
    then, now = found.get("arguments"), wanted["arguments"]
    then = then if isinstance(then, dict) else {}
    for name in (*now, *(name for name in then if name not in now)):
        if then.get(name) != now.get(name):
            raise UsageError(
                f"{path} is the journal of another run: there {name} is {_short(then.get(name))}, "
                f"here {_short(now.get(name))}; give the same arguments, or another file"
            )


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
