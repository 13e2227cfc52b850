"""Random losses and bearers, and the pure libraries of the pools called on both sides."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from vmargin.margin.house import losses
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

MAX = 2**256 - 1


@cache
def original() -> Contract:
    return Contract.deploy("contracts/build/WaterfallHarness.json")


MIRRORS: dict[str, Callable[..., Any]] = {
    name: getattr(losses, name)
    for name in ("proRata", "layers", "share", "haircut", "deleverage", "score", "order")
}


def both(name: str, *arguments: Any) -> tuple[Any, Any]:
    """What the mirror and the contract say: values, or the revert."""
    try:
        mirrored: Any = MIRRORS[name](*arguments)
        if name in ("proRata", "score", "order"):
            mirrored = (mirrored,)
    except Revert as revert:
        mirrored = revert
    return mirrored, original().outcome(name, arguments)


def magnitude(draw: random.Random) -> int:
    """Of any size up to a whole word, round numbers and edges among them."""
    bits = draw.choice((1, 3, 8, 64, 112, 126, 200, 248, 256))
    edge = (0, 1, 2**bits - 1, 10 ** draw.randrange(60))
    return draw.choice(edge) if draw.random() < 0.2 else draw.getrandbits(bits)


def bearers(draw: random.Random, most: int = 65) -> list[int]:
    """Capacities: alike in size, equal, mostly zero, of any size, or all zero."""
    n = draw.choice((0, 1, 2, 3, 5, 8, 16, most - 1, most))
    kind = draw.randrange(5)
    if kind == 0:
        bits = draw.choice((2, 8, 100, 126, 249))
        return [draw.getrandbits(bits) for _ in range(n)]
    if kind == 1:
        return [magnitude(draw) >> 8] * n
    if kind == 2:
        return [draw.choice((0, 0, draw.getrandbits(90))) for _ in range(n)]
    if kind == 3:
        return [magnitude(draw) for _ in range(n)]
    return [0] * n


def lossOf(draw: random.Random, capacities: list[int]) -> int:
    """Around what the bearers have, or any."""
    whole = min(sum(capacities), MAX)
    return draw.choice(
        (0, 1, whole, max(whole - 1, 0), min(whole + 1, MAX), draw.randint(0, whole), magnitude(draw))
    )


def signed(draw: random.Random, values: list[int]) -> list[int]:
    """The same with signs, in the range of an int256."""
    return [draw.choice((-1, 1)) * min(v, 2**255 - 1) for v in values]


def cases(seed: str, count: int) -> Iterator[tuple[int, list[int]]]:
    """Losses with the capacities that are to bear them."""
    draw = random.Random(seed)
    for _ in range(count):
        capacities = bearers(draw)
        yield lossOf(draw, capacities), capacities
