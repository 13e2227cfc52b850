"""Volatilities of one date at ascending strikes, two nodes to a word: the mirror of SurfaceNodes.sol."""

from collections.abc import Sequence

from vmargin.margin.house.errors import (
    NodesOutOfOrder,
    NodeVolatilityOutOfRange,
    TooManyNodes,
    VolatilityMissing,
)
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import kernel

WORDS = uint256(8)
VOLATILITY = uint256(10 * 10**8)
UNIT = uint256(10**10)

_LOWER = uint256(2**128 - 1)
_VOLATILITY_MASK = uint256(2**32 - 1)


def packed(nodes: Sequence[tuple[int, int]]) -> list[int]:
    """What `post` takes for strikes with 18 decimals and volatilities in 10^-8."""
    halves = [strike << 32 | volatility for strike, volatility in nodes]
    if len(halves) % 2:
        halves.append(0)
    return [high << 128 | low for high, low in zip(halves[::2], halves[1::2], strict=True)]


@kernel
def nodeAt(words: Words[uint256], index: uint256) -> uint256:
    """The node of that number."""
    word = words[index >> 1]
    return word >> 128 if index & 1 == 0 else word & _LOWER


@kernel
def count(words: Words[uint256]) -> uint256:
    """How many nodes there are. Revert unless they are in order and in range."""
    if uint256(len(words)) > WORDS:
        raise TooManyNodes(uint256(len(words)), WORDS)
    nodes = uint256(2 * len(words))
    if nodes != 0 and nodeAt(words, nodes - 1) == 0:
        nodes -= 1
    previous = uint256(0)
    for i in range(nodes):
        node = nodeAt(words, uint256(i))
        strike = node >> 32
        volatility = node & _VOLATILITY_MASK
        if strike <= previous:
            raise NodesOutOfOrder(previous, strike)
        if volatility == 0 or volatility > VOLATILITY:
            raise NodeVolatilityOutOfRange(strike, volatility)
        previous = strike
    return nodes


@kernel
def volatilityAt(words: Words[uint256], nodes: uint256, strike: uint256) -> uint256:
    """The volatility of a strike: on the straight line between its neighbours, flat beyond the ends."""
    if nodes == 0:
        raise VolatilityMissing(strike)
    above = nodes
    for i in range(nodes):
        if nodeAt(words, uint256(i)) >> 32 >= strike:
            above = uint256(i)
            break
    if above == nodes:
        return (nodeAt(words, nodes - 1) & _VOLATILITY_MASK) * UNIT
    high = nodeAt(words, above)
    if above == 0 or high >> 32 == strike:
        return (high & _VOLATILITY_MASK) * UNIT
    return between(nodeAt(words, above - 1), high, strike)


@kernel
def between(low: uint256, high: uint256, strike: uint256) -> uint256:
    """One division, rounded up."""
    width = (high >> 32) - (low >> 32)
    weighted = (low & _VOLATILITY_MASK) * ((high >> 32) - strike) + (high & _VOLATILITY_MASK) * (
        strike - (low >> 32)
    )
    return (weighted * UNIT + width - 1) / width
