"""A kernel over whole columns: in machine code where numba is installed, else one by one."""

from __future__ import annotations

import functools
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vmargin.errors import UsageError, VmarginError
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.columns import Column, assemble, columns_of, decode, empty, flatten, leaves, pack_array
from vmargin.solidity.integers import Word
from vmargin.solidity.limbs import pack, unpack, value_of
from vmargin.solidity.reverts import Revert
from vmargin.solidity.signatures import fields, is_struct, require_apart

if TYPE_CHECKING:
    from vmargin.solidity.kernel import Kernel

CHUNK = 2048
"""Elements below which a second thread is not worth its start."""


class ReadingsDisagree(VmarginError):
    """The native and the checked reading of one kernel gave different outcomes: a defect to report."""


class SlowBatch(UserWarning):
    """A batch runs in the checked reading, because numba is not installed."""


class BatchResult:
    """What a batch gave: columns of results, and the mask of the elements that did not revert.

    Attributes
    ----------
    ok
        True where the element has a value; the columns mean nothing elsewhere.
    columns
        One array per leaf of the kernel's result: limbs for a word, a mask for a bool.
    """

    def __init__(self, batch: Batch, inputs: list[Any], columns: list[Column], ok: NDArray[np.bool_]) -> None:
        self._batch = batch
        self._inputs = inputs
        self.columns = columns
        self.ok = ok

    def __len__(self) -> int:
        return len(self.ok)

    def values(self) -> list[Any]:
        """The results as the kernel returns them, None where it reverted."""
        decoded = [decode(c, leaf) for c, leaf in zip(self.columns, self._batch.result_leaves, strict=True)]
        returns = self._batch.kernel.signature.returns
        rows = zip(*decoded, strict=True)
        return [assemble(returns, iter(row)) if ok else None for row, ok in zip(rows, self.ok, strict=True)]

    def revert(self, index: int) -> Revert:
        """The revert of one element, from the checked reading, which must revert too."""
        if self.ok[index]:
            raise UsageError(f"element {index} did not revert")
        arguments = self._batch.arguments_at(self._inputs, index)
        try:
            value = self._batch.kernel.checked(*arguments)
        except Revert as revert:
            return revert
        raise ReadingsDisagree(
            f"{self._batch.kernel.name}{tuple(arguments)!r} reverts natively and is {value!r} when checked"
        )

    def outcomes(self) -> Iterator[Any]:
        """Per element its value or its revert."""
        for index, value in enumerate(self.values()):
            yield value if self.ok[index] else self.revert(index)


