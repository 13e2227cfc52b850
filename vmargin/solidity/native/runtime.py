"""From a kernel to something that can run: cached code if there is any, else compiled now."""

from __future__ import annotations

import importlib.util
from typing import Any

from vmargin.solidity.kernel import Kernel

SYMBOL = "vmargin_run"
"""The one function of an object file."""
OUTSIDE = 2
"""Its mark for an element with an argument out of range."""


def available() -> bool:
    """Whether the packages of the extra ``native`` are installed."""
    try:
        return all(importlib.util.find_spec(name) is not None for name in ("numba", "llvmlite"))
    except ModuleNotFoundError:  # an import hook that hides them
        return False


def load(kernel: Kernel[..., Any]) -> Any:
    """Return the native code of a kernel, ready to be called."""
    from vmargin.solidity.native.cache import ObjectFile
    from vmargin.solidity.native.loader import Loaded

    file = ObjectFile(kernel)
    code = file.read()
    if code is None:
        from vmargin.solidity.checker import require
        from vmargin.solidity.native.compiler import compile_kernel

        require(kernel)
        code = compile_kernel(kernel)
        file.write(code)
    return Loaded(code, SYMBOL)
