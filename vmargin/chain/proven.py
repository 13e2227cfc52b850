"""A view that believes only what follows from its block's hash, and says who vouches for that hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.anchors import Anchor
from vmargin.chain.errors import (
    Inconsistent,
    Unproven,
)
from vmargin.chain.forks import Fork, fork_of, named
from vmargin.chain.header import Header
from vmargin.chain.proofs import EMPTY_CODE, EMPTY_TRIE, Account, Nodes, verify_account, verify_slot
from vmargin.chain.proofs.ancestry import Ancestry
from vmargin.chain.questions import Log, LogQuery, ProofQuery, RawCall, RawOutcome, RawProof
from vmargin.chain.receipts import check_complete, verify_receipts
from vmargin.chain.view import BlockView
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from vmargin.chain.evm.execution import Executor

_SLOTS_AT_ONCE = 100
"""In one proof: geth takes 1024, hosted nodes limit the size of an answer."""


class ProvenView(BlockView):
    """Proves what it says: accounts, slots and codes by the state root, logs by receipts roots.

    Calls are executed here, on proven state.  Whatever is proven is kept, and asked for once.  Threads may
    share a view: what they write is proven, so that two that read the same write the same.

    Parameters
    ----------
    source
        Where proofs, codes, headers and receipts come from: a live view, one that records, or a recorded one.
        None of its own reads is used.
    anchor
        Who vouches for the block's hash; it is asked before the view exists.
    fork
        The fork whose rules the block has, where the chain is not in the table.

    Raises
    ------
    NotVouched
        If the anchor does not vouch for the block.
    """

    anchor: str

    def __init__(self, source: BlockView, anchor: Anchor, *, fork: str | None = None) -> None:
        if fork is not None:
            named(fork)
        anchor.vouch(source.chain_id, source.header)
        self.source = source
        self.chain_id = source.chain_id
        self.header = source.header
        self.pin = source.pin
        self.anchor = anchor.name
        self.fork_name = fork
        """The fork that the caller named, if any."""
        self._nodes = Nodes()
        self._accounts: dict[str, Account] = {}
        self._slots: dict[tuple[str, int], int] = {}
        self._codes: dict[bytes, bytes] = {EMPTY_CODE: b""}
        self._ancestry = Ancestry(source)
        self._executor: Executor | None = None

    # What an EVM reads

    @property
    def fork(self) -> Fork:
        """The rules of the block.

        Raises
        ------
        Unprovable
            If they are not known.
        """
        return fork_of(self.chain_id, self.header, self.fork_name)

    def prove(self, queries: Sequence[ProofQuery]) -> None:
        """Prove accounts with their code, and slots, as far as they are not, in few requests.

        Raises
        ------
        ProofUnavailable
            If no node gives the proofs.
        Unproven
            If one of them does not show what it should.
        """
        self._prove(queries)
        self.ask_codes([query.address for query in queries])

    def account(self, address: str) -> Account:
        """Nonce, balance, storage root and code hash of an account."""
        return self._all([wire.given_address(address)])[0]

    def slot(self, address: str, slot: int) -> int:
        """Word in a slot of an account's storage."""
        return self.storage(address, slot)

    def ancestor_hash(self, number: int) -> bytes:
        """Hash of a block before this one, known by the parent hashes between them."""
        return self._ancestry.hash(number)

    # What a view is asked

    def ask_calls(self, calls: Sequence[RawCall]) -> list[RawOutcome]:
        if self._executor is None:
            from vmargin.chain.evm.execution import Executor

            self._executor = Executor(self)
        return self._executor.run(calls)

    def ask_storage(self, slots: Sequence[tuple[str, int]]) -> list[int]:
        self._prove(ProofQuery(address, (slot,)) for address, slot in slots)
        return [self._slots[address, slot] for address, slot in slots]

    def ask_balances(self, addresses: Sequence[str]) -> list[int]:
        return [account.balance for account in self._all(addresses)]

    def ask_nonces(self, addresses: Sequence[str]) -> list[int]:
        return [account.nonce for account in self._all(addresses)]

    def ask_codes(self, addresses: Sequence[str]) -> list[bytes]:
        hashes = [account.code_hash for account in self._all(addresses)]
        missing = {
            key: address for key, address in zip(hashes, addresses, strict=True) if key not in self._codes
        }
        if missing:
            codes = self.source.ask_codes(list(missing.values()))
            for (key, address), code in zip(missing.items(), codes, strict=True):
                if keccak(code) != key:
                    raise Unproven(
                        f"the {len(code)} bytes given as the code of {wire.checksummed(address)} at "
                        f"{self.header} do not have its code hash {wire.to_data(key)}"
                    )
                self._codes[key] = bytes(code)
        return [self._codes[key] for key in hashes]

    def ask_logs(self, query: LogQuery) -> list[Log]:
        logs = self.source.ask_logs(query)
        check_complete(self.source, query, logs)
        return logs

    def ask_proofs(self, queries: Sequence[ProofQuery]) -> list[RawProof]:
        proofs = self.source.ask_proofs(queries)
        for query, proof in zip(queries, proofs, strict=True):
            self._verify(query, proof)
        return proofs

    def ask_headers(self, numbers: Sequence[int]) -> list[Header]:
        if not numbers:
            return []
        found = {header.number: header for header in self._ancestry.descend(min(numbers), max(numbers))}
        return [found[number] for number in numbers]

    def ask_receipts(self, header: Header) -> list[bytes]:
        if self._ancestry.hash(header.number) != header.hash:
            raise Inconsistent(f"{header} is not before {self.header}")
        receipts = self.source.ask_receipts(header)
        verify_receipts(header, receipts)
        return receipts

    def logs(
        self,
        addresses: Iterable[str] = (),
        topics: Iterable[bytes | Iterable[bytes] | None] = (),
        *,
        first: int | None = None,
        last: int | None = None,
        trust_node: bool = False,
    ) -> list[Log]:
        """Logs of a range of blocks, as :meth:`BlockView.logs`, always checked against receipts roots."""
        if trust_node:
            raise UsageError(
                "a proven view takes no node's word: read logs with trust_node=True from a live view"
            )
        # what ask_logs gives here is checked already
        return super().logs(addresses, topics, first=first, last=last, trust_node=True)

    def _prove(self, queries: Iterable[ProofQuery]) -> None:
        """Prove accounts and slots, as far as they are not."""
        wanted: dict[str, dict[int, None]] = {}
        for address, slots in queries:
            account = self._accounts.get(address)
            if account is not None and account.storage_root == EMPTY_TRIE:
                self._slots.update(((address, slot), 0) for slot in slots)
            missing = [slot for slot in slots if (address, slot) not in self._slots]
            if missing or account is None:
                wanted.setdefault(address, {}).update(dict.fromkeys(missing))
        asked = [
            ProofQuery(address, part) for address, slots in wanted.items() for part in _parts(tuple(slots))
        ]
        if asked:
            for query, proof in zip(asked, self.source.ask_proofs(asked), strict=True):
                self._verify(query, proof)

    def _all(self, addresses: Sequence[str]) -> list[Account]:
        self._prove(ProofQuery(address) for address in addresses)
        return [self._accounts[address] for address in addresses]

    def _verify(self, query: ProofQuery, proof: RawProof) -> None:
        account = verify_account(self.header.state_root, query.address, proof.account, self._nodes)
        if len(proof.slots) != len(query.slots):
            raise Unproven(
                f"{len(proof.slots)} proofs for {len(query.slots)} slots of {wire.checksummed(query.address)}"
            )
        for slot, nodes in zip(query.slots, proof.slots, strict=True):
            try:
                self._slots[query.address, slot] = verify_slot(account.storage_root, slot, nodes, self._nodes)
            except Unproven as error:
                raise Unproven(f"{wire.checksummed(query.address)}: {error}") from None
        self._accounts[query.address] = account


def _parts(slots: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Split the slots of an account; an account without any is one part, too."""
    for start in range(0, max(1, len(slots)), _SLOTS_AT_ONCE):
        yield slots[start : start + _SLOTS_AT_ONCE]
