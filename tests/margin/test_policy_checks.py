"""What a policy must be: each bound, on either side, in the contract and its mirror."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from tests.margin import draws
from tests.margin.draws import mirrored
from vmargin.margin import dials, policy_checks
from vmargin.margin.types import Cover, Shock
from vmargin.solidity.bytecode import Contract
from vmargin.solidity.reverts import Revert

MAX = 2**256 - 1


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.deploy("contracts/build/PolicyChecksHarness.json")


def sound(scenarios: int = 3, **terms: int) -> tuple:
    """A valid policy, which the cases below change in one place each."""
    chosen = {
        "initialBps": 13_000,
        "maintenanceBps": 10_000,
        "tailNumerator": 1,
        "tailDenominator": 4,
        **terms,
    }
    size = chosen.get("matrixSize", 0)
    return (
        draws.drawn_terms(Random("sound"), scenarios, **chosen),
        [Cover(3, 1, 2_000, 10**24, 10**21, 500), Cover(9, 0, 10_000, 0, 0, 0)],
        [Shock(-3_000, 2_500), Shock(0, 0), Shock(3_000, -2_500)] * 2
        if scenarios == 3
        else [Shock(0, 0)] * 2 * scenarios,
        [10_000] * scenarios,
        [10_000 if k % (size + 1) == 0 else 2_500 for k in range(size * size)],
    )


def quad(size: int, grouping: int = dials.UNDERLYING) -> tuple:
    return sound(combine=dials.QUAD, grouping=grouping, matrixSize=size)


def agreed(contract: Contract, policy: tuple, most: int = 256) -> str:
    """What both say: the name of the error, or "" for a policy that is valid."""
    expected = contract.outcome("requireValid", (policy, most))
    assert mirrored(policy_checks.requireValid, *policy, most) == expected, policy
    return str(expected).partition("(")[0] if isinstance(expected, Revert) else ""


def with_terms(policy: tuple, **terms: int) -> tuple:
    return (policy[0]._replace(**terms), *policy[1:])


def with_entry(policy: tuple, field: int, place: int, entry) -> tuple:
    entries = [*policy[field]]
    entries[place] = entry
    return (*policy[:field], entries, *policy[field + 1 :])


EDGES = {
    # field: the least and the most that are valid, and the error beyond
    "schema": (1, 1, "SchemaUnknown"),
    "repricing": (0, 1, "DialsInvalid"),
    "grouping": (0, 3, "DialsInvalid"),
    "aggregate": (0, 2, "DialsInvalid"),
    "creditBps": (0, 10_000, "FactorOutOfRange"),
    "maxPositions": (1, 64, "PositionLimitOutOfRange"),
    "termPowerBps": (0, 10_000, "FactorOutOfRange"),
    "termFloor": (3_600, 365 * 86_400, "TermInvalid"),
    "shortOptionBps": (0, 2**15, "FactorOutOfRange"),
    "confidenceBps": (0, 10_000, "FactorOutOfRange"),
    "depegBps": (0, 2**15, "FactorOutOfRange"),
    "pegThreshold": (0, 2**64 - 1, "PegThresholdOutOfRange"),
    "maintenanceBps": (1, 13_000, "InitialBelowMaintenance"),
    "matrixSize": (0, 0, "MatrixSizeInvalid"),
}


@pytest.mark.parametrize("field", EDGES)
def test_each_term_has_its_bounds(contract: Contract, field: str) -> None:
    least, most, error = EDGES[field]
    policy = sound(termPowerBps=3_000)
    for value in (least, most):
        assert agreed(contract, with_terms(policy, **{field: value})) == ""
    for value in (least - 1, most + 1, MAX):
        if value >= 0:
            assert agreed(contract, with_terms(policy, **{field: value})) == error


def test_initial_is_bounded_by_maintenance_and_by_the_widest_factor(contract: Contract) -> None:
    for initial, error in ((9_999, "InitialBelowMaintenance"), (10_000, ""), (2**15, "")):
        assert agreed(contract, sound(initialBps=initial)) == error
    assert agreed(contract, sound(initialBps=2**15 + 1)) == "FactorOutOfRange"


def test_a_term_s_floor_is_free_where_there_is_no_power(contract: Contract) -> None:
    assert agreed(contract, sound(termPowerBps=0, termFloor=0)) == ""


def test_an_account_as_one_group_takes_the_sum_only(contract: Contract) -> None:
    for grouping in range(4):
        wanted = "DialsInvalid" if grouping == dials.ACCOUNT else ""
        assert agreed(contract, quad(2, grouping)) == wanted
    assert agreed(contract, sound(combine=2)) == "DialsInvalid"


@pytest.mark.parametrize(
    ("aggregate", "numerator", "denominator", "error"),
    [
        (dials.WORST, 0, 0, ""),
        (dials.VAR, 0, 7, "TailInvalid"),
        (dials.VAR, 1, 0, ""),
        (dials.VAR, 3, 0, ""),
        (dials.VAR, 4, 9, "TailInvalid"),
        (dials.SHORTFALL, 0, 1, "TailInvalid"),
        (dials.SHORTFALL, 1, 1, ""),
        (dials.SHORTFALL, 1, 2**15, ""),
        (dials.SHORTFALL, 1, 2**15 + 1, "TailInvalid"),
        (dials.SHORTFALL, 5, 4, "TailInvalid"),
        (dials.SHORTFALL, MAX, MAX, "TailInvalid"),
        (dials.SHORTFALL, 0, 0, "TailInvalid"),
    ],
)
def test_a_tail_is_some_of_the_scenarios(
    contract: Contract, aggregate: int, numerator: int, denominator: int, error: str
) -> None:
    policy = sound(aggregate=aggregate, tailNumerator=numerator, tailDenominator=denominator)
    assert agreed(contract, policy) == error


def test_scenarios_are_some_and_at_most_so_many(contract: Contract) -> None:
    assert agreed(contract, sound(1), 1) == ""
    assert agreed(contract, sound(32), 32) == ""
    assert agreed(contract, sound(33), 32) == "ScenariosOutOfRange"
    assert agreed(contract, sound(256), 256) == ""
    none = sound()
    assert agreed(contract, (*none[:3], [], none[4])) == "ScenariosOutOfRange"
    assert agreed(contract, with_entry(sound(), 3, 2, 2**15)) == ""
    assert agreed(contract, with_entry(sound(), 3, 2, 2**15 + 1)) == "FactorOutOfRange"


def test_tables_are_whole_and_there(contract: Contract) -> None:
    policy = sound()
    for shocks, error in ((6, ""), (5, "ShocksMismatch"), (0, "ShocksMismatch"), (3, "TableMissing")):
        assert agreed(contract, (*policy[:2], policy[2][:shocks], *policy[3:])) == error


@pytest.mark.parametrize(
    ("spot", "volatility", "valid"),
    [
        (-9_999, -10_000, True),
        (2**15, 2**15, True),
        (-10_000, 0, False),
        (2**15 + 1, 0, False),
        (0, -10_001, False),
        (0, 2**15 + 1, False),
        (-(2**255), 2**255 - 1, False),
    ],
)
def test_shocks_are_bounded(contract: Contract, spot: int, volatility: int, valid: bool) -> None:
    policy = with_entry(sound(), 2, 5, Shock(spot, volatility))
    assert agreed(contract, policy) == ("" if valid else "PolicyShockOutOfRange")


@pytest.mark.parametrize(
    ("cover", "error"),
    [
        (Cover(4, 1, 10_000, 2**112 - 1, 2**112 - 1, 2**15), ""),
        (Cover(3, 0, 0, 0, 0, 0), "CoversOutOfOrder"),
        (Cover(2, 0, 0, 0, 0, 0), "CoversOutOfOrder"),
        (Cover(4, 2, 0, 0, 0, 0), "TableMissing"),
        (Cover(4, 0, 10_001, 0, 0, 0), "FactorOutOfRange"),
        (Cover(4, 0, 0, 2**112, 0, 0), "CoverOutOfRange"),
        (Cover(4, 0, 0, 0, 2**112, 0), "CoverOutOfRange"),
        (Cover(4, 0, 0, 0, 0, 2**15 + 1), "FactorOutOfRange"),
    ],
)
def test_covers_are_in_order_and_bounded(contract: Contract, cover: Cover, error: str) -> None:
    assert agreed(contract, with_entry(sound(), 1, 1, cover)) == error
    assert (
        agreed(contract, with_entry(sound(), 1, 0, sound()[1][0]._replace(underlying=0)))
        == "CoversOutOfOrder"
    )


def test_a_matrix_is_one_of_correlations(contract: Contract) -> None:
    for size, error in ((0, "MatrixSizeInvalid"), (1, ""), (3, ""), (64, ""), (65, "MatrixSizeInvalid")):
        assert agreed(contract, quad(size)) == error
    assert agreed(contract, with_terms(quad(3), matrixSize=4)) == "MatrixSizeInvalid"
    assert agreed(contract, with_terms(quad(3), matrixSize=2**128)) == "MatrixSizeInvalid"
    matrix = (4, (1, 5, 9_999), "MatrixInvalid")
    for place in (0, 8):
        assert agreed(contract, with_entry(quad(3), matrix[0], place, 9_999)) == matrix[2]
    for place in (1, 2, 3, 5, 6, 7):
        assert agreed(contract, with_entry(quad(3), matrix[0], place, 2_501)) == matrix[2]
    for correlation, error in (
        (10_000, ""),
        (-10_000, ""),
        (10_001, "MatrixInvalid"),
        (-10_001, "MatrixInvalid"),
    ):
        policy = with_entry(with_entry(quad(3), 4, 1, correlation), 4, 3, correlation)
        assert agreed(contract, policy) == error


def kept(contract: Contract, policy: tuple) -> str:
    expected = contract.outcome("requireKeepable", (policy,))
    assert mirrored(policy_checks.requireKeepable, *policy) == expected, policy
    return str(expected).partition("(")[0] if isinstance(expected, Revert) else ""


def test_a_ledger_s_policy_sorts_its_own_tails_and_is_within_reach(contract: Contract) -> None:
    small = {"maxPositions": 8}
    assert kept(contract, sound(32, **small)) == ""
    assert kept(contract, sound(33, **small)) == "ScenariosOutOfRange"
    assert kept(contract, sound(32, maxPositions=64)) == "GasOutOfReach"
    assert agreed(contract, sound(33, maxPositions=64)) == ""


@pytest.mark.parametrize(
    ("scenarios", "correlations", "error"),
    [
        (3, (10_000, 10_000, 10_000), ""),
        (3, (-5_000, -5_000, 10_000), ""),
        (3, (-5_000, -5_001, 10_000), "VarianceMayBeNegative"),
        (3, (10_000, -10_000, 10_000), ""),
        (1, (5_000, 5_000, 5_000), ""),
        (1, (5_000, 5_001, -1_000), "VarianceMayBeNegative"),
        (1, (-5_000, 5_000, 0), ""),
    ],
)
def test_no_variance_of_a_ledger_s_policy_can_be_negative(
    contract: Contract, scenarios: int, correlations: tuple[int, int, int], error: str
) -> None:
    a, b, c = correlations
    terms = {"combine": dials.QUAD, "grouping": dials.UNDERLYING, "matrixSize": 3, "maxPositions": 8}
    policy = (*sound(scenarios, **terms)[:4], [10_000, a, b, a, 10_000, c, b, c, 10_000])
    assert agreed(contract, policy) == ""
    assert kept(contract, policy) == error
    if not error:
        losses = (range(3) if scenarios > 1 else range(-3, 4),) * 3
        for x, y, z in itertools.product(*losses):
            assert x * x + y * y + z * z + (2 * (x * y * a + x * z * b + y * z * c)) / 10_000 >= 0


def test_of_several_faults_the_first_counts_in_both(contract: Contract, long: bool) -> None:
    random = Random("faults")
    errors = set()
    for _ in range(2000 if long else 300):
        policy = quad(3, random.randrange(3)) if random.random() < 0.5 else sound(termPowerBps=1)
        policy = with_terms(policy, aggregate=random.randrange(3))
        for _ in range(random.randint(1, 5)):
            name = random.choice(policy[0]._fields)
            value = random.choice((0, 1, 2, 3, 5, 10_000, 10_001, 2**15 + 1, 2**64, MAX))
            policy = with_terms(policy, **{name: value})
            if random.random() < 0.5:
                field = random.randrange(1, 5)
                entries = policy[field]
                if entries and field < 3:
                    entry = entries[-1]
                    fields = {random.choice(entry._fields): random.choice((0, 10_001, 2**112))}
                    policy = with_entry(policy, field, -1, entry._replace(**fields))
                elif entries:
                    policy = with_entry(policy, field, -1, 10_000 + random.randrange(2**15))
        errors.add(agreed(contract, policy, random.choice((2, 32))))
    assert len(errors) > 8, errors
