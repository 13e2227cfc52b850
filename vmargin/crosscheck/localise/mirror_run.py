"""The mirror's side of a line-up: its operations, which of them made which, and how it ended."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from vmargin.crosscheck.localise.plain_ints import noted
from vmargin.crosscheck.outcome import Failure, Outcome
from vmargin.solidity.arrays import Words
from vmargin.solidity.reverts import Revert
from vmargin.solidity.steps.opcodes import MASK
from vmargin.solidity.trace import (
    COMPARISON,
    CONSTANT,
    CONVERSION,
    COUNTED,
    ELEMENT,
    GIVEN,
    Call,
    Operation,
    tracing,
)  # fmt: skip

DISTINCT = 1 << 32
"""From here on, two equal numbers in a run are taken for the same one."""


class Leaf(NamedTuple):
    """A number that the mirror gave: as a word, and the operation that made it, or -1."""

    word: int
    maker: int


class MirrorRun:
    """A run of a mirror.

    Parameters
    ----------
    operations
        What it did, in order.
    outcome
        How it ended.
    leaves
        The numbers that it gave, in one row.
    """

    def __init__(
        self, operations: Sequence[Operation], outcome: Outcome, leaves: Sequence[Leaf] = ()
    ) -> None:
        self.operations = operations
        self.outcome = outcome
        self._givers: dict[int, list[int]] = {}
        for number in range(len(operations)):
            word = self.word(number)
            if word is not None and operations[number].kind != COMPARISON:
                self._givers.setdefault(word, []).append(number)
        self.leaves = [
            leaf if leaf.maker >= 0 else Leaf(leaf.word, self.giver(leaf.word, len(operations)))
            for leaf in (leaves or _leaves_of(outcome))
        ]

    def real(self, number: int) -> int:
        """The operation that made a value, past conversions that change nothing."""
        while number >= 0:
            operation = self.operations[number]
            if operation.kind != CONVERSION or self.word(number) != int(operation.operands[0]) & MASK:
                break
            number = operation.producers[0]
        return number

    @cached_property
    def constants(self) -> bytearray:
        """By operation, whether it computes with constants only."""
        found = bytearray(len(self.operations))
        for number, operation in enumerate(self.operations):
            makers = operation.producers
            found[number] = bool(makers) and all(
                m in (CONSTANT, COUNTED) or (m >= 0 and found[m]) for m in makers
            )
        return found

    def word(self, number: int) -> int | None:
        """What an operation gave, as the EVM has it; None where that is no number."""
        result = self.operations[number].result
        return None if isinstance(result, Revert | float) else int(result) & MASK

    def giver(self, word: int, before: int) -> int:
        """The last operation that gave a word, of which plain code has made another int; or -1."""
        numbers = self._givers.get(word, ())
        at = bisect.bisect_left(numbers, before)
        return numbers[at - 1] if at else -1

    def sources(self, number: int) -> list[int]:
        """The operations that an operation's operands are from, below 0 for others."""
        operation = self.operations[number]
        makers = list(operation.producers) or [GIVEN] * len(operation.operands)
        for at, operand in enumerate(operation.operands):
            if makers[at] in (GIVEN, ELEMENT) and isinstance(operand, int) and abs(int(operand)) >= DISTINCT:
                makers[at] = self.giver(int(operand) & MASK, number)
        return [self.real(maker) for maker in makers]

    def is_handed(self, number: int, at: int) -> bool:
        """Whether an operand was made outside the call that the operation is part of, or of what was."""
        call = self.operations[number].call
        if call is None or call.caller is None:
            return False  # there is no call around it
        if self.operations[number].producers[at] == ELEMENT:
            return False
        return self._comes_in(self.sources(number)[at], call)

    def _comes_in(self, maker: int, call: Call) -> bool:
        if maker < 0:
            return maker == GIVEN
        inside = self.operations[maker].call
        while inside is not None and inside is not call:
            inside = inside.caller
        if inside is None:
            return True
        if ELEMENT in self.operations[maker].producers:
            return False
        behind = [m for m in self.sources(maker) if m not in (CONSTANT, COUNTED)]
        return bool(behind) and all(self._comes_in(m, call) for m in behind)

    def functions(self, number: int) -> list[str]:
        """The functions that an operation is in, the innermost first."""
        operation = self.operations[number]
        names = [operation.site.function]
        call = operation.call
        while call is not None:
            names += [call.function, call.site.function]
            call = call.caller
        return list(dict.fromkeys(name.rpartition(".")[2] for name in names))


def run_mirror(mirror: Callable[..., Any], arguments: Sequence[Any], outputs: int) -> MirrorRun:
    """Run a mirror and note what it does: through its kernels, or if it has none by its ints."""
    from vmargin.crosscheck.subject import mirrored

    with tracing() as operations:
        given: list[Any] = []
        outcome = mirrored(_kept(mirror, given), arguments, outputs)
    if operations:
        makers = {id(o.result): n for n, o in enumerate(operations)}
        return MirrorRun(operations, outcome, _leaves(given, makers))
    plain: list[Operation] = []
    results: list[Any] = []
    again = mirrored(_kept(mirror, results), [noted(a, plain) for a in arguments], outputs)
    if again != outcome and not isinstance(outcome, Failure):
        return MirrorRun([], outcome)  # it minds whose ints it is given: it cannot be followed
    return MirrorRun(plain, outcome, _leaves(results, {}))


def _kept(mirror: Callable[..., Any], results: list[Any]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        result = mirror(*arguments)
        results.append(result)
        return result

    return run


def _leaves(results: Sequence[Any], makers: dict[int, int]) -> list[Leaf]:
    return [
        Leaf(int(n) & MASK, getattr(n, "maker", makers.get(id(n), -1))) for n in _numbers(results)
    ]  # fmt: skip


def _leaves_of(outcome: Outcome) -> list[Leaf]:
    if not isinstance(outcome, tuple) or isinstance(outcome, Failure):
        return []
    return [Leaf(int(n) & MASK, -1) for n in _numbers(outcome)]


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, tuple | list | Words):
        for part in value:
            yield from _numbers(part)
