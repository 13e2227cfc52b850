"""What an audit's numbers depend on: versions of packages, and the sources of a mirror."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from vmargin import __version__
from vmargin.solidity.kernel import Kernel

PACKAGES = ("pyrevm", "python-flint", "ethereum-execution")
"""Besides ours: the EVM that runs the contract, the exact numbers, the EVM of proven views."""


def versions() -> dict[str, str]:
    """By name."""
    found = {"vmargin": __version__, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def source_hash(mirror: Callable[..., Any]) -> str | None:
    """SHA-256 over the files of a mirror and of the kernels that it calls; None where there are no files."""
    bodies = [k.body for k in mirror.reachable()] if isinstance(mirror, Kernel) else [mirror]
    paths = {}
    for body in bodies:
        code = getattr(body, "__code__", None)
        if code is not None and Path(code.co_filename).is_file():
            paths[f"{getattr(body, '__module__', '')}"] = Path(code.co_filename)
    if not paths:
        return None
    digest = hashlib.sha256()
    for _, path in sorted(paths.items()):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"0x{digest.hexdigest()}"
