"""A call followed here does what the node says, on views of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protocols.house import House, build
from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import devnet
from vmargin.chain.errors import Unprovable
from vmargin.chain.evm.following import follow_call
from vmargin.chain.proven import ProvenView
from vmargin.chain.questions import RawCall
from vmargin.chain.recorded import load, record
from vmargin.protocols.reference.contracts import functions
from vmargin.solidity.reverts import Revert


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with devnet() as chain:
        yield build(chain)


def calls(house: House) -> list[RawCall]:
    """What each account is worth, and of one that there is not: a revert."""
    margin_of = functions("Engine")["marginOf"]
    engine = house.deployment.address("engine")
    return [RawCall(engine, margin_of.calldata((int(a),))) for a in (*house.accounts, "999")]


def test_it_ends_as_the_node_says(house: House) -> None:
    view = house.chain.at()
    endings = []
    for call in calls(house):
        steps = follow_call(view, call)
        endings.append(steps.ending)
        assert len({frame.code_address for frame in steps.calls}) > 1 or isinstance(steps.ending, Revert)
    assert sum(isinstance(ending, bytes) for ending in endings) == len(house.accounts)


def test_it_reads_through_the_view_alone(house: House, tmp_path: Path) -> None:
    call = calls(house)[0]
    live = house.chain.at()
    recording = record(live)
    steps = follow_call(recording, call)
    recording.save(tmp_path / "view.json")
    replayed = load(tmp_path / "view.json")
    proven = ProvenView(live, HashAnchor(live.hash), fork="osaka")
    for view in (replayed, proven):
        assert list(follow_call(view, call)) == list(steps)


def test_a_run_that_ends_otherwise_explains_nothing(house: House) -> None:
    """As where the fork has instructions that the run does not know: here a view tells another answer."""
    recording = record(house.chain.at())
    call = calls(house)[0]
    answer = recording.ask_calls([call])[0]
    assert isinstance(answer, bytes)
    recording.ask_calls = lambda _: [answer[:-1] + bytes([answer[-1] ^ 1])]  # type: ignore[method-assign]
    with pytest.raises(Unprovable, match="cannot be followed here"):
        follow_call(recording, call)
