"""Enforces docs/kernels.md: refuses, with place and cure, what a reading could understand otherwise.

`make lint` runs ``python -m vmargin.solidity.checker``; the native reading calls :func:`require`
before it compiles, and takes the inferred types from :func:`infer`.
"""

from __future__ import annotations

import ast
import copy
import weakref
from typing import Any, NamedTuple

from vmargin.solidity.checker.findings import RULES, Finding, NotAKernel
from vmargin.solidity.checker.source import function_of
from vmargin.solidity.checker.statements import Statements
from vmargin.solidity.kernel import Kernel

__all__ = ["RULES", "Finding", "NotAKernel", "Typed", "check", "infer", "require"]

_checked: weakref.WeakKeyDictionary[Kernel[..., Any], list[Finding]] = weakref.WeakKeyDictionary()


class Typed(NamedTuple):
    """A kernel's syntax tree and what the checker found out about it.

    `types` has each expression and each assigned name: a word class, bool, int, a NamedTuple class,
    ``Words[T]`` or ``Scratch[T]``; a literal has the type that it takes from the word beside it.
    `literals` has the value of each literal, of each expression of literals and of each named int.
    """

    function: ast.FunctionDef
    types: dict[ast.expr, Any]
    literals: dict[ast.expr, int]
    locals: dict[str, Any]


def check(kernel: Kernel[..., Any]) -> list[Finding]:
    """List the rules that a kernel's own body breaks; its callees are checked on their own."""
    if kernel not in _checked:
        _checked[kernel] = sorted(_run(kernel, copied=False)[0], key=lambda f: (f.line, f.column))
    return list(_checked[kernel])


def require(kernel: Kernel[..., Any]) -> None:
    """Raise :class:`NotAKernel` with all findings of the kernel and of what it calls."""
    findings = [finding for each in kernel.reachable() for finding in check(each)]
    if findings:
        raise NotAKernel(findings)


def infer(kernel: Kernel[..., Any]) -> Typed:
    """Return a kernel's tree with the type of every expression; the tree is the caller's to change."""
    findings, typed = _run(kernel, copied=True)
    if findings or typed is None:
        raise NotAKernel(findings)
    return typed


def _run(kernel: Kernel[..., Any], *, copied: bool) -> tuple[list[Finding], Typed | None]:
    function = function_of(kernel)
    if function is None:
        code = getattr(kernel.body, "__code__", None)
        file, line = (code.co_filename, code.co_firstlineno) if code else ("?", 1)
        message = f"{kernel.body!r} has no source that can be read"
        return [Finding("source", file, line, 1, message, RULES["source"])], None
    statements = Statements(kernel, copy.deepcopy(function) if copied else function)
    statements.run()
    return statements.findings, Typed(
        statements.function, statements.types, statements.literals, statements.locals
    )
