"""The file of a recording: one canonical JSON document, so that equal readings give equal bytes.

What may be written in two ways is refused on reading, and the document holds the hash of the rest of it: a
file is as it was written, or it is a :class:`~vmargin.chain.errors.BadRecording`.  The hash finds damage and
careless editing.  Against somebody who computes it anew there are proofs, whose anchor lies elsewhere.
"""

from __future__ import annotations

import json
import lzma
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer, BadRecording
from vmargin.chain.header import Header
from vmargin.chain.questions import Pin
from vmargin.chain.recorded.kinds import KINDS, Kind, text
from vmargin.chain.rpc import nesting
from vmargin.errors import UsageError

FORMAT = "vmargin recording"
VERSION = 1

_XZ = b"\xfd7zXZ\x00"


class NotedRead(NamedTuple):
    """A call as a person asked for it, so that a replay can say what the file answers."""

    address: str
    function: str
    """As in ``balanceOf(address)(uint256)``."""
    arguments: tuple[str, ...] = ()
    """As text."""


@dataclass(frozen=True)
class Reader:
    """That the recording lies beneath a proven view: what is needed to prove everything again."""

    anchor: str
    """Who vouched for the block's hash then; nobody can ask it again offline."""
    fork: str | None = None
    """The fork that the user named, where it is not the table's."""


def _read_reader(value: Any) -> Reader:
    fork = value["fork"]
    return Reader(text(value["anchor"]), None if fork is None else text(fork))


def _read_noted(value: Any) -> NotedRead:
    arguments = tuple(map(text, value["arguments"]))
    return NotedRead(wire.address(value["address"]), text(value["function"]), arguments)


@dataclass
class Recording:
    """What a file holds."""

    chain_id: int
    header: Header
    pin: Pin
    reader: Reader | None = None
    reads: set[NotedRead] = field(default_factory=set)
    answers: dict[str, dict[Any, Any]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    """By kind and question."""

    def encode(self) -> bytes:
        """Write the document, in the one form that it has."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "chainId": str(self.chain_id),
            "header": wire.to_data(self.header.encoded),
            "blockHash": wire.to_data(self.header.hash),
            "pin": self.pin.value,
            "proven": None
            if self.reader is None
            else {"anchor": self.reader.anchor, "fork": self.reader.fork},
            "reads": [
                {"address": address, "function": function, "arguments": list(arguments)}
                for address, function, arguments in sorted(self.reads)
            ],
            "answers": {kind: list(_written(KINDS[kind], told)) for kind, told in self.answers.items()},
        }
        document["keccak"] = wire.to_data(keccak(_text(document)))
        return _text(document)

    @classmethod
    def decode(cls, raw: bytes, where: str) -> Recording:
        """Read a document, of which every byte must be as :meth:`encode` writes it."""
        try:
            return cls._decode(raw, where)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError, BadAnswer) as error:
            raise BadRecording(f"{where} is no recording: {type(error).__name__}: {error}") from None

    @classmethod
    def _decode(cls, raw: bytes, where: str) -> Recording:
        document = json.loads(nesting.checked(raw))
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise BadRecording(f"{where} is no recording: it lacks the format {FORMAT!r}")
        if document.get("version") != VERSION:
            raise BadRecording(
                f"{where} is a recording of version {document.get('version')!r}; this program reads {VERSION}"
            )
        claimed = document.pop("keccak", None)
        if claimed != wire.to_data(keccak(_text(document))):
            raise BadRecording(f"{where} is not as it was written: its content does not hash to {claimed}")
        recording = cls._read(document)
        if recording.encode() != raw:
            raise BadRecording(f"{where} is not as it was written: the same content has another form")
        return recording

    @classmethod
    def _read(cls, document: dict[str, Any]) -> Recording:
        proven = document["proven"]
        return cls(
            int(document["chainId"]),
            Header.decode(wire.data(document["header"])),
            Pin(document["pin"]),
            None if proven is None else _read_reader(proven),
            set(map(_read_noted, document["reads"])),
            {
                name: {
                    kind.read_question(item["ask"]): kind.read_answer(item["answer"])
                    for item in document["answers"][name]
                }
                for name, kind in KINDS.items()
            },
        )


def _written(kind: Kind, told: Mapping[Any, Any]) -> Iterator[dict[str, Any]]:
    """Questions with their answers, in the order of the questions' text."""
    items = [{"ask": kind.question(asked), "answer": kind.answer(answer)} for asked, answer in told.items()]
    yield from sorted(items, key=lambda item: json.dumps(item["ask"], sort_keys=True))


def _text(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, sort_keys=True, indent=1, ensure_ascii=True) + "\n").encode()


def read(path: Path) -> Recording:
    """Read a file, which may be compressed with xz."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    if raw.startswith(_XZ):
        try:
            raw = lzma.decompress(raw, lzma.FORMAT_XZ)
        except lzma.LZMAError as error:
            raise BadRecording(f"{path}: the compressed data are damaged: {error}") from None
    return Recording.decode(raw, str(path))


def write(path: Path, recording: Recording) -> None:
    """Write a file whole or not at all, compressed if its name ends in ``.xz``."""
    raw = recording.encode()
    if path.suffix == ".xz":
        raw = lzma.compress(raw, lzma.FORMAT_XZ)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
