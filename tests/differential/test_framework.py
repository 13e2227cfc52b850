"""The framework finds what it is there to find, and its inputs reach the places where code breaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.differential.library import Differential, Library, Volume
from vmargin.crosscheck import bias, drawn
from vmargin.crosscheck.bias import Hint
from vmargin.errors import UsageError
from vmargin.solidity.integers import int72
from vmargin.solidity.kernel import Kernel

WRONG = Library("OpenZeppelinMathHarness", "tests.differential.wrong_mirror")
VOLUME = Volume(seeded=1_800, drawn=200)
TOP = 2**256 - 1
WAD = 10**18
LIMIT = int72(256)


class Wrong(Differential):
    library = WRONG


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        ("average", r"average\(uint256,uint256\): mirror and original differ on \d+ of 1800"),
        (
            "ceilDiv",
            r"reverts with Panic\(0x11\), data 0x4e487b71(.|\n)*reverts with Panic\(0x12\), data 0x4e48",
        ),
        ("mulDiv", r"  denominator = \d+(.|\n)*  mirror     : reverts with Panic\(0x11\)"),
        ("sqrt", "fails with DoesNotCompile|fails with TypeError"),
        ("median", r"no such function: add it"),
        ("log2", "no such kernel"),
    ],
)
def test_a_wrong_kernel_is_found(function: str, complaint: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=complaint):
        Wrong().test_equals_the_original(function, VOLUME)


@pytest.mark.parametrize("function", ["average", "ceilDiv", "mulDiv"])
def test_hypothesis_finds_it_too(function: str) -> None:
    with pytest.raises(AssertionError, match="differ"):
        Wrong().test_equals_the_original_by_hypothesis(function, VOLUME)


def test_a_right_kernel_passes() -> None:
    Wrong().test_equals_the_original("min", VOLUME)
    Wrong().test_equals_the_original_by_hypothesis("min", VOLUME)


def test_what_does_not_pair_is_listed() -> None:
    problems = WRONG.unpaired()
    assert "median: only in the mirror" in problems
    assert "log2: only in OpenZeppelinMathHarness" in problems
    types = (
        "(uint256, uint256) -> (uint256) in OpenZeppelinMathHarness, (uint8, uint8) -> (uint8) in the mirror"
    )
    assert f"max: {types}" in problems
    assert not [problem for problem in problems if problem.startswith(("average", "min", "mulDiv:"))]
    with pytest.raises(pytest.fail.Exception, match="do not pair"):
        Wrong().test_pairs_every_function()


def test_hints_and_cases_are_of_functions_and_arguments_that_there_are() -> None:
    def library(**given: Any) -> Library:
        return Library("OpenZeppelinMathHarness", "tests.differential.wrong_mirror", **given)

    assert "mean: hinted at, but in neither" in library(hints={"mean": {}}).unpaired()
    assert "mean: hinted at, but in neither" in library(cases={"mean": []}).unpaired()
    with pytest.raises(UsageError, match=r"hints for c: the arguments of average"):
        library(hints={"average": {"c": Hint()}}).pair("average")
    with pytest.raises(AssertionError, match="cases of average"):
        library(cases={"average": [(1,)]}).pair("average")


def test_a_wrong_digit_in_a_constant_is_found() -> None:
    assert WRONG.unknown_constants() == ["TEN_64"]
    with pytest.raises(AssertionError, match="TEN_64"):
        Wrong().test_long_constants_are_those_of_the_original()


def test_what_is_missing_fails_with_the_cure() -> None:
    class Missing(Differential):
        library = Library("NoSuchHarness", "tests.differential.wrong_mirror")

    assert "average" in Missing.library.names()
    with pytest.raises(UsageError, match="run `make contracts`"):
        Missing().test_pairs_every_function()
    with pytest.raises(UsageError, match="run `make contracts`"):
        Missing().test_equals_the_original("average", VOLUME)

    nowhere = Library("OpenZeppelinMathHarness", "vmargin.no_such_module")
    assert "average" in nowhere.names()
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        nowhere.pair("average")


def shortened(x: int72) -> int72:
    return int72(x) + LIMIT if x < 255 else x


def words(*names: str) -> list[bias.Argument]:
    return [bias.argument(name, 0, TOP) for name in names]


def test_cases_depend_on_the_seed_alone() -> None:
    arguments = words("x", "y")
    first = list(bias.cases(arguments, 500, "a"))
    assert first == list(bias.cases(arguments, 500, "a"))
    assert first != list(bias.cases(arguments, 500, "b"))


def test_single_words_reach_the_edges() -> None:
    drawn = {x for (x,) in bias.cases(words("x"), 20_000, "edges")}
    assert drawn >= {0, 1, 2, TOP, TOP - 1, 2**128 - 1, 2**128, 2**128 + 1, 2**255, WAD - 1, WAD, WAD + 1}
    signed = [bias.argument("x", -(2**255), 2**255 - 1)]
    drawn = {x for (x,) in bias.cases(signed, 20_000, "edges")}
    assert drawn >= {-(2**255), 1 - 2**255, -1, 0, 1, 2**255 - 1, -WAD, WAD}
    assert {x < 0 for x in drawn} == {True, False}


def test_pairs_reach_overflow_ties_and_remainders() -> None:
    pairs = list(bias.cases(words("x", "y"), 20_000, "pairs"))
    assert sum(TOP - x < x * y <= TOP for x, y in pairs if y > 1) > 5  # the last product that fits
    assert sum(TOP < x * y <= TOP + x for x, y in pairs if y > 1) > 5  # the first that does not
    assert sum(x + y in (TOP, TOP + 1) for x, y in pairs) > 50
    assert sum(x * y % WAD == WAD // 2 for x, y in pairs) > 10
    assert sum(x * y % WAD == WAD - 1 for x, y in pairs) > 10
    assert sum(x * y % WAD == 1 for x, y in pairs) > 10


def test_triples_reach_the_edges_of_a_wide_quotient() -> None:
    triples = [t for t in bias.cases(words("x", "y", "d"), 20_000, "triples") if t[2]]
    wide = [(x * y, d) for x, y, d in triples if x * y > TOP]
    assert sum(p // d <= TOP for p, d in wide) > 1_000
    assert sum(p // d > TOP for p, d in wide) > 1_000
    assert sum(TOP - 2 < p // d < TOP + 3 for p, d in wide) > 5
    assert sum(d > 2 and x * y % d == d - 1 for x, y, d in triples) > 50


def test_hints_and_constants_are_used() -> None:
    hinted = [bias.argument("x", 0, TOP, Hint(edges=(12345,), within=(10_000, 20_000)), mined=[777])]
    drawn = [x for (x,) in bias.cases(hinted, 2_000, "hints")]
    assert {12344, 12345, 12346, 776, 777, 778} <= set(drawn)
    assert sum(10_000 <= x <= 20_000 for x in drawn) > 900
    assert sum(x > 20_000 for x in drawn) > 300


def test_what_is_given_hinted_or_a_corner_comes_first() -> None:
    hinted = [
        bias.argument("x", -(2**255), 2**255 - 1, Hint(edges=(12345, 2**255 - 1)), mined=[777]),
        bias.argument("y", 0, TOP, Hint(edges=(99,))),
    ]
    seeded = list(bias.seeded(hinted, 1_800, "first", [(4, 5), (6, 7)]))
    assert len(seeded) == 1_800
    assert seeded[:2] == [(4, 5), (6, 7)]
    assert [x for x, _ in seeded[2:10]] == [776, 777, 778, 12344, 12345, 12346, 2**255 - 2, 2**255 - 1]
    assert [y for _, y in seeded[10:13]] == [98, 99, 100]
    assert seeded[13:28] == [(x, y) for x in (-(2**255), -1, 0, 1, 2**255 - 1) for y in (0, 1, TOP)]
    assert len(set(seeded[28:])) > 1_500


def test_too_many_constants_are_left_to_luck_and_hints_are_not() -> None:
    arguments = [bias.argument("x", 0, TOP, Hint(edges=(5,)), mined=range(10, 2_000))]
    seeded = list(bias.seeded(arguments, 1_800, "many"))
    assert seeded[:6] == [(4,), (5,), (6,), (0,), (1,), (TOP,)]


def test_constants_are_mined_from_the_code() -> None:
    mined = bias.constants(Kernel(shortened, None))
    assert {255, 256, -(2**71), 2**71 - 1} <= set(mined)


def test_corners_of_many_arguments_are_a_sample() -> None:
    drawn = list(bias.seeded(words(*"abcdefgh"), 1_800, "corners"))[:450]
    assert {value for case in drawn for value in case} == {0, 1, TOP}
    assert len(set(drawn)) > 400


def test_a_small_domain_is_tried_whole() -> None:
    arguments = [bias.argument("rounding", 0, 3), bias.argument("n", 0, 255)]
    for cases in (bias.cases, bias.seeded):
        tried = list(cases(arguments, 1_800, "small"))
        assert len(tried) == len(set(tried)) == 4 * 256


def test_hypothesis_draws_as_varied_cases() -> None:
    found = set()

    @settings(max_examples=400, database=None, derandomize=True)
    @given(drawn.flat(words("x", "y", "d")))
    def collect(case: tuple[int, ...]) -> None:
        found.add(case)

    collect()
    assert len(found) > 380
    assert sum(min(case) > 2**64 for case in found) > 20
    assert sum(max(case) < 2**64 for case in found) > 20
    assert {0, 1, WAD, TOP} <= {value for case in found for value in case}
