"""The first screen: what came of the audit in one sentence, and the first difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmargin.report.audit import accounts, difference
from vmargin.report.html import Content, Html, tag
from vmargin.report.numbers import counted

_MARKS = {"differs": "✕", "equal": "✓", "incomplete": "?"}
_WORDS = {"differs": "They differ", "equal": "They agree", "incomplete": "Not everything was compared"}


def top(document: Mapping[str, Any]) -> Content:
    """All that stands on the first screen."""
    verdict = document["verdict"]
    mark = tag("span", _MARKS[verdict], class_=f"mark {verdict}", role="img", aria_label=_WORDS[verdict])
    facts = [tag("span", fact) for fact in _facts(document)]
    return [
        tag(
            "p",
            tag("span", "Cross-check of mirror and contract: ", class_="about"),
            tag("b", document["title"]),
            class_="eyebrow",
        ),
        tag("div", mark, tag("h1", sentence(document)), class_="verdict"),
        tag("p", facts, class_="facts"),
        first(document),
    ]


def sentence(document: Mapping[str, Any]) -> str:
    """The verdict."""
    counts = document["counts"]
    done, differing = counts["comparisons"], counts["differing"]
    unknown = counts["accountsUnknown"]
    if differing:
        return f"Mirror and contract differ on {differing:,} of {counted(done, 'comparison')}"
    if not done:
        return "Nothing was compared: mirror and contract may or may not agree"
    agree = (
        f"Mirror and contract agree on {'the one comparison' if done == 1 else f'all {done:,} comparisons'}"
    )
    return f"{agree}; {counted(unknown, 'account')} could not be compared" if unknown else agree


def _facts(document: Mapping[str, Any]) -> Iterator[Content]:
    counts = document["counts"]
    if counts["functions"]:
        bad = counts["functionsDiffering"]
        yield counted(counts["functions"], "function") + (f", {bad:,} with a difference" if bad else "")
    if counts["accounts"]:
        unknown = counts["accountsUnknown"]
        yield counted(counts["accounts"], "account") + (f", {unknown:,} of them unknown" if unknown else "")
    chain = document["checked"].get("chain")
    if chain:
        yield f"block {chain['block']:,} of chain {chain['chainId']}"
    if counts["violations"]:
        yield tag("a", counted(counts["violations"], "lint violation"), href="#lint")
    if document["notDone"]:
        yield tag("a", counted(len(document["notDone"]), "part") + " not done", href="#not-done")


def first(document: Mapping[str, Any]) -> Html | None:
    """The first difference there is: of a function, else of an account."""
    for function in document["functions"]:
        for found in function["differences"]:
            return difference.lead(function["name"], found)
    return accounts.lead(document)
