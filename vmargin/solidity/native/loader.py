"""Load compiled kernels and call them; numba itself is not needed for that."""

from __future__ import annotations

import ctypes
import functools
import platform
from collections.abc import Callable
from typing import Any

from llvmlite import binding

Entry = Callable[[int, int, Any], None]


@functools.cache
def target_machine() -> Any:
    """The code generator for this very processor."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=cpu_features(),
        opt=3,
        reloc="static" if x86 else "default",
        codemodel="jitdefault",
        jit=True,
    )


@functools.cache
def cpu_features() -> str:
    """The processor's instruction sets, as LLVM lists them."""
    return str(binding.get_host_cpu_features().flatten())


class Loaded:
    """An object file in memory; keeps the engine alive that owns its code."""

    def __init__(self, code: bytes, symbol: str) -> None:
        empty = binding.parse_assembly("")
        self._engine = binding.create_mcjit_compiler(empty, target_machine())
        self._engine.add_object_file(binding.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        address = self._engine.get_function_address(symbol)
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
        self.run: Entry = prototype(address)
