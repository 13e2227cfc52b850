"""``vmargin replay``: what a recording answers, offline, with everything proven again that was proven."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from vmargin.cli import connect
from vmargin.cli.arguments import GRAMMAR, add_call_options
from vmargin.errors import UsageError


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "replay",
        help="answer a recorded read again, without a node",
        description="Answer from a file of `vmargin read --record`: the read that made it, or another of "
        "which it holds all that it takes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=GRAMMAR,
    )
    command.rest = "arguments"
    command.add_argument("file", type=Path, metavar="FILE", help="the recording")
    command.add_argument("address", nargs="?", metavar="ADDRESS", help="another contract")
    command.add_argument("signature", nargs="?", metavar="SIGNATURE", help="another function")
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="its arguments, see below")
    command.add_argument(
        "--anchor",
        metavar="ANCHOR",
        help="who vouches for the block's hash: hash:0x…; without it, as recorded",
    )
    add_call_options(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay and print."""
    from vmargin.chain.proven import ProvenView
    from vmargin.chain.recorded import RecordedView, load
    from vmargin.cli.contract_call import ContractCall, custom_errors

    errors = custom_errors(arguments.errors)
    wanted = None
    if arguments.address is not None:
        if arguments.signature is None:
            raise UsageError(
                f"which function of {arguments.address}? Name it, as in  balanceOf(address)(uint256)"
            )
        wanted = ContractCall.read(arguments.address, arguments.signature, arguments.arguments)
    view = load(arguments.file, arguments.anchor)
    if wanted is not None:
        calls = [wanted]
    else:
        recorded = view.source if isinstance(view, ProvenView) else view
        assert isinstance(recorded, RecordedView)
        calls = [ContractCall.read(*read) for read in recorded.reads]
    if not calls:
        raise UsageError(f"{arguments.file} names no read to answer again: name one, as for  vmargin read")
    code = 0
    for call in calls:
        outcome = call.make(view, errors)
        if len(calls) > 1:
            print(f"vmargin: {call}", file=sys.stderr)
        code = max(code, call.show(outcome, view, json_wanted=arguments.json))
    connect.tell(view.provenance)
    return code
