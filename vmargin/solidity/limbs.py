"""Columns of words as numpy arrays: n x 4 limbs of 64 bits, the lowest first, sign-extended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vmargin.errors import UsageError
from vmargin.solidity.integers import Word

Limbs = NDArray[np.uint64]


def pack(values: Iterable[Any], word: type[Word]) -> Limbs:
    """Words or Python ints to limbs, each checked against the type."""
    return pack_ints(int(v if type(v) is word else word(v)) for v in values)


def pack_ints(values: Iterable[int]) -> Limbs:
    """The ints of words that are known to be of their types to limbs."""
    raw = b"".join([v.to_bytes(32, "little", signed=v < 0) for v in values])
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64).reshape(-1, 4)


def unpack(limbs: Limbs, word: type[Word]) -> list[Any]:
    """Limbs to words of the type, which they must hold."""
    raw = np.ascontiguousarray(limbs, dtype="<u8").tobytes()
    signed = word.signed
    decode = int.from_bytes
    return [word(decode(raw[i : i + 32], "little", signed=signed)) for i in range(0, len(raw), 32)]


def value_of(limbs: Limbs, signed: bool) -> int:
    """The integer that four limbs stand for, whatever the type they belong to."""
    return int.from_bytes(limbs.astype("<u8").tobytes(), "little", signed=signed)


def require_limbs(column: NDArray[Any], name: str) -> Limbs:
    """Check the shape and the element type of a column that a caller packed himself."""
    if column.dtype != np.uint64 or column.ndim != 2 or column.shape[1] != 4:
        raise UsageError(
            f"{name}: an array of {column.dtype} and shape {column.shape}: "
            "pass uint64 of shape (n, 4), or a list"
        )
    return np.ascontiguousarray(column)
