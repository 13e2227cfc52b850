"""``vmargin rounding``: where a kernel rounds, whom that favours, and the largest error that is found."""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from vmargin.cli.progress import progress
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.crosscheck.rounding.errors import Allowed

_EPILOG = """\
The kernel is read with an exact value beside each integer. Half of the cases are drawn, as a search for
differences draws them; the others are made from those that were furthest off.

favours     protocol or account: who gains where the result is larger; of a struct FIELD=protocol, for each
range       NAME=1..1e30 for a parameter, or a field of one
bound       1/2, for an error of no more to either side; -1..0, from below to above; of a struct FIELD=-1..0

exit code: 0 done, 1 an error is beyond the bound, 2 wrong usage
"""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "rounding",
        help="where a kernel rounds, whom it favours, and how far it is off",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
    )
    command.add_argument(
        "--mirror", required=True, metavar="KERNEL", help="package.module:kernel or path/to/file.py:kernel"
    )
    for name, what in (
        ("--favours", "who gains where a result is larger"),
        ("--range", "the least and the most that an argument is"),
        ("--bound", "how far an error may be from 0, in units of the last digit"),
    ):
        command.add_argument(name, action="append", default=[], metavar=name[2:].upper(), help=what)
    command.add_argument(
        "--inside", action="store_true", help="look into a kernel that stands for an exact function"
    )
    command.add_argument("--cases", type=int, default=10_000, metavar="N", help="to read (default: 10,000)")
    command.add_argument("--seed", default="0", metavar="TEXT", help="the same one gives the same report")
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search, and print what was found."""
    from vmargin.crosscheck.rounding import rounding
    from vmargin.crosscheck.subject import load

    if arguments.cases < 1:
        raise UsageError(f"--cases {arguments.cases}: give 1 or more")
    mirror: Any = load(arguments.mirror)
    with progress() as tell:
        report = rounding(
            mirror,
            favours=_favours(arguments.favours),
            bound=_bounds(arguments.bound),
            ranges=dict(_range(text) for text in arguments.range),
            inside=arguments.inside,
            cases=arguments.cases,
            seed=arguments.seed,
            tell=tell,
        )
    if arguments.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        print(*report.lines(), sep="\n")
    return 1 if report.broken else 0


def _favours(given: list[str]) -> dict[str, str] | str | None:
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    return dict(_named("--favours", text) for text in given) or None


def _bounds(given: list[str]) -> Allowed | dict[str, Allowed] | None:
    if len(given) == 1 and "=" not in given[0]:
        return _bound(given[0])
    pairs = (_named("--bound", text) for text in given)
    return {name: _bound(text) for name, text in pairs} or None


def _bound(text: str) -> Allowed:
    low, dots, high = text.partition("..")
    try:
        ends = Fraction(low), Fraction(high) if dots else None
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"--bound {text}: write 1, 1/2 or -1..0") from None
    if ends[1] is None:
        return ends[0]
    return -ends[0], ends[1]


def _range(text: str) -> tuple[str, tuple[int, int]]:
    from vmargin.chain.literals import parse

    name, ends = _named("--range", text)
    low, dots, high = ends.partition("..")
    if not dots:
        raise UsageError(f"--range {text}: write NAME=1..1e30")
    return name, (parse(_kind(low), low), parse(_kind(high), high))


def _kind(text: str) -> str:
    return "int256" if text.startswith("-") else "uint256"


def _named(option: str, text: str) -> tuple[str, str]:
    name, sign, rest = text.partition("=")
    if not sign or not name or not rest:
        raise UsageError(f"{option} {text}: write NAME=…")
    return name, rest
