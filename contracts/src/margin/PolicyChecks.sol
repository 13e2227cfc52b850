// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Dials} from "./Dials.sol";
import {
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
    VarianceMayBeNegative
} from "./Errors.sol";
import {GasPromise} from "./GasPromise.sol";
import {Limits} from "./Limits.sol";
import {Tails} from "./Tails.sol";
import {Cover, Policy, Shock, Terms} from "./Types.sol";

/// What must hold of a policy before a rule may be read from it: with it, and with a market and a portfolio within
/// their bounds, nothing in the rules overflows (`vmargin.margin.bounds.widths`), nothing divides by zero and no table
/// ends too early.
library PolicyChecks {
    /// Exclusive bound of a price below which the cash asset counts as depegged.
    uint256 internal constant PEG = 1 << 64;
    uint256 internal constant SHORTEST_TERM = 1 hours;
    uint256 internal constant LONGEST_TERM = 365 days;

    /// Reverts unless a policy is one, with at most so many scenarios.
    function requireValid(Policy memory policy, uint256 mostScenarios) internal pure {
        uint256 scenarios = policy.weightsBps.length;
        requireDials(policy.terms);
        requireScenarios(scenarios, mostScenarios);
        requireTail(policy.terms, scenarios);
        requireFactors(policy.terms);
        requireWeights(policy.weightsBps);
        requireShocks(policy.shocks, scenarios);
        requireCovers(policy.covers, policy.shocks.length / scenarios);
        requireMatrix(policy.terms, policy.correlationsBps);
    }

    /// Reverts unless a ledger can promise to apply a policy to every account that it admits, whatever the market: no
    /// tail that someone would have to name, no variance that can be negative, and gas within reach.
    function requireKeepable(Policy memory policy) internal pure {
        requireValid(policy, Tails.SORTED);
        requireVariance(policy.terms, policy.weightsBps.length, policy.correlationsBps);
        GasPromise.requireKept(policy);
    }

    function requireDials(Terms memory terms) internal pure {
        if (terms.schema != Dials.SCHEMA) revert SchemaUnknown(terms.schema);
        if (
            terms.repricing > Dials.TAYLOR || terms.grouping > Dials.ACCOUNT || terms.aggregate > Dials.VAR
                || terms.combine > Dials.QUAD || (terms.grouping == Dials.ACCOUNT && terms.combine != Dials.SUM)
        ) revert DialsInvalid(terms.repricing, terms.grouping, terms.aggregate, terms.combine);
    }

    function requireScenarios(uint256 scenarios, uint256 most) internal pure {
        if (scenarios == 0 || scenarios > most) revert ScenariosOutOfRange(scenarios);
    }

    /// A tail is some of the scenarios and at most all; WORST reads none.
    function requireTail(Terms memory terms, uint256 scenarios) internal pure {
        if (terms.aggregate == Dials.WORST) return;
        uint256 most = terms.aggregate == Dials.VAR ? scenarios : terms.tailDenominator;
        if (
            terms.tailNumerator == 0 || terms.tailNumerator > most
                || (terms.aggregate == Dials.SHORTFALL && most > Limits.FACTOR_BPS)
        ) revert TailInvalid(terms.tailNumerator, terms.tailDenominator, scenarios);
    }

    function requireFactors(Terms memory terms) internal pure {
        requireFactor(terms.creditBps, Limits.BPS);
        requireFactor(terms.initialBps, Limits.FACTOR_BPS);
        if (terms.maintenanceBps == 0 || terms.initialBps < terms.maintenanceBps) {
            revert InitialBelowMaintenance(terms.initialBps, terms.maintenanceBps);
        }
        if (terms.maxPositions == 0 || terms.maxPositions > Limits.POSITIONS) {
            revert PositionLimitOutOfRange(terms.maxPositions);
        }
        requireFactor(terms.termPowerBps, Limits.BPS);
        if (terms.termPowerBps != 0 && (terms.termFloor < SHORTEST_TERM || terms.termFloor > LONGEST_TERM)) {
            revert TermInvalid(terms.termPowerBps, terms.termFloor);
        }
        requireFactor(terms.shortOptionBps, Limits.FACTOR_BPS);
        requireFactor(terms.confidenceBps, Limits.BPS);
        requireFactor(terms.depegBps, Limits.FACTOR_BPS);
        if (terms.pegThreshold >= PEG) revert PegThresholdOutOfRange(terms.pegThreshold);
    }

    function requireWeights(uint256[] memory weightsBps) internal pure {
        for (uint256 s = 0; s < weightsBps.length; ++s) {
            requireFactor(weightsBps[s], Limits.FACTOR_BPS);
        }
    }

    function requireFactor(uint256 factorBps, uint256 most) internal pure {
        if (factorBps > most) revert FactorOutOfRange(factorBps);
    }

    /// Whole tables, at least one. No spot falls to nothing, no volatility below it.
    function requireShocks(Shock[] memory shocks, uint256 scenarios) internal pure {
        if (shocks.length == 0 || shocks.length % scenarios != 0) revert ShocksMismatch(shocks.length, scenarios);
        int256 least = -int256(Limits.BPS);
        int256 most = int256(Limits.FACTOR_BPS);
        for (uint256 i = 0; i < shocks.length; ++i) {
            int256 spotBps = shocks[i].spotBps;
            int256 volatilityBps = shocks[i].volatilityBps;
            if (spotBps <= least || spotBps > most || volatilityBps < least || volatilityBps > most) {
                revert PolicyShockOutOfRange(spotBps, volatilityBps);
            }
        }
    }

    function requireCovers(Cover[] memory covers, uint256 tables) internal pure {
        uint256 previous = 0;
        for (uint256 c = 0; c < covers.length; ++c) {
            Cover memory cover = covers[c];
            if (cover.underlying <= previous) revert CoversOutOfOrder(previous, cover.underlying);
            if (cover.table >= tables) revert TableMissing(cover.underlying, cover.table);
            requireFactor(cover.haircutBps, Limits.BPS);
            requireFactor(cover.concentrationBps, Limits.FACTOR_BPS);
            if (cover.collateralCap >= Limits.SIZE || cover.depth >= Limits.SIZE) {
                revert CoverOutOfRange(cover.underlying, cover.collateralCap, cover.depth);
            }
            previous = cover.underlying;
        }
    }

    /// QUAD: symmetric, one on the diagonal, nothing above one. SUM: no matrix.
    function requireMatrix(Terms memory terms, int256[] memory correlationsBps) internal pure {
        uint256 size = terms.matrixSize;
        bool quad = terms.combine == Dials.QUAD;
        if (quad != (size != 0) || size > Limits.GROUPS || correlationsBps.length != size * size) {
            revert MatrixSizeInvalid(size, correlationsBps.length);
        }
        int256 one = int256(Limits.BPS);
        for (uint256 row = 0; row < size; ++row) {
            if (correlationsBps[row * size + row] != one) {
                revert MatrixInvalid(row, row, correlationsBps[row * size + row]);
            }
            for (uint256 column = 0; column < row; ++column) {
                int256 correlationBps = correlationsBps[row * size + column];
                if (
                    correlationBps < -one || correlationBps > one
                        || correlationBps != correlationsBps[column * size + row]
                ) revert MatrixInvalid(row, column, correlationBps);
            }
        }
    }

    /// Reverts unless x'Cx is at least 0 for all losses x that there may be. They are not negative but where a single
    /// scenario keeps their sign; then each row's correlations, and else its negative ones, may come to no more than
    /// its diagonal.
    function requireVariance(Terms memory terms, uint256 scenarios, int256[] memory correlationsBps) internal pure {
        uint256 size = terms.matrixSize;
        for (uint256 row = 0; row < size; ++row) {
            int256 rest = int256(Limits.BPS);
            for (uint256 column = 0; column < size; ++column) {
                int256 correlationBps = correlationsBps[row * size + column];
                if (column == row) continue;
                if (correlationBps < 0) rest += correlationBps;
                else if (scenarios == 1) rest -= correlationBps;
            }
            if (rest < 0) revert VarianceMayBeNegative(row, rest);
        }
    }
}
