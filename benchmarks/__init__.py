"""Measurements of vmargin beside what else computes the same: `python -m benchmarks`, or `make bench`."""
