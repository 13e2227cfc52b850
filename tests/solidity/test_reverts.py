"""Revert data as `vmargin.solidity.reverts` makes and reads them, against what compiled code returns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Custom, CustomError, Empty, Error, Halt, Panic, Revert, Unknown, decode

ARTIFACT = Path(__file__).parents[2] / "contracts" / "build" / "RevertShapes.json"
WORDS = "WithWords(uint256,int128,bool,address)"
TEXT = "WithText(string,uint8)"
PAIR = "WithPair((int64,bool),uint256[])"
SIGNATURES = ["Bare()", WORDS, TEXT, PAIR]
ADDRESS = "0x" + "ab" * 20
TOP = 2**256 - 1

SHAPES = [
    ("empty", (), Empty()),
    ("bareRequire", (False,), Empty()),
    ("painted", (3,), Empty()),  # the ABI decoder refuses the enum
    ("error", ("",), Error("")),
    ("error", ("insufficient balance",), Error("insufficient balance")),
    ("error", ("x" * 32,), Error("x" * 32)),
    ("error", ("Übertrag " * 9,), Error("Übertrag " * 9)),
    ("assertion", (), Panic(0x01)),
    ("overflow", (TOP,), Panic(0x11)),
    ("negate", (-(2**255),), Panic(0x11)),
    ("divide", (1, 0), Panic(0x12)),
    ("colour", (3,), Panic(0x21)),
    ("popTwice", (), Panic(0x31)),
    ("element", (1,), Panic(0x32)),
    ("tooMuchMemory", (), Panic(0x41)),
    ("callUnset", (), Panic(0x51)),
    ("bare", (), Custom("Bare()")),
    ("withWords", (TOP, -(2**127), True, ADDRESS), Custom(WORDS, (TOP, -(2**127), True, ADDRESS))),
    ("withText", ("why " * 20, 255), Custom(TEXT, ("why " * 20, 255))),
    ("withPair", ((-1, True), [1, TOP]), Custom(PAIR, ((-1, True), (1, TOP)))),
]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy(ARTIFACT)


@pytest.mark.parametrize(("function", "arguments", "expected"), SHAPES)
def test_shape_is_the_compilers(
    contract: Contract, function: str, arguments: tuple[Any, ...], expected: Revert
) -> None:
    outcome = contract.outcome(function, arguments)
    assert type(outcome) is type(expected)
    assert outcome == expected
    assert str(outcome) == str(expected)


@pytest.mark.parametrize(("function", "arguments", "expected"), SHAPES)
def test_data_are_the_compilers_to_the_byte(
    contract: Contract, function: str, arguments: tuple[Any, ...], expected: Revert
) -> None:
    # caught in Solidity, so that nothing of ours has read them
    succeeded, data = contract.call("attempt", (contract.function(function).calldata(arguments),))
    assert not succeeded
    assert data == expected.data


@given(data=st.binary(max_size=200))
def test_any_data_are_kept(contract: Contract, data: bytes) -> None:
    outcome = contract.outcome("raw", (data,))
    assert isinstance(outcome, Revert)
    assert outcome.data == data


@st.composite
def nearly_valid(draw: st.DrawFn) -> bytes:
    """Revert data of some shape with a byte or a word changed, dropped or added."""
    data = bytearray(draw(st.sampled_from([shape.data for *_, shape in SHAPES if shape.data])))
    position = draw(st.integers(0, len(data) - 1))
    match draw(st.sampled_from(["change", "word", "cut", "append"])):
        case "change":
            data[position] = draw(st.integers(0, 255))
        case "word":  # where a length or an offset may be
            position -= (position - 4) % 32
            word = draw(st.sampled_from([0, 1, 31, 33, 2**31, 2**63 - 1, 2**63, 2**64, 2**255, TOP]))
            data[position : position + 32] = word.to_bytes(32, "big")
        case "cut":
            del data[position:]
        case _:
            data += bytes([draw(st.integers(0, 255))])
    return bytes(data)


@given(data=nearly_valid())
def test_data_that_fit_no_shape_to_the_byte_are_kept(data: bytes) -> None:
    assert decode(data, SIGNATURES).data == data


def test_text_that_is_no_utf8_is_kept() -> None:
    for good, position in ((Error("aaaa"), 68), (Custom(TEXT, ("aaaa", 1)), 4 + 96)):
        data = bytearray(good.data)
        assert data[position] == ord("a")
        data[position] = 0xFF
        assert decode(bytes(data), SIGNATURES) == Unknown(bytes(data))


@pytest.mark.parametrize(("function", "reason"), [("invalid", "invalid opcode"), ("forever", "out of gas")])
def test_a_halt_is_no_revert(contract: Contract, function: str, reason: str) -> None:
    outcome = contract.outcome(function)
    assert outcome == Halt(reason)
    assert outcome != Empty()
    assert not isinstance(outcome, Revert)


def test_a_declared_error_makes_the_compilers_data(contract: Contract) -> None:
    declared = CustomError(WORDS)
    assert contract.outcome("withWords", (1, 2, False, ADDRESS)) == declared(1, 2, False, ADDRESS)
    with pytest.raises(TypeError, match="takes 4 arguments, got 1"):
        declared(1)


@pytest.mark.parametrize(
    ("signature", "values", "shown"),
    [
        ("PolicyUnknown(bytes32)", (bytes(31) + b"\x7f",), f"PolicyUnknown(0x{'00' * 31}7f)"),
        ("Raw(bytes,uint256)", (b"", 5), "Raw(0x, 5)"),
        ("Pairs((bytes4,bool)[],string)", ([(b"abcd", True)], "why"), "Pairs([(0x61626364, True)], why)"),
    ],
)
def test_bytes_are_shown_in_hexadecimal(signature: str, values: tuple[Any, ...], shown: str) -> None:
    error = Custom(signature, values)
    assert str(error) == shown
    # eth-abi gives arrays as tuples
    assert str(decode(error.data, [signature])) == shown.replace("[", "(").replace("]", ")")


def test_reverts_are_equal_by_their_data() -> None:
    assert Unknown(Panic(0x11).data) == Panic(0x11)
    assert hash(Unknown(b"")) == hash(Empty())
    assert Panic(0x11) != Panic(0x12)
    assert Custom("A()") != Custom("B()")
