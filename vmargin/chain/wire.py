"""JSON-RPC's hexadecimal, read strictly: what is not in canonical form was not written by a node."""

from __future__ import annotations

import functools
import re
from typing import Any

from vmargin.chain.errors import BadAnswer
from vmargin.errors import UsageError

_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]*)\Z")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")


def quantity(value: Any, bits: int = 256) -> int:
    """``"0x1a"`` to 26."""
    if not isinstance(value, str) or not _QUANTITY.match(value) or len(value) > 2 + bits // 4:
        raise BadAnswer(f"{_short(value)} is no quantity of {bits} bits")
    return int(value, 16)


def data(value: Any, length: int | None = None) -> bytes:
    """``"0xab"`` to bytes, of exactly this length where one is given."""
    try:
        raw = bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("0x") else None
    except ValueError:
        raw = None
    if raw is None or 2 + 2 * len(raw) != len(value):  # fromhex passes over blanks
        raise BadAnswer(f"{_short(value)} is no hexadecimal data")
    if length is not None and len(raw) != length:
        raise BadAnswer(f"{_short(value)} is {len(raw)} bytes long, not {length}")
    return raw


def address(value: Any) -> str:
    """Read an address that a node sent, in lower case, which is how addresses are kept and compared here."""
    if not isinstance(value, str) or not _ADDRESS.match(value):
        raise BadAnswer(f"{_short(value)} is no address")
    return value.lower()


def given_address(value: str | bytes) -> str:
    """Read an address that the caller gave; one in mixed case must have the checksum of EIP-55."""
    if isinstance(value, bytes) and len(value) == 20:
        return "0x" + value.hex()
    if not isinstance(value, str) or not _ADDRESS.match(value):
        raise UsageError(f"{value!r} is no address: it takes 0x and 40 hexadecimal digits")
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and value != checksummed(value):
        raise UsageError(f"{value} has a wrong checksum: is it {checksummed(value)}?")
    return value.lower()


@functools.lru_cache(maxsize=1 << 14)
def checksummed(value: str) -> str:
    """Write an address for people, in the mixed case of EIP-55."""
    from eth_hash.auto import keccak

    digits = value[2:].lower()
    nibbles = keccak(digits.encode()).hex()
    return "0x" + "".join(d.upper() if int(n, 16) > 7 else d for d, n in zip(digits, nibbles, strict=False))


def to_quantity(value: int) -> str:
    """26 to ``"0x1a"``."""
    return hex(value)


def to_data(value: bytes) -> str:
    """Bytes to ``"0xab"``."""
    return "0x" + value.hex()


def word(value: int) -> str:
    """A slot or a word as 32 bytes: nodes disagree on shorter keys."""
    return f"0x{value:064x}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
