"""From a program counter to a line of Solidity, by the compiler's source map."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from vmargin.crosscheck.localise.solidity_text import Span, Text
from vmargin.errors import UsageError
from vmargin.solidity.bytecode import load_artifact


class Place(NamedTuple):
    """Where in a source an instruction comes from; `text` is the expression, on one line."""

    path: str
    line: int
    function: str
    text: str
    last: int = 0
    """The last line of the expression."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" + (f" {self.function}" if self.function else "")


class Entry(NamedTuple):
    """An element of a source map."""

    start: int
    length: int
    file: int
    jump: str


class Unit(NamedTuple):
    """A source as an artifact names it."""

    path: str
    sha256: str


class Sources:
    """Folders that hold source texts, by the paths that artifacts name."""

    def __init__(self, roots: Iterable[str | Path] = ()) -> None:
        self.roots = [Path(root) for root in roots]
        for root in self.roots:
            if not root.is_dir():
                raise UsageError(f"{root} is no folder: name one that holds the Solidity sources")
        self._texts: dict[Unit, Text | None] = {}

    def text(self, unit: Unit) -> Text | None:
        """The text that was compiled, or None where no folder has exactly that one."""
        if unit not in self._texts:
            self._texts[unit] = self._find(unit)
        return self._texts[unit]

    def _find(self, unit: Unit) -> Text | None:
        for root in self.roots:
            path = root / unit.path
            if path.is_file():
                raw = path.read_bytes()
                if not unit.sha256 or hashlib.sha256(raw).hexdigest() == unit.sha256:
                    return Text(unit.path, raw)
        return None


