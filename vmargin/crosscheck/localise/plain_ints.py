"""Mirrors that are functions of plain ints: each operator is noted by an int that knows who made it."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from vmargin.solidity.sites import site_of
from vmargin.solidity.trace import ARITHMETIC, COMPARISON, CONSTANT, GIVEN, Operation

_BINARY = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_TESTS = {"<": "lt", "<=": "le", "==": "eq", "!=": "ne", ">": "gt", ">=": "ge"}
_UNARY = {"-": "neg", "~": "invert"}


class Noted(int):
    """An int of a traced run."""

    maker: int
    operations: list[Operation]

    __hash__ = int.__hash__

    @classmethod
    def of(cls, value: int, operations: list[Operation], maker: int = GIVEN) -> Noted:
        """An int that an operation made, or an argument."""
        noted = cls(value)
        noted.operations, noted.maker = operations, maker
        return noted

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __abs__(self) -> Any:
        return -self if int(self) < 0 else self

    def __pos__(self) -> Any:
        return self


class NotedFloat(float):
    """A float of a traced run: no contract has any, and where it came from is what is asked."""

    maker: int
    operations: list[Operation]

    __hash__ = float.__hash__

    @classmethod
    def of(cls, value: float, operations: list[Operation], maker: int) -> NotedFloat:
        """A float that an operation made."""
        noted = cls(value)
        noted.operations, noted.maker = operations, maker
        return noted

    def __int__(self) -> int:
        result = float.__int__(self)
        _note(self.operations, "int", [self], result, sys._getframe(1))
        return result

    def __round__(self, digits: Any = None) -> Any:
        return _note(self.operations, "round", [self], round(float(self), digits), sys._getframe(1))

    def __floor__(self) -> int:
        return _note(self.operations, "floor", [self], math.floor(float(self)), sys._getframe(1))  # type: ignore[no-any-return]

    def __ceil__(self) -> int:
        return _note(self.operations, "ceil", [self], math.ceil(float(self)), sys._getframe(1))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, Noted):
        return int.__add__(value, 0)
    return float.__add__(value, 0.0) if isinstance(value, NotedFloat) else value


def _note(
    operations: list[Operation], symbol: str, operands: list[Any], result: Any, frame: FrameType
) -> Any:
    """Note an operation, and give its result as one that knows of it."""
    kind = COMPARISON if symbol in _TESTS else ARITHMETIC
    makers = tuple(getattr(o, "maker", CONSTANT) for o in operands)
    values = tuple(map(_plain, operands))
    site, depth = site_of(frame), _depth(frame)
    operations.append(
        Operation(kind, symbol, values, result, site, depth, makers, None, frame.f_lasti)
    )  # fmt: skip
    maker = len(operations) - 1
    if type(result) is int:
        return Noted.of(result, operations, maker)
    return NotedFloat.of(result, operations, maker) if type(result) is float else result


def _depth(frame: FrameType) -> int:
    depth, outer = 0, frame.f_back
    while outer is not None and depth < 1000 and outer.f_code.co_filename != __file__:
        depth, outer = depth + 1, outer.f_back
    return depth


def _operators(kind: type[Any], base: type[Any]) -> None:
    def binary(symbol: str, function: Callable[[Any, Any], Any], reflected: bool) -> Any:
        def operate(self: Any, other: Any) -> Any:
            if not isinstance(other, int | float):
                return NotImplemented
            operands = [other, self] if reflected else [self, other]
            result = function(*map(_plain, operands))
            return _note(self.operations, symbol, operands, result, sys._getframe(1))

        return operate

    def unary(symbol: str, function: Callable[[Any], Any]) -> Any:
        return lambda self: _note(
            self.operations, symbol, [self], function(_plain(self)), sys._getframe(1)
        )  # fmt: skip

    for symbol, name in {**_BINARY, **_TESTS}.items():
        function = getattr(operator, f"__{name}__")
        if hasattr(base, f"__{name}__"):
            setattr(kind, f"__{name}__", binary(symbol, function, False))
        if hasattr(base, f"__r{name}__"):
            setattr(kind, f"__r{name}__", binary(symbol, function, True))
    for symbol, name in _UNARY.items():
        if hasattr(base, f"__{name}__"):
            setattr(kind, f"__{name}__", unary(symbol, getattr(operator, f"__{name}__")))


_operators(Noted, int)
_operators(NotedFloat, float)


def noted(value: Any, operations: list[Operation]) -> Any:
    """Arguments of plain ints, nested as they are, so that what is done with them is noted."""
    if type(value) is int:
        return Noted.of(value, operations)
    if type(value) in (tuple, list):
        return type(value)(noted(part, operations) for part in value)
    return value
