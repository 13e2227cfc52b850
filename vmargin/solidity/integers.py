"""Solidity's integer types in Python: checked ``uintN``/``intN`` and wrapping ``wuintN``/``wintN``.

The checked types behave as Solidity 0.8 does outside ``unchecked { }``, the wrapping ones as inside
it.  What solc would not compile raises :class:`~vmargin.errors.DoesNotCompile`, a ``TypeError``.

Every operator first asks whether both operands are of one type, which is the case that matters for
speed, and only then whether a literal or an implicit widening is meant.  A bool or a float on the
left of an operator is beyond reach, as Python never asks the word: the checker of kernels refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

from vmargin.errors import DoesNotCompile
from vmargin.solidity.reverts import ARITHMETIC, DIVISION_BY_ZERO, Panic

_new = int.__new__
_add, _sub, _mul = int.__add__, int.__sub__, int.__mul__
_floordiv, _mod, _neg, _rshift = int.__floordiv__, int.__mod__, int.__neg__, int.__rshift__


class Word(int):
    """What all of Solidity's integer types have in common."""

    __slots__ = ()
    bits: int
    signed: bool
    wrapping: bool
    min: Word
    max: Word

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))  # Hypothesis and IPython would take the abs() of an int

    __str__ = int.__repr__
    __hash__ = int.__hash__

    def __bool__(self) -> bool:
        raise DoesNotCompile(f"{self!r} is no condition in Solidity: compare it, as in `x != 0`")

    def _floors(self, *_: object) -> Any:
        raise DoesNotCompile("Python's // and divmod floor: Solidity's division is /, its remainder %")

    __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _floors

    def __pos__(self) -> Any:
        raise DoesNotCompile("unary + is no operator of Solidity 0.8: leave it out")

    def __abs__(self) -> Any:
        raise DoesNotCompile("Solidity has no abs(): call the library's function that the contract calls")

    def __round__(self, *_: object) -> Any:
        raise DoesNotCompile("an integer has nothing to round: call the rounding function that is meant")


def _refuse(name: str, left: object, right: object) -> DoesNotCompile:
    if isinstance(left, Word) and isinstance(right, Word):
        cure = "convert one of them explicitly"
        if left.wrapping != right.wrapping:
            cure = "checked and wrapping do not mix: convert at the edge of the unchecked block"
    elif isinstance(right, bool) or isinstance(left, bool):
        cure = "a bool is no number in Solidity: write `uint256(1) if b else uint256(0)`"
    elif not isinstance(right, int) or not isinstance(left, int):
        cure = "Solidity has integers only: scale to an integer, and pass a plain int or a word"
    else:
        cure = "the literal must fit the type of the other operand"
    return DoesNotCompile(f"{left!r} {name} {right!r} does not compile: {cure}")


