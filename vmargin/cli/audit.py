"""``vmargin audit``: every check of mirror against contract, and a report that can be handed over."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect
from vmargin.cli.progress import progress
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.recorded import RecordingView
    from vmargin.chain.view import BlockView
    from vmargin.crosscheck.audit.document import Audit
    from vmargin.crosscheck.audit.plan import Plan
    from vmargin.protocols.base import Protocol

EPILOG = """\
forms:
  vmargin audit PLAN.toml --out DIR
  vmargin audit --mirror MODULE:FUNCTION --artifact FILE --signature 'f(uint256)(uint256)' --out DIR
  vmargin audit --mirror MODULE:FUNCTION --address ADDRESS --signature … --rpc-url … --block … --out DIR
  vmargin audit PROTOCOL --deployment FILE [ACCOUNT …|--all] --rpc-url … --block … --out DIR

DIR gets report.html, report.json with its schema, counterexamples/ (each as JSON, for pytest and for
Foundry), views/ (what was read of the chain) and plan.toml with inputs/, which do it all again.

exit code: 0 equal, 1 a difference or a violation of the lint, 2 wrong usage,
           3 the chain could not be read with certainty, or something was not compared,
           4 the block is stale, or no longer part of the chain
"""

UNCERTAIN = 3


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "audit",
        help="compare mirror and contract in every way there is, and write a report",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    command.rest = "accounts"
    command.add_argument(
        "what", nargs="?", metavar="PLAN|PROTOCOL", help="a plan in TOML, or such as reference"
    )
    command.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="as the protocol writes them")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder of the report")
    command.add_argument("--title", help="what the report is called")
    function = command.add_argument_group("a function")
    function.add_argument("--mirror", metavar="MODULE:FUNCTION", help="or path/to/file.py:function")
    function.add_argument("--artifact", metavar="FILE", help="the compiled contract")
    function.add_argument("--signature", help="of the contract's function: 'f(uint256)(uint256)'")
    function.add_argument("--constructor", metavar="ARGUMENTS", help="to deploy it with: '0xab…, 5'")
    function.add_argument("--errors", action="append", metavar="ERROR", help="a custom error: 'Low(uint256)'")
    function.add_argument(
        "--sources", action="append", metavar="DIR", help="a folder of its Solidity sources"
    )
    function.add_argument("--favours", choices=("protocol", "account"), help="who gains by a larger result")
    function.add_argument(
        "--bound", metavar="NUMBER", help="how far off it may be, in units of its last digit"
    )
    deployed = command.add_argument_group("a protocol")
    deployed.add_argument("--deployment", metavar="FILE", help="its contracts, in TOML")
    deployed.add_argument(
        "--address", metavar="ADDRESS", help="of the contract, or of the one that knows the others"
    )
    deployed.add_argument("--accounts", dest="listed", metavar="A,B|FILE", help="accounts, or a file of them")
    deployed.add_argument("--all", action="store_true", help="every account that there is")
    deployed.add_argument(
        "--artifacts",
        action="append",
        metavar="DIR",
        help="a folder of its compiled contracts, for source lines",
    )
    search = command.add_argument_group("the search")
    search.add_argument("--cases", type=int, metavar="N", help="for each function (default: 100000)")
    search.add_argument(
        "--rounding-cases", type=int, metavar="N", help="for the roundings of each mirror (default: 10000)"
    )
    search.add_argument("--seed", help="of all that is drawn (default: 0)")
    connect.add_options(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit, write the folder, and say what came of it."""
    from vmargin.crosscheck.audit.keep import kept, kept_codes
    from vmargin.crosscheck.audit.run import audit
    from vmargin.report import folder
    from vmargin.report.audit.verdict import sentence

    plan = _plan(arguments)
    out = arguments.out.resolve()
    if any(path.resolve().is_relative_to(out) for path in plan.files):
        raise UsageError(
            f"{arguments.out} holds what the plan names, and would be replaced: name another folder"
        )
    folder.prepare(arguments.out)
    with progress() as tell, _chain(plan, arguments) as (view, asked, recording):
        files = kept(plan, view)
        protocol = _protocol(plan, view)
        found = audit(plan, view=view, asked=asked, protocol=protocol, tell=tell)
        tell("writing the report")
        folder.write(arguments.out, found, {**files, **kept_codes(found.codes)})
        if recording is not None and view is not None:
            views = arguments.out / "views"
            views.mkdir(exist_ok=True)
            recording.save(views / f"block-{view.number}.json.xz", reader=view)
    print(f"{sentence(found.as_json())}.")
    for line in _more(found):
        print(line)
    print(f"vmargin: the report is {arguments.out / 'report.html'}", file=sys.stderr)
    return _code(found)


