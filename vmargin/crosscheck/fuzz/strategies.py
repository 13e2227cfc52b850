"""Where cases come from: the bias of the types, or what a user says."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

from vmargin.crosscheck.bias import Chooser
from vmargin.crosscheck.fuzz.forms import Arguments, Choices, Form, as_case
from vmargin.crosscheck.inputs import Case, Inputs
from vmargin.crosscheck.subject import Subject
from vmargin.errors import UsageError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_Drawing: TypeAlias = Callable[[random.Random], Any]
Strategy: TypeAlias = "_Drawing | SearchStrategy[Any]"
"""What draws the arguments of one call: a function of a random generator, or a strategy of Hypothesis."""

_LOOKED_AT = 20

Drawn: TypeAlias = tuple[Case, Callable[[], Form] | None]
"""A case, and what makes of it a form that can be shrunk."""


def supply(subject: Subject, cases: int, seed: str, strategy: Strategy | None) -> Iterator[Drawn]:
    """So many cases, by the types or by a user's function."""
    if strategy is None:
        function, enums = subject.function, subject.target.enums
        for case in subject.inputs.seeded(cases, seed):
            yield case, partial(Arguments.of, function, case, enums)
        return
    draws, source = cast("_Drawing", strategy), random.Random(seed)
    for _ in range(cases):
        try:
            choices = Choices.of(draws, source)
        except Exception as error:
            raise UsageError(f"the strategy draws nothing: {type(error).__name__}: {error}") from error
        yield choices.case, partial(_itself, choices)


def _itself(form: Form) -> Form:
    return form


def strategy_of(found: Any) -> Strategy:
    """Take what a user names as a strategy: one of Hypothesis, what makes one, or a function that draws."""
    if is_hypothesis(found):
        return found
    if not callable(found):
        raise UsageError(f"{found!r} is no strategy of Hypothesis, and no function of a random.Random")
    takes = [p for p in inspect.signature(found).parameters.values() if p.default is p.empty]
    if not takes:
        made = found()
        if not is_hypothesis(made):
            raise UsageError(
                f"{found!r} gave {made!r}: without arguments it is to make a strategy of Hypothesis"
            )
        return made
    return _first(found) if inspect.isgeneratorfunction(found) else found


def _first(found: Callable[[random.Random], Iterator[Any]]) -> _Drawing:
    return lambda source: next(found(source))


def is_hypothesis(strategy: Any) -> TypeGuard[SearchStrategy[Any]]:
    """Whether it is a strategy of Hypothesis, without importing that for one that is not."""
    return strategy is not None and not inspect.isfunction(strategy) and hasattr(strategy, "validate")


def agreeing(subject: Subject, strategy: Strategy | None = None) -> Subject:
    """The same two sides, whose inputs are drawn as they were, and as far as can be so that nothing differs.

    Localising learns from them.  A mirror with several mistakes differs in several places: what is wanted is
    the one that a counterexample is of, not the one that is met most often.
    """
    own = copy(subject)
    draw = subject.inputs.draw
    if strategy is not None and not is_hypothesis(strategy):
        draw = partial(_drawn, cast("_Drawing", strategy))
    own.inputs = _Agreeing(subject, draw)
    return own


class _Agreeing(Inputs):
    """Cases on which nothing differs, if there are any among those that are looked at."""

    def __init__(self, subject: Subject, draw: Callable[[Chooser], Case]) -> None:
        super().__init__(())
        self._subject = subject
        self._draw = draw

    def draw(self, chooser: Chooser) -> Case:
        """One case."""
        case = self._draw(chooser)
        for _ in range(_LOOKED_AT):
            if not self._subject.differs(case):
                break
            case = self._draw(chooser)
        return case


def _drawn(strategy: _Drawing, chooser: Chooser) -> Case:
    return as_case(strategy(random.Random(chooser.between(0, 1 << 64))))
