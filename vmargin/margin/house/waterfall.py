"""Who bears a loss, to the wei: the mirror of Waterfall.sol."""

from vmargin.margin.house.allocation import proRata
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


@kernel
def layers(loss: uint256, capacities: Words[uint256], used: Scratch[uint256]) -> uint256:
    """Each layer in order, up to its capacity; the result is the shortfall."""
    shortfall = loss
    for i in range(len(capacities)):
        used[i] = shortfall if shortfall < capacities[i] else capacities[i]
        shortfall -= used[i]
    return shortfall


@kernel
def share(
    loss: uint256, capacities: Words[uint256], used: Scratch[uint256], remainders: Scratch[uint256]
) -> uint256:
    """One layer with several bearers, in proportion to their capacities; the result is the shortfall."""
    sum_ = uint256(0)
    for i in range(len(capacities)):
        sum_ += capacities[i]
    borne = loss if loss < sum_ else sum_
    proRata(borne, capacities, used, remainders)
    return loss - borne


@kernel
def haircut(
    loss: uint256,
    gains: Words[int256],
    capacities: Scratch[uint256],
    used: Scratch[uint256],
    remainders: Scratch[uint256],
) -> uint256:
    """The gains haircut, in proportion to gains and no more than them; the result is the shortfall."""
    for i in range(len(gains)):
        capacities[i] = uint256(gains[i]) if gains[i] > 0 else uint256(0)
    return share(loss, capacities, used, remainders)


@kernel
def deleverage(
    size: int256,
    sizes: Words[int256],
    closed: Scratch[int256],
    opposite: Scratch[uint256],
    used: Scratch[uint256],
    remainders: Scratch[uint256],
) -> int256:
    """Close a position against those on its other side, pro rata to what they hold; the result stays open."""
    for i in range(len(sizes)):
        if size < 0 and sizes[i] > 0:
            opposite[i] = uint256(sizes[i])
        if size > 0 and sizes[i] < 0:
            opposite[i] = uint256(-sizes[i])
    left = share(uint256(-size if size < 0 else size), opposite, used, remainders)
    for i in range(len(sizes)):
        closed[i] = -int256(used[i]) if size < 0 else int256(used[i])
    return -int256(left) if size < 0 else int256(left)
