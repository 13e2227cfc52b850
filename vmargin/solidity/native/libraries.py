"""Libraries of numba that are parts of one object file: optimised and made machine code once, in the whole.

By itself numba does both for every kernel as it is compiled, with all its callees inlined, though
nothing here ever calls them one by one: a callee five calls deep would be optimised six times.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import binding
from numba.core.codegen import JITCodeLibrary

_ENVIRONMENT = "_ZN08NumbaEnv"


class Part(JITCodeLibrary):  # type: ignore[misc]
    """A kernel to be linked into a whole, which stays as it was lowered."""

    def _optimize_final_module(self) -> None:
        """Leave it to the whole."""

    def _finalize_final_module(self) -> None:
        """Give numba the one thing that it asks the engine for: a place for the kernel's environment."""
        names = (v.name for v in self._final_module.global_variables if v.name.startswith(_ENVIRONMENT))
        self._codegen._add_module(
            binding.parse_assembly("\n".join(f'@"{name}" = common global i8* null' for name in names))
        )
        self._finalized = True


class Whole(Part):
    """All that one object file holds."""

    def _optimize_final_module(self) -> None:
        JITCodeLibrary._optimize_final_module(self)

    def _finalize_final_module(self) -> None:
        self._finalized = True


@contextmanager
def parts(codegen: Any) -> Iterator[None]:
    """Let what numba compiles meanwhile be parts; the caller holds numba's lock."""
    codegen._library_class = Part
    try:
        yield
    finally:
        del codegen._library_class
