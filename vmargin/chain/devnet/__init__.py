"""A chain of one's own to run on."""

from vmargin.chain.devnet.chain import CHAIN_ID, HARDFORK, MULTICALL3, Devnet, devnet

__all__ = ["CHAIN_ID", "HARDFORK", "MULTICALL3", "Devnet", "devnet"]
