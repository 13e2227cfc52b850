"""The state that an EVM runs on: what is proven, and nothing in the place of what is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from eth_hash.auto import keccak

from vmargin.chain.errors import Unproven
from vmargin.chain.forks import Fork
from vmargin.chain.header import Header
from vmargin.chain.proofs import EMPTY_CODE, EMPTY_TRIE, Account
from vmargin.chain.questions import ProofQuery


class ProvenSource(Protocol):
    """What runs a call needs of a view: everything it gives is verified, or it raises a ChainError."""

    @property
    def chain_id(self) -> int: ...

    @property
    def header(self) -> Header: ...

    @property
    def fork(self) -> Fork: ...

    def prove(self, queries: Sequence[ProofQuery]) -> None:
        """Fetch and verify accounts with their code, and slots, in as few requests as it takes."""

    def account(self, address: str) -> Account:
        """Give an account that was proven."""

    def slot(self, address: str, slot: int) -> int:
        """Give a word of storage that was proven."""

    def code(self, address: str) -> bytes:
        """Give the code of an account that was proven."""

    def ancestor_hash(self, number: int) -> bytes:
        """Give the hash of an earlier block, reached by parent hashes from this one."""


class Touch(NamedTuple):
    """An account that an EVM looked at, or one of its slots."""

    address: str
    slot: int | None = None


class NotLoaded(Exception):
    """An EVM touched what is not proven yet; never leaves this package."""

    def __init__(self, touch: Touch) -> None:
        super().__init__(touch)
        self.touch = touch


class Loaded:
    """What was proven of one block so far.

    Threads may share it: entries are only added, and never change.
    """

    def __init__(self, source: ProvenSource) -> None:
        self.source = source
        self._accounts: dict[str, Account] = {}
        self._codes: dict[str, bytes] = {}
        self._slots: dict[tuple[str, int], int] = {}

    def account(self, address: str) -> Account:
        """Give an account, in lower case; an absent one is empty."""
        try:
            return self._accounts[address]
        except KeyError:
            raise NotLoaded(Touch(address)) from None

    def code(self, address: str) -> bytes:
        """Give the code of an account."""
        try:
            return self._codes[address]
        except KeyError:
            raise NotLoaded(Touch(address)) from None

    def slot(self, address: str, slot: int) -> int:
        """Give a word of storage; what an empty trie holds needs no proof of its own."""
        if self.account(address).storage_root == EMPTY_TRIE:
            return 0
        try:
            return self._slots[address, slot]
        except KeyError:
            raise NotLoaded(Touch(address, slot)) from None

    def lacks(self, touch: Touch) -> bool:
        """Whether it would have to be proven first."""
        try:
            if touch.slot is None:
                self.code(touch.address)
            else:
                self.slot(touch.address, touch.slot)
        except NotLoaded:
            return True
        return False

    def load(self, touches: Iterable[Touch]) -> None:
        """Prove these, in one go.

        Raises
        ------
        ChainError
            If the source cannot, or what it gives is not what was proven.
        """
        wanted: dict[str, set[int]] = {}
        for address, slot in touches:
            slots = wanted.setdefault(address, set())
            if slot is not None:
                slots.add(slot)
        self.source.prove([ProofQuery(address, tuple(sorted(slots))) for address, slots in wanted.items()])
        for address, slots in wanted.items():
            if address not in self._codes:
                account = self.source.account(address)
                code = self.source.code(address) if account.code_hash != EMPTY_CODE else b""
                if keccak(code) != account.code_hash:
                    raise Unproven(f"the code of {address} does not hash to 0x{account.code_hash.hex()}")
                self._accounts[address] = account
                self._codes[address] = code
            for slot in slots:
                self._slots[address, slot] = self.source.slot(address, slot)


class Watched(Loaded):
    """The same, noting what one run looks at."""

    def __init__(self, loaded: Loaded) -> None:
        super().__init__(loaded.source)
        self._accounts, self._codes, self._slots = loaded._accounts, loaded._codes, loaded._slots
        self.touched: set[Touch] = set()

    def account(self, address: str) -> Account:
        self.touched.add(Touch(address))
        return super().account(address)

    def slot(self, address: str, slot: int) -> int:
        self.touched.add(Touch(address, slot))
        return super().slot(address, slot)
