"""What shows that a node is wrong is asked again, or of another node: the right value comes all the same."""

from __future__ import annotations

from functools import partial

import pytest

from tests.faults.conftest import Bench
from tests.faults.expectations import BELIEVED, BLAMED_ON_THE_READ, EVERY_READ, LIVE, TRANSIENT, WAITING
from tests.faults.judging import Outcome, attempt
from tests.faults.watchdog import together, watched
from vmargin.chain.connection import Connection


def with_another(bench: Bench, kind: str, read: str) -> Outcome:
    """Read where the preferred node has the fault, and the other one has none."""
    node, chain_id = bench.nodes[read], bench.ground.chain.chain_id
    urls, timeout = [node.url, bench.good.url], 1 if kind in WAITING else 30
    with Connection(urls, chain_id=chain_id, timeout=timeout) as connection:
        view = None if read == "at" else connection.at("latest")
        node.inject(kind, **bench.options(kind))
        try:
            return attempt(bench, read, view or connection.at("latest"))
        finally:
            node.clear()


@pytest.mark.parametrize("kind", LIVE)
def test_another_node_answers(bench: Bench, long: bool, kind: str) -> None:
    reads = set(EVERY_READ) - {"calls_alone"} if long else {"calls", "logs", "at"}
    reads -= BELIEVED.get(kind, set())
    met = [read for read in reads if bench.meets(kind, read, proven=False)]
    for read, outcome in together({read: partial(with_another, bench, kind, read) for read in met}).items():
        blamed = read in BLAMED_ON_THE_READ.get(kind, ())
        assert outcome is (Outcome.REFUSED if blamed else Outcome.RIGHT), read


@pytest.mark.parametrize("kind", TRANSIENT)
def test_another_try_is_answered(bench: Bench, kind: str) -> None:
    node = bench.nodes["balance"]
    with Connection(node.url, timeout=1 if kind in WAITING else 30) as connection:
        view = connection.at("latest")
        injection = node.inject(kind, times=1)
        try:
            assert watched(lambda: attempt(bench, "balance", view)) is Outcome.RIGHT
        finally:
            node.clear()
        assert injection.struck == 1
