// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Margins} from "../../src/margin/Margins.sol";
import {Margin, Market, Policy, Portfolio} from "../../src/margin/Types.sol";

/// Exposes Margins.onGrid: the rule on a grid that is given.
contract OnGridHarness {
    function onGrid(
        Portfolio memory portfolio,
        Market memory market,
        Policy memory policy,
        int256[] memory grid,
        uint256[] memory rows,
        uint256[] memory tail
    ) external pure returns (Margin memory margin, int256[] memory outcomes) {
        return Margins.onGrid(portfolio, market, policy, grid, rows, tail);
    }
}
