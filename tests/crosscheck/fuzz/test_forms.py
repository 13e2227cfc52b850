"""Cases as integers: nothing is lost on the way there and back, and what is made of them is of the types."""

from __future__ import annotations

import random

import pytest

from tests.crosscheck.fuzz import mirrors
from vmargin.crosscheck.bias import Seeded
from vmargin.crosscheck.fuzz.forms import Arguments, Choices, as_case
from vmargin.crosscheck.inputs import Inputs
from vmargin.crosscheck.mining import mined, pushed
from vmargin.crosscheck.weight import weight
from vmargin.fixedpoint.solmate import fixed_point_math_lib
from vmargin.solidity.abi import Function

SIGNATURES = [
    "f(uint256,int8,bool)",
    "f(address,bytes4,bytes32)",
    "f(bytes,string)",
    "f(uint16[],int256[3],(bool,bytes)[])",
    "f((uint8,(int16,address[])),string[2])",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_there_and_back(signature: str) -> None:
    function = Function.parse(signature)
    inputs, chooser = Inputs.of(function), Seeded(signature)
    shorter = 0
    for _ in range(8):
        case = inputs.draw(chooser)
        form = Arguments.of(function, case)
        assert form.remade(form.values).case == case
        assert all(low <= value <= high for value, (low, high) in zip(form.values, form.bounds, strict=True))
        for ends in zip(*form.bounds, strict=True):
            function.calldata(form.remade(ends).case)
        for less in form.shorter():
            shorter += 1
            assert weight(less.case).values < weight(case).values
            assert Arguments.of(function, less.case) == less
            function.calldata(less.case)
    assert shorter > 0 or "[]" not in signature.replace("bytes,", "[]")


def test_enums_have_their_members_only() -> None:
    entry = {"name": "side", "type": "uint8", "internalType": "enum Book.Side"}
    function = Function({"name": "f", "inputs": [entry], "outputs": [], "stateMutability": "view"})
    assert Arguments.of(function, (1,), {"Book.Side": 3}).bounds == ((0, 2),)
    assert Arguments.of(function, (1,)).bounds == ((0, 255),)


def test_what_a_users_function_draws_is_drawn_again() -> None:
    form = Choices.of(mirrors.small_amounts, random.Random("a"))
    assert form.case == mirrors.small_amounts(random.Random("a"))
    again = form.remade(form.values)
    assert again is not None
    assert again.case == form.case
    least = form.remade([0] * len(form.values))
    assert least is not None
    assert least.case == (5, 7, 3)
    none = form.remade([])
    assert none is not None
    assert none.case == (5, 7, 3)


def test_a_users_function_may_refuse_what_it_is_given() -> None:
    def odd(source: random.Random) -> tuple[int]:
        number = source.getrandbits(8)
        if number % 2 == 0:
            raise ValueError
        return (number,)

    form = Choices.of(odd, random.Random(5))
    assert form.remade([4]) is None
    assert [less.case for less in form.shorter()] == []


def test_floats_and_lists_of_a_users_function() -> None:
    def drawn(source: random.Random) -> list[object]:
        return [int(source.random() * 100), [source.randint(1, 6) for _ in range(3)]]

    form = Choices.of(drawn, random.Random(1))
    again = form.remade(form.values)
    assert again is not None
    assert again.case == form.case
    assert isinstance(form.case[1], tuple)
    assert as_case(5) == (5,)


THRESHOLD = 123_456_789


def inner(x: int) -> int:
    return x + 987_654_321 if x in (55_555, 66_666) else x


def outer(x: int) -> int:
    return inner(x) if x < THRESHOLD else sum(y - 777_777 for y in (x, x))


def test_numbers_of_both_sides_are_mined() -> None:
    found = mined(outer, bytes.fromhex("62 0f4240 15 6001 7f" + "ff" * 29 + "000000 61 2710"))
    for number in (THRESHOLD, 987_654_321, 55_555, 777_777, 1_000_000, -(2**24)):
        assert number in found
    assert 10_000 not in found  # two bytes: mostly where to jump
    assert list(pushed(bytes.fromhex("6005 19 63ffff"))) == [2**256 - 6, 0xFFFF]
    kernel = mined(fixed_point_math_lib.mulWadDown)
    assert 10**18 in kernel
