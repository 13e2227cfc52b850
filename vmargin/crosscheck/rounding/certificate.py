"""Which way each rounding moves a result, for all inputs: by the signs of slopes along a kernel's text.

It is for kernels without loops, arrays, assembly and unchecked blocks.  What it states is stated of every run
that ends with a value, on the path that the integers take, and in which no conversion changes a number: what
the shadow reading reports as restarts is outside of it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vmargin.crosscheck.kernel_inputs import Range
from vmargin.crosscheck.rounding.reading import Call, Spot, outputs_of
from vmargin.crosscheck.rounding.slopes import EVERYTHING, Ends, Signs, Sloped, scaled, sloped
from vmargin.crosscheck.source_text import text_at
from vmargin.solidity.checker import NotAKernel, Typed, infer
from vmargin.solidity.checker.types import is_word
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import CustomError, Revert
from vmargin.solidity.signatures import fields, is_struct
from vmargin.solidity.sites import Site, home_of

Certificate = Mapping[Spot, Mapping[str, int | None]]
"""By site and output: 1 where rounding up never makes it smaller, -1 never larger, None where unknown."""

_SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.RShift: ">>", ast.Pow: "**",
}  # fmt: skip


class Unsure(Exception):
    """The kernel does something of which nothing is stated."""


def certificate(
    kernel: Kernel[..., Any], ranges: Mapping[str, Range] | None = None, *, inside: bool = False
) -> Certificate | None:
    """What is certain of a kernel's roundings, or None where it does what this cannot follow."""
    names, kinds, _ = kernel.signature
    try:
        arguments = [_argument(n, k, ranges or {}) for n, k in zip(names, kinds, strict=True)]
        body = _Body(kernel, ())
        if kernel.truth is not None and not inside:
            result = body.approximated(kernel, arguments, _home(kernel))
        else:
            result = body.run(arguments)
    except (Unsure, NotAKernel):
        return None
    found: dict[Spot, dict[str, int | None]] = {}
    for output, number in zip(outputs_of(kernel), _leaves(result), strict=True):
        for spot, sign in number.signs.items():
            found.setdefault(spot, {})[output] = sign
    return found


def _argument(name: str, kind: Any, ranges: Mapping[str, Range]) -> Any:
    if is_struct(kind):
        return kind._make(_argument(n, k, ranges) for n, k in fields(kind).items())
    if kind is bool:
        return None
    if not is_word(kind) or kind.wrapping:
        raise Unsure(f"{name}: arrays and unchecked words are not followed")
    return Sloped.clean(*ranges.get(name, (int(kind.min), int(kind.max))))


def _home(kernel: Kernel[..., Any]) -> Spot:
    name = kernel.body.__name__
    site = home_of(kernel)._replace(line=infer(kernel).function.lineno)
    return Spot(site, 0, name, (), f"{name}({', '.join(kernel.signature.names)})")


def _leaves(result: Any) -> list[Sloped]:
    if isinstance(result, Sloped):
        return [result]
    return [leaf for part in result for leaf in _leaves(part)] if isinstance(result, tuple) else []


