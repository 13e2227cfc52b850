"""The page of an audit: a pure function of its report.json."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from vmargin.report import page as frame
from vmargin.report.audit import accounts, checked, coverage, difference, flips, lint, rounding, verdict
from vmargin.report.blocks import shell, table
from vmargin.report.html import Content, Html, join, tag

Part = tuple[str, str, Content]
"""Anchor, title and content."""


def page(document: Mapping[str, Any], text: bytes) -> str:
    """The page of a document.

    Parameters
    ----------
    document
        As ``vmargin audit`` writes it to report.json.
    text
        The bytes of that file, whose hash stands at the foot of the page.
    """
    parts = [part for part in _parts(document) if part[2]]
    links = [(anchor, title) for anchor, title, _ in parts]
    body = [frame.contents(links), *(frame.section(*part) for part in parts)]
    foot = tag(
        "p",
        f"Made by vmargin {document['checked']['versions']['vmargin']} from report.json, whose SHA-256 is ",
        tag("code", hashlib.sha256(text).hexdigest()),
        ". This page asks no other machine for anything.",
    )
    title = f"{verdict.sentence(document)}: {document['title']}"
    return frame.page(title, verdict.top(document), body, foot)


def _parts(document: Mapping[str, Any]) -> Iterator[Part]:
    yield "checked", "What was checked", checked.section(document)
    if document["notDone"]:
        yield "not-done", "What was not done", _not_done(document)
    yield "differences", "Differences", _differences(document)
    if document.get("accounts"):
        yield "accounts", "Accounts", accounts.section(document["accounts"])
    yield "coverage", "Coverage", coverage.section(document["functions"])
    yield "rounding", "Rounding", _rounding(document)
    yield "errors", "How far off the integers are", _spread(document)
    moved = [*flips.functions(document["functions"]), *flips.accounts(document["flips"])]
    yield "flips", "Where verdicts flip", moved
    if document.get("lint"):
        yield "lint", "Lint", lint.section(document["lint"])
    yield "again", "How to run it again", _again(document)


def _differences(document: Mapping[str, Any]) -> list[Html]:
    found = [(f["name"], d) for f in document["functions"] for d in f["differences"]]
    return [difference.whole(name, one, f"difference-{at}") for at, (name, one) in enumerate(found, 1)]


def _rounding(document: Mapping[str, Any]) -> list[Html]:
    return [
        join(
            [tag("h3", tag("code", f["name"])), rounding.sites(f["rounding"]), rounding.errors(f["rounding"])]
        )
        for f in document["functions"]
        if f.get("rounding")
    ]


def _spread(document: Mapping[str, Any]) -> Html | None:
    drawn = [
        figure
        for f in document["functions"]
        if f.get("rounding")
        for figure in rounding.spread(f["name"], f["rounding"])
    ]
    return tag("div", drawn, class_="figures") if drawn else None


def _not_done(document: Mapping[str, Any]) -> Content:
    rows = ([tag("code", one["part"]), one["of"], one["reason"]] for one in document["notDone"])
    return table("Parts of an audit that are not in this one", ["Part", "Of", "Why"], rows)


def _again(document: Mapping[str, Any]) -> Content:
    return [
        tag(
            "p",
            "With the same vmargin, the same files and, for a chain, a node that has the block, this "
            "gives the same report.json to the byte:",
        ),
        shell(*document["again"]),
    ]
