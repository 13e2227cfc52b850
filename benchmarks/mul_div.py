"""Multiplication followed by division, as every library has it: small, ordinary and 512-bit products."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.results import Comparison, Target
from benchmarks.revm import call_peer
from benchmarks.timing import Peer, measure
from vmargin.fixedpoint.derive import decimal_math
from vmargin.fixedpoint.morpho_blue import math_lib
from vmargin.fixedpoint.openzeppelin import math
from vmargin.fixedpoint.prb_math import common
from vmargin.fixedpoint.solady import fixed_point, general_numbers
from vmargin.fixedpoint.solmate import fixed_point_math_lib
from vmargin.fixedpoint.uniswap_v3 import full_math
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.limbs import pack

W = 10**18
LIMIT = 30.0
"""Nanoseconds that an evaluation may take in machine code."""

SMALL, ORDINARY, WIDE = "product < 2^128", "product > 2^128", "product > 2^256"


class Subject(NamedTuple):
    """A function, its original's harness, and the same in plain ints."""

    title: str
    kernel: Kernel[..., Any]
    harness: str
    plain: Callable[..., int]
    arguments: str = "xyd"
    wide: bool = False


def full(x: int, y: int, d: int) -> int:
    """For a product of up to 512 bits."""
    quotient = x * y // d
    if quotient >> 256:
        raise OverflowError
    return quotient


def short(x: int, y: int, d: int) -> int:
    """For a product that must fit a word."""
    product = x * y
    if product >> 256:
        raise OverflowError
    return product // d


def full_wad(x: int, y: int) -> int:
    quotient = x * y // W
    if quotient >> 256:
        raise OverflowError
    return quotient


def short_wad(x: int, y: int) -> int:
    product = x * y
    if product >> 256:
        raise OverflowError
    return product // W


def short_wad_quotient(x: int, d: int) -> int:
    product = x * W
    if product >> 256:
        raise OverflowError
    return product // d


SOLADY = "SoladyFixedPointMathLibHarness"
SUBJECTS = (
    Subject("OpenZeppelin mulDiv", math.mulDiv, "OpenZeppelinMathHarness", full, wide=True),
    Subject("Solady fullMulDiv", general_numbers.fullMulDiv, SOLADY, full, wide=True),
    Subject("Solady mulDiv", general_numbers.mulDiv, SOLADY, short),
    Subject("Solady mulWad", fixed_point.mulWad, SOLADY, short_wad, "xy"),
    Subject("Solmate mulDivDown", fixed_point_math_lib.mulDivDown, "SolmateFixedPointMathLibHarness", short),
    Subject("Uniswap v3 mulDiv", full_math.mulDiv, "UniswapV3FullMathHarness", full, wide=True),
    Subject("Morpho mulDivDown", math_lib.mulDivDown, "MorphoBlueMathLibHarness", short),
    Subject("PRBMath mulDiv", common.mulDiv, "PRBMathCommonHarness", full, wide=True),
    Subject("PRBMath mulDiv18", common.mulDiv18, "PRBMathCommonHarness", full_wad, "xy", wide=True),
    Subject("Derive multiplyDecimal", decimal_math.multiplyDecimal, "DeriveDecimalMathPeer", short_wad, "xy"),
    Subject(
        "Derive divideDecimal",
        decimal_math.divideDecimal,
        "DeriveDecimalMathPeer",
        short_wad_quotient,
        "xd",
    ),
)


def rows(kind: str, number: int) -> list[tuple[int, int, int]]:
    """Amounts, prices and divisors: a wad, or an amount that others share in."""
    draw = random.Random(kind)

    def between(low: int, high: int) -> int:
        power = 10 ** draw.randrange(low, high)
        return draw.randrange(power, 10 * power)

    found = []
    for _ in range(number):
        if kind == SMALL:
            x, y, d = between(15, 19), between(17, 19), between(18, 20)
        elif kind == ORDINARY:
            x, y, d = between(21, 26), between(20, 23), between(18, 26)
        else:
            x, y = (draw.randrange(2**128, 2**157) for _ in range(2))
            d = draw.getrandbits(draw.randrange(100, 257)) | 2**99
        found.append((x, y, W if draw.random() < 0.5 and kind != WIDE else d))
    return found


def peers(subject: Subject, kind: str, size: int, slow_size: int) -> list[Peer]:
    """The peers over the same inputs."""
    picked = [tuple(row["xyd".index(name)] for name in subject.arguments) for row in rows(kind, size)]
    columns = [pack(column, uint256) for column in zip(*picked, strict=True)]
    few = picked[:slow_size]
    batch, plain = subject.kernel.batch, subject.plain
    return [
        Peer("native", size, lambda: batch(*columns, threads=1), lambda r: list(map(int, r.values())), 8),
        Peer("plain ints", slow_size, lambda: [plain(*row) for row in few]),
        call_peer(subject.harness, subject.kernel.body.__name__, few),
    ]


def compare(rounds: int) -> Iterator[Comparison]:
    """Measure every function on the inputs that it takes."""
    for subject in SUBJECTS:
        for kind in (SMALL, ORDINARY, WIDE):
            if kind == WIDE and not subject.wide:
                continue
            times = measure(peers(subject, kind, 16_384, 200), rounds)
            targets = [Target("native, ns", "at most", LIMIT, times.best("native"))]
            yield Comparison.of(subject.title, kind, times, targets)
