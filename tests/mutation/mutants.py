"""Single changes to a mirror, of the sort that a slip of the pen makes, each worth a failing test.

A mutant is known by what it changes and where, so that an edit elsewhere leaves it what it is.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import itertools
import linecache
import pkgutil
import types
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import vmargin.fixedpoint
from vmargin.errors import VmarginError
from vmargin.solidity import assembly, checker
from vmargin.solidity.checker.source import is_kernel_decorator
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

MIRRORS = vmargin.fixedpoint.__name__

OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.Div(),
    ast.Pow: ast.Mult(),
    ast.LShift: ast.RShift(),
    ast.RShift: ast.LShift(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
    ast.BitXor: ast.BitOr(),
}
ORDERED_OPERATORS = (ast.Sub, ast.Div, ast.Mod, ast.Pow, ast.LShift, ast.RShift)
COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
}
OPCODES = {
    "add": "sub", "sub": "add", "mul": "div", "div": "sdiv", "sdiv": "div", "mod": "smod", "smod": "mod",
    "mulmod": "addmod", "addmod": "mulmod", "exp": "mul", "lt": "slt", "gt": "sgt", "slt": "lt", "sgt": "gt",
    "eq": "lt", "iszero": "not_", "not_": "iszero", "and_": "or_", "or_": "and_", "xor": "or_",
    "shl": "shr", "shr": "sar", "sar": "shr", "byte": "shr",
}  # fmt: skip
ORDERED_OPCODES = {
    "sub", "div", "sdiv", "mod", "smod", "exp", "lt", "gt", "slt", "sgt", "byte", "shl", "shr", "sar",
}  # fmt: skip
BITS = {"iszero", "lt", "gt", "slt", "sgt", "eq", "toUint"}
"""Calls that give 0 or 1: added to a quotient they round it."""
ALL_OPCODES = {name: getattr(assembly, name) for name in OPCODES}
TWINS = (("Up", "Down"), ("Up", ""), ("RoundingUp", ""), ("Ceil", "Floor"), ("Round", ""), ("max", "min"))
"""How names of functions differ that differ in direction."""
KINDS = ("operator", "operands", "comparison", "constant", "opcode", "rounding")


class Mutant(NamedTuple):
    """One change."""

    module: str
    owner: str
    """The kernel or the constant that is changed."""
    kind: str
    change: str
    text: str
    """The module's source with the change."""

    @property
    def name(self) -> str:
        """What it is listed, planted and chosen by."""
        return f"{self.module.removeprefix(f'{MIRRORS}.')}.{self.owner}: {self.change}"

    def plant(self, module: types.ModuleType) -> None:
        """Run the changed source in place of the module's own, with all opcodes at hand."""
        vars(module).update(ALL_OPCODES)
        file = f"<{self.name}>"
        linecache.cache[file] = (len(self.text), None, self.text.splitlines(keepends=True), file)
        exec(compile(self.text, file, "exec", dont_inherit=True), vars(module))

    def compiles(self) -> bool:
        """Whether this is still a mirror of kernels: to refuse any other takes no test."""
        module = types.ModuleType(self.module)
        try:
            self.plant(module)
        except (VmarginError, Revert):
            return False
        kernels = [value for value in vars(module).values() if isinstance(value, Kernel)]
        return not any(checker.check(k) for k in kernels if k.body.__name__ == self.owner)


def chosen() -> Iterator[Mutant]:
    """Of each kind in each module one, by a hash of what it changes."""
    for module, kind in sorted(itertools.product(modules(), KINDS), key=_hash):
        found = sorted((m for m in mutants(module) if m.kind == kind), key=lambda m: _hash(m.name))
        yield from itertools.islice(filter(Mutant.compiles, found), 1)


def named(name: str) -> Mutant:
    """Find a mutant by its name."""
    module = f"{MIRRORS}.{name.partition(':')[0]}".rpartition(".")[0]
    for mutant in mutants(module):
        if mutant.name == name:
            return mutant
    raise LookupError(f"there is nothing to change as in {name!r}")


@functools.cache
def modules() -> list[str]:
    """The names of the mirrors' modules that define kernels."""
    found = [m.name for m in pkgutil.walk_packages(vmargin.fixedpoint.__path__, f"{MIRRORS}.")]
    return [name for name in found if _kernels(name)]


def _kernels(module: str) -> list[Kernel[..., Any]]:
    values = vars(importlib.import_module(module)).values()
    return [v for v in values if isinstance(v, Kernel) and v.body.__module__ == module]


@functools.cache
def mutants(module: str) -> list[Mutant]:
    """Every change to a module, whether or not what it leaves still compiles."""
    namespace = vars(importlib.import_module(module))
    source = Source(Path(namespace["__file__"]).read_bytes())
    found: list[Mutant] = []
    seen: Counter[str] = Counter()
    for owner, line, node in _places(ast.parse(source.text)):
        if id(namespace[owner]) not in _used():
            continue
        for kind, new in _changes(node, namespace):
            before, after = source.part(line), source.part(line, node, new)
            change = f"{' '.join(before.split())} => {' '.join(after.split())}"
            seen[owner + change] += 1
            if seen[owner + change] > 1:
                change += f" #{seen[owner + change]}"
            found.append(Mutant(module, owner, kind, change, source.changed(node, new)))
    return found


