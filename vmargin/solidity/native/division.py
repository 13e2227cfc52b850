"""Division of 256-bit words by limbs of 64 bits, as LLVM functions.

LLVM expands a division above 64 bits into a loop over bits.  Here each quotient limb costs two or
three multiplications; for a constant divisor LLVM folds the reciprocal away.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from llvmlite import ir
from numba.core import cgutils

from vmargin.solidity.native.limb_steps import (
    I64,
    I128,
    I256,
    funnel_left,
    funnel_right,
    leading_zeros,
    limb_of,
    normalise,
    reciprocal,
    three_by_two,
    two_by_one,
    upper_half,
)

ONES_64 = I64((1 << 64) - 1)
ONES_256 = I256((1 << 256) - 1)


class Division(NamedTuple):
    """Quotient and remainder, both i256."""

    quotient: Any
    remainder: Any


def divide_unsigned(builder: ir.IRBuilder, a: Any, b: Any) -> Division:
    """Emit `a / b` and `a % b` for unsigned i256; the caller has excluded b = 0."""
    quotient = cgutils.alloca_once(builder, I256)
    remainder = cgutils.alloca_once(builder, I256)

    def keep(result: Any) -> None:
        builder.store(builder.extract_value(result, 0), quotient)
        rest = builder.extract_value(result, 1)
        builder.store(builder.zext(rest, I256) if rest.type.width < 256 else rest, remainder)

    with builder.if_else(builder.icmp_unsigned("<", b, I256(1 << 64))) as (one_limb, more):
        with one_limb:
            shift, d, v = normalise(builder, builder.trunc(b, I64))
            keep(builder.call(_by_limb(builder.module), [a, d, shift, v]))
        with more, builder.if_else(builder.icmp_unsigned("<", b, I256(1 << 128))) as (two_limbs, wide):
            with two_limbs:
                shift, d, v = normalise(builder, builder.trunc(b, I128))
                keep(builder.call(_by_two_limbs(builder.module), [a, d, shift, v]))
            with wide:
                keep(builder.call(_by_wide(builder.module), [a, b]))
    return Division(builder.load(quotient), builder.load(remainder))


def multiply_modulo(builder: ir.IRBuilder, a: Any, b: Any, modulus: Any) -> Any:
    """Emit `(a * b) % modulus` over the full product; the caller has excluded modulus = 0.

    Modulo 2^256 - 1, by which libraries get the high word of a product, two operands below 2^128 need
    no reduction at all.
    """
    result = cgutils.alloca_once(builder, I256)
    either = builder.lshr(builder.or_(a, b), I256(128))
    short = builder.and_(
        builder.icmp_unsigned("==", either, I256(0)), builder.icmp_unsigned("==", modulus, ONES_256)
    )
    with builder.if_else(short) as (direct, reduced):
        with direct:
            halves = [builder.zext(builder.trunc(x, I128), I256) for x in (a, b)]
            builder.store(builder.mul(*halves), result)
        with reduced:
            builder.store(builder.call(_mulmod(builder.module), [a, b, modulus]), result)
    return builder.load(result)


def full_product(builder: ir.IRBuilder, a: Any, b: Any) -> tuple[Any, Any]:
    """Emit the high and the low word of `a * b`, by halves of 128 bits."""

    def halves(x: Any) -> tuple[Any, Any]:
        low = builder.zext(builder.trunc(x, I128), I256)
        return low, builder.lshr(x, I256(128))

    (a_low, a_high), (b_low, b_high) = halves(a), halves(b)
    low = builder.mul(a_low, b_low)
    middle = builder.add(builder.mul(a_high, b_low), builder.lshr(low, I256(128)))
    cross = builder.add(builder.mul(a_low, b_high), builder.zext(builder.trunc(middle, I128), I256))
    high = builder.add(
        builder.mul(a_high, b_high),
        builder.add(builder.lshr(middle, I256(128)), builder.lshr(cross, I256(128))),
    )
    low_128 = builder.zext(builder.trunc(low, I128), I256)
    return high, builder.or_(builder.shl(cross, I256(128)), low_128)


def _define(
    module: ir.Module, name: str, returns: ir.Type, arguments: list[ir.Type], placement: str = "noinline"
) -> Any:
    """Return the module's function of that name, and a builder for its body if it is new."""
    known = module.globals.get(name)
    if known is not None:
        return known, None
    function = ir.Function(module, ir.FunctionType(returns, arguments), name)
    function.linkage = "linkonce_odr"
    function.attributes.add(placement)
    function.attributes.add("nounwind")
    return function, ir.IRBuilder(function.append_basic_block("entry"))


def _by_limb(module: ir.Module) -> ir.Function:
    """Divide a word by a normalised limb."""
    return _cascade(module, "vmargin.divide_by_limb", I64, 4, two_by_one)


