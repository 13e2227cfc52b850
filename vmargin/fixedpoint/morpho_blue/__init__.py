"""Mirrors of Morpho Blue 1.0.0's arithmetic: `MathLib` and `SharesMathLib`."""
