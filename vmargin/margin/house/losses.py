"""The rules by which losses are shared, on plain integers: for reports and published cases."""

from collections.abc import Sequence

from vmargin.margin.house import allocation, queue, waterfall
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

Parts = tuple[int, ...]


def proRata(total: int, weights: Sequence[int]) -> Parts:
    """Parts of a total that sum to it, in proportion to weights, by floor and largest remainder."""
    n = len(weights)
    parts = Scratch(uint256, n)
    allocation.proRata(uint256(total), Words(uint256, weights), parts, Scratch(uint256, n))
    return _plain(parts)


def layers(loss: int, capacities: Sequence[int]) -> tuple[Parts, int]:
    """What each layer bears in turn, and the shortfall."""
    used = Scratch(uint256, len(capacities))
    shortfall = waterfall.layers(uint256(loss), Words(uint256, capacities), used)
    return _plain(used), int(shortfall)


def share(loss: int, capacities: Sequence[int]) -> tuple[Parts, int]:
    """What each bearer of one layer bears, in proportion to its capacity, and the shortfall."""
    n = len(capacities)
    used = Scratch(uint256, n)
    shortfall = waterfall.share(uint256(loss), Words(uint256, capacities), used, Scratch(uint256, n))
    return _plain(used), int(shortfall)


def haircut(loss: int, gains: Sequence[int]) -> tuple[Parts, int]:
    """What each gain bears, in proportion to it, and the shortfall."""
    n = len(gains)
    used = Scratch(uint256, n)
    shortfall = waterfall.haircut(
        uint256(loss), Words(int256, gains), Scratch(uint256, n), used, Scratch(uint256, n)
    )
    return _plain(used), int(shortfall)


def deleverage(size: int, sizes: Sequence[int]) -> tuple[Parts, int]:
    """What each of those on the other side takes on of a position, and what stays open of it."""
    n = len(sizes)
    closed = Scratch(int256, n)
    arrays = (Scratch(uint256, n), Scratch(uint256, n), Scratch(uint256, n))
    left = waterfall.deleverage(int256(size), Words(int256, sizes), closed, *arrays)
    return _plain(closed), int(left)


def score(long: bool, entry: int, price: int, ratio: int, maintenanceRatio: int) -> int:
    """The rank in a deleveraging queue, with 18 decimals, as all that it is made of."""
    return int(queue.score(long, uint256(entry), uint256(price), uint256(ratio), uint256(maintenanceRatio)))


def order(scores: Sequence[int]) -> Parts:
    """The queue: the places of those with a score, the largest first."""
    places = Scratch(uint256, len(scores))
    count = queue.order(Words(uint256, scores), places)
    return _plain(places)[: int(count)]


def _plain(array: Scratch[uint256] | Scratch[int256]) -> Parts:
    return tuple(int(value) for value in array)
