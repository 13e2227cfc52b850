"""On a chain: what the mirror computes is what the contract answers, and the keeper sees it."""

from __future__ import annotations

import pytest
from vmargin.protocols.verdict import HEALTHY, LIQUIDATABLE
from vmargin.testing import assert_matches_onchain

from keeper import liquidatable

pytestmark = [pytest.mark.vm_funded(ether="0.5"), pytest.mark.vm_slow_chain(timeout=120)]


@pytest.mark.parametrize("dollars", [2_999, 1_400, 1, 4_700])
def test_the_mirror_is_the_contract(venue, dollars):
    venue.price(dollars)
    assert_matches_onchain(venue.house, venue.chain.at())


def test_the_keeper_finds_who_has_too_little(venue):
    assert liquidatable(venue.chain.url, venue.deployment) == []
    venue.price(1_000)
    assert liquidatable(venue.chain.url, venue.deployment) == ["16"]
    view = venue.chain.at()
    long, short = (venue.house.margin(state) for state in venue.house.read(view, ["16", "17"]))
    assert (long.verdict, short.verdict) == (LIQUIDATABLE, HEALTHY)


def test_a_price_comes_with_time(venue, vm_wait):
    receipt = venue.feed.send("set", [2_500 * 10**8])
    vm_wait.transaction(receipt["transactionHash"], confirmations=2)
    read = vm_wait.until(
        lambda view: view.call(venue.feed.address, "latestRoundData()(uint80,int256,uint256,uint256,uint80)"),
        what="the feed has no round",
    )
    assert read[:2] == (3, 2_500 * 10**8)
