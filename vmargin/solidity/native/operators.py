"""Solidity's operators on numba's words: checked ones return an error status where Solidity panics."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

from vmargin.solidity.native.division import divide_unsigned
from vmargin.solidity.native.limb_steps import I256
from vmargin.solidity.native.word_type import WordType, canonical, resize

I1 = ir.IntType(1)


def fail_if(context: Any, builder: ir.IRBuilder, condition: Any) -> None:
    """Leave the kernel with an error; the checked reading then says which."""
    with builder.if_then(condition, likely=False):
        context.call_conv.return_exc(builder)


def common_type(a: Any, b: Any) -> WordType | None:
    """The type of `a op b`: the wider of two of one kind, or the word's beside a literal."""
    words = [t for t in (a, b) if isinstance(t, WordType)]
    if len(words) == 2:
        first, second = words
        if (first.signed, first.wrapping) != (second.signed, second.wrapping):
            return None
        return first if first.bits >= second.bits else second
    other = b if a is words[0] else a
    return words[0] if isinstance(other, types.Integer) else None


def _has_word(args: tuple[Any, ...]) -> bool:
    return any(isinstance(a, WordType) for a in args)


def _is_amount(kind: Any) -> bool:
    return isinstance(kind, types.Integer) or (isinstance(kind, WordType) and not kind.signed)


def _declare(operators: tuple[Any, ...], generic: Callable[[tuple[Any, ...]], Any]) -> None:
    """Give operators a typing rule: the argument types to a signature, or None."""

    class Rule(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: tuple[Any, ...], kws: Any) -> Any:
            return generic(args) if _has_word(args) else None

    for key in operators:
        infer_global(key)(type(f"Word_{key.__name__}", (Rule,), {"key": key}))


def _arithmetic_rule(args: tuple[Any, ...]) -> Any:
    kind = common_type(*args)
    return None if kind is None else signature(kind, kind, kind)


def _comparison_rule(args: tuple[Any, ...]) -> Any:
    kind = common_type(*args)
    return None if kind is None else signature(types.boolean, kind, kind)


def _shift_rule(args: tuple[Any, ...]) -> Any:
    value, amount = args
    if isinstance(value, WordType) and _is_amount(amount):
        wide = WordType(256, False, False)
        return signature(value, value, wide)
    return None


def _unary_rule(args: tuple[Any, ...]) -> Any:
    return signature(args[0], args[0])


_declare(
    (
        operator.add, operator.iadd, operator.sub, operator.isub, operator.mul, operator.imul,
        operator.truediv, operator.itruediv, operator.mod, operator.imod,
        operator.and_, operator.iand, operator.or_, operator.ior, operator.xor, operator.ixor,
    ),
    _arithmetic_rule,
)  # fmt: skip
_declare((operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt), _comparison_rule)
_declare(
    (operator.lshift, operator.ilshift, operator.rshift, operator.irshift, operator.pow, operator.ipow),
    _shift_rule,
)
_declare((operator.neg, operator.invert), _unary_rule)


def _lower_binary(*keys: Any) -> Callable[[Any], Any]:
    """Register `emit(context, builder, kind, a, b)` for operators on two words of one type."""

    def register(emit: Any) -> Any:
        def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return emit(context, builder, sig.args[0], *args)

        for key in keys:
            lower_builtin(key, WordType, WordType)(lowered)
        return emit

    return register


def _settle(context: Any, builder: ir.IRBuilder, kind: WordType, wide: Any) -> Any:
    """Bring a result from a wider register back: wrapped, or an error if it does not fit."""
    narrow = canonical(builder, kind, builder.trunc(wide, kind.register))
    if not kind.wrapping:
        back = resize(builder, narrow, kind.signed, wide.type)
        fail_if(context, builder, builder.icmp_unsigned("!=", back, wide))
    return narrow