def _by_two_limbs(module: ir.Module) -> ir.Function:
    """Divide a word by two normalised limbs."""
    return _cascade(module, "vmargin.divide_by_two_limbs", I128, 3, three_by_two)


def _cascade(module: ir.Module, name: str, kind: ir.IntType, digits: int, step: Any) -> ir.Function:
    """One step per quotient limb, entered at the first that is not zero."""
    returns = ir.LiteralStructType([I256, kind])
    # Inline, these two take a sixth off a Black-76 price and add a fifth to its compilation.
    function, builder = _define(module, name, returns, [I256, kind, I64, I64], "alwaysinline")
    if builder is None:
        return function
    a, d, shift, v = function.args
    limbs = [I64(0), *(limb_of(builder, a, i) for i in range(4)), I64(0)]
    # The dividend shifted like the divisor, limb by limb: LLVM would shift 256 bits through memory.
    shifted = [funnel_left(builder, high, low, shift) for low, high in itertools.pairwise(limbs)]
    blocks = [function.append_basic_block(f"limb{i}") for i in range(digits)]
    starts = [function.append_basic_block(f"from{i}") for i in range(digits)]
    quotients, remainders = [], []
    for i in range(digits):
        builder.position_at_end(blocks[i])
        quotients.append(builder.phi(I256))
        remainders.append(builder.phi(kind))
    builder.position_at_end(function.entry_basic_block)
    builder.branch(starts[-1])
    size = kind.width // 64
    for i in reversed(range(digits)):
        builder.position_at_end(starts[i])
        above = shifted[i + 1]
        spare = above
        following = shifted[i]
        if size == 2:
            spare = shifted[i + 2]
            following = builder.or_(upper_half(builder, above), builder.zext(following, I128))
            above = builder.or_(upper_half(builder, spare), builder.zext(above, I128))
        quotients[i].add_incoming(I256(0), starts[i])
        remainders[i].add_incoming(above, starts[i])
        if i:
            # A digit is zero, and its step left out, while what lies above the next is below d.
            short = builder.and_(
                builder.icmp_unsigned("==", spare, I64(0)), builder.icmp_unsigned("<", following, d)
            )
            builder.cbranch(short, starts[i - 1], blocks[i])
        else:
            builder.branch(blocks[0])
    for i in reversed(range(digits)):
        builder.position_at_end(blocks[i])
        q, rest = step(builder, remainders[i], shifted[i], d, v)
        gathered = builder.or_(quotients[i], builder.shl(builder.zext(q, I256), I256(64 * i)))
        if i:
            quotients[i - 1].add_incoming(gathered, builder.block)
            remainders[i - 1].add_incoming(rest, builder.block)
            builder.branch(blocks[i - 1])
    if size == 2:
        high = limb_of(builder, rest, 1)
        low = funnel_right(builder, high, limb_of(builder, rest, 0), shift)
        rest = builder.or_(upper_half(builder, builder.lshr(high, shift)), builder.zext(low, I128))
    else:
        rest = builder.lshr(rest, shift)
    _return_pair(builder, gathered, rest)
    return function


def _return_pair(builder: ir.IRBuilder, first: Any, second: Any) -> None:
    pair = ir.Constant(builder.function.ftype.return_type, ir.Undefined)
    builder.ret(builder.insert_value(builder.insert_value(pair, first, 0), second, 1))


def _wide_step(module: ir.Module) -> ir.Function:
    """One quotient limb: (remainder * 2^64 + digit) by a divisor of four limbs, top bit set."""
    returns = ir.LiteralStructType([I64, I256])
    function, builder = _define(
        module, "vmargin.divide_step", returns, [I256, I64, I256, I64], "alwaysinline"
    )
    if builder is None:
        return function
    remainder, digit, d, v = function.args
    top = limb_of(builder, d, 3)
    high = limb_of(builder, remainder, 3)
    saturated = builder.icmp_unsigned(">=", high, top)
    estimate, _ = two_by_one(
        builder, builder.select(saturated, I64(0), high), limb_of(builder, remainder, 2), top, v
    )
    q = builder.select(saturated, ONES_64, estimate)
    wide_q = builder.zext(q, I128)
    carry: Any = I128(0)
    product: Any = I256(0)
    for i in range(4):
        part = builder.add(builder.mul(wide_q, builder.zext(limb_of(builder, d, i), I128)), carry)
        carry = builder.lshr(part, I128(64))
        low = builder.zext(builder.trunc(part, I64), I256)
        product = builder.or_(product, builder.shl(low, I256(64 * i)))
    numerator = builder.or_(builder.shl(remainder, I256(64)), builder.zext(digit, I256))
    borrow = builder.zext(builder.icmp_unsigned("<", numerator, product), I64)
    overshoot = builder.sub(builder.sub(high, builder.trunc(carry, I64)), borrow)
    rest = builder.sub(numerator, product)
    for _ in range(2):
        # The estimate exceeds the digit by at most 2 (Knuth, 4.3.1, theorem B).
        negative = builder.icmp_unsigned("!=", overshoot, I64(0))
        added = builder.add(rest, d)
        carried = builder.zext(builder.icmp_unsigned("<", added, d), I64)
        overshoot = builder.select(negative, builder.add(overshoot, carried), overshoot)
        rest = builder.select(negative, added, rest)
        q = builder.select(negative, builder.sub(q, I64(1)), q)
    _return_pair(builder, q, rest)
    return function


