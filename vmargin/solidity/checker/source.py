"""From a kernel to its syntax tree, with the places of the original file."""

from __future__ import annotations

import ast
import functools
import linecache
import types
from collections.abc import Iterator

from vmargin.solidity.kernel import Kernel

AnyKernel = Kernel[..., object]


def function_of(kernel: AnyKernel) -> ast.FunctionDef | None:
    """The kernel's definition, parsed from the file that it was imported from."""
    if not isinstance(kernel.body, types.FunctionType):
        return None
    code = kernel.body.__code__
    linecache.checkcache(code.co_filename)
    for function in functions("".join(linecache.getlines(code.co_filename))):
        if function.name == code.co_name and first_line(function) == code.co_firstlineno:
            return function
    return None


@functools.lru_cache(maxsize=64)
def functions(text: str) -> tuple[ast.FunctionDef, ...]:
    """Every function that a module's text defines."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def first_line(function: ast.FunctionDef) -> int:
    """The line where the code object says that the function starts."""
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def stored_names(node: ast.AST) -> Iterator[str]:
    """The names that are assigned somewhere inside."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id


def is_kernel_decorator(node: ast.expr) -> bool:
    """Whether a decorator is `@kernel` or `@kernel(…)`."""
    decorator = node.func if isinstance(node, ast.Call) else node
    return isinstance(decorator, ast.Name) and decorator.id == "kernel"
