"""``vmargin conform``: whether the kernels give what original contracts gave and what is published."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from vmargin.cli.progress import progress


class Report(Protocol):
    """What a suite's check returns."""

    @property
    def notes(self) -> list[str]:
        """What was not done."""

    @property
    def failures(self) -> int:
        """How much was not as expected."""

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""

    def lines(self) -> Iterator[str]:
        """The report as text."""


SUITES = {
    "derive-math": ("vmargin.crosscheck.derive_math", "the fixed-point libraries beneath Derive v2"),
    "risk": ("vmargin.crosscheck.risk_cases", "published numbers of margin systems, by the four-dial rule"),
}
"""Each suite's module, which has `check(path, tell)`, and what it is about."""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "conform",
        help="compare kernels with recorded results of contracts and with published numbers",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="suites:\n"
        + "".join(f"  {name:<12} {about}\n" for name, (_, about) in SUITES.items())
        + "\nexit code: 0 nothing differs, 1 something does, 2 a bad file or a wrong usage",
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
        print(*report.lines(), sep="\n")
    return 1 if report.failures else 0
