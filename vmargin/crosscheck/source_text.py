"""The text of an expression in a source file, and a file's path within its package."""

from __future__ import annotations

import linecache
from pathlib import PurePath
from typing import Any

from vmargin.solidity.kernel import Kernel


def text_at(file: str, first: int, last: int, start: int, end: int) -> str:
    """What stands from one place to another, on one line; columns are in bytes, from 0 on."""
    lines = [linecache.getline(file, n).rstrip("\n") for n in range(first, last + 1)]
    if not any(lines):
        return ""
    lines[-1] = lines[-1].encode()[:end].decode()
    lines[0] = lines[0].encode()[start:].decode()
    return " ".join(" ".join(lines).split())


def files_of(kernel: Kernel[..., Any]) -> dict[str, str]:
    """By file of a kernel and its callees, the path within its package: the same wherever it is installed."""
    return {k.body.__code__.co_filename: path_of(k) for k in kernel.reachable()}


def path_of(kernel: Kernel[..., Any]) -> str:
    """The file of a kernel, by its module's name."""
    parts = kernel.body.__module__.split(".")
    file = PurePath(kernel.body.__code__.co_filename).name
    return "/".join([*(parts if file == "__init__.py" else parts[:-1]), file])
