"""Ranges of named numbers on the command line: ``price=1..1e30``."""

from __future__ import annotations

from vmargin.errors import UsageError


def range_of(text: str) -> tuple[str, tuple[int, int]]:
    """A name and the least and the most that it stands for."""
    from vmargin.chain.literals import parse

    name, sign, ends = text.partition("=")
    low, dots, high = ends.partition("..")
    if not (name and sign and dots):
        raise UsageError(f"--range {text}: write NAME=1..1e30")
    least, most = (parse("int256" if end.startswith("-") else "uint256", end) for end in (low, high))
    if least > most:
        raise UsageError(f"--range {text}: it ends before it begins")
    return name, (least, most)
