"""Which operations of the two sides are the same, and where what is not the same begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from vmargin.crosscheck.localise.contract_run import ContractRun
from vmargin.crosscheck.localise.effects import TEST, Effect, effects, effects_of, is_comparison
from vmargin.crosscheck.localise.experience import Experience, spot_of
from vmargin.crosscheck.localise.likeness import same_name
from vmargin.crosscheck.localise.mirror_run import DISTINCT, MirrorRun
from vmargin.solidity.integers import Word
from vmargin.solidity.steps.opcodes import MASK, NAMES
from vmargin.solidity.trace import COMPARISON, COUNTED, ELEMENT, GIVEN

SMALL = 1 << 12
"""Numbers below are met by chance."""
_DEEP = 12
"""How far back small numbers are compared by where they come from."""
_MANY = 48
"""Candidates for a twin that are looked at."""


class Region(NamedTuple):
    """What one side computed and the other did not, on the way to some values."""

    frontier: tuple[int, ...]
    """Where it begins: of values that both have."""
    all: tuple[int, ...]


class LineUp:
    """A run of the mirror beside a run of the contract.

    A step has a *twin* if an operation of the mirror does the same with the same words and has the same
    result, and the other way round; of small numbers, which are equal by chance, the sources have to be
    twins, too.  A value is *settled* if the other side has it: by a twin, as a large number, or because it
    was given or is a constant.
    """

    def __init__(
        self, mirror: MirrorRun, contract: ContractRun, experience: Experience | None = None
    ) -> None:
        self.mirror = mirror
        self.contract = contract
        self.experience = experience or Experience()
        self._related: dict[tuple[int, int], bool] = {}
        self._settled: dict[int, bool] = {}
        self._settled_operations: dict[int, bool] = {}

    # Twins

    @cached_property
    def steps_by_effect(self) -> dict[Effect, list[int]]:
        """The computing steps, by everything that they may be known as."""
        found: dict[Effect, list[int]] = {}
        steps = self.contract.steps
        for index in range(len(steps)):
            if self.contract.computes(index) and self.contract.used[index]:
                for effect in self.effects(index):
                    found.setdefault(effect, []).append(index)
        return found

    @cached_property
    def operations_by_effect(self) -> dict[Effect, list[int]]:
        """The mirror's operations, likewise."""
        found: dict[Effect, list[int]] = {}
        for number, known in enumerate(self.operation_effects):
            for effect in known:
                found.setdefault(effect, []).append(number)
        return found

    def effects(self, index: int) -> tuple[Effect, ...]:
        """What a step does; the opposite of a comparison is the same."""
        steps = self.contract.steps
        inner = self.contract.negated(index)
        if inner is not None:
            return self.effects(inner)
        return effects(NAMES[steps.opcodes[index]], steps.operands[index])

    def operations_like(self, index: int) -> list[int]:
        """The mirror's operations that do the same with the same words, whatever they give."""
        known = self.effects(index)
        if len(known) == 1:
            return self.operations_by_effect.get(known[0], [])
        return list(dict.fromkeys(n for effect in known for n in self.operations_by_effect.get(effect, ())))

    def steps_like(self, number: int) -> list[int]:
        """The steps that do the same as one of the mirror's operations with the same words."""
        known = self.operation_effects[number]
        if len(known) == 1:
            return self.steps_by_effect.get(known[0], [])
        return list(dict.fromkeys(i for effect in known for i in self.steps_by_effect.get(effect, ())))

    @cached_property
    def operation_effects(self) -> list[tuple[Effect, ...]]:
        """The effects of each of the mirror's operations."""
        return [effects_of(operation) for operation in self.mirror.operations]

    def does_like(self, index: int, number: int) -> bool:
        """Whether a step and an operation do the same with the same words."""
        mine = self.effects(index)
        return any(effect in mine for effect in self.operation_effects[number])

    def agree(self, index: int, number: int) -> bool:
        """Whether a step and an operation that do the same have the same result."""
        if isinstance(self.mirror.operations[number].result, bool):
            return True  # the same words are compared; which way round the answer is used is not part of it
        word, result = self.mirror.word(number), self.contract.steps.results[index]
        if word is None or result is None:
            return False
        if word == result or (
            self.mirror.operations[number].kind == COMPARISON and self._is_condition(index)
        ):
            return True
        kind = self.mirror.operations[number].result
        # arithmetic of fewer bits is cut off after it
        return isinstance(kind, Word) and kind.bits < 256 and (word - result) % (1 << kind.bits) == 0

    @cached_property
    def _conditions(self) -> set[int]:
        return {self.contract.condition(jump)[0] for jump in self.contract.decisions}

    def _is_condition(self, index: int) -> bool:
        """Whether a jump goes by a step, so that it matters what is compared and not which way round."""
        return index in self._conditions

    def twins(self, index: int) -> list[int]:
        """The twins of a step."""
        like = self.operations_like(index)
        return [n for n in _nearest(like, self._expected(index)) if self.related(index, n)]

    def twins_of(self, number: int) -> list[int]:
        """The twins of an operation."""
        like = self.steps_like(number)
        share = number * len(self.contract.steps) // max(1, len(self.mirror.operations))
        return [i for i in _nearest(like, share) if self.related(i, number)]

    def _expected(self, index: int) -> int:
        return index * len(self.mirror.operations) // max(1, len(self.contract.steps))

    def related(self, index: int, number: int, depth: int = 0) -> bool:
        """Whether a step and an operation that do the same with the same words are twins."""
        key = index, number
        if key not in self._related:
            self._related[key] = True  # while its sources are looked at
            self._related[key] = (
                self.agree(index, number)
                and not self.opposed(index, number)
                and not self._belongs_elsewhere(index, number)
                and (depth > _DEEP or self._same_sources(index, number, depth))
            )
        return self._related[key]

    def _same_sources(self, index: int, number: int, depth: int) -> bool:
        inner = self.contract.negated(index)
        if inner is not None:
            index = inner
        steps, operation = self.contract.steps, self.mirror.operations[number]
        words, nodes = steps.operands[index], steps.nodes[index]
        makers = self.mirror.sources(number)
        theirs = [int(o) & MASK for o in operation.operands]
        left = list(range(len(theirs)))
        for word, node in zip(words, nodes, strict=True):
            if word >= DISTINCT:
                continue
            same = [at for at in left if theirs[at] == word]
            if not same:
                continue  # said otherwise, as a shift is of a product
            fitting = [at for at in same if self.same_origin(self.contract.real(node), makers[at], depth)]
            if not fitting:
                return False
            left.remove(fitting[0])
        return True

    def same_origin(self, node: int, maker: int, depth: int = 0) -> bool:
        """Whether a small number may be the same one on both sides."""
        if maker == COUNTED:
            return True
        if node >= 0 and self.contract.constants[node]:
            return maker < 0 or bool(self.mirror.constants[maker])
        if node < 0 or not self.contract.computes(node):
            return maker in (GIVEN, ELEMENT) or not self.contract.is_given(node)
        if maker < 0:
            return maker in (GIVEN, ELEMENT)  # plain code may have handed it on
        return self.does_like(node, maker) and self.related(node, maker, depth + 1)

    # Ties: `a < b` and `b < a` are the same where a = b, and only elsewhere can they be told apart

    def is_tie(self, index: int) -> bool:
        """Whether a step compares equals for order."""
        operands = self.contract.steps.operands[index]
        return (
            len(operands) == 2
            and operands[0] == operands[1]
            and any(e[0] == TEST for e in self.effects(index))
        )

    def opposed(self, index: int, number: int) -> bool:
        """Whether a comparison of equals is known to be the other way round than the mirror's."""
        inner = self.contract.negated(index)
        if inner is not None:
            return self.opposed(inner, number)
        if self.mirror.operations[number].kind != COMPARISON or not self.is_tie(index):
            return False
        return self.experience.are_opposed(self.pc(index), spot_of(self.mirror.operations[number]))

    def are_named_apart(self, index: int, number: int) -> bool:
        """Whether a step is in a function that the mirror has, too, and the operation in another."""
        if not self.contract.is_placed(index):
            return False
        place = self.contract.own_place(index)
        mine = place.function.strip("_") if place is not None else ""
        theirs = self.mirror.functions(number)
        return bool(mine) and theirs[0] in self.contract.function_names and not same_name(mine, theirs[0])

    def opposed_to(self, index: int) -> list[int]:
        """The mirror's comparisons of equals that are known to be the other way round than a step's."""
        if not self.is_tie(index):
            return []
        like = _nearest(self.operations_like(index), self._expected(index))
        return [number for number in like if self.opposed(index, number)]

    def _belongs_elsewhere(self, index: int, number: int) -> bool:
        """Whether a comparison of equals is known to be another line's."""
        operation = self.mirror.operations[number]
        inner = self.contract.negated(index)
        index = index if inner is None else inner
        if operation.kind != COMPARISON or not self.is_tie(index):
            return False
        sites = self.experience.sites_of(self.pc(index))
        return bool(sites) and spot_of(operation) not in sites

    def is_harmless(self, index: int, number: int) -> bool:
        """Whether comparisons of equals are known to make no difference."""
        return self.experience.is_harmless(self.pc(index), spot_of(self.mirror.operations[number]))

    @cached_property
    def steps_at(self) -> dict[tuple[int, int], list[int]]:
        """The computing steps by address of code and program counter."""
        found: dict[tuple[int, int], list[int]] = {}
        for index in range(len(self.contract.steps)):
            if self.contract.computes(index):
                found.setdefault(self.pc(index), []).append(index)
        return found

    def pc(self, index: int) -> tuple[int, int]:
        """The address of code and the program counter of a step."""
        steps = self.contract.steps
        return steps.calls[steps.frames[index]].code_address, steps.pcs[index]

    @cached_property
    def steps_by_operand(self) -> dict[int, list[int]]:
        """The computing steps by the large numbers that they are given."""
        found: dict[int, list[int]] = {}
        steps = self.contract.steps
        for index in range(len(steps)):
            if self.contract.computes(index) and self.contract.used[index]:
                for word in steps.operands[index]:
                    if word >= SMALL:
                        found.setdefault(word, []).append(index)
        return found

    # What both sides have

    @cached_property
    def mirror_words(self) -> set[int]:
        """All numbers of the mirror's run that are worth recognising."""
        found: set[int] = set()
        for number, operation in enumerate(self.mirror.operations):
            words = [int(o) & MASK for o in operation.operands if isinstance(o, int)]
            result = self.mirror.word(number)
            words += [] if result is None else [result]
            found.update(w for w in words if w >= DISTINCT)
        return found

    @cached_property
    def contract_words(self) -> set[int]:
        """All numbers of the contract's run that are worth recognising."""
        used = self.contract.used
        return {
            r
            for i, r in enumerate(self.contract.steps.results)
            if r is not None and r >= DISTINCT and used[i]
        }

    def is_distinct(self, number: int) -> bool:
        """Whether one of the mirror's operations is about a number that is met once."""
        words = [int(o) & MASK for o in self.mirror.operations[number].operands if isinstance(o, int)]
        return any(word >= DISTINCT for word in words)

    def settled(self, node: int) -> bool:
        """Whether the mirror has what a step gave."""
        if node < 0 or not self.contract.computes(node) or self.contract.constants[node]:
            return True
        if node not in self._settled:
            steps = self.contract.steps
            result = steps.results[node]
            known = result in self.mirror_words and result not in steps.operands[node]
            self._settled[node] = known or bool(self.twins(node))
        return self._settled[node]

    def settled_operation(self, number: int) -> bool:
        """Whether the contract has what an operation gave."""
        if number < 0 or self.mirror.constants[number]:
            return True
        if number not in self._settled_operations:
            word = self.mirror.word(number)
            operands = [int(o) & MASK for o in self.mirror.operations[number].operands]
            known = word in self.contract_words and word not in operands
            self._settled_operations[number] = known or bool(self.twins_of(number))
        return self._settled_operations[number]

    # Where it begins

    def region(self, roots: Iterable[int]) -> Region:
        """Back from values of the contract to the steps that give what the mirror lacks."""

        def sources(node: int) -> Iterator[int]:
            for source in self.contract.sources(node):
                yield from self._computed(source)

        computed = [n for root in roots for n in self._computed(self.contract.real(root))]
        return _region(computed, sources, self.settled, lambda node: bool(self.twins(node)))

    def _computed(self, node: int) -> Iterator[int]:
        """The computing steps that a value is made from, past those that only load it."""
        waiting, seen = [node], set()
        while waiting:
            one = waiting.pop()
            if one < 0 or one in seen:
                continue
            seen.add(one)
            if self.contract.computes(one):
                yield one
            elif one in self.contract.steps.flows:
                waiting += self.contract.sources(one)

    def region_of(self, roots: Iterable[int]) -> Region:
        """Back from values of the mirror to the operations that give what the contract lacks."""
        real = [number for root in roots if (number := self.mirror.real(root)) >= 0]
        return _region(
            real, self.mirror.sources, self.settled_operation, lambda number: bool(self.twins_of(number))
        )

    # Decisions

    def tests(self, node: int) -> tuple[Effect, ...]:
        """What is compared if a jump goes by a step: by a difference, whether two numbers are equal."""
        steps = self.contract.steps
        if not self.contract.computes(node):
            return ()
        if NAMES[steps.opcodes[node]] in ("SUB", "XOR"):
            return effects("EQ", steps.operands[node])
        return tuple(effect for effect in self.effects(node) if is_comparison(effect))

    @cached_property
    def unmatched_decisions(self) -> list[int]:
        """The conditional jumps whose comparison the mirror does not make."""
        return [jump for jump in self.contract.decisions if not self._matched(jump)]

    def _matched(self, jump: int) -> bool:
        node, _ = self.contract.condition(jump)
        if node < 0:
            return False
        if self.contract.computes(node) and any(map(is_comparison, self.effects(node))):
            return bool(self.twins(node))
        if self.tests(node):
            found = (n for effect in self.tests(node) for n in self.operations_by_effect.get(effect, ()))
            return any(self.mirror.operations[n].kind == COMPARISON for n in found)
        if self.contract.computes(node) and not self.settled(node):
            return False
        value = self.contract.steps.results[node]
        return value is not None and any(e in self.operations_by_effect for e in effects("ISZERO", [value]))

    @cached_property
    def unmatched_comparisons(self) -> list[int]:
        """The comparisons of the mirror that the contract does not make."""
        by_difference = {
            effect
            for jump in self.contract.decisions
            if (node := self.contract.condition(jump)[0]) >= 0 and not self.contract.constants[node]
            for effect in self.tests(node)
        }
        return [
            number
            for number, operation in enumerate(self.mirror.operations)
            if operation.kind == COMPARISON
            and not self.twins_of(number)
            and not (operation.symbol in ("==", "!=") and by_difference & set(self.operation_effects[number]))
        ]


def _nearest(numbers: list[int], expected: int) -> list[int]:
    """Those around where one is expected, if there are too many to look at."""
    if len(numbers) <= _MANY:
        return numbers
    return sorted(sorted(numbers, key=lambda number: abs(number - expected))[:_MANY])


def _region(
    roots: Iterable[int],
    sources: Callable[[int], Iterable[int]],
    settled: Callable[[int], bool],
    twinned: Callable[[int], bool],
) -> Region:
    frontier, seen, waiting = [], set(), [root for root in roots if not twinned(root)]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        behind = [source for source in sources(node) if not settled(source)]
        if behind:
            waiting += behind
        else:
            frontier.append(node)
    return Region(tuple(sorted(frontier)), tuple(sorted(seen)))
