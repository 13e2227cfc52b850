"""Compiled kernels on disk, in a folder named by everything that their code depends on."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llvmlite import binding

from vmargin.cache import cache_root
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel, global_names
from vmargin.solidity.native.loader import cpu_features
from vmargin.solidity.signatures import array_element, fields, is_struct, type_name


def fingerprint(kernel: Kernel[..., Any]) -> str:
    """Hash what decides the machine code of a kernel.

    The source of every module that holds a kernel which this one can reach, their types down to the
    fields of structs, the values of the constants they name, the compiler's versions, the processor,
    and the native reading's own source.
    """
    digest = hashlib.sha256(_environment())
    reached = kernel.reachable()
    for path in sorted({k.body.__code__.co_filename for k in reached}):
        digest.update(path.encode() + b"\0" + _source(path))
    for k in reached:
        code = k.body.__code__
        named = ((name, k.body.__globals__.get(name)) for name in global_names(code))
        parts = [k.name, code.co_code.hex(), repr(code.co_consts), _shape(k.signature.returns)]
        parts += [_shape(kind) for kind in k.signature.types]
        parts += [f"{name}={_shape(value)}" for name, value in named if not isinstance(value, Kernel)]
        digest.update("\0".join(parts).encode())
    return digest.hexdigest()[:40]


def _shape(thing: Any) -> str:
    """A constant's type and value, or a type; a struct, in an array too, with its fields from any file."""
    if is_struct(thing):
        return f"{thing.__name__}({', '.join(f'{n}: {_shape(t)}' for n, t in fields(thing).items())})"
    if isinstance(thing, Word | int):
        return repr(thing)
    element = array_element(thing)
    if is_struct(element):
        return f"{type_name(thing)} of {_shape(element)}"
    return type_name(thing)


def _source(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:  # a kernel typed at a prompt: its code object, hashed beside, stands for it
        return b""


@functools.cache
def _environment() -> bytes:
    digest = hashlib.sha256()
    for package in ("numba", "llvmlite", "numpy"):
        digest.update(f"{package}={version(package)}\0".encode())
    digest.update(f"{sys.implementation.cache_tag} {binding.get_host_cpu_name()} {cpu_features()}".encode())
    here = Path(inspect.getfile(sys.modules[__name__])).parent
    for path in sorted([*here.glob("*.py"), *here.parent.glob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


class ObjectFile:
    """Where one kernel's code is kept; a damaged or missing file reads as None."""

    def __init__(self, kernel: Kernel[..., Any]) -> None:
        self.path = cache_root() / "kernels" / fingerprint(kernel) / f"{kernel.name}.o"

    def read(self) -> bytes | None:
        """The object code, if it is there and whole."""
        try:
            stored = self.path.read_bytes()
        except OSError:
            return None
        checksum, code = stored[:32], stored[32:]
        return code if hashlib.sha256(code).digest() == checksum else None

    def write(self, code: bytes) -> None:
        """Put the code in place at once, so that no other process sees half of it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(file.name, self.path)
        except OSError:
            # A read-only home costs the next process a compilation, nothing else.
            return
