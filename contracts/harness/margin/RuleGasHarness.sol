// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

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

    /// Of reading a policy from the code of a contract, and of checks on a portfolio and its market.
    function gasOfChecks(Portfolio memory portfolio, Market memory market, bytes memory policy)
        external
        view
        returns (uint256 gas)
    {
        gas = gasleft();
        Policy memory decoded = abi.decode(policy, (Policy));
        Margins.requirePortfolio(portfolio, decoded.terms.maxPositions);
        Margins.requireMarket(portfolio.positions, market);
        gas -= gasleft();
    }
}
