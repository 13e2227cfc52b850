"""Reads of a chain that are recorded once, beside the test, and replayed from then on with no node at all."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from vmargin.chain import wire
from vmargin.chain.errors import Missing
from vmargin.errors import UsageError
from vmargin.testing.offline import offline
from vmargin.testing.settings import HOW, Settings

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection
    from vmargin.chain.recorded import RecordingView
    from vmargin.chain.view import BlockView

FOLDER = "cassettes"
MARKER = "vm_cassette"

_LONGEST = 100
_PLAIN = re.compile(r"[a-z0-9_.]+\Z")
_NETWORKED = {"devnet", "forked", "rpc_faults", "vm_chain"}
"""Fixtures by which a test has nodes of its own on this machine."""


class Taken(NamedTuple):
    """A recording that goes on: tests that share a cassette add to it."""

    recording: RecordingView
    view: BlockView


class Cassette:
    """What `cassette` is: views of blocks, each kept in a file of the test's own.

    Parameters
    ----------
    node
        The test.
    settings
        How to record.
    connect
        Gives a connection to the chain to record from; it stays open for the session.
    taken
        What was recorded in this session.
    """

    def __init__(
        self,
        node: pytest.Item,
        settings: Settings,
        connect: Callable[[], Connection],
        taken: dict[Path, Taken],
    ) -> None:
        self._node = node
        self._settings = settings
        self._connect = connect
        self._stem = stem_of(node)
        self._views: dict[Path, BlockView] = {}
        self._taken = taken
        self._recorded: dict[Path, Taken] = {}
        self._missed: list[str] = []
        self._guard = ExitStack()

    def at(
        self,
        block: int | str | bytes | None = None,
        *,
        anchor: str | None = None,
        fork: str | None = None,
    ) -> BlockView:
        """View the chain at a block: as recorded, or live and being recorded.

        Parameters
        ----------
        block
            A tag, a number or a hash; by default that of ``--vm-block``.  Each has a file of its own, by the
            words that are used here: what was recorded as the latest block is replayed as the latest.
        anchor, fork
            To record and replay with proofs: see :class:`~vmargin.chain.proven.ProvenView`.

        Raises
        ------
        Missing
            If there is no file, and none is to be recorded or nothing to record from.
        """
        path = self.path(block)
        if path not in self._views:
            if path.exists() and self._settings.record != "all" and path not in self._taken:
                self._views[path] = self._replayed(path, block, anchor)
            else:
                self._views[path] = self._recording(path, block, anchor, fork)
        return self._views[path]

    def path(self, block: int | str | bytes | None = None) -> Path:
        """Where the views of a block are kept."""
        if block is None:
            return self._stem.with_name(f"{self._stem.name}.json")
        name = wire.to_data(block) if isinstance(block, bytes) else str(block)
        return self._stem.with_name(f"{self._stem.name}@{name}.json")

    def end(self, *, passed: bool) -> None:
        """Write what was recorded, if the test has passed; and fail it if it went on without an answer."""
        self._guard.close()
        if not passed:
            return
        for path, taken in self._recorded.items():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(f"{path.parent} cannot be written: {error.strerror}") from None
            taken.recording.save(path, reader=taken.view)
        if self._missed:
            pytest.fail(f"the test passed without an answer to a question: {self._missed[0]}", pytrace=False)

    def _replayed(self, path: Path, block: int | str | bytes | None, anchor: str | None) -> BlockView:
        from vmargin.chain.recorded import load

        # nobody else can be asked offline who vouched
        known = anchor if anchor is not None and anchor.startswith("hash:") else None
        view = load(path, known, missing=self._unrecorded)
        if isinstance(block, str) and block.startswith("0x"):
            block = wire.data(block, 32)
        if (isinstance(block, int) and block != view.number) or (
            isinstance(block, bytes) and block != view.hash
        ):
            raise Missing(f"{path} holds block {view.number}, not the one that is asked for; {self._how()}")
        if not self._recorded and not self._views:
            local = bool(_NETWORKED & set(getattr(self._node, "fixturenames", ())))
            why = f"this test replays {path.name}, and what is not in it is to be recorded; {self._how()}"
            self._guard.enter_context(offline(why, local=local))
        return view

    def _recording(
        self, path: Path, block: int | str | bytes | None, anchor: str | None, fork: str | None
    ) -> BlockView:
        if self._settings.record == "none":
            raise Missing(f"there is no cassette {path}, and none is recorded here; {self._how()}")
        if not self._settings.remote:
            raise Missing(f"there is no cassette {path}, and no chain to record it from; {self._how()}")
        if self._node.get_closest_marker(MARKER) and hasattr(self._node.config, "workerinput"):
            raise UsageError(f"{path} may be shared, and is recorded by one process: leave out -n")
        self._guard.close()
        if path not in self._taken:
            self._taken[path] = self._begun(block, anchor, fork)
        self._recorded[path] = self._taken[path]
        return self._taken[path].view

    def _begun(self, block: int | str | bytes | None, anchor: str | None, fork: str | None) -> Taken:
        from vmargin.chain.recorded import record

        connection = self._connect()
        recording = record(connection.at(self._settings.block if block is None else block))
        if anchor is None:
            return Taken(recording, recording)
        from vmargin.chain.anchors import parse_anchor
        from vmargin.chain.proven import ProvenView

        proven = ProvenView(recording, parse_anchor(anchor, connection=connection), fork=fork)
        return Taken(recording, proven)

    def _unrecorded(self, what: str) -> Missing:
        missing = Missing(f"{what}; {self._how()}")
        self._missed.append(str(missing))
        return missing

    def _how(self) -> str:
        """How to record."""
        node = self._node.nodeid
        shared = self._node.get_closest_marker(MARKER) is not None
        tests = (
            f"{shlex.quote(node.partition('::')[0])}, and all else that shares it,"
            if shared
            else shlex.quote(node)
        )
        how = f"to record it: pytest {tests} --vm-record all --vm-rpc-url URL"
        return how if self._settings.remote else f"{how} ({HOW})"


def stem_of(node: pytest.Item) -> Path:
    """The path of a test's cassettes, less what comes after the test's name."""
    folder = node.path.parent / FOLDER
    marker = node.get_closest_marker(MARKER)
    if marker is not None:
        if (
            len(marker.args) != 1
            or marker.kwargs
            or not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)*", str(marker.args[0]))
        ):
            raise UsageError(f"@pytest.mark.{MARKER} takes a name, which may have folders: 'books/full'")
        return folder / Path(marker.args[0])
    name = ".".join(node.nodeid.split("::")[1:])
    if not _PLAIN.match(name) or len(name) > _LONGEST:
        # unlike names stay unlike, also on file systems that do not tell upper from lower case
        mark = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{re.sub(r'[^A-Za-z0-9_.]+', '-', name)[:_LONGEST].strip('-')}-{mark}"
    return folder / node.path.stem / name
