"""The sample project: run as its user would, of what is public only, and true to its own sources."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_hash.auto import keccak

import vmargin.testing
from vmargin.solidity.bytecode import Contract

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "integration-tests"
GUIDE = ROOT / "docs" / "guides" / "tester.md"
FILES = sorted(SAMPLE.rglob("*.py"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project where no file of ours is near it."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    return shutil.copytree(SAMPLE, tmp_path / "keeper", ignore=ignored)


def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a command of the project's user."""
    known = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "VMARGIN_TEST"))
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**known, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tests_pass_in_continuous_integration(copy: Path, long: bool) -> None:
    """With the cassette that it ships; in the large volume with one that was just made, too."""
    for turn in range(1 + long):
        if turn:
            (cassette,) = copy.rglob("cassettes/**/*.json")
            cassette.unlink()
            run(copy, "record.py")
        said = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", CI="true")
        assert re.search(r"^13 passed", said, re.MULTILINE), said


def imported(path: Path) -> Iterator[str]:
    """Names of vmargin's that a file imports, with their modules."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vmargin"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("vmargin"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_only_what_the_guide_says_is_public(path: Path) -> None:
    table = GUIDE.read_text().partition("## What is public")[2]
    public = re.findall(r"^\| `(vmargin[\w.]*?)(\.\*)?` \|", table, re.MULTILINE)
    assert len(public) > 5
    for name in imported(path):
        module, _, what = name.rpartition(".")
        if module == "vmargin.testing":
            assert what in vmargin.testing.__all__
            continue
        assert any(
            known in (module, name) or (below and module.startswith(f"{known}.")) for known, below in public
        ), f"{path.name} imports {name}"


def test_its_artifact_is_of_its_source() -> None:
    source = (SAMPLE / "contracts" / "PriceFeed.sol").read_bytes()
    artifact = json.loads((SAMPLE / "contracts" / "PriceFeed.json").read_text())
    (entry,) = artifact["metadata"]["sources"].values()
    assert entry["keccak256"] == "0x" + keccak(source).hex()
    assert json.loads(artifact["rawMetadata"]) == artifact["metadata"]
    contract = Contract.deploy(SAMPLE / "contracts" / "PriceFeed.json", [5])
    assert contract.call("decimals") == (8,)
    assert contract.call("latestRoundData")[:2] == (1, 5)
