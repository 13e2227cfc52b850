"""Mirror of Uniswap v3 core 1.0.1: `FullMath`."""
