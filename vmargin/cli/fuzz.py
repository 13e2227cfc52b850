"""``vmargin fuzz``: inputs on which a mirror and a contract's function differ, and where they begin to."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect
from vmargin.cli.found import case_lines, lines
from vmargin.cli.progress import progress
from vmargin.errors import UsageError, VmarginError

if TYPE_CHECKING:
    from vmargin.crosscheck.counterexample import Counterexample
    from vmargin.crosscheck.fuzz import Fuzzed
    from vmargin.crosscheck.localise import Divergence
    from vmargin.crosscheck.subject import Subject, Target

INTERRUPTED = 130
FOLDER = Path("counterexamples")
"""Where counterexamples are saved, unless it is said."""
_EPILOG = """\
functions of Python are named as in  package.module:function  and  path/to/file.py:function

exit code: 0 no difference, 1 there is one, 2 wrong usage, 3 the chain could not be read,
           130 interrupted before there was one
"""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "fuzz",
        help="search for inputs on which a mirror and a contract's function differ",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
    )
    command.add_argument("--mirror", metavar="FUNCTION", help="of Python: a kernel, or one of plain ints")
    command.add_argument(
        "--signature",
        metavar="SIGNATURE",
        help="of the contract: 'mulWad(uint256,uint256)(uint256)'",
    )
    where = command.add_argument_group("the contract")
    where.add_argument(
        "--artifact", type=Path, metavar="FILE", help="as compiled: it runs here, or in a --rpc-url"
    )
    where.add_argument("--constructor", default="", metavar="ARGUMENTS", help="to deploy it with: '0xab…, 5'")
    where.add_argument("--address", metavar="ADDRESS", help="as deployed: it runs in a node, at one block")
    where.add_argument(
        "--errors", action="append", default=[], metavar="ERROR", help="a custom error that its ABI lacks"
    )
    where.add_argument(
        "--sources", type=Path, action="append", default=[], metavar="DIR", help="where its source files are"
    )
    search = command.add_argument_group("the search")
    search.add_argument("--cases", type=int, default=100_000, metavar="N", help="to try (default: 100,000)")
    search.add_argument("--seconds", type=float, metavar="S", help="to search, on this machine")
    search.add_argument("--seed", default="0", metavar="TEXT", help="the same one gives the same cases")
    search.add_argument(
        "--enough",
        type=int,
        default=100,
        metavar="N",
        help="differences to end at, 0 for none (default: 100)",
    )
    search.add_argument(
        "--strategy",
        metavar="FUNCTION",
        help="of a random.Random, drawing the arguments of one call; or one that makes a Hypothesis strategy",
    )
    command.add_argument("--save", type=Path, metavar="FILE", help=f"what is found (default: in {FOLDER}/)")
    command.add_argument("--replay", type=Path, metavar="FILE", help="run a saved counterexample instead")
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    connect.add_options(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search, shrink, say where; or run again what was found."""
    from vmargin.crosscheck.counterexample import Counterexample

    if arguments.replay is not None:
        return _replay(Counterexample.load(arguments.replay), arguments)
    from vmargin.crosscheck.fuzz import Interrupted, agreeing, fuzz, strategy_of
    from vmargin.crosscheck.subject import load

    strategy = strategy_of(load(arguments.strategy)) if arguments.strategy else None
    with progress() as tell, _subject(arguments) as subject:
        interrupted = False
        try:
            found = fuzz(
                subject,
                cases=arguments.cases,
                seconds=arguments.seconds,
                seed=arguments.seed,
                strategy=strategy,
                enough=arguments.enough or None,
                tell=tell,
            )
        except Interrupted as end:
            found, interrupted = end.fuzzed, True
        return _show(found, agreeing(subject, strategy), arguments, interrupted)


@contextmanager
def _subject(arguments: argparse.Namespace) -> Iterator[Subject]:
    """What the options name: a mirror beside a contract's function."""
    from vmargin.crosscheck.subject import LocalTarget, Subject, load

    if not arguments.mirror or not arguments.signature:
        raise UsageError("name both sides: --mirror module:function and --signature 'f(uint256)(uint256)'")
    if arguments.artifact is None and arguments.address is None:
        raise UsageError("say where the contract is: --artifact FILE, --address ADDRESS, or both")
    mirror = load(arguments.mirror)
    errors = [*arguments.errors, *_declared(mirror)]
    if arguments.address is None and not (arguments.rpc_url or arguments.block):
        subject = Subject(mirror, LocalTarget(**_compiled(arguments), errors=errors))
        subject.mirror_name = arguments.mirror
        yield subject
    else:
        with connect.view_of(arguments) as (view, _):
            connect.tell(view.provenance)
            subject = Subject(mirror, _in_node(view, arguments, errors))
            subject.mirror_name = arguments.mirror
            yield subject


def _declared(mirror: Any) -> list[Any]:
    """The custom errors that a mirror's module names: what assembly reverts with is in no ABI."""
    from vmargin.solidity.reverts import CustomError

    names = getattr(getattr(mirror, "body", mirror), "__globals__", {})
    return [value for value in names.values() if isinstance(value, CustomError)]


def _in_node(view: Any, arguments: argparse.Namespace, errors: list[Any]) -> Target:
    from vmargin.chain.live import LiveView
    from vmargin.crosscheck.node_target import NodeTarget

    if arguments.address is not None:
        given = {"errors": errors, "artifact": arguments.artifact}
        return NodeTarget(view, arguments.address, arguments.signature, **given)
    if not isinstance(view, LiveView):
        raise UsageError("--proven is for what is on the chain: name its --address, or leave --proven out")
    return NodeTarget.of_artifact(view, **_compiled(arguments), errors=errors)


