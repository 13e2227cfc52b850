"""What README and docs show is what happens: every example and every command is run."""

from __future__ import annotations

import doctest
import re
import shlex
import string
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from vmargin.chain.devnet import devnet
from vmargin.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```\w+ (\S+\.\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT_CODE = "echo $?"
"""After a command that does not end with 0."""
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
EXAMPLES = [page for page in PAGES if ">>> " in page.read_text()]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command that a page shows, with the output it shows."""
    for block in CONSOLE.findall(page.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.replace("\\\n", " ").splitlines()
            yield command, output


def reads_a_chain(command: str) -> bool:
    """Or a file that the page shows: it is run where those are, before a chain."""
    of_vmargin = ("read", "replay", "margin", "deploy", "crosscheck", "fuzz", "audit")
    return command in ("pip install .", EXIT_CODE) or command.startswith(
        (*(f"vmargin {c} " for c in of_vmargin), "python ")
    )


def compare(printed: str, shown: list[str]) -> None:
    """Find what is shown in what was printed, in its order; `...` stands for anything in between."""
    lines = iter(printed.splitlines())
    for line in shown:
        assert line == "..." or line in lines, printed


@pytest.mark.parametrize("page", EXAMPLES, ids=name)
def test_examples_give_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    failed, attempted = doctest.testfile(str(page), module_relative=False)
    assert attempted > 0
    assert failed == 0


def test_there_are_examples() -> None:
    assert {"README.md", "docs/readings.md"} <= {name(page) for page in EXAMPLES}


ALONE = [pytest.param(*c, id=c[0]) for page in PAGES for c in commands(page) if not reads_a_chain(c[0])]


@pytest.mark.parametrize(("command", "shown"), ALONE)
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
    compare(done.stdout, shown)


READING = [page for page in PAGES if any(reads_a_chain(command) for command, _ in commands(page))]


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make of a folder what `pip install` would: modules on the path, and the entry points of its project."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    text = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(text)
    points = ((group, *p) for group, found in project["entry-points"].items() for p in found.items())
    lines = (f"[{group}]\n{name} = {target}\n" for group, name, target in points)
    (metadata / "entry_points.txt").write_text("".join(lines))
    monkeypatch.syspath_prepend(str(folder))


@pytest.mark.parametrize("page", READING, ids=name)
def test_commands_that_read_a_chain_do_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of the page, before a fresh devnet, in a folder with its files and our contracts."""
    monkeypatch.chdir(tmp_path)
    for folder in ("contracts", "examples", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for file, text in FILE.findall(page.read_text()):
        (tmp_path / file).write_text(text)
    with devnet() as chain:
        monkeypatch.setenv("ETH_RPC_URL", chain.url)
        code = 0
        for command, shown in commands(page):
            if not reads_a_chain(command):
                continue
            if command == EXIT_CODE:
                assert shown == [str(code)]
                code = 0
                continue
            assert code == 0, f"before {command}"
            names = {"HASH": f"0x{chain.at().hash.hex()}", "ETH_RPC_URL": chain.url}
            line, *lines = string.Template("\n".join([command, *shown])).substitute(names).splitlines()
            words = shlex.split(line)
            if words[0] == "pip":
                install(tmp_path, monkeypatch)
            elif words[0] == "python":
                done = subprocess.run(
                    [sys.executable, *words[1:]], capture_output=True, text=True, timeout=120, check=False
                )
                code = done.returncode
                compare(done.stdout, lines)
            else:
                code = main(words[1:])
                compare(capsys.readouterr().out, lines)
        assert code == 0


def test_the_example_is_the_guides() -> None:
    files = FILE.findall((ROOT / "docs/guides/margin.md").read_text())
    for file, text in files:
        if file.endswith(".json") or file == "venue.py":
            assert (ROOT / "examples/margin" / file).read_text() == text


def test_there_are_commands_that_read_a_chain() -> None:
    assert "docs/guides/reading-a-chain.md" in map(name, READING)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing
