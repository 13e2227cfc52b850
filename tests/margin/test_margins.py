"""The stateless view: its bytecode against its mirror in every setting, hostile inputs included."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from random import Random

import pytest

from tests.margin.portfolios import (
    SETTINGS,
    SPOILERS,
    Case,
    Setting,
    draw_any,
    draw_case,
    name_of,
    spoiled,
    with_terms,
)
from vmargin.margin import dials, errors
from vmargin.margin.margin_view import evaluate_flat, tail_witness
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

ARTIFACT = Path("contracts/build/MarginView.json")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy(ARTIFACT)


def test_there_are_42_settings() -> None:
    assert len(SETTINGS) == len(set(SETTINGS)) == 42


def test_the_view_fits_a_contract() -> None:
    assert len(bytes.fromhex(json.loads(ARTIFACT.read_text())["deployedBytecode"][2:])) < 24_576


def agree(contract: Contract, case: Case, *, native: bool) -> bool:
    """Whether it is a value that both give."""
    expected = contract.outcome("evaluate", case.abi)
    assert case.mirrored(native=native) == expected, case
    assert isinstance(expected, tuple | Revert), expected  # and no halt
    return isinstance(expected, tuple)


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_natively(contract: Contract, setting: Setting, long: bool) -> None:
    evaluate_flat.batch.prepare()
    random = Random(f"native {setting}")
    count = 300 if long else 25
    values = sum(agree(contract, draw_any(random, setting), native=True) for _ in range(count))
    assert values > count // 2


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_checked(contract: Contract, setting: Setting, long: bool) -> None:
    random = Random(f"checked {setting}")
    for _ in range(30 if long else 3):
        agree(contract, draw_any(random, setting), native=False)


@pytest.mark.parametrize("name", SPOILERS)
def test_hostile_inputs_are_refused(contract: Contract, name: str, long: bool) -> None:
    """With the error that is meant, and operands to the bit. The case is well without what spoils it."""
    for case, error in itertools.islice(spoiled(Random(name), name), 20 if long else 3):
        outcome = contract.outcome("evaluate", case.abi)
        assert outcome == case.mirrored()
        assert type(outcome) is not tuple
        assert f"'{error}(" in repr(outcome), (outcome, case)


def test_inputs_are_as_diverse_as_is_said() -> None:
    random = Random("diverse")
    cases = [draw_case(random, setting) for setting in SETTINGS for _ in range(10)]
    counts = [len(case.portfolio.positions) for case in cases]
    assert 6 < sum(counts) / len(counts) < 10
    assert min(counts) == 0
    assert max(counts) > 30
    kinds = {p.instrument >> 176 & 0xFF for case in cases for p in case.portfolio.positions}
    assert kinds == set(range(6))
    sizes = [abs(p.size) for case in cases for p in case.portfolio.positions]
    assert min(sizes) < 10
    assert max(sizes) > 2**111
    assert any(case.tail for case in cases)
    assert max(len(case.policy.weightsBps) for case in cases) > 128


def test_one_tail_passes(contract: Contract) -> None:
    """Above 32 scenarios, with a witness of each group; one scenario more or less, or another, is refused."""
    random = Random("tails")
    for aggregate in (dials.SHORTFALL, dials.VAR):
        for grouping in (dials.EXPIRY, dials.ACCOUNT):
            setting = (dials.FULL, grouping, aggregate, dials.SUM)
            case = draw_case(random, setting, scenarios=random.choice((33, 256)))
            while len(case.tail) < 2 or isinstance(case.mirrored(), Revert):
                case = draw_case(random, setting, scenarios=random.choice((33, 256)))
            assert agree(contract, case, native=False)
            length, scenarios = len(case.tail), len(case.policy.weightsBps)
            for tail, error in (
                ((), errors.TailMissing(scenarios)),
                (case.tail[1:], errors.TailLength(length - 1, length)),
                ((*case.tail, 0), errors.TailLength(length + 1, length)),
                ((*case.tail[:-1], scenarios), errors.TailScenarioUnknown(scenarios, scenarios)),
            ):
                wrong = case._replace(tail=tail)
                assert contract.outcome("evaluate", wrong.abi) == wrong.mirrored() == error


def test_a_sorted_tail_takes_no_witness() -> None:
    case = draw_case(Random(2), (dials.FULL, dials.ACCOUNT, dials.VAR, dials.SUM), scenarios=32)
    assert tail_witness(*case[:3]) == ()
    worst = with_terms(case, aggregate=dials.WORST)
    assert tail_witness(*worst[:3]) == ()
