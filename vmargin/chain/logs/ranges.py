"""How many blocks to ask the logs of at once: each node has its own limits, and says so in its own words."""

from __future__ import annotations

import re

from vmargin.chain.errors import AllNodesFailed, ChainError, TooMuch

_HINT = re.compile(r"(0x[0-9a-f]+|\d+)\s*(?:,|-|to)\s*(0x[0-9a-f]+|\d+)", re.IGNORECASE)
_PROBE_AFTER = 64
"""Ranges of full size that must fit before a size that was refused is tried again: logs lie unevenly."""


class Stride:
    """A number of blocks that is halved when a node refuses it, and grows while it fits.

    Parameters
    ----------
    size
        To begin with.
    most
        Never more than this.
    """

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        self._most = most
        self._fit = 0
        self._refused = most + 1
        self._run = 0

    def fitted(self, first: int, last: int) -> None:
        """Grow after a success, at most half-way to what was refused."""
        if last - first + 1 < self.size:
            return
        self._fit = self.size
        self._run += 1
        if self._run % _PROBE_AFTER == 0:
            self._refused = self._most + 1
        room = self._refused - self.size
        if room > 1 + self.size // 8:
            self.size = min(2 * self.size, self.size + room // 2)

    def refused(self, first: int, last: int, reason: str = "") -> None:
        """Shrink to the range that the node names, else to what fitted last, else to a half."""
        blocks = last - first + 1
        self._refused, self._run = blocks, 0
        half = max(1, blocks // 2)
        self.size = _hinted(first, last, reason) or (self._fit if half <= self._fit < blocks else half)


def too_much(error: ChainError) -> str | None:
    """The words of a node that would do less, if one of them said so."""
    if isinstance(error, TooMuch):
        return error.reason
    if isinstance(error, AllNodesFailed):
        return next((cause.reason for cause in error.causes if isinstance(cause, TooMuch)), None)
    return None


def _hinted(first: int, last: int, reason: str) -> int | None:
    """Blocks in the range that a refusal proposes, as in ``retry with the range 100-163``, if it is ours."""
    for low, high in _HINT.findall(reason):
        start, end = _number(low), _number(high)
        if start == first <= end < last:
            return end - start + 1
    return None


def _number(digits: str) -> int:
    return int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
