"""Storage layouts of two versions: whether the later one finds what the former has stored."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from vmargin.chain.layout.types import Array, Map, Member, Struct, Text, Type, Types, Value, members
from vmargin.errors import UsageError
from vmargin.protocols.finding import Finding, Level

Layout: TypeAlias = Mapping[str, Any] | str | Path
"""What a compiler gives as ``storageLayout``, a document that has it, or the path of one."""

RULE = "storage-layout"
_GAP = re.compile(r"_*gap(?:_?\w+)?\Z", re.IGNORECASE)


class Variable(NamedTuple):
    """A variable, or a member of a struct, and the bytes that it has."""

    name: str
    member: Member
    start: int
    """In bytes from where the storage, or the struct, begins."""
    end: int

    def overlaps(self, other: Variable) -> bool:
        """Whether they share a byte."""
        return self.start < other.end and other.start < self.end


class Problem(NamedTuple):
    """What is not as it was."""

    level: Level
    what: str
    former: Mapping[str, Any] | None = None
    later: Mapping[str, Any] | None = None


def storage_layout(layouts: Mapping[str, tuple[Layout, Layout]]) -> Iterator[Finding]:
    """Compare the layouts of two versions of each contract."""
    if not layouts:
        yield Finding(RULE, "not applicable", "no storage layouts of two versions were given")
    for role, (former, later) in layouts.items():
        versions = Versions(former, later)
        problems = list(versions.problems())
        for problem in problems:
            evidence = {"contract": role, "former": problem.former, "later": problem.later}
            yield Finding(RULE, problem.level, f"{role}: {problem.what}", evidence)
        if not any(problem.level == "violation" for problem in problems):
            count = len(versions.former)
            yield Finding(
                RULE,
                "ok",
                f"{role}: the later version finds what the former has stored",
                {"contract": role, "variables": count, "later": len(versions.later)},
            )


class Versions:
    """A contract's storage as two versions of it see it."""

    def __init__(self, former: Layout, later: Layout) -> None:
        self.former, self._old = _read(former)
        self.later, self._new = _read(later)
        self._walked: set[tuple[str, str]] = set()

    def problems(self) -> Iterator[Problem]:
        """All that the later version would not find."""
        yield from self._within("", self.former, self.later)

    def _within(
        self, path: str, former: Iterable[tuple[str, Member]], later: Iterable[tuple[str, Member]]
    ) -> Iterator[Problem]:
        """Compare the variables of a contract, or the members of a struct."""
        old, new = dict(_places(former, self._old)), dict(_places(later, self._new))
        for key, was in old.items():
            if key in new:
                yield from self._kept(path, was, new[key])
            elif not self._is_gap(was, self._old):
                yield from self._gone(path, was, [v for k, v in new.items() if k not in old], new)
        for key, now in new.items():
            if key in old or self._is_gap(now, self._new):
                continue
            beneath = [
                was
                for k, was in old.items()
                if k in new and was.overlaps(now) and not self._is_gap(was, self._old)
            ]
            if beneath:
                was = beneath[0]
                what = f"{path}{now.name} is inserted where {path}{was.name} was"
                yield Problem("violation", what, self._told(was, self._old), self._told(now, self._new))

    def _kept(self, path: str, was: Variable, now: Variable) -> Iterator[Problem]:
        """A name that both have.  A gap may give up room from its beginning: what follows tells."""
        gap = self._is_gap(was, self._old) and self._is_gap(now, self._new)
        if was.start != now.start and not gap:
            what = f"{path}{was.name} has moved from {_where(was)} to {_where(now)}"
            yield Problem("violation", what, self._told(was, self._old), self._told(now, self._new))
        if not gap:
            former, later = self._told(was, self._old), self._told(now, self._new)
            for problem in self._type(f"{path}{was.name}", was.member.type, now.member.type):
                told = problem.former is not None or problem.later is not None
                yield problem if told else problem._replace(former=former, later=later)

    def _gone(
        self, path: str, was: Variable, added: list[Variable], new: Mapping[Any, Variable]
    ) -> Iterator[Problem]:
        """A name that the later version does not have."""
        former = self._told(was, self._old)
        for now in added:
            if now.overlaps(was) and not self._is_gap(now, self._new):
                later = self._told(now, self._new)
                alike = not list(self._type("", was.member.type, now.member.type))
                if now.start == was.start and alike:
                    what = f"{path}{was.name} is called {path}{now.name} now"
                    yield Problem("warning", what, former, later)
                else:
                    what = f"{path}{now.name} is where {path}{was.name} was, as something else"
                    yield Problem("violation", what, former, later)
                return
        if any(now.overlaps(was) and not self._is_gap(now, self._new) for now in new.values()):
            return  # by what has moved there, which is told of that
        what = f"{path}{was.name} is gone: what it held stays, for whoever comes to have its place"
        yield Problem("warning", what, former, None)

    def _type(self, path: str, former: str, later: str) -> Iterator[Problem]:
        """Compare types.  Whoever has to give way to more bytes has moved, which is told of him."""
        if (former, later) in self._walked:
            return
        was, now = self._old[former], self._new[later]
        nested = isinstance(was, Struct | Array | Map)
        if nested:
            self._walked.add((former, later))
        match was, now:
            case Map(), Map():
                keys = self._old[was.key], self._new[now.key]
                if keys[0].label != keys[1].label and not _addresses(*keys):
                    yield _wrong(f"the keys of {path} were {keys[0].label} and are {keys[1].label}")
                yield from self._type(f"{path}[…]", was.value, now.value)
            case Array(), Array() if (was.length is None) == (now.length is None):
                yield from self._elements(path, was, now)
            case Struct(), Struct():
                if now.size < was.size:
                    yield _wrong(f"{path} has shrunk from {was.size} to {now.size} bytes")
                yield from self._within(f"{path}.", was.members.items(), now.members.items())
            case ((Value() | Text()), (Value() | Text())):
                if was.label != now.label:
                    if was.size != now.size:
                        yield _wrong(f"{path} was {was.label} and is {now.label}, of other bytes")
                    else:
                        level: Level = "warning" if _addresses(was, now) else "violation"
                        yield Problem(level, f"{path} was {was.label} and is {now.label}")
            case _:
                yield _wrong(f"{path} was {was.label} and is {now.label}")
        if nested:
            self._walked.discard((former, later))

    def _elements(self, path: str, was: Array, now: Array) -> Iterator[Problem]:
        sizes = self._old[was.base].size, self._new[now.base].size
        if sizes[0] != sizes[1]:
            what = f"the elements of {path} had {sizes[0]} bytes and have {sizes[1]}: all but the first move"
            yield _wrong(what)
        if was.length is not None and now.length is not None and now.length < was.length:
            yield _wrong(f"{path} has shrunk from {was.length} to {now.length} elements")
        if sizes[0] == sizes[1]:
            yield from self._type(f"{path}[…]", was.base, now.base)

    def _is_gap(self, variable: Variable, types: Types) -> bool:
        """An array that keeps room free, by its name and its kind."""
        kind = types[variable.member.type]
        return bool(_GAP.match(variable.name)) and isinstance(kind, Array) and kind.length is not None

    def _told(self, variable: Variable, types: Types) -> dict[str, Any]:
        slot, offset = divmod(variable.start, 32)
        kind = types[variable.member.type]
        return {"name": variable.name, "slot": str(slot), "offset": offset, "type": kind.label}


