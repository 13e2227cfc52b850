"""Derive's OptionEncoding: expiry, strike and side of an option packed into the subId of its asset."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.solidity.integers import uint96, uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

OE_ExpiryTooLarge = CustomError("OE_ExpiryTooLarge(uint256)")
OE_ZeroExpiry = CustomError("OE_ZeroExpiry()")
OE_StrikeTooGranular = CustomError("OE_StrikeTooGranular(uint256)")
OE_StrikeTooLarge = CustomError("OE_StrikeTooLarge(uint256)")

EXPIRY_MAX = uint256(2**32 - 1)
STRIKE_MAX = uint256(2**63 - 1)
STRIKE_STEP = uint256(10**10)
ONE = uint256(1)


class Option(NamedTuple):
    """An option: expiry in Unix seconds, strike with 18 digits, and whether it is a call."""

    expiry: uint256
    strike: uint256
    isCall: bool


@kernel
def toSubId(expiry: uint256, strike: uint256, isCall: bool) -> uint96:
    """Pack an option: 32 bits of expiry, 63 of strike with 8 digits, one for a call."""
    if expiry > EXPIRY_MAX:
        raise OE_ExpiryTooLarge(expiry)
    if expiry == 0:
        raise OE_ZeroExpiry()
    if strike % STRIKE_STEP > 0:
        raise OE_StrikeTooGranular(strike)
    strike8 = strike / STRIKE_STEP
    if strike8 > STRIKE_MAX:
        raise OE_StrikeTooLarge(strike8)
    subId = expiry | strike8 << 32
    if isCall:
        subId = subId | ONE << 95
    return uint96(subId)


@kernel
def fromSubId(subId: uint96) -> Option:
    """Unpack an option; never fails, not even on an expiry of 0, which cannot be packed."""
    packed = uint256(subId)
    return Option(packed & EXPIRY_MAX, (packed >> 32 & STRIKE_MAX) * STRIKE_STEP, packed >> 95 & ONE == 1)
