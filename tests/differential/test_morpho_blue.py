"""Morpho Blue 1.0.0."""

from tests.differential.library import Differential, Library
from vmargin.crosscheck.bias import Hint

UINT128 = Hint(within=(0, 2**128 - 1))
"""Totals are stored in 128 bits."""


class TestMathLib(Differential):
    library = Library(
        "MorphoBlueMathLibHarness",
        "vmargin.fixedpoint.morpho_blue.math_lib",
        hints={"wTaylorCompounded": {"x": Hint(within=(0, 10**12)), "n": Hint(within=(0, 10**10))}},
    )


class TestSharesMathLib(Differential):
    library = Library(
        "MorphoBlueSharesMathLibHarness",
        "vmargin.fixedpoint.morpho_blue.shares_math_lib",
        hints={
            "toSharesDown": {"assets": UINT128, "totalAssets": UINT128, "totalShares": UINT128},
            "toSharesUp": {"assets": UINT128, "totalAssets": UINT128, "totalShares": UINT128},
            "toAssetsDown": {"shares": UINT128, "totalAssets": UINT128, "totalShares": UINT128},
            "toAssetsUp": {"shares": UINT128, "totalAssets": UINT128, "totalShares": UINT128},
        },
    )
