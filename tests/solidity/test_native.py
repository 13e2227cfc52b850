"""The native reading against the checked one, operator by operator and type by type."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from tests.solidity.kernel_modules import load_source
from vmargin.errors import UsageError
from vmargin.solidity import integers
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import OPCODES
from vmargin.solidity.integers import Word, uint128, uint256
from vmargin.solidity.kernel import Kernel
from vmargin.solidity.limbs import pack, unpack
from vmargin.solidity.native.compiler import NativeCompilationError, compile_kernel
from vmargin.solidity.reverts import INDEX_OUT_OF_BOUNDS, Panic, Revert

OPERATORS = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "**", "~", "neg", "==", "<", "<="]
TYPES = [
    "uint8", "int8", "uint64", "int64", "uint96", "int96", "uint128", "int128", "uint160", "int216",
    "uint256", "int256", "wuint8", "wint64", "wuint128", "wint136", "wuint256", "wint256",
]  # fmt: skip


def edges(word: type[Word], rng: random.Random, count: int) -> list[int]:
    """Values where integer code breaks: limits, powers of two and ten, limb edges, and noise."""
    low, high = int(word.min), int(word.max)
    values = [0, 1, 2, 3, high, high - 1, low, low + 1, high // 2, 10**18, 10**9]
    for exponent in (*range(0, 257, 8), 63, 65, 127, 129, 191, 255):
        values += [2**exponent - 1, 2**exponent, 2**exponent + 1]
    values += [-v for v in values]
    fitting = [v for v in values if low <= v <= high]

    def draw() -> int:
        if rng.random() < 0.5:
            return rng.choice(fitting)
        size = rng.randrange(1, word.bits + 1)
        value = rng.getrandbits(size) * rng.choice((1, -1))
        return value if low <= value <= high else rng.randint(low, high)

    return [draw() for _ in range(count)]


def same_outcomes(kernel: Any, columns: list[list[Any]]) -> None:
    """Every element of the batch equals the checked call: the value, or the revert."""
    result = kernel.batch(*columns)
    for row, native in zip(zip(*columns, strict=True), result.outcomes(), strict=True):
        try:
            checked = kernel(*row)
        except Revert as revert:
            checked = revert
        assert type(native) is type(checked), (row, native, checked)
        assert native == checked, (row, native, checked)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernels")


def _calculator(word: str) -> str:
    """One kernel that holds every operator of a type, chosen by a number."""
    lines = ["@kernel", f"def calculate(op: uint8, x: {word}, y: {word}, n: uint16) -> {word}:"]
    one, zero = f"{word}(1)", f"{word}(0)"
    for code, symbol in enumerate(OPERATORS):
        expression = {
            "~": "~x",
            "neg": "-x" if not word.lstrip("w").startswith("u") else "x",
            "<<": "x << n",
            ">>": "x >> n",
            "**": "x ** n",
            "==": f"{one} if x == y else {zero}",
            "<": f"{one} if x < y else {zero}",
            "<=": f"{one} if x <= y else {zero}",
        }.get(symbol, f"x {symbol} y")
        lines += [f"    if op == {code}:", f"        return {expression}"]
    return "\n".join([*lines, f"    return {zero}", ""])


@pytest.mark.parametrize("word", TYPES)
def test_every_operator_equals_the_checked_one(word: str, folder: Path) -> None:
    kernel = load_source(folder, _calculator(word)).calculate
    kind = getattr(integers, word)
    rng = random.Random(word)
    count = 120 * len(OPERATORS)
    x, y = edges(kind, rng, count), edges(kind, rng, count)
    for i in range(0, count, 5):
        if int(kind.min) <= (near := y[i] * rng.randint(-9, 9) + rng.randint(-1, 1)) <= int(kind.max):
            x[i] = near
    codes = [i % len(OPERATORS) for i in range(count)]
    limits = sorted({int(kind.min), int(kind.min) + 1, max(int(kind.min), -1), 0, 1, int(kind.max)})
    for code, a, b in itertools.product(range(len(OPERATORS)), limits, limits):
        codes.append(code)
        x.append(a)
        y.append(b)
    shifts = [rng.choice((rng.randrange(0, 9), rng.randrange(0, 300), kind.bits)) for _ in codes]
    same_outcomes(kernel, [codes, x, y, shifts])


def test_every_opcode_equals_the_checked_one(folder: Path) -> None:
    lines = ["@kernel", "def run(op: uint8, x: uint256, y: uint256, z: uint256) -> uint256:"]
    for code, (name, function) in enumerate(OPCODES.items()):
        operands = ", ".join("xyz"[: function.__code__.co_argcount])
        lines += [f"    if op == {code}:", f"        return {name}({operands})"]
    kernel = load_source(folder, "\n".join([*lines, "    return uint256(0)", ""])).run
    rng = random.Random(7)
    count = 400 * len(OPCODES)
    columns = [edges(uint256, rng, count) for _ in range(3)]
    for i in range(0, count, 3):
        columns[0][i] = rng.randrange(0, 300)  # the shift, byte or size of the opcodes that take one
    same_outcomes(kernel, [[i % len(OPCODES) for i in range(count)], *columns])


def test_division_at_the_edges_of_limbs_and_estimates(folder: Path) -> None:
    """Dividends one off a multiple, divisors of every number of limbs, digits of all ones."""
    source = "@kernel\ndef divmod_(a: uint256, b: uint256, c: uint256) -> uint256:\n"
    source += "    if c == 1:\n        return a % b\n    if c == 2:\n        return mulmod(a, a, b)\n"
    source += "    if c == 3:\n        return mulmod(a, b, uint256.max)\n    return a / b\n"
    kernel = load_source(folder, source).divmod_
    rng = random.Random(11)
    rows: list[tuple[int, int, int]] = []
    while len(rows) < 6000:
        divisor = rng.getrandbits(rng.randrange(1, 257)) | rng.choice((0, (1 << 64) - 1)) << rng.choice(
            (0, 64, 128)
        )
        divisor = divisor & (2**256 - 1) or 1
        most = (2**256 - 1) // divisor
        quotient = rng.choice((most, most - 1, 2**64 - 1, 2**128 - 1, rng.randint(0, most)))
        dividend = min(
            max(divisor * min(quotient, most) + rng.choice((-1, 0, 1, divisor - 1)), 0), 2**256 - 1
        )
        rows.append((dividend, divisor, rng.randrange(4)))
    same_outcomes(kernel, [list(column) for column in zip(*rows, strict=True)])


IDIOMS = """
@kernel
def exceeds(x: uint256, y: uint256) -> bool:
    return x > uint256.max / y


