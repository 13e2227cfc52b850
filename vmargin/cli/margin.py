"""``vmargin margin``: what accounts are worth and what their margin rule requires."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect
from vmargin.cli.progress import progress
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.view import Provenance
    from vmargin.protocols.base import Alternative, Margin, Protocol, State

EPILOG = """\
Without a chain: --portfolio FILE and --policy FILE, or --state FILE as written by --save.

exit code: 0 every verdict is known, 1 one is not, 2 wrong usage,
           3 the chain could not be read with certainty, 4 the block is stale, or no longer part of the chain
"""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "margin",
        help="what accounts are worth and what their margin rule requires",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    command.rest = "accounts"
    command.add_argument("protocol", metavar="PROTOCOL", help="such as reference")
    command.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="as the protocol writes them")
    command.add_argument("--all", action="store_true", help="every account that there is")
    where = command.add_argument_group("where it is")
    where.add_argument("--deployment", type=Path, metavar="FILE", help="its contracts, in TOML")
    where.add_argument("--address", metavar="ADDRESS", help="of the contract that says where the others are")
    files = command.add_argument_group("from files")
    files.add_argument("--portfolio", type=Path, metavar="FILE", help="a portfolio and its market, in JSON")
    files.add_argument("--policy", type=Path, metavar="FILE", help="a margin rule, in JSON")
    files.add_argument("--state", type=Path, metavar="FILE", help="states that --save has written")
    connect.add_options(command)
    command.add_argument("--save", type=Path, metavar="FILE", help="write the states that were read")
    command.add_argument(
        "--what-if",
        action="store_true",
        help="isolated, cross, portfolio, greeks and shortfall margin side by side",
    )
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, judge and print."""
    from vmargin.protocols.registry import protocol

    kind = protocol(arguments.protocol)
    states, provenance = _from_files(kind, arguments) or _from_chain(kind, arguments)
    if arguments.save is not None:
        text = json.dumps([state.as_json() for state in states], indent=1)
        arguments.save.write_text(f"{text}\n")
    margins = [kind.margin(state) for state in states]
    alternatives = [kind.what_if(state) if arguments.what_if else [] for state in states]
    if provenance is not None:
        connect.tell(provenance)
    if arguments.json:
        print(json.dumps(_document(margins, alternatives, provenance), indent=2))
    else:
        for margin, beside in zip(margins, alternatives, strict=True):
            print(*lines(margin, kind), *table(beside), "", sep="\n")
    return 1 if any(margin.verdict.reason for margin in margins) else 0


def _from_files(
    kind: type[Protocol[Any]], arguments: argparse.Namespace
) -> tuple[list[State], Provenance | None] | None:
    """States that are written down, or None where the options name a chain."""
    given = [name for name in ("portfolio", "policy", "state") if getattr(arguments, name) is not None]
    if not given:
        return None
    if arguments.accounts or arguments.all or arguments.deployment or arguments.address:
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
    from vmargin.protocols.deployment import Deployment

    if bool(arguments.accounts) == arguments.all:
        raise UsageError(f"name accounts ({kind.account_form}), or --all of them")
    if (arguments.deployment is None) == (arguments.address is None):
        raise UsageError("say where it is: either --deployment FILE or --address ADDRESS")
    with progress() as say, connect.view_of(arguments) as (view, _):
        if arguments.address is not None:
            deployment = kind.at_address(view, arguments.address)
        else:
            deployment = Deployment.load(arguments.deployment)
        deployed = kind(deployment)
        deployed.verify(view)
        accounts = [kind.parse_account(text) for text in arguments.accounts] or list(deployed.discover(view))
        say(f"reading {len(accounts)} accounts at {view.header}")
        return deployed.read(view, accounts), view.provenance


def lines(margin: Margin, kind: type[Protocol[Any]]) -> Iterator[str]:
    """One account for a person: the verdict first."""
    yield f"account {margin.account}: {margin.verdict}"
    for name, value in {**margin.figures, **margin.details}.items():
        if isinstance(value, int):
            yield f"  {name:<24} {amount(value, kind.decimals.get(name, 0)):>40}"
    yield from (f"  warning: {warning}" for warning in margin.warnings)


def table(alternatives: list[Alternative]) -> Iterator[str]:
    """Requirements side by side."""
    if alternatives:
        yield f"  {'rule':<12} {'initial requirement':>30} {'saving':>30}"
    for beside in alternatives:
        required = f"reverts: {beside.answer}" if beside.required is None else amount(beside.required, 18)
        saving = "" if beside.saving is None else amount(beside.saving, 18)
        yield f"  {beside.name:<12} {required:>30} {saving:>30}".rstrip()


def amount(raw: int, decimals: int) -> str:
    """An integer with its decimal point, nothing rounded away."""
    if decimals == 0:
        return str(raw)
    whole, fraction = divmod(abs(raw), 10**decimals)
    return f"{'-' if raw < 0 else ''}{whole:,}.{fraction:0{decimals}d}"


def _document(
    margins: list[Margin], alternatives: list[list[Alternative]], provenance: Provenance | None
) -> dict[str, Any]:
    rows = []
    for margin, beside in zip(margins, alternatives, strict=True):
        row = margin.as_json()
        if beside:
            row["whatIf"] = [
                {
                    "rule": one.name,
                    **({"revert": str(one.answer)} if one.required is None else {}),
                    **{
                        name: str(value)
                        for name, value in (("initialRequirement", one.required), ("saving", one.saving))
                        if value is not None
                    },
                }
                for one in beside
            ]
        rows.append(row)
    return {
        "accounts": rows,
        **({"provenance": connect.as_json(provenance)} if provenance is not None else {}),
    }
