"""Reverts as values: the four shapes that Solidity emits, each knowing its exact revert data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from vmargin.errors import VmarginError

ASSERTION = 0x01
ARITHMETIC = 0x11
DIVISION_BY_ZERO = 0x12
INDEX_OUT_OF_BOUNDS = 0x32

_PANICS = {
    0x00: "generic",
    ASSERTION: "assertion failed",
    ARITHMETIC: "arithmetic out of range",
    DIVISION_BY_ZERO: "division by zero",
    0x21: "value is no member of the enum",
    0x22: "storage byte array is badly encoded",
    0x31: "pop of an empty array",
    INDEX_OUT_OF_BOUNDS: "index out of bounds",
    0x41: "too much memory",
    0x51: "call of an uninitialised function pointer",
}

_PANIC_SELECTOR = bytes.fromhex("4e487b71")
_ERROR_SELECTOR = bytes.fromhex("08c379a0")
_SIGNATURE = re.compile(r"[A-Za-z_$][\w$]*\((.*)\)\Z")


class Revert(VmarginError):
    """A call that reverted.  Two reverts are equal when their data are."""

    @property
    def data(self) -> bytes:
        """The bytes that the EVM returns."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self.data == other.data if isinstance(other, Revert) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.args))})"


class Empty(Revert):
    """``revert(0, 0)`` and a bare ``require``: no data."""

    data = b""

    def __str__(self) -> str:
        return "Empty"


class Error(Revert):
    """``require(…, "text")`` and ``revert("text")``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    @property
    def data(self) -> bytes:
        raw = self.text.encode()
        padding = -len(raw) % 32
        return b"".join((_ERROR_SELECTOR, _uint(32), _uint(len(raw)), raw, bytes(padding)))

    def __str__(self) -> str:
        return f"Error({self.text})"


class Panic(Revert):
    """The compiler's own checks: overflow, division by zero, an index out of bounds."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = int(code)

    @property
    def data(self) -> bytes:
        return _PANIC_SELECTOR + _uint(self.code)

    @property
    def meaning(self) -> str:
        """The code in words."""
        return _PANICS.get(self.code, "unknown code")

    def __str__(self) -> str:
        return f"Panic(0x{self.code:02x})"

    __repr__ = __str__


class Custom(Revert):
    """``revert Name(args)``: a custom error, by its signature and its arguments."""

    def __init__(self, signature: str, args: Iterable[Any] = ()) -> None:
        values = tuple(args)
        super().__init__(signature, values)
        self.signature = signature
        self.values = values

    @property
    def data(self) -> bytes:
        types = argument_types(self.signature)
        if not types:
            return selector(self.signature)
        from eth_abi.abi import encode

        return selector(self.signature) + encode(types, [_plain(v) for v in self.values])

    def __str__(self) -> str:
        if not self.values:
            return self.signature
        return f"{self.signature.partition('(')[0]}({', '.join(map(_shown, self.values))})"


class Unknown(Revert):
    """Revert data of no shape that the caller named, kept as they are."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self.raw = raw

    @property
    def data(self) -> bytes:
        return self.raw

    def __str__(self) -> str:
        return f"Unknown(0x{self.raw.hex()})"


class Halt(VmarginError):
    """The EVM stopped without revert data: invalid opcode, out of gas.  Never equal to a revert."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Halt) and self.reason == other.reason

    def __hash__(self) -> int:
        return hash(self.reason)


class CustomError:
    """A declared custom error: ``Overflow = CustomError("Overflow()")``, then ``raise Overflow()``."""

    def __init__(self, signature: str) -> None:
        self.signature = signature
        self.arity = len(argument_types(signature))

    def __call__(self, *args: Any) -> Custom:
        if len(args) != self.arity:
            raise TypeError(f"{self.signature} takes {self.arity} arguments, got {len(args)}")
        return Custom(self.signature, args)

    def __repr__(self) -> str:
        return f"CustomError({self.signature!r})"


def decode(data: bytes, errors: Iterable[CustomError | str] = ()) -> Revert:
    """Read revert data back into a value.

    Parameters
    ----------
    data
        What the call returned.
    errors
        Custom errors that may occur, declared or by signature.

    Returns
    -------
    Revert
        A value with exactly these data: :class:`Unknown` where no shape fits to the byte.
    """
    if not data:
        return Empty()
    head, body = data[:4], data[4:]
    found: Revert | None = None
    if head == _PANIC_SELECTOR and len(body) == 32:
        found = Panic(int.from_bytes(body, "big"))
    elif head == _ERROR_SELECTOR and len(body) >= 64:
        length = int.from_bytes(body[32:64], "big")
        try:
            found = Error(body[64 : 64 + length].decode())
        except UnicodeDecodeError:
            found = None
    else:
        for error in errors:
            signature = error if isinstance(error, str) else error.signature
            if selector(signature) == head:
                found = _decode_custom(signature, body)
                break
    return found if found is not None and found.data == data else Unknown(data)


def _decode_custom(signature: str, body: bytes) -> Custom | None:
    from eth_abi.abi import decode as abi_decode
    from eth_abi.exceptions import DecodingError

    try:
        return Custom(signature, abi_decode(argument_types(signature), body))
    except (DecodingError, UnicodeDecodeError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def selector(signature: str) -> bytes:
    """The first four bytes of the signature's keccak-256."""
    from eth_hash.auto import keccak

    return bytes(keccak(signature.encode())[:4])


@lru_cache(maxsize=1024)
def argument_types(signature: str) -> tuple[str, ...]:
    """``"f(uint256,(int8,bool))"`` to ``("uint256", "(int8,bool)")``."""
    match = _SIGNATURE.match(signature)
    if match is None:
        raise ValueError(f"{signature!r} is no signature: write it as in `Name(uint256,int256)`")
    types: list[str] = []
    depth, current = 0, ""
    for char in match.group(1):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            types.append(current)
            current = ""
        else:
            current += char
    return (*types, current) if current else tuple(types)


def _uint(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _shown(value: Any) -> str:
    """A value for people: bytes in hexadecimal, those in structs and arrays too."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))})"
    return str(value)


def _plain(value: Any) -> Any:
    """Typed words to plain ints, which is what eth-abi encodes."""
    if isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else value
