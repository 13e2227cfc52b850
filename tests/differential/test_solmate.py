"""Solmate 6.8.0."""

from tests.differential.library import Differential, Library
from vmargin.crosscheck.bias import Hint

WAD = 10**18
EXPONENTS = (-42139678854452767551, 135305999368893231589)
"""At the first and below it the result is 0, from the second on it overflows."""


class TestFixedPointMathLib(Differential):
    library = Library(
        "SolmateFixedPointMathLibHarness",
        "vmargin.fixedpoint.solmate.fixed_point_math_lib",
        hints={
            "rpow": {
                "x": Hint(within=(0, 2 * WAD)),
                "n": Hint(within=(0, 300)),
                "scalar": Hint(edges=(WAD, 10**27), within=(1, 2 * WAD)),
            }
        },
    )


class TestSignedWadMath(Differential):
    library = Library(
        "SolmateSignedWadMathHarness",
        "vmargin.fixedpoint.solmate.signed_wad_math",
        hints={
            "wadExp": {"x": Hint(edges=EXPONENTS, within=EXPONENTS)},
            "wadPow": {"x": Hint(within=(1, 100 * WAD)), "y": Hint(within=(-20 * WAD, 20 * WAD))},
        },
        computed=("EXP_P0",),
    )
