"""A protocol's mirror against the contract's own answer, account by account, at one block or at many."""

from vmargin.crosscheck.compare.account import Compared, Difference, Status
from vmargin.crosscheck.compare.block import Comparison, compare
from vmargin.crosscheck.compare.blocks import Comparisons, Unread, compare_blocks
from vmargin.crosscheck.compare.journal import Journal

__all__ = [
    "Compared",
    "Comparison",
    "Comparisons",
    "Difference",
    "Journal",
    "Status",
    "Unread",
    "compare",
    "compare_blocks",
]
