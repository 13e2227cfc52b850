"""The tables of a run of the chain's benchmarks, and what the README says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.readme import Table, lines, number, target_row
from benchmarks.results import Comparison, machine, today

NAME = "bench:chain"
"""Of the markers in the README."""
RESULTS = Path(__file__).parent / "results" / "chain.json"
NOTES = """\
Everything is read from anvil on the same machine, which does most of the work; with a node farther away, \
the number of requests counts for more. The time of vmargin is from `connection.at()` to Python values, with \
every check on; the batches are written by hand, and check nothing."""
PACKAGES = ("web3", "multicall", "pyrevm", "anvil")


def document(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """All that is kept of a run."""
    from vmargin.chain.devnet import anvil

    described = machine("eth-abi", "multicall", "pyrevm", "requests", "web3")
    return {
        "date": today(),
        "machine": {**described, "anvil": anvil.version(anvil.binary())},
        "reads": [comparison.as_json() for comparison in comparisons],
    }


def load() -> dict[str, Any]:
    """The run that is kept."""
    found: dict[str, Any] = json.loads(RESULTS.read_text())
    return found


def markdown(run: dict[str, Any]) -> str:
    """The section between the markers."""
    known = run["machine"]
    versions = ", ".join(
        f"{package} {known[package]}" for package in ("web3", "multicall", "pyrevm", "anvil")
    )
    measured = (
        f"Reads of a chain, measured on {run['date']} on {known['cores']} cores of: {known['cpu']}; "
        f"CPython {known['python']}, {versions}. "
        "Times and ratios are of the best round, in which all took turns."
    )
    return "\n\n".join([measured, *("\n".join(lines(table)) for table in tables(run)), NOTES])


def tables(run: dict[str, Any]) -> list[Table]:
    """What a reader sees of a run."""
    return [targets(run), reads(run)]


def targets(run: dict[str, Any]) -> Table:
    """What is asked for."""
    rows = [
        target_row(f"{entry['title']}: {target['quantity']}", target)
        for entry in run["reads"]
        for target in entry["targets"]
    ]
    return Table(("target", "asked for", "measured", "reached"), rows)


def reads(run: dict[str, Any]) -> Table:
    """Every peer of every read."""
    rows = []
    for entry in run["reads"]:
        for peer, nanoseconds in entry["nanoseconds"].items():
            what = f"{entry['title']} ({entry['inputs']})" if peer == next(iter(entry["nanoseconds"])) else ""
            times = entry["ratiosToFirst"].get(peer, 1)
            rows.append((what, peer, number(nanoseconds / 1000), number(times)))
    return Table(("read", "by", "µs a call", "times the first"), rows)
