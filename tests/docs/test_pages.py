"""What README and docs show is what happens: every example and every command is run."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
EXAMPLES = [page for page in PAGES if ">>> " in page.read_text()]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command that a page shows, with the output it shows."""
    for page in PAGES:
        for block in CONSOLE.findall(page.read_text()):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *output = part.splitlines()
                yield command, output


@pytest.mark.parametrize("page", EXAMPLES, ids=name)
def test_examples_give_what_the_page_says(page: Path) -> None:
    failed, attempted = doctest.testfile(str(page), module_relative=False)
    assert attempted > 0
    assert failed == 0


def test_there_are_examples() -> None:
    assert {"README.md", "docs/readings.md"} <= {name(page) for page in EXAMPLES}


@pytest.mark.parametrize(("command", "shown"), [pytest.param(*c, id=c[0]) for c in commands()])
def test_commands_do_what_the_page_says(command: str, shown: list[str]) -> None:
    words = shlex.split(command)
    if words[0] == "make":  # asked what it would do: doing it is what runs this test
        subprocess.run([*words, "--dry-run"], cwd=ROOT, check=True, capture_output=True)
        return
    if words[:2] == ["pip", "install"]:
        assert words[2:] == [".[all]"]  # `make setup` has done it, from the same pyproject.toml
        return
    assert words[0] == "vmargin"
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    printed = iter(done.stdout.splitlines())
    for line in shown:
        assert line == "..." or line in printed, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing
