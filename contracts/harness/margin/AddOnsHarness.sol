// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {AddOns} from "../../src/margin/AddOns.sol";
import {Cover, Market, Policy, Position, Quote, Terms, UnderlyingQuote} from "../../src/margin/Types.sol";

/// Exposes AddOns, function by function, with the parameters of its mirror's kernels.
contract AddOnsHarness {
    function base(
        uint256 combined,
        Position[] memory positions,
        uint256[] memory rows,
        Market memory market,
        Policy memory policy,
        int256[] memory grid
    ) external pure returns (uint256) {
        return AddOns.base(combined, positions, market, policy, grid, rows);
    }

    function shortOptionMinimum(
        Position[] memory positions,
        uint256[] memory rows,
        uint256 time,
        UnderlyingQuote[] memory underlyings,
        Quote[] memory quotes,
        uint256 shortOptionBps,
        int256[] memory grid,
        uint256 scenarios
    ) external pure returns (uint256) {
        return
            AddOns.shortOptionMinimum(positions, rows, time, underlyings, quotes, shortOptionBps, grid, scenarios);
    }

    function concentration(
        Position[] memory positions,
        uint256[] memory rows,
        uint256 time,
        UnderlyingQuote[] memory underlyings,
        Quote[] memory quotes,
        Cover[] memory covers,
        int256[] memory grid,
        uint256 scenarios
    ) external pure returns (uint256) {
        return AddOns.concentration(positions, rows, time, underlyings, quotes, covers, grid, scenarios);
    }

    function confidence(
        Position[] memory positions,
        uint256[] memory rows,
        uint256 time,
        UnderlyingQuote[] memory underlyings,
        Quote[] memory quotes,
        uint256 confidenceBps,
        int256[] memory grid,
        uint256 scenarios
    ) external pure returns (uint256) {
        return AddOns.confidence(positions, rows, time, underlyings, quotes, confidenceBps, grid, scenarios);
    }

    function depeg(uint256 amount, uint256 stablePrice, Terms memory terms) external pure returns (uint256) {
        return AddOns.depeg(amount, stablePrice, terms);
    }
}
