"""Where the mirror of a protocol and its contracts part over one account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vmargin.chain.questions import RawCall
from vmargin.chain.view import BlockView
from vmargin.crosscheck.audit import places
from vmargin.crosscheck.audit.located import Located, located
from vmargin.crosscheck.generate.account import AccountCase, wanted_answer
from vmargin.crosscheck.localise.sources import CodeMap, Sources
from vmargin.errors import UsageError
from vmargin.protocols.base import Protocol
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import load_artifact


def parting(
    protocol: Protocol[Any],
    view: BlockView,
    case: AccountCase,
    folders: Sequence[Path],
    sources: Sequence[Path],
) -> tuple[Located, tuple[CodeMap, ...]]:
    """Follow the contract's call beside the mirror's run; gives the artifacts that were found, too.

    Parameters
    ----------
    protocol, view
        What was deployed, and the block.
    case
        The account.
    folders
        That hold what the contracts were compiled to; those whose code is deployed are found by it.
    sources
        Folders of their sources; by default those around the artifacts.

    Raises
    ------
    UsageError
        If it is not known which call to follow, or what the mirror would have it answer.
    """
    from vmargin.chain.evm.following import follow_call
    from vmargin.crosscheck.localise import localise_steps, run_mirror

    answer = wanted_answer(case)
    if case.call is None or answer is None:
        raise UsageError("it is not clear which word of the contract's answer stands for which figure")
    asked = protocol.question(case.account).function
    function = asked if isinstance(asked, Function) else Function.parse(asked)
    (state,) = protocol.read(view, [case.account])

    def mirror() -> Any:
        protocol.margin(state)
        results = function.results(answer)
        return results if len(results) != 1 else results[0]

    steps = follow_call(view, RawCall(case.where.address, case.call))
    roots = list(_roots(folders, sources))
    found: dict[str, CodeMap] = {}
    for frame in steps.calls:
        address = f"0x{frame.code_address:040x}"
        if frame.code and address not in found:
            code = _of(frame.code, folders, Sources(roots))
            if code is not None:
                found[address] = code
    run = run_mirror(mirror, (), len(function.outputs))
    artifacts = {address: code.artifact for address, code in found.items()}
    divergence = localise_steps(run, steps, function.outputs, artifacts, sources=roots)
    codes = tuple(found.values())
    return located(divergence, None, None, codes, function.name), codes


def _of(code: bytes, folders: Sequence[Path], sources: Sources) -> CodeMap | None:
    """The artifact that code was compiled to."""
    for folder in folders:
        for path in sorted(folder.rglob("*.json")):
            try:
                artifact = load_artifact(path)
            except UsageError:
                continue  # there are other files beside artifacts
            known = CodeMap(artifact, sources)
            if known.code and known.is_of(code):
                return known
    return None


def _roots(folders: Sequence[Path], sources: Sequence[Path]) -> Iterator[Path]:
    if sources:
        yield from (source for source in sources if source.is_dir())
    else:
        yield from dict.fromkeys(
            root for folder in folders for root in places.roots_of(folder / "an artifact", ())
        )
