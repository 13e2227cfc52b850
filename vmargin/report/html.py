"""Markup as a value: what is no markup is escaped, because contracts choose some of the text."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TypeAlias


class Html(str):
    """Markup, to be written as it is.  Only this module makes it of other text."""

    __slots__ = ()


Content: TypeAlias = "Html | str | int | Iterable[Content] | None"
"""What stands within an element: markup, text, a number, nothing, or several of them."""

_VOID = frozenset({"br", "col", "hr", "link", "meta", "wbr"})


def tag(name: str, /, *content: Content, **attributes: object) -> Html:
    """An element: ``tag("a", "text", href="#there", class_="quiet")``.

    An attribute that is None or False is left out, one that is True stands without a value; a trailing
    underscore is dropped and the others become hyphens.
    """
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escaped(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{join(content)}</{name}>")


def join(content: Content) -> Html:
    """Several pieces as one; text is escaped, markup is not."""
    if content is None:
        return Html("")
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(escaped(content))
    if isinstance(content, int):
        return Html(str(content))
    return Html("".join(map(join, content)))


def escaped(text: str) -> str:
    """Text that can stand anywhere in a page, with nothing in it that a reader would not see."""
    return html.escape(printable(text))


def printable(text: str) -> str:
    """Spell out what has no shape of its own: controls, and what turns the direction of writing."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def trusted(text: str) -> Html:
    """Take text for markup: for what this package wrote itself, such as its style sheet."""
    return Html(text)