def _compiled(arguments: argparse.Namespace) -> dict[str, Any]:
    from vmargin.chain.literals import parse
    from vmargin.solidity.abi import Parameter
    from vmargin.solidity.bytecode import load_artifact

    artifact = load_artifact(arguments.artifact)
    made: list[Any] = next(
        (entry["inputs"] for entry in artifact["abi"] if entry["type"] == "constructor"), []
    )
    kinds = ",".join(Parameter.read(entry).type for entry in made)
    values = parse(f"({kinds})", f"({arguments.constructor})") if kinds or arguments.constructor else ()
    return {"artifact": artifact, "signature": arguments.signature, "constructor": values}


def _show(found: Fuzzed, subject: Subject, arguments: argparse.Namespace, interrupted: bool) -> int:
    """Print and save what was found; then say where, unless a person has had enough."""
    if found.counterexample is None:
        print(*([json.dumps(found.as_json(), indent=1)] if arguments.json else lines(found)), sep="\n")
        return INTERRUPTED if interrupted else 0
    found = replace(found, counterexample=_named(found.counterexample, arguments))
    assert found.counterexample is not None
    path = arguments.save or FOLDER / f"{subject.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    found.counterexample.save(path)
    print(f"vmargin: saved as {path}", file=sys.stderr)
    if not arguments.json:
        print(*lines(found), "", *case_lines(found.counterexample), sep="\n")
        sys.stdout.flush()
    where = None if interrupted else _localised(subject, found, arguments)
    if arguments.json:
        document = {**found.as_json(), "divergence": None if where is None else where.as_json()}
        print(json.dumps(document, indent=1))
    else:
        told = [] if where is None else ["", *where.lines()]
        print(*told, "", f"again: vmargin fuzz --replay {path}", sep="\n")
    return 1


def _replay(kept: Counterexample, arguments: argparse.Namespace) -> int:
    """Run a counterexample again."""
    from vmargin.crosscheck.counterexample import Counterexample
    from vmargin.crosscheck.outcome import same

    with _subject(_again(kept, arguments)) as subject:
        if subject.function.signature != kept.function.signature:
            raise UsageError(f"what was found is of {kept.signature}, not of {subject.function.signature}")
        mirrored, original = subject.mirrored(kept.case), subject.original(kept.case)
        now = replace(Counterexample.of(subject, kept.case), seed=kept.seed, tried=kept.tried)
    differs = not same(mirrored, original)
    code, before = now.target.get("codeHash"), kept.target.get("codeHash")
    if code != before:
        print(
            f"vmargin: found on code {before}, run on {code}",
            file=sys.stderr,
        )
    if arguments.json:
        document = {"schema": "vmargin/replay/1", "differs": differs, "sameCode": code == before}
        print(json.dumps({**document, "counterexample": now.as_json()}, indent=1))
    else:
        what = "still differ" if differs else "do the same now"
        print(f"{kept.signature}: mirror and contract {what}", *case_lines(now), sep="\n")
    return 1 if differs else 0


def _again(kept: Counterexample, arguments: argparse.Namespace) -> argparse.Namespace:
    """Fill in, from what was kept, all that the command line does not say."""
    again = argparse.Namespace(**vars(arguments))
    again.mirror = arguments.mirror or kept.mirror
    again.signature = arguments.signature or kept.signature
    if arguments.artifact is None and arguments.address is None:
        artifact = kept.target.get("artifact")
        again.artifact = None if artifact is None else Path(artifact)
        again.constructor = arguments.constructor or kept.target.get("constructor", "")
        again.address = kept.target.get("address")
        if again.address is not None:
            again.block = arguments.block or kept.target["blockHash"]
    again.errors = [*arguments.errors, *kept.target.get("errors", ())]
    return again


def _named(found: Counterexample, arguments: argparse.Namespace) -> Counterexample:
    """Note where the contract was, so that nobody has to say it again."""
    target: dict[str, Any] = dict(found.target)
    if arguments.artifact is not None:
        target["artifact"] = str(arguments.artifact)
    if arguments.constructor:
        target["constructor"] = arguments.constructor
    if arguments.errors:
        target["errors"] = list(arguments.errors)
    return replace(found, target=target)


def _localised(subject: Subject, found: Fuzzed, arguments: argparse.Namespace) -> Divergence | None:
    """Where the two begin to differ; None where that cannot be said."""
    from vmargin.crosscheck.localise import localise
    from vmargin.crosscheck.node_target import NodeTarget

    target = subject.target
    artifacts = {}
    if isinstance(target, NodeTarget) and target.artifact:
        artifacts[target.address] = target.artifact
    try:
        assert found.counterexample is not None
        case = found.counterexample.case
        return localise(subject, case, found.agreeing, sources=_sources(arguments), artifacts=artifacts)
    except VmarginError as error:
        print(f"vmargin: not localised: {error}", file=sys.stderr)
        return None


def _sources(arguments: argparse.Namespace) -> list[Path]:
    """Folders of sources: those named, or those around the artifact; texts are known by their hash."""
    roots = list(arguments.sources)
    if not roots and arguments.artifact is not None:
        roots = list(arguments.artifact.absolute().parents[:3])
    inner = [root / name for root in roots for name in ("node_modules", "lib") if (root / name).is_dir()]
    return [*roots, *inner]