class CodeMap:
    """The deployed code of an artifact beside its sources.

    Parameters
    ----------
    artifact
        What a compiler wrote, or the path of it.
    sources
        Where its source texts are.
    """

    def __init__(self, artifact: str | Path | Mapping[str, Any], sources: Sources) -> None:
        self.artifact = artifact if isinstance(artifact, Mapping) else load_artifact(artifact)
        self.name = str(self.artifact.get("name", "contract"))
        self.sources = sources
        self.units = _units(self.artifact)

    @cached_property
    def code(self) -> bytes:
        """As compiled: with zeros, or a placeholder, for what is known at deployment only."""
        text = str(self.artifact.get("deployedBytecode", "")).removeprefix("0x")
        return bytes.fromhex("".join(c if c in "0123456789abcdefABCDEF" else "0" for c in text))

    def is_of(self, code: bytes) -> bool:
        """Whether code at an address is this artifact's, but for immutables and addresses of libraries."""
        own = self.code
        return len(own) == len(code) and all(a in (b, 0) for a, b in zip(own, code, strict=True))

    @cached_property
    def _instructions(self) -> dict[int, int]:
        """By program counter, which instruction of the code it is."""
        found: dict[int, int] = {}
        code, pc = self.code, 0
        while pc < len(code):
            found[pc] = len(found)
            op = code[pc]
            pc += op - 0x5E if 0x60 <= op <= 0x7F else 1
        return found

    @cached_property
    def _entries(self) -> list[Entry]:
        """The source map, in which what is left out is as in the entry before."""
        entries: list[Entry] = []
        start, length, file, jump = 0, 0, -1, "-"
        text = str(self.artifact.get("deployedSourceMap", ""))
        for part in text.split(";") if text else ():
            fields = part.split(":")
            if fields[0]:
                start = int(fields[0])
            if len(fields) > 1 and fields[1]:
                length = int(fields[1])
            if len(fields) > 2 and fields[2]:
                file = int(fields[2])
            if len(fields) > 3 and fields[3]:
                jump = fields[3]
            entries.append(Entry(start, length, file, jump))
        return entries

    def entry(self, pc: int) -> Entry | None:
        """What the source map says of an instruction."""
        number = self._instructions.get(pc)
        return self._entries[number] if number is not None and number < len(self._entries) else None

    @cached_property
    def _places(self) -> dict[Entry, Place | None]:
        return {}

    def place(self, pc: int) -> Place | None:
        """Where an instruction comes from; None where that is no expression of a source that is there."""
        entry = self.entry(pc)
        if entry is None:
            return None
        if entry not in self._places:
            self._places[entry] = self._place(entry)
        return self._places[entry]

    def _place(self, entry: Entry) -> Place | None:
        if not 0 <= entry.file < len(self.units):
            return None
        unit = self.units[entry.file]
        text = self.sources.text(unit) if unit is not None else None
        if unit is None or text is None or text.whole(entry.start, entry.length):
            return None
        function = text.function_at(entry.start)
        return Place(
            unit.path,
            text.line_of(entry.start),
            function.name if function else "",
            " ".join(text.slice(entry.start, entry.length).split()),
            text.line_of(entry.start + max(0, entry.length - 1)),
        )

    def function_entered(self, pc: int) -> str:
        """The name of the function whose code begins here; none where it is the compiler's own."""
        entry = self.entry(pc)
        if entry is None or not 0 <= entry.file < len(self.units):
            return ""
        unit = self.units[entry.file]
        text = self.sources.text(unit) if unit is not None else None
        if text is None:
            return ""
        span = text.whole(entry.start, entry.length)
        return span.name if span is not None and span.kind in ("function", "modifier") else ""

    def texts(self) -> list[Text]:
        """All texts that are there."""
        found = [self.sources.text(unit) for unit in self.units if unit is not None]
        return [text for text in found if text is not None]

    def text(self, path: str) -> Text | None:
        """The text of a unit by its path."""
        for unit in self.units:
            if unit is not None and unit.path == path:
                return self.sources.text(unit)
        return None

    @cached_property
    def _reaches(self) -> dict[str, set[str]]:
        direct: dict[str, set[str]] = {}
        for unit in self.units:
            text = self.sources.text(unit) if unit is not None else None
            for name, called in (text.called if text is not None else {}).items():
                direct.setdefault(name, set()).update(called)
        reached = {name: set(called) for name, called in direct.items()}
        for name, known in reached.items():
            waiting = list(known)
            while waiting:
                for further in direct.get(waiting.pop(), ()):
                    if further not in known:
                        known.add(further)
                        waiting.append(further)
            reached[name] = known
        return reached

    def reaches(self, function: str, other: str) -> bool:
        """Whether a function is another one or calls it, directly or not, by what is written."""
        return function == other or other in self._reaches.get(function, ())

    def writes_panics(self, place: Place) -> bool:
        """Whether the function that a place is in has the selector of panics in its text."""
        text = self.text(place.path)
        span = text.function_at(text.start_of(place.line)) if text is not None else None
        return span is not None and text is not None and "4e487b71" in text.slice(*span_of(span)).lower()

    @property
    def by_ir(self) -> bool:
        """Whether the compiler went by its intermediate representation, which knows operators less well."""
        settings = self.artifact.get("settings")
        return bool(settings.get("viaIR", False)) if isinstance(settings, Mapping) else False

    @property
    def has_sources(self) -> bool:
        """Whether any of its source texts is there."""
        return bool(self._entries) and any(u is not None and self.sources.text(u) for u in self.units)


def span_of(span: Span) -> tuple[int, int]:
    """Start and length."""
    return span.start, span.end - span.start


def _units(artifact: Mapping[str, Any]) -> Sequence[Unit | None]:
    """The sources by the numbers that the source map gives them."""
    listed = artifact.get("sources")
    if isinstance(listed, Sequence):
        return [Unit(str(s["path"]), str(s.get("sha256", ""))) for s in listed]
    return _foundry_units(artifact)


def _foundry_units(artifact: Mapping[str, Any]) -> Sequence[Unit | None]:
    """Of Foundry's form, which names its own source's number only."""
    own, number = (artifact.get("ast") or {}).get("absolutePath"), artifact.get("id")
    if not isinstance(number, int) or own is None:
        return []
    # others' numbers are those of the whole build, which the artifact does not hold
    units: list[Unit | None] = [None] * (number + 1)
    units[number] = Unit(str(own), "")
    return units
