"""A block as it was recorded: no node is needed, and none is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.registry import open_deployment
from vmargin.testing import assert_matches_onchain

from keeper import liquidatable_at


@pytest.fixture
def deployment() -> Deployment:
    return Deployment.load(Path(__file__).parent / "deployment.toml")


def test_the_keeper_on_a_day_when_ether_fell(cassette, deployment):
    view = cassette.at()
    assert liquidatable_at(view, deployment) == ["16"]
    assert_matches_onchain(open_deployment(deployment), view)
