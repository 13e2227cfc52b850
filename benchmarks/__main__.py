"""Runs all measurements, keeps them under `results/` and in the README, and prints them."""

from __future__ import annotations

import argparse
import json
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import black76, checked_types, mul_div, readme, results, start_up

ROUNDS = 15
PROCESSES = 7


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print only: leave results/ and the README alone")
    keep = not parser.parse_args().dry

    run = measure()
    if keep:
        readme.RESULTS.parent.mkdir(exist_ok=True)
        readme.RESULTS.write_text(f"{json.dumps(run, indent=2)}\n")
        readme.README.write_text(readme.replace(readme.README.read_text(), readme.markdown(run)))
    show(run)


def measure() -> dict[str, Any]:
    """Run everything, saying on stderr what runs."""
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


def show(run: dict[str, Any]) -> None:
    """The README's tables for a terminal."""
    console = Console()
    for table in readme.tables(run):
        shown = Table(*table.head)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)


if __name__ == "__main__":
    main()
