"""What trace and shadow share: a copy of a kernel in which every word is wrapped and reports what it does."""

from __future__ import annotations

import operator
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from vmargin.errors import DoesNotCompile
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import OPCODES
from vmargin.solidity.integers import Word, by_shape
from vmargin.solidity.kernel import Kernel, bind
from vmargin.solidity.reverts import CustomError, Revert
from vmargin.solidity.signatures import is_struct

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq,
    "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
COMPARING_OPCODES = frozenset({"lt", "gt", "slt", "sgt", "eq", "iszero"})
_OPCODE_NAMES = {function: name for name, function in OPCODES.items()}


class Value:
    """A word inside a reading; `note` is what the reading knows of it."""

    __slots__ = ("note", "reading", "word")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, reading: Reading, word: Word, note: Any = None) -> None:
        self.reading = reading
        self.word = word
        self.note = note

    def __index__(self) -> int:
        return int(self.word)

    def __bool__(self) -> bool:
        return bool(self.word)

    def __neg__(self) -> Any:
        return self.reading.unary("-", operator.neg, self)

    def __invert__(self) -> Any:
        return self.reading.unary("~", operator.invert, self)

    def __repr__(self) -> str:
        return repr(self.word)


def _methods() -> Iterator[tuple[str, Any]]:
    """The binary operators of `Value`, each handing its operands to the reading."""

    def forward(symbol: str, function: Any) -> Any:
        return lambda self, other: self.reading.binary(symbol, function, self, other)

    def backward(symbol: str, function: Any) -> Any:
        return lambda self, other: self.reading.binary(symbol, function, other, self)

    for symbol, name in {
        "+": "add", "-": "sub", "*": "mul", "/": "truediv", "%": "mod", "**": "pow",
        "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift", "//": "floordiv",
    }.items():  # fmt: skip
        function = getattr(operator, f"__{name}__")
        yield f"__{name}__", forward(symbol, function)
        yield f"__r{name}__", backward(symbol, function)
    for symbol, function in COMPARISONS.items():
        yield f"__{function.__name__}__", forward(symbol, function)


for _name, _method in _methods():
    setattr(Value, _name, _method)


class _Type:
    """A word type inside a reading: converts, and knows its ends."""

    def __init__(self, reading: Reading, kind: type[Word]) -> None:
        self._reading = reading
        self._kind = kind
        self.min = Value(reading, kind.min)
        self.max = Value(reading, kind.max)

    def __call__(self, value: Any) -> Any:
        return self._reading.convert(self._kind, value)


class ArrayView:
    """A flat array inside a reading; what is written stays in the reading."""

    def __init__(self, reading: Reading, array: Words[Any]) -> None:
        self._reading = reading
        self._array = array
        self._written: dict[int, Value] = {}

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, index: Any) -> Any:
        position = int(index)
        element = self._array[position]
        return self._written[position] if position in self._written else self._reading.lift(element)

    def __setitem__(self, index: Any, value: Value) -> None:
        array = self._array
        if not isinstance(array, Scratch):
            raise DoesNotCompile("a kernel writes to Scratch arrays only")
        if type(value.word) is not array.element:
            raise DoesNotCompile(
                f"{value!r} stored in an array of {array.element.__name__}: convert it first"
            )
        _ = array[int(index)]  # panics where out of bounds
        self._written[int(index)] = value

    def words(self) -> Words[Any]:
        """The array as the checked reading takes it."""
        if not isinstance(self._array, Scratch):
            return self._array
        copy: Scratch[Any] = Scratch(self._array.element, 0)
        copy.hold([self[i].word for i in range(len(self))])
        return copy

    def take(self, array: Words[Any]) -> bool:
        """Take over what the checked reading wrote into such an array; whether it wrote anything."""
        if array is self._array:
            return False
        changed = [i for i, word in enumerate(array) if word != self[i].word]
        self._written |= {i: Value(self._reading, array[i]) for i in changed}
        return bool(changed)


