"""Whom to ask for a block's number and the hash of the block before."""

from __future__ import annotations

import pytest

from vmargin.chain import wire
from vmargin.chain.devnet import Devnet
from vmargin.chain.questions import RawCall
from vmargin.chain.quirks import ARBSYS, ETHEREUM, TABLE, Witness, quirks_of
from vmargin.solidity.reverts import selector


def test_multicall3_knows_both(chain: Devnet) -> None:
    chain.mine(3)
    view = chain.at()
    assert quirks_of(view.chain_id) is ETHEREUM
    assert ETHEREUM.number and ETHEREUM.parent
    for witness, known in (
        (ETHEREUM.number, view.number.to_bytes(32, "big")),
        (ETHEREUM.parent, view.header.parent_hash),
    ):
        assert view.ask_calls([RawCall(witness.contract, witness.calldata(view.header))]) == [known]


@pytest.mark.parametrize("chain_id", [42161, 42170, 421614])
def test_arbitrum_has_a_precompile_for_it(chain_id: int, chain: Devnet) -> None:
    chain.mine(2)
    header = chain.at(2).header
    quirks = quirks_of(chain_id)
    assert quirks.number == Witness(ARBSYS, "arbBlockNumber()")
    assert quirks.parent and quirks.parent.contract == ARBSYS
    assert quirks.parent.calldata(header) == selector("arbBlockHash(uint256)") + (1).to_bytes(32, "big")


def test_addresses_are_written_as_everywhere() -> None:
    for quirks in TABLE.values():
        contracts = [quirks.multicall3, *(one.contract for one in (quirks.number, quirks.parent) if one)]
        assert contracts == [wire.address(one) for one in contracts]
