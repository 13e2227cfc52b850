"""Our Multicall3 answers as the deployed one does: both run in the same EVM, on the same calldata."""

from __future__ import annotations

import importlib.metadata
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyrevm
import pytest
from eth_hash.auto import keccak

from vmargin import artifacts
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import failure_of
from vmargin.solidity.reverts import Revert

ORIGINAL_HASH = "d5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891"
"""Of the code at 0xcA11bde05977b3631167028862bE2a173976CA11."""

GAS = 10**12
"""So much that what an invalid instruction leaves is enough for the rest: the two differ in what they use."""

CALLER = "0x" + "ca" * 20
MULTICALL = "0x" + "11" * 20
ECHO, REVERTING, INVALID, NOTHING = ("0x" + f"{n:02x}" * 20 for n in range(0x21, 0x25))
CODES = {
    ECHO: "366000600037366000f3",  # returns its calldata
    REVERTING: "366000600037366000fd",  # reverts with its calldata
    INVALID: "fe",  # halts, and takes its gas with it
}
BLOCK = pyrevm.BlockEnv(
    number=1_000_000,
    timestamp=1_700_000_000,
    coinbase="0x" + "c0" * 20,
    basefee=7,
    gas_limit=30_000_000,
    prevrandao=b"\x05" * 32,
)

FUNCTIONS = {
    f.name: f
    for f in map(Function, (e for e in artifacts.load("Multicall3")["abi"] if e["type"] == "function"))
}


def original() -> bytes:
    """The deployed contract's code, as a package that overrides state with it holds it."""
    source = Path(str(importlib.metadata.distribution("multicall").locate_file("multicall/constants.py")))
    found = re.search(r'MULTICALL3_BYTECODE[^"]*"0x([0-9a-f]+)"', source.read_text())
    assert found is not None
    return bytes.fromhex(found.group(1))


def evm(code: bytes) -> Any:
    machine = pyrevm.EVM(env=pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=31337), block=BLOCK))
    machine.insert_account_info(MULTICALL, pyrevm.AccountInfo(code=code))
    for address, text in CODES.items():
        machine.insert_account_info(address, pyrevm.AccountInfo(code=bytes.fromhex(text)))
    machine.set_balance(CALLER, 10**24)
    return machine


@pytest.fixture(scope="module")
def both() -> tuple[Any, Any]:
    ours = bytes.fromhex(artifacts.load("Multicall3")["deployedBytecode"][2:])
    theirs = original()
    assert keccak(theirs).hex() == ORIGINAL_HASH
    assert ours != theirs
    return evm(ours), evm(theirs)


def outcome(machine: Any, data: bytes, value: int) -> str:
    before = machine.snapshot()
    try:
        return "returned " + machine.message_call(CALLER, MULTICALL, data, value=value, gas=GAS).hex()
    except RuntimeError as error:
        failure = failure_of(error)
        return "reverted " + failure.data.hex() if isinstance(failure, Revert) else f"halted {failure}"
    finally:
        machine.revert(before)


def drawn(draw: random.Random) -> tuple[str, list[Any], int]:
    """Draw a function, its arguments and the ether sent along."""
    name = draw.choice(("aggregate", "tryAggregate", "tryBlockAndAggregate", "blockAndAggregate"))
    name = draw.choice((name, "aggregate3", "aggregate3Value"))
    targets = draw.choices(
        (ECHO, REVERTING, NOTHING, "0x" + "00" * 19 + "04"), (6, 1, 2, 2), k=draw.randrange(5)
    )
    if draw.random() < 0.05:
        targets.append(INVALID)
    calls = [[target, draw.randbytes(draw.choice((0, 1, 4, 32, 33, 100)))] for target in targets]
    if calls and draw.random() < 0.2:  # a call of itself, which has others in it
        calls[0] = [MULTICALL, FUNCTIONS["aggregate"].calldata([calls[1:]])]
    value = draw.choice((0, 0, 1, 10**18))
    if name == "aggregate3":
        calls = [[target, draw.random() < 0.7, data] for target, data in calls]
    elif name == "aggregate3Value":
        values = [draw.choice((0, 1, 2**255, 10**17) if draw.random() < 0.2 else (0, 7)) for _ in calls]
        calls = [[t, draw.random() < 0.7, v, d] for (t, d), v in zip(calls, values, strict=True)]
        value = draw.choice((sum(values) % 2**256, sum(values) % 2**256, value))
        value = value if value < 10**24 else 0
    first = [draw.random() < 0.5] if name.startswith("try") else []
    return name, [*first, calls], value


def test_calls_give_what_the_deployed_contract_gives(both: tuple[Any, Any], long: bool) -> None:
    draw = random.Random(3)
    seen: Counter[str] = Counter()
    for _ in range(20_000 if long else 600):
        name, arguments, value = drawn(draw)
        data = FUNCTIONS[name].calldata(arguments)
        ours, theirs = (outcome(machine, data, value) for machine in both)
        assert ours == theirs, (name, arguments, value)
        seen[f"{name} {ours[:8]}"] += 1
        seen[f"{name} mismatch"] += b"value mismatch".hex() in ours
    names = (
        "aggregate",
        "tryAggregate",
        "tryBlockAndAggregate",
        "blockAndAggregate",
        "aggregate3",
        "aggregate3Value",
    )
    assert all(seen[f"{name} {how}"] for name in names for how in ("returned", "reverted"))
    assert seen["aggregate3Value mismatch"]


VIEWS = {
    "getBlockHash": ([999_999],),
    "getEthBalance": ([CALLER], [MULTICALL]),
    **dict.fromkeys(
        (
            "getBlockNumber",
            "getCurrentBlockCoinbase",
            "getCurrentBlockDifficulty",
            "getCurrentBlockGasLimit",
            "getCurrentBlockTimestamp",
            "getLastBlockHash",
            "getBasefee",
            "getChainId",
        ),
        ([],),
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_views_give_what_the_deployed_contract_gives(both: tuple[Any, Any], name: str) -> None:
    for arguments in VIEWS[name]:
        data = FUNCTIONS[name].calldata(arguments)
        ours, theirs = (outcome(machine, data, 0) for machine in both)
        assert ours == theirs
        assert ours.startswith("returned ")
        assert outcome(both[0], data, 1) == outcome(both[1], data, 1)  # some take ether, some do not
        if arguments != [MULTICALL] and name != "getBasefee":  # at a gas price of 0, this EVM has none
            assert int(ours.split()[1], 16) > 0


def test_nothing_is_missing_from_the_interface(both: tuple[Any, Any]) -> None:
    assert len(FUNCTIONS) == 6 + len(VIEWS)
    unknown = b"\xde\xad\xbe\xef"
    for data in (
        b"",
        unknown,
        FUNCTIONS["aggregate3"].selector,
        *(f.calldata([[]])[:40] for f in [FUNCTIONS["aggregate"]]),
    ):
        assert outcome(both[0], data, 0) == outcome(both[1], data, 0) == "reverted "
