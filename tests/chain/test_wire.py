"""JSON-RPC's hexadecimal, whose every value is written in one way."""

from __future__ import annotations

from typing import Any

import pytest

from vmargin.chain import wire
from vmargin.chain.errors import BadAnswer
from vmargin.errors import UsageError

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"


@pytest.mark.parametrize("value", [0, 1, 15, 16, 2**64, 2**256 - 1])
def test_quantities(value: int) -> None:
    assert wire.quantity(wire.to_quantity(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0x",
        "0x00",
        "0x01",
        "0X1",
        "0xA",
        "1",
        "0x1 ",
        " 0x1",
        "0x1\n",
        "0x-1",
        "0x1_0",
        "0xg",
        "0x" + "f" * 65,
        1,
        1.0,
        True,
        None,
        [],
        {},
        b"0x1",
        "0x\u0661",
    ],
)
def test_what_is_no_quantity(value: Any) -> None:
    with pytest.raises(BadAnswer, match="no quantity of 256 bits"):
        wire.quantity(value)


def test_quantities_have_a_size() -> None:
    assert wire.quantity("0xffffffffffffffff", 64) == 2**64 - 1
    with pytest.raises(BadAnswer, match="no quantity of 64 bits"):
        wire.quantity("0x10000000000000000", 64)


@pytest.mark.parametrize("value", [b"", b"\0", b"\xab" * 32])
def test_data(value: bytes) -> None:
    assert wire.data(wire.to_data(value)) == wire.data(wire.to_data(value), len(value)) == value
    assert wire.data("0xAbCd") == b"\xab\xcd"


@pytest.mark.parametrize(
    "value", ["", "0", "0x0", "0xabc", "ab", "0xzz", "0x ab", "0xab\n", 171, None, ["0xab"], b"0xab"]
)
def test_what_is_no_data(value: Any) -> None:
    with pytest.raises(BadAnswer, match="no hexadecimal data"):
        wire.data(value)


def test_data_have_a_length() -> None:
    for value in ("0x" + "00" * 31, "0x" + "00" * 33, "0x"):
        with pytest.raises(BadAnswer, match="bytes long, not 32"):
            wire.data(value, 32)


def test_addresses_that_nodes_send() -> None:
    assert wire.address(VITALIK) == wire.address(VITALIK.lower()) == VITALIK.lower()
    for value in (VITALIK[:-1], VITALIK + "0", VITALIK[2:], None, 5, "0x" + "g" * 40):
        with pytest.raises(BadAnswer, match="is no address"):
            wire.address(value)


def test_addresses_that_people_give() -> None:
    """One in mixed case is checked: a wrong letter is a mistake."""
    for value in (VITALIK, VITALIK.lower(), "0x" + VITALIK[2:].upper(), bytes.fromhex(VITALIK[2:])):
        assert wire.given_address(value) == VITALIK.lower()
    assert wire.checksummed(VITALIK.lower()) == VITALIK
    with pytest.raises(UsageError, match=f"wrong checksum: is it {VITALIK}"):
        wire.given_address(VITALIK.replace("dA", "Da"))
    for value in (VITALIK[:-1], "vitalik.eth", b"\1" * 21, 5):
        with pytest.raises(UsageError, match="is no address"):
            wire.given_address(value)  # type: ignore[arg-type]


def test_words_are_written_in_full() -> None:
    assert wire.word(0) == "0x" + "00" * 32
    assert wire.word(2**256 - 1) == "0x" + "ff" * 32


def test_long_nonsense_is_shown_in_part() -> None:
    with pytest.raises(BadAnswer) as caught:
        wire.data("0x" + "z" * 10**6)
    assert len(str(caught.value)) < 120 and "1000004 characters" in str(caught.value)
