"""What is kept of a run: the README says what the JSON says, and the JSON's verdicts follow its figures."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import readme
from benchmarks.results import Comparison, StartUp, Target, document
from benchmarks.timing import Times


@pytest.fixture
def run() -> dict[str, Any]:
    times = Times({"native": [50.0, 40.0], "plain ints": [500.0, 500.0], "revm call": [9000.0, 9000.0]})
    target = Target("native, ns", "at most", 30, 40.0)
    compared = Comparison.of("mulDiv", "small", times, [target])
    return document(compared, [compared], [compared], StartUp(0.5, {"import": 0.5}, target))


def test_the_readme_shows_the_run_that_is_kept() -> None:
    assert readme.section(readme.README.read_text()) == readme.markdown(readme.load())


def test_the_verdicts_kept_follow_from_the_figures_kept() -> None:
    kept = readme.load()
    entries = [kept["black76"], *kept["mulDiv"], *kept["checkedTypes"], kept["startUp"]]
    targets = [target for entry in entries for target in entry["targets"]]
    assert len(targets) > 20
    for target in targets:
        below = target["measured"] <= target["limit"]
        assert target["reached"] == (below if target["sense"] == "at most" else not below)


def test_targets() -> None:
    assert Target("ns", "at most", 30, 30.0).reached
    assert not Target("ns", "at most", 30, 30.1).reached
    assert Target("times", "at least", 12, 12.0).reached
    assert not Target("times", "at least", 12, 11.9).reached


def test_a_run_is_shown_with_its_figures(run: dict[str, Any]) -> None:
    shown = readme.markdown(run)
    assert "| mulDiv | 40.0 | 11.2 | 202 |" in shown
    assert "| native, ns" not in shown
    assert "at most 30 | 40.0 | no |" in shown


def test_the_section_is_replaced_in_its_place(run: dict[str, Any]) -> None:
    content = readme.markdown(run)
    once = readme.replace("# Title\n\nText.\n", content)
    assert once.startswith("# Title\n\nText.\n\n## Speed\n")
    more = once + "\n## After\n"
    again = readme.replace(more, "new")
    assert readme.section(once) == content
    assert readme.section(again) == "new"
    assert again.endswith("\n## After\n")
    with pytest.raises(ValueError, match="bench:begin"):
        readme.section("# Title\n")


def test_a_run_names_no_place(run: dict[str, Any]) -> None:
    assert set(run["machine"]) == {
        "cpu", "cores", "load", "system", "python", "numba", "llvmlite", "numpy", "pyrevm",
    }  # fmt: skip
