"""Random straight-line kernels for the readings: every line applies one operator to what is there."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from vmargin.solidity import assembly, integers
from vmargin.solidity.kernel import Kernel, kernel

OPERATORS = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "**")
TWO_WORD_OPCODES = (
    "add",
    "sub",
    "mul",
    "div",
    "sdiv",
    "mod",
    "smod",
    "exp",
    "and_",
    "or_",
    "xor",
    "lt",
    "sgt",
    "eq",
)
EDGES = (0, 1, 2, 3, 7, 10, 10**18, 2**64, 2**127, 2**128 - 1, 2**128, 2**255 - 1)
NAMES = {**assembly.OPCODES, **{n: getattr(integers, n) for n in integers.__all__}}


def compile_kernel(source: str, **names: Any) -> Kernel[..., Any]:
    """The kernel `f` that the source defines."""
    scope = {**NAMES, **names}
    exec(compile(source, "<straight line>", "exec"), scope)
    return kernel(scope["f"])


@st.composite
def operator_programs(draw: st.DrawFn, word: str, operators: tuple[str, ...] = OPERATORS) -> str:
    """Operators between words of one type, some beside a literal or a condition."""
    lines = [f"def f(v0: {word}, v1: {word}) -> {word}:"]
    count = draw(st.integers(1, 7))
    for n in range(2, 2 + count):
        left, right = (f"v{draw(st.integers(0, n - 1))}" for _ in "ab")
        operator = draw(st.sampled_from(operators))
        if operator in ("<<", ">>", "**"):
            right = str(draw(st.integers(0, 5)))
        elif draw(st.booleans()) and operator in "+-*/%":
            right = str(draw(st.sampled_from((1, 2, 3, 10, 100))))
        value = f"{left} {operator} {right}"
        if draw(st.integers(0, 4)) == 0:
            value = f"({value}) if {left} > v{draw(st.integers(0, n - 1))} else {left}"
        lines.append(f"    v{n} = {value}")
    return "\n".join([*lines, f"    return v{1 + count}"])


@st.composite
def opcode_programs(draw: st.DrawFn) -> str:
    """Opcodes, with conversions to signed, narrower and wrapping words and back in between."""
    lines = ["def f(v0: uint256, v1: uint256) -> uint256:"]
    count = draw(st.integers(1, 7))
    for n in range(2, 2 + count):
        a, b, c = (f"v{draw(st.integers(0, n - 1))}" for _ in "abc")
        amount = draw(st.integers(0, 260))
        expressions = [
            *(f"{name}({a}, {b})" for name in TWO_WORD_OPCODES),
            *(f"{name}({amount}, {a})" for name in ("shl", "shr", "sar", "byte", "signextend")),
            *(f"{name}({a}, {b}, {c})" for name in ("addmod", "mulmod")),
            *(f"{name}({a})" for name in ("iszero", "not_", "clz")),
            f"{a} / 3",
            f"uint256(int256({a}))",
            f"uint256(uint128({a}))",
            f"uint256(int256(int128(int256({a}))))",
            f"uint256(wuint256({a}) * wuint256({b}) - wuint256({c}))",
            f"uint256(int256(wint256(int256({a})) / 3))",
        ]
        lines.append(f"    v{n} = {draw(st.sampled_from(expressions))}")
    return "\n".join([*lines, f"    return v{1 + count}"])


def words(word: type[integers.Word]) -> st.SearchStrategy[Any]:
    """Words at the edges, small, and of any size."""
    low, high = int(word.min), int(word.max)
    edges = [v for e in EDGES for v in (e, -e, high - e, low + e) if low <= v <= high]
    return st.one_of(st.sampled_from(edges), st.integers(low, high), st.integers(max(low, -99), 99)).map(word)
