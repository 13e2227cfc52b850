// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {GasPromise} from "../../src/margin/GasPromise.sol";
import {Margins} from "../../src/margin/Margins.sol";
import {Repricing} from "../../src/margin/Repricing.sol";
import {Market, Policy, Portfolio} from "../../src/margin/Types.sol";

/// Tells what the parts of a margin check cost, their arguments being in memory as they are in the engine.
contract RuleGasHarness {
    function gasOfGrid(Portfolio memory portfolio, Market memory market, Policy memory policy)
        external
        view
        returns (uint256 gas)
    {
        gas = gasleft();
        Repricing.grid(portfolio.positions, market, policy);
        gas -= gasleft();
    }

    function gasOfEvaluation(
        Portfolio memory portfolio,
        Market memory market,
        Policy memory policy,
        int256[] memory grid,
        uint256[] memory rows
    ) external view returns (uint256 gas) {
        gas = gasleft();
        Margins.onGrid(portfolio, market, policy, grid, rows, new uint256[](0));
        gas -= gasleft();
    }

    function requireKept(Policy memory policy) external pure returns (bool) {
        GasPromise.requireKept(policy);
        return true;
    }
}
