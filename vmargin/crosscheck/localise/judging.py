"""Which of the things that two runs do not share is where they part."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from vmargin.crosscheck.localise.effects import SAME, TEST, effects_of, is_comparison
from vmargin.crosscheck.localise.ends import Ends
from vmargin.crosscheck.localise.experience import spot_of
from vmargin.crosscheck.localise.likeness import alike, same_name, source_of
from vmargin.crosscheck.localise.lineup import SMALL, LineUp, Region
from vmargin.solidity.reverts import ARITHMETIC, DIVISION_BY_ZERO, INDEX_OUT_OF_BOUNDS, Panic, Revert
from vmargin.solidity.steps.opcodes import MASK
from vmargin.solidity.trace import COMPARISON

RESULT = "result"
ONLY_CONTRACT = "operation only in the contract"
ONLY_MIRROR = "operation only in the mirror"
DECISION = "decision"
ENDING = "ending"

_BACK = 8
"""Decisions before a revert that may have led to it."""
_LATE = 1 << 60
_DEEP = 24
_FEW = 24
_NEARBY = 60
_GUARDS = (ARITHMETIC, DIVISION_BY_ZERO, INDEX_OUT_OF_BOUNDS)
_COMMUTING = frozenset((0x01, 0x02, 0x14, 0x16, 0x17, 0x18))


class Finding(NamedTuple):
    """Where two runs may part.

    `strength` says how much speaks for it, from 1 to 6.
    """

    kind: str
    strength: float
    step: int = -1
    operation: int = -1
    inputs: tuple[int, ...] = ()
    """Steps that gave the contract operands for which the mirror has others."""
    wanted: tuple[int, ...] = ()
    """Which operands of the mirror's operation are in their place."""
    turned: bool = False
    """Whether the contract has the operands the other way round."""


def findings(lineup: LineUp, ends: Ends) -> list[Finding]:
    """Everything at which two runs may part, the likeliest first."""
    judge = _Judge(lineup, ends)
    found = judge.findings()
    return sorted(found, key=lambda f: (-f.strength, f.step if f.step >= 0 else _LATE, f.operation))


