"""The frame of a page: one file that asks nobody for anything, with or without scripts, screen or paper."""

from __future__ import annotations

import re
from importlib.resources import files

from vmargin.report.html import Content, Html, tag, trusted

_NOTHING_FROM_OUTSIDE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(title: str, top: Content, body: Content, foot: Content) -> str:
    """A page of the common look.

    Parameters
    ----------
    title
        Of the window.
    top
        What stands on the first screen.
    body, foot
        What follows, and what stands below it all.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_NOTHING_FROM_OUTSIDE),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content="vmargin"),
        tag("title", title),
        trusted(f"<style>\n{style()}</style>"),
    )
    content = tag(
        "body",
        tag("header", top, class_="top"),
        tag("main", body),
        tag("footer", foot),
    )
    return f"<!doctype html>\n{tag('html', head, content, lang='en')}\n"


def style() -> str:
    """The style sheet, without its comments."""
    text = files(__package__ or "vmargin.report").joinpath("style.css").read_text("utf-8")
    return re.sub(r"/\*.*?\*/\n?", "", text, flags=re.DOTALL)


def section(anchor: str, title: str, *content: Content) -> Html:
    """A part of the page, to which its list of contents leads."""
    return tag("section", tag("h2", title), content, id=anchor)


def contents(parts: list[tuple[str, str]]) -> Html:
    """Where the parts of the page are."""
    links = [tag("li", tag("a", title, href=f"#{anchor}")) for anchor, title in parts]
    return tag("nav", tag("ul", links), class_="contents", aria_label="Contents")
