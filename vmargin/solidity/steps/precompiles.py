"""The contracts that every EVM has built in, as far as they take no curve."""

from __future__ import annotations

import hashlib
from collections.abc import Callable


def _modexp(data: bytes) -> bytes:
    def number(start: int, length: int) -> int:
        return int.from_bytes(data[start : start + length].ljust(length, b"\0"), "big")

    base, exponent, modulus = number(0, 32), number(32, 32), number(64, 32)
    value = pow(
        number(96, base), number(96 + base, exponent), number(96 + base + exponent, modulus) or 1
    )  # fmt: skip
    return value.to_bytes(modulus, "big") if modulus else b""


def _unknown(name: str) -> Callable[[bytes], bytes | None]:
    def refuse(_: bytes) -> bytes | None:
        from vmargin.solidity.steps.machine import Untraceable

        raise Untraceable(f"a call that uses the precompiled {name} is not followed")

    return refuse


PRECOMPILES: dict[int, Callable[[bytes], bytes | None]] = {
    0x01: _unknown("ecrecover"),
    0x02: lambda data: hashlib.sha256(data).digest(),
    0x03: _unknown("ripemd160"),
    0x04: lambda data: data,
    0x05: _modexp,
    0x06: _unknown("addition on bn254"),
    0x07: _unknown("multiplication on bn254"),
    0x08: _unknown("pairing on bn254"),
    0x09: _unknown("blake2f"),
    0x0A: _unknown("point evaluation"),
}
"""By address; None where the call fails."""
