// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Quadrature} from "../../src/margin/Quadrature.sol";
import {Rounding} from "../../src/margin/Rounding.sol";
import {Rules} from "../../src/margin/Rules.sol";
import {Tails} from "../../src/margin/Tails.sol";
import {Policy, Position, Terms} from "../../src/margin/Types.sol";

/// The rule on a grid that is given, for tests.
contract RulesHarness {
    function rule(
        Position[] memory positions,
        int256[] memory grid,
        uint256[] memory rows,
        Policy memory policy,
        uint256[] memory tail
    ) external pure returns (uint256 total, uint256 worstScenario, int256[] memory outcomes) {
        outcomes = Rules.outcomesOf(positions, grid, rows, policy);
        (total, worstScenario) = Rules.combined(outcomes, positions, policy, tail);
    }

    /// Gas of the outcomes alone.
    function outcomesGas(
        Position[] memory positions,
        int256[] memory grid,
        uint256[] memory rows,
        Policy memory policy
    ) external view returns (uint256 gas) {
        gas = gasleft();
        Rules.outcomesOf(positions, grid, rows, policy);
        gas -= gasleft();
    }

    /// Gas of all that follows the outcomes.
    function combinedGas(
        Position[] memory positions,
        int256[] memory grid,
        uint256[] memory rows,
        Policy memory policy,
        uint256[] memory tail
    ) external view returns (uint256 gas) {
        int256[] memory outcomes = Rules.outcomesOf(positions, grid, rows, policy);
        gas = gasleft();
        Rules.combined(outcomes, positions, policy, tail);
        gas -= gasleft();
    }

    function aggregate(int256[] memory losses, Terms memory terms, uint256[] memory tail, uint256 group)
        external
        pure
        returns (int256)
    {
        return Tails.aggregate(losses, terms, tail, group);
    }

    function root(int256[] memory losses, uint256[] memory places, int256[] memory correlationsBps, uint256 size)
        external
        pure
        returns (uint256)
    {
        return Quadrature.root(losses, places, correlationsBps, size);
    }

    function floorDiv(int256 x, uint256 divisor) external pure returns (int256) {
        return Rounding.floorDiv(x, divisor);
    }

    function ceilDiv(int256 x, uint256 divisor) external pure returns (int256) {
        return Rounding.ceilDiv(x, divisor);
    }

    function ceilDiv(uint256 x, uint256 divisor) external pure returns (uint256) {
        return Rounding.ceilDiv(x, divisor);
    }
}
