"""Uniswap v3 core 1.0.1."""

from tests.differential.library import Differential, Library


class TestFullMath(Differential):
    library = Library("UniswapV3FullMathHarness", "vmargin.fixedpoint.uniswap_v3.full_math")
