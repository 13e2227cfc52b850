"""Expressions of kernels read over intervals, and what a condition says of the names in it."""

from __future__ import annotations

import ast
import functools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vmargin.errors import DoesNotCompile
from vmargin.margin.bounds.spans import (
    MIRRORED,
    OPERATIONS,
    OPPOSITES,
    Array,
    Env,
    Span,
    Struct,
    Value,
    compared,
    join,
    limited,
    truth,
)
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.sites import Site


@dataclass
class Frame:
    """A call in progress, and its paths that wait to be joined."""

    function: str
    file: str
    constants: dict[str, Any]
    returns: list[Value] = field(default_factory=list)
    breaks: list[Env] = field(default_factory=list)
    continues: list[Env] = field(default_factory=list)
    sources: dict[str, tuple[Array, int]] = field(default_factory=dict)
    """The place of an array that a name was read from."""

    @property
    def waiting(self) -> int:
        return len(self.returns) + len(self.breaks) + len(self.continues)


class Expressions(ABC):
    """Evaluates expressions over spans and keeps what each operation's results may be."""

    def __init__(self, constants: dict[str, int] | None = None) -> None:
        self.constants = constants or {}
        """Of modules, by name, in place of their own."""
        self.operations: dict[tuple[Site, str], Span] = {}
        self.names: dict[tuple[Site, str], Span] = {}
        self.overflows: dict[tuple[Site, str], Span] = {}
        """Results that may leave their word, and negative numbers that may become unsigned ones."""
        self._uncertain = 0  # above 0 where a write to an array may not happen

    @abstractmethod
    def call(self, kernel: Kernel[..., Any], arguments: Sequence[Value]) -> Value:
        """What a kernel's result may be."""

    # what a condition says of the names in it

    def _narrowed(self, test: ast.expr, way: bool, env: Env, frame: Frame) -> Env | None:
        """What is known where the condition is as it is; None where it cannot be."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._narrowed(operand, not way, env, frame)
            case ast.BoolOp(op=op, values=values):
                return self._narrowed_by_all(isinstance(op, ast.And), values, way, env, frame)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                symbol = type(op) if way else OPPOSITES[type(op)]
                a, b = self._span(left, env, frame), self._span(right, env, frame)
                for node, own, other, relation in ((left, a, b, symbol), (right, b, a, MIRRORED[symbol])):
                    if isinstance(node, ast.Name) and node.id in env:
                        part = limited(own, relation, other)
                        if part.low > part.high:
                            return None
                        env = {**env, node.id: part}
        return env

    def _narrowed_by_all(
        self, every: bool, values: Sequence[ast.expr], way: bool, env: Env, frame: Frame
    ) -> Env | None:
        """What `and`, or `or`, says: all of it where each part counts, else what the only open part says."""
        undecided = []
        reached: Env | None = env
        for value in values:
            if reached is None:
                break
            known = self._span(value, reached, frame)
            if known.low == known.high:
                if bool(known.low) != every:
                    break
                continue
            undecided.append(value)
            reached = self._narrowed(value, every, reached, frame)
        if way == every:
            return reached
        return self._narrowed(undecided[0], way, env, frame) if len(undecided) == 1 else env

    # expressions

    def _span(self, node: ast.expr, env: Env, frame: Frame) -> Span:
        value = self._value(node, env, frame)
        assert isinstance(value, Span), ast.unparse(node)
        return value

    def _value(self, node: ast.expr, env: Env, frame: Frame) -> Value:
        match node:
            case ast.Constant(value=bool() | int() as number):
                return Span(int(number), int(number), type(number))
            case ast.Name(id=name):
                return env[name] if name in env else self._constant(name, frame)
            case ast.Attribute(value=ast.expr() as inner, attr=name):
                struct = self._value(inner, env, frame)
                assert isinstance(struct, Struct)
                return struct.values[struct.names.index(name)]
            case ast.Subscript(value=inner, slice=index):
                array = self._value(inner, env, frame)
                assert isinstance(array, Array)
                places = self._places(array, self._span(index, env, frame))
                cells: list[Value] = [array.cells[place] for place in places]
                return functools.reduce(join, cells)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self._span(left, env, frame), self._span(right, env, frame)
                return self._operate(op, a, b, node, frame)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                x = self._span(operand, env, frame)
                return self._result(Span(-x.high, -x.low, x.kind), "-", node, frame)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                x = self._span(operand, env, frame)
                return truth(not x.high, not x.low)
            case ast.BoolOp(op=op, values=values):
                return self._bool(isinstance(op, ast.And), values, env, frame)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return compared(type(op), self._span(left, env, frame), self._span(right, env, frame))
            case ast.IfExp():
                return self._either(node, env, frame)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                given = [self._value(argument, env, frame) for argument in arguments]
                return self._called(name, given, node, frame)
        raise DoesNotCompile(f"no interval of {ast.unparse(node)}")

    def _constant(self, name: str, frame: Frame) -> Span:
        own = frame.constants[name]
        value = self.constants.get(name.lstrip("_"), int(own))
        return Span(value, value, type(own))

    def _bool(self, every: bool, values: Sequence[ast.expr], env: Env, frame: Frame) -> Span:
        low = high = every
        for value in values:
            x = self._span(value, env, frame)
            low, high = (
                (low and bool(x.low), high and bool(x.high))
                if every
                else (low or bool(x.low), high or bool(x.high))
            )
            narrowed = self._narrowed(value, every, env, frame)
            if (not high if every else low) or narrowed is None:
                break
            env = narrowed
        return truth(low, high)

    def _either(self, node: ast.IfExp, env: Env, frame: Frame) -> Value:
        test = self._span(node.test, env, frame)
        found = []
        for way, arm in ((True, node.body), (False, node.orelse)):
            if test.low <= way <= test.high:
                decided = test.low == test.high
                narrowed = env if decided else self._narrowed(node.test, way, env, frame)
                if narrowed is not None:
                    found.append(self._value(arm, narrowed, frame))
        return functools.reduce(join, found)

    def _called(self, name: str, values: list[Value], node: ast.expr, frame: Frame) -> Value:
        if name == "len":
            (array,) = values
            assert isinstance(array, Array)
            return Span(len(array.cells), len(array.cells), int)
        function = frame.constants[name]
        if isinstance(function, Kernel):
            return self.call(function, values)
        if issubclass(function, Word):
            (x,) = values
            assert isinstance(x, Span)
            return self._result(Span(x.low, x.high, function), name, node, frame)
        spans = [value for value in values if isinstance(value, Span)]
        return Struct(function._fields, tuple(spans))

    def _places(self, array: Array, index: Span) -> range:
        places = range(max(0, index.low), min(len(array.cells) - 1, index.high) + 1)
        if not places:
            raise DoesNotCompile(f"index {index} of an array of {len(array.cells)}")
        return places

    def _operate(self, op: ast.operator, a: Span, b: Span, node: ast.AST, frame: Frame) -> Span:
        symbol, ends = OPERATIONS[type(op)]
        kind = b.kind if a.kind is int else a.kind
        low, high = ends(a, b)
        return self._result(Span(low, high, kind), symbol, node, frame)

    def _result(self, exact: Span, symbol: str, node: ast.AST, frame: Frame) -> Span:
        """Keep a result, and clip it to its word: the rest reverts, or wraps, which is what must not be."""
        if not issubclass(exact.kind, Word):
            return exact
        bounds: Any = exact.kind
        least, most = int(bounds.min), int(bounds.max)
        # a difference of unsigned words that would be negative reverts: it is guarded where it is taken
        reverts = symbol == "-" and least == 0
        if exact.high > most or (exact.low < least and not reverts):
            self._keep(self.overflows, node, symbol, exact, frame)
        clipped = Span(min(most, max(least, exact.low)), max(least, min(most, exact.high)), exact.kind)
        self._keep(self.operations, node, symbol, exact if not reverts else clipped, frame)
        return clipped

    def _keep(
        self, kept: dict[tuple[Site, str], Span], node: Any, name: str, span: Span, frame: Frame
    ) -> None:
        if issubclass(span.kind, Word):
            key = Site(frame.file, node.lineno, frame.function), name
            kept[key] = kept[key].joined(span) if key in kept else span
