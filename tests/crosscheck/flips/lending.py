"""Decisions as lending markets take them, with the roundings that make them flip."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

WAD = uint256(10**18)
BPS = uint256(10_000)
PRICE_ONE = uint256(10**8)
TooLittle = CustomError("TooLittle()")


class Reserve(NamedTuple):
    """A collateral."""

    amount: uint256
    price: uint256
    thresholdBps: uint256


@kernel
def isHealthy(first: uint256, second: uint256, price: uint256, debt: uint256) -> bool:
    """Two collaterals of thresholds 75% and 80%, which are averaged and truncated to basis points."""
    value = first * price / PRICE_ONE
    total = value + second
    threshold = (value * 7_500 + second * 8_000) / total
    return total * threshold / BPS >= debt


@kernel
def ofAll(reserves: Words[Reserve], debt: uint256) -> uint256:
    """The same of any number of collaterals; reverts where they are too little."""
    total = uint256(0)
    weighted = uint256(0)
    for i in range(len(reserves)):
        value = reserves[i].amount * reserves[i].price / PRICE_ONE
        total += value
        weighted += value * reserves[i].thresholdBps
    if total == 0:
        raise TooLittle()
    if total * (weighted / total) / BPS < debt:
        raise TooLittle()
    return total


@kernel
def hasNone(amount: uint256) -> bool:
    """Nothing is rounded before it decides."""
    return amount == 0


@kernel
def isAbove(x: uint256, y: uint256) -> bool:
    """Small enough to be tried whole."""
    return x * 7 / 10 > y / 3
