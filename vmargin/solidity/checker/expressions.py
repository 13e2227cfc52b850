"""Infers the type of every expression of a kernel, and reports those that the subset does not have."""

from __future__ import annotations

import ast
import builtins
import inspect
import types
from collections.abc import Callable
from typing import Any

from vmargin.solidity.assembly import OPCODES
from vmargin.solidity.checker.findings import RULES, Finding
from vmargin.solidity.checker.source import AnyKernel, stored_names
from vmargin.solidity.checker.types import (
    LIMIT,
    UNEVALUATED,
    UNKNOWN,
    Fault,
    Literal,
    Several,
    Type,
    balance,
    conversion_fault,
    describe,
    exact_fault,
    fields,
    is_plain,
    is_unsigned,
    is_word,
)
from vmargin.solidity.integers import Word, uint256
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import CustomError, Revert
from vmargin.solidity.signatures import array_element, is_struct

_ON_LITERALS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: int.__add__,
    ast.Sub: int.__sub__,
    ast.Mult: int.__mul__,
    ast.FloorDiv: int.__floordiv__,
    ast.Mod: int.__mod__,
    ast.Pow: int.__pow__,
    ast.LShift: int.__lshift__,
}
_BALANCED = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.BitAnd, ast.BitOr, ast.BitXor)
_LEFT = (ast.Pow, ast.LShift, ast.RShift)
_OUTSIDE: dict[type[ast.expr], tuple[str, str | None]] = {
    ast.Lambda: ("a lambda", "write a kernel"),
    ast.JoinedStr: ("an f-string", None),
    ast.NamedExpr: ("an assignment inside an expression", "assign on a line of its own"),
    ast.ListComp: ("a comprehension", "write a `for` over range"),
    ast.SetComp: ("a comprehension", "write a `for` over range"),
    ast.DictComp: ("a comprehension", "write a `for` over range"),
    ast.GeneratorExp: ("a generator", "write a `for` over range"),
    ast.List: ("a list", "take a Scratch array as a parameter"),
    ast.Dict: ("a dict", "declare a NamedTuple"),
    ast.Set: ("a set", "declare a NamedTuple"),
}


