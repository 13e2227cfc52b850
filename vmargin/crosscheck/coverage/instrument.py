"""A copy of a kernel and of all that it calls, which tells a recorder what happens where."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from typing import Any

from vmargin.crosscheck.coverage import points
from vmargin.crosscheck.coverage.points import (
    BRANCH,
    CARRY,
    COMPARISON,
    CONDITION,
    FUNCTION,
    LOOP,
    OVERFLOW,
    POINTS,
    REMAINDER,
    REVERT,
    CodeSite,
)
from vmargin.crosscheck.coverage.recorder import Recorder
from vmargin.crosscheck.source_text import path_of, text_at
from vmargin.solidity.assembly import OPCODES
from vmargin.solidity.checker import Typed, infer
from vmargin.solidity.checker.types import is_word
from vmargin.solidity.integers import Word, int256, uint256
from vmargin.solidity.kernel import Kernel, global_names

_RECORDER = "__recorder"
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Pow: "**"}
_DIVISIONS: dict[type[ast.operator], str] = {ast.Div: "/", ast.Mod: "%"}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=", ast.GtE: ">=", ast.Gt: ">",
}  # fmt: skip
_FOLDED: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: int.__add__,
    ast.Sub: int.__sub__,
    ast.Mult: int.__mul__,
    ast.Div: lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1),
}
_DIVIDING = frozenset({"div", "sdiv", "mod", "smod", "addmod", "mulmod"})
_SHIFTING = frozenset({"shr", "sar"})
_COMPARING = {"lt": uint256, "gt": uint256, "eq": uint256, "iszero": uint256, "slt": int256, "sgt": int256}
_WRAPPING = frozenset({"add", "sub", "mul"})


class Instrumented:
    """All kernels that one reaches, each with its sites."""

    def __init__(self, kernel: Kernel[..., Any]) -> None:
        self.recorder = Recorder()
        self.sites: list[CodeSite] = []
        self._made: dict[Kernel[..., Any], Callable[..., Any]] = {}
        for reached in kernel.reachable():
            self._made[reached] = self._copy(reached)
        for made in self._made.values():
            scope = made.__globals__
            for name, value in scope.items():
                if isinstance(value, Kernel):
                    scope[name] = self._made[value]
        self.run = self._made[kernel]
        """The outermost, on typed arguments."""

    def _copy(self, kernel: Kernel[..., Any]) -> Callable[..., Any]:
        typed = infer(kernel)
        function = _Rewrite(kernel, typed, self.site).function()
        body = kernel.body
        code = compile(
            ast.fix_missing_locations(ast.Module([function], [])), body.__code__.co_filename, "exec"
        )
        scope = {n: body.__globals__[n] for n in global_names(body.__code__) if n in body.__globals__}
        scope |= {_RECORDER: self.recorder, "__name__": body.__module__}
        exec(code, scope)  # noqa: S102  the kernel's own statements
        made: Callable[..., Any] = scope[function.name]
        return made

    def site(self, site: CodeSite) -> int:
        """Take in a site, and give its number."""
        self.sites.append(site)
        return self.recorder.new(len(POINTS[site.kind]))


class _Rewrite(ast.NodeTransformer):
    """Puts the recorder's methods in place of operators, tests and loops."""

    def __init__(self, kernel: Kernel[..., Any], typed: Typed, register: Callable[[CodeSite], int]) -> None:
        self.kernel = kernel
        self.typed = typed
        self.register = register
        self.file = kernel.body.__code__.co_filename
        self.path = path_of(kernel)
        self.scope = kernel.body.__globals__

    def function(self) -> ast.FunctionDef:
        """The whole function."""
        function = self.typed.function
        function.decorator_list, function.returns = [], None
        for argument in function.args.args:
            argument.annotation = None
        number = self._site(FUNCTION, function, points.all_of(FUNCTION), f"{function.name}(…)")
        body = [self.visit(statement) for statement in function.body]
        entered = ast.copy_location(ast.Expr(self._call("reached", number)), function)
        function.body = [entered, *itertools.chain(*(s if isinstance(s, list) else [s] for s in body))]
        return function

    # Statements

    def visit_If(self, node: ast.If) -> ast.AST:
        """Both ways."""
        number = self._site(BRANCH, node.test, points.all_of(BRANCH))
        self.generic_visit(node)
        node.test = self._call("decided", number, node.test)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        """None, one and more passes, and how it ends."""
        number = self._site(LOOP, node.iter, points.of_loop(self._turns(node.iter), _leaves(node.body)))
        self.generic_visit(node)
        node.iter = self._call("passes", number, node.iter)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST | list[ast.stmt]:
        """A revert."""
        number = self._site(REVERT, node, points.all_of(REVERT))
        reached = ast.copy_location(ast.Expr(self._call("reached", number)), node)
        return [reached, node]

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """An operation and an assignment."""
        kind = self.typed.types.get(node.target)
        number, method, symbol = self._operation(node, node.op, kind, None, node.value)
        target = node.target
        place: ast.expr = ast.Name("", ast.Load())
        if isinstance(target, ast.Name):
            place = ast.Name(target.id, ast.Load())
        elif isinstance(target, ast.Subscript):
            place = ast.Subscript(target.value, target.slice, ast.Load())
        self.generic_visit(node)
        if number is None:
            return node
        arguments = [] if symbol is None else [ast.Constant(symbol)]
        value = self._call(method, number, *arguments, ast.copy_location(place, target), node.value)
        return ast.copy_location(ast.Assign([target], value), node)

    # Expressions

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """Both ways."""
        number = self._site(BRANCH, node.test, points.all_of(BRANCH))
        self.generic_visit(node)
        node.test = self._call("decided", number, node.test)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Each operand both ways, where it is asked at all."""
        numbers = [self._site(CONDITION, value, points.all_of(CONDITION)) for value in node.values]
        self.generic_visit(node)
        node.values = [self._call("decided", n, v) for n, v in zip(numbers, node.values, strict=True)]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Equal, and one to either side."""
        left, right = node.left, node.comparators[0]
        words: list[Any] = [t for t in map(self.typed.types.get, (left, right)) if is_word(t)]
        possible: tuple[int, ...] = ()
        if words:
            word = max(words, key=lambda t: t.bits)
            possible = points.of_comparison(word, self._known(left), self._known(right))
        number = self._site(COMPARISON, node, possible) if possible else None
        self.generic_visit(node)
        if number is None:
            return node
        symbol = ast.Constant(_COMPARISONS[type(node.ops[0])])
        return self._call("compared", number, symbol, node.left, node.comparators[0])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Remainders, and results at the end of the type."""
        kind = self.typed.types.get(node)
        number, method, symbol = self._operation(node, node.op, kind, node.left, node.right)
        self.generic_visit(node)
        if number is None:
            return node
        arguments = [] if symbol is None else [ast.Constant(symbol)]
        return self._call(method, number, *arguments, node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """A negation, which the least number does not have."""
        kind: Any = self.typed.types.get(node)
        counts = isinstance(node.op, ast.USub) and is_word(kind) and not kind.wrapping
        counts = counts and node not in self.typed.literals
        number = self._site(OVERFLOW, node, points.all_of(OVERFLOW)) if counts else None
        self.generic_visit(node)
        return node if number is None else self._call("negated", number, node.operand)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """An opcode."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = self.scope.get(name)
        if not any(function is opcode for opcode in OPCODES.values()):
            return self.generic_visit(node)
        opcode = next(n for n, f in OPCODES.items() if f is function)
        number, method = self._opcode(node, opcode)
        self.generic_visit(node)
        return node if number is None else self._call(method, number, ast.Constant(opcode), *node.args)

    # Sites

    def _operation(
        self, node: ast.expr | ast.stmt, op: ast.operator, kind: Any, left: ast.expr | None, right: ast.expr
    ) -> tuple[int | None, str, str | None]:
        """What an operator between words is to the recorder: a site, a method, and a symbol for it."""
        if not is_word(kind) or (isinstance(node, ast.expr) and node in self.typed.literals):
            return None, "", None
        divisor = self._known(right)
        if left is not None and divisor is not None and self._known(left) is not None:
            return None, "", None
        if type(op) in _DIVISIONS:
            return self._site(REMAINDER, node, points.of_remainder(divisor)), "divided", _DIVISIONS[type(op)]
        if isinstance(op, ast.RShift):
            possible = points.of_remainder(None if divisor is None else 1 << divisor)[:2]
            return self._site(REMAINDER, node, possible), "shifted", None
        if type(op) in _ARITHMETIC:
            symbol = _ARITHMETIC[type(op)]
            if not kind.wrapping:
                return self._site(OVERFLOW, node, points.all_of(OVERFLOW)), "computed", symbol
            if symbol != "**":
                return self._site(CARRY, node, points.all_of(CARRY)), "wrapped", symbol
        return None, "", None

    def _opcode(self, node: ast.Call, name: str) -> tuple[int | None, str]:
        known = [self._known(argument) for argument in node.args]
        if name in _COMPARING:
            right = 0 if name == "iszero" else known[1]
            possible = points.of_comparison(_COMPARING[name], known[0], right)
            return (self._site(COMPARISON, node, possible) if possible else None), "compared_by"
        if None not in known:
            return None, ""
        if name in _DIVIDING:
            return self._site(REMAINDER, node, points.of_remainder(known[-1])), "divided_by"
        if name in _SHIFTING:
            divisor = None if known[0] is None else 1 << min(known[0], 256)
            return self._site(REMAINDER, node, points.of_remainder(divisor)[:2]), "shifted_by"
        if name in _WRAPPING:
            return self._site(CARRY, node, points.all_of(CARRY)), "wrapped_by"
        return None, ""

    def _known(self, node: ast.expr) -> int | None:
        """The value of a literal, of a constant of the module, or of what is computed from these."""
        if node in self.typed.literals:
            return self.typed.literals[node]
        match node:
            case ast.Name(name) if name not in self.typed.locals and isinstance(self.scope.get(name), Word):
                return int(self.scope[name])
            case ast.Attribute(ast.Name(name), "min" | "max" as end) if isinstance(
                self.scope.get(name), type
            ):
                return int(getattr(self.scope[name], end))
            case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right):
                pair = self._known(left), self._known(right)
                if pair[0] is not None and pair[1]:
                    return _FOLDED[type(op)](pair[0], pair[1])
            case ast.Call(ast.Name(name), arguments) if any(
                self.scope.get(name) is f for f in OPCODES.values()
            ):
                known = [self._known(a) for a in arguments]
                if None not in known:
                    return int(
                        self.scope[name](*(number % (1 << 256) for number in known if number is not None))
                    )
        return None

    def _turns(self, loop: ast.expr) -> int | None:
        """How many passes a loop has, where its range is of literals."""
        if not isinstance(loop, ast.Call):
            return None
        ends = [self._known(a) for a in loop.args]
        numbers = [e for e in ends if e is not None]
        return len(range(*numbers)) if len(numbers) == len(ends) else None

    def _site(self, kind: str, node: Any, possible: tuple[int, ...], text: str | None = None) -> int:
        if text is None:
            text = text_at(self.file, node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
        name = self.kernel.body.__name__
        return self.register(
            CodeSite(kind, self.path, node.lineno, node.col_offset + 1, name, text, possible)
        )

    def _call(self, method: str, number: int, *arguments: ast.expr) -> ast.Call:
        function = ast.Attribute(ast.Name(_RECORDER, ast.Load()), method, ast.Load())
        return ast.Call(function, [ast.Constant(number), *arguments], [])


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether a loop's body may end it: by a break of its own, a return or a revert."""
    for statement in body:
        if isinstance(statement, ast.Break | ast.Return | ast.Raise):
            return True
        if isinstance(statement, ast.If) and (_leaves(statement.body) or _leaves(statement.orelse)):
            return True
        if isinstance(statement, ast.For) and any(
            isinstance(inner, ast.Return | ast.Raise) for inner in ast.walk(statement)
        ):
            return True
    return False
