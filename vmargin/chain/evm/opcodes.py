"""Which instructions code can reach: what it cannot is data, and need not be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

JUMPDEST = 0x5B
PUSH0 = 0x5F
PUSH32 = 0x7F

ENDS: frozenset[int] = frozenset({0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF})
"""STOP, JUMP, RETURN, REVERT, INVALID and SELFDESTRUCT: what follows them only a jump can reach."""


def reachable(code: bytes, undefined: AbstractSet[int] = frozenset()) -> frozenset[int]:
    """Find the instructions that code could execute.

    The sweep from the first byte, over the data of pushes, is how the EVM itself finds where jumps may land:
    only on a JUMPDEST that is an instruction.  So what stands between an unconditional end and the next
    JUMPDEST never runs, and everything else may.

    Parameters
    ----------
    code
        Of a contract.
    undefined
        Bytes that are no instruction, and so end a call.

    Returns
    -------
    frozenset of int
        The opcodes.  Never too few; too many where a jump is never taken.
    """
    ends = ENDS | undefined
    found = set()
    alive = True
    for _, opcode in _instructions(code):
        if opcode == JUMPDEST:
            alive = True
        if alive:
            found.add(opcode)
            alive = opcode not in ends
    return frozenset(found)


def jump_destinations(code: bytes) -> Iterator[int]:
    """Find where jumps may land."""
    return (at for at, opcode in _instructions(code) if opcode == JUMPDEST)


def _instructions(code: bytes) -> Iterator[tuple[int, int]]:
    """Positions and opcodes, from the first byte on, without the data of pushes."""
    at, size = 0, len(code)
    while at < size:
        opcode = code[at]
        yield at, opcode
        at += opcode - PUSH0 + 1 if PUSH0 <= opcode <= PUSH32 else 1