@functools.cache
def _used() -> set[int]:
    """What kernels name, and the kernels: a constant for readers alone is no part of a computation."""
    kernels = [kernel for module in modules() for kernel in _kernels(module)]
    named_values = (k.body.__globals__.get(name) for k in kernels for name in k.body.__code__.co_names)
    return set(map(id, (*kernels, *named_values)))


class Source:
    """A module's text, in which expressions are replaced in place: lines keep their numbers."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def part(self, node: ast.expr | ast.stmt, within: ast.expr | None = None, new: str = "") -> str:
        """The text of a node, with an expression within it replaced."""
        start, end = self.span(node)
        low, high = self.span(within) if within else (end, end)
        return (self.text[start:low] + new.encode() + self.text[high:end]).decode()

    def changed(self, node: ast.expr, new: str) -> str:
        low, high = self.span(node)
        return (self.text[:low] + new.encode() + self.text[high:]).decode()


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt, ast.expr]]:
    """Every expression of kernels and constants: whose it is, and on which line, which says what it means."""
    for definition in tree.body:
        if isinstance(definition, ast.FunctionDef):
            if any(map(is_kernel_decorator, definition.decorator_list)):
                for line in _lines(definition.body):
                    for node in ast.walk(line):
                        if isinstance(node, ast.expr):
                            yield definition.name, line, node
        elif isinstance(definition, ast.Assign) and isinstance(definition.value, ast.Call):
            (target,) = definition.targets
            for node in definition.value.args:
                yield ast.unparse(target), definition, node


def _lines(body: list[ast.stmt]) -> Iterator[ast.expr | ast.stmt]:
    """Simple statements, and the conditions of others; a `for` only bounds what ends before."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield statement.test
            yield from _lines(statement.body)
            yield from _lines(statement.orelse)
        elif isinstance(statement, ast.For):
            yield from _lines(statement.body)
        else:
            yield statement


def _changes(node: ast.expr, namespace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an expression may be changed to, and the kind of that change."""
    match node:
        case ast.Constant(value=bool() | str() | None):
            return
        case ast.Constant(value=value):
            yield "constant", f"{value + 1}"
            if value > 0:
                yield "constant", f"{value - 1}"
        case ast.BinOp(left=left, op=op, right=right):
            yield "operator", _binary(left, OPERATORS[type(op)], right)
            if isinstance(op, ORDERED_OPERATORS):
                yield "operands", _binary(right, op, left)
            if isinstance(op, ast.Div) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
                yield "rounding", _binary(left.left, op, right)
            if isinstance(op, ast.Add | ast.Sub) and _is_bit(right):
                yield "rounding", f"({ast.unparse(left)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            yield "comparison", f"({ast.unparse(ast.Compare(left, [COMPARISONS[type(op)]], [right]))})"
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "operator", f"({ast.unparse(ast.BoolOp(other, values))})"
        case ast.UnaryOp(operand=operand):
            yield "operator", f"({ast.unparse(operand)})"
        case ast.Call(func=ast.Name(id=name), args=args) if isinstance(namespace.get(name), Kernel):
            for twin in _twins(name, namespace):
                yield "rounding", _call(twin, args)
        case ast.Call(func=ast.Name(id=name), args=args) if namespace.get(name) is ALL_OPCODES.get(name):
            other = OPCODES.get(name, "")
            if other and namespace.get(other, ALL_OPCODES[other]) is ALL_OPCODES[other]:
                yield "opcode", _call(other, args)
            if name in ORDERED_OPCODES:
                yield "operands", _call(name, args[::-1])
            if name in ("add", "sub") and _is_bit(args[1]):
                yield "rounding", ast.unparse(args[0])
            if name == "add" and _is_bit(args[0]):
                yield "rounding", ast.unparse(args[1])


def _twins(name: str, namespace: Mapping[str, Any]) -> Iterator[str]:
    """The kernels of the same types that round, or choose, the other way."""
    for one, other in TWINS:
        for end, instead in ((one, other), (other, one)):
            twin = namespace.get(name.removesuffix(end) + instead)
            if name.endswith(end) and isinstance(twin, Kernel) and twin is not namespace[name]:
                if twin.signature.types == namespace[name].signature.types:
                    yield name.removesuffix(end) + instead


def _is_bit(node: ast.expr) -> bool:
    """Whether this is what a quotient is rounded by."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in BITS
    return isinstance(node, ast.Constant) and node.value == 1


def _call(name: str, arguments: list[ast.expr]) -> str:
    return f"{name}({', '.join(map(ast.unparse, arguments))})"


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> str:
    return f"({ast.unparse(ast.BinOp(left, op, right))})"


def _hash(key: object) -> bytes:
    return hashlib.sha256(repr(key).encode()).digest()
