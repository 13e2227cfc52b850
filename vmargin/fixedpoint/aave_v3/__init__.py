"""Mirrors of Aave v3's arithmetic, in its half-up and its floor-and-ceiling generation."""
