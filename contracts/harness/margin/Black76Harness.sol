// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Black76} from "../../src/margin/Black76.sol";

contract Black76Harness {
    function price(bool call, uint256 forward, uint256 strike, int256 moneyness, uint256 totalVolatility)
        external
        pure
        returns (uint256)
    {
        return Black76.price(call, forward, strike, moneyness, totalVolatility);
    }

    function outOfTheMoney(uint256 lesser, uint256 x, uint256 s) external pure returns (uint256) {
        return Black76.outOfTheMoney(lesser, x, s);
    }
}
