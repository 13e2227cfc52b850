"""The fuzzers that are measured do the same work; how long they take is for `make bench` to say."""

from __future__ import annotations

from benchmarks import fuzzing, fuzzing_tables, readme
from benchmarks.results import Comparison, Target
from benchmarks.timing import Times
from vmargin.crosscheck.fuzz import fuzz
from vmargin.crosscheck.subject import LocalTarget, Subject


def test_every_peers_mirror_is_right() -> None:
    found = fuzz(Subject(fuzzing.plain, LocalTarget(fuzzing.ARTIFACT, "mulDiv")), cases=500)
    assert (found.cases, found.counterexample) == (500, None)
    assert set(found.endings) == {"value", "Panic"}


def test_the_peers_run() -> None:
    for run in (fuzzing.by_fuzz(fuzzing.plain), fuzzing.by_hypothesis, fuzzing.by_process):
        assert run(3, "s") > 0


def test_the_readme_shows_the_run_that_is_kept() -> None:
    shown = readme.section(readme.README.read_text(), fuzzing_tables.NAME)
    assert shown == fuzzing_tables.markdown(fuzzing_tables.load())


def test_a_run_is_shown_with_its_figures() -> None:
    times = Times({fuzzing.OURS: [40_000.0], fuzzing.ALONE: [500_000.0], fuzzing.PROCESS: [20_000_000.0]})
    compared = Comparison.of("mulDiv", "", times, [Target("cases a second", "at least", 10_000, 25_000)])
    shown = fuzzing_tables.markdown(fuzzing_tables.document(compared, fuzzing.forge_version(compared)))
    assert "| vmargin fuzz | 25,000 | 1.00 |" in shown
    assert "| a process a case | 50.0 | 500 |" in shown
    assert "forge" not in shown.splitlines()[0]
    assert "| at least 10000 | 25,000 | yes |" in shown
