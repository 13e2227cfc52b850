"""``python -m vmargin.chain.faults``: the tables of all faults, as the guide shows them."""

from __future__ import annotations

import sys

from vmargin.chain.faults import FAULTS, GROUPS, Fault


def tables() -> str:
    """Write what there is in Markdown, a table for each group."""
    groups: dict[str, list[Fault]] = {group: [] for group in GROUPS}
    for fault in FAULTS.values():
        groups[fault.group].append(fault)
    return "\n\n".join(map(_table, groups.values()))


def _table(faults: list[Fault]) -> str:
    lines = [f"### {faults[0].part}", "", "| fault | what the node does | effect |", "|---|---|---|"]
    return "\n".join([*lines, *map(_row, faults)])


def _row(fault: Fault) -> str:
    options = f"({', '.join(fault.usage)})" if fault.options else ""
    return f"| `{fault.name}{options}` | {fault.summary} | {fault.effect.value} |"


if __name__ == "__main__":
    sys.stdout.write(tables() + "\n")
