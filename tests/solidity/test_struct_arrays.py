"""Arrays of structs, and scratch arrays passed on to be read: the same in all readings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from tests.solidity.kernel_modules import load_source
from tests.solidity.test_native import edges
from vmargin.errors import DoesNotCompile, UsageError
from vmargin.solidity import integers
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.checker import require
from vmargin.solidity.integers import Word, int8, int64, int256, uint16, uint256
from vmargin.solidity.kernel import Kernel, kernel
from vmargin.solidity.native import runtime
from vmargin.solidity.native.compiler import compile_kernel, natives
from vmargin.solidity.reverts import ARITHMETIC, INDEX_OUT_OF_BOUNDS, Panic, Revert

FIELDS = [
    "uint8", "int8", "uint64", "int64", "uint96", "int96", "uint128", "int136", "uint256", "int256",
    "wuint8", "wint64", "wuint136", "wint256",
]  # fmt: skip


class Quote(NamedTuple):
    spot: uint256
    rate: int64


class Flagged(NamedTuple):
    spot: uint256
    known: bool


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernels")


def checked(f: Kernel[..., Any], *args: Any) -> Any:
    """The value of a call, or its revert."""
    try:
        return f(*args)
    except Revert as revert:
        return revert


def explained(f: Kernel[..., Any], *args: Any) -> Iterator[Any]:
    """The outcome of trace and shadow."""
    for record in (f.trace(*args), f.shadow(*args)):
        yield record.value if record.revert is None else record.revert


# Any kernel


def _signed(word: str, field: str) -> str:
    """The field as an int256."""
    kind = getattr(integers, word)
    return f"int256({field})" if kind.signed else f"int256(uint256({field}))"


def _random_kernel(rng: random.Random) -> tuple[str, list[list[str]]]:
    """Two structs, a kernel that reads arrays of them, and one that takes its scratch array to be read."""
    lines, shapes = [], []
    for name in ("Left", "Right"):
        shapes.append([rng.choice(FIELDS) for _ in range(rng.randrange(1, 7))])
        lines += [f"class {name}(NamedTuple):"]
        lines += [f"    f{n}: {word}" for n, word in enumerate(shapes[-1])] + [""]

    def read(element: str, shape: list[str]) -> str:
        n = rng.randrange(len(shape))
        return _signed(shape[n], f"{element}.f{n}")

    def joined(parts: list[str]) -> str:
        text = parts[0]
        for part in parts[1:]:
            text = f"({text}) {rng.choice('+-*/%&|^')} {part}"
        return text

    names = ", ".join(f"g{n}" for n in range(len(shapes[1])))
    if len(shapes[1]) == 1:
        names, taken = "g0", "right[n].f0"
    else:
        taken = "right[n]"
    unpacked = _signed(shapes[1][-1], f"g{len(shapes[1]) - 1}")
    inner = joined([read("left[i]", shapes[0]), "seen[n]", unpacked, read("whole", shapes[0])])
    outer = joined([read("left[n]", shapes[0]), read("right[j]", shapes[1]), read("right[n]", shapes[1])])
    arrays = "left: Words[Left], right: Words[Right]"
    lines += [
        "@kernel",
        f"def inner({arrays}, seen: Words[int256], i: uint64, n: int) -> int256:",
        f"    {names} = {taken}",
        "    whole = left[n]",
        f"    return {inner} + int256(uint256(len(left) + len(seen)))",
        "",
        "@kernel",
        f"def outer({arrays}, room: Scratch[int256], i: uint64, j: uint64) -> int256:",
        "    total = int256(0)",
        "    for n in range(len(left)):",
        f"        room[n] = {outer}",
        "        room[n] = inner(left, right, room, i, n) / 2 - room[n] / 3",
        "        total += room[n] / 2",
        "    return total",
        "",
    ]
    return "\n".join(lines), shapes


def _random_array(element: Any, shape: list[str], rng: random.Random, count: int) -> Words[Any]:
    """Structs of which a third are small, a third at the edges, so that some calls revert and some do not."""

    def draw(word: type[Word]) -> int:
        small = rng.randrange(-5 if word.signed else 0, 6)
        return small if rng.random() < 0.9 else edges(word, rng, 1)[0]

    return Words(element, [tuple(draw(getattr(integers, word)) for word in shape) for _ in range(count)])


@pytest.mark.parametrize("seed", range(4))
def test_the_readings_agree_on_any_kernel(seed: int, folder: Path, long: bool) -> None:
    rng = random.Random(seed)
    source, shapes = _random_kernel(rng)
    module = load_source(folder, source)
    outer = module.outer
    require(outer)
    reverts = values = 0
    for _ in range(400 if long else 25):
        lengths = rng.choice(((3, 3, 3), (3, 3, 3), (2, 4, 3), (3, 2, 3), (3, 3, 2), (0, 0, 0)))
        left = _random_array(module.Left, shapes[0], rng, lengths[0])
        right = _random_array(module.Right, shapes[1], rng, lengths[1])
        room = Scratch(int256, lengths[2])
        starts = [rng.choice((0, 1, 2, 2, 3, 2**64 - 1)) for _ in range(8)]
        ends = [rng.choice((0, 1, 1, 2)) for _ in starts]
        expected = [checked(outer, left, right, room, i, j) for i, j in zip(starts, ends, strict=True)]
        assert (
            list(outer.batch(left, right, Scratch(int256, lengths[2]), starts, ends).outcomes()) == expected
        )
        reverts += sum(isinstance(e, Revert) for e in expected)
        values += sum(not isinstance(e, Revert) for e in expected)
        written, alone = list(room), Scratch(int256, lengths[2])
        assert list(outer.batch(left, right, alone, starts[-1:], ends[-1:]).outcomes()) == expected[-1:]
        assert list(alone) == written
        for outcome in explained(outer, left, right, room, starts[0], ends[0]):
            assert outcome == expected[0]
    assert reverts > 20
    assert values > 20


# Elements and their bounds

LOOKUP = """
class Leg(NamedTuple):
    tiny: int8
    step: wint64
    flags: uint16
    wide: int256


