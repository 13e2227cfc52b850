"""Receipts in the bytes that consensus hashes, as an implementation of consensus writes them."""

from __future__ import annotations

from typing import Any

import pytest
import rlp

from vmargin.chain.errors import BadAnswer, Unprovable
from vmargin.chain.receipts.encoding import encode_receipt

TOPICS = [bytes([at]) * 32 for at in range(1, 5)]


def receipt(kind: int | None, **changed: Any) -> dict[str, Any]:
    log = {
        "address": "0x" + "Ab" * 20,
        "topics": ["0x" + topic.hex() for topic in TOPICS],
        "data": "0x" + "00ff" * 33,
    }
    fields = {
        "status": "0x1",
        "cumulativeGasUsed": "0xabcdef",
        "logsBloom": "0x" + "02" * 256,
        "logs": [log, {**log, "topics": [], "data": "0x"}],
    }
    return fields | ({} if kind is None else {"type": hex(kind)}) | changed


@pytest.mark.parametrize("status", [0, 1])
@pytest.mark.parametrize("kind", [None, 0, 1, 2, 3, 4])
def test_the_encoding_is_that_of_consensus(kind: int | None, status: int) -> None:
    from ethereum.crypto.hash import Hash32
    from ethereum.forks.osaka.blocks import Log, Receipt
    from ethereum.forks.osaka.fork_types import Address, Bloom
    from ethereum_rlp import rlp as consensus
    from ethereum_types.bytes import Bytes
    from ethereum_types.numeric import Uint

    address = Address(b"\xab" * 20)
    logs = (
        Log(address, tuple(Hash32(topic) for topic in TOPICS), Bytes(b"\0\xff" * 33)),
        Log(address, (), Bytes(b"")),
    )
    expected = consensus.encode(Receipt(bool(status), Uint(0xABCDEF), Bloom(b"\2" * 256), logs))
    prefix = bytes([kind]) if kind else b""
    assert encode_receipt(receipt(kind, status=hex(status))) == prefix + expected


def test_receipts_before_byzantium_hold_a_state_root() -> None:
    old = receipt(None, root="0x" + "cc" * 32)
    del old["status"]
    assert rlp.decode(encode_receipt(old))[0] == b"\xcc" * 32


def test_deposits_have_two_fields_more_from_canyon_on() -> None:
    """The nonce alone, which there was before, is not hashed."""
    canyon = encode_receipt(receipt(0x7E, depositNonce="0x5", depositReceiptVersion="0x1"))
    assert canyon[0] == 0x7E and rlp.decode(canyon[1:])[4:] == [b"\5", b"\1"]
    regolith = encode_receipt(receipt(0x7E, depositNonce="0x5"))
    assert regolith == encode_receipt(receipt(0x7E)) == b"\x7e" + encode_receipt(receipt(0))


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "0x2"},
        {"status": None},
        {"type": "0x02"},
        {"cumulativeGasUsed": 5},
        {"logsBloom": "0x00"},
        {"logs": None},
        {"logs": [None]},
        {"logs": [{"address": "0x00", "topics": [], "data": "0x"}]},
        {"logs": [{"address": "0x" + "00" * 20, "topics": ["0x00"], "data": "0x"}]},
        {"logs": [{"address": "0x" + "00" * 20, "topics": [], "data": "0x0"}]},
    ],
)
def test_what_is_no_receipt(changed: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        encode_receipt(receipt(2, **changed))


def test_a_type_to_come_is_not_guessed() -> None:
    with pytest.raises(Unprovable, match="type 0x9"):
        encode_receipt(receipt(9))
