"""The fuzzer: it finds what differs, gives no alarm where nothing does, and gives the same everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crosscheck.fuzz import mirrors
from tests.crosscheck.fuzz.mirrors import WORD, solmate, subject
from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.fuzz import Interrupted, agreeing, fuzz, strategy_of
from vmargin.crosscheck.outcome import Failure, same
from vmargin.crosscheck.weight import weight
from vmargin.errors import UsageError
from vmargin.fixedpoint.openzeppelin import math
from vmargin.fixedpoint.solmate import fixed_point_math_lib

ROOT = Path(__file__).parents[3]
SHAPES = "InputShapes"

RIGHT: list[tuple[Any, str, str]] = [
    (mirrors.mulDivDown, "SolmateFixedPointMathLibHarness", "mulDivDown"),
    (fixed_point_math_lib.mulDivDown, "SolmateFixedPointMathLibHarness", "mulDivDown"),
    (math.mulDiv, "OpenZeppelinMathHarness", "mulDiv"),
    (mirrors.value, SHAPES, "value"),
    (mirrors.ends, SHAPES, "ends"),
    (mirrors.echo, SHAPES, "echo"),
]
SOLMATE = "SolmateFixedPointMathLibHarness"
WRONG: list[tuple[Any, str, str, Callable[..., bool]]] = [
    (mirrors.rounds_half_up, SOLMATE, "mulDivDown", lambda x, y, d: x * y % d * 2 >= d),
    (mirrors.never_overflows, SOLMATE, "mulDivDown", lambda x, y, d: x * y >= WORD),
    (mirrors.another_revert, SOLMATE, "mulDivDown", lambda x, y, d: d == 0),
    (mirrors.value_of_two, SHAPES, "value", lambda legs: len(legs) == 3 and bool(legs[2][0] * legs[2][1])),
    (mirrors.echo_cut, SHAPES, "echo", lambda data, text, who, tag: len(data) == 33),
]  # fmt: skip


@pytest.mark.parametrize("right", RIGHT, ids=lambda r: f"{r[1]}.{r[2]}")
def test_equal_code_gives_no_alarm(right: tuple[Any, str, str]) -> None:
    found = fuzz(subject(*right), cases=2_000, seed="alarm")
    assert (found.cases, found.differing, found.counterexample, found.ended) == (2_000, 0, None, "cases")
    assert sum(found.endings.values()) == 2_000
    assert len(found.endings) > 1 or right[2] == "echo"  # it reverts, too


@pytest.mark.parametrize("wrong", WRONG, ids=lambda w: w[0].__name__)
def test_what_differs_is_found_with_its_cause(wrong: tuple[Any, str, str, Callable[..., bool]]) -> None:
    *given, cause = wrong
    pair = subject(*given)
    found = fuzz(pair, cases=20_000)
    assert found.counterexample is not None
    case = found.counterexample.case
    assert cause(*case), case
    assert pair.differs(case)
    assert found.differing > 0
    assert all(not pair.differs(one) for one in found.agreeing)
    assert found.agreeing


@pytest.mark.parametrize(
    ("mirror", "text"),
    [
        (mirrors.floats, "of type float: integers are wanted"),
        (mirrors.divides_by_zero, "ZeroDivisionError"),
        (mirrors.recurses, "RecursionError"),
        (mirrors.takes_two, "TypeError"),
    ],
)
def test_what_no_contract_does_is_a_difference(mirror: Any, text: str) -> None:
    pair = solmate(mirror)
    found = fuzz(pair, cases=1_000)
    assert found.counterexample is not None
    outcome = pair.mirrored(found.counterexample.case)
    assert isinstance(outcome, Failure)
    assert text in outcome.text
    assert not same(outcome, pair.original(found.counterexample.case))
    assert text in found.counterexample.mirrored["failure"]


def test_the_search_ends_after_enough_differences_and_can_count_them_all() -> None:
    few = fuzz(solmate(mirrors.never_overflows), cases=5_000, enough=3)
    assert (few.differing, few.ended) == (3, "enough")
    assert few.cases < 100
    every = fuzz(solmate(mirrors.never_overflows), cases=800, enough=None)
    assert (every.cases, every.ended) == (800, "cases")
    assert every.differing > 100


def test_the_search_ends_in_time() -> None:
    found = fuzz(solmate(mirrors.mulDivDown), cases=10_000_000, seconds=0.2)
    assert found.ended == "seconds"
    assert found.cases < 1_000_000
    with pytest.raises(UsageError, match="a time above 0"):
        fuzz(solmate(mirrors.mulDivDown), seconds=0)
    with pytest.raises(UsageError, match="one case at least"):
        fuzz(solmate(mirrors.mulDivDown), cases=0)


def test_interrupted_it_says_what_it_had_found() -> None:
    with pytest.raises(Interrupted) as stopped:
        fuzz(solmate(mirrors.interrupted_after(2_000)), cases=5_000)
    found = stopped.value.fuzzed
    assert found.ended == "interrupted"
    assert found.cases == 2_000
    assert found.counterexample is not None
    assert found.counterexample.case == (1, 1, 1)


def test_interrupted_before_there_was_anything_it_says_so() -> None:
    with pytest.raises(Interrupted) as stopped:
        fuzz(solmate(mirrors.interrupted_after(0)), cases=5_000)
    assert (stopped.value.fuzzed.cases, stopped.value.fuzzed.counterexample) == (0, None)


def report(mirror: str, seed: str) -> str:
    code = (
        "import json\nfrom tests.crosscheck.fuzz.mirrors import *\nfrom vmargin.crosscheck.fuzz import fuzz\n"
        f"print(json.dumps(fuzz(solmate({mirror}), cases=3000, seed={seed!r}).as_json()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(len(mirror))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_same_seed_gives_the_same_in_every_process() -> None:
    here = fuzz(solmate(mirrors.rounds_half_up), cases=3_000, seed="s").as_json()
    there = json.loads(report("rounds_half_up", "s"))
    assert there == here
    assert here["schema"] == "vmargin/fuzz/1"
    assert fuzz(solmate(mirrors.rounds_half_up), cases=3_000, seed="t").as_json() != here


DRAWN = [mirrors.small_amounts, mirrors.small_amounts_yielded, mirrors.strategy]


@pytest.mark.parametrize("own", DRAWN, ids=lambda s: s.__name__)
def test_a_users_own_inputs_are_never_left(own: Any) -> None:
    seen = []

    def watched(x: int, y: int, d: int) -> int:
        seen.append((x, y, d))
        return mirrors.rounds_half_up(x, y, d)

    found = fuzz(solmate(watched), cases=2_000, strategy=strategy_of(own))
    assert all(5 <= x <= 1000 and 7 <= y <= 1000 and d in (3, 10, 50) for x, y, d in seen)
    assert found.counterexample is not None
    assert weight(found.counterexample.case) <= weight((5, 7, 10))


def test_a_strategy_that_finds_nothing_says_how_much_it_tried() -> None:
    for own in DRAWN:
        found = fuzz(solmate(mirrors.mulDivDown), cases=300, strategy=strategy_of(own))
        assert (found.counterexample, found.differing) == (None, 0)
        assert 0 < found.cases <= 300


@pytest.mark.parametrize("own", [None, *DRAWN], ids=lambda s: getattr(s, "__name__", "none"))
def test_localising_learns_from_cases_that_agree(own: Any) -> None:
    pair, chooser = solmate(mirrors.rounds_half_up), Seeded("learn")
    strategy = None if own is None else strategy_of(own)
    drawn = [agreeing(pair, strategy).inputs.draw(chooser) for _ in range(50)]
    assert sum(map(pair.differs, drawn)) <= 2
    assert len(set(drawn)) > 20
    assert pair.inputs is not agreeing(pair).inputs


def test_what_is_no_strategy_is_refused() -> None:
    with pytest.raises(UsageError, match="gave 9223372036854775807"):
        strategy_of(mirrors.no_strategy)
    with pytest.raises(UsageError, match="5 is no strategy"):
        strategy_of(5)
    with pytest.raises(UsageError, match="the strategy draws nothing: LookupError"):
        fuzz(solmate(mirrors.mulDivDown), strategy=mirrors.nothing)
    with pytest.raises(UsageError, match="-1 is not in 0 to"):
        fuzz(solmate(mirrors.mulDivDown), strategy=mirrors.of_wrong_types)
