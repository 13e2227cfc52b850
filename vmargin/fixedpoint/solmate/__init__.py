"""Mirror of Solmate 6.8.0: `FixedPointMathLib` and `SignedWadMath`."""
