"""Division of 256-bit words by limbs of 64 bits, as LLVM functions.

LLVM expands a division above 64 bits into a loop over bits.  Here each quotient limb costs two or
three multiplications, by the reciprocal of the divisor's top limb (Möller and Granlund, "Improved
division by invariant integers", 2011).  For a constant divisor LLVM folds the reciprocal away.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir

I1, I64, I128, I256 = (ir.IntType(n) for n in (1, 64, 128, 256))
ONES_64 = I64((1 << 64) - 1)


class Division(NamedTuple):
    """Quotient and remainder, both i256."""

    quotient: Any
    remainder: Any


def divide_unsigned(builder: ir.IRBuilder, a: Any, b: Any) -> Division:
    """Emit `a / b` and `a % b` for unsigned i256; the caller has excluded b = 0."""
    fits_limb = builder.icmp_unsigned("<", b, I256(1 << 64))
    quotient = builder.alloca(I256)
    remainder = builder.alloca(I256)
    with builder.if_else(fits_limb) as (by_limb, by_wide):
        with by_limb:
            shift, divisor, reciprocal = _normalise_limb(builder, builder.trunc(b, I64))
            result = builder.call(_by_limb(builder.module), [a, divisor, shift, reciprocal])
            builder.store(builder.extract_value(result, 0), quotient)
            builder.store(builder.zext(builder.extract_value(result, 1), I256), remainder)
        with by_wide:
            smaller = builder.icmp_unsigned("<", a, b)
            with builder.if_else(smaller) as (nothing, something):
                with nothing:
                    builder.store(I256(0), quotient)
                    builder.store(a, remainder)
                with something:
                    result = builder.call(_by_wide(builder.module), [a, b])
                    builder.store(builder.extract_value(result, 0), quotient)
                    builder.store(builder.extract_value(result, 1), remainder)
    return Division(builder.load(quotient), builder.load(remainder))


def multiply_modulo(builder: ir.IRBuilder, a: Any, b: Any, modulus: Any) -> Any:
    """Emit `(a * b) % modulus` over the full product; the caller has excluded modulus = 0."""
    return builder.call(_mulmod(builder.module), [a, b, modulus])


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



def _leading_zeros(builder: ir.IRBuilder, x: Any) -> Any:
    ctlz = builder.module.declare_intrinsic("llvm.ctlz", [x.type], ir.FunctionType(x.type, [x.type, I1]))
    return builder.call(ctlz, [x, I1(1)])


def _high_product(builder: ir.IRBuilder, a: Any, b: Any) -> Any:
    product = builder.mul(builder.zext(a, I128), builder.zext(b, I128))
    return builder.trunc(builder.lshr(product, I128(64)), I64)


def _reciprocal(builder: ir.IRBuilder, d: Any) -> Any:
    """Emit `floor((2^128 - 1) / d) - 2^64` for a normalised d: the paper's algorithm 3."""
    one = I64(1)
    low_bit = builder.and_(d, one)
    top_9 = builder.lshr(d, I64(55))
    top_40 = builder.add(builder.lshr(d, I64(24)), one)
    top_63 = builder.add(builder.lshr(d, one), low_bit)
    v0 = builder.udiv(I64((1 << 19) - 3 * (1 << 8)), top_9)
    square = builder.lshr(builder.mul(builder.mul(v0, v0), top_40), I64(40))
    v1 = builder.sub(builder.sub(builder.shl(v0, I64(11)), square), one)
    gap = builder.sub(I64(1 << 60), builder.mul(v1, top_40))
    v2 = builder.add(builder.shl(v1, I64(13)), builder.lshr(builder.mul(v1, gap), I64(47)))
    halved = builder.mul(builder.lshr(v2, one), low_bit)
    error = builder.add(builder.sub(I64(0), builder.mul(v2, top_63)), halved)
    v3 = builder.add(builder.shl(v2, I64(31)), builder.lshr(_high_product(builder, v2, error), one))
    wide_d = builder.zext(d, I128)
    step = builder.add(builder.mul(builder.zext(v3, I128), wide_d), wide_d)
    return builder.sub(builder.sub(v3, builder.trunc(builder.lshr(step, I128(64)), I64)), d)


def _normalise_limb(builder: ir.IRBuilder, d: Any) -> tuple[Any, Any, Any]:
    shift = _leading_zeros(builder, d)
    divisor = builder.shl(d, shift)
    return shift, divisor, _reciprocal(builder, divisor)


