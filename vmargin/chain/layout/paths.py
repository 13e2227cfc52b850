"""A contract's storage by the names of its source: a compiler's ``storageLayout`` says where they lie.

A path such as ``accounts[0xab…].positions[3].size`` is turned into slots here; what lies in them is read by
:mod:`~vmargin.chain.layout.values`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from vmargin.chain import wire
from vmargin.chain.layout.types import (
    Array,
    Map,
    Struct,
    Text,
    Type,
    Types,
    Value,
    members,
    underlying_types,
)
from vmargin.chain.layout.values import MOST_WORDS, Reader, Reading, element, hashed, place, run, together
from vmargin.chain.literals import parse, shown
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_KEY = re.compile(r'\[((?:"(?:[^"\\]|\\.)*"|[^\[\]"])*)\]', re.DOTALL)


class Location(NamedTuple):
    """Where a value lies."""

    slot: int
    offset: int
    """In bytes, from the low end of the word."""
    type: str
    """As the source has it."""


class _Bound(NamedTuple):
    """An index that must lie within a dynamic array."""

    array: Array
    slot: int
    at: int
    what: str


@dataclass(frozen=True)
class _Found:
    """What a path leads to."""

    type: str
    slot: int
    offset: int
    bounds: tuple[_Bound, ...] = ()
    length: bool = False
    """Whether the path asks for the length of it."""


class StorageLayout:
    """Storage of a contract, and of all that share its source.

    Parameters
    ----------
    artifact
        What a compiler wrote, or the path of it: the layout, or a document with ``storageLayout`` in it.
    value_types
        What user-defined value types stand for, as in ``{"Price": "int128"}``: layouts do not say.  Of those
        that the functions of the document's ABI take or return it is known.
    """

    def __init__(
        self, artifact: Mapping[str, Any] | str | Path, *, value_types: Mapping[str, str] | None = None
    ) -> None:
        document = artifact if isinstance(artifact, Mapping) else _load(artifact)
        layout = document.get("storageLayout", document)
        try:
            self._variables = list(members(layout["storage"]))
            self._types = Types(
                layout["types"] or {}, {**underlying_types(document.get("abi", ())), **(value_types or {})}
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise UsageError(
                "there is no storage layout in this: ask the compiler for the output `storageLayout`"
            ) from None

    @property
    def variables(self) -> tuple[str, ...]:
        """Names in the order of the source."""
        return tuple(name for name, _ in self._variables)

    def read(self, view: BlockView, address: str, path: str) -> Any:
        """Read what a path leads to.

        Parameters
        ----------
        view
            The block to read at.
        address
            The contract.
        path
            Names of variables and members, keys of mappings and indices in brackets: ``totals``,
            ``accounts[0xab…].positions[3].size``, ``names["a b"]``, ``positions.length``.

        Returns
        -------
        Any
            Integers (enums, too), bools, bytes, strings; addresses in lower case; an array as a list; a
            struct as a dict by its members' names, without mappings, for these have no list of their keys.

        Raises
        ------
        UsageError
            If there is no such path, or an index is out of range.
        BadReturn
            If the words are none that a contract of this layout would write.
        """
        return self.read_many(view, [(address, path)])[0]

    def read_many(self, view: BlockView, paths: Iterable[tuple[str, str]]) -> list[Any]:
        """Read many paths, each of a contract by its address, with as few requests as it takes."""
        readings = [self._reading(wire.given_address(address), path) for address, path in paths]
        values: list[Any] = run(view, together(readings), MOST_WORDS * len(readings))
        return values

    def locate(self, path: str) -> Location:
        """Tell where a value lies; an index beyond a dynamic array's end is not noticed."""
        found = self._find(path)
        return Location(found.slot, found.offset, self._types[found.type].label)

    def _reading(self, address: str, path: str) -> Reading:
        found = self._find(path)
        reader = Reader(self._types, address, path)
        kind = self._types[found.type]
        if found.length and isinstance(kind, Array | Text):
            value = reader.length(kind, found.slot)
        else:
            value = reader.whole(found.type, found.slot, found.offset)
        values = yield from together([*(reader.within(*bound) for bound in found.bounds), value])
        return values[-1]

    def _find(self, path: str) -> _Found:
        steps = _steps(path)
        name = next(steps)[1:]
        places = [member for label, member in self._variables if label == name]
        if not places:
            known = ", ".join(self.variables) or "none"
            raise UsageError(f"{path}: the contract has no variable {name!r}: there are {known}")
        if len(places) > 1:
            slots = " and ".join(str(member.slot) for member in places)
            raise UsageError(f"{path}: {name} is the name of several variables, at the slots {slots}")
        slot, offset, kind = places[0]
        found = _Found(kind, slot, offset)
        walked = name
        for step in steps:
            if found.length:
                raise UsageError(f"{path}: {walked} is a number, there is nothing in it")
            found = self._step(path, walked, found, step)
            walked += step
        return found

    def _step(self, path: str, walked: str, found: _Found, step: str) -> _Found:
        kind = self._types[found.type]
        match kind, step[0]:
            case Struct(), ".":
                if step[1:] not in kind.members:
                    known = ", ".join(kind.members)
                    raise UsageError(f"{path}: {walked} has no member {step[1:]!r}: there are {known}")
                slot, offset, inner = kind.members[step[1:]]
                return replace(found, type=inner, slot=place(found.slot, slot), offset=offset)
            case Array() | Text(), "." if step == ".length":
                return replace(found, length=True)
            case Map(), "[":
                key = self._types.key(kind)
                slot = hashed(found.slot, key.key(self._parse(path, key.abi, step)))
                return replace(found, type=kind.value, slot=slot, offset=0)
            case Array(), "[":
                return self._element(path, walked, found, kind, self._parse(path, "uint256", step))
        raise UsageError(f"{path}: {walked} is a {kind.label}: {_ways(kind)}, not {step}")

    def _element(self, path: str, walked: str, found: _Found, array: Array, index: int) -> _Found:
        if array.length is not None and index >= array.length:
            raise UsageError(f"{path}: index {index} is out of range: {walked} holds {array.length}")
        start, bounds = found.slot, found.bounds
        if array.length is None:
            start = hashed(found.slot)
            bounds = (*bounds, _Bound(array, found.slot, index, walked))
        slot, offset = element(self._types[array.base].size, start, index)
        return replace(found, type=array.base, slot=slot, offset=offset, bounds=bounds)

    def _parse(self, path: str, kind: str, step: str) -> Any:
        try:
            return parse(kind, step[1:-1], nested=True)
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from None


def _steps(path: str) -> Iterator[str]:
    """``"a[1].b"`` to ``".a"``, ``"[1]"``, ``".b"``."""
    rest = "." + path.strip()
    while rest:
        found = _NAME.match(rest, 1) if rest[0] == "." else _KEY.match(rest)
        if found is None:
            raise UsageError(
                f"{shown(path)} is no path, from {shown(rest)} on: "
                "write it as in  accounts[0xab…].positions[3].size"
            )
        yield rest[: found.end()]
        rest = rest[found.end() :]


def _ways(kind: Type) -> str:
    """How a path may go on from a type."""
    match kind:
        case Struct():
            return f"go on with one of .{', .'.join(kind.members)}"
        case Map():
            return "go on with a key, as in [1]"
        case Array():
            return "go on with an index, as in [1], or .length"
        case Text():
            return "read it whole, or its .length"
        case Value():
            return "the path ends here"


def _load(path: str | Path) -> dict[str, Any]:
    try:
        document = json.loads(Path(path).read_text())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} holds no storage layout")
    return document
