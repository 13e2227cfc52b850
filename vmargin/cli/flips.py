"""``vmargin flips``: in which intervals of a price, and until when, an account's verdict is what it is."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect, deployed, states
from vmargin.cli.progress import progress
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.view import Provenance
    from vmargin.crosscheck.flips.account import Flips
    from vmargin.protocols.base import Protocol, State

EPILOG = """\
ends of a range   50% and 200% of the price as it is, or the price: 2_500e18
a time            90, 12h, 30d from the block on, or a date's Unix seconds

Without --price and --until: every price that the account depends on.

exit code: 0 done, 1 of an account nothing can be said, 2 wrong usage,
           3 the chain could not be read with certainty, 4 the block is stale, or no longer part of the chain
"""

SPANS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
DATE = 10**9
"""From here on a number of seconds is a date."""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "flips",
        help="at which prices, and when, an account's verdict changes",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    states.add_options(command)
    what = command.add_argument_group("what moves")
    what.add_argument("--price", action="append", default=[], metavar="NAME", help="as the protocol names it")
    what.add_argument("--from", dest="low", default="50%", metavar="END", help="of the range (default: 50%%)")
    what.add_argument("--to", dest="high", default="200%", metavar="END", help="of it (default: 200%%)")
    what.add_argument("--until", metavar="TIME", help="let time pass")
    what.add_argument(
        "--reread",
        action="store_true",
        help="with --until: ask the contracts, for which ages of prices, funding and interest count",
    )
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, search and print."""
    from vmargin.protocols.registry import protocol

    kind = protocol(arguments.protocol)
    if arguments.reread:
        return _reread(kind, arguments)
    found, provenance = states.states_of(kind, arguments)
    if provenance is not None:
        connect.tell(provenance)
    with progress() as tell:
        flips = [one for state in found for one in _of(kind, state, arguments, tell)]
    _print(flips, provenance, arguments)
    silent = [state.account for state in found if state.account not in {one.account for one in flips}]
    if silent:
        margins = (kind.margin(state) for state in found if state.account in silent)
        print(*(f"account {m.account}: {m.verdict}" for m in margins), sep="\n")
    return 1 if silent else 0


def _of(
    kind: type[Protocol[Any]], state: State, arguments: argparse.Namespace, tell: Callable[[str], None]
) -> Iterator[Flips]:
    """What was asked for of an account; nothing where it is not known what it holds."""
    from vmargin.crosscheck.flips.account import price_flips, time_flips

    prices = kind.prices(state)
    if not prices:
        return
    names = arguments.price or ([] if arguments.until else list(prices))
    for name in names:
        now = prices[name].now if name in prices else 0
        ends = _end("--from", arguments.low, now), _end("--to", arguments.high, now)
        yield price_flips(kind, state, name, *ends, tell=tell)
    if arguments.until:
        yield time_flips(kind, state, _time(arguments.until, kind.time(state)), tell=tell)


def _reread(kind: type[Protocol[Any]], arguments: argparse.Namespace) -> int:
    """Ask the contracts at later times, which a state does not hold."""
    from vmargin.crosscheck.flips.account import reread_flips

    if not arguments.until or arguments.price:
        raise UsageError("--reread is of time: add --until TIME, and leave out --price")
    named = deployed.accounts_of(kind, arguments)
    with connect.view_of(arguments) as (view, _), progress() as tell:
        found = deployed.protocol_at(kind, arguments, view)
        accounts = list(found.discover(view)) if named is None else named
        until = _time(arguments.until, view.timestamp)
        flips = [reread_flips(found, view, account, until, tell=tell) for account in accounts]
        connect.tell(view.provenance)
        _print(flips, view.provenance, arguments)
    return 0


def _print(flips: list[Flips], provenance: Provenance | None, arguments: argparse.Namespace) -> None:
    if arguments.json:
        origin = {} if provenance is None else {"provenance": connect.as_json(provenance)}
        print(json.dumps({"flips": [one.as_json() for one in flips], **origin}, indent=2))
    else:
        for one in flips:
            print(*one.lines(), "", sep="\n")


def _end(option: str, text: str, now: int) -> int:
    """A price, or a share of the present one."""
    from vmargin.chain.literals import parse

    if not text.endswith("%"):
        return int(parse("uint256", text))
    if not re.fullmatch(r"[0-9]{1,9}%", text, re.ASCII):
        raise UsageError(f"{option} {text}: write 50%, or the price itself")
    return now * int(text[:-1]) // 100


def _time(text: str, now: int) -> int:
    """Seconds, minutes, hours or days after a time, or a date."""
    found = re.fullmatch(r"([0-9]{1,12})([smhd]?)", text, re.ASCII)
    if found is None:
        raise UsageError(f"--until {text}: write 90, 12h, 30d or a date's Unix seconds")
    seconds = int(found[1]) * SPANS[found[2]]
    return seconds if not found[2] and seconds >= DATE else now + seconds
