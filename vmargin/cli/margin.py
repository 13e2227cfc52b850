"""``vmargin margin``: what accounts are worth and what their margin rule requires."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmargin.cli import connect, states

if TYPE_CHECKING:
    from vmargin.chain.view import Provenance
    from vmargin.protocols.base import Alternative, Margin, Protocol

EPILOG = """\
Without a chain: --portfolio FILE and --policy FILE, or --state FILE as written by --save.

exit code: 0 every verdict is known, 1 one is not, 2 wrong usage,
           3 the chain could not be read with certainty, 4 the block is stale, or no longer part of the chain
"""


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "margin",
        help="what accounts are worth and what their margin rule requires",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    states.add_options(command)
    command.add_argument("--save", type=Path, metavar="FILE", help="write the states that were read")
    command.add_argument(
        "--what-if",
        action="store_true",
        help="isolated, cross, portfolio, greeks and shortfall margin side by side",
    )
    command.add_argument("--json", action="store_true", help="print JSON, integers as decimal strings")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, judge and print."""
    from vmargin.protocols.registry import protocol

    kind = protocol(arguments.protocol)
    found, provenance = states.states_of(kind, arguments)
    if arguments.save is not None:
        text = json.dumps([state.as_json() for state in found], indent=1)
        arguments.save.write_text(f"{text}\n")
    margins = [kind.margin(state) for state in found]
    alternatives = [kind.what_if(state) if arguments.what_if else [] for state in found]
    if provenance is not None:
        connect.tell(provenance)
    if arguments.json:
        print(json.dumps(_document(margins, alternatives, provenance), indent=2))
    else:
        for margin, beside in zip(margins, alternatives, strict=True):
            print(*lines(margin, kind), *table(beside), "", sep="\n")
    return 1 if any(margin.verdict.reason for margin in margins) else 0


def lines(margin: Margin, kind: type[Protocol[Any]]) -> Iterator[str]:
    """One account for a person: the verdict first."""
    yield f"account {margin.account}: {margin.verdict}"
    for name, value in {**margin.figures, **margin.details}.items():
        if isinstance(value, int):
            yield f"  {name:<24} {amount(value, kind.decimals.get(name, 0)):>40}"
    yield from (f"  warning: {warning}" for warning in margin.warnings)


def table(alternatives: list[Alternative]) -> Iterator[str]:
    """Requirements side by side."""
    if alternatives:
        yield f"  {'rule':<12} {'initial requirement':>30} {'saving':>30}"
    for beside in alternatives:
        required = f"reverts: {beside.answer}" if beside.required is None else amount(beside.required, 18)
        saving = "" if beside.saving is None else amount(beside.saving, 18)
        yield f"  {beside.name:<12} {required:>30} {saving:>30}".rstrip()


def amount(raw: int, decimals: int) -> str:
    """An integer with its decimal point, nothing rounded away."""
    if decimals == 0:
        return str(raw)
    whole, fraction = divmod(abs(raw), 10**decimals)
    return f"{'-' if raw < 0 else ''}{whole:,}.{fraction:0{decimals}d}"


def _document(
    margins: list[Margin], alternatives: list[list[Alternative]], provenance: Provenance | None
) -> dict[str, Any]:
    rows = []
    for margin, beside in zip(margins, alternatives, strict=True):
        row = margin.as_json()
        if beside:
            row["whatIf"] = [
                {
                    "rule": one.name,
                    **({"revert": str(one.answer)} if one.required is None else {}),
                    **{
                        name: str(value)
                        for name, value in (("initialRequirement", one.required), ("saving", one.saving))
                        if value is not None
                    },
                }
                for one in beside
            ]
        rows.append(row)
    return {
        "accounts": rows,
        **({"provenance": connect.as_json(provenance)} if provenance is not None else {}),
    }
