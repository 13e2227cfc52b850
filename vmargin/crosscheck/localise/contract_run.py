"""The contract's side of a line-up: a run as a graph of values, with the place of each step in the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from vmargin.crosscheck.localise.effects import COMPARING, COMPUTING
from vmargin.crosscheck.localise.sources import CodeMap, Place
from vmargin.solidity.reverts import Panic, Revert
from vmargin.solidity.steps import Steps
from vmargin.solidity.steps.opcodes import NAMES

_NUMBERS = {name: number for number, name in NAMES.items()}
_COMPUTING = frozenset(_NUMBERS[name] for name in COMPUTING | COMPARING)
_COMPARING = frozenset(_NUMBERS[name] for name in COMPARING)
_MASKS = frozenset((1 << bits) - 1 for bits in range(1, 257))
_PUSHES = frozenset(range(0x5F, 0x80))
_SHARED = frozenset((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0A, 0x1B, 0x1C, 0x1D))
"""Operators for which compilers make functions of their own."""
_JUMPI, _JUMP, _AND, _ISZERO, _EQ, _SIGNEXTEND, _CALLDATALOAD, _MLOAD = (
    0x57, 0x56, 0x16, 0x15, 0x14, 0x0B, 0x35, 0x51,
)  # fmt: skip
_PANIC = bytes.fromhex("4e487b71")
_AHEAD = 24
"""Instructions in which a compiler's own check comes to its panic."""


class Called(NamedTuple):
    """A call of a function within a contract: the step that jumped there, and the function's name."""

    step: int
    function: str


class _Stacks(NamedTuple):
    numbers: list[int]
    """For each step the number of a stack of calls."""
    stacks: list[tuple[int, Called | None]]
    """A stack is the one below it and what was called."""
    returns: dict[int, int]
    """By step that called, the step that pushed where to go on afterwards."""


