"""PRBMath 4.2.0."""

from fractions import Fraction
from math import isqrt

import pytest

from tests.differential.library import Differential, Library
from vmargin.crosscheck.bias import Hint, cases
from vmargin.solidity.reverts import Revert

UNIT = 10**18
MAX_UINT = 2**256 - 1
MAX_INT = 2**255 - 1
TIE = isqrt(2 * UNIT**2) + 1
"""Squared, it is exactly 2 in 18 decimals: the logarithm's loop compares for equality there."""
TIES = (TIE, TIE << 100)
POWERS_OF_TEN = tuple(10**k for k in range(78))
EXP_END = 133_084258667509499440
SQUARE_BEYOND_INT = isqrt(2**255 * UNIT) + 1

POSITIVE = Hint(within=(1, 1000 * UNIT))
FROM_ONE = Hint(within=(UNIT, 1000 * UNIT))
BASE = Hint(within=(1, 100 * UNIT))
SHIFT = Hint(within=(0, 257))


class TestCommon(Differential):
    library = Library(
        "PRBMathCommonHarness",
        "vmargin.fixedpoint.prb_math.common",
        hints={"exp2": {"x": Hint(edges=(191 << 64, 192 << 64), within=(0, (192 << 64) - 1))}},
        cases={"mulDivSigned": [(MAX_INT, 7, 7), (MAX_INT, -7, 7), (MAX_INT, 2, 1)]},
    )


class TestUD60x18(Differential):
    library = Library(
        "PRBMathUD60x18Harness",
        "vmargin.fixedpoint.prb_math.ud60x18",
        hints={
            "exp": {"x": Hint(edges=(EXP_END,), within=(0, 134 * UNIT))},
            "exp2": {"x": Hint(edges=(192 * UNIT - 1,), within=(0, 192 * UNIT))},
            "gm": {"x": Hint(within=(0, 2**128)), "y": Hint(within=(0, 2**128))},
            "ln": {"x": FROM_ONE},
            "log10": {"x": FROM_ONE._replace(edges=POWERS_OF_TEN)},
            "log2": {"x": FROM_ONE._replace(edges=TIES)},
            "lshift": {"bits": SHIFT},
            "pow": {"x": BASE, "y": Hint(within=(0, 10 * UNIT))},
            "powu": {"x": BASE, "y": Hint(within=(0, 20))},
            "rshift": {"bits": SHIFT},
            "sqrt": {"x": Hint(edges=(MAX_UINT // UNIT,))},
        },
        cases={
            "gm": [(2**128, 2**128), (2**128, 2**128 - 1)],
            "pow": [(0, UNIT), (UNIT, MAX_UINT), (UNIT + 1, UNIT), (UNIT - 1, UNIT), (7, 0)],
        },
    )


class TestSD59x18(Differential):
    library = Library(
        "PRBMathSD59x18Harness",
        "vmargin.fixedpoint.prb_math.sd59x18",
        hints={
            "exp": {"x": Hint(edges=(-41_446531673892822322, EXP_END), within=(-42 * UNIT, 134 * UNIT))},
            "exp2": {
                "x": Hint(
                    edges=(-59_794705707972522261, 192 * UNIT - 1),
                    within=(-60 * UNIT, 192 * UNIT),
                )
            },
            "gm": {"x": Hint(within=(-(2**127), 2**127)), "y": Hint(within=(-(2**127), 2**127))},
            "ln": {"x": POSITIVE},
            "log10": {"x": POSITIVE._replace(edges=POWERS_OF_TEN)},
            "log2": {"x": POSITIVE._replace(edges=TIES)},
            "lshift": {"bits": SHIFT},
            "pow": {"x": BASE, "y": Hint(within=(-10 * UNIT, 10 * UNIT))},
            "powu": {"x": Hint(within=(-100 * UNIT, 100 * UNIT)), "y": Hint(within=(0, 20))},
            "rshift": {"bits": SHIFT},
            "sqrt": {"x": Hint(edges=(MAX_INT // UNIT,), within=(0, MAX_INT // UNIT))},
        },
        cases={
            "div": [(MAX_INT, UNIT), (MAX_INT, -UNIT), (MAX_INT, UNIT - 1)],
            "mul": [(MAX_INT, UNIT), (MAX_INT, -UNIT), (MAX_INT, UNIT + 1)],
            "gm": [(2**127, -(2**127)), (2**128, 2**127)],
            "pow": [(-2 * UNIT, 0), (-2 * UNIT, UNIT), (-2 * UNIT, 2 * UNIT), (UNIT + 1, UNIT)],
            "powu": [(SQUARE_BEYOND_INT, 2), (SQUARE_BEYOND_INT - 1, 2), (-MAX_INT, 1)],
        },
        computed=("MAX_CONVERTIBLE", "MIN_CONVERTIBLE", "uMAX_WHOLE_SD59x18", "uMIN_WHOLE_SD59x18"),
    )


COMMON, UD60x18, SD59x18 = TestCommon.library, TestUD60x18.library, TestSD59x18.library

# How far a result may be from its truth: one unit, but for those below.
UNITS = {"ln": 60, "log2": 60, "log10": 60, "powu": 60}
RELATIVE = {
    "exp": Fraction(2, 10**16),
    "exp2": Fraction(5, 10**18),
    "pow": Fraction(1, 10**15),
    "powu": Fraction(1, 10**16),
}
TRUTHS = [
    pytest.param(library, name, id=f"{library.harness}-{name}")
    for library in (COMMON, UD60x18, SD59x18)
    for name, kernel in library.kernels.items()
    if kernel.truth is not None
]


@pytest.mark.parametrize(("library", "name"), TRUTHS)
def test_is_close_to_its_truth(library: Library, name: str) -> None:
    pair = library.pair(name)
    assert pair.kernel.truth is not None
    domain = [
        a._replace(low=a.within[0], high=a.within[1], edges=()) if a.within else a for a in pair.arguments
    ]
    values = 0
    for case in cases(domain, 200, f"{pair.seed}.truth"):
        try:
            result = int(pair.kernel(*case))
        except Revert:
            continue
        values += 1
        truth = pair.kernel.truth(*map(Fraction, case))
        allowed = UNITS.get(name, 1) + RELATIVE.get(name, 0) * abs(truth)
        assert abs(truth - result) <= allowed, f"{name}{case} is {result}, truly {truth}"
    assert values > 20
