// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {AddOns} from "./AddOns.sol";
import {Dials} from "./Dials.sol";
import {GroupOutsideMatrix, PnlOutOfRange} from "./Errors.sol";
import {Limits} from "./Limits.sol";
import {MemoryArrays} from "./MemoryArrays.sol";
import {Quadrature} from "./Quadrature.sol";
import {Rounding} from "./Rounding.sol";
import {Tails} from "./Tails.sol";
import {Policy, Position} from "./Types.sol";

/// The four-dial rule on a grid of prices: groups of positions, their outcomes in each scenario, what a group's
/// outcomes come to, and what the groups' losses come to.
///
/// Row r of a grid starts at r * (scenarios + 1) with the price now; one for each scenario follows. The grid's integers
/// are exact from here on. Each named quantity is rounded once, against the account.
library Rules {
    using MemoryArrays for int256[];
    using MemoryArrays for uint256[];

    /// By how much an instrument is shifted right so that equal results, which are not 0, are one group. Instruments
    /// are in ascending order, so that a group is a run of positions; ACCOUNT nets within an underlying first.
    function shiftOf(uint256 grouping) internal pure returns (uint256) {
        if (grouping == Dials.POSITION) return 0;
        return grouping == Dials.EXPIRY ? 184 : 224;
    }

    function countOf(Position[] memory positions, uint256 shift) internal pure returns (uint256 groups) {
        uint256 previous = 0;
        for (uint256 i = 0; i < positions.length; ++i) {
            uint256 key = positions[i].instrument >> shift;
            if (key != previous) ++groups;
            previous = key;
        }
    }

    /// The outcome of each group in each scenario, group after group. `rows[i]` is the grid's row of position i.
    function outcomesOf(Position[] memory positions, int256[] memory grid, uint256[] memory rows, Policy memory policy)
        internal
        pure
        returns (int256[] memory outcomes)
    {
        uint256 scenarios = policy.weightsBps.length;
        uint256 shift = shiftOf(policy.terms.grouping);
        outcomes = new int256[](countOf(positions, shift) * scenarios);
        uint256 previous = 0;
        uint256 end = 0;
        for (uint256 i = 0; i < positions.length; ++i) {
            uint256 key = positions[i].instrument >> shift;
            if (key != previous) end += scenarios;
            previous = key;
            addMoves(positions[i].size, grid, rows[i] * (scenarios + 1), scenarios, outcomes, end - scenarios);
        }
        toPnls(outcomes);
        if (policy.terms.grouping == Dials.ACCOUNT && outcomes.length > 0) {
            credit(outcomes, scenarios, policy.terms.creditBps);
            outcomes.cut(scenarios);
        }
    }

    /// Adds to the sums from `first` on what the position gains in each scenario, with 36 decimals and exactly: |size|
    /// is below 2^112, a move below 2^97 and a group has at most 2^6 positions, so that |sum| stays below 2^215. This
    /// is the rules' innermost loop, which walks both arrays by address.
    function addMoves(
        int256 size,
        int256[] memory grid,
        uint256 row,
        uint256 scenarios,
        int256[] memory sums,
        uint256 first
    ) internal pure {
        assert(row + scenarios < grid.length && first + scenarios <= sums.length);
        assembly ("memory-safe") {
            let price := add(add(grid, 0x20), shl(5, row))
            let current := mload(price)
            let sum := add(add(sums, 0x20), shl(5, first))
            let end := add(sum, shl(5, scenarios))
            for {} lt(sum, end) { sum := add(sum, 0x20) } {
                price := add(price, 0x20)
                mstore(sum, add(mload(sum), mul(size, sub(mload(price), current))))
            }
        }
    }

    /// Turns the sums into PnLs: from 36 decimals to 18, rounded down.
    function toPnls(int256[] memory sums) internal pure {
        uint256 length = sums.length;
        unchecked {
            for (uint256 i = 0; i < length; ++i) {
                int256 pnl = Rounding.floorDiv(sums.get(i), Limits.WAD);
                if (pnl >= int256(Limits.PNL) || pnl <= -int256(Limits.PNL)) revert PnlOutOfRange(pnl);
                sums.set(i, pnl);
            }
        }
    }

    /// Makes the PnLs of an account's underlyings one outcome for each scenario, at the front: losses in full, gains at
    /// `creditBps`; rounded down, once. Below 2^178 before that, as there are 2^6 PnLs at most, and 2^15 is above the
    /// rest.
    function credit(int256[] memory pnls, uint256 scenarios, uint256 creditBps) internal pure {
        uint256 length = pnls.length;
        unchecked {
            for (uint256 s = 0; s < scenarios; ++s) {
                int256 gains = 0;
                int256 losses = 0;
                for (uint256 i = s; i < length; i += scenarios) {
                    int256 pnl = pnls.get(i);
                    if (pnl > 0) gains += pnl;
                    else losses += pnl;
                }
                pnls.set(s, Rounding.floorDiv(int256(creditBps) * gains + int256(Limits.BPS) * losses, Limits.BPS));
            }
        }
    }

    /// What all groups' losses come to, and the scenario with the least sum of weighted outcomes, the first of equals.
    function combined(
        int256[] memory outcomes,
        Position[] memory positions,
        Policy memory policy,
        uint256[] memory tail
    ) internal pure returns (uint256 total, uint256 worstScenario) {
        uint256 scenarios = policy.weightsBps.length;
        uint256 groups = outcomes.length / scenarios;
        Tails.requireLength(tail.length, policy.terms, scenarios, groups);
        // A group that gains needs nothing. But of a single scenario QUAD squares a sensitivity, whose sign counts.
        bool signed = policy.terms.combine == Dials.QUAD && scenarios == 1;
        int256[] memory sums = new int256[](scenarios);
        int256[] memory losses = new int256[](scenarios);
        int256[] memory requirements = new int256[](groups);
        for (uint256 group = 0; group < groups; ++group) {
            weigh(outcomes, group * scenarios, policy.weightsBps, sums, losses);
            int256 loss = Tails.aggregate(losses, policy.terms, tail, group);
            requirements[group] = loss < 0 && !signed ? int256(0) : loss;
        }
        worstScenario = firstLeast(sums);
        if (policy.terms.combine == Dials.QUAD) {
            uint256[] memory places = placesOf(positions, policy, groups);
            total = Quadrature.root(requirements, places, policy.correlationsBps, policy.terms.matrixSize);
        } else {
            for (uint256 group = 0; group < groups; ++group) {
                total += uint256(requirements[group]);
            }
        }
    }

    /// Weighs the outcomes of a group from `first` on, rounded down: adds them to the sums, and sets the group's
    /// losses. Below 2^178 in magnitude, as an outcome is below 2^163 and a weight at most 2^15.
    function weigh(
        int256[] memory outcomes,
        uint256 first,
        uint256[] memory weightsBps,
        int256[] memory sums,
        int256[] memory losses
    ) internal pure {
        uint256 scenarios = weightsBps.length;
        assert(first + scenarios <= outcomes.length && scenarios <= sums.length && scenarios <= losses.length);
        unchecked {
            for (uint256 s = 0; s < scenarios; ++s) {
                int256 weighted = outcomes.get(first + s) * int256(weightsBps.get(s));
                int256 outcome = Rounding.floorDiv(weighted, Limits.BPS);
                sums.set(s, sums.get(s) + outcome);
                losses.set(s, -outcome);
            }
        }
    }

    function firstLeast(int256[] memory sums) internal pure returns (uint256 place) {
        for (uint256 s = 1; s < sums.length; ++s) {
            if (sums[s] < sums[place]) place = s;
        }
    }

    /// Where each group is in the matrix of correlations: an underlying where its cover is, others in their own order.
    function placesOf(Position[] memory positions, Policy memory policy, uint256 groups)
        internal
        pure
        returns (uint256[] memory places)
    {
        uint256 shift = shiftOf(policy.terms.grouping);
        places = new uint256[](groups);
        uint256 previous = 0;
        uint256 group = 0;
        uint256 cover = 0;
        for (uint256 i = 0; i < positions.length; ++i) {
            uint256 key = positions[i].instrument >> shift;
            if (key == previous) continue;
            previous = key;
            uint256 place = group;
            if (policy.terms.grouping == Dials.UNDERLYING) {
                cover = AddOns.covered(policy.covers, cover, key);
                place = cover;
            }
            if (place >= policy.terms.matrixSize) revert GroupOutsideMatrix(place, policy.terms.matrixSize);
            places[group] = place;
            ++group;
        }
    }
}
