"""``vmargin decisions``: inputs at which a kernel's integers decide otherwise than exact values would."""

from __future__ import annotations

import argparse
import json
from typing import Any

from vmargin.cli.progress import progress
from vmargin.cli.ranges import range_of
from vmargin.errors import UsageError

EPILOG = """\
The kernel is read with an exact value beside each integer. Cases are drawn, the nearest to a tie are changed,
and along their arguments one walks to where a decision changes. Shown are the flips nearest to a tie, the one
farthest from it, and how far each reaches along an argument.

exit code: 0 no decision flips that was found, 1 one does, 2 wrong usage
"""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "decisions",
        help="inputs at which integers decide otherwise than the exact values behind them",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    command.add_argument(
        "--mirror", required=True, metavar="KERNEL", help="package.module:kernel or path/to/file.py:kernel"
    )
    command.add_argument("--argument", metavar="NAME", help="along which to measure (default: along each)")
    command.add_argument(
        "--range",
        action="append",
        default=[],
        metavar="NAME=LOW..HIGH",
        help="the least and the most that an argument, or a field of one, is",
    )
    command.add_argument("--cases", type=int, default=4_000, metavar="N", help="to read (default: 4,000)")
    command.add_argument("--seed", default="0", metavar="TEXT", help="the same one gives the same result")
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search, and print what was found."""
    from vmargin.crosscheck.flips.decisions import decision_flips
    from vmargin.crosscheck.subject import load

    if arguments.cases < 1:
        raise UsageError(f"--cases {arguments.cases}: give 1 or more")
    mirror: Any = load(arguments.mirror)
    with progress() as tell:
        found = decision_flips(
            mirror,
            argument=arguments.argument,
            ranges=dict(map(range_of, arguments.range)),
            cases=arguments.cases,
            seed=arguments.seed,
            tell=tell,
        )
    if arguments.json:
        print(json.dumps(found.as_json(), indent=2))
    else:
        print(*found.lines(), sep="\n")
    return 1 if found.flipped else 0