def _code(found: Audit) -> int:
    if found.verdict == "differs" or found.counts["violations"]:
        return 1
    return 0 if found.verdict == "equal" else UNCERTAIN


def _more(found: Audit) -> Iterator[str]:
    """What a person should know beside the verdict."""
    counts = found.counts
    if counts["violations"]:
        yield f"The lint finds {counts['violations']} violations."
    for one in found.not_done:
        yield f"Not done: {one.part} of {one.of}: {one.reason}"


def _plan(arguments: argparse.Namespace) -> Plan:
    """The plan that is named, or that the options make."""
    from vmargin.crosscheck.audit.plan import Plan

    if arguments.what is not None and arguments.what.endswith(".toml"):
        given = [name for name in (*_FUNCTION, *_PROTOCOL, *_SEARCH) if getattr(arguments, name)]
        if given or arguments.accounts:
            option = f"--{given[0]}" if given else arguments.accounts[0]
            raise UsageError(
                f"{arguments.what} is the whole plan: leave out {option.replace('listed', 'accounts')}"
            )
        return Plan.load(Path(arguments.what))
    return _of_options(arguments)


_FUNCTION = ("mirror", "artifact", "signature", "constructor", "errors", "sources", "favours", "bound")
_SEARCH = ("cases", "rounding_cases", "seed", "title")
_OF_PROTOCOL = ("deployment", "address", "artifacts", "sources")
_PROTOCOL = (*_OF_PROTOCOL, "listed", "all")


def _of_options(arguments: argparse.Namespace) -> Plan:
    from vmargin.crosscheck.audit.plan import Plan

    given: dict[str, Any] = {}
    if arguments.mirror is not None:
        if arguments.what is not None:
            raise UsageError(f"--mirror names a function, {arguments.what} a protocol: write a plan for both")
        names = [name for name in (*_FUNCTION, "address") if getattr(arguments, name) is not None]
        given["function"] = [{name: getattr(arguments, name) for name in names}]
        title = arguments.signature or arguments.mirror
    elif arguments.what is not None:
        for option in _FUNCTION:
            if option not in _OF_PROTOCOL and getattr(arguments, option) is not None:
                raise UsageError(f"--{option} is of a function: name its --mirror, and no protocol")
        given["protocol"] = _accounts(arguments)
        title = arguments.what
    else:
        raise UsageError("what is to be audited? Name a plan (PLAN.toml), a protocol, or a --mirror")
    given |= {name: getattr(arguments, name) for name in _SEARCH if getattr(arguments, name) is not None}
    given["chain"] = {
        name: value
        for name in ("chain_id", "block", "proven", "anchor", "fork")
        if (value := getattr(arguments, name))
    }
    return Plan.read(given, "the command", Path(), title)


def _accounts(arguments: argparse.Namespace) -> dict[str, Any]:
    """The table of a plan for the protocol and its accounts."""
    from vmargin.cli import deployed
    from vmargin.protocols.registry import protocol

    arguments.protocol = arguments.what
    named = deployed.accounts_of(protocol(arguments.what), arguments)
    return {
        "name": arguments.what,
        **{n: value for n in _OF_PROTOCOL if (value := getattr(arguments, n)) is not None},
        **({"all": True} if named is None else {"accounts": named}),
    }


Opened = tuple["BlockView | None", "BlockView | None", "RecordingView | None"]


@contextmanager
def _chain(plan: Plan, arguments: argparse.Namespace) -> Iterator[Opened]:
    """The block of the plan, the same for what is not to be recorded, and the recording."""
    if not plan.reads_a_chain:
        if arguments.rpc_url:
            raise UsageError("the plan reads no chain: leave out --rpc-url")
        yield None, None, None
        return
    for name in ("chain_id", "block", "proven", "anchor", "fork"):
        if not getattr(arguments, name):
            setattr(arguments, name, getattr(plan.chain, name))
    with connect.view_of(arguments, record=True) as (view, recording):
        # a proven view asks for proofs alone, which are few; a live one asks for every call
        asked = recording.source if recording is not None and view is recording else view
        yield view, asked, recording
    connect.tell(view.provenance)


def _protocol(plan: Plan, view: BlockView | None) -> Protocol[Any] | None:
    """What was deployed; that its code is as recorded is for the lint to say."""
    from vmargin.protocols.deployment import Deployment
    from vmargin.protocols.registry import protocol

    if plan.protocol is None or view is None:
        return None
    kind = protocol(plan.protocol.name)
    if plan.protocol.address is not None:
        return kind(kind.at_address(view, plan.protocol.address))
    assert plan.protocol.deployment is not None
    return kind(Deployment.load(plan.path(plan.protocol.deployment)))
