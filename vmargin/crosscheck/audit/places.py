"""Lines of sources on both sides of a difference."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from vmargin.crosscheck.audit.document import Side, SourceLine
from vmargin.crosscheck.localise.sources import CodeMap, Sources
from vmargin.solidity.kernel import Kernel

AROUND = 3
"""Lines shown before and after the one that matters."""
LONGEST = 24
"""Lines of a function that are shown where none is known to matter."""


def excerpt(line_of: Callable[[int], str], first: int, last: int) -> tuple[SourceLine, ...]:
    """The lines from first to last, marked, with some around them; empty ones at the ends are left out."""
    found = [
        SourceLine(number, line_of(number).rstrip(), first <= number <= last)
        for number in range(max(1, first - AROUND), last + AROUND + 1)
    ]
    if any(line.text[:1] == " " for line in found if line.hit):  # of one function, and not of the next one
        inner = [at for at, line in enumerate(found) if line.hit]
        after = (at for at, line in enumerate(found) if at > inner[-1] and line.text[:1].strip(" })"))
        before = [at for at, line in enumerate(found) if at < inner[0] and line.text[:1].isalpha()]
        found = found[before[-1] if before else 0 : next(after, len(found))]
    while found and not found[0].text.strip() and not found[0].hit:
        found.pop(0)
    while found and not found[-1].text.strip() and not found[-1].hit:
        found.pop()
    return tuple(found)


def python_line(file: str) -> Callable[[int], str]:
    """Lines of a file of Python by their numbers."""
    return lambda number: linecache.getline(file, number)


def mirror_function(mirror: Callable[..., Any]) -> Side:
    """The mirror as it is written, where no line of it is known to matter."""
    body = mirror.body if isinstance(mirror, Kernel) else mirror
    try:
        lines, first = inspect.getsourcelines(body)
    except (OSError, TypeError):
        return Side(otherwise="the mirror's source is not at hand")
    shown = [SourceLine(first + at, line.rstrip()) for at, line in enumerate(lines[:LONGEST])]
    file = module_file(body)
    return Side(f"{file}:{first}", tuple(shown))


def contract_function(code: CodeMap | None, name: str) -> Side:
    """The contract's function as it is written, where no line of it is known to matter."""
    if code is None:
        return Side(otherwise="its source is not at hand")
    for unit in code.units:
        text = code.sources.text(unit) if unit is not None else None
        for span in text.spans if text is not None else ():
            if span.kind == "function" and span.name == name and unit is not None and text is not None:
                first, last = text.line_of(span.start), text.line_of(span.end - 1)
                numbers = range(first, min(last, first + LONGEST - 1) + 1)
                return Side(f"{unit.path}:{first}", tuple(SourceLine(n, text.line(n)) for n in numbers))
    return Side(otherwise="its source is not at hand: name the folders that hold it as `sources`")


def module_file(body: Callable[..., Any]) -> str:
    """The file of a function by its module's name, the same wherever that is installed."""
    parts = str(getattr(body, "__module__", "")).split(".")
    code = getattr(body, "__code__", None)
    file = PurePath(code.co_filename).name if code is not None else f"{parts[-1]}.py"
    return "/".join([*(parts if file == "__init__.py" else parts[:-1]), file])


def roots_of(artifact: Path, named: tuple[Path, ...]) -> Iterator[Path]:
    """Folders that may hold a contract's sources: those that are named, then those around its artifact."""
    yield from named
    if named:
        return
    for folder in list(artifact.resolve().parents)[1:4]:
        for root in (folder, folder / "node_modules", folder / "lib"):
            if root.is_dir():
                yield root


def sources_used(code: CodeMap) -> Mapping[str, bytes]:
    """The source texts that are at hand, by their paths."""
    found = {}
    for unit in code.units:
        text = code.sources.text(unit) if unit is not None else None
        if unit is not None and text is not None:
            found[unit.path] = text.raw
    return found


def code_map(artifact: Mapping[str, Any], path: Path, named: tuple[Path, ...]) -> CodeMap:
    """An artifact beside its sources."""
    return CodeMap(artifact, Sources(roots_of(path, named)))