def _by_overflow_flag(name: str, context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    """Add or subtract where the register is exactly the type's width."""
    if kind.wrapping:
        return getattr(builder, name)(a, b)
    pair = getattr(builder, f"{'s' if kind.signed else 'u'}{name}_with_overflow")(a, b)
    fail_if(context, builder, builder.extract_value(pair, 1))
    return builder.extract_value(pair, 0)


def _sum(name: str, context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    if kind.bits == kind.register.width:
        return _by_overflow_flag(name, context, builder, kind, a, b)
    wide = ir.IntType(kind.register.width + 64)
    x, y = (resize(builder, v, kind.signed, wide) for v in (a, b))
    return _settle(context, builder, kind, getattr(builder, name)(x, y))


@_lower_binary(operator.add, operator.iadd)
def _add(context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    return _sum("add", context, builder, kind, a, b)


@_lower_binary(operator.sub, operator.isub)
def _sub(context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    return _sum("sub", context, builder, kind, a, b)


@_lower_binary(operator.mul, operator.imul)
def _mul(context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    if kind.register.width < 256:
        wide = ir.IntType(2 * kind.register.width)
        x, y = (resize(builder, v, kind.signed, wide) for v in (a, b))
        return _settle(context, builder, kind, builder.mul(x, y))
    if kind.wrapping:
        return canonical(builder, kind, wrapping_product(builder, kind.signed, a, b))

    def flagged_product() -> Any:
        flagged = builder.call(wide_product(builder.module, kind.signed), [a, b])
        fail_if(context, builder, builder.extract_value(flagged, 1))
        return builder.extract_value(flagged, 0)

    product = _product(builder, kind.signed, a, b, flagged_product)
    if kind.bits < kind.register.width:
        fail_if(context, builder, builder.icmp_unsigned("!=", canonical(builder, kind, product), product))
    return product


def wrapping_product(builder: ir.IRBuilder, signed: bool, a: Any, b: Any) -> Any:
    """Emit the low 256 bits of a product."""
    return _product(builder, signed, a, b, lambda: builder.mul(a, b))


def _product(builder: ir.IRBuilder, signed: bool, a: Any, b: Any, otherwise: Callable[[], Any]) -> Any:
    """Emit the product of two halves of 128 bits, the usual case, which never overflows, or else another."""
    x, y = (builder.trunc(v, ir.IntType(128)) for v in (a, b))
    both = builder.and_(
        builder.icmp_unsigned("==", resize(builder, x, signed, I256), a),
        builder.icmp_unsigned("==", resize(builder, y, signed, I256), b),
    )
    result = cgutils.alloca_once(builder, I256)
    with builder.if_else(both, likely=True) as (narrow, wide):
        with narrow:
            builder.store(_narrow_product(builder, signed, x, y), result)
        with wide:
            builder.store(otherwise(), result)
    return builder.load(result)


def _narrow_product(builder: ir.IRBuilder, signed: bool, x: Any, y: Any) -> Any:
    """The product of two i128: four multiplications of limbs, which LLVM takes ten for if it is signed."""
    product = builder.mul(builder.zext(x, I256), builder.zext(y, I256))
    if not signed:
        return product
    zero = x.type(0)
    excess = builder.add(
        builder.select(builder.icmp_signed("<", x, zero), y, zero),
        builder.select(builder.icmp_signed("<", y, zero), x, zero),
    )
    return builder.sub(product, builder.shl(builder.zext(excess, I256), I256(128)))


def wide_product(module: ir.Module, signed: bool) -> ir.Function:
    """The product of any two words with its overflow flag, out of line."""
    name = f"vmargin.{'s' if signed else 'u'}mul_with_overflow"
    known = module.globals.get(name)
    if known is not None:
        return known
    function = ir.Function(module, ir.FunctionType(ir.LiteralStructType([I256, I1]), [I256, I256]), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(getattr(builder, name.removeprefix("vmargin."))(*function.args))
    return function


def magnitude(builder: ir.IRBuilder, value: Any) -> tuple[Any, Any]:
    """Return whether a signed register is negative, and its magnitude as unsigned."""
    negative = builder.icmp_signed("<", value, value.type(0))
    return negative, builder.select(negative, builder.neg(value), value)


def divide_register(builder: ir.IRBuilder, signed: bool, a: Any, b: Any, remainder: bool) -> Any:
    """Emit a truncated division of registers; b is not zero; min / -1 wraps to min."""
    width = a.type.width
    negative: Any = None
    if signed:
        a_negative, a = magnitude(builder, a)
        b_negative, b = magnitude(builder, b)
        negative = a_negative if remainder else builder.xor(a_negative, b_negative)
    if width == 64:
        result = builder.urem(a, b) if remainder else builder.udiv(a, b)
    else:
        x, y = (resize(builder, v, False, I256) for v in (a, b))
        division = divide_unsigned(builder, x, y)
        result = builder.trunc(division.remainder if remainder else division.quotient, ir.IntType(width))
    return builder.select(negative, builder.neg(result), result) if signed else result


def _divide(context: Any, builder: Any, kind: WordType, a: Any, b: Any, remainder: bool) -> Any:
    fail_if(context, builder, builder.icmp_unsigned("==", b, b.type(0)))
    result = divide_register(builder, kind.signed, a, b, remainder)
    if kind.signed and not remainder:
        least = builder.icmp_signed("==", a, a.type(kind.low))
        overflow = builder.and_(least, builder.icmp_signed("==", b, b.type(-1)))
        if not kind.wrapping:
            fail_if(context, builder, overflow)
        result = canonical(builder, kind, result)
    return result


@_lower_binary(operator.truediv, operator.itruediv)
def _div(context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    return _divide(context, builder, kind, a, b, remainder=False)


@_lower_binary(operator.mod, operator.imod)
def _mod(context: Any, builder: Any, kind: WordType, a: Any, b: Any) -> Any:
    return _divide(context, builder, kind, a, b, remainder=True)


for _name, _keys in {
    "and_": (operator.and_, operator.iand),
    "or_": (operator.or_, operator.ior),
    "xor": (operator.xor, operator.ixor),
}.items():

    def _bitwise(context: Any, builder: Any, kind: Any, a: Any, b: Any, emit: str = _name) -> Any:
        return getattr(builder, emit)(a, b)

    _lower_binary(*_keys)(_bitwise)

for _symbol in ("lt", "le", "eq", "ne", "ge", "gt"):
    _predicate = {"lt": "<", "le": "<=", "eq": "==", "ne": "!=", "ge": ">=", "gt": ">"}[_symbol]

    def _compare(context: Any, builder: Any, kind: Any, a: Any, b: Any, predicate: str = _predicate) -> Any:
        return (builder.icmp_signed if kind.signed else builder.icmp_unsigned)(predicate, a, b)

    _lower_binary(getattr(operator, _symbol))(_compare)


def clipped(builder: ir.IRBuilder, amount: Any, width: int, target: ir.IntType) -> tuple[Any, Any]:
    """Return whether a shift by `amount` keeps anything, and the amount made harmless for LLVM."""
    small = builder.icmp_unsigned("<", amount, amount.type(width))
    return small, resize(builder, builder.select(small, amount, amount.type(0)), False, target)


@_lower_binary(operator.lshift, operator.ilshift)
def _shift_left(context: Any, builder: Any, kind: WordType, value: Any, amount: Any) -> Any:
    small, n = clipped(builder, amount, kind.bits, kind.register)
    return builder.select(small, canonical(builder, kind, builder.shl(value, n)), kind.register(0))


@_lower_binary(operator.rshift, operator.irshift)
def _shift_right(context: Any, builder: Any, kind: WordType, value: Any, amount: Any) -> Any:
    small, n = clipped(builder, amount, kind.bits, kind.register)
    shifted = (builder.ashr if kind.signed else builder.lshr)(value, n)
    beyond = builder.ashr(value, value.type(value.type.width - 1)) if kind.signed else kind.register(0)
    return builder.select(small, shifted, beyond)


def power(base: Any, exponent: Any) -> Any:
    """Square and multiply; a square is taken only where it is used, so that it overflows rightly."""
    result = base ^ base | 1
    while exponent != 0:
        if (exponent & 1) != 0:
            result = result * base
        exponent = exponent >> 1
        if exponent != 0:
            base = base * base
    return result


@_lower_binary(operator.pow, operator.ipow)
def _pow(context: Any, builder: Any, kind: WordType, base: Any, exponent: Any) -> Any:
    amount = WordType(256, False, False)
    return context.compile_internal(builder, power, signature(kind, kind, amount), (base, exponent))


@lower_builtin(operator.neg, WordType)
def _negate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    return _sum("sub", context, builder, kind, kind.register(0), args[0])


@lower_builtin(operator.invert, WordType)
def _invert(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return canonical(builder, sig.args[0], builder.not_(args[0]))
