"""The EVM's opcodes on numba's words, and the conversions between word types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import signature
from numba.extending import intrinsic

from vmargin.solidity.integers import Word
from vmargin.solidity.native.division import divide_unsigned, multiply_modulo
from vmargin.solidity.native.limb_steps import I256
from vmargin.solidity.native.operators import (
    clipped,
    divide_register,
    fail_if,
    power,
    wide_product,
    wrapping_product,
)
from vmargin.solidity.native.word_type import WordType, convert, word_type

WORD = WordType(256, False, False)
WRAPPING = WordType(256, False, True)
ZERO = I256(0)


def _product_overflows(builder: ir.IRBuilder, x: Any, y: Any) -> Any:
    """Whether `x * y` leaves 256 bits; two halves never do."""
    result = cgutils.alloca_once(builder, ir.IntType(1))
    builder.store(result.type.pointee(0), result)
    wide = builder.icmp_unsigned(">=", builder.or_(x, y), I256(1 << 128))
    with builder.if_then(wide, likely=False):
        flagged = builder.call(wide_product(builder.module, signed=False), [x, y])
        builder.store(builder.extract_value(flagged, 1), result)
    return builder.load(result)


def _opcode(emit: Callable[..., Any]) -> Any:
    """Make `emit(builder, *registers)` callable from kernels, with operands as the stack has them."""
    arity = emit.__code__.co_argcount - 1

    def typed(typingctx: Any, *kinds: Any) -> Any:
        if not all(isinstance(k, WordType | types.Integer) for k in kinds):
            return None

        def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            words = [context.cast(builder, a, k, WORD) for a, k in zip(args, kinds, strict=True)]
            return emit(builder, *words)

        return signature(WORD, *kinds), lowered

    names = ", ".join("abc"[:arity])
    scope: dict[str, Any] = {"typed": typed}
    exec(f"def opcode(typingctx, {names}): return typed(typingctx, {names})", scope)  # noqa: S102
    return intrinsic(scope["opcode"])


def conversion(word: type[Word]) -> Any:
    """The explicit conversion to a type, as a function for kernels."""
    target = word_type(word)

    @intrinsic  # type: ignore[untyped-decorator]
    def to_word(typingctx: Any, value: Any) -> Any:
        if not isinstance(value, WordType | types.Integer):
            return None

        def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            if isinstance(value, types.IntegerLiteral):
                return target.register(value.literal_value)
            return convert(builder, args[0], value, target)

        return signature(target, value), lowered

    return to_word


def _unless_zero(builder: ir.IRBuilder, divisor: Any, emit: Callable[[], Any]) -> Any:
    """0 for a zero divisor, as the EVM has it, without dividing by it."""
    result = cgutils.alloca_once(builder, I256)
    builder.store(ZERO, result)
    with builder.if_then(builder.icmp_unsigned("!=", divisor, ZERO), likely=True):
        builder.store(emit(), result)
    return builder.load(result)


def _flag(builder: ir.IRBuilder, condition: Any) -> Any:
    return builder.zext(condition, I256)


def _add(builder: Any, a: Any, b: Any) -> Any:
    return builder.add(a, b)


def _sub(builder: Any, a: Any, b: Any) -> Any:
    return builder.sub(a, b)


def _mul(builder: Any, a: Any, b: Any) -> Any:
    return wrapping_product(builder, False, a, b)


def _div(builder: Any, a: Any, b: Any) -> Any:
    return _unless_zero(builder, b, lambda: divide_unsigned(builder, a, b).quotient)


def _mod(builder: Any, a: Any, b: Any) -> Any:
    return _unless_zero(builder, b, lambda: divide_unsigned(builder, a, b).remainder)


def _sdiv(builder: Any, a: Any, b: Any) -> Any:
    return _unless_zero(builder, b, lambda: divide_register(builder, True, a, b, remainder=False))


def _smod(builder: Any, a: Any, b: Any) -> Any:
    return _unless_zero(builder, b, lambda: divide_register(builder, True, a, b, remainder=True))


def _mulmod(builder: Any, a: Any, b: Any, n: Any) -> Any:
    return _unless_zero(builder, n, lambda: multiply_modulo(builder, a, b, n))


def _addmod(builder: Any, a: Any, b: Any, n: Any) -> Any:
    def reduced() -> Any:
        x = divide_unsigned(builder, a, n).remainder
        y = divide_unsigned(builder, b, n).remainder
        room = builder.sub(n, y)
        return builder.select(builder.icmp_unsigned(">=", x, room), builder.sub(x, room), builder.add(x, y))

    return _unless_zero(builder, n, reduced)


def _signextend(builder: Any, size: Any, x: Any) -> Any:
    inside = builder.icmp_unsigned("<", size, I256(31))
    clipped_size = builder.select(inside, size, I256(31))
    spare = builder.sub(I256(248), builder.shl(clipped_size, I256(3)))
    return builder.ashr(builder.shl(x, spare), spare)


def _lt(builder: Any, a: Any, b: Any) -> Any:
    return _flag(builder, builder.icmp_unsigned("<", a, b))


def _gt(builder: Any, a: Any, b: Any) -> Any:
    return _flag(builder, builder.icmp_unsigned(">", a, b))


def _slt(builder: Any, a: Any, b: Any) -> Any:
    return _flag(builder, builder.icmp_signed("<", a, b))


def _sgt(builder: Any, a: Any, b: Any) -> Any:
    return _flag(builder, builder.icmp_signed(">", a, b))


def _eq(builder: Any, a: Any, b: Any) -> Any:
    return _flag(builder, builder.icmp_unsigned("==", a, b))


def _iszero(builder: Any, a: Any) -> Any:
    return _flag(builder, builder.icmp_unsigned("==", a, ZERO))


def _and(builder: Any, a: Any, b: Any) -> Any:
    return builder.and_(a, b)


def _or(builder: Any, a: Any, b: Any) -> Any:
    return builder.or_(a, b)


def _xor(builder: Any, a: Any, b: Any) -> Any:
    return builder.xor(a, b)


def _not(builder: Any, a: Any) -> Any:
    return builder.not_(a)


def _byte(builder: Any, index: Any, x: Any) -> Any:
    inside, n = clipped(builder, index, 32, I256)
    shift = builder.sub(I256(248), builder.shl(n, I256(3)))
    return builder.select(inside, builder.and_(builder.lshr(x, shift), I256(255)), ZERO)


def _shl(builder: Any, shift: Any, value: Any) -> Any:
    small, n = clipped(builder, shift, 256, I256)
    return builder.select(small, builder.shl(value, n), ZERO)


def _shr(builder: Any, shift: Any, value: Any) -> Any:
    small, n = clipped(builder, shift, 256, I256)
    return builder.select(small, builder.lshr(value, n), ZERO)


def _sar(builder: Any, shift: Any, value: Any) -> Any:
    small, n = clipped(builder, shift, 256, I256)
    return builder.select(small, builder.ashr(value, n), builder.ashr(value, I256(255)))


def _clz(builder: Any, x: Any) -> Any:
    ctlz = builder.module.declare_intrinsic("llvm.ctlz", [I256], ir.FunctionType(I256, [I256, ir.IntType(1)]))
    return builder.call(ctlz, [x, ir.IntType(1)(0)])


def _flags_overflow(builder: Any, x: Any, y: Any) -> Any:
    """`gt(x, div(not(0), y))`, where a zero y makes the quotient zero."""
    some = builder.icmp_unsigned("!=", x, ZERO)
    by_zero = builder.icmp_unsigned("==", y, ZERO)
    return _flag(builder, builder.select(by_zero, some, _product_overflows(builder, x, y)))


def _quotient_returns(builder: Any, x: Any, y: Any) -> Any:
    """`eq(div(mul(x, y), x), y)`, where a zero x makes the quotient zero."""
    none = builder.icmp_unsigned("==", y, ZERO)
    kept = builder.not_(_product_overflows(builder, x, y))
    return _flag(builder, builder.select(builder.icmp_unsigned("==", x, ZERO), none, kept))


flags_overflow = _opcode(_flags_overflow)
quotient_returns = _opcode(_quotient_returns)


@intrinsic  # type: ignore[untyped-decorator]
def overflows(typingctx: Any, x: Any, y: Any) -> Any:
    """`x > uint256.max / y`, which panics for a zero y."""
    if not all(isinstance(k, WordType | types.Integer) for k in (x, y)):
        return None

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        fail_if(context, builder, builder.icmp_unsigned("==", args[1], ZERO))
        return _product_overflows(builder, *args)

    return signature(types.boolean, WORD, WORD), lowered


@intrinsic  # type: ignore[untyped-decorator]
def _exp(typingctx: Any, a: Any, exponent: Any) -> Any:
    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        base = context.cast(builder, args[0], sig.args[0], WRAPPING)
        amount = context.cast(builder, args[1], sig.args[1], WORD)
        wrapped = signature(WRAPPING, WRAPPING, WORD)
        return context.compile_internal(builder, power, wrapped, (base, amount))

    return signature(WORD, a, exponent), lowered


NATIVE_OPCODES = {
    "exp": _exp,
    **{
        emit.__name__.removeprefix("_") + ("_" if emit in (_and, _or, _not) else ""): _opcode(emit)
        for emit in (
            _add, _sub, _mul, _div, _sdiv, _mod, _smod, _addmod, _mulmod, _signextend, _lt, _gt, _slt,
            _sgt, _eq, _iszero, _and, _or, _xor, _not, _byte, _shl, _shr, _sar, _clz,
        )
    },
}  # fmt: skip
"""The native counterpart of each function of :mod:`vmargin.solidity.assembly`."""
