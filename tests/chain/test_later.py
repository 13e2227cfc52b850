"""A block at a later time: its calls see it, on a node and proven, and nothing else has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vmargin.chain.anchors import HashAnchor
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.later import LaterView
from vmargin.chain.proven import ProvenView
from vmargin.chain.recorded import record
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

CLOCK = "0x" + "11" * 20
CODE = bytes.fromhex("4260005260206000f3")
DAY = 86_400


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    with devnet() as chain:
        chain.set_code(CLOCK, CODE)
        chain.mine()
        yield chain


@pytest.fixture(params=["live", "proven"])
def view(request: pytest.FixtureRequest, chain: Devnet) -> BlockView:
    live = chain.at()
    if request.param == "live":
        return live
    return ProvenView(live, HashAnchor(live.hash), fork=chain.hardfork)


def test_calls_see_the_time_that_is_given(view: BlockView, chain: Devnet) -> None:
    later = LaterView(view, view.timestamp + DAY)
    assert later.timestamp == view.timestamp + DAY
    assert later.call(CLOCK, "now()(uint256)") == (view.timestamp + DAY,)
    assert later.calls([(CLOCK, "now()(uint256)")] * 2) == [(view.timestamp + DAY,)] * 2
    again = later.at(view.timestamp + 2 * DAY)
    assert again.call(CLOCK, "now()(uint256)") == (view.timestamp + 2 * DAY,)
    assert later.call(CLOCK, "now()(uint256)") == (view.timestamp + DAY,)


def test_all_else_is_the_blocks(view: BlockView, chain: Devnet) -> None:
    later = LaterView(view, view.timestamp + DAY)
    assert (later.number, later.hash, later.chain_id) == (view.number, view.hash, view.chain_id)
    assert later.provenance.number == view.number
    assert later.code(CLOCK) == CODE
    assert later.storage(CLOCK, 0) == 0
    assert later.balance(chain.accounts[0]) == view.balance(chain.accounts[0])
    assert later.nonce(chain.accounts[0]) == view.nonce(chain.accounts[0])


def test_earlier_times_and_recordings_are_refused(chain: Devnet) -> None:
    live = chain.at()
    with pytest.raises(UsageError, match="only later times can be asked"):
        LaterView(live, live.timestamp - 1)
    with pytest.raises(UsageError, match="RecordingView answers at its own time only"):
        LaterView(record(live), live.timestamp)
