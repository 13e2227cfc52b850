"""Contracts are compiled with some sources replaced, and never among those of the sources as they are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.seeded.building import COMPILE, build, node, original
from tests.seeded.faults import CONTRACTS, named, source
from tests.seeded.search import Sides, outcomes

CASH = "cash-index-of-wads"


def compiled(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([node(), COMPILE, *arguments], capture_output=True, text=True, check=False)


def laid(folder: Path, unit: str, text: str = "") -> Path:
    path = folder / unit
    path.parent.mkdir(parents=True)
    path.write_text(text or source(unit))
    return folder


def test_a_fault_is_in_the_artifact_and_not_in_the_original() -> None:
    fault = named(CASH)
    before = original(fault).read_bytes()
    built = build(fault)
    assert original(fault).read_bytes() == before
    ours, theirs = (json.loads(path.read_text()) for path in (built.artifact, original(fault)))
    assert ours["deployedBytecode"] != theirs["deployedBytecode"]
    different = [
        one["path"] for one, other in zip(ours["sources"], theirs["sources"], strict=True) if one != other
    ]
    assert different == [fault.unit]
    assert (built.sources[0] / fault.unit).read_text() == fault.text()


def test_what_is_built_is_built_once() -> None:
    artifact = build(named(CASH)).artifact
    before = artifact.stat().st_mtime_ns
    assert build(named(CASH)).artifact == artifact
    assert artifact.stat().st_mtime_ns == before


def test_a_source_that_is_replaced_by_itself_changes_nothing(tmp_path: Path) -> None:
    """So that what differs is the fault and nothing of how it is compiled."""
    fault = named(CASH)
    ran = compiled("--overlay", laid(tmp_path / "s", fault.unit), "--out", tmp_path / "o", fault.harness)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "o" / original(fault).name).read_bytes() == original(fault).read_bytes()


@pytest.mark.parametrize(
    ("unit", "out", "said"),
    [
        ("src/house/Cash.sol", (), "--overlay needs an --out"),
        ("src/house/Cash.sol", ("--out", CONTRACTS / "build"), "--overlay needs an --out"),
        ("src/house/Nothing.sol", ("--out", "elsewhere"), "nothing is read from src/house/Nothing.sol"),
        ("src/house/Cash.txt", ("--out", "elsewhere"), "there is no .sol file in it"),
    ],
)
def test_what_would_mix_or_do_nothing_is_refused(
    tmp_path: Path, unit: str, out: tuple[str | Path, ...], said: str
) -> None:
    overlay = laid(tmp_path, unit, "contract C {}")
    ran = compiled("--overlay", overlay, *out, "CashHarness")
    assert ran.returncode == 1
    assert said in ran.stderr


def test_an_option_without_its_folder_is_refused() -> None:
    ran = compiled("--overlay")
    assert ran.returncode == 1
    assert "--overlay needs a folder" in ran.stderr


def test_the_recorded_case_tells_the_two_apart() -> None:
    recorded = outcomes()[CASH]
    without, with_fault = Sides(named(CASH)).run(recorded.arguments)
    assert (without, with_fault) == (recorded.original, recorded.changed)
    assert without != with_fault
