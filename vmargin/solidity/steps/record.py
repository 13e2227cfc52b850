"""What a run of the EVM did, step by step, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, overload

from vmargin.solidity.reverts import Empty, Halt, Revert, decode
from vmargin.solidity.steps.memory import NOTHING, Data, Nodes, Origin
from vmargin.solidity.steps.opcodes import NAMES


class Step(NamedTuple):
    """One instruction.  Those that only move words about on the stack (POP, DUP, SWAP) are none."""

    number: int
    """Its index in the run."""
    pc: int
    opcode: str
    operands: tuple[int, ...]
    """From the top of the stack."""
    result: int | None
    """What it put on the stack."""
    depth: int
    """Of calls, 1 in the contract that was called first."""
    code: str
    """The address whose code it is of."""

    def __str__(self) -> str:
        given = f"({', '.join(map(str, self.operands))})" if self.operands else ""
        gives = "" if self.result is None else f" = {self.result}"
        return f"{self.opcode}{given}{gives}"


@dataclass(slots=True)
class Frame:
    """One call in a run.

    `caller` is the step that made it, `end` its last one; `ended` is ``return``, ``revert`` or ``halt``.
    """

    number: int
    depth: int
    account: int
    """Whose storage it is."""
    code_address: int
    code: bytes
    caller: int = -1
    end: int = -1
    ended: str = ""
    reason: str = ""
    """Why it halted."""
    returned: Data = field(default=NOTHING, repr=False)


class Steps(Sequence[Step]):
    """A run: as a sequence its steps, and in parallel lists what they are made from.

    Attributes
    ----------
    pcs, opcodes, operands, results, frames
        By index of a step; `frames` are numbers into `calls`.
    nodes
        For each operand the step that gave it.
    flows
        For steps that load what others stored: where that comes from.
    writers
        For steps that load a word of memory: the step that stored it.
    """

    def __init__(self) -> None:
        self.pcs: list[int] = []
        self.opcodes: list[int] = []
        self.operands: list[tuple[int, ...]] = []
        self.results: list[int | None] = []
        self.nodes: list[Nodes] = []
        self.frames: list[int] = []
        self.flows: dict[int, Nodes] = {}
        self.writers: dict[int, int] = {}
        self.calls: list[Frame] = []
        self.callees: dict[int, int] = {}
        """By step that calls, the number of the frame."""
        self.origins: list[Origin] = []
        self.uncertain: list[int] = []
        """Steps whose result was not known and was made up: gas that is left."""

    def __len__(self) -> int:
        return len(self.pcs)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        frame = self.calls[self.frames[index]]
        return Step(
            index,
            self.pcs[index],
            NAMES.get(self.opcodes[index], f"0x{self.opcodes[index]:02x}"),
            self.operands[index],
            self.results[index],
            frame.depth,
            f"0x{frame.code_address:040x}",
        )

    def __iter__(self) -> Iterator[Step]:
        return (self[index] for index in range(len(self)))

    @property
    def first(self) -> Frame:
        """The call that the run began with."""
        return self.calls[0]

    @property
    def ending(self) -> bytes | Revert | Halt:
        """What came back."""
        frame = self.first
        if frame.ended == "return":
            return frame.returned.data
        if frame.ended == "revert":
            return decode(frame.returned.data) if frame.returned.data else Empty()
        return Halt(frame.reason)

    def ends_as(self, ending: object) -> bool:
        """Whether a call that ended so is the one that was followed; why a run halts is not compared."""
        mine = self.ending
        if isinstance(ending, Halt):
            return isinstance(mine, Halt)
        return type(mine) is bytes and mine == ending if isinstance(ending, bytes) else mine == ending

    def sources(self, index: int) -> Nodes:
        """The steps and origins that the value of a step was made from; addresses are not among them."""
        loaded = self.flows.get(index)
        return self.nodes[index] if loaded is None else loaded

    def origin(self, node: int) -> Origin:
        """What a node below 0 stands for."""
        return self.origins[-node - 1]
