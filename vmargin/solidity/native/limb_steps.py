"""The steps of long division in limbs of 64 bits, by reciprocals.

Möller and Granlund, "Improved division by invariant integers" (2011); the numbers of algorithms are theirs.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

I1, I16, I64, I128, I256 = (ir.IntType(n) for n in (1, 16, 64, 128, 256))


def limb_of(builder: ir.IRBuilder, x: Any, index: int) -> Any:
    """Emit one limb of a register, counted from the low end."""
    return builder.trunc(builder.lshr(x, x.type(64 * index)), I64)


def funnel_left(builder: ir.IRBuilder, high: Any, low: Any, amount: Any) -> Any:
    """Emit the upper limb of two limbs shifted left by less than 64."""
    return builder.call(_funnel(builder, "llvm.fshl"), [high, low, amount])


def funnel_right(builder: ir.IRBuilder, high: Any, low: Any, amount: Any) -> Any:
    """Emit the lower limb of two limbs shifted right by less than 64."""
    return builder.call(_funnel(builder, "llvm.fshr"), [high, low, amount])


def _funnel(builder: ir.IRBuilder, name: str) -> ir.Function:
    return builder.module.declare_intrinsic(name, [I64], ir.FunctionType(I64, [I64, I64, I64]))


def leading_zeros(builder: ir.IRBuilder, x: Any) -> Any:
    """Emit the count of zero bits above the top one of an x that is not 0."""
    ctlz = builder.module.declare_intrinsic("llvm.ctlz", [x.type], ir.FunctionType(x.type, [x.type, I1]))
    return builder.call(ctlz, [x, I1(1)])


def _high_product(builder: ir.IRBuilder, a: Any, b: Any) -> Any:
    product = builder.mul(builder.zext(a, I128), builder.zext(b, I128))
    return builder.trunc(builder.lshr(product, I128(64)), I64)


def _first_guesses(module: ir.Module) -> ir.GlobalVariable:
    """The table: the reciprocal's leading bits by the leading nine bits of the divisor."""
    name = "vmargin.first_guesses"
    known = module.globals.get(name)
    if known is None:
        kind = ir.ArrayType(I16, 256)
        known = ir.GlobalVariable(module, kind, name)
        known.initializer = kind([((1 << 19) - 3 * (1 << 8)) // top for top in range(256, 512)])
        known.global_constant = True
        known.linkage = "linkonce_odr"
    return known


def reciprocal(builder: ir.IRBuilder, d: Any) -> Any:
    """Emit `floor((2^128 - 1) / d) - 2^64` for a normalised d: algorithm 3."""
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
    """Emit the reciprocal of a normalised divisor of two limbs: algorithm 6."""
    high, low = limb_of(builder, d, 1), limb_of(builder, d, 0)
    v = reciprocal(builder, high)
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
    whole = builder.or_(upper_half(builder, p), builder.zext(builder.trunc(t, I64), I128))
    again = builder.and_(carried, builder.icmp_unsigned(">=", whole, d))
    return builder.sub(builder.sub(v, builder.zext(carried, I64)), builder.zext(again, I64))


def normalise(builder: ir.IRBuilder, d: Any) -> tuple[Any, Any, Any]:
    """Shift the top bit of one or two limbs up, and emit the reciprocal."""
    shift = leading_zeros(builder, d)
    divisor = builder.shl(d, shift)
    if d.type.width == 64:
        return shift, divisor, reciprocal(builder, divisor)
    return builder.trunc(shift, I64), divisor, _reciprocal_of_two(builder, divisor)


def upper_half(builder: ir.IRBuilder, limb: Any) -> Any:
    """Emit a limb as the upper one of two."""
    return builder.shl(builder.zext(limb, I128), I128(64))


def two_by_one(builder: ir.IRBuilder, high: Any, low: Any, d: Any, v: Any) -> tuple[Any, Any]:
    """Emit the division of two limbs by one, high < d: algorithm 4."""
    numerator = builder.or_(upper_half(builder, high), builder.zext(low, I128))
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


def three_by_two(builder: ir.IRBuilder, rest: Any, low: Any, d: Any, v: Any) -> tuple[Any, Any]:
    """Emit the division of three limbs by two, rest < d: algorithm 5."""
    middle, high = limb_of(builder, rest, 0), limb_of(builder, rest, 1)
    estimate = builder.add(builder.mul(builder.zext(v, I128), builder.zext(high, I128)), rest)
    fraction = builder.trunc(estimate, I64)
    q = builder.trunc(builder.lshr(estimate, I128(64)), I64)
    top = builder.sub(middle, builder.mul(q, limb_of(builder, d, 1)))
    product = builder.mul(builder.zext(q, I128), builder.zext(limb_of(builder, d, 0), I128))
    r = builder.or_(upper_half(builder, top), builder.zext(low, I128))
    r = builder.sub(builder.sub(r, product), d)
    q = builder.add(q, I64(1))
    above = builder.icmp_unsigned(">=", limb_of(builder, r, 1), fraction)
    q = builder.select(above, builder.sub(q, I64(1)), q)
    r = builder.select(above, builder.add(r, d), r)
    return _rarely_one_more(builder, q, r, d)
