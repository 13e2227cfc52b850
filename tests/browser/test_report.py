"""The report in a real browser: it asks nobody, and shows the first difference on the first screen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import NONE, Page, browser, executable
from tests.crosscheck.audit.contracts import with_fault
from tests.report.documents import agreeing, audited, hostile
from vmargin.cli import main
from vmargin.report.audit import page as audit_page

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = (1280, 800), (390, 844)
SCREENS = [
    pytest.param(size, dark, id=f"{name}-{'dark' if dark else 'light'}")
    for name, size in (("desktop", DESKTOP), ("phone", PHONE))
    for dark in (False, True)
]
MIRROR = "vmargin.fixedpoint.solmate.fixed_point_math_lib:mulDivUp"

CONTRAST = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parts = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const low = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || element.closest('svg')) continue;
    const pair = [luminance(parts(getComputedStyle(element).color)), luminance(behind(element))].sort();
    const ratio = (pair[1] + 0.05) / (pair[0] + 0.05);
    if (ratio < 4.5) low.push([walk.currentNode.textContent.trim().slice(0, 40), ratio]);
  }
  return low;
})()
"""
"""Texts whose colour is too close to what is behind them."""

WIDE = """
[...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('thead, .off'))
  .map((e) => e.tagName + '.' + e.className)
"""
"""What reaches beyond the screen."""

COPIED = """
[...document.querySelectorAll('.int')].map((e) => {
  getSelection().selectAllChildren(e);
  return String(getSelection());
})
"""
"""What each number gives when it is copied."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a library that rounds down where it should round up."""
    folder = tmp_path_factory.mktemp("report")
    artifact, overlay = with_fault()
    words = ["audit", "--mirror", MIRROR, "--signature", "mulDivUp", "--artifact", str(artifact)]
    words += ["--sources", str(overlay), "--sources", str(PICTURES.parents[1] / "contracts")]
    words += [
        "--favours",
        "account",
        "--bound",
        "1",
        "--cases",
        "1000",
        "--rounding-cases",
        "1000",
        "--title",
        "Solmate, with a fault",
    ]
    assert main([*words, "--out", str(folder / "audit")]) == 1
    return folder / "audit" / "report.html"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    program = executable()
    if program is None:
        pytest.skip(NONE)
    with browser(program) as opened:
        yield opened


def first(page: Page) -> dict[str, Any]:
    """Where the first difference is on the screen."""
    where: dict[str, Any] = page.evaluate(
        "document.querySelector('#first-difference').getBoundingClientRect().toJSON()"
    )
    return where


@pytest.mark.parametrize(("size", "dark"), SCREENS)
def test_the_first_screen(
    page: Page,
    report: Path,
    size: tuple[int, int],
    dark: bool,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    page.screen(*size, dark=dark)
    page.open(report.as_uri())
    where = first(page)
    assert where["top"] >= 0 and where["bottom"] <= size[1]
    assert where["left"] >= 0 and where["right"] <= size[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(WIDE) == []
    assert page.evaluate(CONTRAST) == []
    shown = page.evaluate("document.querySelector('#first-difference').innerText")
    assert "FixedPointMathLib.sol" in shown and "fixed_point_math_lib.py" in shown
    folder = PICTURES if os.environ.get("VMARGIN_PICTURES") else tmp_path
    picture = folder / f"report-{request.node.callspec.id}.png"
    page.picture(picture)
    assert 5_000 < picture.stat().st_size < 200_000


def many_arguments() -> dict[str, Any]:
    """A function of seven words, each as long as a word can be, and operands as long."""
    document = audited()
    one = document["functions"][0]["differences"][0]
    named = [{"name": f"argument{n}", "type": "uint256", "value": str(2**256 - 1 - n)} for n in range(7)]
    one["counterexample"]["arguments"] = named
    del one["operands"]
    return document


@pytest.mark.parametrize("made", [audited, many_arguments, hostile, agreeing])
def test_other_documents_fit_their_screens(
    page: Page, made: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    document = made()
    file = tmp_path / "report.html"
    file.write_text(audit_page(document, json.dumps(document).encode()))
    for size in (DESKTOP, PHONE):
        page.screen(*size)
        page.open(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(WIDE) == []
        if made in (audited, many_arguments):
            assert first(page)["bottom"] <= size[1]
        assert page.requests == [file.as_uri()] and page.complaints == []


def test_no_request_leaves(page: Page, report: Path) -> None:
    page.screen(*DESKTOP)
    page.open(report.as_uri())
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.settle(0.5)
    assert page.requests == [report.as_uri()]
    assert page.complaints == []
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_numbers_are_copied_as_they_are(page: Page, report: Path) -> None:
    page.screen(*PHONE)
    page.open(report.as_uri())
    copied = page.evaluate(COPIED)
    assert copied and all(text.removeprefix("-").isdigit() for text in copied)


def test_it_prints(page: Page, report: Path, tmp_path: Path) -> None:
    page.screen(*DESKTOP, dark=True)
    page.open(report.as_uri())
    page.print(tmp_path / "report.pdf")
    raw = (tmp_path / "report.pdf").read_bytes()
    assert raw.startswith(b"%PDF") and len(raw) > 10_000
    page.send(
        "Emulation.setEmulatedMedia",
        media="print",
        features=[{"name": "prefers-color-scheme", "value": "dark"}],
    )
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    page.send("Emulation.setEmulatedMedia", media="")