@kernel
def flagged(x: uint256, y: uint256) -> uint256:
    return gt(x, div(not_(0), y))


@kernel
def returns(x: uint256, y: uint256) -> uint256:
    z = mul(x, y)
    return eq(div(z, x), y)


@kernel
def returns_swapped(x: uint256, y: uint256) -> uint256:
    return eq(div(mul(y, x), y), x)


@kernel
def returns_another(x: uint256, y: uint256) -> uint256:
    z = mul(x, y)
    x = add(x, 1)
    return eq(div(z, x), y)
"""

OWN_DIV = """
@kernel
def div(x: uint256, y: uint256) -> uint256:
    return uint256(wuint256(x) - wuint256(y))


@kernel
def flagged(x: uint256, y: uint256) -> uint256:
    return gt(x, div(uint256.max, y))
"""


@pytest.mark.parametrize("source", [IDIOMS, OWN_DIV])
def test_idioms_of_overflow_keep_their_meaning(source: str, folder: Path) -> None:
    module = load_source(folder, source)
    rng = random.Random(4)
    x, y = edges(uint256, rng, 1500), edges(uint256, rng, 1500)
    for i in range(0, 1500, 2):
        x[i] = min(max((2**256 - 1) // (y[i] or 1) + rng.randint(-1, 1), 0), 2**256 - 1)
    for kernel in vars(module).values():
        if isinstance(kernel, Kernel) and kernel.body.__module__ == module.__name__:
            same_outcomes(kernel, [x, y])


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("uint256", "uint64"), ("uint256", "uint200"), ("uint64", "uint256"), ("int256", "int8"),
        ("int96", "int256"), ("int256", "uint256"), ("uint128", "int128"), ("int16", "uint16"),
        ("uint256", "wuint96"), ("wint64", "int64"), ("wuint256", "int256"),
    ],
)  # fmt: skip
def test_conversions(source: str, target: str, folder: Path) -> None:
    kernel = load_source(
        folder, f"@kernel\ndef convert(x: {source}) -> {target}:\n    return {target}(x)\n"
    ).convert
    same_outcomes(kernel, [edges(getattr(integers, source), random.Random(3), 300)])


STRUCTS = """
Rejected = CustomError("Rejected(uint64,bool)")
LIMIT = uint256(2**200 - 1)


