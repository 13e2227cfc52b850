"""Solady 0.1.26 `FixedPointMathLib`, whole, with the original's names and its three sections as modules."""

from vmargin.fixedpoint.solady.fixed_point import *  # noqa: F403
from vmargin.fixedpoint.solady.general_numbers import *  # noqa: F403
from vmargin.fixedpoint.solady.raw_numbers import *  # noqa: F403