class ContractRun:
    """A run of a contract.

    Parameters
    ----------
    steps
        What it did.
    maps
        By address of code, the artifact that it is of.
    """

    def __init__(self, steps: Steps, maps: Mapping[int, CodeMap]) -> None:
        self.steps = steps
        self.maps = maps
        self._aliases: dict[int, int] = {}

    # Values

    def computes(self, index: int) -> bool:
        """Whether a step is arithmetic or a comparison."""
        return self.steps.opcodes[index] in _COMPUTING

    def real(self, node: int) -> int:
        """The step that made a value, past those that only fetch it or cut off what is not there."""
        seen = []
        while node >= 0 and node not in self._aliases:
            behind = self._behind(node)
            if behind is None:
                break
            seen.append(node)
            node = behind
        node = self._aliases.get(node, node)
        for one in seen:
            self._aliases[one] = node
        return node

    def _behind(self, index: int) -> int | None:
        steps = self.steps
        op = steps.opcodes[index]
        flows = steps.flows.get(index)
        if flows is not None:
            if len(flows) == 1 and (flows[0] < 0 or steps.results[flows[0]] == steps.results[index]):
                return flows[0] if flows[0] >= 0 else None
            return None
        if op == _AND:
            a, b = steps.operands[index]
            for mask, value, node in ((a, b, 1), (b, a, 0)):
                if mask in _MASKS and value == steps.results[index]:
                    return steps.nodes[index][node]
        if op == _SIGNEXTEND and steps.operands[index][1] == steps.results[index]:
            return steps.nodes[index][1]
        if op == _ISZERO:
            inner = steps.nodes[index][0]
            if inner >= 0 and steps.opcodes[inner] == _ISZERO:
                value = steps.operands[inner][0]
                if value in (0, 1):
                    return steps.nodes[inner][0]
        return None

    def sources(self, index: int) -> list[int]:
        """The steps and origins that a step's value is made from."""
        return [self.real(node) for node in self.steps.sources(index)]

    def value(self, node: int) -> int | None:
        """What a step gave; None of an origin."""
        return self.steps.results[node] if node >= 0 else None

    @cached_property
    def constants(self) -> bytearray:
        """By step, whether its value is the code's own: pushed, or computed from what is."""
        steps = self.steps
        found = bytearray(len(steps))
        for index, op in enumerate(steps.opcodes):
            if op in _PUSHES:
                found[index] = 1
            elif op in _COMPUTING:
                found[index] = all(node >= 0 and found[node] for node in steps.nodes[index])
            elif index in steps.flows:
                flows = steps.flows[index]
                # memory that nobody wrote is zero
                known = bool(flows) or op == _MLOAD
                found[index] = op != _CALLDATALOAD and known and all(n >= 0 and found[n] for n in flows)
        return found

    def negated(self, index: int) -> int | None:
        """The comparison that a step says the opposite of."""
        inner = self.opposite(index)
        if inner is None or inner < 0 or self.steps.opcodes[inner] not in _COMPARING:
            return None
        return inner

    def is_given(self, node: int) -> bool:
        """Whether a step only fetches what the call was given."""
        return node < 0 or self.steps.opcodes[node] == _CALLDATALOAD

    @cached_property
    def used(self) -> bytearray:
        """By step, whether its value goes anywhere but into a compiler's own checks."""
        steps = self.steps
        found = bytearray(len(steps))
        for index in range(len(steps) - 1, -1, -1):
            op = steps.opcodes[index]
            if op in _COMPUTING:
                passes = found[index]
            else:
                passes = op != _JUMPI or not self._guards(index)
            if passes:
                for node in steps.nodes[index]:
                    if node >= 0:
                        found[node] = 1
        return found

    # Decisions

    @cached_property
    def compared(self) -> list[int]:
        """The steps that are comparisons."""
        return [index for index, op in enumerate(self.steps.opcodes) if op in _COMPARING]

    @cached_property
    def decisions(self) -> list[int]:
        """The conditional jumps, but for those at which the compiler guards a panic of its own."""
        steps = self.steps
        return [
            index
            for index, op in enumerate(steps.opcodes)
            if op == _JUMPI and not self._guards(index) and (self._is_told(index) or not self.has_sources)
        ]

    def _is_told(self, jump: int) -> bool:
        """Whether a jump, or what it goes by, has a place in a source."""
        node, _ = self.condition(jump)
        return self.is_placed(jump) or (node >= 0 and self.is_placed(node))

    def jumps_before(self, index: int) -> Iterator[int]:
        """The conditional jumps of the same call before a step, the nearest first."""
        numbers = self._stacks.numbers
        for jump in range(index - 1, max(-1, index - 400), -1):
            if self.steps.opcodes[jump] == _JUMPI and numbers[jump] == numbers[index]:
                yield jump

    def condition(self, jump: int) -> tuple[int, bool]:
        """The step that a jump's condition comes to without negations, and whether these invert it."""
        node, inverted = self.real(self.steps.nodes[jump][1]), False
        while node >= 0:
            inner = self.opposite(node)
            if inner is None or inner < 0 or self.steps.opcodes[inner] not in _COMPUTING:
                break
            if self.steps.results[inner] not in (0, 1):
                break
            node, inverted = inner, not inverted
        return node, inverted

    def opposite(self, index: int) -> int | None:
        """What a step asks whether it is zero."""
        operands, nodes = self.steps.operands[index], self.steps.nodes[index]
        if self.steps.opcodes[index] == _ISZERO:
            return self.real(nodes[0])
        if self.steps.opcodes[index] == _EQ:
            for zero, other in ((0, 1), (1, 0)):
                node = self.real(nodes[zero])
                if operands[zero] == 0 and node >= 0 and self.steps.opcodes[node] in _PUSHES:
                    return self.real(nodes[other])
        return None

    def _guards(self, jump: int) -> bool:
        """Whether one way of a jump ends in a panic that the compiler put there."""
        frame = self.steps.calls[self.steps.frames[jump]]
        target, pc = self.steps.operands[jump][0], self.steps.pcs[jump]
        key = (frame.code_address, pc)
        if key not in self._guarding:
            pushes = [_panic_ahead(frame.code, at) for at in (target, pc + 1)]
            self._guarding[key] = any(at >= 0 and not self._is_written(jump, at) for at in pushes)
        return self._guarding[key]

    def _is_written(self, index: int, pc: int) -> bool:
        """Whether a panic is of the source's own making."""
        code = self.map_of(index)
        place = code.place(pc) if code is not None else None
        return place is not None and code is not None and code.writes_panics(place)

    @cached_property
    def _guarding(self) -> dict[tuple[int, int], bool]:
        return {}

    # Places

    @cached_property
    def has_sources(self) -> bool:
        """Whether any place in a source can be named."""
        return any(code.has_sources for code in self.maps.values())

    @cached_property
    def function_names(self) -> frozenset[str]:
        """Of all functions in the sources."""
        return frozenset(
            span.name
            for code in self.maps.values()
            for text in code.texts()
            for span in text.spans
            if span.kind == "function"
        )

    def map_of(self, index: int) -> CodeMap | None:
        """The artifact that a step's code is of."""
        return self.maps.get(self.steps.calls[self.steps.frames[index]].code_address)

    def own_place(self, index: int) -> Place | None:
        """Where the source map says that a step comes from."""
        code = self.map_of(index)
        return code.place(self.steps.pcs[index]) if code is not None else None

    @cached_property
    def _stacks(self) -> _Stacks:
        steps = self.steps
        returns: dict[int, int] = {}
        numbers: list[int] = []
        stacks: list[tuple[int, Called | None]] = []
        current: dict[int, int] = {}
        """By frame."""
        for index, op in enumerate(steps.opcodes):
            frame = steps.frames[index]
            if frame not in current:
                caller = steps.calls[frame].caller
                stacks.append((numbers[caller] if caller >= 0 else -1, None))
                current[frame] = len(stacks) - 1
            numbers.append(current[frame])
            if op != _JUMP:
                continue
            code = self.map_of(index)
            entry = code.entry(steps.pcs[index]) if code is not None else None
            pushed = steps.nodes[index][0]
            below, called = stacks[current[frame]]
            while called is not None and pushed < called.step:
                current[frame] = below
                returns[called.step] = pushed
                below, called = stacks[below]
            if entry is not None and entry.jump == "i" and code is not None:
                name = code.function_entered(steps.operands[index][0])
                stacks.append((current[frame], Called(index, name)))
                current[frame] = len(stacks) - 1
        return _Stacks(numbers, stacks, returns)

    def calls(self, index: int) -> Iterator[Called]:
        """The calls within the contract that a step is part of, the innermost first."""
        numbers, stacks, _ = self._stacks
        number = numbers[index]
        while number >= 0:
            number, called = stacks[number]
            if called is not None:
                yield called

    def call_place(self, called: Called) -> Place | None:
        """Where a call is: code that calls may be shared, but each call says where to go on after it."""
        pushed = self._stacks.returns.get(called.step, -1)
        for step in (pushed, called.step):
            if step >= 0 and self.is_placed(step):
                place = self.own_place(step)
                if place is not None and place.function and f"{called.function}(" in place.text:
                    return place
        return self.place(called.step)

    def place(self, index: int) -> Place | None:
        """Where a step comes from: itself, or what called the compiler's own code that it is part of."""
        if index not in self._places:
            self._places[index] = self._place(index)
        return self._places[index]

    @cached_property
    def _places(self) -> dict[int, Place | None]:
        return {}

    def _place(self, index: int) -> Place | None:
        if self.is_placed(index):
            return self.own_place(index)
        called = next(self.calls(index), None)
        if called is not None and not called.function:
            return self.call_place(called)
        return self.placed_beside(index, -1) or self.placed_beside(index, 1)

    def is_placed(self, index: int) -> bool:
        """Whether what the source map says of a step is worth something.

        Where compilers share code between functions, it names one of them; where they make a function of
        their own of an operator, it names whatever was compiled when they first did.
        """
        if index not in self._placed:
            self._placed[index] = self._is_placed(index)
        return self._placed[index]

    @cached_property
    def _placed(self) -> dict[int, bool]:
        return {}

    def _is_placed(self, index: int) -> bool:
        place = self.own_place(index)
        if place is None:
            return False
        op = self.steps.opcodes[index]
        if not place.function:
            return op in _PUSHES
        code = self.map_of(index)
        called = next((c.function for c in self.calls(index) if c.function), "")
        if code is not None and called and not code.reaches(called, place.function):
            return False
        return op not in _SHARED or code is None or not code.by_ir or self._fits(index, place)

    def _fits(self, index: int, place: Place) -> bool:
        """Whether a step right before or after one is of the same function, too."""
        numbers = self._stacks.numbers
        for direction in (-1, 1):
            for other in range(index + direction, index + 6 * direction, direction):
                if not 0 <= other < len(numbers) or numbers[other] != numbers[index]:
                    continue
                if self.steps.opcodes[other] in _SHARED:
                    continue
                beside = self.own_place(other)
                if beside is not None and beside.function:
                    if beside.function == place.function:
                        return True
                    break
        return False

    def placed_beside(self, index: int, direction: int) -> Place | None:
        """The place of the nearest step before or after that is of the same call and of a function."""
        numbers = self._stacks.numbers
        end = -1 if direction < 0 else len(numbers)
        for other in range(index + direction, end, direction):
            if numbers[other] == numbers[index] and self.is_placed(other):
                place = self.own_place(other)
                if place is not None and place.function:
                    return place
        return None

    # Endings

    @cached_property
    def reverted(self) -> bool:
        """Whether the call ended in a revert."""
        return self.steps.first.ended != "return"

    @cached_property
    def panic(self) -> Panic | None:
        """The panic that it ended with."""
        ending = self.steps.ending
        return ending if isinstance(ending, Panic) else None

    @cached_property
    def last_decisions(self) -> list[int]:
        """The conditional jumps before the step that ended the call, the last first."""
        steps = self.steps
        frame = steps.first
        while True:
            inner = [steps.calls[n] for s, n in steps.callees.items() if steps.frames[s] == frame.number]
            failed = [f for f in inner if f.ended != "return" and f.returned.data == frame.returned.data]
            if not failed:
                break
            frame = failed[-1]
        return [
            index
            for index in range(frame.end, -1, -1)
            if steps.opcodes[index] == _JUMPI and steps.frames[index] == frame.number
        ]


def _panic_ahead(code: bytes, pc: int) -> int:
    """Where the instructions from here push a panic, if they run straight into one; else -1."""
    pushed = -1
    for _ in range(_AHEAD):
        if pc >= len(code):
            return -1
        op = code[pc]
        if 0x60 <= op <= 0x7F:
            data = code[pc + 1 : pc + op - 0x5E]
            if data.startswith(_PANIC):
                return pc
            pushed = int.from_bytes(data, "big")
            pc += op - 0x5E
            continue
        if op == _JUMP:
            if not 0 <= pushed < len(code) or code[pushed] != 0x5B:
                return -1
            pc = pushed
            continue
        if op in (_JUMPI, 0x00, 0xF3, 0xFD, 0xFE):
            return -1
        pc += 1
    return -1


def revert_of(steps: Steps) -> Revert | None:
    """The revert that a run ended with."""
    return steps.ending if isinstance(steps.ending, Revert) else None
