"""Kernels read over intervals: between what numbers every operation's result lies, whatever the arguments.

The skeleton of a run is concrete: how long arrays are, which instruments a portfolio holds, how often a loop
runs. What fills it are intervals; where a comparison of these decides, both ways are taken and joined again.
"""

from __future__ import annotations

import ast
import functools
import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from vmargin.errors import DoesNotCompile
from vmargin.fixedpoint.solady.general_numbers import sqrt
from vmargin.margin.bounds.interval_expressions import Expressions, Frame
from vmargin.margin.bounds.spans import Array, Env, Span, Struct, Value, divided, join, join_envs
from vmargin.margin.rounding import ceilDiv, ceilDiv_unsigned, floorDiv
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.sites import Site

PRIMITIVES: dict[Kernel[..., Any], Callable[..., Span]] = {
    floorDiv: divided(lambda a, b: a // b),
    ceilDiv: divided(lambda a, b: -(-a // b)),
    ceilDiv_unsigned: divided(lambda a, b: -(-a // b)),
    sqrt: lambda x: Span(math.isqrt(x.low), math.isqrt(x.high), uint256),
}
"""Kernels that are bit tricks inside, and what is known of their results."""


class Width(NamedTuple):
    """Between what numbers the results of one operation, or of one name, lie; before a word wraps."""

    site: Site
    symbol: str
    span: Span


class IntervalReading(Expressions):
    """Runs kernels over spans and keeps what each operation's results may be."""

    def call(self, kernel: Kernel[..., Any], arguments: Sequence[Value]) -> Value:
        """What a kernel's result may be."""
        if kernel in PRIMITIVES:
            return PRIMITIVES[kernel](*arguments)
        tree = _parsed(kernel)
        code = kernel.body.__code__
        frame = Frame(code.co_qualname, code.co_filename, kernel.body.__globals__)
        before = self._uncertain
        self._block(tree.body, dict(zip(kernel.signature.names, arguments, strict=True)), frame)
        self._uncertain = before
        if not frame.returns:
            raise DoesNotCompile(f"{kernel.name} reverts whatever the arguments")
        return functools.reduce(join, frame.returns)

    # statements: what holds afterwards, or None where nothing runs on

    def _block(self, statements: Sequence[ast.stmt], env: Env, frame: Frame) -> Env | None:
        reached: Env | None = env
        for statement in statements:
            if reached is None:
                break
            reached = self._statement(statement, reached, frame)
        return reached

    def _statement(self, node: ast.stmt, env: Env, frame: Frame) -> Env | None:
        match node:
            case ast.Expr() | ast.Pass():
                return env
            case ast.Assign(targets=[target], value=value):
                env = self._assign(target, self._value(value, env, frame), env, frame)
                if isinstance(target, ast.Name) and isinstance(value, ast.Subscript):
                    self._remember(target.id, value, env, frame)
                return env
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assign(target, self._value(value, env, frame), env, frame)
            case ast.AugAssign(target=target, op=op, value=value):
                left = self._span(target, env, frame)
                result = self._operate(op, left, self._span(value, env, frame), node, frame)
                return self._assign(target, result, env, frame)
            case ast.If():
                return self._if(node, env, frame)
            case ast.For():
                return self._for(node, env, frame)
            case ast.Return(value=ast.expr() as value):
                frame.returns.append(self._value(value, env, frame))
                return None
            case ast.Break():
                frame.breaks.append(env)
                return None
            case ast.Continue():
                frame.continues.append(env)
                return None
            case ast.Raise():
                return None
        raise DoesNotCompile(f"no interval of {ast.unparse(node)}")

    def _assign(self, target: ast.expr, value: Value, env: Env, frame: Frame) -> Env:
        if isinstance(target, ast.Tuple):
            assert isinstance(value, Struct)
            for name, each in zip(target.elts, value.values, strict=True):
                env = self._assign(name, each, env, frame)
            return env
        if isinstance(target, ast.Name):
            if isinstance(value, Span):
                self._keep(self.names, target, target.id, value, frame)
            frame.sources.pop(target.id, None)
            return {**env, target.id: value}
        assert isinstance(target, ast.Subscript)
        array = self._value(target.value, env, frame)
        assert isinstance(array, Array)
        places = self._places(array, self._span(target.slice, env, frame))
        for place in places:
            certain = len(places) == 1 and not self._uncertain
            array.cells[place] = value if certain else join(array.cells[place], value)
        return env

    def _remember(self, name: str, read: ast.Subscript, env: Env, frame: Frame) -> None:
        array = self._value(read.value, env, frame)
        assert isinstance(array, Array)
        place, *others = self._places(array, self._span(read.slice, env, frame))
        if not others:
            frame.sources[name] = array, place

    def _learn(self, before: Env, after: Env, frame: Frame) -> None:
        """Narrow the places of arrays that names were read from, as the names are."""
        for name, (array, place) in frame.sources.items():
            if name in after and before.get(name) is array.cells[place]:
                array.cells[place] = after[name]

    def _if(self, node: ast.If, env: Env, frame: Frame) -> Env | None:
        test = self._span(node.test, env, frame)
        if test.low == test.high:
            chosen = self._narrowed(node.test, bool(test.low), env, frame)
            return (
                None if chosen is None else self._block(node.body if test.low else node.orelse, chosen, frame)
            )
        waiting = frame.waiting
        self._uncertain += 1
        ends = []
        for way, statements in ((True, node.body), (False, node.orelse)):
            narrowed = self._narrowed(node.test, way, env, frame)
            end = None if narrowed is None else self._block(statements, narrowed, frame)
            if end is not None:
                ends.append(end)
        if frame.waiting == waiting:
            self._uncertain -= 1  # else a path waits: what is written from here on, it has not seen
        after = join_envs(ends)
        if after is not None and not self._uncertain:
            self._learn(env, after, frame)
        return after

    def _for(self, node: ast.For, env: Env, frame: Frame) -> Env | None:
        assert isinstance(node.iter, ast.Call)
        assert isinstance(node.target, ast.Name)
        bounds = [self._span(argument, env, frame) for argument in node.iter.args]
        start, stop = bounds if len(bounds) > 1 else (Span(0, 0, int), bounds[0])
        outer_breaks, outer_continues = frame.breaks, frame.continues
        frame.breaks, ends = [], []
        entry, returns = self._uncertain, len(frame.returns)
        reached: Env | None = env
        for counter in range(start.low, stop.high):
            if counter >= stop.low:
                ends.append(reached)
            assert reached is not None
            late = counter < start.high  # where the loop may start only later
            suspended = bool(frame.breaks or ends or len(frame.returns) > returns)
            self._uncertain = entry + (suspended or late)
            frame.continues = []
            end = self._block(node.body, {**reached, node.target.id: Span(counter, counter, int)}, frame)
            skipped = [reached] if late else []
            reached = join_envs([*skipped, *([] if end is None else [end]), *frame.continues])
            if reached is None:
                break
        last = [] if reached is None else [reached]
        after = join_envs([*last, *(e for e in ends if e is not None), *frame.breaks])
        frame.breaks, frame.continues = outer_breaks, outer_continues
        self._uncertain = entry + (len(frame.returns) > returns)
        return after


@functools.cache
def _parsed(kernel: Kernel[..., Any]) -> ast.FunctionDef:
    lines, first = inspect.getsourcelines(kernel.body)
    (tree,) = ast.increment_lineno(ast.parse(textwrap.dedent("".join(lines))), first - 1).body
    assert isinstance(tree, ast.FunctionDef)
    return tree
