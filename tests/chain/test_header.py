"""Headers of every fork: their fields are taken only if they hash to the hash."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from tests.chain.raw_server import forward
from vmargin.chain.devnet import Devnet, devnet
from vmargin.chain.errors import BadAnswer
from vmargin.chain.header import LENGTHS, Header

GENESIS: dict[str, Any] = {
    "parentHash": "0x" + "00" * 32,
    "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": "0x" + "00" * 32,
    "nonce": "0x0000000000000042",
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    "uncles": [],
    "size": "0x21c",
}
"""Ethereum's first block."""

FORKS = {"berlin": 15, "london": 16, "paris": 16, "shanghai": 17, "cancun": 20, "prague": 21, "osaka": 21}


def block(chain: Devnet, number: int) -> Any:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [hex(number), False]}
    return forward(chain.url, asked)["result"]


def test_the_first_block_of_ethereum() -> None:
    header = Header.from_rpc(GENESIS)
    assert (header.number, header.gas_limit, header.difficulty) == (0, 5000, 2**34)
    assert header.base_fee is header.excess_blob_gas is header.parent_beacon_block_root is None
    assert Header.decode(header.encoded) == header
    assert "0xd4e567" in str(header)


@pytest.mark.parametrize(("fork", "length"), list(FORKS.items()))
def test_headers_of_a_fork(fork: str, length: int) -> None:
    with devnet(hardfork=fork) as chain:
        chain.mine(2)
        said = block(chain, 2)
        header = Header.from_rpc(said)
        assert len(header.fields) == length
        assert header.hash.hex() == said["hash"][2:] and header.parent_hash.hex() == said["parentHash"][2:]
        assert header.timestamp == int(said["timestamp"], 16) and header.number == 2
        assert header.state_root.hex() == said["stateRoot"][2:]
        assert header.receipts_root.hex() == said["receiptsRoot"][2:]
        assert header.coinbase.hex() == said["miner"][2:] and header.mix_hash.hex() == said["mixHash"][2:]
        assert (header.base_fee is None) == (length < 16)
        assert (header.excess_blob_gas is None) == (header.parent_beacon_block_root is None) == (length < 20)
        assert Header.decode(header.encoded) == header


def test_every_field_counts(chain: Devnet) -> None:
    """Whatever is changed, left out or spelt otherwise: the answer is refused."""
    chain.mine(1)
    said = block(chain, 1)
    names = [name for name in said if name in GENESIS or name in said]
    header = Header.from_rpc(said)
    wrong = []
    for name in names:
        for spoilt in _spoilt(said[name]):
            try:
                read = Header.from_rpc(said | {name: spoilt})
            except BadAnswer:
                continue
            if read != header:
                wrong.append((name, spoilt))
    assert not wrong
    for name in ("hash", "stateRoot", "number", "baseFeePerGas", "requestsHash"):
        with pytest.raises(BadAnswer):
            Header.from_rpc({key: value for key, value in said.items() if key != name})


def _spoilt(value: Any) -> list[Any]:
    if not isinstance(value, str):
        return [None, "0x1"]
    return [
        value[:-1] + ("1" if value[-1] == "0" else "0"),
        value + "00",
        value.replace("0x", "0x0"),
        None,
        5,
    ]


@pytest.mark.parametrize("said", [None, [], "0x", 7, {}, {"hash": "0x" + "00" * 32}])
def test_what_is_no_block(said: Any) -> None:
    with pytest.raises(BadAnswer):
        Header.from_rpc(said)


def fields(**changed: bytes) -> list[bytes]:
    names = list(GENESIS)[:15]
    kept = list(Header.from_rpc(GENESIS).fields)
    return [changed.get(name, field) for name, field in zip(names, kept, strict=True)]


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x80",
        rlp.encode(b"a header"),
        rlp.encode(fields()[:14]),
        rlp.encode([*fields()[:14], [b""]]),
        rlp.encode(fields(stateRoot=b"\0" * 31)),
        rlp.encode(fields(nonce=b"\0" * 9)),
        rlp.encode(fields(miner=b"")),
        rlp.encode(fields(number=b"\0")),
        rlp.encode(fields(gasLimit=b"\0\5")),
        rlp.encode(fields(timestamp=b"\1" * 33)),
        rlp.encode(fields()) + b"\0",
        rlp.encode(fields())[:-1],
    ],
)
def test_bytes_that_are_no_header(encoded: bytes) -> None:
    with pytest.raises(BadAnswer):
        Header.decode(encoded)


def test_the_hash_is_of_the_bytes() -> None:
    """Fields of forks to come are kept; nothing is lost on the way through a file."""
    encoded = rlp.encode([*fields(), *[b"\1" * 32] * 9])
    header = Header.decode(encoded)
    assert header.hash == keccak(encoded) and len(header.fields) == 24 > max(LENGTHS)
