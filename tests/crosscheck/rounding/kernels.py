"""Small kernels whose roundings a test can work out by itself, over all their inputs."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.fixedpoint.aave_v3.percentage_math import percentMul
from vmargin.fixedpoint.aave_v3.wad_ray_math import wadDiv
from vmargin.solidity.integers import int8, int256, uint8, uint256
from vmargin.solidity.kernel import kernel


class Quoted(NamedTuple):
    value: uint256
    requirement: uint256


@kernel
def quoted(held: uint8, owed: uint8, price: uint8) -> Quoted:
    """One rounded price for what is held and what is owed: no direction is right for both."""
    coarse = uint256(price) / 10
    return Quoted(uint256(held) * coarse, uint256(owed) * coarse)


@kernel
def quotedTwice(held: uint8, owed: uint8, price: uint8) -> Quoted:
    """A price for each, rounded as it should be."""
    return Quoted(uint256(held) * uint256(price) / 10, (uint256(owed) * uint256(price) + 9) / 10)


@kernel
def worth(size: int8, price: uint8) -> int256:
    """A floor that is right for one who is long."""
    return int256(size) * int256(uint256(price) / 3)


@kernel
def chained(a: uint8, b: uint8) -> uint256:
    """Two floors, the first of them enlarged by what follows."""
    return uint256(a) * 7 / 11 * uint256(b) / 13


@kernel
def netted(a: uint8, b: uint8) -> int256:
    """Two floors that pull in opposite directions."""
    return int256(uint256(a) / 7) - int256(uint256(b) / 9)


@kernel
def idle(a: uint8, b: uint8) -> uint256:
    """A floor that nothing comes of."""
    return uint256(a) / 7 * 0 + uint256(b)


@kernel
def beside(a: uint8, b: uint8) -> uint256:
    """Two divisions on one line."""
    return uint256(a) / 3 + uint256(b) / 5


@kernel
def twoAims(x: uint256, y: uint256) -> Quoted:
    """Two floors, each enlarged by what it is made of."""
    return Quoted(x * x / 10**9 * x, y * y / 10**9 * y)


@kernel
def roundabout(a: int256, b: uint256, c: uint256) -> int256:
    """A product by way of a word that is not what it says, which comes out right."""
    return int256(uint256(a) * c * (b / 3))


@kernel
def leaping(a: uint8) -> uint256:
    """A quotient that decides: a little more than 2 is taken for 2."""
    tenths = uint256(a) / 10
    return tenths * 1000 if tenths == 2 else tenths


@kernel
def tenth(a: uint256) -> uint256:
    """What several callers share."""
    return a / 10


@kernel
def fromTwoSides(a: uint8, b: uint8) -> int256:
    """One line of a library, called for what is owned and for what is owed."""
    return int256(tenth(uint256(a))) - int256(tenth(uint256(b)))


@kernel
def legacyHealthFactor(collateral: uint256, threshold: uint256, debt: uint256) -> uint256:
    """Aave's, before v3.5: both steps round half up."""
    return wadDiv(percentMul(collateral, threshold), debt)
