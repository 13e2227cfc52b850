// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Limits} from "../margin/Limits.sol";
import {Rounding} from "../margin/Rounding.sol";
import {Margin, Position} from "../margin/Types.sol";
import {AuctionTermsInvalid} from "./HouseErrors.sol";

/// What a bid comes to.
struct Sale {
    uint256 fraction;
    /// Of the positions, by the marks.
    int256 value;
    /// Borne by the account.
    uint256 penalty;
    /// Of the penalty: what the insurance receives.
    uint256 insured;
    /// Of the penalty: what the liquidator keeps.
    uint256 reward;
    /// From the liquidator to the account: the value less the reward.
    int256 payment;
}

/// The arithmetic of a liquidation. What is put up is the account's requirement: whoever takes positions over at their
/// value is paid a share of the requirement that this releases, and the share grows with time.
library Auctions {
    /// The largest share: what is left of a release still raises the account's health.
    uint256 internal constant MOST_BPS = 5_000;
    /// Of a fraction: a millionth. See fractionLimit.
    uint256 internal constant STEP = 1e12;

    function requireValid(uint256 startBps, uint256 length, uint256 insuranceBps, uint256 backstopBps) internal pure {
        if (
            startBps > MOST_BPS || length == 0 || length > type(uint64).max || insuranceBps > Limits.BPS
                || backstopBps > MOST_BPS
        ) revert AuctionTermsInvalid(startBps, length, insuranceBps, backstopBps);
    }

    /// Whether an auction is over because nobody has taken part: as long again at the largest share. Else one that was
    /// forgotten while its account had recovered would serve the account's next fall, at half of the requirement at
    /// once.
    function hasLapsed(uint256 elapsed, uint256 length) internal pure returns (bool) {
        return elapsed > 2 * length;
    }

    /// Whether an auction is so recent that what came of it still says something of its account.
    function isRecent(uint256 elapsed, uint256 length) internal pure returns (bool) {
        return elapsed <= 3 * length;
    }

    /// In a straight line from the start to MOST_BPS over the length, then level. Rounded down.
    function discountAfter(uint256 elapsed, uint256 startBps, uint256 length) internal pure returns (uint256) {
        if (elapsed >= length) return MOST_BPS;
        return startBps + (MOST_BPS - startBps) * elapsed / length;
    }

    /// The share that this account can bear, rounded down: no more of the initial requirement than
    /// - the account is worth, or else `backstopBps`, for which the insurance answers. Nobody gains more than that from
    ///   the insurance by taking over what another account of his has lost;
    /// - its maintenance requirement, so that maintenance health does not fall where it is less than half of the
    ///   initial.
    function discountOn(
        uint256 discountBps,
        uint256 backstopBps,
        int256 value,
        uint256 initialRequirement,
        uint256 maintenanceRequirement
    ) internal pure returns (uint256) {
        if (initialRequirement == 0) return discountBps;
        uint256 owned = value > 0 ? uint256(value) * Limits.BPS / initialRequirement : 0;
        uint256 borne = owned > backstopBps ? owned : backstopBps;
        uint256 kept = maintenanceRequirement * Limits.BPS / initialRequirement;
        uint256 most = borne < kept ? borne : kept;
        return most < discountBps ? most : discountBps;
    }

    /// The largest fraction of an account that a bid may take: the least that brings the health at the requirement to
    /// 0, and one STEP; all of it, 1e18, where that does not suffice, or would leave less than a basis point of the
    /// requirement (by which the discount is rounded).
    ///
    /// A rule is proportional to sizes, or convex in them, as concentration and capped haircuts are: taking a fraction
    /// of each position releases at least this fraction of requirement and haircut, less the penalty. The quotient is
    /// rounded up; sizes are then truncated, by less than 1e-18 of a unit each, and the STEP makes up for that.
    function fractionLimit(int256 value, uint256 haircut, uint256 requirement, uint256 discountBps)
        internal
        pure
        returns (uint256)
    {
        uint256 needed = haircut + requirement;
        int256 shortfall = int256(needed) - value;
        if (shortfall <= 0) return 0;
        uint256 released = needed - requirement * discountBps / Limits.BPS;
        if (uint256(shortfall) + Rounding.ceilDiv(requirement, Limits.BPS) >= released) return Limits.WAD;
        uint256 fraction = Rounding.ceilDiv(uint256(shortfall) * Limits.WAD, released) + STEP;
        return fraction < Limits.WAD ? fraction : Limits.WAD;
    }

    /// Toward zero, so that no position is closed whole, and none vanishes from the rule's groups, before all are.
    function closedSize(int256 size, uint256 fraction) internal pure returns (int256) {
        return size * int256(fraction) / int256(Limits.WAD);
    }

    /// What a fraction closes, for the account and for who takes it over; positions of which that is nothing left out.
    function closedOf(Position[] memory positions, uint256 fraction)
        internal
        pure
        returns (Position[] memory given, Position[] memory taken)
    {
        given = new Position[](positions.length);
        taken = new Position[](positions.length);
        uint256 n = 0;
        for (uint256 i = 0; i < positions.length; ++i) {
            int256 size = closedSize(positions[i].size, fraction);
            if (size == 0) continue;
            given[n] = Position(positions[i].instrument, -size);
            taken[n++] = Position(positions[i].instrument, size);
        }
        assembly ("memory-safe") {
            mstore(given, n)
            mstore(taken, n)
        }
    }

    /// What is closed is worth, rounded up, in favour of the account: from its value with and without, each of which is
    /// rounded down. Above the exact value, and by at most two wei.
    function closedValue(int256 value, int256 valueWithout) internal pure returns (int256) {
        return value - valueWithout + 1;
    }

    /// The discount on the initial requirement released, rounded down; no more than the maintenance requirement
    /// released.
    function penaltyOn(uint256 discountBps, int256 initialReleased, int256 maintenanceReleased)
        internal
        pure
        returns (uint256)
    {
        if (initialReleased <= 0 || maintenanceReleased <= 0) return 0;
        uint256 penalty = uint256(initialReleased) * discountBps / Limits.BPS;
        return penalty < uint256(maintenanceReleased) ? penalty : uint256(maintenanceReleased);
    }

    /// The insurance's part of a penalty, rounded up.
    function insuredPart(uint256 penalty, uint256 insuranceBps) internal pure returns (uint256) {
        return Rounding.ceilDiv(penalty * insuranceBps, Limits.BPS);
    }

    /// A bid, from what the rule says of the seller with and without the positions, at the same cash.
    function saleOf(
        Margin memory before,
        Margin memory without,
        uint256 fraction,
        uint256 discountBps,
        uint256 insuranceBps
    ) internal pure returns (Sale memory sale) {
        sale.fraction = fraction;
        sale.value = closedValue(before.value, without.value);
        sale.penalty = penaltyOn(
            discountBps,
            int256(before.initialRequirement) - int256(without.initialRequirement),
            int256(before.maintenanceRequirement) - int256(without.maintenanceRequirement)
        );
        sale.insured = insuredPart(sale.penalty, insuranceBps);
        sale.reward = sale.penalty - sale.insured;
        sale.payment = sale.value - int256(sale.reward);
    }
}
