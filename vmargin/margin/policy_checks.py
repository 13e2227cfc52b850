"""What must hold of a policy before a rule may be read from it: the mirror of PolicyChecks.sol."""

from vmargin.margin.dials import ACCOUNT, QUAD, SCHEMA, SHORTFALL, SUM, TAYLOR, VAR, WORST
from vmargin.margin.errors import (
    CoverOutOfRange,
    CoversOutOfOrder,
    DialsInvalid,
    FactorOutOfRange,
    InitialBelowMaintenance,
    MatrixInvalid,
    MatrixSizeInvalid,
    PegThresholdOutOfRange,
    PolicyShockOutOfRange,
    PositionLimitOutOfRange,
    ScenariosOutOfRange,
    SchemaUnknown,
    ShocksMismatch,
    TableMissing,
    TailInvalid,
    TermInvalid,
    VarianceMayBeNegative,
)
from vmargin.margin.gas_promise import requireKept
from vmargin.margin.limits import BPS, FACTOR_BPS, GROUPS, POSITIONS, SIZE
from vmargin.margin.tails import SORTED
from vmargin.margin.types import Cover, Shock, Terms
from vmargin.solidity.arrays import Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel

PEG = uint256(1 << 64)
SHORTEST_TERM = uint256(60 * 60)
LONGEST_TERM = uint256(365 * 24 * 60 * 60)


@kernel
def requireValid(
    terms: Terms,
    covers: Words[Cover],
    shocks: Words[Shock],
    weightsBps: Words[uint256],
    correlationsBps: Words[int256],
    mostScenarios: uint256,
) -> bool:
    """Revert unless a policy is one, with at most so many scenarios."""
    scenarios = uint256(len(weightsBps))
    return (
        requireDials(terms)
        and requireScenarios(scenarios, mostScenarios)
        and requireTail(terms, scenarios)
        and requireFactors(terms)
        and requireWeights(weightsBps)
        and requireShocks(shocks, scenarios)
        and requireCovers(covers, uint256(len(shocks)) / scenarios)
        and requireMatrix(terms, correlationsBps)
    )


@kernel
def requireKeepable(
    terms: Terms,
    covers: Words[Cover],
    shocks: Words[Shock],
    weightsBps: Words[uint256],
    correlationsBps: Words[int256],
) -> bool:
    """Revert unless a ledger can promise to apply a policy to every account that it admits."""
    return (
        requireValid(terms, covers, shocks, weightsBps, correlationsBps, SORTED)
        and requireVariance(terms, uint256(len(weightsBps)), correlationsBps)
        and requireKept(terms, covers, shocks, weightsBps, correlationsBps)
    )


@kernel
def requireDials(terms: Terms) -> bool:
    """Known settings; ACCOUNT takes SUM only."""
    if terms.schema != SCHEMA:
        raise SchemaUnknown(terms.schema)
    if (
        terms.repricing > TAYLOR
        or terms.grouping > ACCOUNT
        or terms.aggregate > VAR
        or terms.combine > QUAD
        or (terms.grouping == ACCOUNT and terms.combine != SUM)
    ):
        raise DialsInvalid(terms.repricing, terms.grouping, terms.aggregate, terms.combine)
    return True


@kernel
def requireScenarios(scenarios: uint256, most: uint256) -> bool:
    """At least one and at most so many."""
    if scenarios == 0 or scenarios > most:
        raise ScenariosOutOfRange(scenarios)
    return True


@kernel
def requireTail(terms: Terms, scenarios: uint256) -> bool:
    """A tail is some of the scenarios and at most all; WORST reads none."""
    if terms.aggregate == WORST:
        return True
    most = scenarios if terms.aggregate == VAR else terms.tailDenominator
    if (
        terms.tailNumerator == 0
        or terms.tailNumerator > most
        or (terms.aggregate == SHORTFALL and most > FACTOR_BPS)
    ):
        raise TailInvalid(terms.tailNumerator, terms.tailDenominator, scenarios)
    return True


