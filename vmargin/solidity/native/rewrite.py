"""From a kernel to the function that numba compiles: the same statements, with native meanings.

Three things are spelled otherwise: a raised revert becomes a plain error (the checked reading says
which), the limits of a type become constants, and the bounds of a range become indices.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

import numba
from numba.core import types
from numba.extending import intrinsic

from vmargin.solidity import assembly
from vmargin.solidity.integers import Word
from vmargin.solidity.kernel import Kernel, global_names
from vmargin.solidity.native.array_type import ArrayType
from vmargin.solidity.native.idioms import Idioms
from vmargin.solidity.native.opcodes import NATIVE_OPCODES, conversion
from vmargin.solidity.native.word_type import WordType
from vmargin.solidity.signatures import is_scratch

_OPCODES = {function: NATIVE_OPCODES[name] for name, function in assembly.OPCODES.items()}


@intrinsic  # type: ignore[untyped-decorator]
def _bound(typingctx: Any, value: Any) -> Any:
    """A bound of a range as a plain index."""
    if not isinstance(value, WordType | types.Integer):
        return None

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.cast(builder, args[0], sig.args[0], types.int64)

    return types.int64(value), lowered


@intrinsic  # type: ignore[untyped-decorator]
def _view(typingctx: Any, array: Any) -> Any:
    """A scratch array as the read-only one that a callee takes, so that the callee is compiled once."""
    if not isinstance(array, ArrayType):
        return None
    return ArrayType(array.element, False)(array), lambda context, builder, sig, args: args[0]


@intrinsic  # type: ignore[untyped-decorator]
def _flag(typingctx: Any, value: Any) -> Any:
    """A bool as such, where numba sees a constant."""
    if not isinstance(value, types.Boolean | types.BooleanLiteral):
        return None

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.cast(builder, args[0], sig.args[0], types.boolean)

    return types.boolean(value), lowered


class _Native(ast.NodeTransformer):
    def __init__(self, kernel: Kernel[..., Any]) -> None:
        self.scope = kernel.body.__globals__
        names, kinds, self.returns = kernel.signature
        self.scratch = {name for name, kind in zip(names, kinds, strict=True) if is_scratch(kind)}
        self.constants: dict[str, Any] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list, node.returns = [], None
        for argument in node.args.args:
            argument.annotation = None
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        plain = ast.Assign([node.target], self.visit(node.value))
        return ast.copy_location(plain, node)

    def visit_Return(self, node: ast.Return) -> ast.Return:
        self.generic_visit(node)
        cast = {bool: _flag, int: _bound}.get(self.returns)
        if cast is not None and node.value is not None:
            name = f"native{cast.__name__}"
            self.constants[name] = cast
            node.value = ast.Call(ast.Name(name, ast.Load()), [node.value], [])
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        return ast.copy_location(ast.Raise(ast.Name("RuntimeError", ast.Load())), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        owner = self.scope.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(owner, type) and issubclass(owner, Word):
            name = f"{owner.__name__}__{node.attr}"
            self.constants[name] = getattr(owner, node.attr)
            return ast.copy_location(ast.Name(name, ast.Load()), node)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        callee = self.scope.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(callee, Kernel):
            pairs = zip(node.args, callee.signature.types, strict=True)
            node.args = [argument if is_scratch(kind) else self._read(argument) for argument, kind in pairs]
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            self.constants["native_bound"] = _bound
            node.args = [ast.Call(ast.Name("native_bound", ast.Load()), [a], []) for a in node.args]
        return self.generic_visit(node)

    def _read(self, argument: ast.expr) -> ast.expr:
        if isinstance(argument, ast.Name) and argument.id in self.scratch:
            self.constants["native_view"] = _view
            return ast.Call(ast.Name("native_view", ast.Load()), [argument], [])
        return argument


class Natives:
    """The compiled counterparts of kernels, each made once."""

    def __init__(self) -> None:
        self._dispatchers: dict[Kernel[..., Any], Any] = {}
        self._conversions: dict[type[Word], Any] = {}

    def dispatcher(self, kernel: Kernel[..., Any]) -> Any:
        """Numba's dispatcher for a kernel; its callees are found through its globals."""
        if kernel not in self._dispatchers:
            function = self._rewritten(kernel)
            make = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
            self._dispatchers[kernel] = make(function)
        return self._dispatchers[kernel]

    def _rewritten(self, kernel: Kernel[..., Any]) -> Any:
        body = kernel.body
        lines, first = inspect.getsourcelines(body)
        tree = ast.parse(textwrap.dedent("".join(lines)))
        (function,) = tree.body
        assert isinstance(function, ast.FunctionDef)
        idioms, native = Idioms(function, body.__globals__), _Native(kernel)
        tree = ast.fix_missing_locations(native.visit(idioms.visit(tree)))
        ast.increment_lineno(tree, first - 1)
        code = compile(tree, body.__code__.co_filename, "exec")
        scope = {
            name: self._meaning(body.__globals__[name])
            for name in global_names(body.__code__)
            if name in body.__globals__
        }
        scope |= idioms.intrinsics | native.constants | {"__name__": body.__module__}
        exec(code, scope)  # noqa: S102
        return scope[body.__name__]

    def _meaning(self, value: Any) -> Any:
        if isinstance(value, Kernel):
            return self.dispatcher(value)
        if isinstance(value, type) and issubclass(value, Word):
            if value not in self._conversions:
                self._conversions[value] = conversion(value)
            return self._conversions[value]
        if inspect.isfunction(value):
            return _OPCODES.get(value, value)
        return value
