// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Derivatives, Greeks} from "../../src/margin/Greeks.sol";
import {Option, Options} from "../../src/margin/Options.sol";
import {Quote, Terms} from "../../src/margin/Types.sol";

contract OptionsHarness {
    function optionOf(uint256 instrument, uint256 time, uint256 price, Quote memory quote, Terms memory terms)
        external
        pure
        returns (Option memory)
    {
        return Options.optionOf(instrument, time, price, quote, terms);
    }

    function discountOf(int256 rate, uint256 term) external pure returns (uint256) {
        return Options.discountOf(rate, term);
    }

    function termScaleOf(uint256 term, Terms memory terms) external pure returns (int256) {
        return Options.termScaleOf(term, terms);
    }

    function volatilityFactor(Option memory option, int256 volatilityBps) external pure returns (uint256) {
        return Options.volatilityFactor(option, volatilityBps);
    }

    function totalVolatility(Option memory option, uint256 factor) external pure returns (uint256) {
        return Options.totalVolatility(option, factor);
    }

    function priceOf(Option memory option, uint256 forward, int256 lnMove, int256 volatilityBps)
        external
        pure
        returns (int256)
    {
        return Options.priceOf(option, forward, lnMove, volatilityBps);
    }

    function greeksOf(Option memory option, uint256 forward, int256 rate) external pure returns (Greeks memory) {
        return Derivatives.greeksOf(option, forward, rate);
    }

    function chanceAndDensity(Option memory option, uint256 forward, uint256 s)
        external
        pure
        returns (uint256 chance, uint256 density)
    {
        return Derivatives.chanceAndDensity(option, forward, s);
    }

    function movement(Option memory option, Greeks memory greeks, uint256 forward, int256 move, uint256 factor)
        external
        pure
        returns (int256)
    {
        return Derivatives.movement(option, greeks, forward, move, factor);
    }
}
