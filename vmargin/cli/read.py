"""``vmargin read``: what a function of a contract returns at a block, and who vouches for it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vmargin.cli import connect
from vmargin.cli.arguments import GRAMMAR, add_call_options
from vmargin.cli.progress import progress


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "read",
        help="call a function of a contract at one block",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=GRAMMAR,
    )
    command.rest = "arguments"
    command.add_argument("address", metavar="ADDRESS", help="the contract")
    command.add_argument(
        "signature", metavar="SIGNATURE", help="with what it returns: 'balanceOf(address)(uint256)'"
    )
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="as many as it takes, see below")
    connect.add_options(command)
    add_call_options(command)
    command.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write all that was asked and answered to a file, compressed if its name ends in .xz",
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, record and print."""
    from vmargin.cli.contract_call import ContractCall, custom_errors

    call = ContractCall.read(arguments.address, arguments.signature, arguments.arguments)
    errors = custom_errors(arguments.errors)
    with progress() as say, connect.view_of(arguments, record=arguments.record is not None) as opened:
        view, recording = opened
        say(f"reading {call.function.signature} at {view.header}")
        outcome = call.make(view, errors)
        if recording is not None:
            recording.note(call.address, call.signature, call.texts)
            recording.save(arguments.record, reader=view)
    connect.tell(view.provenance)
    return call.show(outcome, view, json_wanted=arguments.json)