class Pair(NamedTuple):
    first: uint256
    second: uint256


@kernel
def sums(legs: Words[Leg], pairs: Words[Pair], i: uint256, n: int) -> Leg:
    leg = legs[i]
    first, second = pairs[n]
    return Leg(-leg.tiny, leg.step - legs[0].step, legs[i].flags + 1, int256(first - second) + legs[n].wide)


@kernel
def both(legs: Words[Leg], pairs: Words[Pair], i: uint256) -> uint256:
    chosen = legs[i] if i > 0 else legs[1]
    return uint256(int256(chosen.tiny)) + pairs[uint8(i)].second
"""


@pytest.fixture(scope="module")
def lookup(folder: Path) -> ModuleType:
    return load_source(folder, LOOKUP)


def test_narrow_and_negative_fields_at_every_index(lookup: ModuleType) -> None:
    rows = [
        (-128, -(2**63), 65535, -(2**255)), (127, 2**63 - 1, 0, 2**255 - 1),
        (-1, -1, 65534, -1), (0, 0, 1, 0),
    ]  # fmt: skip
    legs = Words(lookup.Leg, rows)
    pairs = Words(lookup.Pair, [(5, 6), (2**256 - 1, 1), (7, 7), (1, 0)])
    places = [0, 1, 2, 3, 4, 2**64, 2**64 + 1, 2**256 - 1, 3]
    counters = [3, 2, 1, 0, 0, 0, 0, 0, -1]
    expected = [checked(lookup.sums, legs, pairs, i, n) for i, n in zip(places, counters, strict=True)]
    assert expected[:3] == [Panic(ARITHMETIC), (-127, -1, 1, -1), (1, 2**63 - 1, 65535, 2**255 - 3)]
    assert expected[4:] == [Panic(INDEX_OUT_OF_BOUNDS)] * 5
    assert list(lookup.sums.batch(legs, pairs, places, counters).outcomes()) == expected
    for i, n, outcome in zip(places, counters, expected, strict=True):
        assert list(explained(lookup.sums, legs, pairs, i, n)) == [outcome] * 2
    few = Words(lookup.Leg, rows[:1])
    expected = [checked(lookup.both, few, pairs, i) for i in range(5)]
    assert expected[0] == Panic(INDEX_OUT_OF_BOUNDS)
    assert list(lookup.both.batch(few, pairs, range(5)).outcomes()) == expected
    expected = [checked(lookup.both, legs, pairs, i) for i in range(5)]
    assert not isinstance(expected[1], Revert)
    assert list(lookup.both.batch(legs, pairs, range(5)).outcomes()) == expected


def test_elements_become_structs_as_arguments_do() -> None:
    quotes = Words(Quote, [(3, -4), Quote(uint256(5), int64(6)), Quote(7, int8(-8))])  # type: ignore[arg-type]
    assert quotes[1].spot == 5
    assert [type(field) for quote in quotes for field in quote] == [uint256, int64] * 3
    assert repr(quotes) == "Words(Quote, [(3, -4), (5, 6), (7, -8)])"
    for index in (3, -1, uint256.max, 2**70):
        with pytest.raises(Panic, match="0x32"):
            quotes[index]


@pytest.mark.parametrize(
    ("element", "complaint"),
    [
        ((1,), r"\(1,\) is no Quote"),
        ((1, 2, 3), r"\(1, 2, 3\) is no Quote"),
        (5, "5 is no Quote"),
        ((1, 2**63), "the literal 9223372036854775808 does not fit int64"),
        ((-1, 0), "the literal -1 does not fit uint256"),
        ((1, int256(2)), r"int256\(2\) is no int64: convert it explicitly"),
        ((1, uint16(2)), r"uint16\(2\) is no int64: convert it explicitly"),
        ((1, True), "True is no int64"),
    ],
)
def test_what_is_no_element_is_refused(element: Any, complaint: str) -> None:
    with pytest.raises(DoesNotCompile, match=complaint):
        Words(Quote, [(1, 2), element])


def test_structs_of_other_things_than_words_make_no_array() -> None:
    with pytest.raises(DoesNotCompile, match="an array of Flagged: its fields must be words"):
        Words(Flagged, [])
    with pytest.raises(UsageError, match="a scratch array of Quote: make one array of words per field"):
        Scratch(Quote, 3)  # type: ignore[type-var]


def test_an_array_of_another_struct_is_refused(lookup: ModuleType) -> None:
    legs, pairs = Words(lookup.Leg, []), Words(lookup.Pair, [])
    for call in (lookup.both, lookup.both.trace, lookup.both.shadow):
        with pytest.raises(DoesNotCompile, match=r"is no Words\[Leg\]"):
            call(pairs, pairs, 1)
    with pytest.raises(DoesNotCompile, match=r"is no Words\[Pair\]"):
        lookup.both.batch(legs, Words(Quote, []), [1])


def test_two_structs_of_one_name_keep_their_fields(folder: Path) -> None:
    source = "class Same(NamedTuple):\n    {}: uint64\n    {}: uint64\n\n\n@kernel\n"
    source += "def first(a: Words[Same]) -> uint64:\n    return a[0].x\n"
    one, another = load_source(folder, source.format("x", "y")), load_source(folder, source.format("y", "x"))
    assert list(one.first.batch(Words(one.Same, [(1, 2)])).outcomes()) == [1]
    assert list(another.first.batch(Words(another.Same, [(1, 2)])).outcomes()) == [2]


# Scratch arrays that are read

PASSED_ON = """
@kernel
def total(values: Words[int256], weights: Words[int256]) -> int256:
    result = int256(0)
    for i in range(len(values)):
        result += values[i] * weights[i]
    return result


