"""Derive's Black-76: machine code, plain Python ints, the checked reading, and the EVM."""

from __future__ import annotations

import random
from typing import Any

from benchmarks import black76_plain
from benchmarks.results import Comparison, Target
from benchmarks.revm import bare_call_peer, call_peer
from benchmarks.timing import Peer, Results, measure
from vmargin.fixedpoint.derive.black76 import Black76Inputs, pricesAndDelta
from vmargin.solidity.integers import uint64, uint128
from vmargin.solidity.limbs import pack

W = 10**18
DAY = 86_400
Option = tuple[int, int, int, int, int]


def options(number: int) -> list[Option]:
    """Options as they are traded: a day to a year, 25 to 200 % of volatility, strikes about the forward."""
    draw = random.Random(76)
    rows = []
    for _ in range(number):
        forward = draw.randint(100 * W, 100_000 * W)
        strike = forward * draw.randint(500, 2_000) // 1_000
        discount, volatility = draw.randint(9 * W // 10, W), draw.randint(W // 4, 2 * W)
        rows.append((draw.randint(DAY, 365 * DAY), discount, volatility, forward, strike))
    return rows


def peers(size: int, slow_size: int) -> list[Peer]:
    """The peers over the same options, the slow ones over fewer."""
    rows = options(size)
    few = rows[:slow_size]
    types = (uint64, uint64, uint128, uint128, uint128)
    columns: Any = Black76Inputs(*map(pack, zip(*rows, strict=True), types))  # type: ignore[arg-type]
    typed = [pricesAndDelta.arguments((row,), {})[0] for row in few]
    batch, checked = pricesAndDelta.batch, pricesAndDelta.checked
    nested = [(row,) for row in few]
    return [
        Peer("native", size, lambda: batch(columns, threads=1), lambda r: _plain(r.values()), passes=4),
        Peer("plain ints", slow_size, lambda: [black76_plain.black76(*row) for row in few]),
        Peer("checked reading", slow_size, lambda: [checked(row) for row in typed], _plain),
        call_peer("DeriveBlack76Peer", "pricesAndDelta", nested),
        bare_call_peer("DeriveBlack76Peer", "pricesAndDelta", nested),
    ]


def compare(rounds: int) -> Comparison:
    """Measure Black-76."""
    times = measure(peers(4_096, 256), rounds)
    return Comparison.of(
        "Derive Black-76, prices and delta",
        "a day to a year, strikes at 50 to 200 % of the forward",
        times,
        [
            Target("plain ints / native", "at least", 12, times.ratio("plain ints", "native"), aim=20),
            Target("revm call / native", "at least", 20, times.ratio("revm call", "native")),
        ],
    )


def _plain(results: list[Any]) -> Results:
    return [tuple(map(int, row)) for row in results]
