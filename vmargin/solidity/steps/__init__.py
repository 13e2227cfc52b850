"""Runs of the EVM, step by step: what each instruction was given, what it gave, and where that came from."""

from vmargin.solidity.steps.machine import Given, Untraceable, follow
from vmargin.solidity.steps.memory import Data, Nodes, Origin
from vmargin.solidity.steps.record import Frame, Step, Steps
from vmargin.solidity.steps.world import Block, EvmWorld, World

__all__ = [
    "Block", "Data", "EvmWorld", "Frame", "Given", "Nodes", "Origin", "Step", "Steps", "Untraceable",
    "World", "follow",
]  # fmt: skip
