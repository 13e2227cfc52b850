"""The tables of the guide are those of the registry and of the tests."""

from __future__ import annotations

from pathlib import Path

from tests.faults.expectations import BELIEVED, EVERY_READ
from vmargin.chain.faults.__main__ import tables

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "faults.md"


def believed() -> str:
    """What a live view believes, by fault."""
    names = [read for read in EVERY_READ if read != "at"]
    lines = [f"| | {' | '.join(name.replace('_', ' ') for name in names)} |", "|---" * (len(names) + 1) + "|"]
    for kind, reads in BELIEVED.items():
        lines.append(f"| `{kind}` | {' | '.join('yes' if name in reads else '' for name in names)} |")
    return "\n".join(lines)


def test_the_table_of_what_is_believed_is_true() -> None:
    assert believed() in GUIDE.read_text()


def test_the_tables_of_faults_are_true() -> None:
    assert GUIDE.read_text().endswith(tables() + "\n")
