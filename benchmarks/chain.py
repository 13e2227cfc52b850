"""Reads of a local chain: ours beside web3's, the package multicall's, and batches written by hand.

The node does its part of the work on the same machine, so time is the clock's, and a figure is the ratio
of the best of rounds in which all peers take turns.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests

from benchmarks.results import Comparison, Target
from benchmarks.timing import Peer, Results, Times, measure
from vmargin.chain import wire
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.connection import Connection
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.proven import ProvenView
from vmargin.chain.view import BlockView
from vmargin.solidity.abi import Function

BUILD = Path(__file__).parents[1] / "contracts" / "build"
FIRST_HOLDER = 0x10000
HOLDERS = 5_000
LOOP = 250
"""Calls of a loop that makes them one at a time; its time is told per call."""
ROUNDS_OF_WORK = 400
"""Of the heavy view: 120,000 gas, a multiple of 100 microseconds."""
HEAVY_CALLS = 1_000
BATCHES = (50, 100, 250, 500, 1_000)
"""Sizes of hand-written batches."""
BALANCE = "balanceOf(address)(uint256)"
WORK = "work(uint256,uint256)(uint256)"
OURS = "vmargin"
LOOP_PEER = "web3, Contract.call in a loop"
PACKAGE = "the package multicall"


class Ground(NamedTuple):
    """A chain with something to read."""

    chain: Devnet
    connection: Connection
    token: str
    heavy: str
    holders: Sequence[str]


@contextmanager
def ground(holders: int = HOLDERS) -> Iterator[Ground]:
    """Run a chain; it says that it is the mainnet, for the package knows only chains by their numbers."""
    with devnet(chain_id=1) as chain:
        token = chain.deploy(BUILD / "Erc20.json", ["Token", "T", 18])
        for first in range(0, holders, 500):
            count = min(500, holders - first)
            chain.send(token, "mintMany(uint160,uint256,uint256)", [FIRST_HOLDER + first, count, 7])
        heavy = chain.deploy(BUILD / "HeavyView.json")
        addresses = [wire.checksummed(f"0x{FIRST_HOLDER + at:040x}") for at in range(holders)]
        yield Ground(chain, chain.connection(), wire.checksummed(token), wire.checksummed(heavy), addresses)


def balance_peers(ground: Ground, size: int, loop: int) -> list[Peer]:
    """Balances of a token's holders, from addresses to integers."""
    return [
        _ours(ground, ground.token, BALANCE, [(one,) for one in ground.holders[:size]]),
        _web3_loop(ground, loop),
        _package(ground, ground.token, BALANCE, [(one,) for one in ground.holders[:size]]),
    ]


def heavy_peers(ground: Ground, size: int, batch: int) -> list[Peer]:
    """A view that is work for the node."""
    return [_ours(ground, ground.heavy, WORK, _seeds(size)), _batches(ground, _seeds(size), batch)]


def best_batch(ground: Ground, size: int, rounds: int, batches: Sequence[int] = BATCHES) -> int:
    """Find the size of hand-written batches that takes the least time."""
    times = _measure([_batches(ground, _seeds(size), batch) for batch in batches], rounds)
    return min(batches, key=lambda batch: times.best(f"batches of {batch}"))


def proven_peers(ground: Ground, to: str, function: str, rows: Sequence[tuple[Any, ...]]) -> list[Peer]:
    """One call after the other, plain and proven, when all that they touch has been proven before."""
    live = ground.connection.at()
    proven = ProvenView(live, HashAnchor(live.hash), fork=ground.chain.hardfork)

    def calls(view: BlockView) -> Callable[[], Results]:
        return lambda: [view.call(to, function, row) for row in rows]

    return [Peer("plain call", len(rows), calls(live)), Peer("proven call", len(rows), calls(proven))]


def compare(rounds: int) -> Iterator[Comparison]:
    """Measure everything."""
    with ground() as chain:
        yield balances(_measure(balance_peers(chain, HOLDERS, LOOP), rounds))
        batch = best_batch(chain, HEAVY_CALLS, 3)
        yield heavy(_measure(heavy_peers(chain, HEAVY_CALLS, batch), rounds))
        rows = [(one,) for one in chain.holders[:100]]
        yield proven("balanceOf", _measure(proven_peers(chain, chain.token, BALANCE, rows), rounds))
        peers = proven_peers(chain, chain.heavy, WORK, _seeds(100))
        yield proven("the heavy view", _measure(peers, rounds))


