"""What functions are given: of their types, whatever these are, and the same for the same seed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmargin.chain.literals import as_json, from_json
from vmargin.crosscheck import drawn
from vmargin.crosscheck.bias import Hint, Seeded
from vmargin.crosscheck.inputs import Inputs
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function

SIGNATURES = [
    "f()(uint256)",
    "f(uint256,int8,bool)(uint256)",
    "f(address,bytes4,bytes32)(uint256)",
    "f((uint256,(int256,bool)),uint8)(uint256)",
    "f(uint256[3],(address,int16)[2])(uint256)",
    "f(uint256[],(uint128,int64[])[],bytes,string)(uint256)",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_every_case_is_one_that_the_function_takes(signature: str) -> None:
    function = Function.parse(signature)
    inputs = Inputs.of(function)
    kinds = [p.type for p in function.inputs]
    for case in inputs.seeded(300, "types"):
        function.calldata(case)  # refuses what is out of range
        assert tuple(from_json(k, as_json(k, v)) for k, v in zip(kinds, case, strict=True)) == case


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_seed_says_which(signature: str) -> None:
    inputs = Inputs.of(Function.parse(signature))
    first = list(inputs.seeded(200, "a"))
    assert first == list(inputs.seeded(200, "a"))
    assert len(first) == 200 or not inputs.arguments
    if "256" in signature.partition(")(")[0]:
        assert first != list(inputs.seeded(200, "b"))


def test_given_cases_come_first_and_count() -> None:
    inputs = Inputs.of(Function.parse("f((uint256,bool))(uint256)"))
    cases = list(inputs.seeded(50, "x", given=[((7, True),)]))
    assert cases[0] == ((7, True),)
    assert len(cases) == 50


def test_arrays_are_of_many_lengths_and_their_elements_meet_each_other() -> None:
    inputs = Inputs.of(Function.parse("f(uint256[],string)(uint256)"))
    cases = list(inputs.seeded(2_000, "lengths"))
    assert {len(values) for values, _ in cases} == {0, 1, 2, 3, 4}
    assert {0, 1, 31, 32, 33} <= {len(text) for _, text in cases}
    top = 2**256 - 1
    assert sum(len(v) > 1 and v[0] + v[1] in (top, top + 1) for v, _ in cases) > 3


def test_hints_and_enums_are_used_wherever_an_argument_is() -> None:
    function = Function(
        {
            "name": "f",
            "inputs": [
                {"name": "mode", "type": "uint8", "internalType": "enum Library.Mode"},
                {"name": "rows", "type": "tuple[]", "components": [{"name": "rate", "type": "uint256"}]},
            ],
            "outputs": [],
            "stateMutability": "pure",
        }
    )
    inputs = Inputs.of(function, hints={"rate": Hint(within=(5, 9))}, enums={"Library.Mode": 3})
    cases = [inputs.draw(Seeded(str(n))) for n in range(400)]
    assert {mode for mode, _ in cases} == {0, 1, 2}
    rates = [rate for _, rows in cases for (rate,) in rows]
    assert sum(5 <= rate <= 9 for rate in rates) > len(rates) / 6
    with pytest.raises(UsageError, match=r"hints for speed: the arguments of .* are mode, rate, rows"):
        Inputs.of(function, hints={"speed": Hint()})


@settings(max_examples=30, database=None, derandomize=True)
@given(st.data())
def test_hypothesis_draws_what_functions_take(data: Any) -> None:
    function = Function.parse(data.draw(st.sampled_from(SIGNATURES)))
    function.calldata(data.draw(drawn.strategy(Inputs.of(function))))
