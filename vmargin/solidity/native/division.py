"""Division of 256-bit words by limbs of 64 bits, as LLVM functions.

LLVM expands a division above 64 bits into a loop over bits.  Here each quotient limb costs two or
three multiplications, by the reciprocal of the divisor's top limb (Möller and Granlund, "Improved
division by invariant integers", 2011).  For a constant divisor LLVM folds the reciprocal away.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from llvmlite import ir

I1, I16, I64, I128, I256 = (ir.IntType(n) for n in (1, 16, 64, 128, 256))

ONES_64 = I64((1 << 64) - 1)
ONES_256 = I256((1 << 256) - 1)


class Division(NamedTuple):
    """Quotient and remainder, both i256."""

    quotient: Any
    remainder: Any


def divide_unsigned(builder: ir.IRBuilder, a: Any, b: Any) -> Division:
    """Emit `a / b` and `a % b` for unsigned i256; the caller has excluded b = 0."""
    quotient = builder.alloca(I256)
    remainder = builder.alloca(I256)

    def keep(result: Any) -> None:
        builder.store(builder.extract_value(result, 0), quotient)
        rest = builder.extract_value(result, 1)
        builder.store(builder.zext(rest, I256) if rest.type.width < 256 else rest, remainder)

    with builder.if_else(builder.icmp_unsigned("<", b, I256(1 << 64))) as (one_limb, more):
        with one_limb:
            shift, d, v = _normalise(builder, builder.trunc(b, I64))
            keep(builder.call(_by_limb(builder.module), [a, d, shift, v]))
        with more, builder.if_else(builder.icmp_unsigned("<", b, I256(1 << 128))) as (two_limbs, wide):
            with two_limbs:
                shift, d, v = _normalise(builder, builder.trunc(b, I128))
                keep(builder.call(_by_two_limbs(builder.module), [a, d, shift, v]))
            with wide:
                keep(builder.call(_by_wide(builder.module), [a, b]))
    return Division(builder.load(quotient), builder.load(remainder))


def multiply_modulo(builder: ir.IRBuilder, a: Any, b: Any, modulus: Any) -> Any:
    """Emit `(a * b) % modulus` over the full product; the caller has excluded modulus = 0.

    Modulo 2^256 - 1, by which libraries get the high word of a product, two operands below 2^128 need
    no reduction at all.
    """
    result = builder.alloca(I256)
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


def _leading_zeros(builder: ir.IRBuilder, x: Any) -> Any:
    ctlz = builder.module.declare_intrinsic("llvm.ctlz", [x.type], ir.FunctionType(x.type, [x.type, I1]))
    return builder.call(ctlz, [x, I1(1)])


def _limb(builder: ir.IRBuilder, x: Any, index: int) -> Any:
    """Emit one limb of a register, counted from the low end."""
    return builder.trunc(builder.lshr(x, x.type(64 * index)), I64)


def _funnel_left(builder: ir.IRBuilder, high: Any, low: Any, amount: Any) -> Any:
    """Emit the upper limb of two limbs shifted left by less than 64."""
    return builder.call(_funnel(builder, "llvm.fshl"), [high, low, amount])


def _funnel_right(builder: ir.IRBuilder, high: Any, low: Any, amount: Any) -> Any:
    """Emit the lower limb of two limbs shifted right by less than 64."""
    return builder.call(_funnel(builder, "llvm.fshr"), [high, low, amount])


def _funnel(builder: ir.IRBuilder, name: str) -> ir.Function:
    return builder.module.declare_intrinsic(name, [I64], ir.FunctionType(I64, [I64, I64, I64]))


def _high_product(builder: ir.IRBuilder, a: Any, b: Any) -> Any:
    product = builder.mul(builder.zext(a, I128), builder.zext(b, I128))
    return builder.trunc(builder.lshr(product, I128(64)), I64)


def _first_guesses(module: ir.Module) -> ir.GlobalVariable:
    """The paper's table: the reciprocal's leading bits by the leading nine bits of the divisor."""
    name = "vmargin.first_guesses"
    known = module.globals.get(name)
    if known is None:
        kind = ir.ArrayType(I16, 256)
        known = ir.GlobalVariable(module, kind, name)
        known.initializer = kind([((1 << 19) - 3 * (1 << 8)) // top for top in range(256, 512)])
        known.global_constant = True
        known.linkage = "linkonce_odr"
    return known


def _reciprocal(builder: ir.IRBuilder, d: Any) -> Any:
    """Emit `floor((2^128 - 1) / d) - 2^64` for a normalised d: the paper's algorithm 3."""
    one = I64(1)
    low_bit = builder.and_(d, one)
    index = builder.sub(builder.lshr(d, I64(55)), I64(256))
    top_40 = builder.add(builder.lshr(d, I64(24)), one)
    top_63 = builder.add(builder.lshr(d, one), low_bit)
    v0 = builder.zext(builder.load(builder.gep(_first_guesses(builder.module), [I64(0), index])), I64)
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


