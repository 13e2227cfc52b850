"""Options that every command shares which reads a chain, and the view that they add up to."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.anchors import Anchor
    from vmargin.chain.connection import Connection
    from vmargin.chain.recorded import RecordingView
    from vmargin.chain.view import BlockView, Provenance

ENVIRONMENT = "RPC_URL_<chain id>, ETH_RPC_URL or WEB3_PROVIDER_URI"


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    chain = command.add_argument_group("the chain")
    chain.add_argument(
        "--rpc-url",
        action="append",
        default=[],
        metavar="URL",
        help=f"a node; several are asked in turn, the first one first (default: {ENVIRONMENT})",
    )
    chain.add_argument("--chain-id", type=int, metavar="ID", help="refuse nodes of another chain")
    chain.add_argument(
        "--block",
        metavar="TAG|NUMBER|HASH",
        help="latest, safe, finalized, a number or a hash (default: the block of a hash: anchor, or latest)",
    )
    chain.add_argument(
        "--timeout", type=float, default=10.0, metavar="SECONDS", help="for one exchange (default: 10)"
    )
    proof = command.add_argument_group("proof")
    proof.add_argument(
        "--proven",
        action="store_true",
        help="believe only what follows from the block's hash; needs --anchor",
    )
    proof.add_argument(
        "--anchor",
        metavar="ANCHOR",
        help="who vouches for the block's hash: hash:0x…, quorum:K/N of the nodes, verified-rpc:URL",
    )
    proof.add_argument(
        "--fork",
        metavar="NAME",
        help="the block's rules, such as prague, for a chain that is not in the table",
    )


class Chain:
    """A connection and what the options say of how its blocks are viewed: each is opened by itself."""

    def __init__(self, arguments: argparse.Namespace, connection: Connection) -> None:
        from vmargin.chain.anchors import parse_anchor

        self.connection = connection
        self.anchor = parse_anchor(arguments.anchor, connection=connection) if arguments.proven else None
        self.fork: str | None = arguments.fork

    def view(
        self, block: int | str | bytes, *, record: bool = False
    ) -> tuple[BlockView, RecordingView | None]:
        """View a block and, where it is wanted, record what is read."""
        from vmargin.chain.proven import ProvenView
        from vmargin.chain.recorded import record as recorded

        live = self.connection.at(block)
        recording = recorded(live) if record else None
        source = recording or live
        if self.anchor is None:
            return source, recording
        return ProvenView(source, self.anchor, fork=self.fork), recording


@contextmanager
def chain_of(arguments: argparse.Namespace) -> Iterator[Chain]:
    """Connect to the chain that the options name."""
    if not arguments.proven and (arguments.anchor or arguments.fork):
        option = "--anchor" if arguments.anchor else "--fork"
        raise UsageError(f"{option} is of use in a proven read only: add --proven")
    with _connection(arguments) as connection:
        yield Chain(arguments, connection)


@contextmanager
def view_of(
    arguments: argparse.Namespace, *, record: bool = False
) -> Iterator[tuple[BlockView, RecordingView | None]]:
    """Open the view that the options ask for and, where one is wanted, the recording of what it reads."""
    with chain_of(arguments) as chain:
        yield chain.view(_block(arguments.block, chain.anchor), record=record)


def tell(provenance: Provenance) -> None:
    """Say on stderr where what was printed comes from."""
    print(f"vmargin: {provenance}", file=sys.stderr)


def as_json(provenance: Provenance) -> dict[str, Any]:
    """Write where an answer comes from."""
    return provenance.as_json()


def _block(text: str | None, anchor: Anchor | None) -> int | str | bytes:
    """Read a block as the command line names it; a tag or a hash stays as it is."""
    from vmargin.chain.anchors import HashAnchor

    if text is None:
        return anchor.hash if isinstance(anchor, HashAnchor) else "latest"
    if re.fullmatch(r"\d{1,20}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"0x[0-9a-fA-F]{1,16}", text):
        return int(text, 16)
    return text


def _connection(arguments: argparse.Namespace) -> Connection:
    from vmargin.chain.connection import Connection

    if not 0 < arguments.timeout < float("inf"):
        raise UsageError(f"--timeout {arguments.timeout}: it takes a number of seconds above 0")
    if arguments.rpc_url:
        return Connection(arguments.rpc_url, chain_id=arguments.chain_id, timeout=arguments.timeout)
    return Connection.from_environment(arguments.chain_id, timeout=arguments.timeout)
