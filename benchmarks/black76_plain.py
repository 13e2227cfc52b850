"""The peer of Derive's Black-76 in `make bench`: the same results from plain Python ints, written for speed.

Everything that plain ints allow is used: `math.isqrt`, `bit_length`, no masks where a bound on the
inputs rules out a wrap.  That bound is therefore checked, once, on entry.
"""

from __future__ import annotations

from math import isqrt

W = 10**18
YEAR = 31_536_000
FIVE_18 = 5**18
U64, U128 = 1 << 64, 1 << 128

LN_2 = 54916777467707473351141471128
EXP_P0 = 4385272521454847904632057985693276 << 96
LN_P0 = 795164235651350426258249787498 << 96
TAIL_4, TAIL_3, TAIL_2, TAIL_1 = 4 << 128, 3 << 128, 2 << 128, 1 << 128


def exp_negative(y: int) -> int:
    """exp(-y) of 18 digits, for y >= 0."""
    if y >= 42139678854452767551:
        return 0
    r = -((y << 78) // FIVE_18)
    k = ((1 << 95) - (-r << 96) // LN_2) >> 96
    r -= k * LN_2
    p = r + 2772001395605857295435445496992
    p = (p * r >> 96) + 44335888930127919016834873520032
    p = (p * r >> 96) + 398888492587501845352592340339721
    p = (p * r >> 96) + 1993839819670624470859228494792842
    p = p * r + EXP_P0
    z = ((r + 750530180792738023273180420736) * r >> 96) + 32788456221302202726307501949080
    w = ((r - 2218138959503481824038194425854) * z >> 96) + 892943633302991980437332862907700
    q = ((z + w - 78174809823045304726920794422040) * w >> 96) + 4203224763890128580604056984195872
    return p // q * 3822833074963236453042738258902158003155416615667 >> (195 - k)


def ln(x: int) -> int:
    """Natural logarithm of x > 0, 18 digits."""
    k = x.bit_length() - 97
    x = x >> k if k >= 0 else x << -k
    p = x + 3273285459638523848632254066296
    p = (p * x >> 96) + 24828157081833163892658089445524
    p = (p * x >> 96) + 43456485725739037958740375743393
    p = (p * x >> 96) - 11111509109440967052023855526967
    p = (p * x >> 96) - 45023709667254063763336534515857
    p = (p * x >> 96) - 14706773417378608786704636184526
    p = p * x - LN_P0
    q = x + 5573035233440673466300451813936
    q = (q * x >> 96) + 71694874799317883764090561454958
    q = (q * x >> 96) + 283447036172924575727196451306956
    q = (q * x >> 96) + 401686690394027663651624208769553
    q = (q * x >> 96) + 204048457590392012362485061816622
    q = (q * x >> 96) + 31853899698501571402653359427138
    q = (q * x >> 96) + 909429971244387300277376558375
    r = p // q if p >= 0 else -(-p // q)
    return (
        r * 1677202110996718588342820967067443963516166
        + 16597577552685614221487285958193947469193820559219878177908093499208371 * k
        + 600920179829731861736702779321621459595472258049074101567377883020018308
    ) >> 174


def cdf(x: int) -> int:
    """Cumulative standard normal distribution, 18 digits."""
    z = x if x > 0 else -x
    if z > 37 * W:
        return W if x > 0 else 0
    e = (exp_negative((z >> 1) * z // W) << 46) // FIVE_18
    z = (z << 46) // FIVE_18
    if z < 130438178253327725388:
        n = (650478250178244362 * z >> 64) + 12919787143353136591
        n = (n * z >> 64) + 117578849504046139487
        n = (n * z >> 64) + 625581961353917287603
        n = (n * z >> 64) + 2067498006223917203771
        n = (n * z >> 64) + 4080670594171652639712
        n = (n * z >> 64) + 4062099735652764000328
        d = (1630477228166597028 * z >> 64) + 32386342837845824709
        d = (d * z >> 64) + 296331772558254578451
        d = (d * z >> 64) + 1600821957476871612085
        d = (d * z >> 64) + 5470644798650576484341
        d = (d * z >> 64) + 11756730424506726822413
        d = (d * z >> 64) + 14643514515380871948050
        d = (d * z >> 64) + 8124199471305528000657
        c = n * e // d
    else:
        f = TAIL_4 // (z + 11990383647911208550)
        f = TAIL_3 // (z + f)
        f = TAIL_2 // (z + f)
        f = TAIL_1 // (z + f)
        c = (e << 64) // ((f + z) * 46239130270042206915 >> 64)
    c = c * FIVE_18 >> 46
    return W - c if x > 0 else c


def black76(seconds: int, discount: int, volatility: int, forward: int, strike: int) -> tuple[int, int, int]:
    """Discounted call, put and call delta."""
    if not (0 <= seconds < U64 and 0 <= discount < U64):
        raise OverflowError("seconds and discount have 64 bits")
    if not (0 <= volatility < U128 and 0 <= forward < U128 and 0 <= strike < U128):
        raise OverflowError("volatility, forward and strike have 128 bits")
    forward_discounted = forward * discount // W
    if strike == 0:
        return forward_discounted, 0, discount
    strike_discounted = strike * discount // W
    if forward == 0:
        return 0, strike_discounted, 0

    total_vol = volatility * isqrt(seconds * W // YEAR * W) // W
    moneyness = strike * W // forward
    if total_vol >= 24 * W:
        call = delta = W
    else:
        s = total_vol or 1
        m = moneyness or 1
        numerator = ((s >> 1) * s // W - ln(m)) * W
        d1 = numerator // s if numerator >= 0 else -(-numerator // s)
        delta = cdf(d1)
        paid = m * cdf(d1 - s) // W
        call = delta - paid if delta > paid else 0
    parity = call + moneyness - W
    put = parity * forward_discounted // W if parity > 0 else 0
    return (
        call * forward_discounted // W,  # call <= W: never above the discounted forward
        put if put < strike_discounted else strike_discounted,
        delta * discount // W,
    )