def _reciprocal_of_two(builder: ir.IRBuilder, d: Any) -> Any:
    """Emit the reciprocal of a normalised divisor of two limbs: the paper's algorithm 6."""
    high, low = _limb(builder, d, 1), _limb(builder, d, 0)
    v = _reciprocal(builder, high)
    p = builder.add(builder.mul(high, v), low)
    carried = builder.icmp_unsigned("<", p, low)
    again = builder.and_(carried, builder.icmp_unsigned(">=", p, high))
    for excess in (carried, again):
        v = builder.sub(v, builder.zext(excess, I64))
        p = builder.sub(p, builder.select(excess, high, I64(0)))
    t = builder.mul(builder.zext(v, I128), builder.zext(low, I128))
    t_high = builder.trunc(builder.lshr(t, I128(64)), I64)
    p = builder.add(p, t_high)
    carried = builder.icmp_unsigned("<", p, t_high)
    whole = builder.or_(_high(builder, p), builder.zext(builder.trunc(t, I64), I128))
    again = builder.and_(carried, builder.icmp_unsigned(">=", whole, d))
    return builder.sub(builder.sub(v, builder.zext(carried, I64)), builder.zext(again, I64))


def _normalise(builder: ir.IRBuilder, d: Any) -> tuple[Any, Any, Any]:
    """Shift the top bit of one or two limbs up, and emit the reciprocal."""
    shift = _leading_zeros(builder, d)
    divisor = builder.shl(d, shift)
    if d.type.width == 64:
        return shift, divisor, _reciprocal(builder, divisor)
    return builder.trunc(shift, I64), divisor, _reciprocal_of_two(builder, divisor)


def _high(builder: ir.IRBuilder, limb: Any) -> Any:
    return builder.shl(builder.zext(limb, I128), I128(64))


def _two_by_one(builder: ir.IRBuilder, high: Any, low: Any, d: Any, v: Any) -> tuple[Any, Any]:
    """Emit the division of two limbs by one, high < d: the paper's algorithm 4."""
    numerator = builder.or_(_high(builder, high), builder.zext(low, I128))
    estimate = builder.add(builder.mul(builder.zext(v, I128), builder.zext(high, I128)), numerator)
    fraction = builder.trunc(estimate, I64)
    q = builder.add(builder.trunc(builder.lshr(estimate, I128(64)), I64), I64(1))
    r = builder.sub(low, builder.mul(q, d))
    above = builder.icmp_unsigned(">", r, fraction)
    q = builder.select(above, builder.sub(q, I64(1)), q)
    r = builder.select(above, builder.add(r, d), r)
    return _rarely_one_more(builder, q, r, d)


def _rarely_one_more(builder: ir.IRBuilder, q: Any, r: Any, d: Any) -> tuple[Any, Any]:
    """The last correction of a digit, which almost no input needs: a branch keeps it off the others' path."""
    before = builder.block
    with builder.if_then(builder.icmp_unsigned(">=", r, d), likely=False):
        more_q, less_r = builder.add(q, I64(1)), builder.sub(r, d)
        inside = builder.block
    results = []
    for usual, corrected in ((q, more_q), (r, less_r)):
        merged = builder.phi(usual.type)
        merged.add_incoming(usual, before)
        merged.add_incoming(corrected, inside)
        results.append(merged)
    return results[0], results[1]