def _step(builder: ir.IRBuilder, rest: Any, digit: Any, d: Any, v: Any) -> tuple[Any, Any]:
    result = builder.call(_wide_step(builder.module), [rest, digit, d, v])
    return builder.extract_value(result, 0), builder.extract_value(result, 1)


def _by_wide(module: ir.Module) -> ir.Function:
    """Divide a word by one of three or four limbs."""
    function, builder = _define(
        module, "vmargin.divide_by_wide", ir.LiteralStructType([I256, I256]), [I256, I256]
    )
    if builder is None:
        return function
    a, b = function.args
    with builder.if_then(builder.icmp_unsigned("<", a, b)):
        _return_pair(builder, I256(0), a)
    shift = leading_zeros(builder, b)
    d = builder.shl(b, shift)
    v = reciprocal(builder, limb_of(builder, d, 3))
    low = builder.shl(a, shift)
    high = builder.lshr(builder.lshr(a, I256(1)), builder.sub(I256(255), shift))
    # The quotient is below 2^(shift + 1), and shift below 128: one limb or two.
    first, second, last = (function.append_basic_block(n) for n in ("one", "two", "last"))
    builder.cbranch(builder.icmp_unsigned("<", shift, I256(64)), first, second)
    builder.position_at_end(second)
    above = builder.or_(builder.shl(high, I256(128)), builder.lshr(low, I256(128)))
    upper, rest = _step(builder, above, limb_of(builder, low, 1), d, v)
    upper = builder.shl(builder.zext(upper, I256), I256(64))
    second = builder.block
    builder.branch(last)
    builder.position_at_end(first)
    above = builder.or_(builder.shl(high, I256(192)), builder.lshr(low, I256(64)))
    builder.branch(last)
    builder.position_at_end(last)
    quotient, current = builder.phi(I256), builder.phi(I256)
    for block, q, r in ((first, I256(0), above), (second, upper, rest)):
        quotient.add_incoming(q, block)
        current.add_incoming(r, block)
    lower, rest = _step(builder, current, limb_of(builder, low, 0), d, v)
    gathered = builder.or_(quotient, builder.zext(lower, I256))
    _return_pair(builder, gathered, builder.lshr(rest, shift))
    return function


def _mulmod(module: ir.Module) -> ir.Function:
    """The 512-bit product modulo a word; modulo 2^256 - 1, which libraries use, by folding."""
    function, builder = _define(module, "vmargin.mulmod", I256, [I256, I256, I256])
    if builder is None:
        return function
    a, b, n = function.args
    high, low = full_product(builder, a, b)
    with builder.if_then(builder.icmp_unsigned("==", n, ONES_256)):
        total = builder.add(high, low)
        carried = builder.zext(builder.icmp_unsigned("<", total, low), I256)
        total = builder.add(total, carried)
        builder.ret(builder.select(builder.icmp_unsigned("==", total, ONES_256), I256(0), total))
    with builder.if_then(builder.icmp_unsigned("==", high, I256(0))):
        builder.ret(divide_unsigned(builder, low, n).remainder)
    shift = leading_zeros(builder, n)
    complement = builder.sub(I256(255), shift)
    d = builder.shl(n, shift)
    v = reciprocal(builder, limb_of(builder, d, 3))

    def reduce(rest: Any, word: Any) -> Any:
        """(rest * 2^256 + word) modulo n, all but n shifted, rest < d."""
        rest = builder.or_(rest, builder.lshr(builder.lshr(word, I256(1)), complement))
        word = builder.shl(word, shift)
        for i in (3, 2, 1, 0):
            _, rest = _step(builder, rest, limb_of(builder, word, i), d, v)
        return rest

    before = builder.block
    with builder.if_then(builder.icmp_unsigned(">=", high, n), likely=False):
        reduced = builder.lshr(reduce(I256(0), high), shift)
        inside = builder.block
    smaller = builder.phi(I256)
    smaller.add_incoming(high, before)
    smaller.add_incoming(reduced, inside)
    builder.ret(builder.lshr(reduce(builder.shl(smaller, shift), low), shift))
    return function