class Leg(NamedTuple):
    size: int128
    strike: uint64


class Order(NamedTuple):
    leg: Leg
    buy: bool


class Fill(NamedTuple):
    cost: int256
    order: Order
    small: bool


@kernel
def notional(leg: Leg) -> int256:
    return int256(leg.size) * int256(uint256(leg.strike)) / 7


@kernel
def fill(order: Order, limit: uint256) -> Fill:
    cost = notional(order.leg)
    if not order.buy:
        cost = -cost
    if order.leg.strike == 13 or limit > LIMIT:
        raise Rejected(order.leg.strike, order.buy)
    return Fill(cost, Order(Leg(-order.leg.size, uint64.max), not order.buy), cost < 1000 and order.buy)
"""


def test_structs_bools_and_custom_errors(folder: Path) -> None:
    module = load_source(folder, STRUCTS)
    rng = random.Random(5)
    sizes = edges(integers.int128, rng, 400)
    strikes = [rng.choice((13, 0, 2**64 - 1, rng.getrandbits(64))) for _ in sizes]
    orders = [((size, strike), rng.random() < 0.5) for size, strike in zip(sizes, strikes, strict=True)]
    limits = [rng.choice((0, 2**200 - 1, 2**200)) for _ in sizes]
    same_outcomes(module.fill, [orders, limits])


CONSTANTS = """
FLAG = True
STEPS = 8


@kernel
def require(x: uint8) -> bool:
    if x == 3:
        raise Empty()
    return True


@kernel
def named(x: uint8) -> bool:
    return FLAG


@kernel
def choice(x: uint8) -> bool:
    ok = require(x)
    return ok and named(x) if x > 2 else False


@kernel
def steps(x: uint8) -> int:
    return STEPS


@kernel
def three(x: uint8) -> int:
    return 3
"""


@pytest.mark.parametrize("name", ["require", "named", "choice", "steps", "three"])
def test_constants_are_returned(name: str, folder: Path) -> None:
    same_outcomes(getattr(load_source(folder, CONSTANTS), name), [[0, 2, 3, 4]])


REMEMBERS = """
@kernel
def seen(memory: Scratch[uint64], place: uint8) -> uint64:
    before = memory[place]
    memory[place] = uint64(7)
    return before
"""


def test_scratch_is_all_zeros_in_every_call(folder: Path) -> None:
    kernel = load_source(folder, REMEMBERS).seen
    memory = Scratch(integers.uint64, 3)
    assert list(kernel.batch(memory, [2, 2, 0]).outcomes()) == [0, 0, 0]
    assert [kernel(memory, 2), kernel(memory, 2)] == [0, 0]


ARRAYS = """
@kernel
def spread(values: Words[int256], memory: Scratch[int256], first: uint64, end: uint64) -> int256:
    total = int256(0)
    for i in range(first, end):
        if i == 40:
            break
        if values[i] == 0:
            continue
        memory[i] = values[i] - total
        total += memory[i]
    return total + int256(uint256(len(values)))
"""


def test_arrays_are_shared_and_bounds_are_checked(folder: Path) -> None:
    kernel = load_source(folder, ARRAYS).spread
    rng = random.Random(2)
    values = [rng.choice((0, rng.getrandbits(200), -rng.getrandbits(250))) for _ in range(50)]
    starts = [rng.randrange(60) for _ in range(300)]
    ends = [rng.randrange(60) for _ in starts]
    result = kernel.batch(Words(integers.int256, values), Scratch(integers.int256, 45), starts, ends)
    for first, end, native in zip(starts, ends, result.outcomes(), strict=True):
        try:
            checked = kernel(Words(integers.int256, values), Scratch(integers.int256, 45), first, end)
        except Revert as revert:
            checked = revert
        assert native == checked
        if isinstance(native, Revert):
            assert native == Panic(INDEX_OUT_OF_BOUNDS)


LONG_LOOP = """
@kernel
def wander(steps: uint64, modulus: uint256) -> uint256:
    x = uint256(1)
    for i in range(steps):
        step = uint256(i)
        x = mulmod(x + step, 3, modulus) + addmod(x, step, 7) * 2 / modulus
    return x
