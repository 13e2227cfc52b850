"""Kernels that tests write to files: a kernel is read from its source, so it needs one."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType

PREAMBLE = """\
from typing import NamedTuple
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import *
from vmargin.solidity.integers import *
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import *
"""

_serial = itertools.count()


def load_source(folder: Path, source: str, name: str = "") -> ModuleType:
    """Write a module of kernels below `folder` and import it."""
    name = name or f"kernels_under_test_{next(_serial)}"
    path = folder / f"{name}.py"
    path.write_text(PREAMBLE + source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
