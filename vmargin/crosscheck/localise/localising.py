"""From a case on which mirror and contract differ to the first operation at which they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.localise.contract_run import ContractRun
from vmargin.crosscheck.localise.divergence import Divergence
from vmargin.crosscheck.localise.ends import ends_of
from vmargin.crosscheck.localise.experience import Experience
from vmargin.crosscheck.localise.judging import Finding, findings
from vmargin.crosscheck.localise.lineup import LineUp
from vmargin.crosscheck.localise.mirror_run import MirrorRun, run_mirror
from vmargin.crosscheck.localise.naming import Namer
from vmargin.crosscheck.localise.neighbours import larger, neighbours, telling
from vmargin.crosscheck.localise.sentences import sentence
from vmargin.crosscheck.localise.sources import CodeMap, Place, Sources
from vmargin.crosscheck.outcome import kind, same
from vmargin.crosscheck.subject import Subject
from vmargin.errors import UsageError
from vmargin.solidity.abi import Parameter
from vmargin.solidity.reverts import Halt
from vmargin.solidity.steps import Steps, Untraceable

OTHERS = 60
"""Cases beside the one in question that are run."""
VOTES = 6
"""Of these, cases that differ, too, and are asked where."""
STEPS = 1_500_000
"""Steps that all of these may take together."""


class _Judged(NamedTuple):
    """A case that differs, and where that may be."""

    case: Case | None
    lineup: LineUp
    findings: list[Finding]
    places: list[Place | None]


def localise(
    subject: Subject,
    case: Case,
    agreeing: Sequence[Case] = (),
    *,
    sources: Sequence[str | Path] = (),
    artifacts: Mapping[str, Any] | None = None,
) -> Divergence:
    """Find the first operation at which a mirror and a contract part.

    Parameters
    ----------
    subject
        Both of them.
    case
        Arguments on which they differ.
    agreeing
        Arguments on which they do not: what differs there too is the compiler's doing.
    sources
        Folders of Solidity sources, by the paths that the artifact names.  Without them there are program
        counters and instructions, and no lines.
    artifacts
        By address, of further contracts that the call reaches.

    Raises
    ------
    UsageError
        If the two do not differ on the case, or the call cannot be followed.
    """
    maps = maps_of(subject.target, sources, artifacts or {})
    run = _Runs(subject, maps)
    first = run.lineup(case)
    if first is None:
        raise UsageError(f"{subject.name} cannot be followed on this case")
    if same(first.mirror.outcome, subject.original(case)):
        raise UsageError("mirror and contract agree on this case: there is nothing to localise")
    experience = Experience()
    differ: list[tuple[Case, LineUp]] = []
    steps = len(first.contract.steps)
    for other in _others(subject, case, agreeing):
        if experience.runs >= OTHERS or steps > STEPS:
            break
        lineup = run.lineup(other)
        if lineup is None:
            continue
        agrees = same(lineup.mirror.outcome, subject.original(other))
        steps += len(lineup.contract.steps)
        experience.learn(lineup, agrees=agrees)
        if not agrees:
            differ.append((other, lineup))
    alike = _ending(first)
    differ.sort(key=lambda one: (_ending(one[1]) != alike, -telling(one[0])))
    outputs = subject.function.outputs
    chosen = [(case, first), *differ[:VOTES]]
    judged = [_judge(c, LineUp(one.mirror, one.contract, experience), outputs) for c, one in chosen]
    return _divergence(judged)


def localise_steps(
    mirror: MirrorRun,
    steps: Steps,
    outputs: Sequence[Parameter],
    artifacts: Mapping[str, Any],
    *,
    sources: Sequence[str | Path] = (),
) -> Divergence:
    """Find where a mirror's run and a contract's part, of runs that have been made.

    Parameters
    ----------
    mirror
        What the mirror did.
    steps
        What the contract did; it may have called others.
    outputs
        What the function returns.
    artifacts
        By address, what the contracts were compiled to.
    sources
        Folders of their sources.
    """
    texts = Sources(sources)
    maps = {int(address, 16): CodeMap(artifact, texts) for address, artifact in artifacts.items()}
    _require_own(steps, maps)
    lineup = LineUp(mirror, ContractRun(steps, maps))
    return _divergence([_judge(None, lineup, outputs)])


def maps_of(target: Any, sources: Sequence[str | Path], artifacts: Mapping[str, Any]) -> dict[int, CodeMap]:
    """By address, the artifacts of what a target runs."""
    texts = Sources(sources)
    maps = {int(address, 16): CodeMap(artifact, texts) for address, artifact in artifacts.items()}
    artifact, contract = getattr(target, "artifact", None), getattr(target, "contract", None)
    if artifact is not None and contract is not None:
        maps.setdefault(int(contract.address, 16), CodeMap(artifact, texts))
    return maps


class _Runs:
    """Runs cases on both sides."""

    def __init__(self, subject: Subject, maps: Mapping[int, CodeMap]) -> None:
        self.subject = subject
        self.maps = maps
        self._checked = False

    def lineup(self, case: Case) -> LineUp | None:
        """Both runs of a case; None where it is none, or cannot be followed."""
        subject = self.subject
        try:
            steps = subject.target.trace(case)
        except UsageError:
            if not self._checked:
                raise
            return None
        assert isinstance(steps, Steps)
        if not self._checked:
            _require_own(steps, self.maps)
            self._checked = True
        if isinstance(steps.ending, Halt) and len(steps) == 0:
            return None
        mirror = run_mirror(subject.mirror, subject.arguments(case), len(subject.function.outputs))
        return LineUp(mirror, ContractRun(steps, self.maps))


def _require_own(steps: Steps, maps: Mapping[int, CodeMap]) -> None:
    for frame in steps.calls:
        code = maps.get(frame.code_address)
        if code is not None and frame.code and not code.is_of(frame.code):
            raise UsageError(
                f"the code at 0x{frame.code_address:040x} is not that of {code.name}: name the artifact that "
                "was deployed there"
            )


def _others(subject: Subject, case: Case, agreeing: Sequence[Case]) -> Iterator[Case]:
    """Cases to learn from: those that are known to agree, those close to the one, and any."""
    yield from list(agreeing)[: OTHERS // 6]
    yield from neighbours(case, OTHERS // 3)
    yield from larger(case, OTHERS // 3)
    chooser = Seeded(f"localise {subject.name}")
    for _ in range(OTHERS):
        yield subject.inputs.draw(chooser)


def _ending(lineup: LineUp) -> tuple[str, str]:
    """How the two sides ended: cases that end alike are likely to differ for one reason."""
    return kind(lineup.mirror.outcome), type(lineup.contract.steps.ending).__name__


def _judge(case: Case | None, lineup: LineUp, outputs: Sequence[Parameter]) -> _Judged:
    found = findings(lineup, ends_of(lineup.mirror, lineup.contract, outputs))[:5]
    namer = Namer(lineup)
    return _Judged(case, lineup, found, [namer.place(finding) for finding in found])


def _divergence(judged: Sequence[_Judged]) -> Divergence:
    """Let the cases vote on the line, and tell it of the one in question if it shows there."""
    votes: dict[tuple[str, int], float] = defaultdict(float)
    for one in judged:
        weight = 1 + telling(one.case or ()) / 16
        for rank, (finding, place) in enumerate(zip(one.findings, one.places, strict=True)):
            if place is not None and finding.strength > 1:
                votes[place.path, place.line] += weight * finding.strength**2 * (1.0 if rank == 0 else 0.25)
    ranked = sorted(votes, key=lambda key: -votes[key])
    if ranked:
        for one in judged:
            for finding, place in zip(one.findings, one.places, strict=True):
                if place is not None and (place.path, place.line) == ranked[0]:
                    return _told(one, finding, place, judged, ranked[1:4])
    first = judged[0]
    finding = first.findings[0] if first.findings else Finding("ending", 0)
    return _told(first, finding, first.places[0] if first.places else None, judged, [])


def _told(
    one: _Judged,
    finding: Finding,
    place: Place | None,
    judged: Sequence[_Judged],
    others: Sequence[tuple[str, int]],
) -> Divergence:
    contract, lineup = one.lineup.contract, one.lineup
    step = contract.steps[finding.step] if finding.step >= 0 else None
    own = contract.place(finding.step) if finding.step >= 0 else None
    calls = [contract.place(c.step) for c in contract.calls(finding.step)] if finding.step >= 0 else []
    known = {(p.path, p.line): p for j in judged for p in j.places if p is not None}
    note = ""
    if not contract.has_sources:
        note = "no source text is there: name the folders that hold the contract's sources"
    elif place is None:
        note = "no line of a source is known for it"
    elif one is not judged[0]:
        note = "it shows on arguments close to those that were given"
    return Divergence(
        finding.kind,
        sentence(lineup, finding, place),
        step,
        place,
        own if own != place else None,
        tuple(dict.fromkeys(p for p in calls if p is not None)),
        lineup.mirror.operations[finding.operation] if finding.operation >= 0 else None,
        one.case,
        tuple(known[key] for key in others),
        note,
    )


__all__ = ["Untraceable", "localise", "localise_steps", "maps_of"]
