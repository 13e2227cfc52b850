"""The trace reading: every operation of a run with its operands and result, to line up with an EVM's."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from vmargin.solidity.arrays import Scratch
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reading import ArrayView, Reading, Value
from vmargin.solidity.reverts import Revert
from vmargin.solidity.signatures import is_struct
from vmargin.solidity.sites import Site, aligned, plain, site_of

ARITHMETIC = "arithmetic"
COMPARISON = "comparison"
CONVERSION = "conversion"

GIVEN = -1
"""In the place of a producer: an argument, or what plain code has made."""
CONSTANT = -2
"""In the place of a producer: a literal or a constant."""
COUNTED = -3
"""In the place of a producer: a plain int that was made a word, a counter, a length or a literal."""
ELEMENT = -4
"""In the place of a producer: an element of an array."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a kernel in a run.

    Attributes
    ----------
    function
        Its name.
    site
        Where it was called from.
    caller
        The kernel that called it; None for the outermost.
    words
        What it was given, in one row; of arrays nothing.
    """

    function: str
    site: Site
    caller: Call | None
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that a run carried out.

    Attributes
    ----------
    kind
        ``"arithmetic"``, ``"comparison"`` (opcodes included) or ``"conversion"``.
    symbol
        The operator, the opcode or the type converted to.
    operands
        Typed words; a literal has the type that it takes beside the other operand.
    result
        A word, a bool, or the panic in which the operation ended.
    depth
        Calls between the traced kernel and this operation.
    producers
        For each operand the number of the operation that gave it, or `GIVEN`, `CONSTANT`, `COUNTED` or
        `ELEMENT`.
    call
        The call of a kernel that it is part of.
    offset
        Of its instruction in the function's bytecode: a line may hold several operations.
    """

    kind: str
    symbol: str
    operands: tuple[Word | int, ...]
    result: Word | int | float | Revert
    site: Site
    depth: int
    producers: tuple[int, ...] = ()
    call: Call | None = None
    offset: int = -1

    def __str__(self) -> str:
        numbers = [str(int(o)) for o in self.operands]
        if self.kind == CONVERSION or self.symbol.isidentifier():
            expression = f"{self.symbol}({', '.join(numbers)})"
        elif len(numbers) == 1:
            expression = f"{self.symbol}({numbers[0]})"
        else:
            expression = f" {self.symbol} ".join(numbers)
        return f"{expression} = {self.result}"

    def to_json(self) -> dict[str, Any]:
        """The record in JSON's types, numbers as decimal strings."""
        return {
            "kind": self.kind,
            "symbol": self.symbol,
            "operands": [plain(o) for o in self.operands],
            "result": plain(self.result),
            "file": self.site.file,
            "line": self.site.line,
            "function": self.site.function,
            "depth": self.depth,
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """The operations of one run, in order, and how it ended: `value`, or `revert`."""

    kernel: str
    arguments: tuple[Any, ...]
    operations: tuple[Operation, ...]
    value: Any
    revert: Revert | None

    @property
    def arithmetic(self) -> tuple[Operation, ...]:
        """The operations without comparisons and conversions."""
        return tuple(o for o in self.operations if o.kind == ARITHMETIC)

    def __str__(self) -> str:
        rows = [(str(o.site), "  " * o.depth + str(o)) for o in self.operations]
        lines = aligned(("site", "operation"), rows)
        ending = self.value if self.revert is None else f"reverted with {self.revert}"
        return "\n".join([f"{self.kernel}{self.arguments}", *lines, f"-> {ending}"])

    def to_json(self) -> dict[str, Any]:
        """The trace in JSON's types, numbers as decimal strings."""
        return {
            "kernel": self.kernel,
            "arguments": [plain(a) for a in self.arguments],
            "operations": [o.to_json() for o in self.operations],
            "value": plain(self.value),
            "revert": None if self.revert is None else plain(self.revert),
        }


def run(kernel: Kernel[..., Any], args: list[Any]) -> Trace:
    """Trace a kernel on typed arguments."""
    reading = _TraceReading([])
    value, revert = None, None
    try:
        value = reading.lower(reading.run(kernel, args))
    except Revert as ending:
        revert = ending.with_traceback(None)
    return Trace(kernel.name, tuple(args), tuple(reading.operations), value, revert)


@contextlib.contextmanager
def tracing() -> Iterator[list[Operation]]:
    """Trace every call of a kernel that this thread makes inside, one after the other, into one list.

    The calls give what they would give otherwise, also to arrays that they write.  What they hand on as
    a word is followed from one to the next.  It costs nothing outside: the class is changed and changed back.
    """
    operations: list[Operation] = []
    reading = _TraceReading(operations)
    here = threading.get_ident()
    plain_call, plain_checked = Kernel.__call__, Kernel.__dict__["checked"]

    def checked(kernel: Kernel[..., Any]) -> Callable[..., Any]:
        if threading.get_ident() != here or reading.depth >= 0:
            return plain_checked.__get__(kernel, Kernel)  # type: ignore[no-any-return]
        return functools.partial(reading.outermost, kernel)

    def call(kernel: Kernel[..., Any], *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != here or reading.depth >= 0:
            return plain_call(kernel, *args, **kwargs)
        return reading.outermost(kernel, *kernel.arguments(args, kwargs))

    replaced: dict[str, Any] = {"__call__": call, "checked": property(checked)}
    for name, function in replaced.items():
        setattr(Kernel, name, function)
    try:
        yield operations
    finally:
        setattr(Kernel, "__call__", plain_call)  # noqa: B010  an assignment would not pass for a method
        setattr(Kernel, "checked", plain_checked)  # noqa: B010


class _TraceReading(Reading):
    def __init__(self, operations: list[Operation]) -> None:
        super().__init__()
        self.operations = operations
        self._call: Call | None = None
        self._makers: dict[int, int] = {}
        """By identity of a word that an operation gave, which one: the list keeps the word alive."""

    def outermost(self, kernel: Kernel[..., Any], *args: Any) -> Any:
        """Read a call that comes from plain code, and leave its arrays as the call would."""
        views = {id(a): (a, ArrayView(self, a)) for a in args if isinstance(a, Scratch)}
        try:
            return self.lower(
                self.replace(kernel)(*(views[id(a)][1] if id(a) in views else self.given(a) for a in args))
            )
        finally:
            for array, view in views.values():
                array.hold([view[i].word for i in range(len(view))])

    def callee(self, kernel: Kernel[..., Any]) -> Callable[..., Any]:
        body = super().callee(kernel)
        name = kernel.body.__qualname__

        def call(*args: Any) -> Any:
            outer = self._call
            frame = sys._getframe(1)
            while frame.f_code.co_filename == __file__ and frame.f_back is not None:
                frame = frame.f_back  # of an outermost call
            self._call = Call(name, site_of(frame), outer, tuple(_words(args)))
            try:
                return body(*args)
            finally:
                self._call = outer

        return call

    def run(self, kernel: Kernel[..., Any], args: list[Any]) -> Any:
        return self.callee(kernel)(*map(self.given, args))

    def given(self, thing: Any) -> Any:
        """Wrap an argument."""
        if isinstance(thing, Word):
            return Value(self, thing, self._makers.get(id(thing), GIVEN))
        if is_struct(type(thing)):
            return type(thing)._make(map(self.given, thing))
        return self.lift(thing)

    def lift(self, thing: Any) -> Any:
        if isinstance(thing, Word):
            return Value(self, thing, self._makers.get(id(thing), ELEMENT))
        return super().lift(thing)

    def replace(self, thing: Any) -> Any:
        return Value(self, thing, CONSTANT) if isinstance(thing, Word) else super().replace(thing)

    def convert(self, kind: type[Word], value: Any) -> Any:
        if not isinstance(value, Value):
            return Value(self, kind(value), COUNTED)
        if type(value.word) is kind:
            return value
        return self.conversion(value, kind(value.word), sys._getframe(2))

    def _record(self, kind: str, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> int:
        words = tuple(o.word for o in operands)
        makers = tuple(CONSTANT if o.note is None else o.note for o in operands)
        number = len(self.operations)
        site = site_of(frame)
        self.operations.append(
            Operation(kind, symbol, words, result, site, self.depth, makers, self._call, frame.f_lasti)
        )
        if isinstance(result, Word):
            self._makers[id(result)] = number
        return number

    def arithmetic(self, symbol: str, operands: list[Value], result: Word, frame: FrameType) -> Value:
        return Value(self, result, self._record(ARITHMETIC, symbol, operands, result, frame))

    def comparison(self, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> Any:
        number = self._record(COMPARISON, symbol, operands, result, frame)
        return Value(self, result, number) if isinstance(result, Word) else result

    def conversion(self, operand: Value, result: Word, frame: FrameType) -> Value:
        number = self._record(CONVERSION, type(result).__name__, [operand], result, frame)
        return Value(self, result, number)

    def failed(self, symbol: str, operands: list[Value], revert: Revert, frame: FrameType) -> None:
        self._record(ARITHMETIC, symbol, operands, revert, frame)


def _words(thing: Any) -> Iterator[int]:
    """The words among arguments, those in structs too."""
    for part in thing:
        if isinstance(part, Value):
            yield int(part.word)
        elif isinstance(part, tuple):
            yield from _words(part)
