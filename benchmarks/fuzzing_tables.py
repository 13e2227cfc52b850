"""The table of a run of the fuzzers, and what the README says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.readme import Table, lines, number, target_row
from benchmarks.results import Comparison, machine, today

NAME = "bench:fuzz"
"""Of the markers in the README."""
RESULTS = Path(__file__).parent / "results" / "fuzzing.json"
NOTES = """\
A case is drawn, encoded, run in the EVM and in the mirror, and compared, value or revert data. Hypothesis \
alone is a property test written by hand that calls both. Foundry's way is a fuzz test whose reference is a \
Python program, run by `vm.ffi` once for each case; compiling and starting are left out. Seconds are those \
of one core, also where forge uses several."""


def document(comparison: Comparison, forge: str | None) -> dict[str, Any]:
    """All that is kept of a run."""
    described = machine("hypothesis", "pyrevm")
    return {
        "date": today(),
        "machine": {**described, "forge": forge},
        "fuzzing": comparison.as_json(),
    }


def load() -> dict[str, Any]:
    """The run that is kept."""
    found: dict[str, Any] = json.loads(RESULTS.read_text())
    return found


def markdown(run: dict[str, Any]) -> str:
    """The section between the markers."""
    known = run["machine"]
    versions = ", ".join(f"{name} {known[name]}" for name in ("hypothesis", "pyrevm", "forge") if known[name])
    measured = (
        f"A mirror beside bytecode, measured on {run['date']} on one core of: {known['cpu']}; "
        f"CPython {known['python']}, {versions}. Of the best round, in which all took turns."
    )
    return "\n\n".join([measured, *("\n".join(lines(table)) for table in tables(run)), NOTES])


def tables(run: dict[str, Any]) -> list[Table]:
    """What a reader sees of a run."""
    entry = run["fuzzing"]
    (target,) = entry["targets"]
    first = next(iter(entry["nanoseconds"].values()))
    rows: list[tuple[str, ...]] = [
        (peer, number(1e9 / nanoseconds), number(nanoseconds / first))
        for peer, nanoseconds in entry["nanoseconds"].items()
    ]
    return [
        Table(
            ("target", "asked for", "measured", "reached"),
            [target_row(f"{entry['title']}: {target['quantity']}", target)],
        ),
        Table((entry["title"], "cases a second", "times the first's time"), rows),
    ]