@kernel
def swapped(values: Words[int256], room: Scratch[int256]) -> int256:
    before = values[0]
    room[0] = values[1]
    room[1] = before
    return values[0] - room[0]


@kernel
def fill(room: Scratch[int256], x: int256) -> int256:
    for i in range(len(room)):
        if i == 3:
            raise Error("full")
        room[i] = x / 3 + int256(uint256(i))
    return total(room, room) + swapped(room, room)
"""


@pytest.fixture(scope="module")
def passed_on(folder: Path) -> ModuleType:
    return load_source(folder, PASSED_ON)


def test_a_scratch_array_is_passed_on_as_it_is(passed_on: ModuleType) -> None:
    room = Scratch(int256, 3)
    assert passed_on.fill(room, 30) == 10 * 10 + 11 * 11 + 12 * 12
    assert list(room) == [11, 10, 12]
    numbers = [30, -7, 0, 2**200]
    expected = [checked(passed_on.fill, room, x) for x in numbers]
    assert list(passed_on.fill.batch(room, numbers).outcomes()) == expected
    for x, outcome in zip(numbers, expected, strict=True):
        assert list(explained(passed_on.fill, room, x)) == [outcome] * 2


PUTS = """
@kernel
def put(room: Scratch[int64], place: int, x: int64) -> int64:
    room[place] = x
    return x