"""


def test_a_long_loop_does_not_eat_the_stack(folder: Path) -> None:
    steps, modulus, x = 200_000, 10**20 + 39, 1
    for i in range(steps):
        x = (x + i) * 3 % modulus + (x + i) % 7 * 2 // modulus
    assert list(load_source(folder, LONG_LOOP).wander.batch([steps], [modulus]).outcomes()) == [x]


def test_threads_do_not_change_the_answer(folder: Path) -> None:
    source = "@kernel\ndef scale(x: uint256, y: uint256) -> uint256:\n    return x * y / 1000000\n"
    kernel = load_source(folder, source).scale
    rng = random.Random(9)
    columns = [pack(edges(uint256, rng, 9000), uint256) for _ in range(2)]
    one, many = kernel.batch(*columns, threads=1), kernel.batch(*columns, threads=4)
    assert one.ok.tolist() == many.ok.tolist()
    assert 0 < one.ok.sum() < 9000
    assert (one.columns[0][one.ok] == many.columns[0][many.ok]).all()


def test_limbs_round_trip_and_refuse_what_does_not_fit() -> None:
    for word in (uint256, integers.int256, integers.int8, integers.uint64):
        values = edges(word, random.Random(1), 200)
        assert unpack(pack(values, word), word) == [word(v) for v in values]


@pytest.mark.parametrize(
    ("column", "complaint"),
    [
        (lambda: [1, 2**128], "column x: the literal 340282366920938463463374607431768211456 does not fit"),
        (lambda: [1, 1.5], "column x: 1.5 is no integer"),
        (lambda: pack([2**128], uint256), r"x\[0\] = 340282366920938463463374607431768211456 is no uint128"),
        (lambda: np.zeros((3, 4)), "pass uint64 of shape"),
        (lambda: np.zeros(3, dtype=np.uint64), "pass uint64 of shape"),
    ],
)
def test_columns_of_the_wrong_kind_are_refused(
    column: Callable[[], Any], complaint: str, folder: Path
) -> None:
    kernel = load_source(folder, "@kernel\ndef same(x: uint128) -> uint128:\n    return x\n").same
    with pytest.raises(UsageError, match=complaint):
        kernel.batch(column())
    assert list(kernel.batch([uint128(5)]).outcomes()) == [5]


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        (([1], [((1, 2), True)]), "column order: element 0 is 1, no tuple of 2 fields"),
        (([((1, 2), True), ((1, 2, 3), True)], [0, 0]), r"column order.leg: element 1 is \(1, 2, 3\)"),
        (([((1, 2), 1)], [0]), "column order.buy: 1 is no bool"),
        (([((1, 2**64), True)], [0]), "column order.leg.strike: the literal 18446744073709551616"),
    ],
)
def test_structs_of_the_wrong_shape_are_refused(columns: Any, complaint: str, folder: Path) -> None:
    with pytest.raises(UsageError, match=complaint):
        load_source(folder, STRUCTS).fill.batch(*columns)


def test_bool_arrays_are_taken_as_they_are(folder: Path) -> None:
    kernel = load_source(folder, "@kernel\ndef flip(x: bool) -> bool:\n    return not x\n").flip
    assert list(kernel.batch(np.array([True, False])).outcomes()) == [False, True]
    with pytest.raises(UsageError, match=r"column x: an array of int64 and shape \(2,\): pass bool"):
        kernel.batch(np.array([1, 0]))


def test_columns_must_have_one_length_and_the_right_number(folder: Path) -> None:
    kernel = load_source(folder, "@kernel\ndef plus(x: uint8, y: uint8) -> uint8:\n    return x + y\n").plus
    with pytest.raises(UsageError, match="different lengths"):
        kernel.batch([1, 2], [3])
    with pytest.raises(UsageError, match="takes 2 columns"):
        kernel.batch([1, 2])
    assert list(kernel.batch([], []).outcomes()) == []


def test_numba_compiles_other_functions_as_before(folder: Path) -> None:
    source = "@kernel\ndef least(a: uint8, b: uint8) -> uint8:\n    return a if a < b else b\n"
    compile_kernel(load_source(folder, source).least)
    assert numba.njit(lambda a, b: sorted([b, a])[0] + len((a, b)))(5, 3) == 5
    with pytest.raises(NativeCompilationError, match="does not compile to machine code"):
        compile_kernel(Kernel(_beyond_numba, None))
    assert numba.njit(lambda x: x * 2)(21) == 42


def _beyond_numba(x: uint256) -> uint256:
    return x @ x  # type: ignore[operator]