def _two_by_one(builder: ir.IRBuilder, high: Any, low: Any, d: Any, v: Any) -> tuple[Any, Any]:
    """Emit the division of two limbs by one, high < d: the paper's algorithm 4."""
    numerator = builder.or_(
        builder.shl(builder.zext(high, I128), I128(64)), builder.zext(low, I128)
    )
    estimate = builder.add(builder.mul(builder.zext(v, I128), builder.zext(high, I128)), numerator)
    fraction = builder.trunc(estimate, I64)
    q = builder.add(builder.trunc(builder.lshr(estimate, I128(64)), I64), I64(1))
    r = builder.sub(low, builder.mul(q, d))
    above = builder.icmp_unsigned(">", r, fraction)
    q = builder.select(above, builder.sub(q, I64(1)), q)
    r = builder.select(above, builder.add(r, d), r)
    still = builder.icmp_unsigned(">=", r, d)
    q = builder.select(still, builder.add(q, I64(1)), q)
    r = builder.select(still, builder.sub(r, d), r)
    return q, r


def _limb(builder: ir.IRBuilder, x: Any, index: int) -> Any:
    return builder.trunc(builder.lshr(x, x.type(64 * index)), I64)


def _define(module: ir.Module, name: str, returns: ir.Type, arguments: list[ir.Type]) -> Any:
    """Return the module's function of that name, and a builder for its body if it is new."""
    known = module.globals.get(name)
    if known is not None:
        return known, None
    function = ir.Function(module, ir.FunctionType(returns, arguments), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    return function, ir.IRBuilder(function.append_basic_block("entry"))


def _by_limb(module: ir.Module) -> ir.Function:
    """Divide a word by a normalised limb, skipping the leading zero limbs of the dividend."""
    function, builder = _define(
        module, "vmargin.divide_by_limb", ir.LiteralStructType([I256, I64]), [I256, I64, I64, I64]
    )
    if builder is None:
        return function
    a, d, shift, v = function.args
    wide_shift = builder.zext(shift, I256)
    shifted = builder.shl(a, wide_shift)
    carried = builder.lshr(builder.lshr(a, I256(1)), builder.sub(I256(255), wide_shift))
    blocks = [function.append_basic_block(f"limb{i}") for i in range(4)]
    starts = [function.append_basic_block(f"from{i}") for i in range(4)]
    done = function.append_basic_block("done")
    quotients, remainders = [], []
    for i in range(4):
        builder.position_at_end(blocks[i])
        quotients.append(builder.phi(I256))
        remainders.append(builder.phi(I64))
    builder.position_at_end(function.entry_basic_block)
    builder.branch(starts[3])
    for i in (3, 2, 1, 0):
        builder.position_at_end(starts[i])
        # The part of the dividend above limb i, shifted: below d when the limbs above are zero.
        above = _limb(builder, shifted, i + 1) if i < 3 else builder.trunc(carried, I64)
        quotients[i].add_incoming(I256(0), starts[i])
        remainders[i].add_incoming(above, starts[i])
        if i:
            empty = builder.icmp_unsigned("<", a, I256(1 << (64 * i)))
            builder.cbranch(empty, starts[i - 1], blocks[i])
        else:
            builder.branch(blocks[0])
    for i in (3, 2, 1, 0):
        builder.position_at_end(blocks[i])
        q, r = _two_by_one(builder, remainders[i], _limb(builder, shifted, i), d, v)
        gathered = builder.or_(quotients[i], builder.shl(builder.zext(q, I256), I256(64 * i)))
        if i:
            quotients[i - 1].add_incoming(gathered, blocks[i])
            remainders[i - 1].add_incoming(r, blocks[i])
            builder.branch(blocks[i - 1])
        else:
            builder.branch(done)
    builder.position_at_end(done)
    result = builder.insert_value(ir.Constant(function.ftype.return_type, ir.Undefined), gathered, 0)
    builder.ret(builder.insert_value(result, builder.lshr(r, shift), 1))
    return function


def _wide_step(module: ir.Module) -> ir.Function:
    """One quotient limb: (remainder * 2^64 + limb) by a divisor of four limbs, top bit set."""
    function, builder = _define(
        module, "vmargin.divide_step", ir.LiteralStructType([I64, I256]), [I256, I64, I256, I64]
    )
    if builder is None:
        return function
    function.attributes.discard("noinline")
    function.attributes.add("alwaysinline")
    remainder, limb, d, v = function.args
    top = _limb(builder, d, 3)
    high = _limb(builder, remainder, 3)
    saturated = builder.icmp_unsigned(">=", high, top)
    estimate, _ = _two_by_one(
        builder, builder.select(saturated, I64(0), high), _limb(builder, remainder, 2), top, v
    )
    q = builder.select(saturated, ONES_64, estimate)
    wide_q = builder.zext(q, I128)
    carry: Any = I128(0)
    product: Any = I256(0)
    for i in range(4):
        part = builder.add(builder.mul(wide_q, builder.zext(_limb(builder, d, i), I128)), carry)
        carry = builder.lshr(part, I128(64))
        low = builder.zext(builder.trunc(part, I64), I256)
        product = builder.or_(product, builder.shl(low, I256(64 * i)))
    numerator = builder.or_(builder.shl(remainder, I256(64)), builder.zext(limb, I256))
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
    result = builder.insert_value(ir.Constant(function.ftype.return_type, ir.Undefined), q, 0)
    builder.ret(builder.insert_value(result, rest, 1))
    return function


def _step(builder: ir.IRBuilder, rest: Any, limb: Any, d: Any, v: Any) -> tuple[Any, Any]:
    result = builder.call(_wide_step(builder.module), [rest, limb, d, v])
    return builder.extract_value(result, 0), builder.extract_value(result, 1)


def _by_wide(module: ir.Module) -> ir.Function:
    """Divide a word by one of two to four limbs that is not above it."""
    function, builder = _define(
        module, "vmargin.divide_by_wide", ir.LiteralStructType([I256, I256]), [I256, I256]
    )
    if builder is None:
        return function
    a, b = function.args
    shift = _leading_zeros(builder, b)
    d = builder.shl(b, shift)
    v = _reciprocal(builder, _limb(builder, d, 3))
    low = builder.shl(a, shift)
    high = builder.lshr(builder.lshr(a, I256(1)), builder.sub(I256(255), shift))
    # The quotient is below 2^(shift + 1): it has shift // 64 + 1 limbs, at most three.
    blocks = [function.append_basic_block(f"limb{i}") for i in range(3)]
    one, two, three = (function.append_basic_block(f"from{i}") for i in range(3))
    few = builder.icmp_unsigned("<", shift, I256(64))
    more = function.append_basic_block("more")
    builder.cbranch(few, one, more)
    builder.position_at_end(more)
    builder.cbranch(builder.icmp_unsigned("<", shift, I256(128)), two, three)
    quotients, rests = [], []
    for i in range(3):
        builder.position_at_end(blocks[i])
        quotients.append(builder.phi(I256))
        rests.append(builder.phi(I256))
    for i, start in enumerate((one, two, three)):
        builder.position_at_end(start)
        dropped = 64 * (i + 1)
        taken = builder.or_(builder.shl(high, I256(256 - dropped)), builder.lshr(low, I256(dropped)))
        quotients[i].add_incoming(I256(0), start)
        rests[i].add_incoming(taken, start)
        builder.branch(blocks[i])
    for i in (2, 1, 0):
        builder.position_at_end(blocks[i])
        q, rest = _step(builder, rests[i], _limb(builder, low, i), d, v)
        gathered = builder.or_(quotients[i], builder.shl(builder.zext(q, I256), I256(64 * i)))
        if i:
            quotients[i - 1].add_incoming(gathered, builder.block)
            rests[i - 1].add_incoming(rest, builder.block)
            builder.branch(blocks[i - 1])
    result = builder.insert_value(ir.Constant(function.ftype.return_type, ir.Undefined), gathered, 0)
    builder.ret(builder.insert_value(result, builder.lshr(rest, shift), 1))
    return function


def _mulmod(module: ir.Module) -> ir.Function:
    """The 512-bit product modulo a word; modulo 2^256 - 1, which libraries use, by folding."""
    function, builder = _define(module, "vmargin.mulmod", I256, [I256, I256, I256])
    if builder is None:
        return function
    a, b, n = function.args
    high, low = full_product(builder, a, b)
    ones = I256((1 << 256) - 1)
    with builder.if_then(builder.icmp_unsigned("==", n, ones)):
        total = builder.add(high, low)
        carried = builder.zext(builder.icmp_unsigned("<", total, low), I256)
        total = builder.add(total, carried)
        whole = builder.icmp_unsigned("==", total, ones)
        builder.ret(builder.select(whole, I256(0), total))
    with builder.if_then(builder.icmp_unsigned("==", high, I256(0))):
        builder.ret(divide_unsigned(builder, low, n).remainder)
    shift = _leading_zeros(builder, n)
    complement = builder.sub(I256(255), shift)
    d = builder.shl(n, shift)
    v = _reciprocal(builder, _limb(builder, d, 3))

    def spill(x: Any) -> Any:
        return builder.lshr(builder.lshr(x, I256(1)), complement)

    limbs = [builder.shl(low, shift), builder.or_(builder.shl(high, shift), spill(low))]
    rest = spill(high)
    step = function.append_basic_block("fold")
    end = function.append_basic_block("end")
    words = builder.alloca(I256, 2)
    for i, word in enumerate(limbs):
        builder.store(word, builder.gep(words, [I64(i)]))
    bytes_at = builder.bitcast(words, I64.as_pointer())
    before = builder.block
    builder.branch(step)
    builder.position_at_end(step)
    index = builder.phi(I64)
    current = builder.phi(I256)
    index.add_incoming(I64(7), before)
    current.add_incoming(rest, before)
    limb = builder.load(builder.gep(bytes_at, [index]))
    _, following = _step(builder, current, limb, d, v)
    current.add_incoming(following, builder.block)
    index.add_incoming(builder.sub(index, I64(1)), builder.block)
    builder.cbranch(builder.icmp_unsigned("==", index, I64(0)), end, step)
    builder.position_at_end(end)
    builder.ret(builder.lshr(following, shift))
    return function
