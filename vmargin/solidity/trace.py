"""The trace reading: every operation of a run with its operands and result, to line up with an EVM's."""

from __future__ import annotations

from dataclasses import dataclass
from types import FrameType
from typing import Any

from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reading import Reading, Value
from vmargin.solidity.reverts import Revert
from vmargin.solidity.sites import Site, aligned, plain, site_of

ARITHMETIC = "arithmetic"
COMPARISON = "comparison"
CONVERSION = "conversion"


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
    """

    kind: str
    symbol: str
    operands: tuple[Word, ...]
    result: Word | bool | Revert
    site: Site
    depth: int

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
    reading = _TraceReading()
    value, revert = None, None
    try:
        value = reading.lower(reading.run(kernel, args))
    except Revert as ending:
        revert = ending.with_traceback(None)
    return Trace(kernel.name, tuple(args), tuple(reading.operations), value, revert)


class _TraceReading(Reading):
    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

    def _record(self, kind: str, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> None:
        words = tuple(o.word for o in operands)
        self.operations.append(Operation(kind, symbol, words, result, site_of(frame), self.depth))

    def arithmetic(self, symbol: str, operands: list[Value], result: Word, frame: FrameType) -> Value:
        self._record(ARITHMETIC, symbol, operands, result, frame)
        return Value(self, result)

    def comparison(self, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> Any:
        self._record(COMPARISON, symbol, operands, result, frame)
        return Value(self, result) if isinstance(result, Word) else result

    def conversion(self, operand: Value, result: Word, frame: FrameType) -> Value:
        self._record(CONVERSION, type(result).__name__, [operand], result, frame)
        return Value(self, result)

    def failed(self, symbol: str, operands: list[Value], revert: Revert, frame: FrameType) -> None:
        self._record(ARITHMETIC, symbol, operands, revert, frame)
