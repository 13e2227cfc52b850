"""A counterexample as files that others can run: a test for pytest and one for Foundry."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.generate.account import AccountCase, files_of, write_account
from vmargin.crosscheck.generate.foundry import foundry_test
from vmargin.crosscheck.generate.pytest_file import pytest_file
from vmargin.crosscheck.generate.wanted import At, Code

__all__ = [
    "AccountCase", "At", "Code", "files_of", "foundry_test", "identifier", "pytest_file", "write",
    "write_account",
]  # fmt: skip


def write(
    folder: Path, name: str, found: Counterexample, where: Code | At, *, mirror_file: str | None = None
) -> list[str]:
    """Write NAME.json, test_NAME.py and NAME.t.sol; gives the names of the files.

    `mirror_file` is the text of the mirror's file, for one that is no module which can be installed: it is
    written, too, and the test takes the mirror from there.
    """
    stem = identifier(name)
    folder.mkdir(parents=True, exist_ok=True)
    found.save(folder / f"{stem}.json")
    beside = None
    if mirror_file is not None:
        beside = PurePath(found.mirror.rpartition(":")[0]).name
        (folder / beside).write_text(mirror_file)
    files = {
        f"test_{stem}.py": pytest_file(stem, found, where, beside=beside),
        f"{stem}.t.sol": foundry_test(stem, found, where),
    }
    for file, text in files.items():
        (folder / file).write_text(text)
    return [f"{stem}.json", *files]


def identifier(text: str) -> str:
    """A name for a function and a file: what is no letter or digit becomes an underscore."""
    found = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "case"
    return f"_{found}" if found[0].isdigit() else found
