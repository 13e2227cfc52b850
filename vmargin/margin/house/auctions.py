"""The arithmetic of a liquidation, paid by the requirement that it releases: the mirror of Auctions.sol."""

from collections.abc import Iterable
from typing import NamedTuple

from vmargin.margin.house.errors import AuctionTermsInvalid
from vmargin.margin.limits import BPS, WAD
from vmargin.margin.rounding import ceilDiv_unsigned
from vmargin.margin.types import Margin, Position
from vmargin.solidity.integers import int256, uint64, uint256
from vmargin.solidity.kernel import kernel

MOST_BPS = uint256(5_000)
STEP = uint256(10**12)

_LONGEST = uint256(uint64.max)


class Sale(NamedTuple):
    """What a bid comes to."""

    fraction: uint256
    value: int256
    penalty: uint256
    insured: uint256
    reward: uint256
    payment: int256


@kernel
def requireValid(startBps: uint256, length: uint256, insuranceBps: uint256, backstopBps: uint256) -> bool:
    """Revert unless these are terms of an auction."""
    if (
        startBps > MOST_BPS
        or length == 0
        or length > _LONGEST
        or insuranceBps > BPS
        or backstopBps > MOST_BPS
    ):
        raise AuctionTermsInvalid(startBps, length, insuranceBps, backstopBps)
    return True


@kernel
def hasLapsed(elapsed: uint256, length: uint256) -> bool:
    """Whether an auction is over because nobody has taken part: as long again at the largest share."""
    return elapsed > 2 * length


@kernel
def isRecent(elapsed: uint256, length: uint256) -> bool:
    """Whether an auction is so recent that what came of it still says something of its account."""
    return elapsed <= 3 * length


@kernel
def discountAfter(elapsed: uint256, startBps: uint256, length: uint256) -> uint256:
    """In a straight line from the start to MOST_BPS over the length, then level. Rounded down."""
    if elapsed >= length:
        return MOST_BPS
    return startBps + (MOST_BPS - startBps) * elapsed / length


@kernel
def discountOn(
    discountBps: uint256,
    backstopBps: uint256,
    value: int256,
    initialRequirement: uint256,
    maintenanceRequirement: uint256,
) -> uint256:
    """The share that this account can bear: of its value or the backstop, of its maintenance requirement."""
    if initialRequirement == 0:
        return discountBps
    owned = uint256(value) * BPS / initialRequirement if value > 0 else uint256(0)
    borne = owned if owned > backstopBps else backstopBps
    kept = maintenanceRequirement * BPS / initialRequirement
    most = borne if borne < kept else kept
    return most if most < discountBps else discountBps


@kernel
def fractionLimit(value: int256, haircut: uint256, requirement: uint256, discountBps: uint256) -> uint256:
    """The least fraction that brings the health at the requirement to 0, and one STEP; 1e18 at the most."""
    needed = haircut + requirement
    shortfall = int256(needed) - value
    if shortfall <= 0:
        return uint256(0)
    released = needed - requirement * discountBps / BPS
    if uint256(shortfall) + ceilDiv_unsigned(requirement, BPS) >= released:
        return WAD
    fraction = ceilDiv_unsigned(uint256(shortfall) * WAD, released) + STEP
    return fraction if fraction < WAD else WAD


@kernel
def closedSize(size: int256, fraction: uint256) -> int256:
    """Toward zero, so that no position is closed whole before all are."""
    return size * int256(fraction) / int256(WAD)


def closedOf(
    positions: Iterable[Position], fraction: uint256
) -> tuple[tuple[Position, ...], tuple[Position, ...]]:
    """What a fraction closes, for the account and for who takes it over."""
    sizes = [(position.instrument, closedSize(position.size, fraction)) for position in positions]
    given = tuple(Position(instrument, -size) for instrument, size in sizes if size != 0)
    taken = tuple(Position(instrument, size) for instrument, size in sizes if size != 0)
    return given, taken


@kernel
def closedValue(value: int256, valueWithout: int256) -> int256:
    """What is closed is worth: above the exact value, by at most two wei."""
    return value - valueWithout + 1


@kernel
def penaltyOn(discountBps: uint256, initialReleased: int256, maintenanceReleased: int256) -> uint256:
    """The discount on the initial requirement released; no more than the maintenance requirement released."""
    if initialReleased <= 0 or maintenanceReleased <= 0:
        return uint256(0)
    penalty = uint256(initialReleased) * discountBps / BPS
    return penalty if penalty < uint256(maintenanceReleased) else uint256(maintenanceReleased)


@kernel
def insuredPart(penalty: uint256, insuranceBps: uint256) -> uint256:
    """The insurance's part of a penalty, rounded up."""
    return ceilDiv_unsigned(penalty * insuranceBps, BPS)


@kernel
def saleOf(
    before: Margin, without: Margin, fraction: uint256, discountBps: uint256, insuranceBps: uint256
) -> Sale:
    """A bid, from what the rule says of the seller with and without the positions, at the same cash."""
    value = closedValue(before.value, without.value)
    penalty = penaltyOn(
        discountBps,
        int256(before.initialRequirement) - int256(without.initialRequirement),
        int256(before.maintenanceRequirement) - int256(without.maintenanceRequirement),
    )
    insured = insuredPart(penalty, insuranceBps)
    reward = penalty - insured
    payment = value - int256(reward)
    return Sale(fraction, value, penalty, insured, reward, payment)
