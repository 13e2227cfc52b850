"""The trace: every operation, in order, with what went in and what came out."""

from __future__ import annotations

import dataclasses
import inspect
import json
import operator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.solidity.straight_line import compile_kernel, opcode_programs, operator_programs, words
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.assembly import OPCODES, gt, mulmod, sdiv, shr
from vmargin.solidity.integers import int256, uint8, uint64, uint128, uint256, wuint256
from vmargin.solidity.kernel import Kernel, kernel
from vmargin.solidity.reverts import ARITHMETIC, INDEX_OUT_OF_BOUNDS, CustomError, Panic, Revert
from vmargin.solidity.trace import Operation

WAD = uint256(10**18)
TooMuch = CustomError("TooMuch(uint256,int256)")


class Pair(NamedTuple):
    small: uint128
    isLarge: bool


@kernel
def mulWad(x: uint256, y: uint256) -> uint256:
    product = x * y
    return product / WAD


@kernel
def everything(x: uint256, y: uint64, values: Words[uint256], room: Scratch[uint256]) -> Pair:
    if x > 1000:
        raise TooMuch(x + 1, int256(x))
    total = uint256(0)
    for i in range(len(values)):
        room[i] = values[i] + uint256(i)
        total += room[i]
    for i in range(y):
        total = 2 * total + y
        if i == 1:
            break
    total = mulWad(total * WAD, WAD)
    rest = uint256(int256(sdiv(-int256(total), 3)) ** 2)
    wrapped = wuint256(rest) - wuint256.max
    return Pair(uint128(uint256(wrapped)), not total < 10 and gt(mulmod(x, 2, 7), shr(1, x)) == 1)


def outcome(f: Kernel[..., Any], *args: Any) -> tuple[Any, Revert | None]:
    try:
        return f(*args), None
    except Revert as revert:
        return None, revert


def line_of(f: Kernel[..., Any], text: str) -> int:
    source, first = inspect.getsourcelines(f.body)
    return first + next(i for i, line in enumerate(source) if text in line)


def test_operations_in_order() -> None:
    trace = mulWad.trace(uint256(3), 5)
    product, quotient = trace.operations
    assert (product.kind, product.symbol, product.operands) == ("arithmetic", "*", (uint256(3), uint256(5)))
    assert quotient.operands == (uint256(15), WAD)
    assert all(type(w) is uint256 for o in trace.operations for w in (*o.operands, o.result))
    assert product.site.line == line_of(mulWad, "x * y")
    assert quotient.site.line == line_of(mulWad, "/ WAD")
    assert product.site.file == __file__
    assert product.site.function == "mulWad"
    assert trace.value == quotient.result == 0


def test_everything_a_kernel_may_contain() -> None:
    args = uint256(9), uint64(5), Words(uint256, [4, 5]), Scratch(uint256, 2)
    trace = everything.trace(*args)
    assert trace.value == everything(*args)
    assert type(trace.value.small) is uint128
    assert type(trace.value.isLarge) is bool
    shown = [str(o) for o in trace.operations]
    assert shown[:2] == ["9 > 1000 = False", "4 + 0 = 4"]
    assert "2 * 10 = 20" in shown[:8]
    for text in (
        "mulmod(9, 2, 7) = 4",
        "shr(1, 9) = 4",
        "gt(4, 4) = 0",
        "-(55000000000000000000) = -55000000000000000000",
    ):
        assert text in shown
    kinds = {o.symbol: o.kind for o in trace.operations}
    assert kinds["gt"] == kinds["<"] == kinds["=="] == "comparison"
    assert kinds["int256"] == kinds["wuint256"] == "conversion"
    assert kinds["sdiv"] == kinds["**"] == "arithmetic"
    assert {o.symbol for o in trace.arithmetic}.isdisjoint({">", "gt", "int256"})


