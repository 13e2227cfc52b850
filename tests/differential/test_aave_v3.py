"""Aave v3 by its two generations of rounding: core 1.19.3 (half up), origin 3.6.0 (floors and ceilings)."""

from tests.differential.library import Differential, Library
from vmargin.crosscheck.bias import Hint

MAX = 2**256 - 1
WAD = 10**18
RAY = 10**27
RATIO = 10**9
PERCENT = 10**4


def dividends(unit: int) -> list[tuple[int, int]]:
    """The largest that fit a word once they are scaled, with and without half of the divisor."""
    return [
        (largest + step, divisor)
        for divisor in (1, 2, 3, unit, 2**128 - 1, 2**255, MAX - 1, MAX)
        for largest in (MAX // unit, (MAX - divisor // 2) // unit)
        for step in (-1, 0, 1)
    ]


HINTS = {
    "rayToWad": {"a": Hint(edges=tuple(k * RATIO + RATIO // 2 for k in (0, 1, WAD, MAX // RATIO - 1)))},
    "wadToRay": {"a": Hint(edges=(MAX // RATIO,))},
}
WAD_RAY = {"wadDiv": dividends(WAD), "rayDiv": dividends(RAY)}
PERCENTAGE = {"percentDiv": dividends(PERCENT)}


class TestHalfUpWadRayMath(Differential):
    library = Library(
        "AaveV3HalfUpWadRayMathHarness",
        "vmargin.fixedpoint.aave_v3.wad_ray_math",
        hints=HINTS,
        cases=WAD_RAY,
        elsewhere=("rayMulFloor", "rayMulCeil", "rayDivFloor", "rayDivCeil"),
    )


class TestHalfUpPercentageMath(Differential):
    library = Library(
        "AaveV3HalfUpPercentageMathHarness",
        "vmargin.fixedpoint.aave_v3.percentage_math",
        cases=PERCENTAGE,
        elsewhere=("percentMulFloor", "percentMulCeil", "percentDivCeil"),
    )


class TestFloorCeilWadRayMath(Differential):
    library = Library(
        "AaveV3FloorCeilWadRayMathHarness",
        "vmargin.fixedpoint.aave_v3.wad_ray_math",
        hints=HINTS,
        cases={**WAD_RAY, "rayDivFloor": dividends(RAY), "rayDivCeil": dividends(RAY)},
    )


class TestFloorCeilPercentageMath(Differential):
    library = Library(
        "AaveV3FloorCeilPercentageMathHarness",
        "vmargin.fixedpoint.aave_v3.percentage_math",
        cases={**PERCENTAGE, "percentDivCeil": dividends(PERCENT)},
    )


class TestMathUtils(Differential):
    library = Library("AaveV3MathUtilsHarness", "vmargin.fixedpoint.aave_v3.math_utils")
