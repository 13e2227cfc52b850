"""What a reader of the ledger's events alone knows: accounts, cash, positions, policies and pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_abi.abi import decode
from eth_hash.auto import keccak

from tests.house.twins import BUILD
from vmargin.solidity.bytecode import Log, load_artifact


class Reader:
    def __init__(self) -> None:
        self.owners: dict[int, str] = {}
        self.policies: dict[int, bytes] = {}
        self.cash: dict[int, tuple[int, int]] = {}
        self.positions: dict[tuple[int, int], tuple[int, int]] = {}
        self.pools: dict[int, tuple[bytes, list[int]]] = {}
        self.premiums: dict[int, tuple[int, int]] = {}
        self.borrowing: tuple[int, int] = (0, 10**27)
        self.delegates: dict[tuple[int, str], bool] = {}
        self.venues: dict[tuple[int, str], bool] = {}
        self._events: dict[bytes, tuple[str, list[str], list[str]]] = {}
        for entry in load_artifact(BUILD / "Ledger.json")["abi"]:
            if entry["type"] == "event":
                signature = f"{entry['name']}({','.join(i['type'] for i in entry['inputs'])})"
                kinds = [
                    [i["type"] for i in entry["inputs"] if i["indexed"] == flag] for flag in (True, False)
                ]
                self._events[keccak(signature.encode())] = (entry["name"], *kinds)

    def read(self, log: Log) -> None:
        name, indexed, rest = self._events[log.topics[0]]
        values = [decode([kind], topic)[0] for kind, topic in zip(indexed, log.topics[1:], strict=True)]
        handler: Callable[..., Any] | None = getattr(self, f"on{name}", None)
        if handler is not None:
            handler(*values, *decode(rest, log.data))

    def onOpened(self, account: int, owner: str) -> None:
        self.owners[account] = owner

    def onPolicyChosen(self, account: int, policy: bytes) -> None:
        self.policies[account] = policy

    def onDelegateSet(self, account: int, who: str, allowed: bool) -> None:
        self.delegates[account, who] = allowed

    def onVenueAllowed(self, account: int, venue: str, allowed: bool) -> None:
        self.venues[account, venue] = allowed

    def onCashChanged(self, account: int, cash: int, index: int) -> None:
        self.cash[account] = (cash, index)

    def onPositionChanged(self, account: int, instrument: int, size: int, index: int) -> None:
        self.positions[account, instrument] = (size, index)
        if size == 0:
            del self.positions[account, instrument]

    def onFundingPoked(self, instrument: int, index: int, premium: int) -> None:
        self.premiums[instrument] = (index, premium)

    def onBorrowRateSet(self, rate: int, index: int) -> None:
        self.borrowing = (rate, index)

    def onJoined(self, pool: int, policy: bytes, members: tuple[int, ...]) -> None:
        self.pools[pool] = (policy, list(members))

    def onParted(self, pool: int, account: int) -> None:
        self.pools[pool][1].remove(account)

    def requireSame(self, ledger: Any) -> None:
        """Compare with what the ledger's mirror keeps."""
        assert self.owners == ledger.owners
        assert self.policies == ledger.policies
        assert self.delegates == ledger.delegates
        assert self.venues == ledger.venues
        assert self.cash == ledger.purses
        assert self.positions == ledger.holdings
        assert self.premiums == {i: (p.index, p.premium) for i, p in ledger.premiums.items()}
        assert self.borrowing == (ledger.borrowing.rate, ledger.borrowing.index)
        pools = {n: (ledger.poolPolicy[n], list(members)) for n, members in ledger.members.items()}
        assert self.pools == pools