def balances(times: Times) -> Comparison:
    """Ask for a twentieth of the loop's time, and for not more than the package's."""
    targets = [
        Target("vmargin / web3's loop", "at most", 0.05, _ratio(times, OURS, LOOP_PEER)),
        Target("vmargin / multicall", "at most", 1, _ratio(times, OURS, PACKAGE)),
    ]
    return _comparison("ERC-20 balanceOf", f"{HOLDERS:,} holders, the loop {LOOP}", times, targets)


def heavy(times: Times) -> Comparison:
    """Ask for hardly more than the time of hand-written batches, of the size that is best."""
    _, batches = times.rounds
    target = Target("vmargin / the best batches", "at most", 1.2, _ratio(times, OURS, batches))
    sizes = f"{HEAVY_CALLS:,} calls; of batches of {BATCHES[0]} to {BATCHES[-1]} the best"
    return _comparison("a view of 120,000 gas", sizes, times, [target])


def proven(what: str, times: Times) -> Comparison:
    """Ask for not more than three times a plain call's time."""
    target = Target("proven / plain", "at most", 3, _ratio(times, "proven call", "plain call"))
    return _comparison(f"a call of {what}", "codes and slots proven before", times, [target])


def _ours(ground: Ground, to: str, function: str, rows: Sequence[tuple[Any, ...]]) -> Peer:
    def run() -> Results:
        return ground.connection.at().calls((to, function, row) for row in rows)

    return Peer(OURS, len(rows), run, lambda outcomes: [values[0] for values in outcomes])


def _web3_loop(ground: Ground, size: int) -> Peer:
    from web3 import HTTPProvider, Web3

    abi = json.loads((BUILD / "Erc20.json").read_text())["abi"]
    token = Web3(HTTPProvider(ground.chain.url)).eth.contract(address=ground.token, abi=abi)  # type: ignore[call-overload]
    holders = ground.holders[:size]
    return Peer(LOOP_PEER, size, lambda: [token.functions.balanceOf(one).call() for one in holders])


def _package(ground: Ground, to: str, function: str, rows: Sequence[tuple[Any, ...]]) -> Peer:
    from multicall import Call, Multicall
    from web3 import HTTPProvider, Web3

    web3 = Web3(HTTPProvider(ground.chain.url))

    def run() -> Results:
        calls = [Call(to, [function, *row], [(at, None)]) for at, row in enumerate(rows)]
        found = Multicall(calls, _w3=web3)()
        return [found[at] for at in range(len(rows))]

    return Peer(PACKAGE, len(rows), run)


def _seeds(size: int) -> list[tuple[Any, ...]]:
    return [(seed, ROUNDS_OF_WORK) for seed in range(size)]


def _batches(ground: Ground, rows: Sequence[tuple[Any, ...]], size: int) -> Peer:
    """JSON-RPC batches of the heavy view as one would write them, with nothing checked."""
    session = requests.Session()
    coder = Function.parse(WORK)

    def run() -> Results:
        found: Results = []
        pending = iter(rows)
        while part := list(itertools.islice(pending, size)):
            batch = [
                {
                    "jsonrpc": "2.0",
                    "id": at,
                    "method": "eth_call",
                    "params": [{"to": ground.heavy, "data": "0x" + coder.calldata(row).hex()}, "latest"],
                }
                for at, row in enumerate(part)
            ]
            found += [
                int(answer["result"], 16) for answer in session.post(ground.chain.url, json=batch).json()
            ]
        return found

    return Peer(f"batches of {size}", len(rows), run)


def _measure(peers: Sequence[Peer], rounds: int) -> Times:
    return measure(peers, rounds, time.perf_counter_ns)


def _ratio(times: Times, peer: str, other: str) -> float:
    """How much longer the best round of one peer took than that of another."""
    return times.best(peer) / times.best(other)


def _comparison(title: str, inputs: str, times: Times, targets: list[Target]) -> Comparison:
    first, *others = times.rounds
    return Comparison(
        title,
        inputs,
        {peer: times.best(peer) for peer in times.rounds},
        {peer: times.median(peer) for peer in times.rounds},
        {peer: _ratio(times, peer, first) for peer in others},
        targets,
    )
