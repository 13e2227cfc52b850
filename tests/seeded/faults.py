"""The list of faults, and the source text with one of them in it."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
SOURCES = (CONTRACTS, CONTRACTS / "node_modules")
"""Where source units are, in the order in which the compiler looks for them."""
KINDS = ("rounding", "operator", "order", "constant", "unchecked", "scale", "index")


class Fault(NamedTuple):
    """One change of one line; see faults.toml."""

    name: str
    kind: str
    unit: str
    after: str
    old: str
    new: str
    harness: str
    function: str
    mirror: str
    inputs: str = ""
    short: bool = False
    equivalent: str = ""

    def text(self) -> str:
        """The source unit with the fault."""
        text = source(self.unit)
        at = self._at(text)
        return text[:at] + self.new + text[at + len(self.old) :]

    @property
    def line(self) -> int:
        """The number of the line that is changed, from 1."""
        text = source(self.unit)
        return text.count("\n", 0, self._at(text)) + 1

    def _at(self, text: str) -> int:
        if text.count(self.after) != 1:
            raise LookupError(f"{self.name}: {self.after!r} is {text.count(self.after)} times in {self.unit}")
        at = text.find(self.old, text.index(self.after))
        if at < 0:
            raise LookupError(f"{self.name}: {self.old!r} is not in {self.unit} after {self.after!r}")
        return at


@functools.cache
def source(unit: str) -> str:
    """The text of a source unit as it is."""
    for folder in SOURCES:
        if (folder / unit).is_file():
            return (folder / unit).read_bytes().decode()
    raise LookupError(f"{unit} is neither under contracts/ nor in node_modules")


@functools.cache
def faults() -> tuple[Fault, ...]:
    """All that are listed."""
    listed = tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["fault"]
    return tuple(Fault(**{**entry, "equivalent": _line(entry.get("equivalent", ""))}) for entry in listed)


def named(name: str) -> Fault:
    """Find a fault by its name."""
    for fault in faults():
        if fault.name == name:
            return fault
    raise LookupError(f"there is no fault {name!r} in faults.toml")


def _line(text: str) -> str:
    return " ".join(text.split())
