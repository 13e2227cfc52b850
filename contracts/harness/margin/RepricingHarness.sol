// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Repricing} from "../../src/margin/Repricing.sol";
import {Market, Policy, Position} from "../../src/margin/Types.sol";

contract RepricingHarness {
    function grid(Position[] memory positions, Market memory market, Policy memory policy)
        external
        pure
        returns (int256[] memory)
    {
        return Repricing.grid(positions, market, policy);
    }

    /// What the grid alone costs, without the decoding of what it takes.
    function gasOf(Position[] memory positions, Market memory market, Policy memory policy)
        external
        view
        returns (uint256)
    {
        uint256 before = gasleft();
        Repricing.grid(positions, market, policy);
        return before - gasleft();
    }
}