def test_literals_take_the_type_beside_them() -> None:
    f = compile_kernel("def f(x: uint64, n: uint8) -> uint64:\n    return (5 - x) / 2 + (x << 3) ** n")
    types = [[type(w).__name__ for w in o.operands] for o in f.trace(2, 1).operations]
    assert types == [
        ["uint64"] * 2,
        ["uint64"] * 2,
        ["uint64", "uint256"],
        ["uint64", "uint8"],
        ["uint64"] * 2,
    ]
    f = compile_kernel("def f(x: uint64) -> uint64:\n    return uint64(x) + uint64(7)")
    assert [o.symbol for o in f.trace(2).operations] == ["+"]
    f = compile_kernel("def f(n: uint8) -> uint256:\n    return 2 ** n")
    (power,) = f.trace(8).operations
    assert [type(w) for w in power.operands] == [uint256, uint8]
    assert power.result == 256


def test_depth_counts_calls() -> None:
    trace = everything.trace(9, 0, Words(uint256, []), Scratch(uint256, 0))
    depths = {(o.site.function, o.depth) for o in trace.operations}
    assert depths == {("everything", 0), ("mulWad", 1)}


def test_the_operation_that_panics_is_last() -> None:
    trace = mulWad.trace(uint256.max, 2)
    assert trace.value is None
    assert trace.revert == Panic(ARITHMETIC)
    (last,) = trace.operations
    assert last.symbol == "*"
    assert last.result == Panic(ARITHMETIC)
    assert "Panic(0x11)" in str(trace)


def test_reverts_that_no_operation_makes() -> None:
    trace = everything.trace(2000, 0, Words(uint256, []), Scratch(uint256, 0))
    assert trace.revert == TooMuch(uint256(2001), int256(2000))
    assert trace.operations[-1].symbol == "int256"
    trace = everything.trace(1, 0, Words(uint256, [1, 2]), Scratch(uint256, 1))
    assert trace.revert == Panic(INDEX_OUT_OF_BOUNDS)


def test_the_callers_scratch_is_left_alone() -> None:
    room = Scratch(uint256, 2)
    everything.trace(1, 1, Words(uint256, [1, 2]), room)
    assert list(room) == [0, 0]


def test_json_and_table() -> None:
    trace = everything.trace(9, 2, Words(uint256, [2**255]), Scratch(uint256, 1))
    data = json.loads(json.dumps(trace.to_json()))
    assert data["kernel"].endswith("everything")
    assert data["operations"][1]["operands"][0] == {"type": "uint256", "value": str(2**255)}
    assert data["revert"] == {"revert": "Panic(0x11)", "data": f"0x{Panic(ARITHMETIC).data.hex()}"}
    assert "solidity/test_trace.py:" in str(trace)
    assert mulWad.trace(WAD, 7).to_json()["value"] == {"type": "uint256", "value": "7"}


def test_records_cannot_be_changed() -> None:
    trace = mulWad.trace(WAD, 7)
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.value = 8  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.operations[0].symbol = "+"  # type: ignore[misc]


def replayed(operation: Operation) -> Any:
    """The operation once more, from its operands alone."""
    symbols = {
        "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
        "**": operator.pow, "&": operator.and_, "|": operator.or_, "^": operator.xor,
        "<<": operator.lshift, ">>": operator.rshift, ">": operator.gt,
    }  # fmt: skip
    if operation.kind == "conversion":
        return type(operation.result)(operation.operands[0])
    try:
        return (symbols.get(operation.symbol) or OPCODES[operation.symbol])(*operation.operands)
    except Revert as revert:
        return revert


@settings(max_examples=120, deadline=None)
@given(data=st.data(), word=st.sampled_from((uint8, uint256, int256, wuint256)))
def test_traces_of_operators_replay(data: st.DataObject, word: Any) -> None:
    f = compile_kernel(data.draw(operator_programs(word.__name__)))
    args = data.draw(words(word)), data.draw(words(word))
    trace = f.trace(*args)
    assert (trace.value, trace.revert) == outcome(f, *args)
    assert [replayed(o) for o in trace.operations] == [o.result for o in trace.operations]


@settings(max_examples=120, deadline=None)
@given(source=opcode_programs(), x=words(uint256), y=words(uint256))
def test_traces_of_opcodes_replay(source: str, x: uint256, y: uint256) -> None:
    f = compile_kernel(source)
    trace = f.trace(x, y)
    assert (trace.value, trace.revert) == (f(x, y), None)
    assert [replayed(o) for o in trace.operations] == [o.result for o in trace.operations]
