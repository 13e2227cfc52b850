"""Walks a kernel's statements: which are allowed, what is assigned where, and that every path ends."""

from __future__ import annotations

import ast
import typing
from typing import Any

from vmargin.solidity.checker.expressions import Expressions
from vmargin.solidity.checker.source import is_kernel_decorator, stored_names
from vmargin.solidity.checker.types import (
    UNEVALUATED,
    UNKNOWN,
    Literal,
    Several,
    Type,
    describe,
    fields,
    is_plain,
    is_unsigned,
    is_word,
    parameter_fault,
    value_fault,
)
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import CustomError, Empty, Error, Panic, argument_types
from vmargin.solidity.signatures import array_element, is_scratch, is_struct

_OUTSIDE: dict[type[ast.stmt], tuple[str, str, str | None]] = {
    ast.While: ("while", "a loop without a known end", None),
    ast.Assert: ("statement", "an assert", "raise a revert: `if …: raise Panic(0x01)`"),
    ast.FunctionDef: ("statement", "a nested function", "write a kernel at the module's level"),
    ast.Delete: ("statement", "a del", "leave it out"),
}


class Statements(Expressions):
    """The whole of one kernel."""

    returns: Type = UNKNOWN

    def run(self) -> None:
        """Check the function from its decorators to its last statement."""
        self._header()
        body = self.function.body
        first = body[0]
        if isinstance(first, ast.Expr) and ast.get_docstring(self.function) is not None:
            body = body[1:]
        if self._block(body):
            self.report(self.function, "missing-return", f"{self.function.name} may end without a return")

    # The function's head.

    def _header(self) -> None:
        function, arguments = self.function, self.function.args
        if [is_kernel_decorator(d) for d in function.decorator_list] not in ([], [True]):
            self.report(function, "decorator", f"{function.name} has another decorator beside @kernel")
        if self.kernel.body.__code__.co_freevars:
            names = ", ".join(self.kernel.body.__code__.co_freevars)
            self.report(
                function, "closure", f"{function.name} reads variables of its enclosing function: {names}"
            )
        special = (arguments.posonlyargs, arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        if arguments.defaults or any(special):
            self.report(function, "parameters", f"{function.name} has parameters that Solidity does not know")
        self._annotations()

    def _annotations(self) -> None:
        function = self.function
        try:
            hints = typing.get_type_hints(self.kernel.body)
        except UNEVALUATED as error:
            self.report(function, "annotation", f"an annotation of {function.name} fails: {error}")
            hints = {}
        for argument in (a for a in ast.walk(function.args) if isinstance(a, ast.arg)):
            self.assigned.add(argument.arg)
            self.locals[argument.arg] = UNKNOWN
            if argument.annotation is None:
                self.report(argument, "annotation", f"the parameter {argument.arg} has no type")
            elif argument.arg in hints:
                fault = parameter_fault(hints[argument.arg])
                self.blame(argument, fault)
                self.locals[argument.arg] = hints[argument.arg] if fault is None else UNKNOWN
        if function.returns is None:
            self.report(function, "annotation", f"the result of {function.name} has no type")
        elif "return" in hints:
            fault = value_fault(hints["return"])
            self.blame(function.returns, fault)
            self.returns = hints["return"] if fault is None else UNKNOWN

    # Statements; each method says whether the next statement can be reached.

    def _block(self, statements: list[ast.stmt]) -> bool:
        for number, statement in enumerate(statements):
            method = getattr(self, f"_{type(statement).__name__.lower()}_statement", None)
            if method is None:
                self._outside(statement)
            elif not method(statement):
                if number + 1 < len(statements):
                    self.report(statements[number + 1], "unreachable", "this statement is never reached")
                return False
        return True

    def _outside(self, statement: ast.stmt) -> None:
        name = type(statement).__name__
        code, what, cure = _OUTSIDE.get(type(statement), ("statement", f"the statement {name.lower()}", None))
        self.report(statement, code, f"{what} is outside of the subset", cure)
        for assigned in stored_names(statement):  # which shall give no findings of its own
            self.assigned.add(assigned)
            self.locals.setdefault(assigned, UNKNOWN)

    def _pass_statement(self, _: ast.Pass) -> bool:
        return True

    def _break_statement(self, _: ast.Break) -> bool:
        return False

    def _continue_statement(self, _: ast.Continue) -> bool:
        return False

    def _expr_statement(self, node: ast.Expr) -> bool:
        call = node.value
        if not isinstance(call, ast.Constant):
            self.infer(call)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id not in self.stored:
            if isinstance(self.resolve(call.func), Kernel):
                return True  # for its reverts, or for what it writes
        self.report(node, "statement", "an expression stands alone", "assign its value or leave it out")
        return True

    def _return_statement(self, node: ast.Return) -> bool:
        if node.value is None:
            self.report(node, "missing-return", "return has no value")
        elif isinstance(node.value, ast.Tuple):
            self.infer(node.value)
        else:
            self.exactly(node.value, self.returns, "the returned value")
        return False

    def _if_statement(self, node: ast.If) -> bool:
        self.condition(node.test)
        before = set(self.assigned)
        first = self._block(node.body)
        after_first = self.assigned
        self.assigned = before
        second = self._block(node.orelse)
        if first and second:
            self.assigned = after_first & self.assigned
        elif first:
            self.assigned = after_first
        return first or second

    def _for_statement(self, node: ast.For) -> bool:
        counter = int if self._range(node.iter) else UNKNOWN
        if node.orelse:
            self.report(node.orelse[0], "loop", "a loop has an else")
        before = set(self.assigned)
        if isinstance(node.target, ast.Name):
            self._bind(node.target, counter)
        else:
            self.report(node.target, "loop", "a loop counts in something else than a name")
        self._block(node.body)
        self.assigned = before
        return True

    def _range(self, node: ast.expr) -> bool:
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        is_range = name == "range" and name not in self.stored and name not in self.globals
        if not isinstance(node, ast.Call) or not is_range:
            self.report(node, "loop", "a loop runs over something else than range(…)")
            return False
        if node.keywords or not 1 <= len(node.args) <= 3:
            self.report(node, "loop", "range takes one to three plain arguments")
            return True
        for argument in node.args:
            found = self.infer(argument)
            if found is not UNKNOWN and not is_plain(found) and not is_unsigned(found):
                self.report(argument, "loop", f"{describe(found)} bounds a loop")
        if len(node.args) == 3 and not self.literals.get(node.args[2]):
            self.report(node.args[2], "loop", "the step of a loop is no literal other than 0")
        return True

    # Reverts.

    def _raise_statement(self, node: ast.Raise) -> bool:
        call = node.exc
        if node.cause is not None or not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            self.report(node, "raise", "something else than a revert is raised")
            return False
        target: Any = UNKNOWN if call.func.id in self.stored else self.resolve(call.func)
        if isinstance(target, CustomError):
            self._custom_error(call, target)
        elif not (target is Empty or target is Error or target is Panic):
            self.report(node, "raise", f"{call.func.id} is no revert of Solidity")
        elif self._arguments(call, 0 if target is Empty else 1) and call.args:
            argument = call.args[0]
            if target is Panic:
                if not isinstance(self.infer(argument), Literal):
                    self.report(argument, "raise", "the code of a panic is no literal")
            elif not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                self.report(argument, "raise", "the text of an error is no literal")
        return False

    def _custom_error(self, call: ast.Call, error: CustomError) -> None:
        wanted = argument_types(error.signature)
        if not self._arguments(call, len(wanted)):
            return
        for argument, abi in zip(call.args, wanted, strict=True):
            found = self.infer(argument)
            name = found.__name__.removeprefix("w") if is_word(found) else "bool" if found is bool else ""
            if found is not UNKNOWN and name != abi:
                message = f"{error.signature} is given {describe(found)} as {abi}"
                self.report(argument, "implicit-conversion", message)

    # Assignment.

    def _assign_statement(self, node: ast.Assign) -> bool:
        target = node.targets[0]
        if len(node.targets) > 1:
            self.infer(node.value)
            self.report(node, "assignment", "assignments are chained", "write one line each")
        elif isinstance(target, ast.Subscript):
            self._store(target, node.value)
        elif isinstance(target, ast.Tuple):
            self._unpack(target, node.value)
        else:
            self._assign(target, self.infer(node.value))
        return True

    def _annassign_statement(self, node: ast.AnnAssign) -> bool:
        if node.value is None or not isinstance(node.target, ast.Name):
            self.report(node, "assignment", "a declaration without a value", "assign a value")
            return True
        wanted = UNKNOWN
        if isinstance(node.annotation, ast.Name):
            name = node.annotation.id
            wanted = self.globals.get(name, {"bool": bool, "int": int}.get(name, UNKNOWN))
        fault = value_fault(wanted)
        if fault is not None:
            self.report(
                node.annotation, "annotation", f"{node.target.id} is declared with no type of kernels"
            )
            wanted = UNKNOWN
        self.exactly(node.value, wanted, f"the value of {node.target.id}")
        self._bind(node.target, wanted)
        return True

    def _augassign_statement(self, node: ast.AugAssign) -> bool:
        left = self._target_type(node.target)
        right = self.infer(node.value)
        found = self.operate(node, left, node.op, right, node.target, node.value)
        if isinstance(found, Literal):
            found = int
        if isinstance(node.target, ast.Name):
            self._bind(node.target, found)
        elif found is not UNKNOWN and found != left:
            self.report(node, "changed-type", f"an element of {describe(left)} becomes {describe(found)}")
        return True

    def _target_type(self, target: ast.expr) -> Type:
        if isinstance(target, ast.Name):
            if target.id in self.assigned:
                self.types[target] = self.locals[target.id]
                return self.locals[target.id]
            return self.report(target, "unassigned", f"{target.id} may be read before it is assigned")
        if isinstance(target, ast.Subscript):
            return self._writable(target)
        return self.report(target, "assignment", "something else than a name is assigned")

    def _store(self, target: ast.Subscript, value: ast.expr) -> None:
        self.exactly(value, self._writable(target), "the stored value")

    def _writable(self, target: ast.Subscript) -> Type:
        element = self.infer(target)
        owner = self.types.get(target.value)
        if element is not UNKNOWN and not is_scratch(owner):
            return self.report(target, "read-only", f"an element of {describe(owner)} is assigned")
        return element

    def _unpack(self, target: ast.Tuple, value: ast.expr) -> None:
        found: Type = self.several(value) if isinstance(value, ast.Tuple) else self.infer(value)
        if is_struct(found):
            found = Several(tuple(fields(found).values()))
        parts: tuple[Type, ...] = found.types if isinstance(found, Several) else (UNKNOWN,) * len(target.elts)
        if found is not UNKNOWN and not isinstance(found, Several):
            self.report(value, "tuple", f"{describe(found)} is taken apart", "unpack a NamedTuple or a tuple")
        elif len(parts) != len(target.elts):
            self.report(target, "tuple", f"{len(parts)} values, {len(target.elts)} names", "name each")
            parts = (UNKNOWN,) * len(target.elts)
        for element, part in zip(target.elts, parts, strict=True):
            self._assign(element, part)

    def _assign(self, target: ast.expr, found: Type) -> None:
        if isinstance(target, ast.Name):
            self._bind(target, int if isinstance(found, Literal) else found)
        else:
            self.report(target, "assignment", "something else than a name is assigned")

    def _bind(self, target: ast.Name, found: Type) -> None:
        name = target.id
        known = self.locals.get(name, UNKNOWN)
        if found is not UNKNOWN and array_element(found) is not None:
            found = self.report(target, "array", f"{name} is another name for an array")
        if UNKNOWN not in (known, found) and known != found:
            self.report(target, "changed-type", f"{name} is {describe(known)} and becomes {describe(found)}")
            self.locals[name] = UNKNOWN
        elif known is UNKNOWN:
            self.locals[name] = found
        self.types[target] = self.locals[name]
        self.assigned.add(name)
