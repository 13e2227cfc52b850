"""The four-dial rule on a grid of prices: the mirror of Rules.sol."""

from typing import NamedTuple

from vmargin.margin.add_ons import covered
from vmargin.margin.dials import ACCOUNT, EXPIRY, POSITION, QUAD, UNDERLYING
from vmargin.margin.errors import GroupOutsideMatrix, PnlOutOfRange
from vmargin.margin.limits import BPS, PNL, WAD
from vmargin.margin.quadrature import root
from vmargin.margin.rounding import floorDiv
from vmargin.margin.tails import aggregate, requireLength
from vmargin.margin.types import Cover, Position, Terms
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256
from vmargin.solidity.kernel import kernel


class Combined(NamedTuple):
    """What all groups' losses come to, and the scenario with the least sum of weighted outcomes."""

    total: uint256
    worstScenario: uint256


@kernel
def shiftOf(grouping: uint256) -> uint256:
    """By how much an instrument is shifted right so that equal results, which are not 0, are one group."""
    if grouping == POSITION:
        return uint256(0)
    return uint256(184) if grouping == EXPIRY else uint256(224)


@kernel(truth=lambda instrument, shift: int(instrument) >> int(shift))
def _key(instrument: uint256, shift: uint256) -> uint256:
    """What positions of one group share: a name, and no number that is rounded."""
    return instrument >> shift


@kernel
def outcomesOf(
    positions: Words[Position],
    grid: Words[int256],
    rows: Words[uint256],
    terms: Terms,
    scenarios: uint256,
    outcomes: Scratch[int256],
) -> uint256:
    """The outcome of each group in each scenario, group after group; returns how many groups they are of."""
    shift = shiftOf(terms.grouping)
    previous = uint256(0)
    end = uint256(0)
    for i in range(len(positions)):
        key = _key(positions[i].instrument, shift)
        if key != previous:
            end += scenarios
        previous = key
        end = addMoves(positions[i].size, grid, rows[i] * (scenarios + 1), scenarios, outcomes, end)
    end = toPnls(outcomes, end)
    if terms.grouping == ACCOUNT and end > 0:
        end = credit(outcomes, end, scenarios, terms.creditBps)
    return end / scenarios


@kernel
def addMoves(
    size: int256, grid: Words[int256], row: uint256, scenarios: uint256, sums: Scratch[int256], end: uint256
) -> uint256:
    """Add to the sums up to `end` what the position gains in each scenario, with 36 decimals and exactly."""
    first = end - scenarios
    current = grid[row]
    for n in range(scenarios):
        s = uint256(n)
        sums[first + s] += size * (grid[row + 1 + s] - current)
    return end


@kernel
def toPnls(sums: Scratch[int256], length: uint256) -> uint256:
    """Turn the sums into PnLs: from 36 decimals to 18, rounded down."""
    for i in range(length):
        pnl = floorDiv(sums[i], WAD)
        if pnl >= int256(PNL) or pnl <= -int256(PNL):
            raise PnlOutOfRange(pnl)
        sums[i] = pnl
    return length


@kernel
def credit(pnls: Scratch[int256], length: uint256, scenarios: uint256, creditBps: uint256) -> uint256:
    """Make the PnLs of underlyings one outcome for each scenario: losses in full, gains at `creditBps`."""
    for n in range(scenarios):
        s = uint256(n)
        gains = int256(0)
        losses = int256(0)
        for u in range(length / scenarios):
            pnl = pnls[uint256(u) * scenarios + s]
            if pnl > 0:
                gains += pnl
            else:
                losses += pnl
        pnls[s] = floorDiv(int256(creditBps) * gains + int256(BPS) * losses, BPS)
    return scenarios


@kernel
def combined(
    outcomes: Words[int256],
    groups: uint256,
    positions: Words[Position],
    terms: Terms,
    covers: Words[Cover],
    weightsBps: Words[uint256],
    correlationsBps: Words[int256],
    tail: Words[uint256],
    sums: Scratch[int256],
    losses: Scratch[int256],
    top: Scratch[int256],
    requirements: Scratch[int256],
    places: Scratch[uint256],
) -> Combined:
    """What all groups' losses come to, and the scenario with the least sum of weighted outcomes."""
    scenarios = uint256(len(weightsBps))
    requireLength(uint256(len(tail)), terms, scenarios, groups)
    signed = terms.combine == QUAD and scenarios == 1
    at = uint256(0)
    for g in range(groups):
        at = weigh(outcomes, at, weightsBps, sums, losses)
        loss = aggregate(losses, terms, tail, uint256(g), top)
        requirements[g] = int256(0) if loss < 0 and not signed else loss
    worstScenario = firstLeast(sums)
    total = uint256(0)
    if terms.combine == QUAD:
        count = placesOf(positions, terms, covers, places)
        total = root(requirements, count, places, correlationsBps, terms.matrixSize)
    else:
        for g in range(groups):
            total += uint256(requirements[g])
    return Combined(total, worstScenario)


@kernel
def weigh(
    outcomes: Words[int256],
    first: uint256,
    weightsBps: Words[uint256],
    sums: Scratch[int256],
    losses: Scratch[int256],
) -> uint256:
    """Weigh the outcomes of a group from `first` on, rounded down: into the sums, and as its losses."""
    scenarios = uint256(len(weightsBps))
    for n in range(scenarios):
        s = uint256(n)
        weighted = outcomes[first + s] * int256(weightsBps[s])
        outcome = floorDiv(weighted, BPS)
        sums[s] += outcome
        losses[s] = -outcome
    return first + scenarios


@kernel
def firstLeast(sums: Words[int256]) -> uint256:
    """The place of the first of those that none is below."""
    place = uint256(0)
    for s in range(1, len(sums)):
        if sums[s] < sums[place]:
            place = uint256(s)
    return place


@kernel
def placesOf(
    positions: Words[Position], terms: Terms, covers: Words[Cover], places: Scratch[uint256]
) -> uint256:
    """Where each group is in the matrix: an underlying where its cover is, others in their own order."""
    shift = shiftOf(terms.grouping)
    previous = uint256(0)
    group = uint256(0)
    cover = uint256(0)
    for i in range(len(positions)):
        key = _key(positions[i].instrument, shift)
        if key == previous:
            continue
        previous = key
        place = group
        if terms.grouping == UNDERLYING:
            cover = covered(covers, cover, key)
            place = cover
        if place >= terms.matrixSize:
            raise GroupOutsideMatrix(place, terms.matrixSize)
        places[group] = place
        group += 1
    return group
