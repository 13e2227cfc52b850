"""``vmargin deploy``: put a protocol's contracts on a chain."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli.progress import progress
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection
    from vmargin.chain.sender import Sender

KEY = "VMARGIN_PRIVATE_KEY"


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "deploy",
        help="put the reference clearing house on a chain",
        description="Put the reference clearing house on a chain, and write where its contracts are.",
        epilog=f"The key of the account that pays and owns is read from {KEY}, or the node holds it: --from.",
    )
    command.add_argument("protocol", choices=["reference"], metavar="PROTOCOL", help="reference")
    command.add_argument("--rpc-url", required=True, metavar="URL", help="a node of the chain")
    command.add_argument("--chain-id", type=int, metavar="ID", help="refuse a node of another chain")
    command.add_argument(
        "--asset", metavar="ADDRESS", help="the ERC-20 that cash is held in; by default a new one, for tests"
    )
    command.add_argument("--from", dest="origin", metavar="ADDRESS", help="an account that the node holds")
    command.add_argument("--out", type=Path, metavar="FILE", help="for the deployment (default: stdout)")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Deploy, check what is on chain, and write it down."""
    from vmargin import artifacts
    from vmargin.chain.connection import Connection
    from vmargin.protocols.reference.deploy import deploy, described

    with Connection(arguments.rpc_url, chain_id=arguments.chain_id) as connection, progress() as say:
        sender = _sender(connection, arguments.origin)
        first_block = connection.header().number + 1
        asset = arguments.asset
        if asset is None:
            _require_test_chain(connection.chain_id)
            say("deploying a dollar for tests")
            asset = sender.deploy(artifacts.load("TestDollar"))
        addresses = deploy(sender, asset=asset, owner=sender.address, tell=say)
        deployment = described(connection.at(), {"asset": asset, **addresses}, first_block)
    if arguments.out is None:
        print(deployment.to_toml(), end="")
    else:
        arguments.out.write_text(deployment.to_toml())
        print(f"vmargin: wrote {arguments.out}", file=sys.stderr)
    return 0


def _sender(connection: Connection, origin: str | None) -> Sender:
    from vmargin.chain.sender import Sender

    key = os.environ.get(KEY)
    if origin is None and key is None:
        raise UsageError(f"nobody to pay: set {KEY}, or name an account that the node holds with --from")
    return Sender(connection, origin=origin) if origin is not None else Sender(connection, key=key)


def _require_test_chain(chain_id: int) -> None:
    """A dollar that anybody may mint has no place where others might take it for one."""
    if chain_id not in (31337, 1337):
        raise UsageError(
            f"chain {chain_id} is no development chain: name the ERC-20 that cash is held in with --asset"
        )
