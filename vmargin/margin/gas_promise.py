"""What the worst account that a policy admits costs to check: the mirror of GasPromise.sol."""

from vmargin.margin.dials import ACCOUNT as ONE_GROUP
from vmargin.margin.dials import QUAD, SHORTFALL, TAYLOR, WORST
from vmargin.margin.dials import UNDERLYING as BY_UNDERLYING
from vmargin.margin.errors import GasOutOfReach
from vmargin.margin.types import Cover, Shock, Terms
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

STEP = uint256(12_000_000)

ACCOUNT = uint256(120_000)
POSITION = uint256(23_000)
UNDERLYING = uint256(22_000)
WORD = uint256(200)
TAKEN = uint256(50_000)
BID = uint256(150_000)

FULL_ROW = uint256(11_000)
FULL_PRICE = uint256(3_550)
TAYLOR_ROW = uint256(17_000)
TAYLOR_PRICE = uint256(1_000)

EVALUATION = uint256(11_000)
HELD = uint256(8_000)
MOVE = uint256(120)
NETTED = uint256(320)
GROUP = uint256(4_000)
OUTCOME = uint256(760)
SORTED = uint256(150)
PAIR = uint256(200)


@kernel
def requireKept(
    terms: Terms,
    covers: Words[Cover],
    shocks: Words[Shock],
    weightsBps: Words[uint256],
    correlationsBps: Words[int256],
) -> bool:
    """Revert unless the costliest step fits, which is to take over a part of all positions."""
    scenarios = uint256(len(weightsBps))
    words = uint256(len(covers) * 6 + len(shocks) * 2) + scenarios + uint256(len(correlationsBps))
    estimate = gasOfTrade(terms, uint256(len(covers)), scenarios, words) + terms.maxPositions * TAKEN + BID
    if estimate > STEP:
        raise GasOutOfReach(estimate, STEP)
    return True


@kernel
def gasOfTrade(terms: Terms, covers: uint256, scenarios: uint256, words: uint256) -> uint256:
    """Two accounts, each with one grid and a margin before and after."""
    underlyings = covers if covers < terms.maxPositions else terms.maxPositions
    around = ACCOUNT + terms.maxPositions * POSITION + underlyings * UNDERLYING + words * WORD
    rows = terms.maxPositions + 1
    evaluation = gasOfEvaluation(terms, underlyings, scenarios)
    return 2 * (around + gasOfGrid(terms, rows, scenarios) + 2 * evaluation)


@kernel
def gasOfGrid(terms: Terms, rows: uint256, scenarios: uint256) -> uint256:
    """Of the prices of so many instruments, options all."""
    if terms.repricing == TAYLOR:
        return rows * (TAYLOR_ROW + scenarios * TAYLOR_PRICE)
    return rows * (FULL_ROW + scenarios * FULL_PRICE)


@kernel
def gasOfEvaluation(terms: Terms, underlyings: uint256, scenarios: uint256) -> uint256:
    """Of one margin on a grid."""
    positions = terms.maxPositions
    account = terms.grouping == ONE_GROUP
    groups = uint256(1) if account else underlyings if terms.grouping == BY_UNDERLYING else positions
    each = GROUP + scenarios * OUTCOME + sortingSteps(terms, scenarios) * SORTED
    if terms.combine == QUAD:
        each += groups * PAIR
    netting = underlyings * scenarios * NETTED if account else uint256(0)
    return EVALUATION + positions * (HELD + scenarios * MOVE) + netting + groups * each


@kernel
def sortingSteps(terms: Terms, scenarios: uint256) -> uint256:
    """Of an insertion sort that keeps the tail, where every loss is above those before it."""
    if terms.aggregate == WORST:
        return uint256(0)
    depth = terms.tailNumerator
    if terms.aggregate == SHORTFALL:
        depth = scenarios * depth / terms.tailDenominator + 1
    kept = depth if depth < scenarios else scenarios
    return kept * (2 * scenarios - kept + 1) / 2
