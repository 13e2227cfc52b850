"""``vmargin conform``: whether the kernels give what the original contracts gave."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli.progress import progress

if TYPE_CHECKING:
    from vmargin.crosscheck.conform import FunctionReport, Mismatch, Report

SUITES = {
    "derive-math": ("vmargin.crosscheck.derive_math", "the fixed-point libraries beneath Derive v2"),
}
"""Each suite's module, which has `check(path, tell)`, and what it is about."""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "conform",
        help="compare kernels with the recorded results of the original contracts",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="suites:\n"
        + "".join(f"  {name:<12} {about}\n" for name, (_, about) in SUITES.items())
        + "\nexit code: 0 no mismatch, 1 a mismatch, 2 a bad file or a wrong usage",
    )
    command.add_argument("suite", choices=SUITES, metavar="SUITE", help="what the file holds, see below")
    command.add_argument("file", type=Path, metavar="FILE", help="JSON, as it is or compressed (xz, gzip)")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the file and print what came of it."""
    module, _ = SUITES[arguments.suite]
    with progress() as tell:
        report: Report = importlib.import_module(module).check(arguments.file, tell)
    for note in report.notes:
        print(f"vmargin: {note}", file=sys.stderr)
    if arguments.json:
        print(
            json.dumps({"suite": arguments.suite, "file": str(arguments.file), **report.as_json()}, indent=2)
        )
    else:
        print(*lines(report), sep="\n")
    return 1 if report.mismatches else 0


def lines(report: Report) -> Iterator[str]:
    """A line per function, then the first mismatch whole."""
    width = max(len(function.function) for function in report.functions)
    for function in report.functions:
        yield f"{function.function:<{width}}  {function.cases:>6} cases  {verdict(function)}"
    if report.first:
        yield from mismatch_lines(report.first)


def verdict(function: FunctionReport) -> str:
    """The mismatches of a function by reading."""
    counts = ", ".join(f"{reading} {count}" for reading, count in function.mismatches.items())
    return f"{sum(function.mismatches.values()):>6} mismatches ({counts})"


def mismatch_lines(mismatch: Mismatch) -> Iterator[str]:
    """One mismatch, nothing left out."""
    yield f"first mismatch: {mismatch.function}[{mismatch.index}], {mismatch.reading} reading"
    yield f"  in        {json.dumps(mismatch.given)}"
    yield f"  expected  {json.dumps(mismatch.expected)}"
    yield f"  got       {json.dumps(mismatch.got)}"
