"""What other runs of the same two sides have shown: which comparison is which, and what is done where."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from vmargin.crosscheck.localise.effects import TEST
from vmargin.solidity.sites import Site
from vmargin.solidity.steps.opcodes import MASK
from vmargin.solidity.trace import COMPARISON, Operation

if TYPE_CHECKING:
    from vmargin.crosscheck.localise.lineup import LineUp

Pc: TypeAlias = tuple[int, int]
Spot: TypeAlias = tuple[Site, int]
"""Of an operation in the mirror: its line, and which instruction of that."""
Pair: TypeAlias = tuple[Pc, Spot]

_MOSTLY = 0.7
_EVEN = 2
"""How many times as often one of two comparisons may be made as the other, if they are the same."""


class Experience:
    """Facts about program counters and lines of the mirror, from runs other than the one in question."""

    def __init__(self) -> None:
        self.runs = 0
        self._pcs: Counter[Pc] = Counter()
        self._sites: Counter[Spot] = Counter()
        self._met: Counter[Pair] = Counter()
        """In how many runs both have compared the same numbers."""
        self._even: Counter[Pair] = Counter()
        """In how many of these both did so about equally often."""
        self._same: set[Pair] = set()
        self._opposed: set[Pair] = set()
        self._harmless: set[Pair] = set()
        self._belonging: dict[Pc, frozenset[Spot]] | None = None
        self._went: list[tuple[dict[Pc, set[bool]], set[Pc]]] = []
        """Of runs that ended well: which ways jumps went, and what was computed."""
        self._done: dict[Spot, Counter[Pc]] = {}

    def learn(self, lineup: LineUp, *, agrees: bool) -> None:
        """Take in a run."""
        self.runs += 1
        self._belonging = None
        operations = lineup.mirror.operations
        compared: dict[frozenset[int], list[int]] = {}
        for number, operation in enumerate(operations):
            if operation.kind == COMPARISON:
                words = frozenset(int(o) & MASK for o in operation.operands)
                compared.setdefault(words, []).append(number)
        met: set[Pair] = set()
        for index in lineup.contract.compared:
            operands = lineup.contract.steps.operands[index]
            pc, tie = lineup.pc(index), lineup.is_tie(index)
            mine = set(lineup.effects(index))
            for number in compared.get(frozenset((*operands, 0) if len(operands) == 1 else operands), ()):
                pair = pc, spot_of(operations[number])
                met.add(pair)
                theirs = set(lineup.operation_effects[number])
                if tie:
                    if agrees:
                        self._harmless.add(pair)
                elif mine & theirs:
                    self._same.add(pair)
                elif any(e[0] == TEST for e in mine) and any(e[0] == TEST for e in theirs):
                    self._opposed.add(pair)
        pcs = Counter(lineup.pc(index) for index in lineup.contract.compared)
        sites = Counter(spot_of(o) for o in operations if o.kind == COMPARISON)
        self._met.update(met)
        self._even.update(
            pair for pair in met if 1 / _EVEN <= pcs[pair[0]] / sites[pair[1]] <= _EVEN
        )  # fmt: skip
        self._pcs.update(pcs.keys())
        self._sites.update(sites.keys())
        self._learn_twins(lineup)
        if not lineup.contract.reverted:
            ways: dict[Pc, set[bool]] = {}
            for jump in lineup.contract.decisions:
                taken = bool(lineup.contract.steps.operands[jump][1])
                ways.setdefault(lineup.pc(jump), set()).add(taken)
            self._went.append((ways, set(lineup.steps_at)))

    def _learn_twins(self, lineup: LineUp) -> None:
        for number, operation in enumerate(lineup.mirror.operations):
            if lineup.is_distinct(number):
                like = lineup.steps_like(number)
                if len(like) == 1 and lineup.related(like[0], number):
                    found = self._done.setdefault(spot_of(operation), Counter())
                    found[lineup.pc(like[0])] += 1

    def are_opposed(self, pc: Pc, spot: Spot) -> bool:
        """Whether a comparison and a line have compared the same numbers, and never the same way round."""
        pair = pc, spot
        if pair not in self._opposed or pair in self._same:
            return False
        return self.belong(pc, spot)

    def sites_of(self, pc: Pc) -> frozenset[Spot]:
        """The spots of the mirror that compare what is compared at a program counter."""
        if self._belonging is None:
            found: dict[Pc, set[Spot]] = {}
            for at, spot in self._same | self._opposed:
                if self.belong(at, spot):
                    found.setdefault(at, set()).add(spot)
            self._belonging = {at: frozenset(sites) for at, sites in found.items()}
        return self._belonging.get(pc, frozenset())

    def belong(self, pc: Pc, spot: Spot) -> bool:
        """Whether a comparison and a line compare the same numbers in nearly all runs."""
        met = self._met[pc, spot]
        return met >= _MOSTLY * min(self._pcs[pc], self._sites[spot]) and 2 * self._even[pc, spot] >= met

    def is_harmless(self, pc: Pc, spot: Spot) -> bool:
        """Whether two comparisons have met equals without making a difference."""
        return (pc, spot) in self._harmless

    def depends(self, pc: Pc, jump: Pc, taken: bool) -> bool:
        """Whether what is computed at a program counter was left out whenever a jump went the other way."""
        ways = [done for went, done in self._went if went.get(jump) == {not taken}]
        return bool(ways) and all(pc not in done for done in ways)

    def pcs_of(self, operation: Operation) -> list[Pc]:
        """Where the contract does what the mirror does at a spot, the surest first."""
        return [pc for pc, _ in self._done.get(spot_of(operation), Counter()).most_common(3)]


def spot_of(operation: Operation) -> Spot:
    """Where in the mirror an operation is."""
    return operation.site, operation.offset