class _Judge:
    def __init__(self, lineup: LineUp, ends: Ends) -> None:
        self.lineup = lineup
        self.mirror = lineup.mirror
        self.contract = lineup.contract
        self.ends = ends
        self.differing = ends.nodes
        self.leaves = ends.makers

    def findings(self) -> list[Finding]:
        mirror_reverts = isinstance(self.mirror.outcome, Revert)
        decisions = self.decisions()
        found: list[Finding] = []
        if self.contract.reverted:
            found += self.contract_reverts({d.step for d in decisions})
        if mirror_reverts:
            found += self.mirror_reverts()
        if not self.contract.reverted and not mirror_reverts:
            found = self.values(self.differing, self.leaves)
        first = min((f.step for f in found if f.strength >= 5 and f.step >= 0), default=_LATE)
        found += [d if d.step < first else d._replace(strength=d.strength - 2) for d in decisions]
        if max((f.strength for f in found), default=0) < 4:
            found += self.chosen()
        if max((f.strength for f in found), default=0) < 3:
            found += self.upstream()
        return found or [Finding(RESULT, 1, step) for step in self.differing][:1]

    # Values

    def values(self, roots: Iterable[int], leaves: Iterable[int]) -> list[Finding]:
        """From values that differ back to where they begin to."""
        return self.between(self.lineup.region(roots), self.lineup.region_of(leaves))

    def between(self, mine: Region, theirs: Region) -> list[Finding]:
        found: list[Finding] = []
        paired: set[int] = set()
        for step in mine.frontier:
            best = self.best(step, theirs)
            if best is not None and best.strength > 1:
                found.append(best)
                paired.add(best.operation)
            else:
                found.append(self.unshared(step, 3 if len(mine.frontier) == 1 else 2))
        for number in theirs.frontier:
            if number in paired:
                continue
            pairs = [self.explained(self.pair(step, number)) for step in self.around(number, mine)]
            best = max(pairs, key=lambda f: f.strength, default=None)
            if best is not None and best.strength > 3:
                found.append(best._replace(strength=best.strength - 0.5))
            else:
                found.append(self.lacking(number, 2 if mine.frontier else 3))
        return found

    def unshared(self, step: int, strength: float) -> Finding:
        """A step of which the mirror has nothing: perhaps because of a decision that it does not take."""
        lineup, steps = self.lineup, self.contract.steps
        for jump in self.contract.jumps_before(step):
            taken = bool(steps.operands[jump][1])
            if not lineup.experience.depends(lineup.pc(step), lineup.pc(jump), taken):
                continue
            node, _ = self.contract.condition(jump)
            if jump in lineup.unmatched_decisions and node >= 0 and self.contract.computes(node):
                return Finding(DECISION, strength + 0.5, node)
            break
        return Finding(ONLY_CONTRACT, strength, step)

    def around(self, number: int, mine: Region) -> set[int]:
        """Steps that may be what the contract does in the place of an operation."""
        found = set(mine.all)
        for word in self.operands(number):
            if word >= SMALL:
                steps = self.lineup.steps_by_operand.get(word, ())
                if len(steps) <= _FEW:
                    found.update(step for step in steps if not self.lineup.settled(step))
        return found

    def lacking(self, number: int, strength: float) -> Finding:
        """An operation that the contract does not do: with other numbers, perhaps, or not this time."""
        done = self.done(number)
        if done >= 0:
            return self.explained(self.pair(done, number))._replace(strength=strength + 1)
        return self.undecided(number, strength) or Finding(ONLY_MIRROR, strength, self.near(number), number)

    def undecided(self, number: int, strength: float) -> Finding | None:
        """The decision of the contract that kept it from an operation, if there is one that it can be."""
        operations = self.mirror.operations
        call = operations[number].call
        before = [n for n in self.lineup.unmatched_comparisons if n < number and operations[n].call is call]
        if not before:
            return None
        name = operations[number].site.function
        found = []
        for jump in self.lineup.unmatched_decisions:
            place, (node, _) = self.contract.place(jump), self.contract.condition(jump)
            if place is not None and same_name(place.function, name) and self.compares(node):
                found.append(node)
        return Finding(DECISION, strength + 0.5, found[0], before[-1]) if len(found) == 1 else None

    def compares(self, node: int) -> bool:
        """Whether a step is a comparison: what assembly builds of products says nothing by its operands."""
        return self.contract.computes(node) and any(map(is_comparison, self.lineup.effects(node)))

    def best(self, step: int, theirs: Region) -> Finding | None:
        pairs = [self.explained(self.pair(step, number)) for number in theirs.all]
        for at, pair in enumerate(pairs):
            if pair.strength > 2 and theirs.frontier:
                # what is not at the frontier is as it is because of what came before it
                more = 0.5 if pair.operation in theirs.frontier else -0.5 if pair.kind == RESULT else 0.0
                pairs[at] = pair._replace(strength=pair.strength + more)
        return max(pairs, key=lambda f: f.strength, default=None)

    def pair(self, step: int, number: int) -> Finding:
        """How much a step and an operation have in common."""
        mine = list(self.contract.steps.operands[step])
        nodes = self.contract.steps.nodes[step]
        theirs = self.operands(number)
        alike = self.alike(step, number)
        left, places = list(range(len(mine))), list(range(len(theirs)))
        telling = weak = shared = moved = 0
        for place in list(places):
            same = [at for at in left if mine[at] == theirs[place]]
            if same:
                at = place if place in same else same[0]
                constant = nodes[at] >= 0 and bool(self.contract.constants[nodes[at]])
                telling += not constant and mine[at] >= SMALL
                weak += not constant
                shared += 1
                moved += at != place
                left.remove(at)
                places.remove(place)
        if self.commutes(step):
            moved = 0
        strength: float
        if left or places:
            if alike:
                strength = 5 if telling else 3 if weak else 2 if shared else 1
            else:
                strength = 3.5 if telling else 2 if weak else 1
        elif alike and self.lineup.agree(step, number):
            strength = 1  # the same: they only come from elsewhere
        elif telling == len(mine):
            strength = 6 if alike else 4.5
        else:
            strength = (5 if alike else 4) if telling else 3 if weak else 2
        strength -= bool(moved and strength > 2 and (left or places))
        strength += self.likeness(step, number) - 0.5 * self.lineup.are_named_apart(step, number)
        if len(places) > len(self.mirror.operations[number].operands):
            places = []  # of a minus sign
        turned = bool(moved and not left and not places)
        strength -= turned
        return Finding(RESULT, strength, step, number, tuple(nodes[at] for at in left), tuple(places), turned)

    def likeness(self, step: int, number: int) -> float:
        """Up to a half where a step's expression reads like the mirror's line."""
        place = self.contract.place(step)
        if place is None:
            return 0.0
        return alike(source_of(self.mirror.operations[number].site), place.text) / 2

    def operands(self, number: int) -> list[int]:
        """What an operation was given, as the instruction that does it would be."""
        operation = self.mirror.operations[number]
        words = [int(o) & MASK for o in operation.operands]
        return [0, *words] if operation.symbol == "-" and len(words) == 1 else words

    def maker(self, number: int, at: int) -> int:
        """The operation that gave an operand."""
        sources = self.mirror.sources(number)
        return sources[at - (len(self.operands(number)) - len(sources))]

    def commutes(self, step: int) -> bool:
        return self.contract.steps.opcodes[step] in _COMMUTING

    def alike(self, step: int, number: int) -> bool:
        """Whether both do the same kind of thing."""
        mine = {effect[0] for effect in self.lineup.effects(step)}
        return bool(mine & {effect[0] for effect in effects_of(self.mirror.operations[number])})

    def explained(self, finding: Finding) -> Finding:
        """Follow a pair that differs in one operand to what made that one differ."""
        for _ in range(_DEEP):
            step, number = finding.step, finding.operation
            if not self.alike(step, number) or len(finding.inputs) != 1 or len(finding.wanted) != 1:
                break
            node = self.contract.real(finding.inputs[0])
            maker = self.maker(number, finding.wanted[0])
            if node < 0 or maker < 0 or self.contract.constants[node] or self.mirror.constants[maker]:
                break
            given, wanted = self.contract.value(node), self.mirror.word(maker)
            strength = 5 if given is not None and given >= SMALL else 3
            if given and given in self.operands(maker) and not self.lineup.settled_operation(maker):
                return Finding(ONLY_MIRROR, max(strength, finding.strength), step, maker)
            if not self.contract.computes(node):
                break
            if wanted and wanted in self.contract.steps.operands[node] and not self.lineup.settled(node):
                return Finding(ONLY_CONTRACT, max(strength, finding.strength), node)
            deeper = self.pair(node, maker)
            if not self.alike(node, maker) or deeper.strength < 3 or self.lineup.settled_operation(maker):
                break
            finding = deeper._replace(strength=max(deeper.strength, finding.strength))
        return self.picked(self.fetched(finding))

    def fetched(self, finding: Finding) -> Finding:
        """Of a pair that differs in elements of arrays, what made the contract fetch another one."""
        steps = self.contract.steps
        loads = [load for node in finding.inputs for load in self.loads(node)]
        if not loads or finding.strength < 2:
            return finding
        roots = [source for load in loads for source in steps.nodes[load] if source >= 0]
        mine = self.lineup.region(roots)
        indices = [
            number
            for number in range(max(0, finding.operation - _NEARBY), finding.operation)
            if number not in self.consumed and not self.lineup.settled_operation(number)
        ]
        theirs = self.lineup.region_of(indices)
        pairs = [self.pair(step, number) for step in mine.frontier for number in theirs.frontier]
        best = max(pairs, key=lambda f: f.strength, default=None)
        if best is None or best.strength < 3:
            return finding._replace(
                strength=finding.strength - 1
            )  # it does what it should, with another element
        return best._replace(strength=max(finding.strength, best.strength))

    def loads(self, node: int, depth: int = 2) -> list[int]:
        """The steps that load what a value is made from, if it is made of little else."""
        if node < 0 or self.contract.constants[node]:
            return []
        if node in self.contract.steps.flows:
            return [node]
        if not depth or not self.contract.computes(node):
            return []
        return [load for source in self.contract.steps.nodes[node] for load in self.loads(source, depth - 1)]

    @cached_property
    def consumed(self) -> set[int]:
        """The mirror's operations whose results others work with; the rest give results or indices."""
        return {maker for operation in self.mirror.operations for maker in operation.producers}

    def picked(self, finding: Finding) -> Finding:
        """Of a pair that differs in one operand, the comparison by which the contract took the other one."""
        if len(finding.inputs) != 1 or len(finding.wanted) != 1:
            return finding
        given = self.contract.real(finding.inputs[0])
        wanted = self.operands(finding.operation)[finding.wanted[0]]
        value = self.contract.value(given)
        words = {value, wanted}
        steps = self.contract.steps
        maker = self.maker(finding.operation, finding.wanted[0])
        if maker >= 0 and value in self.operands(maker):
            return finding  # the one is made of the other
        if given < 0 or self.contract.constants[given] or None in words:
            return finding
        for step in self.comparing.get(frozenset(words), ()):
            if step >= finding.step or not any(self.contract.real(n) == given for n in steps.nodes[step]):
                continue
            if min(steps.operands[step]) >= SMALL or self.lineup.twins(step):
                return finding._replace(kind=DECISION, step=step, inputs=(), wanted=())
        return finding

    @cached_property
    def comparing(self) -> dict[frozenset[int | None], list[int]]:
        """The steps that compare two numbers, by these."""
        found: dict[frozenset[int | None], list[int]] = {}
        for step in self.contract.compared:
            if self.contract.used[step]:
                found.setdefault(frozenset(self.contract.steps.operands[step]), []).append(step)
        return found

    def near(self, number: int) -> int:
        """The step that comes closest to an operation that the contract lacks."""
        done = self.done(number)
        if done >= 0:
            return done
        for maker in self.mirror.sources(number):
            if maker >= 0 and (twins := self.lineup.twins_of(maker)):
                return twins[-1]
        site = self.mirror.operations[number].site
        for other in range(number - 1, max(-1, number - 64), -1):
            if self.mirror.operations[other].site.function == site.function:
                if twins := self.lineup.twins_of(other):
                    return twins[-1]
        return -1

    def done(self, number: int) -> int:
        """The step that does what an operation does in other runs, but here with other numbers."""
        operation = self.mirror.operations[number]
        for pc in self.lineup.experience.pcs_of(operation):
            steps = [step for step in self.lineup.steps_at.get(pc, ()) if not self.lineup.settled(step)]
            pairs = [self.pair(step, number) for step in steps]
            best = max(pairs, key=lambda f: f.strength, default=None)
            if best is not None:
                return best.step
        return -1

    def chosen(self) -> list[Finding]:
        """Both sides have what either returned: the comparison that chose between the two."""
        found: list[Finding] = []
        if self.lineup.region(self.differing).frontier:
            return found
        for given, wanted in self.ends.pairs:
            both = {given, wanted}
            strength = 4 if max(both) >= SMALL else 2
            found += [
                Finding(DECISION, strength, step)
                for step in self.contract.compared
                if self.contract.used[step] and both <= set(self.contract.steps.operands[step])
            ]
            for number in self.lineup.unmatched_comparisons:
                words = set(self.operands(number))
                if both <= words:
                    found.append(self.instead(number, strength))
                elif wanted in words:
                    found += self.swapped(given, words - {wanted}, number)
        return found[-1:]

    def swapped(self, given: int, others: set[int], number: int) -> list[Finding]:
        """Decisions of the contract about what it returned where the mirror's are about what it did."""
        found = []
        for jump in self.lineup.unmatched_decisions:
            node, _ = self.contract.condition(jump)
            inner = self.contract.negated(node) if node >= 0 else None
            node = node if inner is None else inner
            words = set(self.contract.steps.operands[node]) if node >= 0 else set()
            if given in words and any(w in others and w >= SMALL for w in words):
                found.append(Finding(DECISION, 4, node, number))
        return found

    def instead(self, number: int, strength: float) -> Finding:
        """What the contract decides by where the mirror makes a comparison that the contract does not."""
        words = set(self.operands(number))
        best = -1
        for jump in self.lineup.unmatched_decisions:
            node, _ = self.contract.condition(jump)
            inner = self.contract.negated(node) if node >= 0 else None
            node = node if inner is None else inner
            if node >= 0 and any(w in words and w >= SMALL for w in self.contract.steps.operands[node]):
                best = node
        if best >= 0:
            return Finding(DECISION, strength, best, number)
        return Finding(ONLY_MIRROR, strength, self.near(number), number)

    def upstream(self) -> list[Finding]:
        """What the decisions that the other side does not make were taken by."""
        roots = [
            source
            for jump in self.lineup.unmatched_decisions
            for source in self.contract.sources(self.contract.condition(jump)[0])
            if source >= 0
        ]
        region = self.lineup.region(roots)
        found = self.between(region, self.lineup.region_of(self.compared()))
        return [f._replace(strength=3) for f in found if f.strength >= 5]

    # Decisions

    def decisions(self) -> list[Finding]:
        """Comparisons that one side makes otherwise than the other, and that came out otherwise."""
        found = []
        for jump in self.lineup.unmatched_decisions:
            node, _ = self.contract.condition(jump)
            if node < 0 or not self.contract.computes(node):
                continue
            inner = self.contract.negated(node)
            node = node if inner is None else inner
            if not all(map(self.lineup.settled, self.contract.sources(node))):
                continue
            best: Finding | None = None
            for number in (*self.lineup.unmatched_comparisons, *self.lineup.opposed_to(node)):
                strength = self.decided(node, number)
                if strength and (best is None or strength > best.strength):
                    best = Finding(DECISION, strength, node, number)
            if best is not None:
                found.append(best)
        return found

    def decided(self, node: int, number: int) -> float:
        """How surely a comparison of the contract is one of the mirror, changed to come out otherwise."""
        tests = self.lineup.tests(node)
        theirs = [e for e in effects_of(self.mirror.operations[number]) if is_comparison(e)]
        if not tests or not theirs:
            return 0
        if self.lineup.are_named_apart(node, number):
            return 0
        if self.lineup.opposed(node, number) and set(self.operands(number)) == set(
            self.contract.steps.operands[node]
        ):
            return 4.5 if self.lineup.is_harmless(node, number) else 5
        shared = self.shared(node, number)
        if not shared:
            return 0
        if not all(map(self.lineup.settled_operation, self.mirror.sources(number))):
            return 0
        mine = set(self.contract.steps.operands[node])
        if mine == set(self.operands(number)) and (len(mine) == 1 or len(shared) == 2):
            ordered = [any(e[0] == TEST for e in some) for some in (tests, theirs)]
            return (
                4 if ordered[0] != ordered[1] else 0
            )  # of an order they differ in what they say of equals only
        for one in tests:
            for other in theirs:
                if one[0] == other[0] == TEST and one[1] == other[1] and one[1] & MASK in shared:
                    low, high = sorted((one[2], other[2]))
                    if low <= one[1] < high:
                        return 4
                elif SAME in (one[0], other[0]) and one[0] != other[0]:
                    return 2
        return 0

    def shared(self, node: int, number: int) -> set[int]:
        """Numbers that a comparison of the contract and one of the mirror are both about."""
        steps = self.contract.steps
        found = set()
        words, nodes = steps.operands[node], steps.nodes[node]
        for at, theirs in enumerate(self.operands(number)):
            maker = self.maker(number, at)
            for word, given in zip(words, nodes, strict=True):
                real = self.contract.real(given)
                if word == theirs and not (real >= 0 and self.contract.constants[real]):
                    if word >= SMALL or self.lineup.same_origin(real, maker):
                        found.add(word)
        return found

    # Endings

    def contract_reverts(self, known: set[int]) -> list[Finding]:
        """The contract reverts, and the mirror goes on or reverts otherwise."""
        jumps = self.contract.last_decisions
        if not jumps:
            return []
        found: list[Finding] = []
        if self.contract.panic is not None and self.contract.panic.code in _GUARDS:
            guarded = self.guarded(jumps[0])
            if guarded >= 0 and self.contract.panic.code != INDEX_OUT_OF_BOUNDS:
                roots = [n for n in self.contract.sources(guarded) if n >= 0]
                region = self.lineup.region(roots)
                if region.frontier:
                    everything = self.lineup.region_of(range(len(self.mirror.operations)))
                    return [f for f in self.between(region, everything) if f.step in region.all]
                numbers = self.lineup.operations_like(guarded)
                if numbers:
                    return [Finding(ENDING, 5, guarded, numbers[-1])]
                lone = [n for n in range(len(self.mirror.operations)) if not self.lineup.twins_of(n)]
                best = self.best(guarded, Region((), tuple(lone)))
                if best is not None and best.strength >= 4:
                    return [best]
                return [Finding(ONLY_CONTRACT, 4, guarded)]
        unmatched = set(self.lineup.unmatched_decisions)
        order = 0
        for jump in jumps[:_BACK]:
            node, _ = self.contract.condition(jump)
            if node < 0 or (
                jump not in unmatched and not (jump == jumps[0] and self.contract.panic is not None)
            ):
                continue
            found += self.compared_with(node)
            roots = [node] if not self.is_test(node) else [n for n in self.contract.sources(node) if n >= 0]
            found += self.values(roots, self.compared())
            if node not in known:
                found.append(Finding(ENDING, 4 if order == 0 else 3, node))
            order += 1
        if not found:
            node, _ = self.contract.condition(jumps[0])
            found.append(Finding(ENDING, 2, node if node >= 0 else jumps[0]))
        return found

    def compared_with(self, node: int) -> list[Finding]:
        """What the mirror compares where the contract, by other runs, compares the same."""
        inner = self.contract.negated(node)
        node = node if inner is None else inner
        found = []
        for spot in self.lineup.experience.sites_of(self.lineup.pc(node)):
            for number, operation in enumerate(self.mirror.operations):
                if spot_of(operation) == spot and self.alike(node, number):
                    found.append(self.explained(self.pair(node, number)))
        told = [f._replace(strength=max(4.5, f.strength)) for f in found if f.kind != RESULT]
        best = max(told or found, key=lambda f: f.strength, default=None)
        return [best] if best is not None and best.strength > 2 else []

    def is_test(self, node: int) -> bool:
        return bool(self.lineup.tests(node))

    def compared(self) -> list[int]:
        """What the mirror's comparisons that the contract does not make were of, and what it gave."""
        found = list(self.leaves)
        for number in self.lineup.unmatched_comparisons:
            found += [source for source in self.mirror.sources(number) if source >= 0]
        return found

    def guarded(self, jump: int) -> int:
        """The arithmetic that a compiler's check at a jump is about."""
        panic = self.contract.panic
        assert panic is not None
        steps = self.contract.steps
        node, _ = self.contract.condition(jump)
        seen: list[int] = []
        waiting = [node]
        while waiting and len(seen) < 40:
            one = waiting.pop()
            if one < 0 or one in seen or not self.contract.computes(one):
                continue
            seen.append(one)
            if self.contract.place(one) == self.contract.place(jump):
                waiting += self.contract.sources(one)
        liked = [s for s in seen if self.lineup.operations_like(s) and not self.lineup.twins(s)]
        wanted = {0x11: {0x01, 0x02, 0x03, 0x05, 0x0A}}.get(panic.code, set())
        arithmetic = [s for s in seen if steps.opcodes[s] in wanted]
        chosen = [s for s in arithmetic if s in liked] or arithmetic or liked or seen[:1]
        return max(chosen, default=-1)

    def mirror_reverts(self) -> list[Finding]:
        """The mirror reverts, and the contract goes on."""
        operations = self.mirror.operations
        last = len(operations) - 1
        if last < 0:
            return []
        if isinstance(operations[last].result, Panic):
            return self.mirror_panics(last)
        found: list[Finding] = []
        for number in range(last, max(-1, last - _BACK), -1):
            if operations[number].kind != COMPARISON:
                continue
            if number in self.lineup.unmatched_comparisons:
                found.append(self.instead(number, 4))
                roots = [s for s in self.mirror.sources(number) if s >= 0]
                found += self.values(self.differing, roots)
                break
            if number == last:
                found += [Finding(ENDING, 3, step, number) for step in self.lineup.twins_of(number)[-1:]]
        return found

    def mirror_panics(self, last: int) -> list[Finding]:
        steps = self.lineup.steps_like(last)
        if steps:
            return [Finding(RESULT, 6, steps[0], last)]
        roots = [s for s in self.mirror.sources(last) if s >= 0]
        region = self.lineup.region_of(roots)
        if region.frontier:
            return self.between(self.lineup.region(self.differing), region)
        pairs = [self.pair(step, last) for step in self.lineup.region(self.differing).all]
        found = [p for p in pairs if p.strength > 2]
        return found or [Finding(ONLY_MIRROR, 3, self.near(last), last)]