class _Body:
    """One call of a kernel: its names hold numbers, None stands for a bool that may be either."""

    def __init__(self, kernel: Kernel[..., Any], via: tuple[Call, ...]) -> None:
        self.kernel = kernel
        self.via = via
        self.typed: Typed = infer(kernel)
        self.scope = kernel.body.__globals__
        self.results: list[Any] = []

    def run(self, arguments: Sequence[Any]) -> Any:
        """What it gives, over all of its paths."""
        self._block(self.typed.function.body, dict(zip(self.kernel.signature.names, arguments, strict=True)))
        if not self.results:
            raise Unsure("no path ends with a value")
        joined = self.results[0]
        for result in self.results[1:]:
            joined = _joined(joined, result)
        return joined

    # Statements: each gives the names after it, or None where no path leads on.

    def _block(self, body: Sequence[ast.stmt], names: dict[str, Any]) -> dict[str, Any] | None:
        for statement in body:
            after = self._statement(statement, names)
            if after is None:
                return None
            names = after
        return names

    def _statement(self, node: ast.stmt, names: dict[str, Any]) -> dict[str, Any] | None:
        match node:
            case ast.Return(value) if value is not None:
                self.results.append(self._value(value, names))
                return None
            case ast.Raise():
                return None
            case ast.Pass() | ast.Expr(ast.Constant()):
                return names
            case ast.Expr(value):
                self._value(value, names)
                return names
            case ast.Assign([target], value):
                return self._assigned(target, self._value(value, names), names)
            case ast.AnnAssign(target, _, value) if value is not None:
                return self._assigned(target, self._value(value, names), names)
            case ast.AugAssign(ast.Name(name), op, value):
                kind = self.typed.types[node.target]
                return {**names, name: self._operated(node, op, kind, names[name], self._value(value, names))}
            case ast.If(test, body, orelse):
                return self._branched(test, body, orelse, names)
        raise Unsure(f"{type(node).__name__} in line {node.lineno}")

    def _assigned(self, target: ast.expr, value: Any, names: dict[str, Any]) -> dict[str, Any]:
        match target:
            case ast.Name(name):
                return {**names, name: value}
            case ast.Tuple(parts):
                for part, inner in zip(parts, value, strict=True):
                    names = self._assigned(part, inner, names)
                return names
        raise Unsure(f"an element is assigned in line {target.lineno}")

    def _branched(
        self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt], names: dict[str, Any]
    ) -> dict[str, Any] | None:
        outcome = self._value(test, names)
        ends = [
            self._block(block, names)
            for block, taken in ((body, True), (orelse, False))
            if outcome is None or outcome is taken
        ]
        open_ = [end for end in ends if end is not None]
        if len(open_) < 2:
            return open_[0] if open_ else None
        shared = open_[0].keys() & open_[1].keys()
        return {name: _joined(open_[0][name], open_[1][name]) for name in shared}

    # Expressions

    def _value(self, node: ast.expr, names: dict[str, Any]) -> Any:
        if node in self.typed.literals:
            return Sloped.clean(self.typed.literals[node], self.typed.literals[node])
        match node:
            case ast.Constant(bool(value)):
                return value
            case ast.Name(name):
                return names[name] if name in self.typed.locals else self._constant(self.scope[name])
            case ast.Attribute(ast.Name(name), end) if name not in self.typed.locals:
                return self._constant(getattr(self.scope[name], end))
            case ast.Attribute(value, name):
                return getattr(self._value(value, names), name)
            case ast.Tuple(parts):
                return tuple(self._value(part, names) for part in parts)
            case ast.BinOp(left, op, right):
                kind = self.typed.types[node]
                return self._operated(node, op, kind, self._value(left, names), self._value(right, names))
            case ast.UnaryOp(ast.USub(), operand):
                return self._within(-self._value(operand, names), self.typed.types[node])
            case ast.UnaryOp(ast.Not(), operand):
                outcome = self._value(operand, names)
                return None if outcome is None else not outcome
            case ast.BoolOp(op, values):
                return self._both(isinstance(op, ast.And), [self._value(v, names) for v in values])
            case ast.Compare(left, [op], [right]):
                return _compared(op, self._value(left, names), self._value(right, names))
            case ast.IfExp(test, body, orelse):
                outcome = self._value(test, names)
                arms = [
                    a for a, taken in ((body, True), (orelse, False)) if outcome is None or outcome is taken
                ]
                either = [self._value(arm, names) for arm in arms]
                return either[0] if len(either) == 1 else _joined(*either)
            case ast.Call(ast.Name(name), arguments) if name not in self.typed.locals:
                values = [self._value(a, names) for a in arguments]
                return self._called(node, self.scope.get(name, name), values)
        raise Unsure(f"{type(node).__name__} in line {node.lineno}")

    def _constant(self, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return Sloped.clean(int(value), int(value))
        raise Unsure(f"{value!r}")

    @staticmethod
    def _both(conjunction: bool, outcomes: list[bool | None]) -> bool | None:
        if (not conjunction) in outcomes:
            return not conjunction
        return None if None in outcomes else conjunction

    def _operated(self, node: Any, op: ast.operator, kind: Any, left: Sloped, right: Sloped) -> Sloped:
        if not is_word(kind) or kind.wrapping or type(op) not in _SYMBOLS:
            raise Unsure(f"{type(op).__name__} in line {node.lineno}")
        symbol = _SYMBOLS[type(op)]
        if symbol == "+":
            return self._within(left + right, kind)
        if symbol == "-":
            return self._within(left - right, kind)
        if symbol == "*":
            return self._within(left * right, kind)
        if symbol == "/":
            return self._divided(node, symbol, left, right, kind)
        one = right.integer.low == right.integer.high
        if symbol == ">>" and one and not right.signs:
            scale = 1 << min(int(right.integer.low), 256)
            return self._divided(node, symbol, left, Sloped.clean(scale, scale), kind)
        if symbol == "**" and one and not right.signs and right.integer.low <= 8:
            power = Sloped.clean(1, 1)
            for _ in range(int(right.integer.low)):
                power = power * left
            return self._within(power, kind)
        if left.signs or right.signs:
            raise Unsure(f"{symbol} of a rounded number in line {node.lineno}")
        return Sloped.clean(int(kind.min), int(kind.max))

    def _divided(self, node: Any, symbol: str, left: Sloped, right: Sloped, kind: Any) -> Sloped:
        quotient = left / right
        integer = quotient.integer.truncated().within(int(kind.min), int(kind.max))
        return quotient.rounded(integer, self._spot(node, symbol))

    def _within(self, number: Sloped, kind: Any) -> Sloped:
        if not is_word(kind) or kind.wrapping:
            raise Unsure("unchecked arithmetic")
        if number.wraps:
            return number
        integer = number.integer.within(int(kind.min), int(kind.max))
        return Sloped(integer, number.exact if number.signs else integer, number.signs)

    @staticmethod
    def _converted(number: Sloped, kind: Any) -> Sloped:
        """The same number, which may no longer be that of its word."""
        if kind.wrapping:
            raise Unsure("unchecked arithmetic")
        fits = int(kind.min) <= number.integer.low and number.integer.high <= int(kind.max)
        return number if fits else replace(number, wraps=True)

    def _called(self, node: ast.Call, callee: Any, arguments: list[Any]) -> Any:
        if isinstance(callee, type) and issubclass(callee, Word):
            return self._converted(arguments[0], callee)
        if is_struct(callee):
            return callee._make(arguments)
        if not isinstance(callee, Kernel):
            if isinstance(callee, CustomError) or (isinstance(callee, type) and issubclass(callee, Revert)):
                return None
            raise Unsure(f"a call in line {node.lineno}")
        if callee.truth is not None:
            return self.approximated(callee, arguments, self._spot(node, callee.body.__name__))
        call = Call(self._site(node), node.col_offset + 1)
        return _Body(callee, (*self.via, call)).run(arguments)

    def approximated(self, kernel: Kernel[..., Any], arguments: list[Any], spot: Spot) -> Sloped:
        """A call of a kernel that has a truth, which is asked for its slopes."""
        kind = kernel.signature.returns
        if not is_word(kind) or not all(isinstance(a, Sloped) for a in arguments):
            raise Unsure(f"{kernel.name} takes or gives more than words")
        spans = [a.integer.joined(a.exact) for a in arguments]
        # what carries an error is asked for its slope; what does not is an integer, and no divisor that is 0
        asked = [
            Sloped(s, s, {n: 1}) if a.signs else a
            for n, (a, s) in enumerate(zip(arguments, spans, strict=True))
        ]
        exacts = [Sloped(a.exact, a.exact, {n: None}) if a.signs else a for n, a in enumerate(arguments)]
        exact, slopes = self._truth(kernel, exacts, asked)
        total = Sloped.clean(0, 0)
        for n, argument in enumerate(arguments):
            if argument.signs:
                slope = slopes.get(n, 0 if slopes else None)
                total += Sloped(EVERYTHING, EVERYTHING, scaled(argument.signs, slope))
        return Sloped(EVERYTHING, exact, total.signs).rounded(Ends(int(kind.min), int(kind.max)), spot)

    @staticmethod
    def _truth(kernel: Kernel[..., Any], exacts: list[Sloped], asked: list[Sloped]) -> tuple[Ends, Signs]:
        """Ends and slopes of the exact function; nothing is known where it is more than arithmetic."""
        truth = kernel.truth
        assert truth is not None
        try:
            return sloped(truth(*exacts)).exact, sloped(truth(*asked)).signs
        except Exception:  # noqa: BLE001  a truth may be any function of numbers
            return EVERYTHING, {}

    def _site(self, node: Any) -> Site:
        code = self.kernel.body.__code__
        return Site(code.co_filename, node.lineno, code.co_qualname)

    def _spot(self, node: Any, operation: str) -> Spot:
        file = self.kernel.body.__code__.co_filename
        text = text_at(file, node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
        return Spot(self._site(node), node.col_offset + 1, operation, self.via, text)


def _joined(a: Any, b: Any) -> Any:
    if isinstance(a, Sloped) and isinstance(b, Sloped):
        return a.joined(b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        parts = [_joined(x, y) for x, y in zip(a, b, strict=True)]
        return type(a)._make(parts) if hasattr(a, "_make") else tuple(parts)
    return a if a is b else None


def _compared(op: ast.cmpop, left: Any, right: Any) -> bool | None:
    """A comparison of integers, where their ends decide it."""
    if not isinstance(left, Sloped) or not isinstance(right, Sloped):
        return None
    if left.wraps or right.wraps:
        return None
    a, b = left.integer, right.integer
    below, above = a.high < b.low, a.low > b.high
    equal = a.low == a.high == b.low == b.high
    table: dict[type[ast.cmpop], tuple[bool, bool]] = {
        ast.Lt: (below, a.low >= b.high),
        ast.GtE: (a.low >= b.high, below),
        ast.Gt: (above, a.high <= b.low),
        ast.LtE: (a.high <= b.low, above),
        ast.Eq: (equal, below or above),
        ast.NotEq: (below or above, equal),
    }
    yes, no = table.get(type(op), (False, False))
    return True if yes else False if no else None