def _wrong(what: str) -> Problem:
    return Problem("violation", what)


def _read(layout: Layout) -> tuple[list[tuple[str, Member]], Types]:
    document = layout if isinstance(layout, Mapping) else _load(Path(layout))
    found = document.get("storageLayout", document)
    try:
        entries = found["types"] or {}
        # what a user-defined type stands for is not in a layout, and here only its size is of interest
        plain = {
            str(entry["label"]): f"uint{8 * int(entry['numberOfBytes'])}"
            for entry in entries.values()
            if entry["encoding"] == "inplace" and int(entry["numberOfBytes"]) <= 32
        }
        return list(members(found["storage"])), Types(entries, plain)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(
            "there is no storage layout in this: ask the compiler for the output `storageLayout`"
        ) from None


def _load(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} holds no storage layout: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} holds no storage layout")
    return document


def _places(
    variables: Iterable[tuple[str, Member]], types: Types
) -> Iterator[tuple[tuple[str, int], Variable]]:
    """Variables by their names; those of one name, as heirs and parents may have them, in their order."""
    seen: Counter[str] = Counter()
    for name, member in variables:
        start = 32 * member.slot + member.offset
        yield (name, seen[name]), Variable(name, member, start, start + types[member.type].size)
        seen[name] += 1


def _where(variable: Variable) -> str:
    slot, offset = divmod(variable.start, 32)
    return f"slot {slot}" + (f", byte {offset}" if offset else "")


def _addresses(*types: Type) -> bool:
    """Whether all are addresses, of whatever contract."""
    return all(t.label.startswith(("address", "contract ")) for t in types)
