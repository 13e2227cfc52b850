"""What is shipped beside the code: compiled contracts, and the lock files of what is fetched."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from vmargin.errors import UsageError

KEYS = ("name", "source", "compiler", "settings", "abi", "bytecode", "deployedBytecode")
"""What a compiled contract holds here; the rest of the compiler's output is of use to its tests only."""


def contracts() -> list[str]:
    """List the contracts that are shipped: those of ``contracts/src``."""
    return [name.removesuffix(".json") for name in names() if name.endswith(".json")]


def load(name: str) -> dict[str, Any]:
    """Load a compiled contract by its name: a dict with the keys :data:`KEYS`."""
    if name not in contracts():
        raise UsageError(f"no compiled contract {name!r} is shipped: there are {', '.join(contracts())}")
    artifact: dict[str, Any] = json.loads(text(f"{name}.json"))
    return artifact


def names(folder: str = ".") -> list[str]:
    """List a folder of what is shipped."""
    return sorted(entry.name for entry in files(__name__).joinpath(folder).iterdir())


def text(path: str) -> str:
    """Read a shipped file by its path in this folder."""
    return files(__name__).joinpath(path).read_text("utf-8")
