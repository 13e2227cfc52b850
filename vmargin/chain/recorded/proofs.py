"""Recordings beneath proven views, whose questions depend on the order in which they meet accounts.

Such a view asks for a code once, whichever account it meets first that has it, and for no slot of an account
that it knows to have no storage.  So that neither the file nor what it can answer depends on that order, such
answers are kept in one form, and found through the accounts as the recording itself proves them.
"""

from __future__ import annotations

from dataclasses import replace

from eth_hash.auto import keccak

from vmargin.chain.errors import Unproven
from vmargin.chain.proofs import EMPTY_TRIE, Account, Nodes, verify_account
from vmargin.chain.recorded.file import Recording


class ProvenAccounts:
    """The accounts that a recording proves."""

    def __init__(self, recording: Recording) -> None:
        self._codes = {bytes(keccak(code)): code for code in recording.answers["codes"].values()}
        self._accounts: dict[str, Account] = {}
        seen = Nodes()
        for address, proof in recording.answers["accountProofs"].items():
            try:
                self._accounts[address] = verify_account(recording.header.state_root, address, proof, seen)
            except Unproven:
                continue  # whoever reads it will be told

    def code(self, address: str) -> bytes | None:
        """Code of an account, recorded for it or for another that has the same; None if there is none."""
        account = self._accounts.get(address)
        return None if account is None else self._codes.get(account.code_hash)

    def stores_nothing(self, address: str) -> bool:
        """Whether an account is known to have no storage, so that its slots need no proof of their own."""
        account = self._accounts.get(address)
        return account is not None and account.storage_root == EMPTY_TRIE

    def first_with(self, code: bytes) -> str | None:
        """Find the first account, by address, that has this code."""
        key = keccak(code)
        return min((a for a, account in self._accounts.items() if account.code_hash == key), default=None)


def settled(recording: Recording) -> Recording:
    """Bring what depends on the order of reading into its one form."""
    accounts = ProvenAccounts(recording)
    answers = dict(recording.answers)
    answers["codes"] = {
        accounts.first_with(code) or address: code for address, code in answers["codes"].items()
    }
    answers["slotProofs"] = {
        (address, slot): nodes
        for (address, slot), nodes in answers["slotProofs"].items()
        if not accounts.stores_nothing(address)
    }
    return replace(recording, answers=answers)
