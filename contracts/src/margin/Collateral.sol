// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {AddOns} from "./AddOns.sol";
import {Instruments} from "./Instruments.sol";
import {Limits} from "./Limits.sol";
import {Rounding} from "./Rounding.sol";
import {Cover, Market, Policy, Position, UnderlyingQuote} from "./Types.sol";

/// What an account is worth, and how much of that a requirement may not count on.
///
/// What is unchecked cannot wrap: `vmargin.margin.bounds.widths` derives that no sum reaches 2^229, as |size| is below
/// 2^112, a price below 2^96, |cash| below 2^126 and an account holds 2^6 positions at most.
library Collateral {
    /// Cash and positions at current prices, `grid[rows[i] * (scenarios + 1)]` for position `i`. The positions' exact
    /// sum is rounded down once.
    function value(
        int256 cash,
        Position[] memory positions,
        int256[] memory grid,
        uint256[] memory rows,
        uint256 scenarios
    ) internal pure returns (int256) {
        int256 sum = 0;
        unchecked {
            for (uint256 i = 0; i < positions.length; ++i) {
                sum += positions[i].size * grid[rows[i] * (scenarios + 1)];
            }
            return cash + Rounding.floorDiv(sum, Limits.WAD);
        }
    }

    /// What is taken off spot that is held: a share of its value up to a cap, and all of it beyond. Rounded up once.
    function haircut(Position[] memory positions, Market memory market, Policy memory policy)
        internal
        pure
        returns (uint256)
    {
        UnderlyingQuote[] memory underlyings = market.underlyings;
        Cover[] memory covers = policy.covers;
        uint256 sum = 0;
        uint256 u = 0;
        uint256 c = 0;
        unchecked {
            for (uint256 i = 0; i < positions.length; ++i) {
                uint256 instrument = positions[i].instrument;
                int256 size = positions[i].size;
                if (Instruments.kindOf(instrument) == Instruments.SPOT && size > 0) {
                    u = AddOns.quoted(underlyings, u, Instruments.underlyingOf(instrument));
                    c = AddOns.covered(covers, c, Instruments.underlyingOf(instrument));
                    uint256 notional = uint256(size) * underlyings[u].spot;
                    uint256 cap = covers[c].collateralCap * Limits.WAD;
                    uint256 within = notional < cap ? notional : cap;
                    sum += within * covers[c].haircutBps + (notional - within) * Limits.BPS;
                }
            }
            return Rounding.ceilDiv(sum, Limits.WAD * Limits.BPS);
        }
    }
}