class Expressions:
    """The types of one kernel's expressions; `types`, `literals` and `findings` collect the answers."""

    def __init__(self, kernel: AnyKernel, function: ast.FunctionDef) -> None:
        self.kernel = kernel
        self.function = function
        self.file = kernel.body.__code__.co_filename
        self.globals = kernel.body.__globals__
        self.findings: list[Finding] = []
        self.types: dict[ast.expr, Type] = {}
        self.literals: dict[ast.expr, int] = {}
        self.locals: dict[str, Type] = {}
        self.assigned: set[str] = set()
        self.stored = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
        self.stored |= set(stored_names(function))

    def report(self, node: ast.AST, code: str, message: str, cure: str | None = None) -> Type:
        """Add a finding; the type of its expression is then unknown."""
        line, column = getattr(node, "lineno", self.function.lineno), getattr(node, "col_offset", 0) + 1
        self.findings.append(Finding(code, self.file, line, column, message, cure or RULES[code]))
        return UNKNOWN

    def blame(self, node: ast.AST, fault: Fault | None) -> None:
        """Report a fault, if there is one."""
        if fault is not None:
            self.report(node, *fault)

    def infer(self, node: ast.expr) -> Type:
        """The type of an expression."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            what, cure = _OUTSIDE.get(type(node), (f"{type(node).__name__}", None))
            found = self.report(node, "expression", f"{what} is outside of the subset", cure)
        else:
            found = method(node)
        if isinstance(found, Literal):
            self.literals[node] = found.value
            self.types[node] = int
        else:
            self.types[node] = found
        return found

    def exactly(self, node: ast.expr, wanted: Type, what: str) -> None:
        """Infer an expression and demand one type of it."""
        found = self.infer(node)
        if found is not UNKNOWN and wanted is not UNKNOWN:
            self.blame(node, exact_fault(found, wanted, what))

    def condition(self, node: ast.expr) -> None:
        """Infer an expression and demand a bool."""
        found = self.infer(node)
        if found is not UNKNOWN and found is not bool:
            self.report(node, "condition", f"{describe(found)} is used as a condition")

    def index(self, node: ast.expr) -> None:
        """Infer the position in an array."""
        found = self.infer(node)
        if isinstance(found, Literal) and found.value < 0:
            self.report(node, "index", f"the index {found.value} is negative")
        elif found is not UNKNOWN and not is_plain(found) and not is_unsigned(found):
            self.report(node, "index", f"{describe(found)} is used as an index")

    def settle(self, node: ast.expr, found: Type, word: Type) -> None:
        """Note the type that a literal takes from the word beside it."""
        if isinstance(found, Literal):
            self.types[node] = word

    # Literals and names.

    def _constant(self, node: ast.Constant) -> Type:
        if isinstance(node.value, bool):
            return bool
        if isinstance(node.value, int):
            return self._sized(node, node.value)
        kind = "the string" if isinstance(node.value, str) else "the constant"
        cure = "scale it to an integer" if isinstance(node.value, float) else None
        return self.report(node, "constant", f"{kind} {node.value!r} is outside of the subset", cure)

    def _sized(self, node: ast.AST, value: int) -> Type:
        if -LIMIT < value < LIMIT:
            return Literal(value)
        return self.report(node, "literal-size", f"the literal {value} has 2^63 or more in magnitude")

    def _name(self, node: ast.Name) -> Type:
        name = node.id
        if name in self.stored:
            if name in self.assigned:
                return self.locals[name]
            self.assigned.add(name)
            self.report(node, "unassigned", f"{name} may be read before it is assigned")
            return self.locals.get(name, UNKNOWN)
        value = self.resolve(node)
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, bool) or is_word(type(value)):
            return type(value)
        if type(value) is int:
            if -LIMIT < value < LIMIT:
                return Literal(value)
            return self.report(node, "global", f"the plain int {name} is too large", RULES["literal-size"])
        if isinstance(value, (Kernel, type)) or callable(value):
            return self.report(node, "name", f"{name} is a {type(value).__name__} and no value", "call it")
        return self.report(node, "global", f"the global {name} is a {type(value).__name__}")

    def resolve(self, node: ast.Name) -> Any:
        """What a global name means, or UNKNOWN with a finding."""
        name = node.id
        if name in self.globals:
            if self.globals[name] is None:
                return self.report(node, "global", f"the global {name} is None")
            return self.globals[name]
        if hasattr(builtins, name):
            if name in ("range", "len"):
                return getattr(builtins, name)
            return self.report(node, "builtin", f"{name} is a builtin of Python")
        if name in self.kernel.body.__code__.co_freevars:
            return UNKNOWN
        return self.report(node, "name", f"{name} is not defined")

    def _attribute(self, node: ast.Attribute) -> Type:
        if isinstance(node.value, ast.Name) and node.value.id not in self.stored:
            owner = self.resolve(node.value)
            if is_word(owner) and node.attr in ("min", "max"):
                return owner
            if owner is UNKNOWN:
                return UNKNOWN
            what = f"{node.value.id}.{node.attr}"
            if isinstance(owner, types.ModuleType):
                return self.report(node, "global", f"{what} reaches into a module", "import it by bare name")
            return self.report(node, "field", f"{what} is no field of a NamedTuple")
        owner = self.infer(node.value)
        if owner is UNKNOWN:
            return UNKNOWN
        if is_struct(owner) and node.attr in owner._fields:
            return fields(owner)[node.attr]
        return self.report(node, "field", f"{describe(owner)} has no field {node.attr}")

    def _subscript(self, node: ast.Subscript) -> Type:
        owner = self._array(node.value, "is indexed", "read its fields by name")
        if isinstance(node.slice, ast.Slice):
            return self.report(node, "index", "a slice is taken")
        self.index(node.slice)
        return UNKNOWN if owner is UNKNOWN else array_element(owner)

    def _array(self, node: ast.expr, what: str, cure: str) -> Type:
        found = self.infer(node)
        if found is UNKNOWN or array_element(found) is not None:
            return found
        cure = cure if is_struct(found) else "pass an array"
        return self.report(node, "array", f"{describe(found)} {what}", cure)

    def _tuple(self, node: ast.Tuple) -> Type:
        for element in node.elts:
            self.infer(element)
        return self.report(node, "tuple", "a bare tuple stands here")

    def several(self, node: ast.Tuple) -> Several:
        """The types of the right side of `a, b = x, y`."""
        return Several(tuple(self.infer(element) for element in node.elts))

    # Operators.

    def _binop(self, node: ast.BinOp) -> Type:
        left, right = self.infer(node.left), self.infer(node.right)
        return self.operate(node, left, node.op, right, node.left, node.right)

    def operate(
        self,
        node: ast.AST,
        left: Type,
        op: ast.operator,
        right: Type,
        left_node: ast.expr,
        right_node: ast.expr,
    ) -> Type:
        """The type of `left op right`."""
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if is_plain(left) and is_plain(right):
            return self._plain(node, left, op, right)
        if isinstance(op, _LEFT):
            return self._by_amount(node, left, right)
        if bool in (left, right) and not is_word(left) and not is_word(right):
            return self.report(node, "bool", f"an operator joins {describe(left)} and {describe(right)}")
        if not isinstance(op, _BALANCED):
            symbol = "//" if isinstance(op, ast.FloorDiv) else "@"
            return self.report(node, "operator", f"{symbol} is no operator of words")
        common = balance(left, right)
        if isinstance(common, Fault):
            return self.report(node, *common)
        self.settle(left_node, left, common)
        self.settle(right_node, right, common)
        return common

    def _plain(self, node: ast.AST, left: Type, op: ast.operator, right: Type) -> Type:
        if isinstance(op, (ast.FloorDiv, ast.Mod)) and not (isinstance(right, Literal) and right.value > 0):
            return self.report(node, "counter-arithmetic", "a plain int is divided by no positive literal")
        if isinstance(left, Literal) and isinstance(right, Literal):
            if isinstance(op, (ast.Pow, ast.LShift)) and not 0 <= right.value < 64:
                return self.report(node, "literal-size", f"{right.value} is no exponent of a 63-bit number")
            for kind, fold in _ON_LITERALS.items():
                if isinstance(op, kind):
                    return self._sized(node, fold(left.value, right.value))
        elif isinstance(op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)):
            return int
        return self.report(node, "counter-arithmetic", f"{type(op).__name__} is applied to plain ints")

    def _by_amount(self, node: ast.AST, left: Type, right: Type) -> Type:
        if not is_unsigned(right) and not (isinstance(right, Literal) and right.value >= 0):
            cure = "convert the counter: `uint256(i)`" if right is int else None
            return self.report(node, "amount", f"{describe(right)} is the amount of a shift or a power", cure)
        if is_plain(left):
            message = f"{describe(left)} is shifted or raised by a word"
            return self.report(node, "amount", message, "say its type: `uint256(1) << n`")
        if is_word(left):
            return left
        fault = balance(left, uint256)
        return self.report(node, *fault) if isinstance(fault, Fault) else UNKNOWN

    def _unaryop(self, node: ast.UnaryOp) -> Type:
        if isinstance(node.op, ast.Not):
            self.condition(node.operand)
            return bool
        found = self.infer(node.operand)
        if found is UNKNOWN:
            return UNKNOWN
        if isinstance(node.op, ast.UAdd):
            return self.report(node, "operator", "unary + is no operator of Solidity", "leave it out")
        if found is bool:
            return self.report(node, "bool", "an operator is applied to a bool")
        if isinstance(node.op, ast.USub):
            if isinstance(found, Literal):
                return self._sized(node, -found.value)
            if is_word(found) and not found.signed:
                return self.report(node, "unary-minus", f"unary - is applied to {describe(found)}")
        if is_plain(found):
            return self.report(node, "counter-arithmetic", f"a unary operator changes {describe(found)}")
        return found if is_word(found) else self.report(node, "operator", f"{describe(found)} is no number")

    def _boolop(self, node: ast.BoolOp) -> Type:
        for value in node.values:
            self.condition(value)
        return bool

    def _compare(self, node: ast.Compare) -> Type:
        left, right = self.infer(node.left), self.infer(node.comparators[0])
        if len(node.ops) > 1:
            self.report(node, "chained-comparison", "comparisons are chained")
            return bool
        op = node.ops[0]
        if isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
            self.report(node, "operator", "`is` and `in` are no operators of Solidity", "use == and !=")
        elif left is UNKNOWN or right is UNKNOWN or (is_plain(left) and is_plain(right)):
            pass
        elif left is bool and right is bool:
            if not isinstance(op, (ast.Eq, ast.NotEq)):
                self.report(node, "comparison", "bools are compared by order")
        elif is_word(left) or is_word(right):
            common = balance(left, right)
            if isinstance(common, Fault):
                self.report(node, *(common if common.code != "operator" else ("comparison", common.message)))
            else:
                self.settle(node.left, left, common)
                self.settle(node.comparators[0], right, common)
        else:
            self.report(node, "comparison", f"{describe(left)} is compared with {describe(right)}")
        return bool

    def _ifexp(self, node: ast.IfExp) -> Type:
        self.condition(node.test)
        left, right = self.infer(node.body), self.infer(node.orelse)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if is_plain(left) and is_plain(right):
            return int
        if left != right:
            return self.report(node, "arms", f"one arm is {describe(left)}, the other {describe(right)}")
        if array_element(left) is not None:
            return self.report(node, "array", "an array is chosen by a condition")
        return left

    # Calls.

    def _call(self, node: ast.Call) -> Type:
        if not isinstance(node.func, ast.Name) or node.func.id in self.stored:
            self._arguments(node, None)
            return self.report(node, "call", f"{ast.unparse(node.func)} is called")
        target = self.resolve(node.func)
        if isinstance(target, Kernel):
            return self._kernel_call(node, target)
        if is_word(target):
            return self._conversion(node, target)
        if is_struct(target):
            return self._construction(node, target)
        if isinstance(target, types.FunctionType) and target in OPCODES.values():
            return self._opcode(node, target)
        if target is len:
            if self._arguments(node, 1):
                self._array(node.args[0], "has no length", "a NamedTuple has a fixed length")
            return int
        for argument in node.args:
            self.infer(argument)
        if target is UNKNOWN:
            return UNKNOWN
        return self._uncallable(node, node.func.id, target)

    def _uncallable(self, node: ast.Call, name: str, target: Any) -> Type:
        if target is range:
            return self.report(node, "loop", "range stands outside of a `for`")
        if isinstance(target, CustomError) or (isinstance(target, type) and issubclass(target, Revert)):
            return self.report(node, "raise", f"the revert {name} is built outside of `raise`")
        if isinstance(target, types.FunctionType):
            return self.report(node, "not-a-kernel", f"{name} is no kernel")
        if target is Word:
            return self.report(node, "call", "Word is no type of Solidity", "call a type with a width")
        return self.report(node, "call", f"{name} is a {type(target).__name__} and cannot be called")

    def _arguments(self, node: ast.Call, count: int | None) -> bool:
        """Whether the call has as many plain positional arguments as are wanted."""
        plain = not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args)
        if plain and count in (None, len(node.args)):
            return True
        what = f"{ast.unparse(node.func)} takes {count} arguments, got {len(node.args)}"
        self.report(node, "arguments", what if plain else "an argument is passed by name or by *")
        return False

    def _kernel_call(self, node: ast.Call, callee: AnyKernel) -> Type:
        if self.kernel in callee.reachable():
            self.report(node, "recursion", f"{callee.body.__name__} leads back to {self.function.name}")
        try:
            signature = callee.signature
        except UNEVALUATED:  # reported where the callee is checked
            return UNKNOWN
        if self._arguments(node, len(signature.types)):
            for name, wanted, argument in zip(signature.names, signature.types, node.args, strict=True):
                self.exactly(argument, wanted, f"the argument {name} of {callee.body.__name__}")
        return signature.returns

    def _conversion(self, node: ast.Call, word: Type) -> Type:
        if self._arguments(node, 1):
            argument = node.args[0]
            found = self.infer(argument)
            if found is not UNKNOWN:
                fault = conversion_fault(found, word)
                self.blame(node, fault)
                if fault is None:
                    self.settle(argument, found, word)
        return word

    def _construction(self, node: ast.Call, struct: Type) -> Type:
        wanted_fields = fields(struct)
        if self._arguments(node, len(wanted_fields)):
            for (name, wanted), argument in zip(wanted_fields.items(), node.args, strict=True):
                self.exactly(argument, wanted, f"the field {name} of {struct.__name__}")
        return struct

    def _opcode(self, node: ast.Call, opcode: types.FunctionType) -> Type:
        if self._arguments(node, len(inspect.signature(opcode).parameters)):
            for argument in node.args:
                found = self.infer(argument)
                if found is not UNKNOWN and not is_word(found):
                    fault = balance(found, uint256)
                    self.blame(argument, fault if isinstance(fault, Fault) else None)
                    self.settle(argument, found, uint256)
        return uint256
