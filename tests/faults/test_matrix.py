"""Every fault against every kind of read: the right value or a typed error, and never a hang."""

from __future__ import annotations

from functools import partial

import pytest

from tests.faults.conftest import Bench
from tests.faults.expectations import BELIEVED, EVERY_KIND, EVERY_READ, HARMLESS, LIVE, MID_READ, WAITING
from tests.faults.judging import Outcome, attempt
from tests.faults.watchdog import together
from vmargin.chain.connection import Connection
from vmargin.chain.errors import ChainError

Row = dict[str, tuple[Outcome, int]]
"""By read, how it ended, and how many POSTs the fault has struck."""


def row(bench: Bench, proven: bool, kind: str | None, *, trivial: bool = True) -> Row:
    """Try all reads at once; those that do not meet the fault are trivial."""
    # no proof goes by way of Multicall3: without it is the same as with it
    reads = [read for read in EVERY_READ if not (proven and read == "calls_alone")]
    if not trivial:
        reads = [read for read in reads if kind is None or bench.meets(kind, read, proven=proven)]
    return together({read: partial(cell, bench, proven, kind, read) for read in reads})


def cell(bench: Bench, proven: bool, kind: str | None, read: str, *, after: int = 0) -> tuple[Outcome, int]:
    """Read while the node has the fault, after some POSTs, or none."""
    node, chain_id = bench.nodes[read], bench.ground.chain.chain_id
    believed = not proven and read in BELIEVED.get(kind or "", ())
    with Connection(node.url, chain_id=chain_id, timeout=1 if kind in WAITING else 30) as connection:
        view = None if read == "at" else bench.see(connection, proven=proven)
        if not believed and not must_be_right(bench, proven, kind, read):
            connection.patience = 0.15  # no amount of it would help
        if after:
            connection.nodes[0].batch_limit = bench.ground.count // 3
        injection = node.inject(kind, after=after, **bench.options(kind)) if kind else None
        try:
            outcome = attempt(bench, read, view or bench.see(connection, proven=proven))
        except ChainError:  # there is not even a view
            outcome = Outcome.REFUSED
        finally:
            node.clear()
        return outcome, injection.struck if injection else 0


def must_be_right(bench: Bench, proven: bool, kind: str | None, read: str) -> bool:
    """Whether the read never meets the fault, or can do with it."""
    return kind in HARMLESS or not bench.meets(kind, read, proven=proven)


def check(bench: Bench, proven: bool, kind: str | None, outcomes: Row) -> None:
    """See that what does not meet the fault, or can do with it, went as if there were none."""
    for read, (outcome, _) in outcomes.items():
        if must_be_right(bench, proven, kind, read):
            assert outcome is Outcome.RIGHT, read


def wrong(outcomes: Row) -> set[str]:
    return {read for read, (outcome, _) in outcomes.items() if outcome is Outcome.WRONG}


@pytest.mark.parametrize("proven", [False, True])
def test_without_faults_all_is_right(bench: Bench, proven: bool) -> None:
    check(bench, proven, None, row(bench, proven, None))


@pytest.mark.parametrize("kind", LIVE)
def test_live(bench: Bench, long: bool, kind: str) -> None:
    outcomes = row(bench, False, kind, trivial=long)
    assert wrong(outcomes) == BELIEVED.get(kind, set())
    check(bench, False, kind, outcomes)
    assert any(struck for _, struck in outcomes.values())


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_proven(bench: Bench, long: bool, kind: str) -> None:
    outcomes = row(bench, True, kind, trivial=long)
    assert not wrong(outcomes)
    check(bench, True, kind, outcomes)


@pytest.mark.parametrize("kind", MID_READ)
def test_in_the_midst_of_a_read(bench: Bench, kind: str) -> None:
    """The first POST of a read is answered rightly, and those after it are not."""
    reads = ("calls_alone", "storage", "balance", "nonce", "logs", "header")
    met = [read for read in reads if bench.meets(kind, read, proven=False)]
    outcomes = together({read: partial(cell, bench, False, kind, read, after=1) for read in met})
    assert not wrong(outcomes)
    assert any(struck for _, struck in outcomes.values())
