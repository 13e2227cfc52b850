// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Portfolio, Position} from "../../src/margin/Types.sol";
import {Portfolios} from "../../src/house/Portfolios.sol";

/// Exposes Portfolios, function by function.
contract PortfoliosHarness {
    function merge(Portfolio memory a, Portfolio memory b) external pure returns (Portfolio memory) {
        return Portfolios.merge(a, b);
    }

    function union(Position[] memory a, Position[] memory b)
        external
        pure
        returns (Position[] memory, uint256[] memory, uint256[] memory)
    {
        return Portfolios.union(a, b);
    }
}
