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


@contextmanager
def view_of(
    arguments: argparse.Namespace, *, record: bool = False
) -> Iterator[tuple[BlockView, RecordingView | None]]:
    """Open the view that the options ask for and, where one is wanted, the recording of what it reads."""
    from vmargin.chain.anchors import parse_anchor
    from vmargin.chain.proven import ProvenView
    from vmargin.chain.recorded import record as recorded

    if not arguments.proven and (arguments.anchor or arguments.fork):
        option = "--anchor" if arguments.anchor else "--fork"
        raise UsageError(f"{option} is of use in a proven read only: add --proven")
    with _connection(arguments) as connection:
        anchor = parse_anchor(arguments.anchor, connection=connection) if arguments.proven else None
        live = connection.at(_block(arguments.block, anchor))
        recording = recorded(live) if record else None
        source = recording or live
        if anchor is None:
            yield source, recording
        else:
            yield ProvenView(source, anchor, fork=arguments.fork), recording


def tell(provenance: Provenance) -> None:
    """Say on stderr where what was printed comes from."""
    print(f"vmargin: {provenance}", file=sys.stderr)


def as_json(provenance: Provenance) -> dict[str, Any]:
    """Write where an answer comes from."""
    return {
        "chainId": provenance.chain_id,
        "block": provenance.number,
        "blockHash": provenance.hash,
        "timestamp": provenance.timestamp,
        "pin": provenance.pin,
        "anchor": provenance.anchor,
    }


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