class Reading(ABC):
    """One run of a kernel whose words are wrapped."""

    def __init__(self) -> None:
        self.depth = -1
        self._bound: dict[Any, Any] = {}

    @abstractmethod
    def arithmetic(self, symbol: str, operands: list[Value], result: Word, frame: FrameType) -> Value:
        """An operator or opcode gave a word."""

    @abstractmethod
    def comparison(self, symbol: str, operands: list[Value], result: Any, frame: FrameType) -> Any:
        """A comparison gave a bool, or the word 0 or 1."""

    @abstractmethod
    def conversion(self, operand: Value, result: Word, frame: FrameType) -> Value:
        """A word was converted to another type."""

    @abstractmethod
    def failed(self, symbol: str, operands: list[Value], revert: Revert, frame: FrameType) -> None:
        """An operation panicked."""

    def run(self, kernel: Kernel[..., Any], args: list[Any]) -> Any:
        """Run the kernel on typed arguments; the result is wrapped, a revert is raised."""
        return self.callee(kernel)(*map(self.lift, args))

    def callee(self, kernel: Kernel[..., Any]) -> Callable[..., Any]:
        """The kernel as its callers inside the reading see it."""
        body = bind(kernel, self.replace)

        def call(*args: Any) -> Any:
            self.depth += 1
            try:
                return body(*args)
            finally:
                self.depth -= 1

        return call

    def replace(self, thing: Any) -> Any:
        """What a global name of a kernel means inside the reading."""
        if isinstance(thing, Kernel) or (isinstance(thing, type) and issubclass(thing, Word)):
            if thing not in self._bound:
                self._bound[thing] = self.callee(thing) if isinstance(thing, Kernel) else _Type(self, thing)
            return self._bound[thing]
        if isinstance(thing, CustomError):
            return lambda *args: thing(*map(self.lower, args))
        if callable(thing) and thing in _OPCODE_NAMES:
            return lambda *args: self.opcode(_OPCODE_NAMES[thing], thing, args)
        return self.lift(thing)

    def lift(self, thing: Any) -> Any:
        """Wrap the words in an argument or a constant."""
        if isinstance(thing, Word):
            return Value(self, thing)
        if is_struct(type(thing)):
            return type(thing)._make(map(self.lift, thing))
        return ArrayView(self, thing) if isinstance(thing, Words) else thing

    def lower(self, thing: Any) -> Any:
        """Unwrap."""
        if isinstance(thing, Value):
            return thing.word
        if is_struct(type(thing)):
            return type(thing)._make(map(self.lower, thing))
        return thing.words() if isinstance(thing, ArrayView) else thing

    # The frame two up is the kernel's: between lie the operator, type or opcode, and this method.

    def binary(self, symbol: str, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        """Evaluate an operator between two words, or a word and a literal."""
        operands = [self._typed(symbol, left, right, True), self._typed(symbol, right, left, False)]
        return self._perform(symbol, function, operands, sys._getframe(2))

    def unary(self, symbol: str, function: Callable[[Any], Any], operand: Value) -> Any:
        """Evaluate a unary operator."""
        return self._perform(symbol, function, [operand], sys._getframe(2))

    def opcode(self, name: str, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Evaluate an opcode; its literals are words of 256 bits."""
        wide = by_shape[256, False, False]
        operands = [a if isinstance(a, Value) else Value(self, wide(a)) for a in args]
        return self._perform(name, function, operands, sys._getframe(2))

    def convert(self, kind: type[Word], value: Any) -> Any:
        """Evaluate ``kind(value)``; a counter or a literal only gets its type."""
        if not isinstance(value, Value):
            return Value(self, kind(value))
        if type(value.word) is kind:
            return value
        return self.conversion(value, kind(value.word), sys._getframe(2))

    def _perform(self, symbol: str, function: Any, operands: list[Value], frame: FrameType) -> Any:
        try:
            result = function(*(o.word for o in operands))
        except Revert as revert:
            self.failed(symbol, operands, revert, frame)
            raise
        if symbol in COMPARISONS or symbol in COMPARING_OPCODES:
            return self.comparison(symbol, operands, result, frame)
        return self.arithmetic(symbol, operands, result, frame)

    def _typed(self, symbol: str, operand: Any, beside: Any, is_left: bool) -> Value:
        """Give a literal the type that Solidity gives it beside that word."""
        if isinstance(operand, Value):
            return operand
        if type(operand) is not int:
            # A plain word (no kernel can hold one) or what the word's own operator will refuse.
            return Value(self, operand)
        kind = type(beside.word if isinstance(beside, Value) else beside)
        if symbol in ("**", "<<", ">>"):
            if operand < 0 and not is_left:
                raise DoesNotCompile(
                    f"{beside!r} {symbol} {operand} does not compile: it takes an unsigned amount"
                )
            kind = by_shape[256, operand < 0, is_left and kind.wrapping]
        return Value(self, kind(operand))
