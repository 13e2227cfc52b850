"""Accounts and slots bound to a block by its state root, and blocks by the hashes of their parents."""

from vmargin.chain.proofs.tries import (
    EMPTY_ACCOUNT,
    EMPTY_CODE,
    EMPTY_TRIE,
    Account,
    Nodes,
    verify_account,
    verify_slot,
)

__all__ = ["EMPTY_ACCOUNT", "EMPTY_CODE", "EMPTY_TRIE", "Account", "Nodes", "verify_account", "verify_slot"]
