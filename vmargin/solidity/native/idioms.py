"""The libraries' ways to ask whether a product overflows, recognised so that they take no division.

``gt(x, div(not(0), y))`` and ``x > max / y``; and ``eq(div(z, x), y)`` for a z that is ``mul(x, y)``.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from typing import Any

from vmargin.solidity import assembly
from vmargin.solidity.integers import uint256
from vmargin.solidity.native.opcodes import flags_overflow, overflows, quotient_returns


class Idioms(ast.NodeTransformer):
    """Replaces each idiom by a call of an intrinsic of the same value."""

    def __init__(self, function: ast.FunctionDef, scope: Mapping[str, Any]) -> None:
        self.scope = scope
        self.intrinsics: dict[str, Any] = {}
        self.products: dict[str, Counter[str]] = {}
        self._find_products(function)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(ast.Name("gt"), [x, ast.Call(ast.Name("div"), [ones, y])]):
                if self._opcodes("gt", "div") and self._is_ones(ones):
                    node = self._call(flags_overflow, [x, y], node)
            case ast.Call(ast.Name("eq"), [ast.Call(ast.Name("div"), [product, ast.Name(x)]), ast.Name(y)]):
                if self._opcodes("eq", "div") and self._factors(product) == Counter((x, y)):
                    names: list[ast.expr] = [ast.Name(x, ast.Load()), ast.Name(y, ast.Load())]
                    node = self._call(quotient_returns, names, node)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        match node:
            case ast.Compare(x, [ast.Gt()], [ast.BinOp(ast.Attribute(ast.Name(word), "max"), ast.Div(), y)]):
                if self.scope.get(word) is uint256:
                    return self.generic_visit(self._call(overflows, [x, y], node))
        return self.generic_visit(node)

    def _find_products(self, function: ast.FunctionDef) -> None:
        """Note the names that hold a product of two parameters, all three assigned nowhere else."""
        names = [n for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        stored = Counter(name.id for name in names)
        parameters = {argument.arg for argument in function.args.args} - set(stored)
        for node in ast.walk(function):
            match node:
                case ast.Assign([ast.Name(z)], value):
                    factors = self._factors(value)
                    if stored[z] == 1 and factors and set(factors) <= parameters:
                        self.products[z] = factors

    def _factors(self, product: ast.expr) -> Counter[str] | None:
        match product:
            case ast.Call(ast.Name("mul"), [ast.Name(x), ast.Name(y)]) if self._opcodes("mul"):
                return Counter((x, y))
            case ast.Name(z):
                return self.products.get(z)
        return None

    def _is_ones(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(ast.Name("not_"), [ast.Constant(0)]):
                return self._opcodes("not_")
        return False

    def _opcodes(self, *names: str) -> bool:
        """Whether these names mean the opcodes here: a library may have a `div` of its own."""
        return all(self.scope.get(name) is assembly.OPCODES[name] for name in names)

    def _call(self, intrinsic: Any, arguments: list[ast.expr], at: ast.expr) -> ast.Call:
        name = f"native_{intrinsic.__name__}_{id(intrinsic)}"
        self.intrinsics[name] = intrinsic
        return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), arguments, []), at)
