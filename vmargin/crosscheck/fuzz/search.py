"""Many inputs to a mirror and to the contract's function, and the smallest on which they differ."""

from __future__ import annotations

import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.fuzz.forms import Form, as_case
from vmargin.crosscheck.fuzz.reduction import Enough
from vmargin.crosscheck.fuzz.shrink import TRIES, Shrunk, shrink
from vmargin.crosscheck.fuzz.strategies import (
    Drawn,
    Strategy,
    is_hypothesis,
    supply,
)
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.outcome import Outcome, kind, same
from vmargin.crosscheck.subject import Subject
from vmargin.crosscheck.weight import Weight, weight
from vmargin.errors import UsageError, VmarginError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CASES = 100_000
ENOUGH = 100
"""Differences after which a search ends: more of them would say no more."""
_BLOCK = 500
"""Cases that a target is asked for together, if it is one that gains by it."""
_ASKED = 1500
"""Cases that shrinking tries one by one where each takes a request."""
_AGREEING = 64
"""Cases without a difference that are kept, one in as many."""
_TOLD = 2000
"""Cases between two words of progress."""


@runtime_checkable
class Batched(Protocol):
    """A target that answers many calls in little more time than one."""

    def runs(self, cases: Sequence[Case]) -> list[Outcome]:
        """Call the function with each case."""


@dataclass(frozen=True)
class Fuzzed:
    """What a search found."""

    SCHEMA: ClassVar[str] = "vmargin/fuzz/1"

    mirror: str
    signature: str
    target: Mapping[str, Any]
    cases: int
    """That were compared."""
    seed: str
    endings: Mapping[str, int]
    """How the contract's calls ended, by kind."""
    differing: int
    """Cases on which the two differed; a search ends after enough of them."""
    ended: str
    """Why it did: ``cases``, ``seconds``, ``enough`` or ``interrupted``."""
    counterexample: Counterexample | None = None
    agreeing: tuple[Case, ...] = ()
    """Close to the counterexample, and without a difference."""
    unfinished: Case | None = None
    """On which the two were running when they were interrupted."""

    def as_json(self) -> dict[str, Any]:
        """The findings in JSON's types."""
        found = self.counterexample
        return {
            "schema": self.SCHEMA,
            "mirror": self.mirror,
            "signature": self.signature,
            "target": dict(self.target),
            "seed": self.seed,
            "cases": self.cases,
            "ended": self.ended,
            "endings": dict(self.endings),
            "differing": self.differing,
            "counterexample": None if found is None else found.as_json(),
        }


class Interrupted(KeyboardInterrupt):
    """A person ended the search; `fuzzed` is what it had found."""

    def __init__(self, fuzzed: Fuzzed) -> None:
        super().__init__()
        self.fuzzed = fuzzed


