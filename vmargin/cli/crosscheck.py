"""``vmargin crosscheck``: whether a protocol's mirror and its contracts say the same of accounts."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect, deployed
from vmargin.cli.progress import bar
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.recorded import RecordingView
    from vmargin.chain.view import BlockView
    from vmargin.crosscheck.compare import Comparison, Comparisons, Journal
    from vmargin.protocols.base import Protocol

EPILOG = """\
Each figure of an account, or the data of a revert, is compared to the bit.

exit code: 0 all accounts are equal, 1 an account differs, 2 wrong usage,
           3 the chain could not be read with certainty, or of an account it is not known, or there is none,
           4 the block is stale, or no longer part of the chain
"""

UNCERTAIN = 3
JOBS = 4


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "crosscheck",
        help="compare a protocol's mirror with its contracts' own answers",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    deployed.add_options(command)
    connect.add_options(command)
    many = command.add_argument_group("many blocks")
    many.add_argument("--blocks", metavar="A..B", help="compare at each block from A to B")
    many.add_argument("--step", type=int, metavar="N", help="or at every N-th of them")
    many.add_argument("--jobs", type=int, metavar="N", help=f"blocks at a time (default: {JOBS})")
    many.add_argument(
        "--resume", type=Path, metavar="FILE", help="keep what is done there, and go on where a run ended"
    )
    command.add_argument(
        "--save", type=Path, metavar="FOLDER", help="record what is read, a file for each block"
    )
    command.add_argument(
        "--recorded", type=Path, metavar="FILE", help="compare again what --save has recorded, with no node"
    )
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print."""
    from vmargin.protocols.registry import protocol

    kind = protocol(arguments.protocol)
    accounts = deployed.accounts_of(kind, arguments)
    if arguments.save is not None:
        try:
            arguments.save.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--save {arguments.save}: {error.strerror}") from None
    if arguments.blocks is None:
        for option in ("step", "jobs", "resume"):
            if getattr(arguments, option) is not None:
                raise UsageError(f"--{option} is of use with many blocks only: add --blocks A..B")
        result: Comparison | Comparisons = _one(kind, arguments, accounts)
    else:
        result = _many(kind, arguments, accounts)
    if arguments.json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        print(*result.lines(), sep="\n")
    if result.agrees:
        return 0
    return 1 if result.differs else UNCERTAIN


def _one(kind: type[Protocol[Any]], arguments: argparse.Namespace, accounts: list[str] | None) -> Comparison:
    """Compare at one block."""
    from vmargin.crosscheck.compare import compare

    total = None if accounts is None else len(accounts)
    with bar("accounts", total) as show, _view(arguments) as (view, recording):
        found = deployed.protocol_at(kind, arguments, view)
        result = compare(
            found,
            view,
            accounts,
            tell=lambda done, unequal: show(done, f"at {view.header}, {unequal} unequal"),
        )
        _save(arguments, recording, view)
    connect.tell(view.provenance)
    return result


def _many(
    kind: type[Protocol[Any]], arguments: argparse.Namespace, accounts: list[str] | None
) -> Comparisons:
    """Compare at many blocks."""
    from vmargin.chain.anchors import HashAnchor
    from vmargin.crosscheck.compare import Comparisons, Unread, compare_blocks

    numbers = _numbers(arguments)
    jobs = JOBS if arguments.jobs is None else arguments.jobs
    if not 1 <= jobs <= 64:
        raise UsageError(f"--jobs {jobs}: it takes a number from 1 to 64")
    with ExitStack() as stack:
        chain = stack.enter_context(connect.chain_of(arguments))
        if isinstance(chain.anchor, HashAnchor):
            raise UsageError(
                f"{chain.anchor.name} vouches for one block, --blocks names {len(numbers)}: take a quorum or "
                "a verified RPC for an anchor"
            )
        journal = None
        if arguments.resume is not None:
            journal = stack.enter_context(_journal(arguments, accounts, chain))

        @contextmanager
        def open_block(number: int) -> Iterator[tuple[Protocol[Any], BlockView]]:
            view, recording = chain.view(number, record=arguments.save is not None)
            yield deployed.protocol_at(kind, arguments, view), view
            _save(arguments, recording, view)

        show = stack.enter_context(bar("blocks", len(numbers)))
        results = compare_blocks(
            numbers,
            open_block,
            accounts,
            jobs=jobs,
            journal=journal,
            hash_of=lambda number: chain.connection.header(number).hash,
        )
        stack.enter_context(closing(results))  # no thread of it outlives the journal
        blocks = []
        unequal = unread = 0
        for block in results:
            blocks.append(block)
            if isinstance(block, Unread):
                unread += 1
            else:
                unequal += block.compared - block.equal
            show(len(blocks), f"{unequal} accounts unequal, {unread} blocks not read")
        print(f"vmargin: chain {chain.connection.chain_id}, {_range(arguments)}", file=sys.stderr)
    return Comparisons(kind.name, tuple(blocks))


@contextmanager
def _view(arguments: argparse.Namespace) -> Iterator[tuple[BlockView, RecordingView | None]]:
    """The one block: of a chain, or of a recording."""
    if arguments.recorded is None:
        with connect.view_of(arguments, record=arguments.save is not None) as opened:
            yield opened
        return
    from vmargin.chain.recorded import load

    for option in ("rpc_url", "block", "proven", "save"):
        if getattr(arguments, option):
            raise UsageError(f"--recorded says what to read: leave out --{option.replace('_', '-')}")
    yield load(arguments.recorded, arguments.anchor), None


def _save(arguments: argparse.Namespace, recording: RecordingView | None, view: BlockView) -> None:
    if recording is not None:
        recording.save(arguments.save / f"block-{view.number}.json.xz", reader=view)


def _numbers(arguments: argparse.Namespace) -> range:
    found = re.fullmatch(r"(\d{1,18})\.\.(\d{1,18})", arguments.blocks, re.ASCII)
    if found is None or int(found[1]) > int(found[2]):
        raise UsageError(f"--blocks {arguments.blocks}: it takes the first and the last, as in 100..200")
    if arguments.block is not None or arguments.recorded is not None:
        option = "block" if arguments.block is not None else "recorded"
        raise UsageError(f"--blocks names the blocks: leave out --{option}")
    step = 1 if arguments.step is None else arguments.step
    if step < 1:
        raise UsageError(f"--step {step}: it takes a number above 0")
    return range(int(found[1]), int(found[2]) + 1, step)


def _range(arguments: argparse.Namespace) -> str:
    step = f", step {arguments.step}" if arguments.step is not None else ""
    return f"blocks {arguments.blocks.replace('..', ' to ')}{step}"


def _journal(arguments: argparse.Namespace, accounts: list[str] | None, chain: connect.Chain) -> Journal:
    """Of this run: of all arguments that its results depend on, and none of those that name nodes."""
    from vmargin import __version__
    from vmargin.crosscheck.compare import Journal
    from vmargin.protocols.deployment import Deployment

    if arguments.deployment is not None:
        Deployment.load(arguments.deployment)  # says what is wrong with it
    where = arguments.address or arguments.deployment.read_text()
    return Journal.open(
        arguments.resume,
        {
            "version": __version__,
            "protocol": arguments.protocol,
            "where": where,
            "chainId": chain.connection.chain_id,
            "blocks": arguments.blocks,
            "step": arguments.step or 1,
            "accounts": accounts,
            "anchor": None if chain.anchor is None else chain.anchor.name,
            "fork": chain.fork,
        },
    )
