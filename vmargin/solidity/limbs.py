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
    ints = [int(v if type(v) is word else word(v)) for v in values]
    raw = b"".join([v.to_bytes(32, "little", signed=v < 0) for v in ints])
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64).reshape(-1, 4)


def unpack(limbs: Limbs, word: type[Word]) -> list[Any]:
    """Limbs to words of the type, which they must hold."""
    raw = np.ascontiguousarray(limbs, dtype="<u8").tobytes()
    signed = word.signed
    decode = int.from_bytes
    return [word(decode(raw[i : i + 32], "little", signed=signed)) for i in range(0, len(raw), 32)]


def require_range(limbs: Limbs, word: type[Word], name: str) -> Limbs:
    """Check shape, type and range of limbs that a caller packed himself."""
    if limbs.dtype != np.uint64 or limbs.ndim != 2 or limbs.shape[1] != 4:
        raise UsageError(
            f"{name}: an array of {limbs.dtype} and shape {limbs.shape}: "
            "pass uint64 of shape (n, 4), or a list"
        )
    low, high = _limits(word)
    if word.bits < 256:
        outside = _compare(limbs, low, word.signed) < 0
        outside |= _compare(limbs, high, word.signed) > 0
        if outside.any():
            row = int(np.flatnonzero(outside)[0])
            value = int.from_bytes(limbs[row].astype("<u8").tobytes(), "little", signed=word.signed)
            raise UsageError(f"{name}[{row}] = {value} is no {word.__name__}")
    return np.ascontiguousarray(limbs)


def _limits(word: type[Word]) -> tuple[int, int]:
    return int(word.min), int(word.max)


def _compare(limbs: Limbs, bound: int, signed: bool) -> NDArray[np.int8]:
    """-1, 0 or 1 per row: below, equal to or above the bound."""
    reference = np.frombuffer(bound.to_bytes(32, "little", signed=bound < 0), dtype="<u8")
    result = np.zeros(len(limbs), dtype=np.int8)
    for limb in range(4):
        kind = np.int64 if signed and limb == 3 else np.uint64
        column, value = limbs[:, limb].view(kind), reference[limb : limb + 1].view(kind)[0]
        result = np.where(column == value, result, np.where(column < value, -1, 1)).astype(np.int8)
    return result