def fuzz(
    subject: Subject,
    *,
    cases: int = CASES,
    seconds: float | None = None,
    seed: str = "0",
    strategy: Strategy | None = None,
    enough: int | None = ENOUGH,
    tries: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Fuzzed:
    """Search for inputs on which a mirror and the contract's function differ.

    Parameters
    ----------
    subject
        Both of them.
    cases
        How many inputs to try: edges and corners first, then biased draws.
    seconds
        After which the search ends, and once more the shrinking: what is found then depends on the machine.
    seed
        The same one draws the same inputs everywhere.
    strategy
        The user's own inputs instead: see :data:`Strategy`.
    enough
        Differences after which the search ends; None to go on and count them all.
    tries
        How many cases shrinking may try; by default fewer where each asks a node.
    tell
        Is told how far it is.

    Raises
    ------
    Interrupted
        If a person stops it, with what was found so far.
    """
    if cases < 1 or (seconds is not None and not seconds > 0):
        raise UsageError(f"{cases} cases in {seconds} seconds: one case at least, in a time above 0")
    search = _Search(subject, seconds, enough, tell)
    interrupted = False
    try:
        if is_hypothesis(strategy):
            search.by_hypothesis(strategy, cases, seed)
        else:
            search.over(supply(subject, cases, seed, strategy))
    except KeyboardInterrupt:
        interrupted = True
    found = search.findings(seed)
    if search.smallest is not None:
        tell(f"{search.tried:,} cases, {search.differing:,} differ: looking for the smallest")
        small = search.shrunk(tries or (_ASKED if isinstance(subject.target, Batched) else TRIES))
        interrupted |= small.interrupted
        found = replace(
            found,
            counterexample=Counterexample.of(subject, small.case, seed=seed, tried=search.first),
            agreeing=small.agreeing,
        )
    if interrupted:
        raise Interrupted(replace(found, ended="interrupted"))
    return replace(found, unfinished=None)


class _Search:
    """Cases under way."""

    def __init__(
        self, subject: Subject, seconds: float | None, enough: int | None, tell: Callable[[str], None]
    ) -> None:
        self.tried = self.differing = self.first = 0
        self.smallest: Case | None = None
        self.running: Case | None = None
        self._form: Form | None = None
        self._weight: Weight | None = None
        self._subject = subject
        self._endings: Counter[str] = Counter()
        self._agreeing: deque[Case] = deque(maxlen=_AGREEING)
        self._ended = "cases"
        self._seconds = seconds
        self._deadline = _after(seconds)
        self._enough = enough
        self._tell = tell

    def over(self, forms: Iterator[Drawn]) -> None:
        """Try one after the other, until there are enough."""
        target, mirrored = self._subject.target, self._subject.mirrored
        many = target.runs if isinstance(target, Batched) else None
        while block := list(itertools.islice(forms, 1 if many is None else _BLOCK)):
            self.running = block[0][0]
            outcomes = [target.run(self.running)] if many is None else many([case for case, _ in block])
            for drawn, original in zip(block, outcomes, strict=True):
                self.running = drawn[0]
                if self._note(drawn, mirrored(drawn[0]), original):
                    return

    def by_hypothesis(self, strategy: SearchStrategy[Any], cases: int, seed: str) -> None:
        """Let Hypothesis draw, and shrink what it finds: it alone knows what its strategy allows."""
        import hypothesis
        from hypothesis import HealthCheck, Phase, Verbosity
        from hypothesis.errors import HypothesisException

        drawing, smallest = True, None
        problem: VmarginError | None = None

        @hypothesis.settings(
            max_examples=cases,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            verbosity=Verbosity.quiet,
            deadline=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.seed(seed)
        @hypothesis.given(strategy)
        def agrees(drawn: Any) -> None:
            nonlocal drawing, smallest, problem
            case = as_case(drawn)
            try:
                mirror, original = self._subject.mirrored(case), self._subject.original(case)
            except VmarginError as error:
                problem = error
                raise Enough from None
            differ = not same(mirror, original)
            if drawing and self._note((case, None), mirror, original) and not differ:
                raise Enough
            if differ:
                drawing, smallest = False, case
                raise AssertionError

        try:
            with suppress(Enough, AssertionError):
                agrees()
        except HypothesisException as error:
            raise UsageError(f"Hypothesis draws no cases from {strategy!r}: {error}") from None
        if problem is not None:
            raise problem
        self.smallest = smallest

    def findings(self, seed: str) -> Fuzzed:
        """What there is to say before anything is made smaller."""
        subject, function = self._subject, self._subject.function
        return Fuzzed(
            mirror=subject.mirror_name,
            signature=f"{function.signature}({','.join(o.type for o in function.outputs)})",
            target=subject.target.as_json(),
            cases=self.tried,
            seed=seed,
            endings=dict(sorted(self._endings.items())),
            differing=self.differing,
            ended=self._ended,
            agreeing=tuple(self._agreeing),
            unfinished=self.running,
        )

    def shrunk(self, tries: int) -> Shrunk:
        """The smallest of the cases that differ, made smaller."""
        assert self.smallest is not None
        if self._form is None:
            return Shrunk(self.smallest, tuple(self._agreeing))
        deadline = _after(self._seconds)

        def fails(case: Case) -> bool:
            if time.monotonic() > deadline:
                raise Enough
            return self._subject.differs(case)

        return shrink(self._form, fails, tries=tries)

    def _note(self, drawn: Drawn, mirror: Outcome, original: Outcome) -> bool:
        """Take down what both sides did; whether that is enough."""
        self.tried += 1
        self._endings[kind(original)] += 1
        if same(mirror, original):
            if self.tried % _AGREEING == 0:
                self._agreeing.append(drawn[0])
        else:
            self._differ(*drawn)
        if self.tried % _TOLD == 0:
            self._tell(f"{self.tried:,} cases, {self.differing:,} differ")
        if self._enough is not None and self.differing >= self._enough:
            self._ended = "enough"
        elif time.monotonic() > self._deadline:
            self._ended = "seconds"
        return self._ended != "cases"

    def _differ(self, case: Case, form: Callable[[], Form] | None) -> None:
        self.differing += 1
        self.first = self.first or self.tried
        found = weight(case)
        if self._weight is None or found < self._weight:
            self.smallest, self._weight = case, found
            self._form = None if form is None else form()


def _after(seconds: float | None) -> float:
    return float("inf") if seconds is None else time.monotonic() + seconds
