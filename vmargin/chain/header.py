"""A block's header, bound to its hash: keccak(rlp(header)) is checked before a field is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp
from eth_hash.auto import keccak
from rlp.exceptions import RLPException

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer

LAYOUT: tuple[tuple[str, int | None], ...] = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", None),
    ("number", None),
    ("gasLimit", None),
    ("gasUsed", None),
    ("timestamp", None),
    ("extraData", 0),
    ("mixHash", 32),
    ("nonce", 8),
    ("baseFeePerGas", None),  # London
    ("withdrawalsRoot", 32),  # Shanghai
    ("blobGasUsed", None),  # Cancun
    ("excessBlobGas", None),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),  # Prague
    ("blockAccessListHash", 32),  # Amsterdam
    ("slotNumber", None),
)
"""JSON-RPC's names in the order of the RLP; a length in bytes, 0 for any, None for a quantity."""

_POSITION = {name: position for position, (name, _) in enumerate(LAYOUT)}
LENGTHS = (15, 16, 17, 20, 21, 23)
"""How many fields a header has: at first, and from London, Shanghai, Cancun, Prague and Amsterdam on."""


@dataclass(frozen=True, slots=True, repr=False)
class Header:
    """A header whose bytes are known; everything else is read from them."""

    encoded: bytes
    fields: tuple[bytes, ...]
    hash: bytes

    @classmethod
    def decode(cls, encoded: bytes) -> Header:
        """Read the RLP of a header, of any fork."""
        try:
            fields = rlp.decode(encoded, strict=True)
        except RLPException as error:
            raise BadAnswer(f"a header is no RLP: {error}") from None
        if not isinstance(fields, list) or not all(isinstance(field, bytes) for field in fields):
            raise BadAnswer("a header's RLP is no list of fields")
        if len(fields) < LENGTHS[0]:
            raise BadAnswer(f"a header has {len(fields)} fields; the shortest there is has {LENGTHS[0]}")
        for field, (name, length) in zip(fields, LAYOUT, strict=False):
            if length and len(field) != length:
                raise BadAnswer(f"a header's {name} has {len(field)} bytes, not {length}")
            if length is None and (len(field) > 32 or field[:1] == b"\0"):
                raise BadAnswer(f"a header's {name} is no integer: 0x{field.hex()}")
        return cls(bytes(encoded), tuple(fields), keccak(encoded))

    @classmethod
    def from_rpc(cls, block: Any) -> Header:
        """Read the answer of ``eth_getBlockBy…``, whose fields must hash to the hash that it names.

        A node may name fields that are not part of the header, so the number of fields is what the hash says.
        """
        if not isinstance(block, Mapping):
            raise BadAnswer(f"{block!r} is no block")
        claimed = wire.data(block.get("hash"), 32)
        present = next((at for at, (name, _) in enumerate(LAYOUT) if block.get(name) is None), len(LAYOUT))
        fields = [_field(block[name], name, length) for name, length in LAYOUT[:present]]
        for length in sorted({*(n for n in LENGTHS if n <= present), present}, reverse=True):
            encoded = rlp.encode(fields[:length])
            if keccak(encoded) == claimed:
                return cls.decode(encoded)
        raise BadAnswer(
            f"the header of block {block.get('number')} does not hash to its hash 0x{claimed.hex()}: "
            "the answer is wrong, or the chain's headers are not those of Ethereum"
        )

    @property
    def parent_hash(self) -> bytes:
        return self._data("parentHash")

    @property
    def coinbase(self) -> bytes:
        return self._data("miner")

    @property
    def state_root(self) -> bytes:
        return self._data("stateRoot")

    @property
    def receipts_root(self) -> bytes:
        return self._data("receiptsRoot")

    @property
    def logs_bloom(self) -> bytes:
        return self._data("logsBloom")

    @property
    def mix_hash(self) -> bytes:
        """From Paris on, PREVRANDAO."""
        return self._data("mixHash")

    @property
    def difficulty(self) -> int:
        return self._integer("difficulty")

    @property
    def number(self) -> int:
        return self._integer("number")

    @property
    def gas_limit(self) -> int:
        return self._integer("gasLimit")

    @property
    def timestamp(self) -> int:
        return self._integer("timestamp")

    @property
    def base_fee(self) -> int | None:
        """None before London."""
        return self._integer("baseFeePerGas") if len(self.fields) > _POSITION["baseFeePerGas"] else None

    @property
    def excess_blob_gas(self) -> int | None:
        """None before Cancun."""
        return self._integer("excessBlobGas") if len(self.fields) > _POSITION["excessBlobGas"] else None

    @property
    def parent_beacon_block_root(self) -> bytes | None:
        """None before Cancun."""
        at = _POSITION["parentBeaconBlockRoot"]
        return self.fields[at] if len(self.fields) > at else None

    def __str__(self) -> str:
        return f"block {self.number} (0x{self.hash.hex()})"

    def __repr__(self) -> str:
        return f"<{self}>"

    def _data(self, name: str) -> bytes:
        return self.fields[_POSITION[name]]

    def _integer(self, name: str) -> int:
        return int.from_bytes(self.fields[_POSITION[name]], "big")


def _field(value: Any, name: str, length: int | None) -> bytes:
    """One field as RLP holds it."""
    try:
        if length is None:
            number = wire.quantity(value)
            return number.to_bytes((number.bit_length() + 7) // 8, "big")
        return wire.data(value, length or None)
    except BadAnswer as error:
        raise BadAnswer(f"a block's {name}: {error}") from None
