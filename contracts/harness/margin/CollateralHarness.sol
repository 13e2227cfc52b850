// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Collateral} from "../../src/margin/Collateral.sol";
import {Cover, Market, Policy, Position, UnderlyingQuote} from "../../src/margin/Types.sol";

/// Exposes Collateral, function by function.
contract CollateralHarness {
    function value(
        int256 cash,
        Position[] memory positions,
        int256[] memory grid,
        uint256[] memory rows,
        uint256 scenarios
    ) external pure returns (int256) {
        return Collateral.value(cash, positions, grid, rows, scenarios);
    }

    function haircut(Position[] memory positions, UnderlyingQuote[] memory underlyings, Cover[] memory covers)
        external
        pure
        returns (uint256)
    {
        Market memory market;
        market.underlyings = underlyings;
        Policy memory policy;
        policy.covers = covers;
        return Collateral.haircut(positions, market, policy);
    }
}
