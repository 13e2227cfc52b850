"""What an operation does, said the same way for a mirror's and for the EVM's: by effect, not by name.

An effect is a class and operands as words.  `x * 8` and `x << 3` have one in common, as do `x - 1` and the
addition of 2^256 - 1.  Comparisons are thresholds: `5 < x`, `x >= 6` and `!(x < 6)` all ask whether x is at
least 6; which way round the answer is used is not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from vmargin.solidity.integers import Word
from vmargin.solidity.steps.opcodes import MASK, NAMES, WORD, signed
from vmargin.solidity.trace import CONVERSION, Operation

Effect: TypeAlias = tuple[Any, ...]

TEST = "?"
"""The class of a comparison with a threshold."""
SAME = "="
"""The class of a comparison for equality."""

COMPARING = frozenset({"LT", "GT", "SLT", "SGT", "EQ", "ISZERO"})
COMPUTING = frozenset(
    {
        "ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "ADDMOD", "MULMOD", "EXP", "SIGNEXTEND", "AND",
        "OR", "XOR", "NOT", "BYTE", "SHL", "SHR", "SAR", "CLZ",
    }
)  # fmt: skip


def effects(opcode: str, operands: Sequence[int]) -> tuple[Effect, ...]:
    """The effects of an instruction, by any of which it may be known."""
    rule = _RULES.get(opcode)
    return rule(*operands) if rule is not None else ()


def effects_of(operation: Operation) -> tuple[Effect, ...]:
    """The effects of a mirror's operation."""
    given = operation.operands
    if operation.kind == CONVERSION:
        return _conversion(operation)
    words = [int(operand) & MASK for operand in given]
    symbol = operation.symbol
    if symbol in _TESTS:
        if any(int(operand) < 0 for operand in given):
            return _ordered(symbol, int(given[0]), int(given[1]))
        return _ordered(symbol, words[0], words[1])
    if symbol == "-" and len(words) == 1:
        return effects("SUB", [0, words[0]])
    if symbol == "<<":
        return effects("SHL", words[::-1])
    if symbol == ">>":
        return effects("SAR" if int(given[0]) < 0 else "SHR", words[::-1])
    if symbol in ("/", "//", "%") and any(int(operand) < 0 for operand in given):
        return effects("SMOD" if symbol == "%" else "SDIV", words)
    return effects(_OPCODES.get(symbol, symbol.rstrip("_").upper()), words)


def is_comparison(effect: Effect) -> bool:
    """Whether an effect is one of a comparison."""
    return effect[0] in (TEST, SAME)


def class_of(operation: Operation) -> str:
    """A word for what an operation does, whatever it is given."""
    found = effects_of(operation)
    return str(found[0][0]) if found else operation.symbol


def _commuting(name: str) -> Callable[[int, int], tuple[Effect, ...]]:
    return lambda a, b: ((name, *sorted((a, b))),)


def _masked(a: int, b: int) -> tuple[Effect, ...]:
    found: list[Effect] = [("&", *sorted((a, b)))]
    found += [("%", x, mask + 1) for x, mask in ((a, b), (b, a)) if mask and mask & (mask + 1) == 0]
    return tuple(found)


def _remainder(a: int, b: int) -> tuple[Effect, ...]:
    found: list[Effect] = [("%", a, b)]
    if b and b & (b - 1) == 0:
        found.append(("&", *sorted((a, b - 1))))
    return tuple(found)


def _shifted_left(n: int, a: int) -> tuple[Effect, ...]:
    return (("*", *sorted((a, 1 << n))),) if n < 256 else (("<<", a, n),)


def _shifted_right(n: int, a: int) -> tuple[Effect, ...]:
    return (("/", a, 1 << n),) if n < 256 else ((">>", a, n),)


def _below(a: int, b: int) -> tuple[Effect, ...]:
    """`a < b`: whether b is at least a + 1, and whether a is at least b."""
    found: list[Effect] = [(TEST, b, a + 1), (TEST, a, b)]
    if a == 0:
        found.append((SAME, 0, b))
    return tuple(found)


def _equal(a: int, b: int) -> tuple[Effect, ...]:
    found: list[Effect] = [(SAME, *sorted((a, b)))]
    if 0 in (a, b):
        found.append((TEST, a or b, 1))
    return tuple(found)


def _ordered(symbol: str, a: int, b: int) -> tuple[Effect, ...]:
    if symbol in ("==", "!="):
        return _equal(a & MASK, b & MASK)
    return _below(a, b) if symbol in ("<", ">=") else _below(b, a)


def _conversion(operation: Operation) -> tuple[Effect, ...]:
    value, result = operation.operands[0], operation.result
    if not isinstance(result, Word):
        return ()
    word, bits = int(value) & MASK, result.bits
    return effects("SIGNEXTEND", [bits // 8 - 1, word]) if result.signed else _remainder(word, 1 << bits)


_TESTS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_OPCODES = {
    "+": "ADD", "-": "SUB", "*": "MUL", "/": "DIV", "//": "DIV", "%": "MOD", "**": "EXP", "&": "AND",
    "|": "OR", "^": "XOR", "~": "NOT",
}  # fmt: skip
_RULES: dict[str, Callable[..., tuple[Effect, ...]]] = {
    "ADD": _commuting("+"),
    "SUB": lambda a, b: (("+", *sorted((a, -b % WORD))),),
    "MUL": _commuting("*"),
    "DIV": lambda a, b: (("/", a, b),),
    "SDIV": lambda a, b: (("/", a, b),),
    "MOD": _remainder,
    "SMOD": _remainder,
    "EXP": lambda a, b: (("**", a, b),),
    "SIGNEXTEND": lambda b, x: (("signextend", b, x),),
    "ADDMOD": lambda a, b, n: (("addmod", *sorted((a, b)), n),),
    "MULMOD": lambda a, b, n: (("mulmod", *sorted((a, b)), n),),
    "AND": _masked,
    "OR": _commuting("|"),
    "XOR": _commuting("^"),
    "NOT": lambda a: (("^", *sorted((a, MASK))),),
    "BYTE": lambda i, x: (("byte", i, x),),
    "SHL": _shifted_left,
    "SHR": _shifted_right,
    "SAR": _shifted_right,
    "CLZ": lambda a: (("clz", a),),
    "LT": _below,
    "GT": lambda a, b: _below(b, a),
    "SLT": lambda a, b: _below(signed(a), signed(b)),
    "SGT": lambda a, b: _below(signed(b), signed(a)),
    "EQ": _equal,
    "ISZERO": lambda a: _equal(a, 0),
}
assert set(_RULES) <= set(NAMES.values()), "every rule is of an instruction"
