"""Places in kernels' sources, and how the explaining readings write things down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from types import FrameType
from typing import Any, NamedTuple

from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert


class Site(NamedTuple):
    """A line of a kernel's source."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{'/'.join(PurePath(self.file).parts[-2:])}:{self.line} {self.function}"


def site_of(frame: FrameType) -> Site:
    """Where in the kernel's source a frame stands."""
    return Site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)


def home_of(kernel: Kernel[..., Any]) -> Site:
    """Where a kernel is defined."""
    code = kernel.body.__code__
    return Site(code.co_filename, code.co_firstlineno, code.co_qualname)


def plain(thing: Any) -> Any:
    """Words, structs, arrays and reverts in JSON's types."""
    if isinstance(thing, Word):
        return {"type": type(thing).__name__, "value": str(int(thing))}
    if isinstance(thing, Revert):
        return {"revert": str(thing), "data": f"0x{thing.data.hex()}"}
    if hasattr(thing, "_asdict"):
        return {name: plain(field) for name, field in thing._asdict().items()}
    if thing is None or isinstance(thing, (bool, int, str)):
        return thing
    return [plain(element) for element in thing]


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out under their heads."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
