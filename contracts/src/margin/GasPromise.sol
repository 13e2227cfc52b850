// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Dials} from "./Dials.sol";
import {GasOutOfReach} from "./Errors.sol";
import {Policy, Terms} from "./Types.sol";

/// What the worst account that a policy admits costs to check, so that none can grow out of reach of a trade or of
/// liquidation. The account is as large as the policy lets it be, all of options on as many underlyings and dates as
/// may be, and its losses are in the order that takes longest to sort. Constants are above what is measured, by a tenth
/// or more.
library GasPromise {
    /// What a step may take, well below what a transaction may: 2^24.
    uint256 internal constant STEP = 12_000_000;

    /// Around the rule: for each account, each position of it with its quote, each underlying with its feed, and each
    /// word of its policy.
    uint256 internal constant ACCOUNT = 120_000;
    uint256 internal constant POSITION = 23_000;
    uint256 internal constant UNDERLYING = 22_000;
    uint256 internal constant WORD = 200;
    /// For who takes an account's positions over: each position that he has never held, and the rest of a bid.
    uint256 internal constant TAKEN = 50_000;
    uint256 internal constant BID = 150_000;

    /// Of a grid: its rows with their current price, and each option in each scenario.
    uint256 internal constant FULL_ROW = 11_000;
    uint256 internal constant FULL_PRICE = 3_550;
    uint256 internal constant TAYLOR_ROW = 17_000;
    uint256 internal constant TAYLOR_PRICE = 1_000;

    /// Of an evaluation: once, for each position and its underlying, and for each position in each scenario.
    uint256 internal constant EVALUATION = 11_000;
    uint256 internal constant HELD = 8_000;
    uint256 internal constant MOVE = 120;
    /// Netting of underlyings: each in each scenario.
    uint256 internal constant NETTED = 320;
    /// Of groups: each with its tail, each in each scenario, each step of sorting, and each pair in the matrix.
    uint256 internal constant GROUP = 4_000;
    uint256 internal constant OUTCOME = 760;
    uint256 internal constant SORTED = 150;
    uint256 internal constant PAIR = 200;

    /// Reverts unless the costliest step fits, which is to take over a part of all positions.
    function requireKept(Policy memory policy) internal pure {
        uint256 scenarios = policy.weightsBps.length;
        uint256 words = policy.covers.length * 6 + policy.shocks.length * 2 + scenarios + policy.correlationsBps.length;
        uint256 estimate = gasOfTrade(policy.terms, policy.covers.length, scenarios, words)
            + policy.terms.maxPositions * TAKEN + BID;
        if (estimate > STEP) revert GasOutOfReach(estimate, STEP);
    }

    /// Two accounts, each with one grid and a margin before and after. A grid has one row more than positions are
    /// admitted: of what is held before or after.
    function gasOfTrade(Terms memory terms, uint256 covers, uint256 scenarios, uint256 words)
        internal
        pure
        returns (uint256)
    {
        uint256 underlyings = covers < terms.maxPositions ? covers : terms.maxPositions;
        uint256 around = ACCOUNT + terms.maxPositions * POSITION + underlyings * UNDERLYING + words * WORD;
        uint256 rows = terms.maxPositions + 1;
        uint256 evaluation = gasOfEvaluation(terms, underlyings, scenarios);
        return 2 * (around + gasOfGrid(terms, rows, scenarios) + 2 * evaluation);
    }

    function gasOfGrid(Terms memory terms, uint256 rows, uint256 scenarios) internal pure returns (uint256) {
        if (terms.repricing == Dials.TAYLOR) return rows * (TAYLOR_ROW + scenarios * TAYLOR_PRICE);
        return rows * (FULL_ROW + scenarios * FULL_PRICE);
    }

    function gasOfEvaluation(Terms memory terms, uint256 underlyings, uint256 scenarios)
        internal
        pure
        returns (uint256)
    {
        uint256 positions = terms.maxPositions;
        bool account = terms.grouping == Dials.ACCOUNT;
        uint256 groups = account ? 1 : terms.grouping == Dials.UNDERLYING ? underlyings : positions;
        uint256 each = GROUP + scenarios * OUTCOME + sortingSteps(terms, scenarios) * SORTED;
        if (terms.combine == Dials.QUAD) each += groups * PAIR;
        uint256 netting = account ? underlyings * scenarios * NETTED : 0;
        return EVALUATION + positions * (HELD + scenarios * MOVE) + netting + groups * each;
    }

    /// Of an insertion sort that keeps the tail, where every loss is above those before it.
    function sortingSteps(Terms memory terms, uint256 scenarios) internal pure returns (uint256) {
        if (terms.aggregate == Dials.WORST) return 0;
        uint256 depth = terms.tailNumerator;
        if (terms.aggregate == Dials.SHORTFALL) depth = scenarios * depth / terms.tailDenominator + 1;
        uint256 kept = depth < scenarios ? depth : scenarios;
        return kept * (2 * scenarios - kept + 1) / 2;
    }
}
