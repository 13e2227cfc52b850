"""Solidity's integers, reverts and kernels: the ground that every mirror stands on."""

from vmargin.solidity import integers
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import *  # noqa: F403
from vmargin.solidity.kernel import Kernel, kernel
from vmargin.solidity.reverts import Custom, CustomError, Empty, Error, Halt, Panic, Revert, Unknown, decode

__all__ = [  # noqa: PLE0604
    "Custom", "CustomError", "Empty", "Error", "Halt", "Kernel", "Panic", "Revert", "Scratch",
    "Unknown", "Words", "decode", "kernel", *(word.__name__ for word in integers.by_shape.values()),
]  # fmt: skip