def _three_by_two(builder: ir.IRBuilder, rest: Any, low: Any, d: Any, v: Any) -> tuple[Any, Any]:
    """Emit the division of three limbs by two, rest < d: the paper's algorithm 5."""
    middle, high = _limb(builder, rest, 0), _limb(builder, rest, 1)
    estimate = builder.add(builder.mul(builder.zext(v, I128), builder.zext(high, I128)), rest)
    fraction = builder.trunc(estimate, I64)
    q = builder.trunc(builder.lshr(estimate, I128(64)), I64)
    top = builder.sub(middle, builder.mul(q, _limb(builder, d, 1)))
    product = builder.mul(builder.zext(q, I128), builder.zext(_limb(builder, d, 0), I128))
    r = builder.or_(_high(builder, top), builder.zext(low, I128))
    r = builder.sub(builder.sub(r, product), d)
    q = builder.add(q, I64(1))
    above = builder.icmp_unsigned(">=", _limb(builder, r, 1), fraction)
    q = builder.select(above, builder.sub(q, I64(1)), q)
    r = builder.select(above, builder.add(r, d), r)
    return _rarely_one_more(builder, q, r, d)


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
    return _cascade(module, "vmargin.divide_by_limb", I64, 4, _two_by_one)


def _by_two_limbs(module: ir.Module) -> ir.Function:
    """Divide a word by two normalised limbs."""
    return _cascade(module, "vmargin.divide_by_two_limbs", I128, 3, _three_by_two)


def _cascade(module: ir.Module, name: str, kind: ir.IntType, digits: int, step: Any) -> ir.Function:
    """One step per quotient limb, entered at the first that is not zero."""
    returns = ir.LiteralStructType([I256, kind])
    # Inline, these two take a sixth off a Black-76 price and add a fifth to its compilation.
    function, builder = _define(module, name, returns, [I256, kind, I64, I64], "alwaysinline")
    if builder is None:
        return function
    a, d, shift, v = function.args
    limbs = [I64(0), *(_limb(builder, a, i) for i in range(4)), I64(0)]
    # The dividend shifted like the divisor, limb by limb: LLVM would shift 256 bits through memory.
    shifted = [_funnel_left(builder, high, low, shift) for low, high in itertools.pairwise(limbs)]
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
            following = builder.or_(_high(builder, above), builder.zext(following, I128))
            above = builder.or_(_high(builder, spare), builder.zext(above, I128))
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
        high = _limb(builder, rest, 1)
        low = _funnel_right(builder, high, _limb(builder, rest, 0), shift)
        rest = builder.or_(_high(builder, builder.lshr(high, shift)), builder.zext(low, I128))
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
    shift = _leading_zeros(builder, b)
    d = builder.shl(b, shift)
    v = _reciprocal(builder, _limb(builder, d, 3))
    low = builder.shl(a, shift)
    high = builder.lshr(builder.lshr(a, I256(1)), builder.sub(I256(255), shift))
    # The quotient is below 2^(shift + 1), and shift below 128: one limb or two.
    first, second, last = (function.append_basic_block(n) for n in ("one", "two", "last"))
    builder.cbranch(builder.icmp_unsigned("<", shift, I256(64)), first, second)
    builder.position_at_end(second)
    above = builder.or_(builder.shl(high, I256(128)), builder.lshr(low, I256(128)))
    upper, rest = _step(builder, above, _limb(builder, low, 1), d, v)
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
    lower, rest = _step(builder, current, _limb(builder, low, 0), d, v)
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
    shift = _leading_zeros(builder, n)
    complement = builder.sub(I256(255), shift)
    d = builder.shl(n, shift)
    v = _reciprocal(builder, _limb(builder, d, 3))

    def reduce(rest: Any, word: Any) -> Any:
        """(rest * 2^256 + word) modulo n, all but n shifted, rest < d."""
        rest = builder.or_(rest, builder.lshr(builder.lshr(word, I256(1)), complement))
        word = builder.shl(word, shift)
        for i in (3, 2, 1, 0):
            _, rest = _step(builder, rest, _limb(builder, word, i), d, v)
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
