"""Identifiers of instruments, which sort by underlying, then by date: the mirror of Instruments.sol."""

from vmargin.margin.errors import InvalidInstrument
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

SPOT = 0
PERP = 1
INVERSE = 2
FUTURE = 3
CALL = 4
PUT = 5

_EXPIRY_MASK = uint256(0xFF_FFFFFFFF)
_STRIKE_MASK = uint256(0xFFFFFFFF_FFFFFFFF_FFFFFFFF)
_ZERO_MASK = uint256(0xFFFF_FFFFFFFF_FFFFFFFF)


@kernel
def pack(underlying: uint256, expiry: uint256, kind: uint256, strike: uint256) -> uint256:
    """Give the identifier of an instrument with these parts, or revert."""
    instrument = underlying << 224 | expiry << 184 | kind << 176 | strike
    whole = underlying >> 32 == 0 and expiry >> 40 == 0 and kind >> 8 == 0 and strike >> 96 == 0
    if not whole:
        raise InvalidInstrument(instrument)
    requireValid(instrument)
    return instrument


@kernel(truth=lambda instrument: int(instrument) >> 224)
def underlyingOf(instrument: uint256) -> uint256:
    """The number of the underlying."""
    return instrument >> 224


@kernel(truth=lambda instrument: int(instrument) >> 184 & 0xFF_FFFFFFFF)
def expiryOf(instrument: uint256) -> uint256:
    """Unix seconds; 0 for what has no expiry."""
    return (instrument >> 184) & _EXPIRY_MASK


@kernel(truth=lambda instrument: int(instrument) >> 176 & 0xFF)
def kindOf(instrument: uint256) -> uint256:
    """One of the constants above."""
    return (instrument >> 176) & 0xFF


@kernel
def strikeOf(instrument: uint256) -> uint256:
    """With 18 decimals; 0 for what has none."""
    return instrument & _STRIKE_MASK


@kernel
def isOption(kind: uint256) -> bool:
    """Whether it is a call or a put."""
    return kind == CALL or kind == PUT


@kernel
def isPerpetual(kind: uint256) -> bool:
    """Whether it has a mark of its own and pays funding."""
    return kind == PERP or kind == INVERSE


@kernel
def requireValid(instrument: uint256) -> bool:
    """Revert unless the identifier is one: each field only where its kind has it."""
    kind = kindOf(instrument)
    dated = kind >= FUTURE
    if (
        underlyingOf(instrument) == 0
        or kind > PUT
        or (instrument >> 96) & _ZERO_MASK != 0
        or (expiryOf(instrument) != 0) != dated
        or (strikeOf(instrument) != 0) != isOption(kind)
    ):
        raise InvalidInstrument(instrument)
    return True
