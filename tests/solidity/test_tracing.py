"""Plain code that calls kernels, traced as it runs: nothing it computes is another number for it."""

from __future__ import annotations

import threading

import pytest

from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import uint256
from vmargin.solidity.kernel import Kernel, kernel
from vmargin.solidity.reverts import Panic
from vmargin.solidity.trace import COMPARISON, CONSTANT, GIVEN, tracing

WAD = uint256(10**18)


@kernel
def mulWad(x: uint256, y: uint256) -> uint256:
    return x * y / WAD


@kernel
def doubled(values: Words[uint256], room: Scratch[uint256]) -> uint256:
    total = uint256(0)
    for i in range(len(values)):
        room[i] = values[i] * 2
        total += room[i]
    return total


def plain(x: int, y: int) -> uint256:
    """What a user writes around kernels."""
    first = mulWad(x, y)
    return mulWad(first, y) if first > 5 else first


def test_all_calls_are_in_one_list_and_say_what_fed_them() -> None:
    with tracing() as operations:
        result = plain(7 * 10**18, 2 * 10**18)
    assert result == plain(7 * 10**18, 2 * 10**18) == 28 * 10**18
    symbols = [(o.symbol, int(o.result)) for o in operations if o.kind != COMPARISON]
    assert symbols == [("*", 14 * 10**36), ("/", 14 * 10**18), ("*", 28 * 10**36), ("/", 28 * 10**18)]
    assert operations[0].producers == (GIVEN, GIVEN)
    assert operations[1].producers == (0, CONSTANT)
    assert operations[2].producers[0] == 1, "the second call got what the first gave"


def test_arrays_are_left_as_a_call_leaves_them() -> None:
    values, room, traced = Words(uint256, [1, 2, 3]), Scratch(uint256, 3), Scratch(uint256, 3)
    assert doubled(values, room) == 12
    with tracing() as operations:
        assert doubled.checked(values, traced) == 12
    assert list(traced) == list(room) == [2, 4, 6]
    assert [o.symbol for o in operations].count("*") == 3


def test_a_panic_is_raised_and_noted() -> None:
    with tracing() as operations, pytest.raises(Panic):
        plain(2**255, 2)
    assert operations[-1].result == Panic(0x11)


def test_it_ends_with_the_block_and_is_of_one_thread() -> None:
    before = Kernel.__call__, Kernel.__dict__["checked"]
    elsewhere = []
    with tracing() as operations:
        other = threading.Thread(target=lambda: elsewhere.append(plain(1, 1)))
        other.start()
        other.join()
        assert not operations
    assert elsewhere == [0]
    mulWad(1, 1)
    assert not operations
    assert (Kernel.__call__, Kernel.__dict__["checked"]) == before
