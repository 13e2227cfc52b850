"""How deep JSON may be nested, where Python no longer limits it.

py_ecc, which EVMs in Python import, raises the limit of recursion to 100,000 for the whole process.  From
then on, whoever sends that many brackets ends the process with a segmentation fault.
"""

from __future__ import annotations

import re
import sys
from itertools import accumulate

DEEPEST = 64
"""Ten times what any node has reason to send."""
_ROOM = 3000
"""Calls within calls that the stack has room for: where no more are allowed, Python keeps watch itself."""
_FEW = 1000
"""Brackets that may nest as they like: the stack has room for them."""
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_OTHERS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def checked(raw: bytes) -> bytes:
    """Give JSON back if it can be read without harm.

    Raises
    ------
    ValueError
        If it is nested deeper than anything that was ever meant.
    """
    if sys.getrecursionlimit() <= _ROOM:
        return raw
    if _is_shallow(raw) or _is_shallow(_STRING.sub(b"", raw)):
        return raw
    raise ValueError(f"JSON nested more than {DEEPEST} deep")


def _is_shallow(raw: bytes) -> bool:
    """Whether no more brackets are ever open at once, those in strings among them."""
    brackets = raw.translate(None, _OTHERS)
    return len(brackets) <= _FEW or all(
        depth <= DEEPEST for depth in accumulate(map(_STEP.__getitem__, brackets))
    )
