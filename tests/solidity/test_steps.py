"""The EVM that remembers ends every call as revm does, and says where each word came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmargin.crosscheck.inputs import Inputs
from vmargin.solidity.bytecode import Contract, load_artifact
from vmargin.solidity.reverts import Revert
from vmargin.solidity.steps import EvmWorld, Given, Untraceable, follow

BUILD = Path(__file__).parents[2] / "contracts" / "build"
HARNESSES = [
    "AaveV3FloorCeilWadRayMathHarness", "BalancerLogExpMathHarness", "InputShapes", "IntegersHarness",
    "MorphoBlueSharesMathLibHarness", "OpenZeppelinMathHarness", "PRBMathSD59x18Harness",
    "SoladyFixedPointMathLibHarness", "SolmateSignedWadMathHarness", "UniswapV3FullMathHarness",
]  # fmt: skip


@pytest.mark.parametrize("harness", HARNESSES)
def test_every_call_ends_as_revm_ends_it(harness: str, long: bool) -> None:
    """`trace` itself compares the endings, and refuses what differs."""
    artifact = load_artifact(BUILD / f"{harness}.json")
    contract = Contract.deploy(artifact)
    endings = set()
    for function in contract.functions:
        inputs = Inputs.of(function, enums=artifact["enums"])
        for case in inputs.seeded(60 if long else 6, f"steps {function.signature}"):
            steps = contract.trace(function, case)
            endings.add(isinstance(steps.ending, Revert))
    assert endings == {True, False} or harness in ("MorphoBlueSharesMathLibHarness", "InputShapes")


def test_a_returned_word_is_traced_back_to_the_arguments() -> None:
    contract = Contract.deploy(BUILD / "SolmateFixedPointMathLibHarness.json")
    steps = contract.trace("mulDivDown", (7, 3, 2))
    (word,) = steps.first.returned.nodes_at(0)
    assert str(steps[word]) == "DIV(21, 2) = 10"
    product, divisor = steps.sources(word)
    assert str(steps[product]) == "MUL(7, 3) = 21"
    behind = [steps.sources(product)[0], divisor]
    while any(node >= 0 and steps[node].opcode != "CALLDATALOAD" for node in behind):
        behind = [steps.sources(node)[0] if steps[node].opcode != "CALLDATALOAD" else node for node in behind]
    assert [steps[node].result for node in behind] == [7, 2]


def test_what_needs_gas_or_creates_is_refused() -> None:
    """GAS; CREATE; neither is made up."""
    world = EvmWorld(Contract.deploy(BUILD / "UniswapV3FullMathHarness.json").evm.raw)
    with pytest.raises(Untraceable):
        follow(Given(0xDEAD, b""), _Coded(world, bytes.fromhex("600060006000f000")))


class _Coded:
    """A world in which one account has this code."""

    def __init__(self, world: EvmWorld, code: bytes) -> None:
        self._world = world
        self._code = code
        self.block = world.block

    def code(self, address: int) -> bytes:
        return self._code if address == 0xDEAD else b""

    def storage(self, address: int, slot: int) -> int:
        return 0

    def balance(self, address: int) -> int:
        return 0

    def nonce(self, address: int) -> int:
        return 0

    def block_hash(self, number: int) -> int:
        return 0