class Batch:
    """The batch form of a kernel: ``mulDiv.batch(xs, ys, ds)``.

    Each argument is a column: a list of words or ints, or an array of limbs (see
    :mod:`vmargin.solidity.limbs`); for a NamedTuple a list of tuples, or a NamedTuple of columns; a
    ``Words`` or ``Scratch`` is one array that all elements share (each thread writes its own copy of
    a scratch array).  After a batch of one element the scratch arrays hold what the kernel wrote, as
    after a call; after any other they are left cleared.
    """

    def __init__(self, kernel: Kernel[..., Any]) -> None:
        self.kernel = kernel
        names, kinds, returns = kernel.signature
        self.argument_leaves = [
            leaf for name, kind in zip(names, kinds, strict=True) for leaf in leaves(kind, name)
        ]
        self.result_leaves = leaves(returns)
        self._native: Any = None
        self._lock = threading.Lock()

    def __call__(self, *columns: Any, threads: int | None = None) -> BatchResult:
        from vmargin.solidity.native import runtime

        inputs = self._pack(columns)
        if runtime.available():
            return self._run_native(inputs, threads)
        _say_slow()
        return self._run_checked(inputs)

    def prepare(self) -> Batch:
        """Compile or load the native code now, so that the first batch does not wait for it."""
        from vmargin.solidity.native import runtime

        with self._lock:
            if self._native is None:
                self._native = runtime.load(self.kernel)
        return self

    def arguments_at(self, inputs: list[Any], index: int, *, given: bool = False) -> list[Any]:
        """The typed arguments of one element, with fresh scratch arrays or the given ones."""
        flat = iter(inputs)

        def take(annotation: Any) -> Any:
            if is_struct(annotation):
                return annotation(*(take(t) for t in fields(annotation).values()))
            (leaf,) = leaves(annotation)
            column = next(flat)
            if leaf.array:
                return Scratch(leaf.kind, len(column)) if leaf.writable and not given else column
            return decode(column[index : index + 1], leaf)[0]

        return [take(t) for t in self.kernel.signature.types]

    def _pack(self, columns: Sequence[Any]) -> list[Any]:
        names, kinds, _ = self.kernel.signature
        if len(columns) != len(names):
            raise UsageError(
                f"{self.kernel.name} takes {len(names)} columns ({', '.join(names)}), got {len(columns)}"
            )
        require_apart(columns, kinds)
        packed: list[Any] = []
        for name, kind, column in zip(names, kinds, columns, strict=True):
            packed += columns_of(kind, column, name)
        lengths = {len(c) for c in packed if isinstance(c, np.ndarray)}
        if len(lengths) > 1:
            raise UsageError(f"{self.kernel.name}: the columns have different lengths: {sorted(lengths)}")
        return packed

    def _run_native(self, inputs: list[Any], threads: int | None) -> BatchResult:
        from vmargin.solidity.native import runtime

        native = self.prepare()._native
        size = _size(inputs)
        results = [empty(size, leaf) for leaf in self.result_leaves]
        marks = np.zeros(size, dtype=np.uint8)
        shared = [pack_array(c) if isinstance(c, Words) else c for c in inputs]
        most = threads if threads is not None else _processors()
        parts = max(1, min(most, size // CHUNK))
        bounds = [size * i // parts for i in range(parts + 1)]

        def run(part: int) -> list[Any]:
            own = [s.copy() if isinstance(c, Scratch) else s for c, s in zip(inputs, shared, strict=True)]
            table: list[int] = []
            for column, array in zip(inputs, own, strict=True):
                table += [array.ctypes.data, *([len(column)] if isinstance(column, Words) else [])]
            table += [array.ctypes.data for array in (*results, marks)]
            pointers = np.array(table, dtype=np.uintp)
            native.run(bounds[part], bounds[part + 1], pointers.ctypes.data)
            return own

        if parts == 1:
            written = run(0)
        else:
            with ThreadPoolExecutor(parts) as pool:
                list(pool.map(run, range(parts)))
        outside = np.flatnonzero(marks == runtime.OUTSIDE)
        if len(outside):
            self._require_range(inputs, int(outside[0]))
        if size == 1:
            for column, array in zip(inputs, written, strict=True):
                if isinstance(column, Scratch):
                    column.hold(unpack(array, column.element))
        return BatchResult(self, inputs, results, marks.view(np.bool_))

    def _require_range(self, inputs: list[Any], index: int) -> None:
        """Refuse an element of which an argument, packed by the caller, is none of its type."""
        for leaf, column in zip(self.argument_leaves, inputs, strict=True):
            if issubclass(leaf.kind, Word) and isinstance(column, np.ndarray):
                value = value_of(column[index], leaf.kind.signed)
                if not int(leaf.kind.min) <= value <= int(leaf.kind.max):
                    raise UsageError(f"{leaf.name}[{index}] = {value} is no {leaf.kind.__name__}")

    def _run_checked(self, inputs: list[Any]) -> BatchResult:
        size = _size(inputs)
        results = [empty(size, leaf) for leaf in self.result_leaves]
        ok = np.zeros(size, dtype=np.bool_)
        for index in range(size):
            self._require_range(inputs, index)
            try:
                value = self.kernel.checked(*self.arguments_at(inputs, index, given=size == 1))
            except Revert:
                continue
            ok[index] = True
            for column, leaf, part in zip(results, self.result_leaves, flatten(value), strict=True):
                column[index] = pack([part], leaf.kind)[0] if column.ndim == 2 else part
        return BatchResult(self, inputs, results, ok)


@functools.cache
def _say_slow() -> None:
    warnings.warn(
        "batches run element by element, some hundred times slower than they could, since numba is not "
        "installed: pip install 'vmargin[native]'",
        SlowBatch,
        stacklevel=3,
    )


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _size(inputs: list[Any]) -> int:
    return next((len(c) for c in inputs if isinstance(c, np.ndarray)), 1)
