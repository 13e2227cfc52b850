"""What anvil does when it is told to: blocks, time, state, reorganisations."""

from __future__ import annotations

from itertools import count
from typing import Any

from vmargin.chain import wire
from vmargin.chain.devnet.anvil_process import AnvilProcess
from vmargin.chain.errors import Reorged, Unreachable
from vmargin.chain.rpc.classify import fault_of_error
from vmargin.errors import UsageError


class AnvilControl:
    """A running anvil, by its own methods."""

    def __init__(self, process: AnvilProcess) -> None:
        from requests import Session

        self._process = process
        self._session = Session()
        self._session.trust_env = False  # a proxy of the environment is not meant for this machine
        self._ids = count(1)
        self._snapshots: dict[str, tuple[str, str]] = {}
        self.pid = process.pid
        self.url = f"http://127.0.0.1:{process.port}"

    def close(self) -> None:
        """Close the connection to it."""
        self._session.close()

    @property
    def head(self) -> int:
        """Number of the latest block."""
        return wire.quantity(self.rpc("eth_blockNumber"))

    def rpc(self, method: str, *params: Any) -> Any:
        """Ask the node anything, and return the result.

        Raises
        ------
        Revert, Halt
            If a call did.
        Refused
            If the node answers with another error.
        """
        from requests import RequestException

        number = next(self._ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        try:
            answer = self._session.post(self.url, json=request, timeout=(5, 120)).json()
        except RequestException as failure:
            if self._process.ends_within(0.5):
                raise self._process.failure("has ended") from None
            raise Unreachable(f"no answer to {method}: {type(failure).__name__}", node="devnet") from None
        if "result" in answer:
            return answer["result"]
        raise fault_of_error(method, answer.get("error"), "devnet", str).error

    def mine(self, blocks: int = 1) -> None:
        """Add blocks."""
        self.rpc("anvil_mine", wire.to_quantity(blocks))

    def warp(self, timestamp: int) -> None:
        """Add a block at this time, which must be after the head's."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)
        self.mine()

    def reorg(self, depth: int) -> None:
        """Replace this many of the latest blocks by empty ones with other hashes."""
        head = self.rpc("eth_getBlockByNumber", "latest", False)
        # blocks that were empty would come back as they were: their miner has to be another
        self.rpc("anvil_setCoinbase", "0x" + head["hash"][-40:])
        self.rpc("anvil_reorg", depth, [])

    def snapshot(self) -> str:
        """Remember the chain as it is, for one :meth:`revert`."""
        head = self.rpc("eth_getBlockByNumber", "latest", False)
        snapshot = str(self.rpc("evm_snapshot"))
        self._snapshots[snapshot] = (head["number"], head["hash"])
        return snapshot

    def revert(self, snapshot: str) -> None:
        """Go back to a snapshot, which is thereby used up, as are those taken after it."""
        if snapshot not in self._snapshots:
            raise UsageError(f"no snapshot {snapshot}: each serves once, and ends those taken after it")
        number, known = self._snapshots[snapshot]
        block = self.rpc("eth_getBlockByNumber", number, False)
        if block is None or block["hash"] != known:  # asked to revert to it, anvil would lose its head
            raise Reorged(f"block {int(number, 16)} of snapshot {snapshot} was replaced by a reorg since")
        self.rpc("evm_revert", snapshot)
        self._snapshots = {
            name: at for name, at in self._snapshots.items() if int(name, 16) < int(snapshot, 16)
        }

    def set_code(self, address: str, code: bytes) -> None:
        """Replace the code at an address."""
        self._set("anvil_setCode", address, wire.to_data(code))

    def set_storage(self, address: str, slot: int, value: int) -> None:
        """Replace one word of a contract's storage."""
        self._set("anvil_setStorageAt", address, wire.word(slot), wire.word(value))

    def set_balance(self, address: str, wei: int) -> None:
        """Replace the balance of an account."""
        self._set("anvil_setBalance", address, wire.to_quantity(wei))

    def _set(self, method: str, address: str, *values: str) -> None:
        """Change the state between two blocks that are added for it.

        anvil changes the state of the head, whose root is written already.  The block before is added so that
        what was the head keeps its state, and the block after so that the new head's root covers the change.
        """
        self.mine()
        self.rpc(method, wire.given_address(address), *values)
        self.mine()
