"""The suite fails when a mirror is changed in one place, but where the change makes no difference."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.mutation import mutants

ROOT = Path(__file__).parents[2]
EQUIVALENT: dict[str, str] = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text())
"""Mutants that do what the mirror does, and why."""
PASSED, FAILED = 0, 1


def suite(mutant: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a library with the mutant in the place of its module."""
    library = mutant.partition(".")[0]
    files = sorted(ROOT.glob(f"tests/*/test_{library}.py"))
    assert files, f"no tests of {library}"
    plugin = ["-p", "tests.mutation.planting", "--mutant", mutant]
    quiet = ["-x", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *quiet, *files],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_is_noticed(mutant: str) -> None:
    # That a failure is due to the mutant is shown by those that fail nothing, and by the suite itself.
    ran = suite(mutant)
    assert ran.returncode in (PASSED, FAILED), ran.stdout + ran.stderr
    if mutant in EQUIVALENT:
        assert ran.returncode == PASSED, f"{mutant}\nis no equivalent:\n{ran.stdout}"
    else:
        assert ran.returncode == FAILED, (
            f"{mutant}\nsurvives: test what it breaks, or say in equivalent.toml why it breaks nothing"
        )


def test_mutants_are_many_and_of_all_sorts() -> None:
    chosen = list(mutants.chosen())
    assert len({mutant.name for mutant in chosen} - EQUIVALENT.keys()) >= 60
    assert {mutant.module for mutant in chosen} == set(mutants.modules())
    assert {mutant.kind for mutant in chosen} == set(mutants.KINDS)


def test_a_mutant_is_the_module_but_for_one_line() -> None:
    for mutant in mutants.chosen():
        path = ROOT / Path(*mutant.module.split(".")).with_suffix(".py")
        before, after = path.read_text().splitlines(), mutant.text.splitlines()
        if len(before) == len(after):
            assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
        else:
            assert len(after) < len(before)  # an expression over several lines


def test_a_name_that_nothing_has_is_refused() -> None:
    with pytest.raises(LookupError, match="nothing to change"):
        mutants.named("openzeppelin.math.max: return a => return b")