def _make(bits: int, signed: bool, wrapping: bool) -> type[Word]:
    """Build one type; its methods are closures, so that no attribute is looked up on the way."""
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - signed)) - 1
    mask = (1 << bits) - 1
    half = 1 << (bits - 1)
    name = f"{'w' if wrapping else ''}{'int' if signed else 'uint'}{bits}"

    contained: set[type] = set()
    converted: set[type] = set()

    def __new__(_: type, value: Any) -> Any:
        kind = type(value)
        if kind is cls:
            return value
        if kind in contained:
            return _new(cls, value)
        if kind in converted:
            return truncate(int(value))
        return convert(value)

    def convert(value: Any) -> Any:
        """Convert by the rules of Solidity 0.8, and remember the word types that these allow."""
        kind = type(value)
        if kind is int:
            if low <= value <= high:
                return _new(cls, value)
            raise DoesNotCompile(f"the literal {value} does not fit {name}")
        if not isinstance(value, Word):
            raise DoesNotCompile(f"{value!r} is no integer: {name} takes words and Python ints only")
        if value.signed is not signed and value.bits != bits:
            via = f"{'int' if signed else 'uint'}{value.bits}"
            raise DoesNotCompile(
                f"{kind.__name__} to {name} changes sign and width at once: go through {via}"
            )
        fits = low <= int(kind.min) and int(kind.max) <= high
        (contained if fits else converted).add(kind)
        return truncate(int(value))

    def truncate(value: int) -> Any:
        """Keep the low bits, read as this type."""
        if low <= value <= high:
            return _new(cls, value)
        return _new(cls, ((value + half) & mask) - half if signed else value & mask)

    def settle(value: int) -> Any:
        """What an arithmetic result becomes: itself, wrapped, or a panic."""
        if low <= value <= high:
            return _new(cls, value)
        if wrapping:
            return truncate(value)
        raise Panic(ARITHMETIC)

    def other(symbol: str, method: str, left: Any, right: object) -> Any:
        """Evaluate `left symbol right` for a `right` that is not of this very type."""
        kind = type(right)
        if kind is int:
            if low <= right <= high:  # type: ignore[operator]
                return getattr(left, method)(_new(cls, right))
            raise _refuse(symbol, left, right)
        if isinstance(right, Word):
            if right.signed is not signed or right.wrapping is not wrapping:
                raise _refuse(symbol, left, right)
            if right.bits > bits:
                return getattr(_new(kind, left), method)(right)
            return getattr(left, method)(_new(cls, right))
        if isinstance(right, Number):
            raise _refuse(symbol, left, right)
        return NotImplemented

    def literal(symbol: str, left: object, right: Any) -> Any:
        """Give a Python int on the left of an operator the type of the word on its right."""
        if type(left) is int and low <= left <= high:
            return _new(cls, left)
        if isinstance(left, Number):
            raise _refuse(symbol, left, right)
        return NotImplemented

    def reflected(symbol: str, method: str) -> Callable[[Any, object], Any]:
        def reflect(self: Any, left: object) -> Any:
            typed = literal(symbol, left, self)
            return typed if typed is NotImplemented else getattr(typed, method)(self)

        return reflect

    def signed_add(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("+", "__add__", a, b)
        r = _add(a, b)
        return _new(cls, r) if low <= r <= high else settle(r)

    def signed_sub(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("-", "__sub__", a, b)
        r = _sub(a, b)
        return _new(cls, r) if low <= r <= high else settle(r)

    def signed_mul(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("*", "__mul__", a, b)
        r = _mul(a, b)
        return _new(cls, r) if low <= r <= high else settle(r)

    def unsigned_add(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("+", "__add__", a, b)
        r = _add(a, b)
        return _new(cls, r) if r <= high else settle(r)

    def unsigned_sub(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("-", "__sub__", a, b)
        r = _sub(a, b)
        return _new(cls, r) if r >= 0 else settle(r)

    def unsigned_mul(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("*", "__mul__", a, b)
        r = _mul(a, b)
        return _new(cls, r) if r <= high else settle(r)

    def unsigned_div(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("/", "__truediv__", a, b)
        try:
            return _new(cls, _floordiv(a, b))
        except ZeroDivisionError:
            raise Panic(DIVISION_BY_ZERO) from None

    def unsigned_mod(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("%", "__mod__", a, b)
        try:
            return _new(cls, _mod(a, b))
        except ZeroDivisionError:
            raise Panic(DIVISION_BY_ZERO) from None

    def signed_div(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("/", "__truediv__", a, b)
        try:
            q = _floordiv(a, b)
        except ZeroDivisionError:
            raise Panic(DIVISION_BY_ZERO) from None
        if q < 0 and q * int(b) != int(a):
            q += 1
        return _new(cls, q) if q <= high else settle(q)

    def signed_mod(a: Any, b: Any) -> Any:
        if type(b) is not cls:
            return other("%", "__mod__", a, b)
        try:
            r = _mod(int(a), abs(int(b)))
        except ZeroDivisionError:
            raise Panic(DIVISION_BY_ZERO) from None
        return _new(cls, r - abs(int(b)) if r and int(a) < 0 else r)

    def power(base: int, exponent: int) -> Any:
        if wrapping:
            return truncate(pow(base, exponent, mask + 1))
        if exponent > bits and not -1 <= base <= 1:
            raise Panic(ARITHMETIC)
        return settle(base ** (exponent if exponent <= bits else 2 + exponent % 2))

    def __pow__(a: Any, b: Any, modulus: None = None) -> Any:
        if modulus is not None:
            raise DoesNotCompile("pow() with a modulus is no operator of Solidity")
        n = shift_amount("**", a, b)
        return n if n is NotImplemented else power(int(a), n)

    def __neg__(a: Any) -> Any:
        if not signed:
            raise DoesNotCompile(f"unary - of {a!r} does not compile: the type is unsigned")
        return settle(_neg(a))

    def __invert__(a: Any) -> Any:
        return truncate(~int(a))

    def shift_amount(symbol: str, a: Any, b: Any) -> Any:
        """Return the right operand of a shift or a power: unsigned, of any width."""
        if type(b) is int:
            if b >= 0:
                return b
        elif isinstance(b, Word) and not b.signed:
            return int(b)
        if isinstance(b, Number):
            raise DoesNotCompile(f"{a!r} {symbol} {b!r} does not compile: it takes an unsigned amount")
        return NotImplemented

    def __lshift__(a: Any, b: Any) -> Any:
        n = b if type(b) is int and b >= 0 else shift_amount("<<", a, b)
        if n is NotImplemented:
            return n
        return truncate(int(a) << n) if n < bits else _new(cls, 0)

    def __rshift__(a: Any, b: Any) -> Any:
        n = b if type(b) is int and b >= 0 else shift_amount(">>", a, b)
        return n if n is NotImplemented else _new(cls, _rshift(a, n if n < bits else bits))

    def bitwise(symbol: str, method: str, on_ints: Callable[[int, int], int]) -> Any:
        def operate(a: Any, b: Any) -> Any:
            if type(b) is not cls:
                return other(symbol, method, a, b)
            return _new(cls, on_ints(a, b))

        return operate

    def comparison(symbol: str, method: str, on_ints: Callable[[Any, Any], bool]) -> Any:
        def compare(a: Any, b: Any) -> Any:
            kind = type(b)
            if kind is cls or (kind is int and low <= b <= high):
                return on_ints(a, b)
            return other(symbol, method, a, b)

        return compare

    def from_literal(symbol: str, method: str) -> Any:
        """`2 ** n` and `1 << n` with a typed n: the literal becomes 256 bits wide."""

        def operate(self: Any, left: object) -> Any:
            if type(left) is int:
                wide = by_shape[256, left < 0, wrapping]
                return getattr(wide(left), method)(self)
            if isinstance(left, Number):
                raise _refuse(symbol, left, self)
            return NotImplemented

        return operate

    body: dict[str, Any] = {
        "__slots__": (),
        "__new__": __new__,
        "__module__": __name__,
        "__doc__": f"Solidity's {name.lstrip('w')}"
        + (", wrapping as in `unchecked { }`." if wrapping else "."),
        "bits": bits,
        "signed": signed,
        "wrapping": wrapping,
        "truncate": staticmethod(truncate),
        "__add__": signed_add if signed else unsigned_add,
        "__sub__": signed_sub if signed else unsigned_sub,
        "__mul__": signed_mul if signed else unsigned_mul,
        "__truediv__": signed_div if signed else unsigned_div,
        "__mod__": signed_mod if signed else unsigned_mod,
        "__pow__": __pow__,
        "__rpow__": from_literal("**", "__pow__"),
        "__neg__": __neg__,
        "__invert__": __invert__,
        "__lshift__": __lshift__,
        "__rlshift__": from_literal("<<", "__lshift__"),
        "__rshift__": __rshift__,
        "__rrshift__": from_literal(">>", "__rshift__"),
        "__hash__": int.__hash__,
    }
    for symbol, method in (
        ("+", "__add__"),
        ("-", "__sub__"),
        ("*", "__mul__"),
        ("/", "__truediv__"),
        ("%", "__mod__"),
    ):
        body["__r" + method[2:]] = reflected(symbol, method)
    for symbol, method, on_ints in (
        ("&", "__and__", int.__and__),
        ("|", "__or__", int.__or__),
        ("^", "__xor__", int.__xor__),
    ):
        body[method] = bitwise(symbol, method, on_ints)
        body["__r" + method[2:]] = reflected(symbol, method)
    for symbol, method in (
        ("<", "__lt__"),
        ("<=", "__le__"),
        ("==", "__eq__"),
        ("!=", "__ne__"),
        (">=", "__ge__"),
        (">", "__gt__"),
    ):
        body[method] = comparison(symbol, method, getattr(int, method))

    cls: type[Word] = type(name, (Word,), body)
    cls.min = _new(cls, low)
    cls.max = _new(cls, high)
    return cls


by_shape: dict[tuple[int, bool, bool], type[Word]] = {}
"""Every type by (bits, signed, wrapping)."""

for _bits in range(8, 257, 8):
    for _signed in (False, True):
        for _wrapping in (False, True):
            by_shape[_bits, _signed, _wrapping] = _make(_bits, _signed, _wrapping)

globals().update({_cls.__name__: _cls for _cls in by_shape.values()})
__all__ = ["Word", "by_shape", *(_cls.__name__ for _cls in by_shape.values())]  # noqa: PLE0604