@kernel
def putFar(room: Scratch[int64], place: uint256) -> int64:
    return put(room, len(room) - 1, int64(-7)) + put(room, 0, room[place])
"""


def test_writes_out_of_bounds_are_panics_everywhere(folder: Path) -> None:
    module = load_source(folder, PUTS)
    for kernel_, numbers, where in (
        (module.put, [3, 3, 3, 3], [-1, 0, 1, 2]),
        (module.putFar, [None] * 5, [0, 1, 2, 2**64, 2**256 - 1]),
    ):
        for place, number in zip(where, numbers, strict=True):
            rest = () if number is None else (number,)
            room, alone = Scratch(int64, 2), Scratch(int64, 2)
            expected = checked(kernel_, room, place, *rest)
            assert isinstance(expected, Revert) == (place not in (0, 1))
            assert list(kernel_.batch(alone, [place], *([n] for n in rest)).outcomes()) == [expected]
            assert list(alone) == list(room)
            assert list(explained(kernel_, room, place, *rest)) == [expected] * 2


def test_a_callee_is_compiled_once_for_both_kinds_of_array(folder: Path) -> None:
    source = PASSED_ON + "\n\n@kernel\ndef both(a: Words[int256], room: Scratch[int256]) -> int256:\n"
    module = load_source(folder, source + "    return total(a, a) + total(room, a) + total(room, room)\n")
    compile_kernel(module.both)
    assert len(natives.dispatcher(module.total).overloads) == 1


def without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "available", lambda: False)


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.filterwarnings("ignore::vmargin.solidity.batch.SlowBatch")
def test_after_one_element_the_scratch_array_holds_what_was_written(
    native: bool, passed_on: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not native:
        without_numba(monkeypatch)
    one, room = Scratch(int256, 3), Scratch(int256, 3)
    result = passed_on.fill.batch(one, [-30])
    passed_on.fill(room, -30)
    assert list(one) == list(room) == [-9, -10, -8]
    assert [type(word) for word in one] == [int256] * 3
    assert list(result.outcomes()) == [100 + 81 + 64]
    reverted = Scratch(int256, 5)
    assert not passed_on.fill.batch(reverted, [6]).ok[0]
    assert list(reverted) == [2, 3, 4, 0, 0]
    passed_on.fill.batch(one, [6, 9])
    assert list(one) == [0, 0, 0]
    passed_on.fill.batch(room, [])
    assert list(room) == [0, 0, 0]


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.filterwarnings("ignore::vmargin.solidity.batch.SlowBatch")
def test_a_scratch_array_given_to_be_read_is_not_cleared(
    native: bool, passed_on: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not native:
        without_numba(monkeypatch)
    room = Scratch(int256, 2)
    room[0], room[1] = int256(-5), int256(3)
    assert passed_on.total(room, room) == 34
    assert [*explained(passed_on.total, room, room)] == [34, 34]
    assert list(passed_on.total.batch(room, room).outcomes()) == [34]
    assert list(room) == [-5, 3]
    short = passed_on.total.batch(room, Words(int256, [2]))
    room[0] = int256.min  # what the batch was given has changed since: its revert has not
    assert list(short.outcomes()) == [Panic(INDEX_OUT_OF_BOUNDS)]
    with pytest.raises(DoesNotCompile, match=r"is no Scratch\[int256\]"):
        passed_on.fill(Words(int256, [1, 2]), 5)
    with pytest.raises(DoesNotCompile, match=r"is no Words\[int256\]"):
        passed_on.total(Scratch(uint256, 1), room)


def test_a_written_array_is_given_once(passed_on: ModuleType) -> None:
    room = Scratch(int256, 2)
    swapped = passed_on.swapped
    for call in (swapped, swapped.batch, swapped.trace, swapped.shadow):
        with pytest.raises(UsageError, match="is given twice"):
            call(room, room)
    room[0] = int256(4)
    assert swapped(room, Scratch(int256, 2)) == 4


# The shadow's exact values


@kernel
def weighted(quotes: Words[Quote], thirds: Words[int256]) -> int256:
    result = int256(0)
    for i in range(len(quotes)):
        result += thirds[i] * int256(quotes[i].rate)
    return result


@kernel
def inThirds(quotes: Words[Quote], thirds: Scratch[int256]) -> int256:
    for i in range(len(quotes)):
        thirds[i] = int256(quotes[i].spot) / 3
    return weighted(quotes, thirds)


def test_the_shadow_of_what_was_written_is_read() -> None:
    quotes, thirds = Words(Quote, [(4, 5), (8, -7)]), Scratch(int256, 2)
    shadow = inThirds.shadow(quotes, thirds)
    assert shadow.value == inThirds(quotes, thirds) == 5 * 1 - 7 * 2
    assert shadow.exact == Fraction(5 * 4 - 7 * 8, 3)
    (site,) = shadow.roundings
    assert (site.operation, site.down, site.error) == ("/", 2, shadow.error)
    assert shadow.restarts == ()


def test_the_trace_shows_the_fields() -> None:
    trace = inThirds.trace(Words(Quote, [(4, 5)]), Scratch(int256, 1))
    assert [str(o) for o in trace.arithmetic] == ["4 / 3 = 1", "1 * 5 = 5", "0 + 5 = 5"]
    assert trace.to_json()["arguments"][0] == [
        {"spot": {"type": "uint256", "value": "4"}, "rate": {"type": "int64", "value": "5"}}
    ]


@kernel(truth=lambda quotes, room: quotes[0].spot / 3 + sum(q.rate for q in quotes))
def approximate(quotes: Words[Quote], room: Scratch[int256]) -> int256:
    room[0] = int256(quotes[0].spot / 3)
    for i in range(len(quotes)):
        room[0] += int256(quotes[i].rate)
    return room[0]


@kernel
def around(quotes: Words[Quote], room: Scratch[int256]) -> int256:
    room[0] = int256(50)
    return approximate(quotes, room) * 2 + room[0]


def test_a_truth_takes_structs_and_what_its_kernel_writes_is_kept() -> None:
    quotes, room = Words(Quote, [(4, 5), (0, 6)]), Scratch(int256, 1)
    assert approximate.shadow(quotes, room).exact == Fraction(4, 3) + 11
    shadow = around.shadow(quotes, room)
    assert shadow.value == around(quotes, room) == 36
    assert shadow.exact == 2 * (Fraction(4, 3) + 11) + 12
    ((restart, times),) = shadow.restarts
    assert (restart.operation, times) == ("approximate", 1)
    assert "written to an array" in restart.reason


@kernel(truth=lambda values, _: values[0] + values[1])
def settled(values: Words[int256], room: Scratch[int256]) -> int256:
    room[0] = int256(1)
    return values[0] + values[1]


@kernel
def bothWays(room: Scratch[int256]) -> int256:
    room[1] = int256(6)
    return settled(room, room)


def test_one_array_under_two_names_stays_one_behind_a_truth() -> None:
    room = Scratch(int256, 2)
    assert bothWays.shadow(room).value == bothWays(room) == 7