@kernel
def requireFactors(terms: Terms) -> bool:
    """All that is neither per scenario nor per underlying."""
    requireFactor(terms.creditBps, BPS)
    requireFactor(terms.initialBps, FACTOR_BPS)
    if terms.maintenanceBps == 0 or terms.initialBps < terms.maintenanceBps:
        raise InitialBelowMaintenance(terms.initialBps, terms.maintenanceBps)
    if terms.maxPositions == 0 or terms.maxPositions > POSITIONS:
        raise PositionLimitOutOfRange(terms.maxPositions)
    requireFactor(terms.termPowerBps, BPS)
    if terms.termPowerBps != 0 and (terms.termFloor < SHORTEST_TERM or terms.termFloor > LONGEST_TERM):
        raise TermInvalid(terms.termPowerBps, terms.termFloor)
    requireFactor(terms.shortOptionBps, FACTOR_BPS)
    requireFactor(terms.confidenceBps, BPS)
    requireFactor(terms.depegBps, FACTOR_BPS)
    if terms.pegThreshold >= PEG:
        raise PegThresholdOutOfRange(terms.pegThreshold)
    return True


@kernel
def requireWeights(weightsBps: Words[uint256]) -> bool:
    """Factors, each."""
    for s in range(len(weightsBps)):
        requireFactor(weightsBps[s], FACTOR_BPS)
    return True


@kernel
def requireFactor(factorBps: uint256, most: uint256) -> bool:
    """At most so much."""
    if factorBps > most:
        raise FactorOutOfRange(factorBps)
    return True


@kernel
def requireShocks(shocks: Words[Shock], scenarios: uint256) -> bool:
    """Whole tables, at least one. No spot falls to nothing, no volatility below it."""
    if len(shocks) == 0 or uint256(len(shocks)) % scenarios != 0:
        raise ShocksMismatch(uint256(len(shocks)), scenarios)
    least = -int256(BPS)
    most = int256(FACTOR_BPS)
    for i in range(len(shocks)):
        spotBps = shocks[i].spotBps
        volatilityBps = shocks[i].volatilityBps
        if spotBps <= least or spotBps > most or volatilityBps < least or volatilityBps > most:
            raise PolicyShockOutOfRange(spotBps, volatilityBps)
    return True


@kernel
def requireCovers(covers: Words[Cover], tables: uint256) -> bool:
    """Strictly ascending, each with a table, shares and amounts in range."""
    previous = uint256(0)
    for c in range(len(covers)):
        cover = covers[c]
        if cover.underlying <= previous:
            raise CoversOutOfOrder(previous, cover.underlying)
        if cover.table >= tables:
            raise TableMissing(cover.underlying, cover.table)
        requireFactor(cover.haircutBps, BPS)
        requireFactor(cover.concentrationBps, FACTOR_BPS)
        if cover.collateralCap >= SIZE or cover.depth >= SIZE:
            raise CoverOutOfRange(cover.underlying, cover.collateralCap, cover.depth)
        previous = cover.underlying
    return True


@kernel
def requireMatrix(terms: Terms, correlationsBps: Words[int256]) -> bool:
    """QUAD: symmetric, one on the diagonal, nothing above one. SUM: no matrix."""
    size = terms.matrixSize
    quad = terms.combine == QUAD
    if quad != (size != 0) or size > GROUPS or uint256(len(correlationsBps)) != size * size:
        raise MatrixSizeInvalid(size, uint256(len(correlationsBps)))
    one = int256(BPS)
    for r in range(size):
        row = uint256(r)
        if correlationsBps[row * size + row] != one:
            raise MatrixInvalid(row, row, correlationsBps[row * size + row])
        for k in range(row):
            column = uint256(k)
            correlationBps = correlationsBps[row * size + column]
            if (
                correlationBps < -one
                or correlationBps > one
                or correlationBps != correlationsBps[column * size + row]
            ):
                raise MatrixInvalid(row, column, correlationBps)
    return True


@kernel
def requireVariance(terms: Terms, scenarios: uint256, correlationsBps: Words[int256]) -> bool:
    """Revert unless x'Cx is at least 0 for all losses x that there may be."""
    size = terms.matrixSize
    for r in range(size):
        row = uint256(r)
        rest = int256(BPS)
        for k in range(size):
            column = uint256(k)
            correlationBps = correlationsBps[row * size + column]
            if column == row:
                continue
            if correlationBps < 0:
                rest += correlationBps
            elif scenarios == 1:
                rest -= correlationBps
        if rest < 0:
            raise VarianceMayBeNegative(row, rest)
    return True
