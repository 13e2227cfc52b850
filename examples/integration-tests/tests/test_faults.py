"""Before a node that misbehaves: the keeper says what is so, or that it does not know."""

from __future__ import annotations

import pytest
from vmargin.chain.errors import ChainError

from keeper import liquidatable
from venue import open_venue

FAULTS = ["wrong_id", "truncated_body", "short_return"]


@pytest.fixture
def local(devnet):
    """A venue on the devnet that `rpc_faults` stands before."""
    return open_venue(devnet)


def test_the_keeper_is_never_wrong_before_a_bad_node(local, rpc_faults):
    local.price(1_000)
    for fault in FAULTS:
        rpc_faults.inject(fault)
        try:
            assert liquidatable(rpc_faults.url, local.deployment) == ["16"]
        except ChainError:
            pass  # the keeper knows that it does not know
        rpc_faults.clear()


def test_the_keeper_gets_over_a_hiccup(local, rpc_faults):
    rpc_faults.inject("http_503", times=1)
    assert liquidatable(rpc_faults.url, local.deployment) == []
