"""The folder that an audit leaves: the page, the document and its schema, files to run it again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from vmargin.crosscheck import generate
from vmargin.crosscheck.audit.document import Audit, account_stem, schema
from vmargin.errors import UsageError
from vmargin.report.audit import page

OURS = ("counterexamples", "inputs", "views")
"""Folders of an earlier audit that are replaced."""


def prepare(folder: Path) -> None:
    """Make the folder, or see that it holds nothing but an earlier audit, and take that away.

    Raises
    ------
    UsageError
        If it holds anything else, or cannot be made.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is no folder: name one for the report")
        if folder.is_dir() and any(folder.iterdir()):
            if not (folder / "report.schema.json").is_file():
                raise UsageError(f"{folder} is not empty, and holds no earlier report: name another folder")
            for name in OURS:
                shutil.rmtree(folder / name, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from None


def write(folder: Path, audit: Audit, files: Mapping[str, bytes]) -> None:
    """Write all of it.

    Parameters
    ----------
    folder
        As :func:`prepare` has left it.
    audit
        What was found.
    files
        What else belongs in it, by path: the plan, and copies of what the plan names.
    """
    text = audit.encode()
    for difference in (d for function in audit.functions for d in function.differences):
        generate.write(
            folder / "counterexamples",
            difference.name,
            difference.counterexample,
            difference.where,
            mirror_file=difference.mirror_file,
        )
    for case in audit.account_cases:
        generate.write_account(folder / "counterexamples", account_stem(case), case)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / "report.schema.json").write_text(schema())
    (folder / "report.html").write_text(page(json.loads(text), text), encoding="utf-8")
    (folder / "report.json").write_bytes(text)
