"""Calls of compiled contracts: what goes in, what comes out, and what is refused before it is sent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st

from vmargin.errors import MissingExtra, UsageError
from vmargin.solidity.bytecode import Contract, Evm, load_artifact
from vmargin.solidity.integers import int64, uint256
from vmargin.solidity.reverts import CustomError, Halt, Panic, Unknown

ARTIFACT = Path(__file__).parents[2] / "contracts" / "build" / "RevertShapes.json"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy(ARTIFACT)


@pytest.mark.parametrize(
    ("function", "arguments", "results"),
    [
        ("nothing", (), ()),
        ("succeed", (2**256 - 1, -(2**63), True), (2**256 - 1, -(2**63), True)),
        ("succeed", (uint256(7), int64(-7), False), (7, -7, False)),
        ("painted", (2,), (2,)),
        ("pair", ((-5, True),), ((-5, True),)),
        ("text", ("Überschuss",), ("Überschuss",)),
        ("sum", ([1, 2, 3],), (6,)),
        ("overloaded(uint256)", (5,), (5,)),
        ("overloaded(uint256,uint256)", (5, 6), (11,)),
    ],
)
def test_results_are_plain_values(
    contract: Contract, function: str, arguments: tuple[Any, ...], results: tuple[Any, ...]
) -> None:
    found = contract.call(function, arguments)
    assert found == results
    assert list(map(type, found)) == list(map(type, results))


@given(x=st.integers(0, 2**256 - 1), y=st.integers(-(2**63), 2**63 - 1), z=st.booleans())
def test_coding_by_hand_is_that_of_eth_abi(contract: Contract, x: int, y: int, z: bool) -> None:
    function = contract.function("succeed")
    body = abi_encode(["uint256", "int64", "bool"], [x, y, z])
    assert function.calldata((x, y, z))[4:] == body
    assert function.results(body) == abi_decode(["uint256", "int64", "bool"], body)


def test_selectors_are_the_compilers(contract: Contract) -> None:
    expected = load_artifact(ARTIFACT)["methodIdentifiers"]
    assert {f.signature for f in contract.functions} == expected.keys()
    nothing = contract.function("nothing")
    assert nothing.calldata(()).hex() == expected["nothing()"]
    assert nothing.shape == "() -> ()"


def test_a_write_stays_and_a_read_leaves_no_trace() -> None:
    contract = Contract.deploy(ARTIFACT)
    assert contract.call("write", (4,)) == (4,)
    for _ in range(3):
        assert contract.call("stored") == (4,)
    assert contract.outcome("popTwice") == Panic(0x31)  # undone, the element is still there
    assert contract.call("element", (0,)) == (7,)


def test_sender_and_gas_can_be_said(contract: Contract) -> None:
    someone = "0x" + "ca" * 20
    assert contract.call("sender", sender=someone) == (someone,)
    with pytest.raises(Halt, match="out of gas"):
        contract.call("succeed", (1, 2, True), gas=21_500)
    with pytest.raises(UsageError, match="refused"):
        contract.call("nothing", gas=1)


def test_contracts_share_an_evm_with_its_time_and_tell_their_events() -> None:
    evm = Evm()
    evm.time = 1_800_000_000
    build = ARTIFACT.parent
    token = Contract.deploy(build / "Erc20.json", ("Dollar", "USD", 6), evm=evm)
    other = Contract.deploy(build / "Erc20.json", ("Dollar", "USD", 6), evm=evm)
    assert token.evm is other.evm is evm
    assert token.address != other.address
    someone = "0x" + "ca" * 20
    token.call("mint", (someone, 7))
    (log,) = evm.logs
    assert (log.address, log.topics[2][12:].hex(), int.from_bytes(log.data, "big")) == (
        token.address,
        "ca" * 20,
        7,
    )
    assert 21_000 < evm.gas_used < 100_000
    assert token.call("balanceOf", (someone,)) == (7,)
    assert other.call("balanceOf", (someone,)) == (0,)
    assert evm.time == 1_800_000_000
    outcome = token.outcome("transfer", (token.address, 3), sender=someone)
    assert outcome == (True,)
    assert token.call("balanceOf", (someone,)) == (4,)


@pytest.mark.parametrize(
    ("function", "arguments", "complaint"),
    [
        ("succeed", (1, 2), "2 values for"),
        ("succeed", (-1, 2, True), "-1 is not in 0 to"),
        ("succeed", (1, 2**63, True), "is not in -9223372036854775808 to"),
        ("succeed", (1, 2, 2), "2 is not in 0 to 1"),
        ("succeed", (1.0, 2, True), "float"),
        ("pair", ((1,),), "shorter"),
        ("pair", (1,), "int"),
        ("text", (3,), "TextStringEncoder"),
        ("overloaded", (1,), r"overloaded\(uint256,uint256\)"),
        ("transfer", (), "no function 'transfer'"),
    ],
)
def test_what_does_not_fit_is_refused(
    contract: Contract, function: str, arguments: tuple[Any, ...], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        contract.call(function, arguments)


@pytest.mark.parametrize(
    "data", ["", "00" * 31, "00" * 97, "00" * 32 + "00" * 23 + "01" + "00" * 40, "00" * 95 + "02"]
)
def test_results_of_another_shape_are_refused(contract: Contract, data: str) -> None:
    with pytest.raises(UsageError, match="ABI and bytecode"):
        contract.function("succeed").results(bytes.fromhex(data))


@pytest.mark.parametrize(
    "body", [(32, 2**256 - 1), (2**256 - 1, 0), (32, 4, 0xFF << 248), (32, 2**64, 0), (32, 40, 0)]
)
def test_a_malformed_text_is_refused(contract: Contract, body: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="ABI and bytecode"):
        contract.function("text").results(b"".join(word.to_bytes(32, "big") for word in body))


def test_an_error_that_the_abi_lacks_can_be_named() -> None:
    artifact = load_artifact(ARTIFACT)
    artifact["abi"] = [entry for entry in artifact["abi"] if entry["type"] != "error"]
    assert type(Contract.deploy(artifact).outcome("bare")) is Unknown
    bare = CustomError("Bare()")
    outcome = Contract.deploy(artifact, errors=[bare]).outcome("bare")
    assert type(outcome) is type(bare())
    assert outcome == bare()


def test_a_constructor_may_fail() -> None:
    with pytest.raises(Panic, match="0x11"):
        Contract.deploy({"abi": [], "bytecode": "0x634e487b7160e01b600052601160045260246000fd"})
    with pytest.raises(Halt, match="invalid opcode"):
        Contract.deploy({"abi": [], "bytecode": "0xfe"})


def test_what_is_no_artifact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make contracts"):
        Contract.deploy(tmp_path / "Missing.json")
    for text in ("{", "[]", '{"abi": []}'):
        (tmp_path / "Bad.json").write_text(text)
        with pytest.raises(UsageError, match="is no compiled contract"):
            Contract.deploy(tmp_path / "Bad.json")
    for bytecode in ("0x", "0x60__$0123$__"):
        with pytest.raises(UsageError, match="no bytecode of its own"):
            Contract.deploy({"abi": [], "bytecode": bytecode})


def test_without_pyrevm_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrevm", None)
    with pytest.raises(MissingExtra, match=r"pip install 'vmargin\[evm\]'"):
        Contract.deploy(ARTIFACT)


def test_importing_the_module_does_not_import_the_evm() -> None:
    code = "import sys, vmargin.solidity.bytecode; print('pyrevm' in sys.modules or 'eth_abi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
