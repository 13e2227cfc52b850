"""Which line of the contract a finding is about: its own, that of a call around it, or of what it was given.

Mirrors have the names of their originals, so the functions that both sides are in can be told by name.
Where no name of the mirror is one of the contract's, a line is what the source map says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vmargin.crosscheck.localise.judging import ONLY_MIRROR, Finding
from vmargin.crosscheck.localise.likeness import alike, code_of, identifiers, in_order, same_name, source_of
from vmargin.crosscheck.localise.lineup import LineUp
from vmargin.crosscheck.localise.solidity_text import Span, Text
from vmargin.crosscheck.localise.sources import Place
from vmargin.solidity.sites import Site
from vmargin.solidity.trace import Operation

_CALL = re.compile(r"\b([A-Za-z_$][\w$]*)\s*\(")
_CONSTANT = re.compile(r"\bconstant\b[^=]*?\b([A-Za-z_$][\w$]*)\s*=")
_PLAIN = re.compile(r"[\w.*+\- ]{1,60}")
"""An expression of constants."""
_LIKE = 0.25
"""How alike a line of the mirror and one of the contract are at least, if one is taken for the other."""
_OTHERS = 0.2
"""What it counts against a line that it belongs to another line of the mirror."""


class Namer:
    """Names lines for the findings of two runs."""

    def __init__(self, lineup: LineUp) -> None:
        self.lineup = lineup
        self.mirror = lineup.mirror
        self.contract = lineup.contract
        self._lines: dict[tuple[str, int], set[tuple[str, int]]] | None = None

    def place(self, finding: Finding) -> Place | None:
        """The line of the contract that a finding is about."""
        step, number = finding.step, finding.operation
        own = self.contract.place(step) if step >= 0 else None
        if number < 0:
            return own
        operation = self.mirror.operations[number]
        own = self.beside(step, own, operation.site.function) or own
        for node in finding.inputs:
            found = self.of_input(node, step, operation)
            if found is not None:
                return found
        handed = bool(finding.wanted and finding.inputs) and all(
            self.mirror.is_handed(number, at - _implied(operation)) for at in finding.wanted
        )
        if finding.turned and len(operation.operands) == 2:
            handed = all(self.mirror.is_handed(number, at) for at in (0, 1))
        if handed:
            line = self.sharpened(step, own, operation.site)
            handed = line is None or in_order(source_of(operation.site), self.line(line))
        return self.level(step, own, operation, handed, finding.kind == ONLY_MIRROR)

    def beside(self, step: int, own: Place | None, function: str) -> Place | None:
        """A place in a function right before or after a step, if its own is not known."""
        if step < 0 or own is None or self.contract.is_placed(step) or same_name(own.function, function):
            return None
        places = (self.contract.placed_beside(step, direction) for direction in (-1, 1))
        return next((p for p in places if p is not None and same_name(p.function, function)), None)

    # Values that came from elsewhere

    def of_input(self, raw: int, step: int, operation: Operation) -> Place | None:
        """The place at which a constant stands that the mirror has otherwise."""
        node = self.contract.real(raw)
        if node < 0 or not self.contract.constants[node]:
            return None
        writer = self.contract.steps.writers.get(raw)
        if writer is not None and self.contract.is_placed(writer):
            return self.contract.own_place(writer)
        place = self.contract.own_place(node)
        declared = None
        if place is not None:
            declared = place if not place.function else self.declaration(place.text)
        if declared is not None:
            name = _CONSTANT.search(self.line(declared))
            if name is not None and any(name[1] in identifiers(source_of(s)) for _, s in _chain(operation)):
                return declared
        if place is None:
            place = self.contract.place(node)
        mine = self.contract.place(step)
        if place is None or not place.function or mine is None or place.function == mine.function:
            return None
        return place if _PLAIN.fullmatch(place.text) else None

    def declaration(self, name: str) -> Place | None:
        """Where a constant is declared."""
        if not name.isidentifier():
            return None
        for code in self.contract.maps.values():
            for text in code.texts():
                for number, line in enumerate(text.lines, 1):
                    found = _CONSTANT.search(line)
                    if found is not None and found[1] == name:
                        return Place(text.path, number, "", line.strip(), number)
        return None

    # The level of calls at which the two differ

    def level(
        self, step: int, own: Place | None, operation: Operation, handed: bool, lacks: bool
    ) -> Place | None:
        """The line of the innermost function that both sides are in; of its caller if `handed` from there."""
        chain = [(name, site) for name, site in _chain(operation) if any(self.spans(name))]
        sure = own is not None and step >= 0 and self.contract.is_placed(step)
        first = self.shared_level([name for name, _ in chain], step, own, sure)
        if handed:
            first += 1
        if first >= len(chain):
            return self.sharpened(step, own, operation.site)
        function, site = chain[first]
        if own is not None and same_name(own.function, function):
            return self.sharpened(step, own, site)
        if lacks and first == 0 and (found := self.within(function, -1, None, site)) is not None:
            return found
        return self.within(function, step, own if sure else None, site) or own

    def shared_level(self, names: list[str], step: int, own: Place | None, sure: bool) -> int:
        """How far out the innermost function is that both sides are in."""
        calls = [c.function for c in self.contract.calls(step) if c.function] if step >= 0 else []
        first = max(len(names) - 1, 0)
        for at, name in enumerate(names):
            if own is not None and same_name(own.function, name) and (sure or at == 0):
                return at
            if not sure and calls and same_name(calls[0], name):
                first = at
                break
        while first > 0 and self.reaches(names[first], names[first - 1]):
            first -= 1
        while (
            own is not None and sure and first < len(names) and not self.reaches(names[first], own.function)
        ):
            first += 1
        return max(first, 0)

    def reaches(self, function: str, other: str) -> bool:
        """Whether a function of the contract is another, or calls it, by what is written."""
        if same_name(function, other) or same_name(other, function):
            return True
        mine = {span.name for _, span in self.spans(function)}
        theirs = {span.name for _, span in self.spans(other)} or {other}
        maps = self.contract.maps.values()
        return any(code.reaches(one, two) for code in maps for one in mine for two in theirs)

    def within(self, function: str, step: int, own: Place | None, site: Site) -> Place | None:
        """The line at which a function of the contract does, or calls, what a line of the mirror does."""
        for called in self.contract.calls(step) if step >= 0 else ():
            place = self.contract.call_place(called)
            if (
                place is not None
                and same_name(place.function, function)
                and not same_name(called.function, function)
            ):
                return place
        best, chosen = -1.0, None
        for text, span in self.spans(function):
            lines = list(range(text.line_of(span.start), text.line_of(span.end - 1) + 1))
            if own is not None and not same_name(own.function, function):
                lines = list(self.calling(text, span, own.function))
            for line in lines[:1]:
                if own is not None and best < 0:
                    best, chosen = 0.0, (text, span, line)
            score, line = self.likest(text, lines, site)
            if self.wraps(text, span):
                score -= _OTHERS  # it hands on to the one of the same name
            if line and score > best:
                best, chosen = score, (text, span, line)
        if chosen is None:
            return None
        text, span, line = chosen
        return Place(text.path, line, span.name, code_of(text.line(line)).strip(), line)

    def wraps(self, text: Text, span: Span) -> bool:
        """Whether a function calls another one of its name."""
        return span.name in _CALL.findall(text.slice(span.start, span.end - span.start).partition("{")[2])

    def calling(self, text: Text, span: Span, inner: str) -> Iterator[int]:
        """The lines of a function on which another one is called, directly or not."""
        maps = self.contract.maps.values()
        for line in range(text.line_of(span.start) + 1, text.line_of(span.end - 1) + 1):
            names = _CALL.findall(code_of(text.line(line)))
            if any(code.reaches(name, inner) for code in maps for name in names):
                yield line

    # Lines of text

    def spans(self, function: str) -> Iterator[tuple[Text, Span]]:
        """The functions of a name in the contract's sources."""
        for code in self.contract.maps.values():
            for text in code.texts():
                for span in text.spans:
                    if span.kind == "function" and same_name(span.name, function):
                        yield text, span

    def sharpened(self, step: int, own: Place | None, site: Site) -> Place | None:
        """The line of a step, where the source map gives several or none by what the mirror's line says."""
        if own is None or step < 0:
            return own
        text = self.text(own)
        if text is None:
            return own
        if self.contract.is_placed(step):
            if own.last <= own.line:
                return own
            lines = list(range(own.line, own.last + 1))
        else:
            after = self.contract.placed_beside(step, 1)
            last = after.line if after is not None and after.path == own.path else len(text.raw)
            lines = list(range(min(own.line, last), max(own.line, last) + 1))
        span = text.function_at(text.start_of(own.line))
        if span is not None:
            lines = [n for n in lines if text.line_of(span.start) <= n <= text.line_of(span.end - 1)]
        _, chosen = self.likest(text, lines, site)
        return own._replace(line=chosen, last=chosen) if chosen else own

    def likest(self, text: Text, lines: list[int], site: Site) -> tuple[float, int]:
        """Of some lines the one that is most like a line of the mirror, and how much; line 0 if none is."""
        wanted = source_of(site)
        best, chosen = _LIKE, 0
        for line in lines:
            score = alike(wanted, text.line(line))
            if score < best:
                continue
            others = self.lines_of_mirror.get((text.path, line))
            if others and (site.file, site.line) not in others:
                score -= _OTHERS
            if score > best or (score == best and not chosen):
                best, chosen = score, line
        return best, chosen

    @property
    def lines_of_mirror(self) -> dict[tuple[str, int], set[tuple[str, int]]]:
        """By line of the contract, the lines of the mirror that do the same."""
        if self._lines is None:
            self._lines = {}
            for number, operation in enumerate(self.mirror.operations):
                if self.lineup.is_distinct(number):
                    for twin in self.lineup.twins_of(number)[:2]:
                        place = self.contract.own_place(twin)
                        if place is not None and self.contract.is_placed(twin):
                            key = place.path, place.line
                            site = operation.site
                            self._lines.setdefault(key, set()).add((site.file, site.line))
        return self._lines

    def text(self, place: Place) -> Text | None:
        """The text that a place is in."""
        for code in self.contract.maps.values():
            found = code.text(place.path)
            if found is not None:
                return found
        return None

    def line(self, place: Place) -> str:
        """The whole line of a place."""
        text = self.text(place)
        return text.line(place.line) if text is not None else ""


def _implied(operation: Operation) -> int:
    """Operands that the instruction has and that are not written: the zero of a minus sign."""
    return 1 if operation.symbol == "-" and len(operation.operands) == 1 else 0


def _chain(operation: Operation) -> Iterator[tuple[str, Site]]:
    """The functions of the mirror around an operation, the innermost first, and where each stood."""
    yield operation.site.function, operation.site
    call = operation.call
    while call is not None:
        yield call.site.function, call.site
        call = call.caller
