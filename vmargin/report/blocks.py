"""What pages are built of: tables, listings of code, lists of values, marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vmargin.report.html import Content, Html, join, tag
from vmargin.report.numbers import integer

GOOD, BAD, CARE, PLAIN = "good", "bad", "care", "plain"
"""How a mark is meant; it says so in words, too."""


class Column(NamedTuple):
    """A column of a table."""

    head: str
    number: bool = False


def table(caption: str, columns: Sequence[Column | str], rows: Iterable[Iterable[Content]]) -> Html:
    """A table whose first column names each row.

    On a narrow screen its rows become lists; the roles keep it a table for who does not see it.
    """
    heads = [Column(c) if isinstance(c, str) else c for c in columns]
    head = [
        tag("th", c.head, scope="col", role="columnheader", class_="num" if c.number else None) for c in heads
    ]
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", head, role="row"), role="rowgroup"),
        tag("tbody", [tag("tr", _cells(heads, row), role="row") for row in rows], role="rowgroup"),
        role="table",
        class_="wide",
    )


def _cells(heads: Sequence[Column], row: Iterable[Content]) -> Iterator[Html]:
    for at, (column, cell) in enumerate(zip(heads, row, strict=True)):
        kind = "num" if column.number else None
        if at == 0:
            yield tag("th", cell, scope="row", role="rowheader", class_=kind)
        else:
            yield tag("td", tag("div", cell), role="cell", class_=kind, data_head=column.head)


def values(pairs: Iterable[tuple[Content, Content]]) -> Html:
    """Names with their values, one to a line."""
    return tag("dl", [(tag("dt", name), tag("dd", value)) for name, value in pairs], class_="values")


def in_a_row(pairs: Iterable[tuple[Content, Content]]) -> Html:
    """Names with their values, as many to a line as there is room for."""
    return tag(
        "dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs], class_="values row"
    )


def value(thing: Any, *, hint: bool = False) -> Html:
    """A value as a document has it: an integer is decimal text, and is set in groups."""
    if isinstance(thing, bool):
        return tag("code", "true" if thing else "false")
    if isinstance(thing, int) or (isinstance(thing, str) and is_integer(thing)):
        return integer(thing, hint=hint)
    if isinstance(thing, Mapping):
        return join([[tag("span", f"{k} ", class_="quiet"), value(v), "  "] for k, v in thing.items()])
    if isinstance(thing, list | tuple):
        inner: list[Content] = []
        for at, part in enumerate(thing):
            inner += [", " if at else "", value(part, hint=hint)]
        return join(["[", inner, "]"])
    text = str(thing)
    return hexes(text) if text.startswith("0x") else name(text)


def is_integer(text: str) -> bool:
    """Whether text is an integer as documents write it."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit()


def badge(text: str, kind: str = PLAIN) -> Html:
    """A word that is set apart."""
    return tag("span", text, class_=f"tag {kind}")


def sub(*content: Content) -> Html:
    """A quieter line below what a cell says first."""
    return tag("span", *content, class_="sub")


def shell(*lines: str) -> Html:
    """Commands to be copied."""
    return tag("pre", "\n".join(lines), class_="shell")


class Line(NamedTuple):
    """A line of a source file."""

    number: int
    text: str
    hit: bool = False


def listing(lines: Sequence[Line], otherwise: str = "") -> Html:
    """Lines of code, with one marked; the numbers are not copied."""
    if not lines:
        return tag("pre", tag("span", otherwise, class_="row none"), class_="listing")
    depth = min((len(line.text) - len(line.text.lstrip()) for line in lines if line.text.strip()), default=0)
    rows = [
        tag(
            "span",
            line.text[depth:] or " ",
            class_="row hit" if line.hit else "row",
            data_line=line.number or None,
        )
        for line in lines
    ]
    return tag("pre", rows, class_="listing")


_AFTER = re.compile(r"(?<=[./:,(_])(?=[^\s./:,(_])")


def name(text: str) -> Html:
    """A name or a place in code, which may break between its parts."""
    return tag("code", broken(text))


def broken(text: str) -> Html:
    """Text that may break after a dot, a slash and the like, if it must."""
    parts = _AFTER.split(text)
    return join([[part, tag("wbr")] for part in parts[:-1]] + [[parts[-1]]])


def hexes(text: str) -> Html:
    """An address or a hash, which may break anywhere."""
    return tag("code", text, class_="hex")
