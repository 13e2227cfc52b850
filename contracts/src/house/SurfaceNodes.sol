// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {NodeVolatilityOutOfRange, NodesOutOfOrder, TooManyNodes, VolatilityMissing} from "./HouseErrors.sol";

/// Volatilities of one date at strikes in ascending order, two nodes to a word: the first in the upper half, and the
/// lower half of the last word empty where their number is odd. A node, from its lowest bit: volatility 32 bits, in
/// 10^-8; strike 96 bits, with 18 decimals.
library SurfaceNodes {
    uint256 internal constant WORDS = 8;
    /// Of a node's volatility; inclusive. 1_000 %.
    uint256 internal constant VOLATILITY = 10e8;
    /// From a node's volatility to 18 decimals.
    uint256 internal constant UNIT = 1e10;

    function nodeAt(uint256[] memory words, uint256 index) internal pure returns (uint256) {
        uint256 word = words[index >> 1];
        return index & 1 == 0 ? word >> 128 : word & type(uint128).max;
    }

    /// How many nodes there are. Reverts unless they are in order and in range.
    function count(uint256[] memory words) internal pure returns (uint256 nodes) {
        if (words.length > WORDS) revert TooManyNodes(words.length, WORDS);
        nodes = 2 * words.length;
        if (nodes != 0 && nodeAt(words, nodes - 1) == 0) nodes -= 1;
        uint256 previous = 0;
        for (uint256 i = 0; i < nodes; i++) {
            uint256 node = nodeAt(words, i);
            uint256 strike = node >> 32;
            uint256 volatility = node & type(uint32).max;
            if (strike <= previous) revert NodesOutOfOrder(previous, strike);
            if (volatility == 0 || volatility > VOLATILITY) revert NodeVolatilityOutOfRange(strike, volatility);
            previous = strike;
        }
    }

    /// The volatility of a strike with 18 decimals: on the straight line between its neighbours, flat beyond the ends.
    /// One division, rounded up, for whoever is short has the most to lose by it; less than 10^-18 either way.
    function volatilityAt(uint256[] memory words, uint256 nodes, uint256 strike) internal pure returns (uint256) {
        if (nodes == 0) revert VolatilityMissing(strike);
        uint256 above = nodes;
        for (uint256 i = 0; i < nodes; i++) {
            if (nodeAt(words, i) >> 32 >= strike) {
                above = i;
                break;
            }
        }
        if (above == nodes) return (nodeAt(words, nodes - 1) & type(uint32).max) * UNIT;
        uint256 high = nodeAt(words, above);
        if (above == 0 || high >> 32 == strike) return (high & type(uint32).max) * UNIT;
        return between(nodeAt(words, above - 1), high, strike);
    }

    function between(uint256 low, uint256 high, uint256 strike) internal pure returns (uint256) {
        uint256 width = (high >> 32) - (low >> 32);
        // below 2^(32 + 96 + 34 + 1)
        uint256 weighted = (low & type(uint32).max) * ((high >> 32) - strike)
            + (high & type(uint32).max) * (strike - (low >> 32));
        return (weighted * UNIT + width - 1) / width;
    }
}
