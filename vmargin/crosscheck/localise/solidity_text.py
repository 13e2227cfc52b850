"""What is where in a Solidity source: lines, and the functions with their names."""

from __future__ import annotations

import bisect
import re
from functools import cached_property
from typing import NamedTuple

_TOKEN = re.compile(
    rb"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<open>\{)|(?P<close>\})|(?P<end>;)
    |\b(?P<head>function|modifier|contract|library|interface)\s+(?P<name>[A-Za-z_$][\w$]*)
    |\b(?P<special>constructor|receive|fallback)\s*\(""",
    re.DOTALL | re.VERBOSE,
)

_CALL = re.compile(rb"\b([A-Za-z_$][\w$]*)\s*\(")


class Span(NamedTuple):
    """A function or a contract, by offsets of bytes."""

    start: int
    end: int
    kind: str
    name: str


class Text:
    """A source file.  Offsets are of bytes, as source maps have them; lines count from 1."""

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self.raw = raw
        self._starts = [0, *(found.end() for found in re.finditer(rb"\n", raw))]

    def line_of(self, offset: int) -> int:
        """The line on which an offset lies."""
        return bisect.bisect_right(self._starts, offset)

    def start_of(self, line: int) -> int:
        """The offset at which a line begins, past what indents it."""
        start = self._starts[line - 1]
        return start + len(self.line(line)) - len(self.line(line).lstrip())

    def line(self, number: int) -> str:
        """A line without what it ends with."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.raw)
        return self.raw[self._starts[number - 1] : end].decode(errors="replace").rstrip()

    @cached_property
    def lines(self) -> list[str]:
        """All lines."""
        return [self.line(number) for number in range(1, len(self._starts) + 1)]

    def slice(self, start: int, length: int) -> str:
        """A piece of the text."""
        return self.raw[start : start + length].decode(errors="replace")

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Functions, modifiers and contracts, each before those inside it."""
        found: list[Span] = []
        waiting: tuple[int, str, str] | None = None
        stack: list[tuple[int, str, str] | None] = []
        for token in _TOKEN.finditer(self.raw):
            kind = token.lastgroup
            if kind in ("name", "head"):
                waiting = token.start(), token["head"].decode(), token["name"].decode()
            elif kind == "special":
                waiting = token.start(), "function", token["special"].decode()
            elif kind == "end":
                waiting = None
            elif kind == "open":
                stack.append(waiting)
                waiting = None
            elif kind == "close" and stack:
                opened = stack.pop()
                if opened is not None:
                    found.append(Span(opened[0], token.end(), opened[1], opened[2]))
        return tuple(sorted(found, key=lambda span: (span.start, -span.end)))

    def function_at(self, offset: int) -> Span | None:
        """The innermost function around an offset; those of assembly count."""
        inside = [s for s in self.spans if s.start <= offset < s.end and s.kind in ("function", "modifier")]
        return inside[-1] if inside else None

    @cached_property
    def called(self) -> dict[str, set[str]]:
        """By name of a function, the names that it calls."""
        found: dict[str, set[str]] = {}
        for span in self.spans:
            if span.kind in ("function", "modifier"):
                names = {n.decode() for n in _CALL.findall(self.raw, span.start, span.end)}
                found.setdefault(span.name, set()).update(names - {span.name})
        return found

    def whole(self, start: int, length: int) -> Span | None:
        """The function or contract that a span is all of: it says nothing of what is done inside."""
        for span in self.spans:
            if span.start == start and abs(span.end - start - length) <= 1:
                return span
        return None
