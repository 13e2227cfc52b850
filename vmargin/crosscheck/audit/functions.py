"""One function of an audit: searched for differences, and its mirror's coverage and rounding read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from vmargin.chain.literals import parse
from vmargin.crosscheck.audit import places
from vmargin.crosscheck.audit.document import Difference, FunctionAudit, NotDone
from vmargin.crosscheck.audit.located import located
from vmargin.crosscheck.audit.plan import FunctionPlan, Plan, file_of, require_outputs
from vmargin.crosscheck.audit.versions import source_hash
from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.generate import At, Code
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.localise.sources import CodeMap
from vmargin.crosscheck.subject import LocalTarget, Subject
from vmargin.errors import VmarginError
from vmargin.solidity.abi import Parameter
from vmargin.solidity.bytecode import load_artifact
from vmargin.solidity.kernel import Kernel

if TYPE_CHECKING:
    from vmargin.chain.view import BlockView
    from vmargin.crosscheck.fuzz import Fuzzed

Tell = Callable[[str], None]
GUIDED = 500
"""Cases near to those that reached something, which are compared, too."""


@dataclass
class Opened:
    """A function of a plan with both of its sides at hand."""

    plan: FunctionPlan
    subject: Subject
    where: Code | At
    code: CodeMap | None
    """The contract beside its sources, where it was compiled here."""
    mirror_file: str | None
    not_done: list[NotDone] = field(default_factory=list)

    def skip(self, part: str, reason: object) -> None:
        """Note that a part is not done."""
        self.not_done.append(NotDone(part, self.plan.name, str(reason)))


def opened(plan: Plan, one: FunctionPlan, view: BlockView | None) -> Opened:
    """Find the mirror and the contract."""
    file = file_of(one.mirror)
    named = one.mirror
    text = None
    if file is not None:
        path = plan.path(str(file))
        named = f"{path}:{one.mirror.rpartition(':')[2]}"
        text = path.read_text() if path.is_file() else None
    artifact, code = None, None
    if one.artifact is not None:
        path = plan.path(one.artifact)
        artifact = load_artifact(path)
        code = places.code_map(artifact, path, tuple(map(plan.path, one.sources)))
    target: Any
    where: Code | At
    if one.address is None:
        assert artifact is not None
        values = _constructor(artifact, one)
        target = LocalTarget(artifact, one.signature, constructor=values, errors=one.errors)
        where = Code(artifact, values, one.errors)
    else:
        from vmargin.crosscheck.node_target import NodeTarget

        assert view is not None
        if artifact is None:
            require_outputs(one.signature)
        target = NodeTarget(view, one.address, one.signature, errors=one.errors, artifact=artifact)
        code_hash = f"0x{view.code_hash(target.address).hex()}"
        where = At(target.address, view.chain_id, view.number, code_hash, one.errors)
    subject = Subject(named, target)
    if file is not None:  # so that a report is the same wherever the file lies
        subject.mirror_name = f"{file.name}:{one.mirror.rpartition(':')[2]}"
    return Opened(one, subject, where, code, text)


def audit_function(plan: Plan, found: Opened, tell: Tell) -> FunctionAudit:
    """Do all that can be done of one function."""
    from vmargin.crosscheck.fuzz import fuzz

    subject, name = found.subject, found.plan.name
    function = subject.function
    fuzzed = fuzz(
        subject, cases=plan.cases, seed=plan.seed, enough=None, tell=lambda line: tell(f"{name}: {line}")
    )
    covered, corpus = _coverage(plan, found, tell)
    differing_of_corpus = [case for case in corpus if subject.differs(case)]
    examples = list(_examples(subject, fuzzed, differing_of_corpus))
    return FunctionAudit(
        name=name,
        mirror=subject.mirror_name,
        mirror_hash=source_hash(subject.mirror),
        signature=f"{function.signature}({','.join(o.type for o in function.outputs)})",
        target=subject.target.as_json(),
        fuzzed={key: value for key, value in fuzzed.as_json().items() if key in _OF_FUZZED},
        comparisons=fuzzed.cases + len(corpus),
        differing=fuzzed.differing + len(differing_of_corpus),
        differences=tuple(_difference(found, example, fuzzed.agreeing) for example in examples),
        coverage=covered,
        rounding=_rounding(plan, found, tell),
        flips=_flips(plan, found, tell),
    )


_OF_FUZZED = frozenset({"schema", "seed", "cases", "ended", "endings", "differing"})


def _examples(subject: Subject, fuzzed: Fuzzed, others: Iterable[Case]) -> Iterator[Counterexample]:
    """The smallest case that differs; of those that coverage led to only where the search found none."""
    if fuzzed.counterexample is not None:
        yield fuzzed.counterexample
        return
    for case in others:
        yield Counterexample.of(subject, case, seed=fuzzed.seed)
        return


def _difference(found: Opened, example: Counterexample, agreeing: tuple[Case, ...]) -> Difference:
    """Find out where the two part, as far as that can be known."""
    from vmargin.crosscheck.localise import localise

    subject, codes = found.subject, [found.code] if found.code is not None else []
    difference = Difference(
        example,
        found.where,
        places.mirror_function(subject.mirror),
        places.contract_function(found.code, subject.function.name),
        name=found.plan.name,
        mirror_file=found.mirror_file,
    )
    artifacts = {}
    if isinstance(found.where, At) and found.code is not None:
        artifacts[found.where.address] = found.code.artifact
    try:
        divergence = localise(
            subject,
            example.case,
            agreeing,
            sources=codes[0].sources.roots if codes else (),
            artifacts=artifacts,
        )
    except VmarginError as error:
        found.skip("localise", error)
        return difference
    where = located(divergence, example.case, subject.mirror, codes, subject.function.name)
    return replace(
        difference,
        mirror=where.mirror,
        contract=where.contract,
        operands=where.operands,
        divergence=where.divergence,
    )


def _coverage(plan: Plan, found: Opened, tell: Tell) -> tuple[dict[str, Any] | None, tuple[Case, ...]]:
    from vmargin.crosscheck.coverage import coverage
    from vmargin.crosscheck.coverage.coverage import CASES

    mirror, name = found.subject.mirror, found.plan.name
    if not isinstance(mirror, Kernel):
        found.skip("coverage", "the mirror is no kernel, so its branches cannot be read")
        return None, ()
    try:
        seen = coverage(
            mirror, found.subject.inputs, cases=min(plan.cases, CASES), guided=GUIDED, seed=plan.seed,
            tell=lambda line: tell(f"{name}: {line}"),
        )  # fmt: skip
    except VmarginError as error:
        found.skip("coverage", error)
        return None, ()
    return seen.as_json(), seen.corpus


def _rounding(plan: Plan, found: Opened, tell: Tell) -> dict[str, Any] | None:
    from vmargin.crosscheck.rounding import rounding

    mirror, one = found.subject.mirror, found.plan
    if not isinstance(mirror, Kernel):
        found.skip("rounding", "the mirror is no kernel, so it has no exact values beside its integers")
        return None
    try:
        return rounding(
            mirror, found.subject.inputs, favours=one.favours, bound=one.bound, cases=plan.rounding_cases,
            seed=plan.seed, tell=lambda line: tell(f"{one.name}: {line}"),
        ).as_json()  # fmt: skip
    except VmarginError as error:
        found.skip("rounding", error)
        return None


def _flips(plan: Plan, found: Opened, tell: Tell) -> dict[str, Any] | None:
    from vmargin.crosscheck.flips.decisions import CASES, decision_flips

    mirror, one = found.subject.mirror, found.plan
    if not isinstance(mirror, Kernel):
        found.skip("flips", "the mirror is no kernel, so it has no exact values beside its integers")
        return None
    cases = min(plan.rounding_cases, CASES)
    try:
        return decision_flips(
            mirror, found.subject.inputs, cases=cases, seed=plan.seed,
            tell=lambda line: tell(f"{one.name}: {line}"),
        ).as_json()  # fmt: skip
    except VmarginError as error:
        found.skip("flips", error)
        return None


def _constructor(artifact: Any, one: FunctionPlan) -> tuple[Any, ...]:
    """The values to deploy with."""
    entries = [e for e in artifact["abi"] if e["type"] == "constructor"]
    kinds = [Parameter.read(p).type for e in entries for p in e["inputs"]]
    if not kinds and not one.constructor:
        return ()
    return tuple(parse(f"({','.join(kinds)})", f"({one.constructor})"))
