"""The page of an audit: complete, well-formed, accessible, of one file, and nobody else's markup in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.report.documents import HOSTILE, agreeing, audited, difference, hostile
from tests.report.reading import Page
from tests.report.schema_check import problems
from vmargin.crosscheck.audit.document import schema
from vmargin.report.audit import page
from vmargin.report.audit.verdict import sentence
from vmargin.report.html import printable
from vmargin.report.page import style

DOCUMENTS = {"differs": audited, "equal": agreeing, "hostile": hostile}


def made(document: dict[str, Any]) -> Page:
    return Page(page(document, json.dumps(document).encode()))


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return DOCUMENTS[request.param]()


def test_documents_are_of_the_schema(document: dict[str, Any]) -> None:
    assert list(problems(json.loads(schema()), document)) == []


def test_the_page_is_a_function_of_the_document(document: dict[str, Any]) -> None:
    text = json.dumps(document).encode()
    assert page(document, text) == page(json.loads(text), text)


def test_the_page_asks_nobody(document: dict[str, Any]) -> None:
    found = made(document)
    assert not found.named("script", "iframe", "img", "object", "embed", "link", "base", "form", "input")
    for element in found.elements:
        names = element.attributes.keys()
        assert not names & {"src", "srcset", "style", "action", "background", "poster", "ping"}
        assert not [name for name in names if name.startswith("on")]
        target = element.attributes.get("href")
        assert target is None or re.match(r"#[\w-]+\Z|counterexamples/[\w.]+\Z", target)
    assert "url(" not in style() and "@import" not in style()
    policies = [e.attributes["content"] for e in found.named("meta") if e.attributes.get("http-equiv")]
    assert policies and "default-src 'none'" in str(policies[0])


def test_text_of_others_is_no_markup() -> None:
    found = made(hostile())
    assert found.text.count(printable(HOSTILE)) >= 12
    assert "\u202e" not in found.text and "\x1b" not in found.text and "\x00" not in found.text


def test_headings_are_in_order(document: dict[str, Any]) -> None:
    levels = [int(e.name[1]) for e in made(document).named("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_say_what_their_cells_are(document: dict[str, Any]) -> None:
    found = made(document)
    assert found.named("html")[0].attributes["lang"] == "en"
    assert len(found.named("caption")) == len(found.named("table"))
    assert all(e.attributes.get("scope") in ("col", "row") for e in found.named("th"))
    assert all(e.attributes.get("data-head") for e in found.named("td"))
    assert all(e.attributes.get("aria-label") for e in found.named("svg"))
    assert all(e.attributes.get("aria-label") for e in found.elements if e.attributes.get("role") == "img")


def test_links_lead_somewhere(document: dict[str, Any]) -> None:
    found = made(document)
    ids = [e.attributes["id"] for e in found.elements if "id" in e.attributes]
    assert len(set(ids)) == len(ids)
    targets = [str(e.attributes["href"])[1:] for e in found.named("a") if str(e.attributes["href"])[0] == "#"]
    assert targets and set(targets) <= set(ids)


def test_the_verdict_comes_first() -> None:
    assert sentence(audited()) == "Mirror and contract differ on 2 of 10,340 comparisons"
    assert sentence(agreeing()) == "Mirror and contract agree on all 10,340 comparisons"
    nothing = audited(verdict="incomplete")
    nothing["counts"] |= {"comparisons": 0, "differing": 0, "accountsUnknown": 0}
    assert sentence(nothing) == "Nothing was compared: mirror and contract may or may not agree"
    partly = audited(verdict="incomplete")
    partly["counts"] |= {"differing": 0, "accountsUnknown": 1}
    assert (
        sentence(partly)
        == "Mirror and contract agree on all 10,340 comparisons; 1 account could not be compared"
    )
    found = made(audited())
    first, *_ = found.named("h1", "h2")
    assert first.name == "h1"
    assert found.text.index("Mirror and contract differ") < found.text.index("The first difference")
    assert found.text.index("The first difference") < found.text.index("What was checked")


def test_everything_there_is_is_on_the_page() -> None:
    document = audited()
    text = made(document).text
    for part in (
        "What was checked", "What was not done", "Coverage", "Rounding", "Lint", "How to run it again",
        "z := add(gt(mul(x, y), not(0)), div(mul(x, y), denominator))",
        "solmate/src/utils/FixedPointMathLib.sol:64",
        str(2**256 - 1), "counterexamples/mulDivUp.t.sol", document["checked"]["chain"]["blockHash"],
        "37,952.840613589441322184", "initial-above-maintenance", "the mirror is no kernel",
        "54999.999999999999999999",
        "vmargin audit plan.toml --out again",
    ):  # fmt: skip
        assert part in text, part


def test_an_account_is_the_first_difference_where_no_function_is() -> None:
    document = audited(functions=[])
    assert "The first difference: account 16" in made(document).text
    document["functions"] = audited()["functions"]
    assert "The first difference: mulDivUp" in made(document).text


def test_a_difference_of_which_no_line_is_known_is_shown_too() -> None:
    document = audited()
    side = {"place": "", "lines": [], "otherwise": "its source is not at hand"}
    document["functions"][0]["differences"] = [difference(divergence=None, operands=[], contract=side)]
    text = made(document).text
    assert "its source is not at hand" in text


def _schemes() -> Iterator[tuple[str, dict[str, str]]]:
    """The colours of each scheme; the dark one is inside its media query."""
    blocks = re.findall(r":root \{(.*?)\}", style(), re.DOTALL)
    for name, block in zip(("light", "dark"), blocks, strict=False):
        yield name, dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("scheme", "colours"), list(_schemes()), ids=["light", "dark"])
def test_text_can_be_read(scheme: str, colours: dict[str, str]) -> None:
    grounds = {
        "ink": ("paper", "ground", "code", "bad-tint"),
        "quiet": ("paper", "ground", "code", "bad-tint"),
        "accent": ("paper", "ground"),
        "bad": ("paper", "ground", "bad-tint"),
        "good": ("paper", "ground", "good-tint"),
        "care": ("paper", "ground", "care-tint"),
    }
    for text, behind in grounds.items():
        for ground in behind:
            low, high = sorted((_luminance(colours[text]), _luminance(colours[ground])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)
