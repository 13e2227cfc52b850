"""Runs the measurements, keeps them under `results/` and in the README, and prints them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import (
    black76,
    chain,
    chain_tables,
    checked_types,
    fuzzing,
    fuzzing_tables,
    mul_div,
    readme,
    results,
    start_up,
)

ROUNDS = 15
PROCESSES = 7
CHAIN_ROUNDS = 15
FUZZING_ROUNDS = 7


class Subject(NamedTuple):
    """Measurements that are kept together."""

    measure: Callable[[], dict[str, Any]]
    results: Path
    section: str
    """Of the README, by its markers."""
    markdown: Callable[[dict[str, Any]], str]
    tables: Callable[[dict[str, Any]], list[readme.Table]]


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print only: leave results/ and the README alone")
    parser.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; by default all"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.subjects) - set(SUBJECTS):
        parser.error(f"no subject {', '.join(sorted(unknown))}: there are {', '.join(SUBJECTS)}")

    for name in arguments.subjects or SUBJECTS:
        subject = SUBJECTS[name]
        run = subject.measure()
        if not arguments.dry:
            keep(subject, run)
        show(subject.tables(run))


def keep(subject: Subject, run: dict[str, Any]) -> None:
    """Put a run in its places."""
    subject.results.parent.mkdir(exist_ok=True)
    subject.results.write_text(f"{json.dumps(run, indent=2)}\n")
    text = readme.README.read_text()
    readme.README.write_text(readme.replace(text, subject.markdown(run), subject.section))


def measure_solidity() -> dict[str, Any]:
    """Run what computes, saying on stderr what runs."""
    console = Console(stderr=True)
    console.print("second process")
    first_answer = start_up.compare(PROCESSES)
    console.print("Black-76")
    priced = black76.compare(ROUNDS)
    console.print("checked types")
    types = list(checked_types.compare(ROUNDS))
    divided = []
    for comparison in mul_div.compare(ROUNDS):
        console.print(f"{comparison.title}, {comparison.inputs}")
        divided.append(comparison)
    return results.document(priced, divided, types, first_answer)


def measure_chain() -> dict[str, Any]:
    """Run what reads a chain, saying on stderr what runs."""
    console = Console(stderr=True)
    comparisons = []
    for comparison in chain.compare(CHAIN_ROUNDS):
        console.print(f"{comparison.title}, {comparison.inputs}")
        comparisons.append(comparison)
    return chain_tables.document(comparisons)


def measure_fuzzing() -> dict[str, Any]:
    """Run what searches for differences."""
    console = Console(stderr=True)
    console.print("fuzzing")
    comparison = fuzzing.compare(FUZZING_ROUNDS)
    return fuzzing_tables.document(comparison, fuzzing.forge_version(comparison))


def show(tables: list[readme.Table]) -> None:
    """The README's tables for a terminal."""
    console = Console()
    for table in tables:
        shown = Table(*table.head)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)


SUBJECTS = {
    "solidity": Subject(measure_solidity, readme.RESULTS, readme.NAME, readme.markdown, readme.tables),
    "chain": Subject(
        measure_chain,
        chain_tables.RESULTS,
        chain_tables.NAME,
        chain_tables.markdown,
        chain_tables.tables,
    ),
    "fuzzing": Subject(
        measure_fuzzing,
        fuzzing_tables.RESULTS,
        fuzzing_tables.NAME,
        fuzzing_tables.markdown,
        fuzzing_tables.tables,
    ),
}

if __name__ == "__main__":
    main()
