"""Options that say which accounts are judged, of a chain or from files, and the states of these."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect, deployed
from vmargin.cli.progress import progress
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.view import Provenance
    from vmargin.cli.arguments import CommandParser
    from vmargin.protocols.base import Protocol, State


def add_options(command: CommandParser) -> None:
    """Add the options."""
    deployed.add_options(command)
    files = command.add_argument_group("from files")
    files.add_argument("--portfolio", type=Path, metavar="FILE", help="a portfolio and its market, in JSON")
    files.add_argument("--policy", type=Path, metavar="FILE", help="a margin rule, in JSON")
    files.add_argument(
        "--state", type=Path, metavar="FILE", help="states that `vmargin margin --save` has written"
    )
    connect.add_options(command)


def states_of(
    kind: type[Protocol[Any]], arguments: argparse.Namespace
) -> tuple[list[State], Provenance | None]:
    """The states, and of those of a chain where they come from."""
    return _from_files(kind, arguments) or _from_chain(kind, arguments)


def _from_files(
    kind: type[Protocol[Any]], arguments: argparse.Namespace
) -> tuple[list[State], Provenance | None] | None:
    """States that are written down, or None where the options name a chain."""
    given = [name for name in ("portfolio", "policy", "state") if getattr(arguments, name) is not None]
    if not given:
        return None
    named = arguments.accounts or arguments.listed or arguments.all
    if named or arguments.deployment or arguments.address:
        raise UsageError(f"--{given[0]} says all that there is to judge: leave out accounts and deployment")
    if given == ["state"]:
        return _saved(kind, arguments.state), None
    if given != ["portfolio", "policy"]:
        raise UsageError("--portfolio and --policy go together, and without --state")
    return [kind.from_files(arguments.portfolio, arguments.policy)], None


def _saved(kind: type[Protocol[Any]], path: Path) -> list[State]:
    try:
        rows = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} holds no saved states: {error}") from None
    if not isinstance(rows, list):
        raise UsageError(f"{path} holds no saved states: it is no list")
    return [kind.state.from_json(row) for row in rows]


def _from_chain(
    kind: type[Protocol[Any]], arguments: argparse.Namespace
) -> tuple[list[State], Provenance | None]:
    """States of one block of a chain."""
    named = deployed.accounts_of(kind, arguments)
    with progress() as say, connect.view_of(arguments) as (view, _):
        found = deployed.protocol_at(kind, arguments, view)
        accounts = list(found.discover(view)) if named is None else named
        say(f"reading {len(accounts)} accounts at {view.header}")
        return found.read(view, accounts), view.provenance
