"""Many calls in few requests."""

from vmargin.chain.multicall.reading import aggregate

__all__ = ["aggregate"]
