"""What a run reads that is in no code and no calldata: accounts, storage, the block."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Block(NamedTuple):
    """The block that a call runs in, as contracts read it."""

    chain_id: int = 1
    number: int = 0
    timestamp: int = 1
    coinbase: int = 0
    prevrandao: int = 0
    gas_limit: int = (1 << 256) - 1
    base_fee: int = 0
    blob_base_fee: int = 1


class World(Protocol):
    """Where a run reads the state; what it writes stays in the run."""

    block: Block

    def code(self, address: int) -> bytes:
        """Of an account, empty where there is none."""

    def storage(self, address: int, slot: int) -> int:
        """A word."""

    def balance(self, address: int) -> int:
        """In wei."""

    def nonce(self, address: int) -> int:
        """Of an account."""

    def block_hash(self, number: int) -> int:
        """Of a block before this one."""


class EvmWorld:
    """The state of an EVM of this process."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        block = raw.env.block
        self.block = Block(
            int(raw.env.cfg.chain_id),
            int(block.number),
            int(block.timestamp),
            int(block.coinbase, 16),
            int.from_bytes(block.prevrandao or b"", "big"),
            int(block.gas_limit),
            int(block.basefee),
            int(block.blob_gasprice or 0),
        )

    def code(self, address: int) -> bytes:
        from eth_hash.auto import keccak

        code = bytes(self._raw.get_code(_text(address)) or b"")
        wanted = bytes(self._raw.basic(_text(address)).code_hash)
        while code and bytes(keccak(code)) != wanted:
            code = code[:-33] if code.endswith(bytes(33)) else code[:-1]  # it pads what it runs
        return code

    def storage(self, address: int, slot: int) -> int:
        return int(self._raw.storage(_text(address), slot))

    def balance(self, address: int) -> int:
        return int(self._raw.get_balance(_text(address)))

    def nonce(self, address: int) -> int:
        return int(self._raw.basic(_text(address)).nonce)

    def block_hash(self, number: int) -> int:
        return int.from_bytes(self._raw.block_hash(number), "big")


def _text(address: int) -> str:
    return f"0x{address:040x}"
