"""Solady 0.1.26 `FixedPointMathLib`: all of it, its edges, and how far from the truth its results are."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from tests.differential.library import Differential, Library
from vmargin.crosscheck import bias
from vmargin.crosscheck.bias import Hint
from vmargin.fixedpoint import solady
from vmargin.solidity import exact
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.reverts import Revert

MAX = 2**256 - 1
INT_MAX = 2**255 - 1
WAD = 10**18
EXPONENTS = (-41446531673892822313, 135305999368893231589)
"""At the first and below it the result is 0, from the second on it overflows."""
BRANCH_POINT = -367879441171442321


def fibonacci(below: int) -> list[int]:
    numbers = [1, 2]
    while sum(numbers[-2:]) < below:
        numbers.append(sum(numbers[-2:]))
    return numbers


*_, SECOND, LARGEST = fibonacci(2**256)

LIBRARY = Library(
    "SoladyFixedPointMathLibHarness",
    "vmargin.fixedpoint.solady.fixed_point",
    "vmargin.fixedpoint.solady.general_numbers",
    "vmargin.fixedpoint.solady.raw_numbers",
    hints={
        "divWad": {"x": Hint(edges=(MAX // WAD,))},
        "sDivWad": {"x": Hint(edges=(INT_MAX // WAD, -INT_MAX // WAD))},
        "divWadUp": {"x": Hint(edges=(MAX // WAD,))},
        "powWad": {"x": Hint(within=(1, 10**30)), "y": Hint(within=(-(10**19), 10**20))},
        "expWad": {"x": Hint(edges=EXPONENTS, within=EXPONENTS)},
        "lnWad": {"x": Hint(edges=(0, WAD, 2**95, 2**96, INT_MAX), within=(1, INT_MAX))},
        "lambertW0Wad": {
            # one edge per starting value and per number of steps
            "x": Hint(
                edges=(
                    -(2**58),
                    -(2**50),
                    2**49,
                    2**54,
                    2**60,
                    2**61,
                    2**63,
                    2**68,
                    2**143,
                    INT_MAX,
                    *range(BRANCH_POINT, BRANCH_POINT + 40, 3),
                    *(2**n + step for n in range(49, 63) for step in (0, 2**49)),
                ),
                within=(BRANCH_POINT, 2**64),
            )
        },
        "rpow": {"y": Hint(within=(0, 500)), "b": Hint(edges=(1, WAD, 10**27))},
        "sqrtWad": {"x": Hint(edges=(MAX // WAD,), within=(MAX // WAD, MAX))},
        "cbrtWad": {"x": Hint(edges=(MAX // WAD**2, 2**199, 2**229, 2**249), within=(MAX // WAD**2, MAX))},
        "factorial": {"x": Hint(edges=(57,), within=(0, 60))},
        "unpackSci": {"packed": Hint(within=(0, 2**32))},
    },
    cases={
        # where the loops that the original leaves open run longest
        "gcd": [(SECOND, LARGEST), (LARGEST, SECOND)],
        "invMod": [(SECOND, LARGEST), (LARGEST, SECOND), (0, 5), (10, 5), (7, 1)],
        "mulSqrt": [(2, MAX), (3, MAX), (MAX - 1, MAX)],
        "rpow": [
            (x, y, b) for b in (0, 1, WAD) for x in (0, 1, WAD - 1, WAD, WAD + 1) for y in (2**255, MAX)
        ],
    },
    computed=("EXP_P0",),
)


class TestFixedPointMathLib(Differential):
    library = LIBRARY


POWERS = {"sqrt": (2, 1), "cbrt": (3, 1), "sqrtWad": (2, WAD), "cbrtWad": (3, WAD**2)}


def powers(function: str) -> list[tuple[int]]:
    """What has a whole root, with its neighbours; half so large that roots in WAD take their long way."""
    degree, scale = POWERS[function]
    chooser = bias.Seeded(function)
    cases = []
    for number in range(600):
        bits = chooser.between(1 if number % 2 else 196, 256)
        root = round(float(chooser.between(0, 2**bits) * scale) ** (1 / degree)) + chooser.between(0, 1000)
        cases += [(x,) for x in (root**degree // scale + step for step in (-1, 0, 1, 2)) if 0 <= x <= MAX]
    return cases


@pytest.mark.parametrize("function", POWERS)
def test_roots_of_powers_and_their_neighbours(function: str) -> None:
    cases = powers(function)
    assert len(cases) > 2000
    LIBRARY.pair(function).check(cases)


def scientific(function: str) -> list[tuple[int]]:
    """Numbers with every count of trailing zeros; or packed, with every exponent that fits."""
    chooser = bias.Seeded(function)
    if function == "unpackSci":
        return [
            (chooser.between(0, 2**249 - 1) << 7 | exponent,) for exponent in range(128) for _ in range(5)
        ]
    return [(digits * 10**zeros,) for zeros in range(76) for digits in (1, 7, chooser.between(1, 99))]


@pytest.mark.parametrize("function", ["sci", "packSci", "unpackSci"])
def test_scientific_notation_with_every_exponent(function: str) -> None:
    LIBRARY.pair(function).check(scientific(function))


FLOORS = (
    "mulWad", "divWad", "fullMulDiv", "fullMulDivN", "mulDiv", "sqrt", "cbrt", "sqrtWad", "cbrtWad",
    "mulSqrt", "log2", "log10", "log256", "avg", "avg_int256", "abs", "dist", "dist_int256", "min",
    "min_int256", "max", "max_int256", "clamp", "clamp_int256", "zeroFloorSub", "saturatingSub",
    "saturatingAdd", "saturatingMul", "ternary", "coalesce",
)  # fmt: skip
CEILINGS = ("mulWadUp", "divWadUp", "fullMulDivUp", "mulDivUp", "divUp", "log2Up", "log10Up", "log256Up")
TRUNCATIONS = ("sMulWad", "sDivWad")


@pytest.mark.parametrize("function", [*FLOORS, *CEILINGS, *TRUNCATIONS])
def test_result_is_its_truth_rounded_as_documented(function: str) -> None:
    pair = LIBRARY.pair(function)
    seen = 0
    for case, result, truth in answers(pair, 300):
        seen += 1
        if function in CEILINGS or (function in TRUNCATIONS and truth < 0):
            assert truth <= result < truth + 1, (case, result)
        else:
            assert truth - 1 < result <= truth, (case, result)
    assert seen > 50


ERRORS = {
    # in units of the result's last digit, and in parts of the result
    "expWad": (1, Fraction(2, 10**20)),
    "lnWad": (2, Fraction(0)),
    "lerp": (1, Fraction(0)),
    "lerp_int256": (1, Fraction(0)),
}


@pytest.mark.parametrize("function", ERRORS)
def test_result_is_close_to_its_truth(function: str) -> None:
    absolute, relative = ERRORS[function]
    seen = 0
    for case, result, truth in answers(LIBRARY.pair(function), 1000):
        seen += 1
        assert abs(result - truth) <= absolute + relative * abs(truth), (case, result)
    assert seen > 50


def answers(pair: Any, number: int) -> Iterator[tuple[tuple[int, ...], int, Any]]:
    """Cases that do not revert, with the result and the exact one."""
    kernel: Kernel[..., Any] = pair.kernel
    assert kernel.truth is not None
    for case in bias.cases(pair.arguments, number, f"{pair.seed}.truth"):
        typed = [bool(v) if t is bool else v for v, t in zip(case, kernel.signature.types, strict=True)]
        try:
            result = kernel(*typed)
        except Revert:
            continue
        yield case, int(result), exact.fraction(kernel.truth(*map(Fraction, case)))


def test_the_package_is_the_whole_library() -> None:
    assert {name for name, value in vars(solady).items() if isinstance(value, Kernel)} == set(LIBRARY.kernels)
