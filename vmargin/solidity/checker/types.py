"""The types of a kernel's expressions, and the rules by which they meet."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any

from vmargin.solidity import signatures
from vmargin.solidity.integers import by_shape
from vmargin.solidity.signatures import array_element, is_scratch, is_struct, type_name

LIMIT = 1 << 63
"""Literals and plain ints stay below this in magnitude: compiled, they are 64-bit registers."""

Type = Any
"""A word class, bool, int, a NamedTuple class, Words[T], Scratch[T], or one of those below."""
UNKNOWN: Type = None
"""The type of an expression that already has a finding."""

UNEVALUATED = (NameError, TypeError, SyntaxError, AttributeError)
"""What evaluating an annotation may raise."""

_WORDS = frozenset(by_shape.values())


@dataclass(frozen=True)
class Literal:
    """An integer known when checking: it takes the type of the word beside it."""

    value: int


@dataclass(frozen=True)
class Several:
    """The right side of `a, b = x, y`."""

    types: tuple[Type, ...]


class Fault(typing.NamedTuple):
    """Why types do not meet: a rule's code, what happened, and a cure where the usual one is too vague."""

    code: str
    message: str
    cure: str | None = None


def is_word(t: Type) -> bool:
    """Whether it is one of Solidity's integer types."""
    return isinstance(t, type) and t in _WORDS


def is_plain(t: Type) -> bool:
    """Whether it is a plain int: a literal or a counter."""
    return t is int or isinstance(t, Literal)


def is_unsigned(t: Type) -> bool:
    """Whether it is an unsigned word."""
    return is_word(t) and not t.signed


def describe(t: Type) -> str:
    """How findings call a type."""
    if isinstance(t, Literal):
        return f"the literal {t.value}"
    if isinstance(t, Several):
        return "a tuple"
    return "a plain int" if t is int else type_name(t)


def fields(struct: Type) -> dict[str, Type]:
    """The fields of a NamedTuple and their types."""
    try:
        return signatures.fields(struct)
    except UNEVALUATED:
        return dict.fromkeys(struct._fields, UNKNOWN)


def parameter_fault(t: Type) -> Fault | None:
    """Why a parameter cannot have this type."""
    element = array_element(t)
    if element is None:
        return value_fault(t)
    if is_word(element):
        return None
    if not is_struct(element):
        return Fault("annotation", f"{type_name(t)} is no array of words")
    if is_scratch(t):
        cure = "write words: one Scratch array per field"
        return Fault("annotation", f"{type_name(t)} is a scratch array of structs", cure)
    for name, field in fields(element).items():
        if not is_word(field):
            cure = "give it words only: a flag as a word, what is nested as an array of its own"
            return Fault("annotation", f"{type_name(t)} has the field {name}, which is no word", cure)
    return None


def value_fault(t: Type) -> Fault | None:
    """Why a result cannot have this type."""
    return None if t is int else _member_fault(t, type_name(t))


def _member_fault(t: Type, place: str) -> Fault | None:
    if is_word(t) or t is bool:
        return None
    if t is UNKNOWN:
        return Fault("annotation", f"the annotation of {place} does not evaluate")
    if is_struct(t):
        for name, field in fields(t).items():
            fault = _member_fault(field, f"{place}.{name}")
            if fault is not None:
                return fault
        return None
    return Fault("annotation", f"{place} has a type that kernels do not know: {type_name(t)}")


def literal_fault(value: int, word: Type) -> Fault | None:
    """Why a literal cannot take the type of a word."""
    if not -LIMIT < value < LIMIT:
        return Fault("literal-size", f"the literal {value} has 2^63 or more in magnitude")
    if int(word.min) <= value <= int(word.max):
        return None
    return Fault("literal", f"the literal {value} does not fit {word.__name__}")


def balance(left: Type, right: Type) -> Type | Fault:
    """The common type of two operands of which at least one is a word."""
    for one, another in ((left, right), (right, left)):
        if isinstance(one, Literal):
            return literal_fault(one.value, another) or another
        if one is int:
            return Fault("counter", f"a plain int stands beside {describe(another)}")
        if one is bool:
            return Fault("bool", f"a bool stands beside {describe(another)}")
        if not is_word(one):
            return Fault("operator", f"{describe(one)} is no number")
    if left.wrapping != right.wrapping:
        return Fault("mixed-wrapping", f"{describe(left)} stands beside {describe(right)}")
    if left.signed != right.signed:
        return Fault("mixed-sign", f"{describe(left)} stands beside {describe(right)}")
    return left if left.bits >= right.bits else right


def conversion_fault(source: Type, word: Type) -> Fault | None:
    """Why `word(source)` does not compile."""
    if isinstance(source, Literal):
        return literal_fault(source.value, word)
    if source is int:
        if word.bits >= 64:
            return None
        return Fault("counter-width", f"a plain int may not fit {word.__name__}")
    if source is bool:
        return Fault("bool", f"a bool is converted to {word.__name__}")
    if not is_word(source):
        return Fault("conversion", f"{describe(source)} is converted to {word.__name__}")
    if source.signed != word.signed and source.bits != word.bits:
        via = by_shape[source.bits, word.signed, word.wrapping].__name__
        message = f"{describe(source)} to {word.__name__} changes sign and width at once"
        return Fault("conversion", message, f"go through {via}, which keeps the width")
    return None


def exact_fault(source: Type, wanted: Type, what: str) -> Fault | None:
    """Why a value cannot stand where exactly one type is wanted."""
    if source == wanted or (wanted is int and isinstance(source, Literal)):
        return None
    element = array_element(wanted)
    if element is not None and array_element(source) is element and is_scratch(source):
        return None
    if isinstance(source, Several):
        return Fault("tuple", f"{what} is a bare tuple")
    message = f"{what} is {describe(source)}, where {describe(wanted)} is wanted"
    cure = f"convert it: `{wanted.__name__}(…)`" if is_word(wanted) and source is not bool else None
    return Fault("implicit-conversion", message, cure)
