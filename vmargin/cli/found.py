"""What a search has found, as text: the counts, the smallest case, and what both sides do with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmargin.crosscheck.counterexample import Counterexample
    from vmargin.crosscheck.fuzz import Fuzzed


def lines(found: Fuzzed) -> Iterator[str]:
    """How much was compared, and what came of it."""
    from vmargin.chain.literals import write
    from vmargin.solidity.abi import Function

    interrupted = found.ended == "interrupted"
    endings = ", ".join(f"{count:,} {kind}" for kind, count in found.endings.items())
    yield f"{found.signature}: mirror {found.mirror}"
    compared = f"{found.cases:,} cases compared, seed {found.seed}"
    yield f"{compared}{': interrupted' if interrupted else ''}; the contract's endings: {endings or 'none'}"
    if found.counterexample is not None:
        more = ", where the search ended" if found.ended == "enough" else ""
        yield f"{found.differing:,} differ{more}; the smallest:"
        return
    yield "no difference" + (" so far" if interrupted else "")
    if found.unfinished is not None:
        kinds = ",".join(parameter.type for parameter in Function.parse(found.signature).inputs)
        yield f"it was at {write(f'({kinds})', found.unfinished)}"


def case_lines(found: Counterexample) -> Iterator[str]:
    """The arguments, in decimal and hexadecimal, and what both sides do."""
    from vmargin.chain.literals import write

    kinds = [parameter.type for parameter in found.function.inputs]
    width = max(len(name) for name in (*found.names, "contract"))
    for name, kind, value in zip(found.names, kinds, found.case, strict=True):
        number = type(value) is int and abs(value) > 999
        yield f"  {name:{width}} = {write(kind, value)}" + (f"  ({value:#x})" if number else "")
    for side, outcome in (("mirror", found.mirrored), ("contract", found.original)):
        yield f"  {side:{width}}   {_outcome(outcome)}"


def _outcome(outcome: Mapping[str, Any]) -> str:
    if "values" in outcome:
        return ", ".join(
            value if isinstance(value, str) else json.dumps(value) for value in outcome["values"]
        )
    if "revert" in outcome:
        return f"reverts with {outcome['revert']['error']}, data {outcome['revert']['data']}"
    if "halt" in outcome:
        return f"halts: {outcome['halt']}"
    return f"fails with {outcome['failure']}, which no contract does"
