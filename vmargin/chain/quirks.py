"""Chains whose EVM sees another block number or parent hash than the header has, and whom to ask instead."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.chain.header import Header
from vmargin.solidity.reverts import selector

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
ARBSYS = "0x0000000000000000000000000000000000000064"


class Witness(NamedTuple):
    """A function that says something of the block that a call runs on."""

    contract: str
    function: str
    of_parent: bool = False
    """Whether it takes the number of the block before."""

    def calldata(self, header: Header) -> bytes:
        """Encode a call of it on the state after this block."""
        argument = (header.number - 1).to_bytes(32, "big") if self.of_parent else b""
        return selector(self.function) + argument


class Quirks(NamedTuple):
    """How a chain's own view of a block is had."""

    name: str = "a chain like Ethereum"
    number: Witness | None = Witness(MULTICALL3, "getBlockNumber()")
    """None where nothing in the EVM knows the block's number."""
    parent: Witness | None = Witness(MULTICALL3, "getLastBlockHash()")
    """None where nothing in the EVM knows the hash of the block before."""
    multicall3: str = MULTICALL3


ETHEREUM = Quirks()


def _arbitrum(name: str) -> Quirks:
    # NUMBER and BLOCKHASH are those of the chain below
    return Quirks(
        name, Witness(ARBSYS, "arbBlockNumber()"), Witness(ARBSYS, "arbBlockHash(uint256)", of_parent=True)
    )


TABLE: dict[int, Quirks] = {
    42161: _arbitrum("Arbitrum One"),
    42170: _arbitrum("Arbitrum Nova"),
    421614: _arbitrum("Arbitrum Sepolia"),
    33139: _arbitrum("ApeChain"),
    660279: _arbitrum("Xai"),
    # BLOCKHASH was a hash of the chain's id and the number
    534352: Quirks("Scroll", parent=None),
    534351: Quirks("Scroll Sepolia", parent=None),
    # contracts have other addresses, since they are deployed otherwise
    324: Quirks("ZKsync Era", multicall3="0xf9cda624fbc7e059355ce98a31693d299facd963"),
}
"""By chain id; a chain that is not here is taken to be like Ethereum, and caught where it is not."""


def quirks_of(chain_id: int) -> Quirks:
    """Look a chain up."""
    return TABLE.get(chain_id, ETHEREUM)
