"""From a case that fails to the smallest that does: our own steps first, then Hypothesis from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple, TypeVar

from vmargin.crosscheck.fuzz.forms import Form
from vmargin.crosscheck.fuzz.reduction import Enough, Reduction
from vmargin.crosscheck.inputs import Case
from vmargin.crosscheck.weight import bits, leaves

F = TypeVar("F", bound=Form)

TRIES = 20_000
"""Cases that may be tried for one shrinking."""
_TURNS = 4
"""Of our own steps and Hypothesis."""
_HYPOTHESIS = 1500
"""Cases of one turn of Hypothesis, which takes some tenths of a millisecond for each by itself."""
_NEIGHBOURS = 16


class Shrunk(NamedTuple):
    """The smallest case that was found."""

    case: Case
    agreeing: tuple[Case, ...]
    """Cases close to it on which nothing fails, the closest first."""
    interrupted: bool = False


def shrink(form: Form, fails: Callable[[Case], bool], *, tries: int = TRIES) -> Shrunk:
    """Make a case that fails smaller.

    Parameters
    ----------
    form
        The case: see :mod:`vmargin.crosscheck.fuzz.forms`.
    fails
        Whether a case does.
    tries
        How many cases may be tried.  The same number gives the same case on every machine.
    """
    reduction: Reduction[Form] = Reduction(form, fails, tries)
    interrupted = False
    try:
        reduction.run()
        for _ in range(_TURNS):
            before = reduction.weight
            _by_hypothesis(reduction)
            if reduction.weight == before:
                break
            reduction.run()
    except Enough:
        pass
    except KeyboardInterrupt:
        interrupted = True
    if not interrupted:
        with suppress(Enough):
            reduction.look_around(_NEIGHBOURS)
    return Shrunk(reduction.best.case, _closest(reduction), interrupted)


def _by_hypothesis(reduction: Reduction[F]) -> None:
    """Let Hypothesis shrink: it starts from the best case, which it is told that it found before."""
    try:
        from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
        from hypothesis import strategies as st
        from hypothesis.database import ExampleDatabase, choices_to_bytes
    except ImportError:
        return
    start = reduction.best
    left = _HYPOTHESIS

    class Known(ExampleDatabase):
        """What Hypothesis asks for failures of earlier runs: as one that it has not shrunk yet."""

        def save(self, key: bytes, value: bytes) -> None:
            pass

        def delete(self, key: bytes, value: bytes) -> None:
            pass

        def fetch(self, key: bytes) -> Iterator[bytes]:
            if key.endswith(b".secondary"):
                yield choices_to_bytes(start.values)

    @settings(  # outermost: a seed takes the database away
        database=Known(),
        phases=(Phase.reuse, Phase.shrink),
        verbosity=Verbosity.quiet,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @seed(0)
    @given(st.tuples(*(st.integers(low, high) for low, high in start.bounds)))
    def holds(values: tuple[int, ...]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _Turn
        if reduction.fails(start.remade(values)):
            raise _Differs

    with suppress(_Differs, _Turn):
        holds()


class _Differs(Exception):
    """What Hypothesis sees of a case that fails."""


class _Turn(BaseException):
    """Hypothesis has had its turn; it lets through what is no Exception."""


def _closest(reduction: Reduction[F]) -> tuple[Case, ...]:
    """Of the cases that agree those that are most like the best."""
    wanted = list(leaves(reduction.best.case))

    def distance(case: Case) -> tuple[int, int, int]:
        found = list(leaves(case))
        if len(found) != len(wanted):
            return len(wanted) + abs(len(found) - len(wanted)), 0, 0
        apart = [abs(a - b) for a, b in zip(found, wanted, strict=True)]
        return sum(map(bool, apart)), sum(map(bits, apart)), sum(apart)

    return tuple(sorted(dict.fromkeys(reduction.agreeing), key=distance)[:_NEIGHBOURS])
