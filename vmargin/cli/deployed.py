"""Options that name a deployed protocol and accounts of it, and what they add up to."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.view import BlockView
    from vmargin.cli.arguments import CommandParser
    from vmargin.protocols.base import Protocol


def add_options(command: CommandParser) -> None:
    """Add the options."""
    command.rest = "accounts"
    command.add_argument("protocol", metavar="PROTOCOL", help="such as reference")
    command.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="as the protocol writes them")
    command.add_argument(
        "--accounts",
        dest="listed",
        metavar="A,B|FILE",
        help="accounts with commas between them, or a file that has one in each line",
    )
    command.add_argument("--all", action="store_true", help="every account that there is")
    where = command.add_argument_group("where it is")
    where.add_argument("--deployment", type=Path, metavar="FILE", help="its contracts, in TOML")
    where.add_argument("--address", metavar="ADDRESS", help="of the contract that says where the others are")


def accounts_of(kind: type[Protocol[Any]], arguments: argparse.Namespace) -> list[str] | None:
    """The accounts that are named, or None for all; and see that a place is named, once."""
    named = [kind.parse_account(text) for text in arguments.accounts]
    if arguments.listed is not None:
        named += _listed(kind, arguments.listed)
    if bool(named) == arguments.all:
        raise UsageError(f"name accounts ({kind.account_form}), or --all of them")
    if (arguments.deployment is None) == (arguments.address is None):
        raise UsageError("say where it is: either --deployment FILE or --address ADDRESS")
    return named or None


def protocol_at(kind: type[Protocol[Any]], arguments: argparse.Namespace, view: BlockView) -> Protocol[Any]:
    """What was deployed, found and verified at a block."""
    from vmargin.protocols.deployment import Deployment

    if arguments.address is not None:
        deployment = kind.at_address(view, arguments.address)
    else:
        deployment = Deployment.load(arguments.deployment)
    deployed = kind(deployment)
    deployed.verify(view)
    return deployed


def _listed(kind: type[Protocol[Any]], text: str) -> list[str]:
    """Accounts in a list or in a file; what could be both is a list."""
    try:
        return [kind.parse_account(part) for part in text.split(",")]
    except UsageError:
        path = Path(text)
        if not path.is_file():
            raise
    found = list(_lines(kind, path))
    if not found:
        raise UsageError(f"{path} names no account: it takes one in each line")
    return found


def _lines(kind: type[Protocol[Any]], path: Path) -> Iterator[str]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} holds no accounts: {error}") from None
    for at, line in enumerate(lines, 1):
        for word in re.split(r"[\s,]+", line.partition("#")[0].strip()):
            if word:
                try:
                    yield kind.parse_account(word)
                except UsageError as error:
                    raise UsageError(f"{path}, line {at}: {error}") from None
